//! The forms of the report: terminal, Markdown, Mermaid, SVG and JSON.

use std::fs;

use super::{REVIEWED, git, history, repository};
use crate::run::{golden, run};

/// Each form and the golden file of a small repository.
const FORMS: [(&str, &str); 3] =
    [("--markdown", "assess.md"), ("--mermaid", "assess.mmd"), ("--svg", "assess.svg")];

#[test]
fn each_form_reads_as_agreed_and_twice_the_same() {
    let folder = repository();
    for (form, file) in FORMS {
        let ran = run(folder.path(), &["assess", "shop", form]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{form}");
        golden(file, &ran.out);
        assert_eq!(run(folder.path(), &["assess", "shop", form]).out, ran.out, "{form}");
    }
}

#[test]
fn only_one_form_can_be_asked_for() {
    let folder = repository();
    let forms = ["--json", "--markdown", "--mermaid", "--svg"];
    for (number, one) in forms.iter().enumerate() {
        for other in forms.iter().skip(number + 1) {
            let ran = run(folder.path(), &["assess", "shop", one, other]);
            assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{one} {other}");
        }
    }
}

#[test]
fn a_cache_is_named_or_refused_but_not_both() {
    let folder = repository();
    let ran = run(folder.path(), &["assess", "shop", "--cache", "kept", "--no-cache"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("--no-cache"), "{}", ran.err);
}

#[test]
fn an_empty_range_is_an_answer_in_each_form() {
    let folder = repository();
    let ask = |form: &str| {
        let ran = run(folder.path(), &["assess", "shop", "--since", "HEAD", form]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{form}");
        ran.out
    };
    assert!(ask("--full").contains("nothing would ship"));
    assert!(ask("--markdown").starts_with("### nothing would ship\n"));
    assert_eq!(ask("--mermaid"), "flowchart LR\n  note0[\"nothing would ship\"]\n");
    assert!(ask("--svg").contains(">nothing would ship</text>"));
    let json = ask("--json");
    assert_eq!(json.lines().count(), 1, "{json}");
    assert!(json.contains("\"release\":null"), "{json}");
}

#[test]
fn a_policy_judges_as_decide_does() {
    let folder = repository();
    let policy = "name = \"mine\"\n\
                  requirement.tested = { evidence = { check = \"tested\" } }\n\
                  gate.tested = { stage = \"production\", judges = \"change\", \
                  require = \"tested\" }\n";
    fs::write(folder.path().join("mine.toml"), policy).expect("written");
    let asked = ["assess", "shop", "--json", "--policy", "mine.toml", "--portfolio", "read.json"];
    let assessed = run(folder.path(), &asked);
    assert_eq!((assessed.status, assessed.err.as_str()), (0, ""));
    let at = ["--at", "2026-11-04T09:00:00Z"];
    let decide =
        ["decide", "read.json", "--all", "--json", "--detail", "full", "--policy", "mine.toml"];
    let decided = run(folder.path(), &[&decide[..], &at].concat());
    assert_eq!(assessed.out.lines().nth(2), decided.out.lines().next());
    assert!(decided.out.contains("evidence_missing"), "another policy: {}", decided.out);
    let told = run(folder.path(), &["assess", "shop", "--policy", "mine.toml"]);
    assert!(told.out.contains("; by the policy mine.toml\n"), "{}", told.out);
    assert!(told.out.contains("tested: there is no result"), "{}", told.out);
}

#[test]
fn what_is_cut_is_counted_and_full_lists_all() {
    let folder = history(80, |number| match number {
        1 => REVIEWED.to_owned(),
        _ => format!("{REVIEWED}\nDepends-On: {}", "I".repeat(number as usize)),
    });
    let ask = |more: &[&str]| run(folder.path(), &[&["assess", "."], more].concat()).out;
    let few = ask(&[]);
    assert!(few.contains("in which order: 1 wave; 79 changes in none\n"), "{few}");
    assert!(
        few.contains("and 76 more reasons of this kind, which hold back 76 changes\n"),
        "{few}"
    );
    assert!(few.contains("and 50 more\n  (--full lists them all)\n"), "{few}");
    assert!(few.contains("  wave 1: 1 change: 1 GO\n  in none: 79 changes: 79 UNKNOWN\n"), "{few}");
    assert!(few.lines().count() < 100, "{few}");
    for line in few.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
    let full = ask(&["--full"]);
    assert!(!full.contains(" more"), "{full}");
    let markdown = ask(&["--markdown"]);
    assert!(!markdown.contains("```mermaid"), "{markdown}");
    assert!(markdown.len() < 65_536, "a comment may not be longer: {}", markdown.len());
    for form in ["--mermaid", "--svg"] {
        assert!(ask(&[form]).contains("79 changes are in no wave"), "{form}");
    }
}

#[test]
fn a_large_picture_is_cut_and_says_so() {
    let folder = history(80, |_| REVIEWED.to_owned());
    for form in ["--mermaid", "--svg"] {
        let ask = |more: &[&str]| run(folder.path(), &[&["assess", ".", form], more].concat()).out;
        assert!(ask(&[]).contains("and 68 more changes"), "{form}");
        let full = ask(&["--full"]);
        assert!(!full.contains("more changes") && full.contains("change 80"), "{form}");
    }
}

#[test]
fn a_change_that_waits_is_told_why_first() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path();
    git(path, 1, "raj", &["init", "-q", "-b", "main"]);
    let commit = |day, file: &str, text: &str, message: &str| {
        fs::write(path.join(file), text).expect("written");
        git(path, day, "raj", &["add", "."]);
        git(path, day, "raj", &["commit", "-q", "-m", message]);
    };
    commit(1, "a", "1\n2\n3\n4\n5\n", &format!("One\n\n{REVIEWED}"));
    commit(2, "a", "1\n9\n9\n4\n5\n", &format!("Two\n\n{REVIEWED}"));
    commit(3, "b", "1\n2\n3\n4\n5\n6\n", "Not reviewed");
    commit(4, "b", "1\n8\n3\n8\n5\n6\n", &format!("Waits\n\n{REVIEWED}"));
    let ran = run(path, &["assess", "."]);
    let mut told = ran.out.lines().skip_while(|line| !line.starts_with("why in that order"));
    let head = told.next().expect("a section");
    assert_eq!(head, "why in that order: 2 requirements");
    let first = told.next().expect("a dependency");
    assert!(first.ends_with(": changes 2 of its lines 2–4 in b"), "{first}");
    assert_eq!(told.next().map(str::trim), Some("“Waits” after “Not reviewed”"));
    let second = told.next().expect("another");
    assert!(second.ends_with(": changes its lines 2–3 in a"), "{second}");
    let who = ran.out.lines().skip_while(|line| *line != "who can act").nth(1);
    let who = who.expect("an owner");
    assert!(who.contains("raj") && who.contains("): 1 change of "), "{who}");
}

#[test]
fn owners_and_what_was_skipped_of_their_rules_are_told() {
    let folder = repository();
    let path = folder.path().join("shop");
    let rules = "* mei@example.com\n[a-z raj@example.com\nmails raj@example.com\n";
    fs::write(path.join("CODEOWNERS"), rules).expect("written");
    git(&path, 5, "raj", &["add", "."]);
    git(&path, 5, "raj", &["commit", "-q", "-m", "Say who owns what"]);
    let ran = run(folder.path(), &["assess", "shop"]);
    let mut told = ran.out.lines().skip_while(|line| *line != "who can act").skip(1);
    let owners: Vec<&str> = told.by_ref().take_while(|line| !line.is_empty()).collect();
    assert!(owners.iter().any(|line| line.contains("raj") && line.contains("mails")), "{owners:?}");
    assert!(ran.out.contains("services of shop by CODEOWNERS"), "{}", ran.out);
    assert!(ran.out.contains("    skipped: "), "{}", ran.out);
}

#[test]
fn releases_inside_of_the_range_are_told() {
    let folder = repository();
    git(&folder.path().join("shop"), 3, "raj", &["tag", "v1.1", "HEAD~1"]);
    let ask = |more: &[&str]| run(folder.path(), &[&["assess", "shop"], more].concat()).out;
    let told = ask(&["--since", "v1.0"]);
    assert!(told.contains("releases inside of the range\n  v1.1  2 changes"), "{told}");
    let markdown = ask(&["--since", "v1.0", "--markdown"]);
    assert!(markdown.contains("<summary>releases inside of the range</summary>"), "{markdown}");
    let none = ask(&["--since", "v1.1"]);
    assert!(!none.contains("releases inside"), "the whole is none of them: {none}");
}

#[test]
fn every_field_of_the_json_is_documented() {
    let folder = repository();
    let docs = include_str!("../../../../../docs/assess.md");
    let ran = run(folder.path(), &["assess", "shop", "--json"]);
    let first: serde_json::Value =
        serde_json::from_str(ran.out.lines().next().expect("a line")).expect("JSON");
    let assessment = &first["assessment"];
    let repository = &assessment["repositories"][0];
    let dependency = &assessment["dependencies"][0];
    let reason = &dependency["because"][0];
    for object in
        [assessment, repository, &repository["range"], dependency, reason, &reason["lines"]]
    {
        for field in object.as_object().expect("an object").keys() {
            assert!(docs.contains(&format!("`{field}`")), "`{field}` is not in docs/assess.md");
        }
    }
    let heads = ["assessment", "plan", "decision", "score"];
    for (line, head) in ran.out.lines().zip(heads) {
        assert!(line.starts_with(&format!("{{\"{head}\":")), "{line}");
        assert!(docs.contains(&format!("`{{\"{head}\": ...}}`")), "{head}");
    }
}
