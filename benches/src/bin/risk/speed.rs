//! How long it takes to fit, and to score a million changes.

use std::io::{Error, Result};

use lynchpin::risk::learn::{Column, Fit, Model, Scores, Transform};
use lynchpin_benches::Wanted::{Nothing, TimesPeer};
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
    let transformed: Vec<Vec<i64>> = history
        .columns(history.failed.len())
        .iter()
        .map(|it| it.values.iter().map(|value| it.transform.of(*value)).collect())
        .collect();
    let models = fits(history, &transformed, &mut logistic, &mut boosted)?;
    scores(&models, &transformed, &mut logistic, &mut boosted)
}

/// A model of lines, and one of steps and pairs as well.
type Models = [Model; 2];

/// How long it takes to fit, here and elsewhere.
fn fits(
    history: &History,
    transformed: &[Vec<i64>],
    logistic: &mut Learner,
    boosted: &mut Learner,
) -> Result<Models> {
    let cut = history.cut();
    let failed = history.failed.get(..cut).unwrap_or(&[]);
    let columns = history.columns(cut).into_iter().zip(transformed).map(|(column, values)| {
        Column { transform: Transform::Plain, values: values.get(..cut).unwrap_or(&[]), ..column }
    });
    let columns: Vec<Column<'_>> = columns.collect();
    let fitted = |fit: &Fit<'_>| Model::fit(&columns, failed, fit).map_err(Error::other);
    let (mut lines, mut additive, mut peer, mut trees) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        lines.push(seconds(|| fitted(&Fit::LINES)));
        peer.push(logistic.fit()?);
        additive.push(seconds(|| fitted(&Fit::additive(cut))));
        trees.push(boosted.fit()?);
    }
    let size = format!("{cut} x {}", columns.len());
    let (peer, trees) = (Some(median(&peer)), Some(median(&trees)));
    let name = format!("fit lines to {size}, s, beside scikit-learn");
    figure(&name, median(&lines), peer, TimesPeer(0.5));
    let name = format!("fit additive to {size}, s, beside LightGBM");
    figure(&name, median(&additive), trees, Nothing);
    Ok([fitted(&Fit::LINES)?, fitted(&Fit::additive(cut))?])
}

/// How long it takes to score a million changes, here and elsewhere.
fn scores(
    [lines, additive]: &Models,
    transformed: &[Vec<i64>],
    logistic: &mut Learner,
    boosted: &mut Learner,
) -> Result<()> {
    let (lines, additive) = (lines.scorer(true), additive.scorer(true));
    let tiled = |values: &Vec<i64>| values.iter().copied().cycle().take(ROWS).collect();
    let many: Vec<Vec<i64>> = transformed.iter().map(tiled).collect();
    let many: Vec<&[i64]> = many.iter().map(Vec::as_slice).collect();
    let mut chances = vec![0; ROWS];
    let mut contributions = vec![0; ROWS * additive.width()];
    let (mut plain, mut whole, mut read) = (vec![], vec![], vec![]);
    let (mut peer_plain, mut peer_trees) = (vec![], vec![]);
    for _ in 0..ROUNDS {
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
    let name = "score 1,000,000 with contributions, s, beside LightGBM's plain prediction";
    figure(name, median(&whole), Some(median(&peer_trees)), TimesPeer(0.1));
    let name = "probabilities of 1,000,000, s, beside scikit-learn";
    figure(name, median(&plain), Some(median(&peer_plain)), TimesPeer(0.2));
    let share = median(&read) / median(&plain);
    figure("share of the bandwidth of memory, probabilities", share, None, Nothing);
    Ok(())
}
