//! Several repositories as one release.

use std::ops::ControlFlow;

use lynchpin_link::git::{AssessError, Assessment, Because, DependencyKind, Options, assess_all};

use crate::support::{Repo, change, requires, short};

fn together(repositories: &[&Repo]) -> Result<Assessment, AssessError> {
    let paths: Vec<_> = repositories.iter().map(|repo| repo.path()).collect();
    assess_all(&paths, &Options::default(), &mut |_, _| ControlFlow::Continue(()))
}

fn name(repo: &Repo) -> String {
    repo.path().file_name().unwrap().to_string_lossy().into_owned()
}

fn why(assessment: &Assessment, commit: &str, on: &str) -> Vec<Because> {
    let found = assessment.dependencies.iter().find(|dependency| {
        commit.starts_with(dependency.change.as_str()) && on.starts_with(dependency.on.as_str())
    });
    found.map(|dependency| dependency.because.clone()).unwrap_or_default()
}

#[test]
fn depends_on_reaches_across_repositories() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    shop.commit("a", "1", "base");
    shop.tag("v1");
    till.by("Bob", "bob@example.org").commit("b", "1", "base, of the till");
    till.tag("v1");
    let fares = till.commit("b", "2", "Fares\n\nChange-Id: Ifa4e5\n");
    let request = till.merge_request(7);
    let by_id = shop.commit("a", "2", "Show fares\n\nDepends-On: Ifa4e5\n");
    let url = format!("https://forge.example/org/{}/pull/7", name(&till));
    let by_url = shop.commit("c", "1", &format!("Print\n\nDepends-On: {url}\n"));
    let by_commit = shop.commit("d", "1", &format!("Sum\n\nDepends-On: {}\n", &fares[..20]));
    let own_number = shop.commit("e", "1", "Pay\n\nDepends-On: #7\n");
    let found = together(&[&shop, &till]).unwrap();
    assert_eq!(requires(&found, &by_id), [short(&fares)]);
    assert_eq!(requires(&found, &by_url), [short(&request)]);
    assert_eq!(requires(&found, &by_commit), [short(&fares)]);
    assert_eq!(
        requires(&found, &own_number),
        ["pull/7"],
        "a number is one of the repository's own"
    );
    let trailer = Because::Trailer { trailer: "Depends-On".into(), value: "Ifa4e5".into() };
    assert_eq!(why(&found, &by_id, &fares), [trailer]);
    assert_eq!(found.portfolio.releases.len(), 1);
    assert_eq!(found.portfolio.releases[0].changes.len(), 6);
    let names: Vec<&str> = found.repositories.iter().map(|read| read.name.as_str()).collect();
    assert_eq!(names, [name(&shop), name(&till)]);
    assert_eq!((found.repositories[0].changes, found.repositories[1].changes), (4, 2));
    // The order in which they are given changes no answer but the order of the list.
    let other = together(&[&till, &shop]).unwrap();
    assert_eq!(other.dependencies, found.dependencies);
    assert_eq!(other.at, found.at);
}

#[test]
fn what_another_repository_has_released_is_not_required() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    shop.commit("a", "1", "base");
    shop.tag("v1");
    let fares = till.commit("b", "1", "Fares\n\nChange-Id: Ifa4e5\n");
    till.tag("v1");
    till.commit("b", "2", "more");
    let by_id = shop.commit("a", "2", "Show\n\nDepends-On: Ifa4e5\n");
    let by_commit = shop.commit("c", "2", &format!("Show\n\nDepends-On: {fares}\n"));
    let found = together(&[&shop, &till]).unwrap();
    assert_eq!(requires(&found, &by_id), [""; 0]);
    assert_eq!(requires(&found, &by_commit), [""; 0]);
    assert_eq!((found.notes.requires_released, found.notes.requires_unresolved), (2, 0));
}

#[test]
fn a_submodule_brings_what_it_is_set_to() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    let base = till.commit("b", "1", "base, of the till");
    till.tag("v1");
    let first = till.commit("b", "2", "first");
    let second = till.commit("c", "2", "second");
    till.commit("d", "2", "third, which is not taken");
    shop.commit("a", "1", "base");
    let link = |repo: &Repo, commit: &str| {
        let entry = format!("160000,{commit},till");
        repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    };
    link(&shop, &base);
    shop.git(&["commit", "-q", "-m", "Take the till"]);
    shop.tag("v1");
    link(&shop, &second);
    shop.git(&["commit", "-q", "-m", "Renew the till"]);
    let bump = shop.head();
    let found = together(&[&shop, &till]).unwrap();
    let mut expected = [short(&first), short(&second)];
    expected.sort_unstable();
    let mut required = requires(&found, &bump);
    required.sort_unstable();
    assert_eq!(required, expected);
    let because = Because::Submodule { path: "till".into(), commit: second.clone() };
    assert_eq!(why(&found, &bump, &first), [because]);
}

#[test]
fn a_person_is_one_across_repositories() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    shop.commit("a", "1", "base");
    shop.tag("v1");
    till.by("Bob", "bob@example.org").commit("b", "1", "base, of the till");
    till.tag("v1");
    till.commit("b", "2", "Fares\n\nReviewed-by: Ann <ANN@example.org>\n");
    shop.commit("a", "2", "Show\n\nReviewed-by: Ann Other <ann@example.org>\n");
    let found = together(&[&shop, &till]).unwrap();
    assert_eq!(found.notes.reviews, 1);
    assert_eq!(found.notes.own_trailers, 1, "one's own, whatever the repository");
    assert!(found.dependencies.iter().all(|on| on.kind == DependencyKind::Requires));
}

#[test]
fn no_repository_counts_twice() {
    let mut shop = Repo::new();
    shop.commit("a", "1", "base");
    shop.tag("v1");
    let commit = shop.commit("a", "2", "Show");
    let error = together(&[&shop, &shop]).unwrap_err();
    assert_eq!(error.code(), "overlap");
    assert!(error.to_string().contains(&commit), "{error}");
}

#[test]
fn none_given_is_an_empty_assessment() {
    let found = together(&[]).unwrap();
    assert!(found.portfolio.changes.is_empty() && found.release.is_none());
}

#[test]
fn services_of_several_repositories_bear_their_names() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    for (repo, text) in [(&mut shop, "1"), (&mut till, "2")] {
        repo.commit("src/a", text, "base");
        repo.tag("v1");
    }
    let one = shop.commit("src/a", "3", "one");
    let other = till.commit("src/a", "4", "other");
    let found = together(&[&shop, &till]).unwrap();
    for (repo, commit) in [(&shop, &one), (&till, &other)] {
        let services: Vec<&str> =
            change(&found, commit).services.iter().map(|id| id.as_str()).collect();
        assert_eq!(services, [format!("{}/src", name(repo)).as_str()]);
    }
}

#[test]
fn a_lock_file_brings_what_it_pins() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    till.commit("Cargo.toml", "[package]\nname = \"till-fares\"\n", "base, of the till");
    till.tag("v1.0.0");
    let first = till.commit("b", "2", "first");
    let second = till.commit("c", "2", "second");
    till.tag("v1.1.0");
    let third = till.commit("d", "2", "third, which is in no version");
    let lock = |fares: &str, other: &str| {
        format!(
            "[[package]]\nname = \"paper\"\nversion = \"{other}\"\n\n\
             [[package]]\nname = \"till-fares\"\nversion = \"{fares}\"\n"
        )
    };
    shop.commit("app/Cargo.lock", &lock("1.0.0", "1.0.0"), "base");
    shop.tag("v1");
    let other = shop.commit("app/Cargo.lock", &lock("1.0.0", "1.1.0"), "Renew the paper");
    let bump = shop.commit("app/Cargo.lock", &lock("1.1.0", "1.1.0"), "Renew the fares");
    let exact = format!("fares = {{ git = \"https://x/y\", rev = \"{third}\" }}\n");
    let by_commit = shop.commit("Cargo.toml", &exact, "Take the newest");
    let options = Options { since: Some("HEAD~3".into()), ..Options::default() };
    let paths = [shop.path(), till.path()];
    let found = assess_all(&paths, &options, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(requires(&found, &other), [""; 0], "another package of the same version");
    let mut expected = [short(&first), short(&second)];
    expected.sort_unstable();
    assert_eq!(
        requires(&found, &bump).into_iter().collect::<std::collections::BTreeSet<_>>(),
        expected.into_iter().collect()
    );
    let pinned = Because::Pinned {
        path: "app/Cargo.lock".into(),
        package: "till-fares".into(),
        version: "1.1.0".into(),
    };
    assert_eq!(why(&found, &bump, &second), [pinned]);
    assert_eq!(requires(&found, &by_commit).len(), 3);
    let named: Vec<(&str, usize)> =
        found.portfolio.releases.iter().map(|r| (r.id.as_str(), r.changes.len())).collect();
    let release = format!("{}/v1.1.0", name(&till));
    assert_eq!(named, [("next", 6), (release.as_str(), 2)]);
}

#[test]
fn a_change_id_that_several_repositories_have_means_all_of_them() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    shop.commit("a", "1", "base");
    shop.tag("v1");
    till.by("Bob", "bob@example.org").commit("b", "1", "base, of the till");
    till.tag("v1");
    let theirs = till.commit("b", "2", "till\n\nChange-Id: I5a3e\n");
    let ours = shop.commit("a", "2", "shop\n\nChange-Id: I5a3e\nDepends-On: I5a3e\n");
    let user = shop.commit("c", "1", "user\n\nDepends-On: I5a3e\n");
    let found = together(&[&shop, &till]).unwrap();
    assert_eq!(requires(&found, &ours), [short(&theirs)]);
    let mut both = [short(&ours), short(&theirs)];
    both.sort_unstable();
    let mut read = requires(&found, &user);
    read.sort_unstable();
    assert_eq!(read, both);
    assert_eq!(found.notes.requires_itself, 0);
}

#[test]
fn what_is_pinned_and_not_read_is_counted() {
    let (mut shop, mut till) = (Repo::new(), Repo::new());
    shop.commit("a", "1", "base");
    shop.tag("v1");
    till.by("Bob", "bob@example.org").commit("b", "1", "base, of the till");
    till.tag("v1");
    let theirs = till.commit("b", "2", "till");
    let hidden = format!("{}{theirs}\n", " ".repeat(5_000));
    let long = shop.commit("package.json", &hidden, "a long line");
    let opaque = shop.commit("go.sum", &format!("\0{theirs}\n"), "no text");
    let plain = shop.commit("uv.lock", &format!("x {theirs}\n"), "plain");
    let found = together(&[&shop, &till]).unwrap();
    assert_eq!((requires(&found, &long), requires(&found, &opaque)), (vec![], vec![]));
    assert_eq!(requires(&found, &plain), [short(&theirs)]);
    assert_eq!(found.notes.pins_unread, 2);
}
