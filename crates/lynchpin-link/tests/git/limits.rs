//! Every bound stops or cuts what it is for.

use std::ops::ControlFlow;

use lynchpin_link::git::{AssessError, Limits, Options, assess_all};

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
fn many_trailers_are_bounded_and_then_no_review_counts() {
    let mut repo = Repo::new();
    let trailers: String =
        (0..3_000).map(|n| format!("Reviewed-by: <r{n}@example.org>\n")).collect();
    // Whoever wrote it too may be named where nobody reads on.
    let own = "Co-authored-by: <r1@example.org>\n";
    let commit = repo.commit("a", "1", &format!("x\n\n{trailers}{own}"));
    let limits = Limits { message_bytes: 1 << 20, ..Limits::default() };
    let found = repo.ask(&with(limits)).unwrap();
    assert_eq!(approvers(&found, &commit), [""; 0]);
    assert_eq!((found.notes.reviews, found.notes.trailers_dropped), (0, 2_001));
    assert_eq!(found.notes.incomplete, 1);
    // Cut by bytes, it is the same.
    let found = repo.assess();
    assert_eq!(approvers(&found, &commit), [""; 0]);
    assert_eq!(found.notes.incomplete, 1);
}

#[test]
fn long_names_and_addresses_are_cut_and_do_not_end_the_reading() {
    let mut repo = Repo::new();
    let (long, map) = ("r".repeat(9_000), "m".repeat(9_000));
    repo.commit(".mailmap", &format!("{map} <c@example.org>\n"), "map");
    let named = repo.commit("a", "1", &format!("x\n\nReviewed-by: {long} <b@example.org>\n"));
    let mailed = repo.commit("b", "1", &format!("y\n\nReviewed-by: Bob <{long}@example.org>\n"));
    let mapped = repo.commit("c", "1", "z\n\nReviewed-by: Cy <c@example.org>\n");
    let found = repo.assess();
    assert_eq!(approvers(&found, &named), ["b@example.org"]);
    assert_eq!(approvers(&found, &mailed), [""; 0]);
    assert_eq!(approvers(&found, &mapped), ["c@example.org"]);
    assert_eq!(found.notes.trailers_without_address, 1);
}

#[test]
fn very_many_dependencies_are_bounded_and_none_is_forgotten() {
    let mut repo = Repo::new();
    let names: String = (0..11_000).map(|n| format!("I{n:05}, ")).collect();
    let commit = repo.commit("a", "1", &format!("x\n\nDepends-On: {names}\n"));
    let limits = Limits { message_bytes: 1 << 20, ..Limits::default() };
    let found = repo.ask(&with(limits)).unwrap();
    assert_eq!(requires(&found, &commit).len(), 4_001);
    assert_eq!(found.notes.requires_dropped, 7_000);
    let mut engine = lynchpin::portfolio::Engine::new(lynchpin::base::Limits::bulk());
    engine.add(found.portfolio).unwrap();
}

#[test]
fn whoever_waits_may_break_off_at_every_step() {
    let mut shop = Repo::new();
    shop.commit("a", "1", "begin");
    let steps = |last: usize| {
        let mut told = 0;
        let asked = assess_all(&[shop.path()], &Options::default(), &mut |_, _| {
            told += 1;
            if told > last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (told, asked.map(|found| found.portfolio.changes.len()))
    };
    for last in 0..4 {
        assert_eq!(steps(last), (last + 1, Err(AssessError::Cancelled)));
    }
    assert_eq!(steps(4), (4, Ok(1)));
}
