//! Every bound stops or cuts what it is for.

use lynchpin_link::git::{AssessError, Limits, Options};

use super::support::*;

fn with(limits: Limits) -> Options {
    Options { limits, ..Options::default() }
}

#[test]
fn too_many_commits_or_files_are_an_error() {
    let mut repo = Repo::new();
    for number in 0..4 {
        repo.commit(&format!("f{number}"), "1", "c");
    }
    let options = with(Limits { commits: 3, ..Limits::default() });
    let error = repo.ask(&options).unwrap_err();
    assert_eq!(error, AssessError::TooLarge { what: "commits", limit: 3 });
    assert!(repo.ask(&with(Limits { commits: 4, ..Limits::default() })).is_ok());
    let options = with(Limits { touches: 3, ..Limits::default() });
    let error = repo.ask(&options).unwrap_err();
    assert_eq!(error, AssessError::TooLarge { what: "files touched", limit: 3 });
    assert!(repo.ask(&with(Limits { touches: 4, ..Limits::default() })).is_ok());
}

#[test]
fn long_texts_are_cut_and_counted() {
    let mut repo = Repo::new();
    let subject = "s".repeat(5_000);
    let body = "long line\n".repeat(20_000);
    repo.commit("a", "1", &format!("{subject}\n\n{body}\nReviewed-by: Bob <bob@example.org>\n"));
    let found = repo.assess();
    assert_eq!(titles(&found)[0].len(), Limits::default().line_bytes);
    assert_eq!(found.notes.texts_cut, 2);
    assert_eq!(found.notes.reviews, 1, "trailers are bounded apart from the body");
    let folder = "d".repeat(200);
    let path = format!("{folder}/{folder}/f");
    repo.commit(&path, "1", "deep");
    let found = repo.ask(&with(Limits { path_bytes: 100, ..Limits::default() })).unwrap();
    assert_eq!(found.notes.paths_cut, 1);
}

#[test]
fn many_trailers_are_bounded() {
    let mut repo = Repo::new();
    let trailers: String =
        (0..3_000).map(|n| format!("Reviewed-by: <r{n}@example.org>\n")).collect();
    repo.commit("a", "1", &format!("x\n\n{trailers}"));
    let limits = Limits { message_bytes: 1 << 20, ..Limits::default() };
    let found = repo.ask(&with(limits)).unwrap();
    assert_eq!((found.notes.reviews, found.notes.trailers_dropped), (1_000, 2_000));
}
