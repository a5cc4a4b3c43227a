//! Several repositories as one release.

use std::fs;

use super::{REVIEWED, git};
use crate::run::{golden, run};

/// Two repositories: the till needs a change of the shop by a trailer.
fn two() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for name in ["shop", "till"] {
        let path = folder.path().join(name);
        fs::create_dir(&path).expect("made");
        git(&path, 1, "raj", &["init", "-q", "-b", "main"]);
    }
    let commit = |name: &str, day, author: &str, file: &str, message: &str| {
        let path = folder.path().join(name);
        fs::write(path.join(file), format!("{day}\n")).expect("written");
        git(&path, day, author, &["add", "."]);
        git(&path, day, author, &["commit", "-q", "-m", message]);
    };
    let id = "I0123456789012345678901234567890123456789";
    commit("shop", 1, "raj", "fares", "Begin");
    git(&folder.path().join("shop"), 1, "raj", &["tag", "v1.0"]);
    commit("shop", 2, "raj", "fares", &format!("Serve fares\n\nChange-Id: {id}"));
    commit("till", 3, "ann", "screen", &format!("Begin\n\n{REVIEWED}"));
    let asks = format!("Ask for fares\n\n{REVIEWED}\nDepends-On: {id}");
    commit("till", 4, "ann", "screen", &asks);
    folder
}

#[test]
fn several_read_as_agreed_and_twice_the_same() {
    let folder = two();
    for (form, file) in [("--full", "assess-two.txt"), ("--markdown", "assess-two.md")] {
        let ran = run(folder.path(), &["assess", "shop", "till", form]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        golden(file, &ran.out);
        assert_eq!(run(folder.path(), &["assess", "shop", "till", form]).out, ran.out);
    }
}

#[test]
fn each_change_is_placed_where_it_is_from() {
    let folder = two();
    let ran = run(folder.path(), &["assess", "shop", "till"]);
    assert!(ran.out.contains("shop: 1 change would ship: after v1.0 ("), "{}", ran.out);
    assert!(ran.out.contains("till: 2 changes would ship: from the first commit"), "{}", ran.out);
    assert!(ran.out.contains("next release of shop, till to production"), "{}", ran.out);
    assert!(ran.out.contains("  shop: Serve fares\n"), "{}", ran.out);
    assert!(ran.out.contains("  till: Ask for fares\n"), "{}", ran.out);
    let mermaid = run(folder.path(), &["assess", "shop", "till", "--mermaid"]).out;
    assert!(mermaid.contains("shop#58; Serve fares"), "{mermaid}");
}

#[test]
fn the_one_that_cannot_be_read_is_named() {
    let folder = two();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("made");
    git(&empty, 1, "raj", &["init", "-q", "-b", "main"]);
    let ran = run(folder.path(), &["assess", "shop", "empty"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.starts_with("lynchpin: no_commits: `empty`: the repository has"),
        "{}",
        ran.err
    );
    let ran = run(folder.path(), &["assess", "shop", "gone"]);
    assert!(
        ran.err.starts_with("lynchpin: no_such_path: there is nothing at `gone`"),
        "{}",
        ran.err
    );
    let ran = run(folder.path(), &["assess", "shop", "shop"]);
    assert!(ran.err.starts_with("lynchpin: overlap: `shop` and `shop`"), "{}", ran.err);
}
