//! What drives the risk of a release: the changes without which it would fall most.

use super::options::Options;
use super::safe::line;
use super::score::{factor, raised};
use super::words::percent;
use crate::base::Probability;
use crate::base::id::ChangeId;
use crate::portfolio::Score;
use crate::risk::Contribution;

/// How many factors are named for each change.
const FACTORS_NAMED: usize = 3;
/// How much of them is shown, in columns.
const BY_COLUMNS: usize = 82;

/// A change that drives the risk of its release, with everything that is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Driven<'a> {
    /// The change.
    pub change: &'a ChangeId,
    /// By how much the risk of the release would fall without it.
    pub falls_by: Probability,
    /// Its own risk.
    pub alone: Probability,
    /// What raises that most, the largest first, besides what raises every change alike: words that
    /// are safe to print.
    pub raised_by: Vec<String>,
}

/// The changes that drive the risk of a release, the largest first: at most so many, and only those
/// without which it would fall by at least so much.
///
/// ```
/// use lynchpin::base::{Limits, Probability};
/// use lynchpin::portfolio::{Engine, ScoreQuestion};
/// use lynchpin::report;
///
/// let portfolio = serde_json::from_str(
///     r#"{"lynchpin": "portfolio/1", "releases": [{"id": "R", "revision": 1, "changes": ["C-1"],
///         "at": "2026-11-01T10:00:00Z", "by": "raj"}], "changes": [
///         {"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
/// ).unwrap();
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(portfolio)?;
/// let subject = serde_json::from_str(r#"{"release": "R"}"#).unwrap();
/// let question = ScoreQuestion::new(subject, "2026-11-02T09:00:00Z".parse()?);
/// let score = engine.snapshot().score(&question)?;
/// let drivers = report::drivers(&score, 5, Probability::ZERO);
/// assert_eq!(drivers[0].falls_by, score.probability);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn drivers(score: &Score, most: usize, least: Probability) -> Vec<Driven<'_>> {
    let Some(release) = &score.release else { return Vec::new() };
    let mut found: Vec<_> =
        release.drivers.iter().filter(|driver| driver.falls_by >= least).collect();
    let alike = alike(score);
    found.sort_by(|a, b| b.falls_by.cmp(&a.falls_by).then_with(|| a.change.cmp(&b.change)));
    let driven = found.into_iter().take(most).filter_map(|driver| {
        let own = score.changes.iter().find(|change| change.change == driver.change)?;
        Some(Driven {
            change: &driver.change,
            falls_by: driver.falls_by,
            alone: own.risk.probability,
            raised_by: raised(own, FACTORS_NAMED, &alike),
        })
    });
    driven.collect()
}

/// What raises the risk of every change of a release alike, the largest first: words that are safe
/// to print. It says more about what is not known than about any change. Nothing, if there is only
/// one change.
#[must_use]
pub fn raised_alike(score: &Score) -> Vec<String> {
    let alike = alike(score);
    let first = score.changes.first().filter(|_| !alike.is_empty());
    let raising = first.map(|change| change.risk.raised_by()).unwrap_or_default();
    let shared = raising.iter().filter(|found| alike.contains(&&*found.factor));
    shared.take(FACTORS_NAMED).map(factor).collect()
}

/// The factors that have one value in all changes of several.
fn alike(score: &Score) -> Vec<&str> {
    let [first, others @ ..] = score.changes.as_slice() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let all_have = |found: &&Contribution| {
        others.iter().all(|change| change.risk.contributions.contains(found))
    };
    first.risk.contributions.iter().filter(all_have).map(|found| &*found.factor).collect()
}

/// The drivers as text, two lines a change: what the release would gain without it, its own risk
/// and what it is, then what raises that.
#[must_use]
pub fn driving(drivers: &[Driven<'_>], options: &Options<'_>) -> String {
    let mut out = String::new();
    for driver in drivers {
        let title =
            options.title(driver.change).map_or(String::new(), |title| format!("  {title}"));
        let (falls, alone) = (percent(driver.falls_by), percent(driver.alone));
        out.push_str(&format!("{falls:>6} lower without {}{title}\n", driver.change));
        let by = driver.raised_by.join(", ");
        let by = if by.is_empty() { by } else { format!(", raised by {by}") };
        out.push_str(&format!("    alone {alone}{}\n", line(&by, BY_COLUMNS)));
    }
    out
}
