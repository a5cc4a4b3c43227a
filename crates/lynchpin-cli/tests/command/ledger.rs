//! `lynchpin ledger`, from beginning to end.

use std::fs;
use std::path::Path;

use crate::run::{Ran, run, run_with};

const ORIGIN: &str = "acme.example/releases";
const CLOCK: &str = "2026-11-20T09:00:00Z";
const PORTFOLIO: &str = r#"{"lynchpin": "portfolio/1",
    "people": [{"id": "raj"}, {"id": "ann"}],
    "groups": [{"id": "cab", "members": [{"person": "ann"}]}],
    "stages": [{"id": "production"}],
    "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
                 "reason": "Marguerite asked for it"}]}"#;
const APPROVED: &str = r#"{"lynchpin": "portfolio/1",
    "approvals": [{"change": "C-1", "revision": 1, "requirement": "board", "stage": "production",
      "decision": "approved", "at": "2026-11-20T09:00:00Z", "by": "ann"}]}"#;
const POLICY: &str = r#"name = "acme"
requirement.board = { approval = { group = "cab" } }
gate.board = { stage = "production", judges = "change", require = "board" }
"#;

/// A folder with a ledger of the portfolio.
fn ledger() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    fs::write(path.join("portfolio.json"), PORTFOLIO).expect("it is written");
    fs::write(path.join("approved.json"), APPROVED).expect("it is written");
    fs::write(path.join("acme.toml"), POLICY).expect("it is written");
    let init = ["ledger", "init", "r.ledger", "--origin", ORIGIN];
    assert_eq!(done(&run(path, &init)), 0);
    let append = ["ledger", "append", "r.ledger", "portfolio.json", "--clock", CLOCK];
    let ran = run(path, &append);
    assert_eq!(
        (done(&ran), ran.first_line()),
        (
            0,
            "5 appended, 0 there already; the ledger has 5 \
        entries, recorded up to 2026-11-20T09:00:00Z"
        )
    );
    folder
}

/// The status of a run that said nothing on standard error.
#[track_caller]
fn done(ran: &Ran) -> i32 {
    assert_eq!(ran.err, "");
    ran.status
}

fn claim(path: &Path, more: &[&str]) -> Ran {
    let claim = ["ledger", "claim", "r.ledger", "--change", "C-1", "--by", "raj", "--policy"];
    let rest = ["acme.toml", "--clock", CLOCK];
    run(path, &[&claim[..], &rest, more].concat())
}

#[test]
fn a_stage_is_entered_once_and_proved() {
    let folder = ledger();
    let path = folder.path();
    let refused = claim(path, &[]);
    assert_eq!((done(&refused), refused.first_line()), (1, "not entered:"));
    let append = ["ledger", "append", "r.ledger", "approved.json", "--clock", CLOCK];
    assert_eq!(done(&run(path, &append)), 0);
    let more = ["--id", "deploy-7", "--receipt", "claim.receipt"];
    let entered = claim(path, &more);
    let line = "entered `production` for the 1st time, as entry 7: go";
    assert_eq!((done(&entered), entered.first_line()), (0, line));
    // Who does not know what became of it asks again; who asks anew is refused.
    assert_eq!(claim(path, &more).out, entered.out);
    assert_eq!(done(&claim(path, &[])), 1);

    let check = ["ledger", "check", "claim.receipt", "--key", "r.ledger.pub"];
    let checked = run(path, &check);
    assert_eq!(done(&checked), 0);
    assert!(
        checked.first_line().starts_with("entry 7 of acme.example/releases"),
        "{}",
        checked.out
    );
    let receipt = fs::read_to_string(path.join("claim.receipt")).expect("a receipt");
    fs::write(path.join("claim.receipt"), receipt.replacen("index 6", "index 5", 1)).expect("it");
    let forged = run(path, &check);
    assert_eq!((done(&forged), forged.out.starts_with("it proves nothing")), (1, true));
}

#[test]
fn what_was_kept_outside_shows_a_restored_backup() {
    let folder = ledger();
    let path = folder.path();
    fs::copy(path.join("r.ledger"), path.join("backup")).expect("a copy");
    let append =
        ["ledger", "append", "r.ledger", "approved.json", "--clock", CLOCK, "--checkpoint", "kept"];
    assert_eq!(done(&run(path, &append)), 0);
    assert_eq!(done(&run(path, &["ledger", "verify", "r.ledger", "--checkpoint", "kept"])), 0);
    fs::copy(path.join("backup"), path.join("r.ledger")).expect("it is restored");
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(path.join(format!("r.ledger{end}")));
    }
    let log = run(path, &["ledger", "log", "r.ledger", "--checkpoint", "kept"]);
    assert_eq!(log.status, 2);
    assert!(log.err.contains("ledger_rolled_back"), "{}", log.err);
    let verify = run(path, &["ledger", "verify", "r.ledger", "--checkpoint", "kept"]);
    assert_eq!(done(&verify), 1);
    assert!(verify.out.contains("ledger_rolled_back"), "{}", verify.out);
}

#[test]
fn an_export_is_the_same_ledger() {
    let folder = ledger();
    let path = folder.path();
    let lines = run(path, &["ledger", "export", "r.ledger"]);
    assert_eq!((done(&lines), lines.out.lines().count()), (0, 5));
    let init = ["ledger", "init", "copy.ledger", "--origin", ORIGIN, "--no-key"];
    assert_eq!(done(&run(path, &init)), 0);
    let import = ["ledger", "import", "copy.ledger", "-"];
    let imported = run_with(path, &import, lines.out.as_bytes());
    assert_eq!(done(&imported), 0);
    let verify = run(path, &["ledger", "verify", "r.ledger"]);
    let root = verify.out.split("root ").nth(1).expect("a root").lines().next().expect("a line");
    assert!(imported.out.contains(root), "{} {}", imported.out, verify.out);
    let forged = lines.out.replacen("Marguerite", "Annette", 1);
    let init = ["ledger", "init", "forged.ledger", "--origin", ORIGIN, "--no-key"];
    assert_eq!(done(&run(path, &init)), 0);
    let refused = run_with(path, &["ledger", "import", "forged.ledger", "-"], forged.as_bytes());
    // Alone it is only the last of five that was changed, so nothing follows that would show it.
    let verified = run(path, &["ledger", "verify", "forged.ledger"]);
    assert_eq!(refused.status, 0);
    assert!(!verified.out.contains(root), "the root is another one");
}

#[test]
fn decisions_are_recorded_and_words_erased() {
    let folder = ledger();
    let path = folder.path();
    let decide = [
        "decide",
        "--ledger",
        "r.ledger",
        "--change",
        "C-1",
        "--by",
        "raj",
        "--policy",
        "acme.toml",
    ];
    let decided = run(path, &decide);
    assert_eq!(decided.status, 1, "{}", decided.err);
    assert!(decided.out.contains("recorded as entry 6"), "{}", decided.out);
    let shown = run(path, &["ledger", "show", "r.ledger", "6"]);
    assert!(shown.out.contains("\"verdict\": \"needs_action\""), "{}", shown.out);
    // A ledger is asked like a document.
    let asked = ["decide", "r.ledger", "--change", "C-1", "--policy", "acme.toml"];
    assert_eq!(done(&run(path, &asked)), 1);

    let erase = ["ledger", "erase", "r.ledger", "--from", "5", "--by", "dpo"];
    let erased = run(path, &erase);
    assert_eq!((done(&erased), erased.first_line()), (0, "the words of 1 entries are erased"));
    assert_eq!(run(path, &["ledger", "show", "r.ledger", "5"]).status, 2);
    assert_eq!(done(&run(path, &["ledger", "verify", "r.ledger"])), 0);
    assert_eq!(done(&run(path, &asked)), 1);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = ledger();
    let path = folder.path();
    let words = |arguments: &[&str], code: &str| {
        let ran = run(path, arguments);
        assert_eq!(ran.status, 2, "{}", ran.out);
        assert!(ran.err.contains(code), "{}", ran.err);
    };
    words(&["ledger", "init", "r.ledger", "--origin", ORIGIN], "io: `r.ledger` is there already");
    words(&["ledger", "log", "nothing"], "io");
    words(&["ledger", "log", "portfolio.json"], "store_foreign");
    words(&["ledger", "show", "r.ledger", "9"], "fact_unknown");
    words(&["ledger", "log", "r.ledger", "--key", "portfolio.json"], "key_malformed");
    let conflict =
        ["ledger", "append", "r.ledger", "approved.json", "--decided-on", "3", "--clock", CLOCK];
    let ran = run(path, &conflict);
    assert_eq!(
        (done(&ran), ran.first_line()),
        (1, "nothing appended: entries 4 to 5 came in between")
    );
}
