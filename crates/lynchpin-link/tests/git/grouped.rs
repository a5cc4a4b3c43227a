//! Commits that land as one change, and releases within the range.

use lynchpin_link::git::Options;

use crate::support::{Repo, approvers, change, requires, short, titles};

fn part(subject: &str, request: u32, more: &str) -> String {
    format!("{subject}\n\n{more}Part-of: <https://forge.example/shop/-/merge_requests/{request}>\n")
}

#[test]
fn a_run_of_one_request_is_one_change() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    let one = repo.commit("a", "2\n", &part("First half", 7, ""));
    let two = repo.commit("a", "3\n", &part("Second half", 7, ""));
    let other = repo.commit("a", "4\n", &part("Another", 8, ""));
    let found = repo.assess();
    assert_eq!(titles(&found).len(), 2);
    let series = change(&found, &two);
    let commits: Vec<&str> = series.commits.iter().map(|id| id.as_str()).collect();
    assert_eq!(commits, [one.as_str(), two.as_str()]);
    assert_eq!(requires(&found, &two), [""; 0], "its own lines are no other change's");
    assert_eq!(requires(&found, &other), [short(&two)]);
    assert_eq!((series.size.lines_added, series.size.files), (Some(2), Some(1)));
    assert_eq!(found.notes.series, 1);
    assert!(series.tickets.iter().any(|ticket| ticket.as_str().contains('7')), "{series:?}");
}

#[test]
fn a_review_counts_for_a_series_only_if_every_commit_has_one() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    let by_bob = "Reviewed-by: Bob <bob@example.org>\n";
    repo.commit("a", "2\n", &part("First half", 7, by_bob));
    let slipped = repo.commit("b", "3\n", &part("Slipped in", 7, ""));
    repo.commit("c", "2\n", &part("First half", 8, ""));
    let last_only = repo.commit("d", "3\n", &part("Second half", 8, by_bob));
    repo.commit("e", "2\n", &part("First half", 9, by_bob));
    let both = repo.commit("f", "3\n", &part("Second half", 9, by_bob));
    let found = repo.assess();
    assert_eq!(approvers(&found, &slipped), [""; 0]);
    assert_eq!(approvers(&found, &last_only), [""; 0], "the last does not speak for the others");
    assert_eq!(approvers(&found, &both), ["bob@example.org"]);
    assert_eq!(found.notes.partly_reviewed, 2);
}

#[test]
fn tags_and_branches_within_the_range_are_releases() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1.0.0");
    let one = repo.commit("b", "1\n", "one");
    repo.tag("v1.1.0");
    let two = repo.commit("c", "1\n", "two");
    repo.git(&["branch", "release/1.2"]);
    let three = repo.commit("d", "1\n", "three");
    repo.git(&["checkout", "-q", "release/1.2"]);
    repo.commit("e", "1\n", &format!("three, again\n\n(cherry picked from commit {three})"));
    repo.git(&["checkout", "-q", "main"]);
    let since = Some("v1.0.0".to_owned());
    let found = repo.ask(&Options { since, ..Options::default() }).unwrap();
    let releases: Vec<(&str, Vec<&str>)> = found
        .portfolio
        .releases
        .iter()
        .map(|r| (r.id.as_str(), r.changes.iter().map(|id| id.as_str()).collect()))
        .collect();
    assert_eq!(
        releases,
        [
            ("next", vec![short(&one), short(&two), short(&three)]),
            ("v1.1.0", vec![short(&one)]),
            ("release/1.2", vec![short(&two)]),
        ]
    );
    let title = |index: usize| found.portfolio.releases[index].title.clone().unwrap();
    assert_eq!(title(1), "version 1.1.0, tagged here");
    assert_eq!(title(2), "version 1.2, branched off here");
    // The branch itself, and what it copies.
    let until = Some("release/1.2".to_owned());
    let found = repo.ask(&Options { until, ..Options::default() }).unwrap();
    assert_eq!(titles(&found), ["two", "three, again"]);
    assert_eq!((found.notes.picks, found.notes.picks_within), (1, 0));
    let copy = found.portfolio.changes[1].description.as_deref();
    assert_eq!(copy, Some(format!("copied from {three}").as_str()));
}

#[test]
fn a_tag_amid_a_series_does_not_release_it() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1.0.0");
    let one = repo.commit("x", "1\n", "one");
    repo.commit("b", "1\n", &part("First half", 7, ""));
    repo.tag("v1.1.0");
    repo.commit("c", "1\n", &part("Second half", 7, ""));
    let since = Some("v1.0.0".to_owned());
    let found = repo.ask(&Options { since, ..Options::default() }).unwrap();
    let tagged = &found.portfolio.releases[1];
    let changes: Vec<&str> = tagged.changes.iter().map(|id| id.as_str()).collect();
    assert_eq!((tagged.id.as_str(), changes), ("v1.1.0", vec![short(&one)]));
}
