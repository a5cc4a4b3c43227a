//! Whatever is wrong with a document is said, all of it, with its code and place.

use std::fs;

use crate::run::{golden, run};

const BAD: &str = r#"{"lynchpin": "portfolio/1",
 "people": [{"id": "raj"}, {"id": "rаj"}],
 "stages": [{"id": "production"}],
 "changes": [
  {"id": "C-1", "revision": "one", "at": "2026-11-01T09:00:00Z", "by": "raj"},
  {"id": "C-2", "revision": 1, "at": "2026-11-01T09:00:00+00:00", "by": "raj"},
  {"id": "C-3", "revision": 9007199254740993, "at": "2026-11-01T09:00:00Z", "by": "raj"},
  {"id": "C-4", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "colour": "red"}]}
"#;

#[test]
fn all_problems_are_told_with_code_and_place() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("bad.json"), BAD).expect("written");
    let ran = run(folder.path(), &["decide", "bad.json", "--all"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    golden("malformed.txt", &ran.err);
}

#[test]
fn problems_of_a_policy_name_its_lines() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let portfolio = r#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}]}"#;
    fs::write(folder.path().join("portfolio.json"), portfolio).expect("written");
    let policy = r#"name = "acme"
requirement.unit = { evidence = { chek = "unit" } }
gate.a = { stage = "production", judges = "change", require = { all = [] } }
"#;
    fs::write(folder.path().join("lynchpin.toml"), policy).expect("written");
    let ran = run(folder.path(), &["decide", "portfolio.json", "--all"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    golden("malformed-policy.txt", &ran.err);
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let portfolio = "{\"lynchpin\": \"portfolio/1\", \"people\": [{\"id\": \"raj\"}],\n\
        \"stages\": [{\"id\": \"production\"}], \"changes\": [{\"id\": \"C-1\", \"revision\": 1,\n\
        \"title\": \"a\\u001b[2Jb\\u202ec\", \"at\": \"2026-11-01T09:00:00Z\", \"by\": \"raj\"}]}";
    fs::write(folder.path().join("p.json"), portfolio).expect("written");
    for verb in ["decide", "plan", "score"] {
        let ran = run(folder.path(), &[verb, "p.json", "--all", "--at", "2026-11-02T09:00:00Z"]);
        let told = ran.out + &ran.err;
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{verb}: {told:?}");
    }
}

#[test]
fn a_mountain_of_brackets_is_refused_in_no_time() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("deep.json"), "[".repeat(1_000_000)).expect("written");
    let ran = run(folder.path(), &["decide", "deep.json", "--all"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("deep.json"), "{}", ran.err);
}
