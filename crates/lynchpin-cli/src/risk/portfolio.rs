//! `risk table`: the history of a portfolio as the other commands read it.

use std::collections::BTreeSet;
use std::path::Path;

use lynchpin::base::{ErrorCode, Instant};
use lynchpin::portfolio::{FeatureColumn, RiskHistory, RiskHistoryQuestion};
use lynchpin::report::{counted, line};
use lynchpin::risk::{Feature, MEASURE};

use super::super::failure::Failure;
use super::super::load;
use super::super::output::Output;
use super::super::status::Status;
use super::args::Table;
use super::decimal::shown;

/// What stands before the features. Ids and names have no characters that need quotes.
pub const HEADS: [&str; 5] = ["change", "release", "made", "known", "failed"];

/// Prints a row for each change; what is not in it is told beside, on standard error.
pub fn table(asked: &Table, output: &mut Output) -> Result<Status, Failure> {
    check(&asked.features)?;
    let (history, left_out) = history(asked.source.file(), asked.at, &asked.features)?;
    for row in rows(&history) {
        output.line(&row)?;
    }
    tell(&history, &left_out);
    Ok(Status::Go)
}

/// The same as a file of its own, with all features that tell changes apart.
pub fn as_csv(file: &Path, at: Option<Instant>) -> Result<Vec<u8>, Failure> {
    let (history, left_out) = history(file, at, &[])?;
    let mut text = Vec::new();
    for row in rows(&history) {
        text.extend(row.into_bytes());
        text.push(b'\n');
    }
    tell(&history, &left_out);
    Ok(text)
}

/// The history of a portfolio with its features, and those that are left out.
fn history(
    file: &Path,
    at: Option<Instant>,
    features: &[String],
) -> Result<(RiskHistory, Vec<FeatureColumn>), Failure> {
    let at = load::at(at)?;
    let snapshot = load::load(file, None)?;
    let question = RiskHistoryQuestion::new(at).with_features(features.to_vec());
    let mut history =
        snapshot.risk_history(&question).map_err(|error| Failure::of_question(&error))?;
    if history.changes.is_empty() {
        let message = format!(
            "no change came to the last stage by {at}: give a later --at, or a portfolio of more \
             deployments"
        );
        return Err(Failure::plain(ErrorCode::Empty.name(), &message));
    }
    let all = std::mem::take(&mut history.features);
    let (kept, left_out): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|it| !features.is_empty() || tells_apart(it));
    history.features = kept;
    Ok((history, left_out))
}

/// A column that is there twice cannot be found by its name, and one that nobody knows has none.
fn check(names: &[String]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for name in names {
        if Feature::named(name).is_none() && !name.starts_with(MEASURE) {
            let all = Feature::ALL.iter().map(|it| it.name()).collect::<Vec<_>>().join(", ");
            let message = format!(
                "there is no feature `{}`: take some of {all}, or figures of your own as \
                 `{MEASURE}NAME`",
                line(name, 40)
            );
            return Err(Failure::plain(ErrorCode::UnknownWord.name(), &message));
        }
        if !seen.insert(name) {
            let message = format!("--features names `{}` twice: name it once", line(name, 40));
            return Err(Failure::plain(ErrorCode::BadArgument.name(), &message));
        }
    }
    Ok(())
}

/// Whether it is known of any changes, and not the same of all of those.
fn tells_apart(feature: &FeatureColumn) -> bool {
    let mut known = feature.values.iter().flatten();
    known.next().is_some_and(|first| known.any(|value| value != first))
}

/// The names of the columns and then a row for each change.
fn rows(history: &RiskHistory) -> impl Iterator<Item = String> {
    let names = history.features.iter().map(|it| it.name.as_str());
    let heads = HEADS.into_iter().chain(names).collect::<Vec<_>>().join(",");
    let changes = history.changes.iter().zip(&history.releases);
    let times = history.made.iter().zip(&history.known);
    let rows = (0_usize..).zip(changes.zip(times.zip(&history.failed)));
    let rows = rows.map(|(at, ((change, release), ((made, known), failed)))| {
        // What was held against it before it came there was known as soon as it came.
        let known = known.map(|known| known.max(*made).to_string());
        let own = [
            change.as_str().to_owned(),
            release.as_ref().map_or(String::new(), |it| it.as_str().to_owned()),
            made.to_string(),
            known.unwrap_or_default(),
            failed.to_string(),
        ];
        let value = |it: &FeatureColumn| it.values.get(at).copied().flatten();
        let values = history.features.iter().map(|it| value(it).map_or(String::new(), shown));
        own.into_iter().chain(values).collect::<Vec<_>>().join(",")
    });
    std::iter::once(heads).chain(rows)
}

/// What is in the table, and what is not.
fn tell(history: &RiskHistory, left_out: &[FeatureColumn]) {
    let count = history.changes.len();
    let failures = history.failed.iter().filter(|failed| **failed).count();
    let known = |it: &FeatureColumn| it.values.iter().flatten().count();
    Failure::note(&format!(
        "as of {}: {} came to the last stage, of which {failures} failed",
        history.at,
        counted(count, "change", "changes"),
    ));
    let kept = history.features.iter().map(|it| format!("{} {}", it.name, known(it)));
    list(&format!("known of so many of {count}"), kept.collect());
    let (same, unknown): (Vec<_>, Vec<_>) = left_out.iter().partition(|it| known(it) > 0);
    let names = |all: Vec<&FeatureColumn>| all.iter().map(|it| it.name.clone()).collect();
    list("left out, because they are the same of all of which they are known", names(same));
    list("left out, because they are known of none", names(unknown));
}

fn list(what: &str, names: Vec<String>) {
    if !names.is_empty() {
        Failure::note(&format!("{what}: {}", names.join(", ")));
    }
}
