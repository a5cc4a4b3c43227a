//! What ordinary histories say.

use lynchpin::base::Limits;
use lynchpin::model::PersonKind;
use lynchpin::wire::read_portfolio;
use lynchpin_link::git::{Options, Start};

use super::support::*;

#[test]
fn the_range_begins_at_the_nearest_tag_before_the_end() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "first");
    repo.tag("v1");
    repo.commit("a", "2", "second");
    repo.tag("v2-lightweight");
    repo.commit("a", "3", "third");
    repo.git(&["tag", "-a", "v3", "-m", "annotated"]);
    let found = repo.assess();
    assert_eq!(titles(&found), ["third"], "the tag on the end itself would leave nothing to ship");
    assert_eq!(found.repositories[0].range.start, Start::LastTag);
    assert_eq!(found.repositories[0].range.since_name.as_deref(), Some("v2-lightweight"));
    repo.commit("a", "4", "fourth");
    let found = repo.assess();
    assert_eq!(
        found.repositories[0].range.since_name.as_deref(),
        Some("v3"),
        "annotated tags count as well"
    );
    let to = Options { until: Some("v2-lightweight".to_owned()), ..Options::default() };
    assert_eq!(titles(&repo.ask(&to).unwrap()), ["second"]);
    let both = Options { until: Some("v3".to_owned()), ..from("v1") };
    let found = repo.ask(&both).unwrap();
    assert_eq!(titles(&found), ["second", "third"]);
    assert_eq!(
        (
            found.repositories[0].range.start.clone(),
            found.repositories[0].range.until_name.as_str()
        ),
        (Start::Given, "v3")
    );
}

#[test]
fn without_a_tag_the_range_is_the_last_commits_or_all() {
    let mut repo = Repo::new();
    for number in 0..4 {
        repo.commit("a", &number.to_string(), &format!("c{number}"));
    }
    let found = repo.assess();
    assert_eq!(
        (found.repositories[0].range.start.clone(), found.repositories[0].range.since.clone()),
        (Start::Beginning, None)
    );
    assert_eq!(found.portfolio.changes.len(), 4);
    let mut options = Options::default();
    options.limits.commits_without_tag = 2;
    let found = repo.ask(&options).unwrap();
    assert_eq!(found.repositories[0].range.start, Start::CommitsBack(2));
    assert_eq!(titles(&found), ["c2", "c3"]);
    assert_eq!(Options::default().limits.commits_without_tag, 200);
}

#[test]
fn trailers_become_approvals_and_evidence() {
    let mut repo = Repo::new();
    let commit = repo.commit(
        "a",
        "1",
        "tax rules\n\nWhy.\n\nReviewed-by: Bob <bob@example.org>\nAcked-by: Cy <cy@example.org>\n\
         Approved-by: Di <di@example.org>\nTested-by: Ed <ed@example.org>\n\
         Signed-off-by: Flo <flo@example.org>\nCloses: #12\n",
    );
    let found = repo.assess();
    assert_eq!(approvers(&found, &commit), ["bob@example.org", "cy@example.org", "di@example.org"]);
    assert_eq!(testers(&found, &commit), ["ed@example.org"]);
    let change = change(&found, &commit);
    assert_eq!(change.title.as_deref(), Some("tax rules"));
    assert_eq!(change.tickets[0].as_str(), "12");
    assert_eq!(change.commits[0].as_str(), commit);
    assert_eq!(change.author.as_ref().unwrap().as_str(), "ann@example.org");
    assert_eq!(change.at.micros(), (START + 60) * 1_000_000);
    assert_eq!(found.at, change.at);
    assert_eq!((found.notes.reviews, found.notes.tests, found.notes.sign_offs), (3, 1, 1));
}

#[test]
fn nobody_reviews_what_they_had_a_hand_in() {
    let mut repo = Repo::new();
    repo.by("Ann Bee", "ann@example.org").committed_by("Carl", "carl@example.org");
    let commit = repo.commit(
        "a",
        "1",
        "mine\n\nReviewed-by: Ann Bee <ann@example.org>\nReviewed-by: ann <ANN@Example.org>\n\
         Reviewed-by: Mallory <\u{430}nn@example.org>\nReviewed-by: Ann Bee <ann@home.example>\n\
         Reviewed-by: Carl <carl@example.org>\nReviewed-by: Cora <cora@example.org>\n\
         Tested-by: Ann Bee <ann@example.org>\nCo-authored-by: Cora <cora@example.org>\n\
         Reviewed-by: robot[bot] <7+robot[bot]@users.noreply.github.com>\n",
    );
    let found = repo.assess();
    assert_eq!(approvers(&found, &commit), [""; 0]);
    assert_eq!(testers(&found, &commit), [""; 0]);
    assert_eq!((found.notes.own_trailers, found.notes.machine_trailers), (7, 1));
    let people = &found.portfolio.people;
    let ann = people.iter().find(|person| person.id.as_str() == "ann@example.org").unwrap();
    assert_eq!(ann.aliases.len(), 2, "the look-alike and the other address: {ann:?}");
    assert_eq!(people.iter().filter(|person| person.kind == PersonKind::Machine).count(), 1);
    let change = change(&found, &commit);
    let committers: Vec<&str> = change.committers.iter().map(|id| id.as_str()).collect();
    assert_eq!(committers, ["carl@example.org", "cora@example.org"]);
    assert_eq!(change.uploader.as_ref().unwrap().as_str(), "carl@example.org");
}

#[test]
fn mailmap_says_who_is_who_in_commits_and_trailers() {
    let mut repo = Repo::new();
    repo.by("Old", "old@example.org");
    repo.commit(".mailmap", "Ann Bee <ann@example.org> <old@example.org>\n", "map");
    let commit = repo.commit("a", "1", "x\n\nReviewed-by: Ann <ann@example.org>\n");
    repo.by("Bob", "bob@example.org");
    let other = repo.commit("b", "1", "y\n\nReviewed-by: Old <old@example.org>\n");
    // What is not committed has no say.
    repo.write(".mailmap", "Eve <eve@example.org> <old@example.org>\n");
    let found = repo.assess();
    assert_eq!(approvers(&found, &commit), [""; 0]);
    assert_eq!(approvers(&found, &other), ["ann@example.org"]);
    let ann = found.portfolio.people.iter().find(|person| person.id.as_str() == "ann@example.org");
    assert_eq!(ann.unwrap().name.as_deref(), Some("Ann Bee"));
}

/// A base with a tag, a branch of two commits by Bob, and a commit of Ann's beside it.
fn branched(first: &str, second: &str) -> Repo {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.by("Bob", "bob@example.org");
    repo.commit("side/x", "1\n2\n", first);
    repo.commit("side/y", "1\n", second);
    repo.git(&["checkout", "-q", "main"]);
    repo.by("Ann", "ann@example.org");
    repo.commit("main", "1", "beside");
    repo
}

#[test]
fn a_merge_is_one_change_with_its_commits() {
    let mut repo = branched("one", "two");
    let merge = repo.merge(&["side"], "Merge pull request #7 from bob/side\n\nFaster checkout");
    let found = repo.assess();
    assert_eq!(titles(&found), ["beside", "Faster checkout"]);
    let change = change(&found, &merge);
    assert_eq!(change.commits.len(), 3);
    assert_eq!(change.author.as_ref().unwrap().as_str(), "bob@example.org");
    assert_eq!(change.uploader.as_ref().unwrap().as_str(), "ann@example.org");
    assert_eq!((change.size.files, change.size.lines_added), (Some(2), Some(3)));
    assert_eq!(change.size.folders, Some(1));
    let notes = &found.notes;
    assert_eq!((notes.changes, notes.merges, notes.merged_commits), (2, 1, 2));
    assert_eq!((notes.commits, notes.unclaimed_commits), (4, 0));
}

#[test]
fn a_merge_is_reviewed_as_a_whole_or_commit_by_commit() {
    let cy = "\n\nReviewed-by: Cy <cy@example.org>\n";
    let di = "\n\nReviewed-by: Di <di@example.org>\nTested-by: Di <di@example.org>\n";
    let mut repo = branched(&format!("one{cy}"), &format!("two{di}"));
    let merge = repo.merge(&["side"], "Merge branch 'side'");
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), ["cy@example.org", "di@example.org"]);
    assert_eq!(testers(&found, &merge), [""; 0], "only one of two commits is tested");
    assert_eq!((found.notes.partly_reviewed, found.notes.partly_tested), (0, 1));

    let mut repo = branched(&format!("one{cy}"), "two");
    let merge = repo.merge(&["side"], "Merge branch 'side'");
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), [""; 0], "one reviewed commit of two");
    assert_eq!(found.notes.partly_reviewed, 1);

    let mut repo = branched("one", "two");
    let merge = repo.merge(&["side"], &format!("Merge branch 'side'{cy}"));
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), ["cy@example.org"]);

    let bob = "\n\nReviewed-by: Bob <bob@example.org>\nReviewed-by: Ann <ann@example.org>\n";
    let mut repo = branched("one", "two");
    let merge = repo.merge(&["side"], &format!("Merge branch 'side'{bob}"));
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), [""; 0], "its author and who merged it");
    assert_eq!(found.notes.own_trailers, 2);
}

#[test]
fn nested_and_octopus_merges_claim_each_commit_once() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    for branch in ["x", "y", "z"] {
        repo.git(&["checkout", "-q", "-b", branch, "v1"]);
        repo.commit(branch, "1", &format!("on {branch}"));
    }
    repo.merge(&["y"], "z takes y");
    repo.git(&["checkout", "-q", "main"]);
    let octopus = repo.merge(&["x", "z"], "octopus");
    let found = repo.assess();
    assert_eq!(titles(&found), ["octopus"]);
    assert_eq!(change(&found, &octopus).commits.len(), 5);
    assert_eq!((found.notes.merged_commits, found.notes.unclaimed_commits), (4, 0));
}

#[test]
fn a_merge_of_very_many_branches_is_one_change() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let parents: Vec<String> = (0..40)
        .map(|number| {
            repo.git(&["commit-tree", &tree, "-p", "HEAD", "-m", &format!("branch {number}")])
        })
        .collect();
    let mut arguments = vec!["commit-tree", &tree, "-p", "HEAD", "-m", "many"];
    arguments.extend(parents.iter().flat_map(|parent| ["-p", parent]));
    let merge = repo.git(&arguments);
    repo.git(&["update-ref", "HEAD", &merge]);
    let found = repo.assess();
    assert_eq!(titles(&found), ["many"]);
    assert_eq!((found.notes.merged_commits, found.notes.unclaimed_commits), (40, 0));
}

#[test]
fn stated_dependencies_are_resolved() {
    let mut repo = Repo::new();
    let base = repo.commit("base", "1", "base");
    repo.tag("v1");
    let first = repo.commit("a", "1", "first\n\nChange-Id: I1111\n");
    let second = repo.commit("b", "1", "second");
    let by_change_id = repo.commit("c", "1", "c\n\nDepends-On: I1111\n");
    let by_commit = repo.commit("d", "1", &format!("d\n\nDepends-On: {}\n", &second[..10]));
    let by_url = repo.commit("e", "1", "e\n\nDepends-On: https://review.example/c/x/+/7\n");
    let on_released = repo.commit("f", "1", &format!("f\n\nDepends-On: {base}\n"));
    let fix = repo.commit("g", "1", &format!("g\n\nFixes: {} (\"second\")\n", &second[..12]));
    repo.git(&["revert", "--no-edit", &first]);
    let revert = repo.head();
    let old = repo.commit("h", "1", &format!("h\n\nThis reverts commit {base}.\n"));
    let gone = repo.commit("i", "1", "i\n\nThis reverts commit 1234567890.\n");
    let found = repo.assess();
    assert_eq!(requires(&found, &by_change_id), [short(&first)]);
    assert_eq!(requires(&found, &by_commit), [short(&second)]);
    assert_eq!(requires(&found, &by_url), ["https://review.example/c/x/+/7"]);
    assert_eq!(requires(&found, &on_released), [""; 0], "it is live already");
    assert_eq!(requires(&found, &fix), [short(&second)]);
    assert_eq!(requires(&found, &revert), [short(&first)]);
    assert_eq!(requires(&found, &old), [""; 0]);
    assert_eq!(requires(&found, &gone), [""; 0]);
    let notes = &found.notes;
    assert_eq!((notes.requires, notes.requires_released), (4, 2));
    assert_eq!((notes.requires_unresolved, notes.mentions_unresolved), (1, 1));
    assert!(after(&found, &revert).is_empty(), "stated already, so not seen once more");
}

#[test]
fn an_unknown_commit_on_another_branch_is_not_released() {
    let mut repo = Repo::new();
    repo.commit("base", "1", "base");
    repo.tag("v1");
    repo.git(&["checkout", "-q", "-b", "elsewhere"]);
    let elsewhere = repo.commit("x", "1", "elsewhere");
    repo.git(&["checkout", "-q", "main"]);
    let commit = repo.commit("a", "1", &format!("a\n\nDepends-On: {elsewhere}\n"));
    let found = repo.assess();
    assert_eq!(requires(&found, &commit), [elsewhere.as_str()]);
    assert_eq!((found.notes.requires_released, found.notes.requires_unresolved), (0, 1));
}

#[test]
fn a_later_change_requires_the_one_whose_lines_it_touches() {
    let mut repo = Repo::new();
    repo.commit("a", "0", "base");
    repo.tag("v1");
    let first = repo.commit("a", "1", "first");
    let second = repo.commit("a", "2", "second");
    let other = repo.commit("b", "1", "other");
    repo.git(&["mv", "a", "moved"]);
    let third = repo.commit_all("third");
    let fourth = repo.commit("moved", "4", "fourth");
    let found = repo.assess();
    assert_eq!(requires(&found, &first), [""; 0]);
    assert_eq!(requires(&found, &second), [short(&first)]);
    assert_eq!(requires(&found, &other), [""; 0]);
    assert_eq!(requires(&found, &third), [""; 0]);
    assert_eq!(requires(&found, &fourth), [short(&second)]);
    assert_eq!(after(&found, &fourth), [short(&third)]);
    assert_eq!((found.notes.requires, found.notes.after), (2, 1));
    let by_file = Options { by_line: false, ..Options::default() };
    let by_file = repo.ask(&by_file).unwrap();
    assert_eq!(requires(&by_file, &fourth), [""; 0]);
    for (change, before) in [(&second, &first), (&third, &second), (&fourth, &third)] {
        assert_eq!(after(&by_file, change), [short(before)]);
    }
    let renamed = change(&found, &third);
    assert_eq!((renamed.size.lines_added, renamed.size.lines_deleted), (Some(0), Some(0)));
}

#[test]
fn the_document_is_taken_back_and_is_the_same_twice() {
    let mut repo = branched("one", "two");
    repo.merge(&["side"], "Merge\n\nReviewed-by: Cy <cy@example.org>");
    let first = repo.assess();
    let bytes = first.document().unwrap();
    assert_eq!(bytes, repo.assess().document().unwrap());
    assert_eq!(read_portfolio(&bytes, Limits::untrusted()).unwrap(), first.portfolio);
    let release = &first.portfolio.releases[0];
    assert_eq!(release.changes.len(), 2);
    assert_eq!(release.title.as_deref(), Some("HEAD since v1"));
    assert_eq!(release.at, first.at);
    // From a folder below, and from a worktree beside, it is the same history.
    let below = repo.path().join("side");
    let found = lynchpin_link::git::assess(below, &Options::default()).unwrap();
    assert_eq!(found.document().unwrap(), bytes);
    repo.git(&["worktree", "add", "-q", "--detach", ".git/beside"]);
    let beside = repo.path().join(".git/beside");
    let found = lynchpin_link::git::assess(beside, &Options::default()).unwrap();
    assert_eq!(found.document().unwrap(), bytes);
}

#[test]
fn a_range_without_commits_has_no_release() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    let found = repo.ask(&from("HEAD")).unwrap();
    assert_eq!((found.release, found.portfolio.changes.len()), (None, 0));
}

#[test]
fn a_start_that_is_no_ancestor_is_noted() {
    let mut repo = branched("one", "two");
    repo.commit("z", "1", "z");
    let found = repo.ask(&from("side")).unwrap();
    assert_eq!(titles(&found), ["beside", "z"]);
    assert_eq!(found.notes.diverged_commits, 2);
}
