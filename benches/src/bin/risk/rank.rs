//! How well models rank, and how far what they say is from what became of it.

use std::io::{Error, Result};

use lynchpin::base::{LogOdds, Probability};
use lynchpin::risk::learn::{Fit, Model};
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin::risk::probability;
use lynchpin_benches::Wanted::{AtLeast, AtMost, Nothing, TimesPeer};
use lynchpin_benches::figure;
use lynchpin_tests::histories::History;

use crate::learners::Learner;
use crate::{mean, said, share};

/// The area under the curve, and the Brier score.
type Judged = (f64, f64);

pub(crate) fn measure(histories: &[History]) -> Result<()> {
    let (mut lines, mut terms, mut logistic, mut boosted) = (vec![], vec![], vec![], vec![]);
    for history in histories {
        let cut = history.cut();
        let (columns, failed) = (history.columns(cut), history.failed.get(..cut).unwrap_or(&[]));
        let fitted = |fit: &Fit<'_>| Model::fit(&columns, failed, fit).map_err(Error::other);
        let own = |fit: &Fit<'_>| judged(history, &said(history, &fitted(fit)?)?);
        let name = &history.name;
        lines.push(own(&Fit::LINES)?);
        terms.push(own(&Fit::additive(cut))?);
        logistic.push(by_peer("logistic", history)?);
        boosted.push(by_peer("lightgbm", history)?);
        let last = |all: &[Judged]| all.last().map_or(f64::NAN, |it| it.0);
        figure(&format!("AUC, lines, {name}"), last(&lines), Some(last(&logistic)), Nothing);
        figure(&format!("AUC, additive, {name}"), last(&terms), Some(last(&boosted)), Nothing);
    }
    let areas = |all: &[Judged]| mean(&all.iter().map(|it| it.0).collect::<Vec<_>>());
    let briers = |all: &[Judged]| mean(&all.iter().map(|it| it.1).collect::<Vec<_>>());
    figure("AUC, lines beside scikit-learn, mean", areas(&lines), Some(areas(&logistic)), Nothing);
    let peer = areas(&boosted);
    let wanted = AtLeast(peer - 0.005);
    figure("AUC, additive beside LightGBM, mean", areas(&terms), Some(peer), wanted);
    let behind = boosted.iter().zip(&terms).map(|(peer, own)| peer.0 - own.0);
    figure("AUC behind LightGBM, most", behind.fold(-1.0, f64::max), None, AtMost(0.025));
    let (own, peer) = (briers(&terms), briers(&boosted));
    figure("Brier, additive beside LightGBM, mean", own, Some(peer), TimesPeer(1.0));
    let (own, peer) = (briers(&lines), briers(&logistic));
    figure("Brier, lines beside scikit-learn, mean", own, Some(peer), Nothing);
    Ok(())
}

fn by_peer(name: &str, history: &History) -> Result<Judged> {
    let mut learner = Learner::start(name, history)?;
    learner.fit()?;
    let said = learner.predict()?;
    // What is not negative is in order by its bits.
    let scores = said.iter().map(|it| it.max(0.0).to_bits().cast_signed());
    let shares: Vec<Probability> = said.iter().map(|it| share(*it)).collect();
    judge(history, &scores.collect::<Vec<_>>(), &shares)
}

fn judged(history: &History, said: &[i64]) -> Result<Judged> {
    let rest = said.get(history.cut()..).unwrap_or(&[]);
    let chances = rest.iter().map(|it| probability(LogOdds::from_billionths(*it)));
    judge(history, rest, &chances.collect::<Vec<_>>())
}

fn judge(history: &History, scores: &[i64], said: &[Probability]) -> Result<Judged> {
    let failed = history.failed.get(history.cut()..).unwrap_or(&[]);
    let ranking = Ranking::new(scores, failed).map_err(Error::other)?;
    let found = Calibration::new(said, failed, Probability::ONE).map_err(Error::other)?;
    let shown = |it: Option<Probability>| it.map_or(f64::NAN, crate::later::float);
    Ok((shown(ranking.auc()), shown(found.map(|it| it.brier))))
}
