//! What tags and messages say by convention: where a range begins, which request a change is.

use lynchpin_link::git::Start;

use super::support::*;

/// A repository with a commit and a tag for each of those names.
fn tagged(names: &[&str]) -> Repo {
    let mut repo = Repo::new();
    for name in names {
        repo.commit("a", name, &format!("before {name}"));
        repo.tag(name);
    }
    repo.commit("a", "end", "end");
    repo
}

#[track_caller]
fn begins_at(names: &[&str], start: &str, passed_over: (u64, u64)) {
    let found = tagged(names).assess();
    assert_eq!(found.repositories[0].range.since_name.as_deref(), Some(start), "{names:?}");
    assert_eq!(found.repositories[0].range.start, Start::LastTag);
    let notes = &found.notes;
    assert_eq!((notes.prereleases_passed_over, notes.other_tags_passed_over), passed_over);
}

#[test]
fn a_range_begins_at_the_last_version_that_is_released() {
    begins_at(&["v1.0.0", "v1.1.0-rc1", "v1.1.0rc2", "nightly"], "v1.0.0", (2, 1));
    begins_at(&["nightly-1", "v0.9.0-beta.1", "v1.0.0"], "v1.0.0", (0, 0));
    begins_at(&["shop@1.2.3", "till@3.0.0", "till@3.1.0-dev"], "till@3.0.0", (1, 0));
    begins_at(&["2026.10", "2026.11-rc.1", "last-good"], "2026.10", (1, 1));
    begins_at(&["1.0.0", "v2.0.0", "release-1.9.1"], "release-1.9.1", (0, 0));
}

#[test]
fn without_a_released_version_any_tag_is_a_beginning() {
    begins_at(&["last-good", "nightly"], "nightly", (0, 0));
    begins_at(&["nightly", "v1.0.0-rc1"], "v1.0.0-rc1", (0, 0));
}

#[test]
fn a_version_that_is_not_before_the_end_hides_no_other_tag() {
    let mut repo = tagged(&["last-good"]);
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.commit("b", "1", "other");
    repo.tag("v1.0.0");
    repo.git(&["checkout", "-q", "main"]);
    let found = repo.assess();
    assert_eq!(found.repositories[0].range.since_name.as_deref(), Some("last-good"));
    assert_eq!(found.notes.other_tags_passed_over, 0);
}

#[test]
fn of_several_tags_on_one_commit_the_released_version_counts() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.git(&["tag", "-a", "v1.9.0-rc1", "-m", "annotated"]);
    for name in ["v1.9.0", "zz", "v1.10.0"] {
        repo.tag(name);
    }
    repo.commit("a", "2", "end");
    let found = repo.assess();
    assert_eq!(
        found.repositories[0].range.since_name.as_deref(),
        Some("v1.10.0"),
        "the later of two versions"
    );
    assert_eq!(found.notes.prereleases_passed_over, 0, "what is on the start itself is not nearer");
}

#[test]
fn merges_are_called_as_their_request_is() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1.0.0");
    let messages = [
        "Merge pull request #7 from bob/side",
        "Merge branch 'side' into 'main'\n\nRound fares\n\nSee merge request acme/shop!8",
        "Merged in side (pull request #9)\n\nRound prices",
        "Merge pull request 'Round taxes' (#10) from side into main",
        "Merge branch 'side'",
    ];
    for (number, message) in messages.iter().enumerate() {
        repo.git(&["checkout", "-q", "-B", "side"]);
        for part in ["x", "y"] {
            repo.commit(&format!("{part}{number}"), "1", &format!("{part} {number}"));
        }
        repo.git(&["checkout", "-q", "main"]);
        repo.merge(&["side"], message);
    }
    let expected =
        ["bob/side (#7)", "Round fares", "Round prices", "Round taxes", "Merge branch 'side'"];
    assert_eq!(titles(&repo.assess()), expected);
}

#[test]
fn requests_are_found_by_number_and_address() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    let gerrit = "https://review.example/c/acme/shop/+/77";
    repo.commit("r", "1", &format!("Released\n\nReviewed-on: {gerrit}"));
    repo.commit("s", "1", "Released as well\n\nSee merge request acme/shop!5");
    repo.tag("v1.0.0");
    let url = "https://forge.example/nodejs/node/pull/12";
    let node = repo.commit("b", "1", &format!("doc: one\n\nPR-URL: {url}"));
    let lab = repo.commit("c", "1", "Two\n\nSee merge request acme/shop!12");
    let azure = repo.commit("d", "1", "Merged PR 13: Three");
    let by = |target: &str| format!("Needs {target}\n\nDepends-On: {target}");
    let first = repo.commit("e", "1", &by(url));
    let second = repo.commit("f", "1", &by("!12"));
    let third = repo.commit("g", "1", &by("#13"));
    let fourth = repo.commit("h", "1", &by("#12"));
    repo.commit("i", "1", &by("https://review.example/77"));
    repo.commit("j", "1", &by("!5"));
    let revert = repo.commit("k", "1", "Revert \"Two\"\n\nThis reverts merge request !12");
    let found = repo.assess();
    assert_eq!(requires(&found, &first), [short(&node)]);
    assert_eq!(requires(&found, &second), [short(&lab)]);
    assert_eq!(requires(&found, &third), [short(&azure)]);
    assert_eq!(requires(&found, &fourth), [short(&node)]);
    assert_eq!(requires(&found, &revert), [short(&lab)]);
    assert_eq!(change(&found, &azure).title.as_deref(), Some("Three"));
    assert_eq!((found.notes.requires_released, found.notes.requires_unresolved), (2, 0));
}
