//! What is built on probabilities: the shift on late labels, releases of ten, and lanes.

use std::io::{Error, Result};

use lynchpin::base::{LogOdds, Probability};
use lynchpin::risk::joint::{Joint, Shock, shock};
use lynchpin::risk::lane::widest;
use lynchpin::risk::learn::{Fit, Model, Rolling};
use lynchpin::risk::measure::Calibration;
use lynchpin::risk::probability;
use lynchpin_benches::Wanted::{AtLeast, AtMost, Nothing};
use lynchpin_benches::figure;
use lynchpin_tests::histories::History;

use crate::mean;

/// How much later an outcome comes to be known: ninety days.
const LATE: i64 = 90 * 24 * 3_600;
/// How many consecutive changes are taken for a release.
const RELEASE: usize = 10;

/// How often a lane is certified anew, in changes, and on how many of the last known ones.
const RENEWED: usize = 250;
const CERTIFIED_ON: usize = 3_000;

/// What was said of changes before anybody knew, and what became of them.
pub(crate) struct Foretold {
    pub(crate) said: Vec<Probability>,
    pub(crate) failed: Vec<bool>,
    /// How far the shift may have been off each time: its standard error.
    pub(crate) error: Vec<f64>,
}

pub(crate) fn float(share: Probability) -> f64 {
    f64::from(share.parts_per_billion()) / 1e9
}

pub(crate) fn measure(histories: &[History]) -> Result<()> {
    let (mut errors, mut unshifted) = (vec![], vec![]);
    let (mut together, mut alone) = (vec![], vec![]);
    let (mut kept, mut shares) = (0.0, vec![]);
    for history in histories {
        let fit = |count: usize| Fit::additive(count);
        let past = foretold(history, history.cut() * 7 / 10, history.cut(), true, fit)?;
        let test = foretold(history, history.cut(), history.failed.len(), true, fit)?;
        let plain = foretold(history, history.cut(), history.failed.len(), false, fit)?;
        errors.push(error(&test)?);
        unshifted.push(error(&plain)?);
        let learned = learn(&past)?;
        let (one, other) = (off(&test, learned), off(&plain, Shock::NONE));
        let name = &history.name;
        let correlation = float(learned.correlation());
        figure(&format!("common shock, {name}"), correlation, None, Nothing);
        figure(&format!("any of 10, off by, {name}"), one, Some(other), Nothing);
        together.push(one);
        alone.push(other);
        let passed = lanes(history, &past, &test)?;
        figure(&format!("let through, {name}"), passed.share, None, Nothing);
        let base = Some(passed.base);
        figure(&format!("failures let through, {name}"), passed.rate, base, Nothing);
        kept += f64::from(passed.rate <= passed.base / 2.0);
        shares.push(passed.share);
    }
    figure("ECE after a rolling shift, mean", mean(&errors), Some(mean(&unshifted)), AtMost(0.040));
    let peer = Some(mean(&alone));
    figure("any of 10, off by, mean, beside independence", mean(&together), peer, AtMost(0.06));
    figure("lanes that keep half the base rate", kept, None, AtLeast(9.0));
    figure("let through, mean", mean(&shares), None, Nothing);
    Ok(())
}

/// What a model says that is fitted to the changes before the first, of the changes from there on,
/// shifted as outcomes come to be known.
pub(crate) fn foretold<'a>(
    history: &'a History,
    first: usize,
    end: usize,
    is_shifted: bool,
    fit: impl Fn(usize) -> Fit<'a>,
) -> Result<Foretold> {
    let failed = history.failed.get(..end).unwrap_or(&[]);
    let known = failed.get(..first).unwrap_or(&[]);
    let model = Model::fit(&history.columns(first), known, &fit(first)).map_err(Error::other)?;
    let said = crate::said(history, &model)?;
    let mut rolling = Rolling::new(Rolling::WINDOW);
    let mut due = 0;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for ((time, said_now), number) in history.times.iter().zip(&said).zip(0..end) {
        while is_shifted && history.times.get(due).is_some_and(|it| it + LATE <= *time) {
            if let (Some(said), Some(failed)) = (said.get(due), failed.get(due)) {
                rolling.learn(LogOdds::from_billionths(*said), *failed);
            }
            due += 1;
        }
        if number >= first {
            let log_odds = LogOdds::from_billionths(*said_now).plus(rolling.shift());
            found.push(probability(log_odds));
            errors.push(rolling.error().billionths() as f64 / 1e9);
        }
    }
    let failed = failed.get(first..).unwrap_or(&[]).to_vec();
    Ok(Foretold { said: found, failed, error: errors })
}

fn error(foretold: &Foretold) -> Result<f64> {
    let found = Calibration::new(&foretold.said, &foretold.failed, Probability::ONE);
    Ok(found.map_err(Error::other)?.map_or(f64::NAN, |it| float(it.error)))
}

fn learn(foretold: &Foretold) -> Result<Shock> {
    let releases = foretold.said.len() / RELEASE;
    let count = releases * RELEASE;
    let (said, failed) = (foretold.said.get(..count), foretold.failed.get(..count));
    let sizes = vec![RELEASE; releases];
    shock(said.unwrap_or(&[]), failed.unwrap_or(&[]), &sizes).map_err(Error::other)
}

/// How far the mean chance that any of ten consecutive changes fails is from how often any did.
fn off(foretold: &Foretold, shock: Shock) -> f64 {
    let (said, _) = foretold.said.as_chunks::<RELEASE>();
    let (failed, _) = foretold.failed.as_chunks::<RELEASE>();
    let chances: Vec<f64> = said.iter().map(|it| float(Joint::new(it, shock).any)).collect();
    let any: Vec<f64> = failed.iter().map(|it| f64::from(it.contains(&true))).collect();
    (mean(&chances) - mean(&any)).abs()
}

/// Changes that would have passed lanes, and what became of them.
pub(crate) struct Passed {
    /// The share of all changes that passed.
    pub(crate) share: f64,
    /// How many of them failed.
    pub(crate) rate: f64,
    /// How many of all changes failed.
    pub(crate) base: f64,
    /// How often no lane could be certified.
    pub(crate) refused: f64,
}

/// What lanes let through of the later changes: certified anew every so many changes, on what had
/// come to be known by then.
pub(crate) fn lanes(history: &History, past: &Foretold, test: &Foretold) -> Result<Passed> {
    let cut = history.failed.len() - test.failed.len();
    let first = cut - past.failed.len();
    let said = [past.said.as_slice(), &test.said].concat();
    let failed = [past.failed.as_slice(), &test.failed].concat();
    let times = history.times.get(first..).unwrap_or(&[]);
    let sure = Probability::from_parts_per_billion(900_000_000);
    let (mut passed, mut lane, mut refused, mut asked) = (Vec::new(), None, 0.0, 0.0);
    for (number, time) in times.iter().enumerate().skip(past.failed.len()) {
        if (number - past.failed.len()).is_multiple_of(RENEWED) {
            let known = times.partition_point(|made| made + LATE <= *time);
            let window = known.saturating_sub(CERTIFIED_ON)..known;
            let (said, failed) = (said.get(window.clone()), failed.get(window));
            let (said, failed) = (said.unwrap_or(&[]), failed.unwrap_or(&[]));
            let promise = crate::share(rate(failed) / 2.0);
            lane = widest(said, failed, promise, sure).map_err(Error::other)?;
            asked += 1.0;
            refused += f64::from(lane.is_none());
        }
        let open = lane.zip(said.get(number)).is_some_and(|(lane, said)| *said <= lane.at_most);
        passed.extend(failed.get(number).filter(|_| open));
    }
    let share = passed.len() as f64 / test.failed.len().max(1) as f64;
    let refused = refused / f64::max(asked, 1.0);
    Ok(Passed { share, rate: rate(&passed), base: rate(&test.failed), refused })
}

fn rate(failed: &[bool]) -> f64 {
    failed.iter().map(|it| f64::from(*it)).sum::<f64>() / failed.len().max(1) as f64
}
