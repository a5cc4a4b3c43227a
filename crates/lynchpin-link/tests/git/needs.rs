//! What messages call other changes, and which those are.

use lynchpin_link::git::Options;

use super::support::*;

#[test]
fn a_name_that_is_released_already_is_satisfied() {
    let mut repo = Repo::new();
    repo.commit("base", "1", "base\n\nChange-Id: I0123\n");
    repo.merge_request(7);
    repo.tag("v1");
    let by_id = repo.commit("a", "1", "a\n\nDepends-On: I0123\n");
    let by_number = repo.commit("b", "1", "b\n\nDepends-On: #7\n");
    let unknown = repo.commit("c", "1", "c\n\nDepends-On: I0404\n");
    let no_number = repo.commit("d", "1", "d\n\nDepends-On: #404\n");
    let found = repo.assess();
    assert_eq!(requires(&found, &no_number), ["pull/404"]);
    assert_eq!(requires(&found, &by_id), [""; 0]);
    assert_eq!(requires(&found, &by_number), [""; 0]);
    assert_eq!(requires(&found, &unknown), ["I0404"]);
    assert_eq!((found.notes.requires_released, found.notes.requires_unresolved), (2, 2));
}

#[test]
fn pull_requests_are_found_by_their_number() {
    let mut repo = Repo::new();
    repo.commit("base", "1", "base");
    repo.tag("v1");
    let merge = repo.merge_request(7);
    let squashed = repo.commit("s", "1", "Squashed (#8)");
    let on_both = repo.commit("a", "1", "a\n\nDepends-On: #7, #8\n");
    let name = repo.path().file_name().unwrap().to_str().unwrap().to_owned();
    let url = format!("https://forge.example/acme/{name}/pull/7");
    let by_url = repo.commit("b", "1", &format!("b\n\nDepends-On: {url}\n"));
    let elsewhere = repo.commit("c", "1", "c\n\nDepends-On: https://x/acme/other/pull/7\n");
    let found = repo.assess();
    let mut both = [short(&merge), short(&squashed)];
    both.sort_unstable();
    let mut read = requires(&found, &on_both);
    read.sort_unstable();
    assert_eq!(read, both);
    assert_eq!(requires(&found, &by_url), [short(&merge)]);
    assert_eq!(requires(&found, &elsewhere), ["https://x/acme/other/pull/7"]);
}

#[test]
fn each_of_several_names_counts() {
    let mut repo = Repo::new();
    let first = repo.commit("a", "1", "a\n\nChange-Id: Ia111\n");
    let commit = repo.commit("b", "1", "b\n\nDepends-On: Ia111, Ib222\n");
    let mut expected = [short(&first), "Ib222"];
    expected.sort_unstable();
    let found = repo.assess();
    let mut read = requires(&found, &commit);
    read.sort_unstable();
    assert_eq!(read, expected);
}

#[test]
fn what_landed_twice_is_the_nearest_earlier_one() {
    let mut repo = Repo::new();
    let first = repo.commit("a", "1", "a\n\nChange-Id: I0123\n");
    let between = repo.commit("b", "1", "b\n\nDepends-On: I0123\n");
    repo.git(&["revert", "--no-edit", &first]);
    let again =
        repo.commit("a", "1", &format!("a again\n\nChange-Id: I0123\nDepends-On: {between}\n"));
    let late = repo.commit("c", "1", "c\n\nDepends-On: I0123\n");
    let found = repo.assess();
    assert_eq!(requires(&found, &between), [short(&first)], "no circle");
    assert_eq!(requires(&found, &again), [short(&between)]);
    assert_eq!(requires(&found, &late), [short(&again)]);
    assert_eq!(found.notes.reverted, 1);
}

#[test]
fn nobody_takes_the_id_of_a_commit_for_a_name() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let meant = repo.commit("b", "1", "meant");
    let other = repo.commit("c", "1", &format!("other\n\nChange-Id: {meant}\n"));
    let user = repo.commit("d", "1", &format!("user\n\nDepends-On: {meant}\n"));
    let found = repo.assess();
    assert_eq!(requires(&found, &user), [short(&meant)]);
    // Neither is what a check says of the one lost to the other.
    let file = repo.path().join(".git/failed.json");
    let text = format!(r#"{{"check": "unit", "commit": "{meant}", "outcome": "failed"}}"#);
    std::fs::write(&file, text).unwrap();
    let options = Options { results: Some(file), ..Options::default() };
    let found = repo.ask(&options).unwrap();
    assert_eq!(testers(&found, &meant), ["ci"]);
    assert_eq!(testers(&found, &other), [""; 0]);
}
