//! How long it takes to fit, and to score a million changes.

use std::io::{Error, Result};

use lynchpin::risk::learn::{Column, Fit, Model, Scores, Transform};
use lynchpin_benches::Wanted::{AtLeast, Nothing, TimesPeer};
use lynchpin_benches::{figure, median, seconds};
use lynchpin_tests::histories::History;

use crate::learners::Learner;

/// The history whose first part has 13,306 changes.
const HISTORY: &str = "issta21/go";
const ROWS: usize = 1_000_000;
/// How often each takes its turn; the medians count.
const ROUNDS: usize = 7;

pub(crate) fn measure(histories: &[History]) -> Result<()> {
    let Some(history) = histories.iter().find(|it| it.name == HISTORY) else {
        return Err(Error::other(format!("no history {HISTORY}")));
    };
    let mut logistic = Learner::start("logistic", history)?;
    let mut boosted = Learner::start("lightgbm", history)?;
    let cut = history.cut();
    let transformed: Vec<Vec<i64>> = history
        .columns(history.failed.len())
        .iter()
        .map(|it| it.values.iter().map(|value| it.transform.of(*value)).collect())
        .collect();
    let failed = history.failed.get(..cut).unwrap_or(&[]);
    let columns: Vec<Column<'_>> = history
        .columns(cut)
        .into_iter()
        .zip(&transformed)
        .map(|(column, values)| Column {
            transform: Transform::Plain,
            values: values.get(..cut).unwrap_or(&[]),
            ..column
        })
        .collect();
    let fitted = |fit: &Fit<'_>| Model::fit(&columns, failed, fit).map_err(Error::other);
    let lines = fitted(&Fit::LINES)?.scorer(true);
    let additive = fitted(&Fit::additive(cut))?.scorer(true);
    let many: Vec<Vec<i64>> = transformed
        .iter()
        .map(|values| values.iter().copied().cycle().take(ROWS).collect())
        .collect();
    let many: Vec<&[i64]> = many.iter().map(Vec::as_slice).collect();
    let mut chances = vec![0; ROWS];
    let mut contributions = vec![0; ROWS * additive.width()];
    let (mut fits, mut additives, mut peers, mut trees) = (vec![], vec![], vec![], vec![]);
    let (mut plain, mut whole, mut peer_plain, mut peer_trees) = (vec![], vec![], vec![], vec![]);
    let mut read = vec![];
    for _ in 0..ROUNDS {
        fits.push(seconds(|| fitted(&Fit::LINES)));
        peers.push(logistic.fit()?);
        additives.push(seconds(|| fitted(&Fit::additive(cut))));
        trees.push(boosted.fit()?);
        plain.push(seconds(|| {
            let into = Scores { probabilities: Some(&mut chances), ..Scores::default() };
            lines.score(&many, into)
        }));
        peer_plain.push(logistic.seconds(ROWS)?);
        whole.push(seconds(|| {
            let into = Scores {
                probabilities: Some(&mut chances),
                contributions: Some(&mut contributions),
                ..Scores::default()
            };
            additive.score(&many, into)
        }));
        peer_trees.push(boosted.seconds(ROWS)?);
        read.push(seconds(|| many.iter().map(|it| it.iter().fold(0, |a, b| a ^ b)).sum::<i64>()));
    }
    let size = format!("{cut} x {}", columns.len());
    let peer = Some(median(&peers));
    figure(
        &format!("fit lines to {size}, s, beside scikit-learn"),
        median(&fits),
        peer,
        TimesPeer(0.5),
    );
    let peer = Some(median(&trees));
    figure(
        &format!("fit additive to {size}, s, beside LightGBM"),
        median(&additives),
        peer,
        Nothing,
    );
    let peer = Some(median(&peer_trees));
    let name = "score 1,000,000 with contributions, s, beside LightGBM's plain prediction";
    figure(name, median(&whole), peer, TimesPeer(0.1));
    let peer = Some(median(&peer_plain));
    let name = "probabilities of 1,000,000, s, beside scikit-learn";
    figure(name, median(&plain), peer, TimesPeer(0.2));
    let share = median(&read) / median(&plain);
    figure("share of the bandwidth of memory, probabilities", share, None, Nothing);
    let _ = AtLeast;
    Ok(())
}
