use super::owners::{Directory, Lookup, Newcomer};
use super::*;
use crate::git::limits::Limits;
use crate::git::repository::open;
use lynchpin::base::id::{GroupId, ServiceId};
use std::path::Path;

fn home(several: bool) -> Home {
    Home { repository: "shop".to_owned(), several }
}

fn with_register<T>(run: impl FnOnce(&mut Register<'_>) -> T) -> (T, Vec<Newcomer>) {
    let (address, handle) =
        (|text: &str| (text == "ann@x").then_some(0), |text: &str| (text == "bob").then_some(1));
    let mut register = Register::new(Lookup { address: &address, handle: &handle });
    let value = run(&mut register);
    (value, register.newcomers)
}

fn codeowners(text: &str, place: &'static str) -> Services {
    let run = |register: &mut Register<'_>| {
        Services::from_codeowners(text, place, &home(false), register).unwrap()
    };
    with_register(run).0
}

fn ids<'a>(services: &'a Services, path: &str) -> Vec<&'a str> {
    let of = services.of(path.as_bytes());
    of.iter().map(|number| services.list()[*number].id.as_str()).collect()
}

fn owners<'a>(services: &'a Services, id: &str) -> &'a Owners {
    &services.list().iter().find(|service| service.id == id).unwrap().owners
}

/// What holds of all services: ids that the engine takes, each once.
fn check(services: &Services) {
    let mut seen = BTreeSet::new();
    for service in services.list() {
        assert!(ServiceId::new(&service.id).is_ok(), "{service:?}");
        assert!(seen.insert(&service.id), "{service:?}");
        if let Owners::Group { id, .. } = &service.owners {
            assert!(GroupId::new(id).is_ok(), "{service:?}");
        }
    }
}

#[test]
fn the_last_rule_of_github_decides() {
    let text =
        "* @org/all\n*.js @bob\n/src/checkout/ @ann @bob\n/src/checkout/vendor\ndocs/* d@x\n";
    let services = codeowners(text, "CODEOWNERS");
    check(&services);
    for (path, expected) in [
        ("README.md", "shop"),
        ("a/b.js", "any.js"),
        ("src/checkout/x.js", "src/checkout"),
        ("src/checkout/vendor/x.js", "unowned"),
        ("docs/a.md", "docs/any"),
        ("docs/a/b.md", "shop"),
    ] {
        assert_eq!(ids(&services, path), [expected], "{path}");
    }
    let all = Owners::Group { id: "org/all".to_owned(), members: Vec::new() };
    assert_eq!(owners(&services, "shop"), &all);
    assert_eq!(owners(&services, "any.js"), &Owners::One(Owner::Known(1)));
    let members = vec![Owner::Known(1), Owner::Newcomer(0)];
    let group = Owners::Group { id: "owners-of-src/checkout".to_owned(), members };
    assert_eq!(owners(&services, "src/checkout"), &group);
    assert_eq!(owners(&services, "unowned"), &Owners::ThoseWhoChangedIt);
    assert_eq!(services.list()[2].place, "CODEOWNERS:3");
    assert_eq!(services.origin(), &Origin::CodeOwners("CODEOWNERS"));
}

#[test]
fn each_section_of_gitlab_decides_for_itself() {
    let text = "* @all\n[Docs] @d\n/docs/\n*.md\n!/docs/gen/\n/docs/gen/x.md\n\
                [Code] @c\n/docs/code/ @bob\n/src/\n/old\n[Shared]\n/src/ @d\n/lib/ @d\n";
    let services = codeowners(text, ".gitlab/CODEOWNERS");
    check(&services);
    for (path, expected) in [
        ("docs/a", vec!["shop", "docs"]),
        ("docs/gen/x.md", vec!["shop"]),
        ("docs/code/x", vec!["shop", "docs", "code/docs/code"]),
        ("src/x", vec!["shop", "code", "shared"]),
        ("lib/x.md", vec!["shop", "docs", "shared"]),
        ("old/x", vec!["shop"]),
    ] {
        assert_eq!(ids(&services, path), expected, "{path}");
    }
}

#[test]
fn rules_of_one_name_are_one_service_only_with_the_same_owners() {
    let text = "docs/ @a\n/docs/** @a\n/x/docs @b\n/docs~2/ @c\ndocs @b\n/gone @a\n/gone @b\n";
    let services = codeowners(text, "CODEOWNERS");
    check(&services);
    assert_eq!(ids(&services, "docs~2/y"), ["docs~2"]);
    assert_eq!(ids(&services, "x/docs/y"), ["docs~3"]);
    assert_eq!(owners(&services, "gone"), &Owners::One(Owner::Newcomer(1)));
    assert!(services.list().iter().all(|service| service.id != "gone~2"));
    let text = "docs/ @a\n/docs/** @a\n";
    assert_eq!(codeowners(text, "CODEOWNERS").list().len(), 2);
}

#[test]
fn several_repositories_put_their_names_before() {
    let home = home(true);
    let text = "* @a\n/src/x/ @b\n/y\n";
    let run = |register: &mut Register<'_>| {
        Services::from_codeowners(text, "CODEOWNERS", &home, register).unwrap()
    };
    let (services, newcomers) = with_register(run);
    check(&services);
    assert_eq!(ids(&services, "a"), ["shop"]);
    assert_eq!(ids(&services, "src/x/a"), ["shop/src/x"]);
    assert_eq!(ids(&services, "y"), ["shop/unowned"]);
    assert_eq!(newcomers.len(), 2);
    let services = Services::from_folders(&[b"a/b", b"c"], &home);
    check(&services);
    assert_eq!(ids(&services, "a/b"), ["shop/a"]);
    assert_eq!(ids(&services, "c"), ["shop"]);
}

#[test]
fn folders_are_services_whatever_the_order_of_paths() {
    let mut paths: Vec<&[u8]> =
        vec![b"crates/a/x", b"crates/b/x", b"shop/x", b"caf\xe9/x", b"-x/y", b".github/x", b"x"];
    let services = Services::from_folders(&paths, &home(false));
    check(&services);
    assert_eq!(ids(&services, "crates/a/other"), ["crates/a"]);
    assert_eq!(ids(&services, "shop/x"), ["shop"]);
    assert_eq!(ids(&services, ".github/x"), ["shop"]);
    assert_eq!(ids(&services, "never/seen"), ["shop"]);
    assert_eq!(services.of(b"caf\xe9/x"), services.of(b"caf\xe9/y"));
    assert_ne!(services.of(b"caf\xe9/x"), services.of(b"x"));
    paths.reverse();
    assert_eq!(Services::from_folders(&paths, &home(false)).list(), services.list());
    let many: Vec<String> = (0..=SERVICES_MAX).map(|number| format!("apps/{number}/x")).collect();
    let many: Vec<&[u8]> = many.iter().map(String::as_bytes).collect();
    assert_eq!(Services::from_folders(&many, &home(false)).list().len(), 2);
}

#[test]
fn a_mapping_file_goes_by_its_own_ids() {
    let text = "[service.a]\npaths = [\"/src/\", \"!/src/gen/\", \"/src/gen/keep\"]\n\
                members = [\"ann@x\", \"@bob\"]\ntier = 2\n\
                [service.b]\npaths = [\"*.rs\"]\nowner = { group = \"g\" }\n\
                [service.c]\npaths = [\"**\"]\nrepositories = [\"till\"]\n";
    let mapping = Mapping::read(text, "s.toml").unwrap();
    let home = home(true);
    let run = |register: &mut Register<'_>| Services::from_mapping(&mapping, &home, register);
    let (services, _) = with_register(run);
    check(&services);
    assert_eq!(ids(&services, "src/x.rs"), ["a", "b"]);
    assert_eq!(ids(&services, "src/gen/x"), ["shop"]);
    assert_eq!(ids(&services, "src/gen/keep/x"), ["a"]);
    let members = vec![Owner::Known(0), Owner::Known(1)];
    let group = Owners::Group { id: "owners-of-a".to_owned(), members };
    assert_eq!(owners(&services, "a"), &group);
    let group = Owners::Group { id: "g".to_owned(), members: Vec::new() };
    assert_eq!(owners(&services, "b"), &group);
    assert_eq!((services.list()[0].tier, &*services.list()[0].place), (Some(2), "s.toml:1"));
    assert_eq!(owners(&services, "shop"), &Owners::ThoseWhoChangedIt);
}

#[test]
fn too_many_services_are_not_used() {
    let many: String = (0..=SERVICES_MAX).map(|number| format!("/{number}/ @a\n")).collect();
    let run = |register: &mut Register<'_>| {
        Services::from_codeowners(&many, "CODEOWNERS", &home(false), register).is_none()
    };
    assert!(with_register(run).0);
    let wild: String = (0..2_010).map(|number| format!("*{number} @a\n")).collect();
    let services = codeowners(&wild, "CODEOWNERS");
    assert_eq!(services.skipped().len(), 10);
    assert_eq!(services.skipped()[0].line, 2_001);
}

/// Runs git in a folder for a test; what it says.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=Ann", "-c", "user.email=ann@x"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let said = command.args(arguments).output().unwrap();
    assert!(said.status.success(), "{arguments:?}");
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

fn committed_and_found(folder: &Path) -> (Services, Notes) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
    found(folder)
}

fn found(folder: &Path) -> (Services, Notes) {
    let commit = git(folder, &["rev-parse", "HEAD"]);
    let repository = open(folder, &Limits::default()).unwrap();
    let directory = Directory::of(&[]);
    let (address, handle) =
        (|text: &str| directory.address(text), |text: &str| directory.handle(text));
    let mut register = Register::new(Lookup { address: &address, handle: &handle });
    let mut notes = Notes::default();
    let (home, paths) = (home(false), [b"a/b".as_slice()]);
    let wanted = Wanted {
        repository: &repository,
        commit: &commit,
        mapping: None,
        home: &home,
        paths: &paths,
    };
    (find(&wanted, &mut register, &mut notes).unwrap(), notes)
}

#[test]
fn the_first_committed_file_counts_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "-q", "-b", "main", "."]);
    assert_eq!(committed_and_found(path).0.origin(), &Origin::Folders);
    std::fs::create_dir_all(path.join("docs")).unwrap();
    std::fs::write(path.join("docs/CODEOWNERS"), "* @a @b\n! @c\n").unwrap();
    let (services, notes) = committed_and_found(path);
    assert_eq!(services.origin(), &Origin::CodeOwners("docs/CODEOWNERS"));
    assert_eq!((notes.owners_unseen, notes.codeowners_skipped), (2, 1));
    std::fs::write(path.join("CODEOWNERS"), "#\n".repeat(FILE_BYTES_MAX / 2 + 1)).unwrap();
    let (services, notes) = committed_and_found(path);
    assert_eq!((services.origin(), notes.codeowners_unused), (&Origin::Folders, 1));
    std::fs::write(path.join("CODEOWNERS"), "").unwrap();
    let (services, notes) = committed_and_found(path);
    assert_eq!(services.origin(), &Origin::CodeOwners("CODEOWNERS"));
    assert_eq!((notes, ids(&services, "x")), (Notes::default(), vec!["shop"]));
    // A folder of that name, a link, and what nobody committed are no such files.
    std::fs::create_dir_all(path.join(".github/CODEOWNERS")).unwrap();
    std::fs::write(path.join(".github/CODEOWNERS/x"), "").unwrap();
    std::fs::remove_file(path.join("CODEOWNERS")).unwrap();
    std::os::unix::fs::symlink("docs/CODEOWNERS", path.join("CODEOWNERS")).unwrap();
    assert_eq!(committed_and_found(path).0.origin(), &Origin::CodeOwners("docs/CODEOWNERS"));
}

#[test]
fn content_that_was_never_fetched_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let origin = folder.path().join("origin");
    std::fs::create_dir(&origin).unwrap();
    git(&origin, &["init", "-q", "-b", "main", "."]);
    git(&origin, &["config", "uploadpack.allowFilter", "true"]);
    std::fs::write(origin.join("CODEOWNERS"), "* @a\n").unwrap();
    assert_eq!(committed_and_found(&origin).0.origin(), &Origin::CodeOwners("CODEOWNERS"));
    let from = format!("file://{}", origin.display());
    let clone = ["clone", "-q", "--bare", "--filter=blob:none", &from, "clone"];
    git(folder.path(), &clone);
    let (services, notes) = found(&folder.path().join("clone"));
    assert_eq!((services.origin(), notes.codeowners_unused), (&Origin::Folders, 1));
}
