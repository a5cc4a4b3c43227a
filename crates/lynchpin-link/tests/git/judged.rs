//! What the engine answers about an assessed history under the built-in policy.

use lynchpin::base::{Limits, Subject};
use lynchpin::model::Change;
use lynchpin::portfolio::{DecideQuestion, Engine, PlanQuestion, ScoreQuestion, Snapshot};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::wire::read_portfolio;
use lynchpin_link::git::{Assessment, POLICY};

use super::support::*;

/// The engine with the assessment as it stands in the document.
fn judged(found: &Assessment) -> Snapshot {
    let mut engine = Engine::new(Limits::untrusted());
    let bytes = found.document().unwrap();
    engine.add(read_portfolio(&bytes, Limits::untrusted()).unwrap()).unwrap();
    engine.set_policy(POLICY).unwrap();
    engine.snapshot()
}

fn verdict(found: &Assessment, change: &Change) -> Verdict {
    let question = DecideQuestion::new(Subject::Change(change.id.clone()), found.at);
    judged(found).decide(&question).unwrap().verdict()
}

#[test]
fn a_reviewed_change_may_go_and_an_unreviewed_one_needs_somebody() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let good = repo.commit("a", "2", "good\n\nReviewed-by: Bob <bob@example.org>\n");
    let own = repo.commit("b", "1", "own\n\nReviewed-by: Ann <ann@example.org>\n");
    let found = repo.assess();
    assert_eq!(verdict(&found, change(&found, &good)), Verdict::Go);
    assert_eq!(verdict(&found, change(&found, &own)), Verdict::NeedsAction);
    let release = Subject::Release(found.release.clone().unwrap());
    let decision = judged(&found).decide(&DecideQuestion::new(release, found.at)).unwrap();
    assert_eq!(decision.verdict(), Verdict::NeedsAction);
    let blockers: Vec<_> = decision.root_blockers().collect();
    assert_eq!(blockers.len(), 1);
    assert_eq!(blockers[0].code, ReasonCode::ApprovalMissing);
}

#[test]
fn one_person_alone_is_told_what_is_missing_and_not_refused() {
    let mut repo = Repo::new();
    let only = repo.commit("a", "1", "alone");
    let found = repo.assess();
    assert_eq!(verdict(&found, change(&found, &only)), Verdict::NeedsAction);
}

#[test]
fn what_a_change_depends_on_binds_it() {
    let bob = "\n\nReviewed-by: Bob <bob@example.org>\n";
    let mut repo = Repo::new();
    let first = repo.commit("a", "1", "first");
    let second = repo.commit("b", "1", &format!("second{bob}Depends-On: {first}\n"));
    let third = repo.commit("c", "1", &format!("third{bob}Depends-On: I404\n"));
    let found = repo.assess();
    // In the release, the unreviewed first one holds the second back.
    let release = Subject::Release(found.release.clone().unwrap());
    let decision = judged(&found).decide(&DecideQuestion::new(release, found.at)).unwrap();
    assert!(!decision.verdict().is_go());
    assert_eq!(verdict(&found, change(&found, &second)), Verdict::Blocked);
    assert_eq!(verdict(&found, change(&found, &third)), Verdict::Unknown);
}

#[test]
fn two_people_may_review_each_other() {
    for (reviewer, expected) in [("Ann", Verdict::Go), ("Bob", Verdict::NeedsAction)] {
        let mut repo = Repo::new();
        repo.commit("a", "1", "base");
        repo.tag("v1");
        repo.git(&["checkout", "-q", "-b", "side"]);
        repo.commit("b", "1", "by Ann\n\nReviewed-by: Bob <bob@example.org>\n");
        repo.by("Bob", "bob@example.org");
        let mail = reviewer.to_lowercase();
        let trailer = format!("Reviewed-by: {reviewer} <{mail}@example.org>");
        repo.commit("c", "1", &format!("by Bob\n\n{trailer}\n"));
        repo.git(&["checkout", "-q", "main"]);
        repo.by("Cy", "cy@example.org");
        let merge = repo.merge(&["side"], "merged by a third");
        let found = repo.assess();
        assert_eq!(verdict(&found, change(&found, &merge)), expected, "{reviewer}");
    }
}

#[test]
fn every_question_is_answered_the_same_twice() {
    let mut repo = Repo::new();
    for number in 0..5 {
        repo.commit("a", &number.to_string(), &format!("c{number}"));
    }
    let found = repo.assess();
    let release = Subject::Release(found.release.clone().unwrap());
    let plan = || judged(&found).plan(&PlanQuestion::new(release.clone(), found.at)).unwrap();
    assert_eq!(format!("{:?}", plan()), format!("{:?}", plan()));
    let score = || judged(&found).score(&ScoreQuestion::new(release.clone(), found.at)).unwrap();
    assert_eq!(format!("{:?}", score()), format!("{:?}", score()));
}

#[test]
fn nothing_that_people_write_makes_a_portfolio_that_is_refused() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let names = ["", "a", "I", "l", "1", "%", "Somebody Else", "\u{430}nn", "O0", "rn", "m", "x y"];
    for name in names {
        for mail in ["", "somebody-else", "I@x", "l@x", "1@x", "%49@x", "rn@x", "m@x", "a b@x"] {
            let person = format!("{name} <{mail}> 1700000000 +0000\n");
            let people = format!("author {person}committer {person}");
            let trailer = format!("x\n\nReviewed-by: {name} <{mail}>\nFixes: #{name}{mail}\n");
            repo.raw_commit(people.as_bytes(), trailer.as_bytes());
        }
    }
    let found = repo.assess();
    assert_eq!(found.portfolio.changes.len(), names.len() * 9);
    assert!(found.notes.look_alikes > 0);
    judged(&found);
}
