//! Titles, paths and names that try to be more than texts.

use std::fs;

use super::{git, name};
use crate::run::run;

const TITLE: &str =
    "@ann #12 <script>x</script> | ```[x](https://x) \u{1b}[2J\u{202e} \"]; %% --> </details>";

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path();
    git(path, 1, "raj", &["init", "-q", "-b", "main"]);
    let file = "a|b`<i>\u{1b}]0;x\u{7}[x](y)";
    for (day, text) in [(1, "1\n2\n3\n"), (2, "1\n9\n3\n"), (3, "1\n8\n3\n")] {
        fs::write(path.join(file), text).expect("written");
        git(path, day, "raj", &["add", "."]);
        let message = format!("{TITLE}\n\nReviewed-by: <b>@mei</b> `x` <mei@example.com>");
        git(path, day, "raj", &["commit", "-q", "-m", &message]);
    }
    git(path, 3, "raj", &["branch", "a\u{202e}<b>"]);
    folder
}

fn shown(more: &[&str]) -> (String, String) {
    let folder = repository();
    let until = ["assess", ".", "--until", "a\u{202e}<b>"];
    let ran = run(folder.path(), &[&until[..], more].concat());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{more:?}");
    for bad in ['\u{1b}', '\u{7}', '\u{202e}', '\r'] {
        assert!(!ran.out.contains(bad), "{more:?} lets {bad:?} through: {}", ran.out);
    }
    (ran.out, name(folder.path()))
}

#[test]
fn a_terminal_is_not_moved() {
    for more in [&[][..], &["--full"]] {
        let (out, _) = shown(more);
        assert!(out.contains("<script>x</script>"), "shown as it is: {out}");
        assert!(out.contains(" in a|b`<i>"), "{out}");
    }
}

#[test]
fn markdown_stays_text() {
    for more in [&["--markdown"][..], &["--markdown", "--full"]] {
        let (out, _) = shown(more);
        for bad in ["<script", "<i>", "<b>", "](", "@ann", "@mei", "#12 ", "://"] {
            assert!(!out.contains(bad), "{bad} in {out}");
        }
        assert_eq!(out.matches("```").count(), 2, "only our own fence: {out}");
        let (opened, closed) =
            (out.matches("<details>").count(), out.matches("</details>").count());
        assert_eq!(opened, closed, "{out}");
        // Of every table each line has as many cells as its head.
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut before: Option<usize> = None;
        for line in out.lines() {
            let here = line.starts_with('|').then(|| bars(line));
            if let (Some(before), Some(here)) = (before, here) {
                assert_eq!(before, here, "{line}");
            }
            before = here;
        }
    }
}

#[test]
fn no_line_of_markdown_begins_with_a_text_of_others() {
    let (out, name) = shown(&["--markdown"]);
    let own = ["###", "|", "-", "**", "Of its changes", "<details>", "</details>", "```", "  "];
    let own = own.iter().chain(&["flowchart LR", "and ", "no commit", "forge"]);
    for line in out.lines().filter(|line| !line.is_empty()) {
        assert!(own.clone().any(|begin| line.starts_with(begin)), "{line}");
    }
    assert!(out.contains(&name.replace('_', "\\_")), "{out}");
}

#[test]
fn a_flowchart_and_a_picture_stay_texts() {
    let (mermaid, _) = shown(&["--mermaid"]);
    for line in mermaid.lines().filter(|line| line.contains("[\"")) {
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(!line.contains(['<', '>', '`', '|', '%']), "{line}");
    }
    assert_eq!(mermaid.matches(" --> ").count(), 2, "{mermaid}");
    let (svg, _) = shown(&["--svg"]);
    assert!(!svg.contains("<script") && !svg.contains("</details>"), "{svg}");
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count(), "{svg}");
    assert_eq!(svg.matches("<svg").count(), 1);
}

#[test]
fn json_says_what_was_written() {
    let (json, _) = shown(&["--json"]);
    let first = json.lines().next().expect("a line");
    let line: serde_json::Value = serde_json::from_str(first).expect("JSON");
    let dependencies = line["assessment"]["dependencies"].as_array().expect("a list");
    let required = dependencies.iter().filter(|found| found["kind"] == "requires");
    assert_eq!(required.clone().count(), 2, "{first}");
    for dependency in required {
        let lines = &dependency["because"][0]["lines"];
        assert_eq!((&lines["first"], &lines["last"]), (&2.into(), &2.into()), "{dependency}");
    }
}
