//! Votes in notes, results of checks and signatures, as the portfolio has them.

use std::path::PathBuf;
use std::process::Command;

use lynchpin::model::{Outcome, Vote};
use lynchpin_link::git::{Assessment, Options};

use crate::support::{Repo, approvers, change, testers};

/// The repository with one unreleased change by Ann; the change's commit.
fn unreviewed() -> (Repo, String) {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    let commit = repo.commit("a", "2\n", "one");
    (repo, commit)
}

fn note(repo: &mut Repo, by: (&str, &str), place: &str, commit: &str, text: &str) {
    repo.by(by.0, by.1).later();
    let place = format!("--ref={place}");
    repo.git(&["notes", place.as_str(), "add", "-f", "-m", text, commit]);
}

const BOB: (&str, &str) = ("Bob", "bob@example.org");
const ANN: (&str, &str) = ("Ann", "ann@example.org");
const BOT: (&str, &str) = ("gerrit", "gerrit@example.org");

/// How the change was voted on and checked: who, and how.
fn votes(assessment: &Assessment) -> Vec<(&str, Vote)> {
    let all = assessment.portfolio.approvals.iter();
    all.map(|approval| (approval.by.as_str(), approval.decision)).collect()
}

fn outcomes(assessment: &Assessment) -> Vec<(&str, Outcome)> {
    let all = assessment.portfolio.evidence.iter();
    all.map(|evidence| (evidence.check.as_str(), evidence.outcome)).collect()
}

#[test]
fn what_others_note_counts_and_what_the_author_notes_does_not() {
    let (mut repo, commit) = unreviewed();
    note(&mut repo, BOB, "review", &commit, "Code-Review+2: Bob <bob@example.org>");
    let found = repo.assess();
    assert_eq!(approvers(&found, &commit), ["bob@example.org"]);
    let (mut repo, commit) = unreviewed();
    note(&mut repo, ANN, "review", &commit, "Code-Review+2: Bob <bob@example.org>");
    let found = repo.assess();
    assert_eq!(approvers(&found, &commit), [""; 0], "the author wrote it");
    assert_eq!(found.notes.own_trailers, 1);
    // What the author once had a hand in stays so.
    note(&mut repo, BOT, "review", &commit, "Code-Review+2: Bob <bob@example.org>\n");
    assert_eq!(approvers(&repo.assess(), &commit), [""; 0]);
}

#[test]
fn an_author_of_a_merged_commit_notes_no_review_of_the_merge() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("b", "2\n", "one");
    repo.git(&["checkout", "-q", "main"]);
    repo.by("Cy", "cy@example.org");
    let merge = repo.merge(&["side"], "Merge side");
    note(&mut repo, ANN, "review", &merge, "Reviewed-by: Bob <bob@example.org>");
    assert_eq!(approvers(&repo.assess(), &merge), [""; 0]);
    note(&mut repo, BOT, "other", &merge, "Reviewed-by: Bob <bob@example.org>");
    assert_eq!(approvers(&repo.assess(), &merge), ["bob@example.org"]);
}

#[test]
fn votes_against_stand_whoever_wrote_them_down() {
    let (mut repo, commit) = unreviewed();
    let text = "Code-Review-2: Bob <bob@example.org>\nVerified-1: ci <ci@example.org>";
    note(&mut repo, ANN, "review", &commit, text);
    let found = repo.assess();
    assert_eq!(votes(&found), [("bob@example.org", Vote::Rejected)]);
    assert_eq!(outcomes(&found), [("tested", Outcome::Failed)]);
    assert_eq!(testers(&found, &commit), ["ci@example.org"]);
    let newest = found.portfolio.changes[0].at;
    assert!(found.at > newest, "a note is written later than its commit");
}

fn results(repo: &Repo, files: &[(&str, &str)]) -> Options {
    let folder: PathBuf = repo.path().join(".git/results");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    Options { results: Some(folder), ..Options::default() }
}

const PASSED: &str = r#"<testsuite name="unit" tests="1"><testcase name="a"/></testsuite>"#;
const FAILED: &str =
    r#"<testsuite name="unit" tests="1"><testcase name="a"><failure/></testcase></testsuite>"#;

#[test]
fn results_are_evidence_of_the_commit_that_they_name() {
    let (mut repo, first) = unreviewed();
    let second = repo.commit("b", "1\n", "two");
    let of = |commit: &str, outcome: &str| {
        format!(r#"{{"check": "unit", "commit": "{commit}", "outcome": "{outcome}", "by": "ci"}}"#)
    };
    let base = repo.git(&["rev-parse", "v1"]);
    let files = [
        ("one.json", of(&first[..10], "passed")),
        ("two.json", of(&second, "failed")),
        ("base.json", of(&base, "failed")),
    ];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let found = repo.ask(&results(&repo, &files)).unwrap();
    let of = |commit: &str| {
        let id = &change(&found, commit).id;
        let own = found.portfolio.evidence.iter().filter(|e| e.change.as_ref() == Some(id));
        own.map(|evidence| evidence.outcome).collect::<Vec<_>>()
    };
    assert_eq!((of(&first), of(&second)), (vec![Outcome::Passed], vec![Outcome::Failed]));
    assert_eq!((found.notes.results, found.notes.results_elsewhere), (3, 1));
}

#[test]
fn results_of_the_end_are_evidence_of_every_change() {
    let (mut repo, _) = unreviewed();
    repo.commit("b", "1\n", "two");
    let found = repo.ask(&results(&repo, &[("unit.xml", FAILED)])).unwrap();
    assert_eq!(outcomes(&found), [("unit", Outcome::Failed); 2]);
    let found = repo.ask(&results(&repo, &[("unit.xml", PASSED)])).unwrap();
    assert_eq!(outcomes(&found), [("unit", Outcome::Passed); 2]);
    let error = repo.ask(&results(&repo, &[("half.xml", "<testsuite>")])).unwrap_err();
    assert_eq!(error.code(), "results");
    assert!(error.to_string().contains("half.xml"), "{error}");
}

#[test]
fn a_result_of_a_part_is_none_of_the_whole() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    repo.git(&["checkout", "-q", "-b", "side"]);
    let part = repo.commit("b", "2\n", "one");
    repo.git(&["checkout", "-q", "main"]);
    repo.merge(&["side"], "Merge side");
    let text = format!(r#"{{"check": "unit", "commit": "{part}", "outcome": "passed"}}"#);
    let found = repo.ask(&results(&repo, &[("one.json", &text)])).unwrap();
    assert_eq!(outcomes(&found), []);
    assert_eq!(found.notes.results_of_parts, 1);
}

/// A key of ssh, made on the spot; its file.
fn key(repo: &Repo, name: &str) -> String {
    let file = repo.path().join(".git").join(name).to_string_lossy().into_owned();
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", &file])
        .status()
        .expect("ssh-keygen is needed to sign");
    assert!(made.success());
    file
}

fn sign_all(repo: &Repo, key: &str, message: &str) -> String {
    let setting = format!("user.signingKey={key}");
    repo.git(&["add", "-A"]);
    let signing =
        ["-c", "gpg.format=ssh", "-c", setting.as_str(), "commit", "-q", "-S", "-m", message];
    repo.git(&signing);
    repo.head()
}

#[test]
fn signatures_are_evidence_by_the_keys_at_hand() {
    let (repo, unsigned) = unreviewed();
    let (anns, bobs) = (key(&repo, "ann"), key(&repo, "bob"));
    repo.write("b", "1\n");
    let good = sign_all(&repo, &anns, "signed by its author");
    repo.write("c", "1\n");
    let by_other = sign_all(&repo, &bobs, "signed by another");
    let stranger = key(&repo, "stranger");
    repo.write("d", "1\n");
    let unknown = sign_all(&repo, &stranger, "signed by nobody known");
    let raw = repo.git(&["cat-file", "commit", &good]).replace("by its author", "by its forger");
    let arguments = ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"];
    let (ok, forged) = repo.try_git(&arguments, format!("{raw}\n").as_bytes());
    assert!(ok, "{forged}");
    let public = |file: &str| std::fs::read_to_string(format!("{file}.pub")).unwrap();
    let allowed = repo.path().join(".git/allowed");
    let lines = format!(
        "ann@example.org namespaces=\"git\" {}bob@example.org {}",
        public(&anns),
        public(&bobs)
    );
    std::fs::write(&allowed, lines).unwrap();
    let options = Options { keys: Some(allowed), ..Options::default() };
    let found = repo.ask(&options).unwrap();
    let of = |found: &Assessment, commit: &str| {
        let id = &change(found, commit).id;
        let own = found.portfolio.evidence.iter().filter(|e| e.change.as_ref() == Some(id));
        own.map(|evidence| evidence.outcome).collect::<Vec<_>>()
    };
    assert_eq!(of(&found, &unsigned), []);
    assert_eq!(of(&found, &good), [Outcome::Passed]);
    assert_eq!(of(&found, &by_other), [Outcome::Inconclusive]);
    assert_eq!(of(&found, &unknown), [], "nobody knows whose key it is");
    // Without keys nothing is said of signatures.
    assert_eq!(outcomes(&repo.assess()), []);
    let until = Some(forged.trim().to_owned());
    let found = repo.ask(&Options { until, ..options }).unwrap();
    assert_eq!(of(&found, forged.trim()), [Outcome::Failed]);
}

#[test]
fn a_test_report_is_no_signature_and_nobodys_test() {
    let (repo, _) = unreviewed();
    for name in ["signed", "tested"] {
        let report = PASSED.replace("unit", name);
        let error = repo.ask(&results(&repo, &[("a.xml", &report)])).unwrap_err();
        assert_eq!(error.code(), "results");
    }
}

#[test]
fn what_passed_before_a_commit_was_made_is_no_check_of_it() {
    let (repo, commit) = unreviewed();
    let of = |outcome: &str, at: &str| {
        let text = format!(r#"{{"check": "unit", "outcome": "{outcome}", "at": "{at}"}}"#);
        let found = repo.ask(&results(&repo, &[("a.json", &text)])).unwrap();
        (testers(&found, &commit).len(), found.notes.results_too_old)
    };
    assert_eq!(of("passed", "2023-11-13T10:00:00Z"), (0, 1));
    assert_eq!(of("failed", "2023-11-13T10:00:00Z"), (1, 0));
    // The zone may be another.
    assert_eq!(of("passed", "2023-11-14T10:00:00Z"), (1, 0));
}
