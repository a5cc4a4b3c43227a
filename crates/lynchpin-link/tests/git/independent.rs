//! Whose review counts: that of a person who can be told from all who had a hand in a change.

use super::support::*;

/// Who counts as a reviewer of a commit by that author with that trailer.
fn reviewers(author: (&str, &str), trailer: &str) -> (Vec<String>, lynchpin_link::git::Notes) {
    let mut repo = Repo::new();
    repo.by(author.0, author.1);
    let commit = repo.commit("a", "1", &format!("x\n\nReviewed-by: {trailer}\n"));
    let found = repo.assess();
    let who = approvers(&found, &commit).into_iter().map(str::to_owned).collect();
    (who, found.notes)
}

const ANN: (&str, &str) = ("Ann Bee", "ann@example.org");

#[test]
fn nobody_passes_for_somebody_else_by_another_spelling() {
    for trailer in [
        "Ann Bee <ann@example.org",
        "Ann Bee ann@example.org",
        "Ann Bee (ann@example.org)",
        "<mailto:ann@example.org>",
        "<ann@example.org.>",
        "Ann <ann+work@example.org>",
        "<ann+work@example.org>",
        "Ann <home@example.com>",
        "annbee <home@example.com>",
        "\"Ann Bee\" <home@example.com>",
        "Bee, Ann <home@example.com>",
        "Ann B. Bee <home@example.com>",
        "Ann Bee <ann@example.org> <home@example.com>",
    ] {
        let (who, notes) = reviewers(ANN, trailer);
        assert_eq!(who, [""; 0], "{trailer}");
        assert!(notes.own_trailers > 0, "{trailer}: {notes:?}");
    }
    let (who, notes) = reviewers(("ann", "ann@example.org"), "ann <ann@home>");
    assert_eq!((who.len(), notes.own_trailers), (0, 1));
}

#[test]
fn who_cannot_be_reached_reviews_nothing() {
    for trailer in ["Ann", "TBD", "none", "-", "N/A", "me", "<todo@>", "https://review/7", "Bob"] {
        let (who, notes) = reviewers(ANN, trailer);
        assert_eq!(who, [""; 0], "{trailer}");
        let refused = notes.trailers_without_address + notes.trailers_without_person;
        assert_eq!(refused, 1, "{trailer}: {notes:?}");
    }
    let (who, notes) = reviewers(ANN, "TBD <tbd@example.org>");
    assert_eq!((who.len(), notes.trailers_without_person), (0, 1));
}

#[test]
fn programs_review_nothing() {
    for trailer in [
        "CI Bot <ci@example.org>",
        "dependabot <support@github.com>",
        "Claude <noreply@anthropic.com>",
        "Checks <ci@example.org>",
    ] {
        let (who, notes) = reviewers(ANN, trailer);
        assert_eq!((who.len(), notes.machine_trailers), (0, 1), "{trailer}");
    }
}

#[test]
fn somebody_else_counts_however_it_is_written() {
    for trailer in [
        "Bob Dee <bob@example.org>",
        "Bob Dee bob@example.org",
        "<bob@example.org>",
        "\"Dee, Bob\" <mailto:Bob@example.org>",
        "Bob <bob@example.org> # only the tests",
    ] {
        assert_eq!(reviewers(ANN, trailer).0, ["bob@example.org"], "{trailer}");
    }
}

#[test]
fn who_wrote_it_too_is_found_in_every_usual_trailer() {
    for key in ["Co-authored-by", "Coauthored-by", "Co-Author", "Co-developed-by"] {
        let mut repo = Repo::new();
        let trailers = format!("{key}: Bob Dee <bob@home>\nReviewed-by: Bob Dee <bob@example.org>");
        let commit = repo.commit("a", "1", &format!("x\n\n{trailers}\n"));
        assert_eq!(approvers(&repo.assess(), &commit), [""; 0], "{key}");
    }
}

#[test]
fn a_mailmap_makes_nobody_another() {
    for map in [
        "Xan <x@example.com> Ann Bee <ann@example.org>\n",
        "Xan <x@example.com> Ann <ann@example.org>\n",
    ] {
        let mut repo = Repo::new();
        repo.by("Ann Bee", "ann@example.org");
        repo.commit(".mailmap", map, "map");
        let trailer = "Reviewed-by: Ann <ann@example.org>";
        let commit = repo.commit("a", "1", &format!("x\n\n{trailer}\n"));
        let found = repo.assess();
        assert_eq!(approvers(&found, &commit), [""; 0], "{map}");
        assert_eq!(found.notes.own_trailers, 1);
    }
}

/// A base with a tag, and a branch with a commit that Cy has reviewed.
fn reviewed_branch() -> Repo {
    let mut repo = Repo::new();
    repo.commit("a", "1\n2\n3\n4\n5\n6\n7\n8\n", "base");
    repo.tag("v1");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.by("Bob", "bob@example.org");
    repo.commit("a", "one\n2\n3\n4\n5\n6\n7\n8\n", "side\n\nReviewed-by: Cy <cy@example.org>\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.by("Ann", "ann@example.org");
    repo.commit("a", "1\n2\n3\n4\n5\n6\n7\neight\n", "main\n\nReviewed-by: Cy <cy@example.org>\n");
    repo
}

/// Merges the branch, and slips a file in on the way.
fn slip_in(repo: &mut Repo, branch: &str, message: &str) -> String {
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", branch]);
    repo.commit("backdoor.c", "bad", message)
}

#[test]
fn what_a_merge_slips_in_needs_a_review_of_its_own() {
    let mut repo = reviewed_branch();
    let merge = repo.merge(&["side"], "clean, although both sides touch one file");
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), ["cy@example.org"]);
    assert_eq!(found.notes.own_content, 0);

    let mut repo = reviewed_branch();
    let merge = slip_in(&mut repo, "side", "evil");
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), [""; 0]);
    assert_eq!((found.notes.own_content, found.notes.partly_reviewed), (1, 1));

    let mut repo = reviewed_branch();
    let merge = slip_in(&mut repo, "side", "evil\n\nReviewed-by: Di <di@example.org>\n");
    assert_eq!(approvers(&repo.assess(), &merge), ["di@example.org"]);
}

#[test]
fn what_a_merge_within_a_merge_slips_in_needs_one_too() {
    for (message, who) in [
        ("evil", vec![]),
        ("evil\n\nReviewed-by: Di <di@example.org>\n", vec!["cy@example.org", "di@example.org"]),
    ] {
        let mut repo = reviewed_branch();
        repo.git(&["checkout", "-q", "-b", "outer", "v1"]);
        slip_in(&mut repo, "side", message);
        repo.git(&["checkout", "-q", "main"]);
        let merge = repo.merge(&["outer"], "outer");
        let found = repo.assess();
        assert_eq!(approvers(&found, &merge), who, "{message}");
        assert_eq!(found.notes.own_content, 1);
    }
}

#[test]
fn without_the_content_at_hand_a_merge_is_not_held_to_be_clean() {
    let mut repo = reviewed_branch();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let merge = slip_in(&mut repo, "side", "evil");
    for filter in ["blob:none", "tree:0"] {
        let options = ["--no-checkout", &format!("--filter={filter}")];
        let clone = repo.clone_as(&filter.replace(':', "-"), &options);
        let found = lynchpin_link::git::assess(&clone, &Default::default()).unwrap();
        assert!(found.repositories[0].partial);
        assert_eq!(approvers(&found, &merge), [""; 0], "{filter}");
        assert_eq!(found.notes.own_content, 1, "{filter}");
    }
}

/// A merge of the branch whose content is that of the branch alone.
fn undo(repo: &mut Repo, message: &str) -> String {
    repo.later();
    let tree = repo.git(&["rev-parse", "side^{tree}"]);
    let parents = ["-p", "HEAD", "-p", "side", "-m", message, &tree];
    let merge = repo.git(&[&["commit-tree"][..], &parents].concat());
    repo.git(&["update-ref", "HEAD", &merge]);
    merge
}

#[test]
fn a_merge_that_undoes_what_landed_in_the_meantime_needs_a_review_of_its_own() {
    for (message, who) in
        [("undo", vec![]), ("undo\n\nReviewed-by: Di <di@example.org>\n", vec!["di@example.org"])]
    {
        let mut repo = reviewed_branch();
        repo.commit("fix", "1", "a fix\n\nReviewed-by: Cy <cy@example.org>\n");
        let merge = undo(&mut repo, message);
        let found = repo.assess();
        assert_eq!(approvers(&found, &merge), who);
        assert_eq!((found.notes.own_content, found.notes.changes), (1, 3));
    }
    // So does one within the branch, which takes nothing of what it merges.
    let mut repo = reviewed_branch();
    repo.commit("fix", "1", "a fix\n\nReviewed-by: Cy <cy@example.org>\n");
    repo.git(&["checkout", "-q", "side"]);
    repo.git(&["merge", "-q", "--no-ff", "-s", "ours", "-m", "ours", "main"]);
    repo.git(&["checkout", "-q", "main"]);
    let merge = repo.merge(&["side"], "clean");
    let found = repo.assess();
    assert_eq!(approvers(&found, &merge), [""; 0]);
    assert_eq!(found.notes.own_content, 1);
}

#[test]
fn what_a_merge_undoes_is_found_wherever_its_branch_began() {
    let by_bob = "\n\nReviewed-by: Bob <bob@example.org>\n";
    // In the range, on the line or on a branch that was merged since.
    for from_branch in [false, true] {
        for also_inside in [false, true] {
            let mut repo = Repo::new();
            repo.commit("base", "1", "base");
            repo.tag("v1");
            repo.commit("start", "1", &format!("start{by_bob}"));
            if from_branch {
                repo.git(&["checkout", "-q", "-b", "other"]);
                repo.commit("other", "1", &format!("other{by_bob}"));
            }
            repo.git(&["checkout", "-q", "-b", "side"]);
            repo.commit("side", "1", &format!("side{by_bob}"));
            repo.git(&["checkout", "-q", "main"]);
            repo.commit("fix", "1", &format!("a fix{by_bob}"));
            if from_branch {
                repo.merge(&["other"], "Merge other");
            }
            if also_inside {
                repo.git(&["checkout", "-q", "side"]);
                repo.git(&["merge", "-q", "--no-ff", "-s", "ours", "-m", "ours", "main"]);
                repo.git(&["checkout", "-q", "main"]);
            }
            let merge = undo(&mut repo, "undo");
            let found = repo.assess();
            let case = format!("{from_branch} {also_inside}");
            assert_eq!(approvers(&found, &merge), [""; 0], "{case}");
            // One that undoes nothing is reviewed by its parts.
            repo.git(&["reset", "-q", "--hard"]);
            repo.git(&["checkout", "-q", "-b", "late"]);
            repo.commit("late", "1", &format!("late{by_bob}"));
            repo.git(&["checkout", "-q", "main"]);
            repo.commit("fix", "2", &format!("again{by_bob}"));
            let clean = repo.merge(&["late"], "Merge late");
            let found = repo.assess();
            assert_eq!(approvers(&found, &clean), ["bob@example.org"], "{case}");
            assert_eq!(approvers(&found, &merge), [""; 0], "{case}");
        }
    }
}
