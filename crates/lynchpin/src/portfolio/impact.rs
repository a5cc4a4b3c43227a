//! What a failure would cost, as past incidents show.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::id::ServiceId;
use crate::base::{Instant, Probability};
use crate::history::Records;
use crate::model::{Change, Incident, IncidentEvent};
use crate::risk::joint::{Lasting, Lasts, Shock};

/// What a failure would cost one service, in seconds of error budget: those in which nothing works.
///
/// How long an incident lasts is the mean from when it was opened to when it was first resolved,
/// over the incidents of the service that were resolved; over all of the portfolio, if there are
/// none. Each change of the service is held to take as long, as often as it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceImpact {
    /// The service.
    pub service: ServiceId,
    /// How many of its incidents were resolved.
    pub incidents: u32,
    /// How long an incident lasts, in seconds, rounded up.
    pub mean_seconds: u64,
    /// How many seconds of failure are to be expected, rounded up: how long an incident lasts,
    /// times the probabilities of all its changes.
    pub expected_seconds: u64,
    /// In nine of ten such releases, at least and at most so many seconds of failure; only by a
    /// fitted model. It goes by how many of its changes fail together, as [`JointScore`] does, and
    /// by how far its incidents, or else those of the portfolio, lasted shorter and longer than
    /// their mean: each failure is held to last as a lognormal distribution of the same mean and
    /// standard deviation says, by itself. Of a single incident nothing is known beyond the mean,
    /// nor is it weighed how few the incidents are. Of more than a hundred changes of the service
    /// it is close, not exact.
    ///
    /// [`JointScore`]: super::JointScore
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<(u64, u64)>,
    /// How many seconds its tightest objective allows in its whole window; none, if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_seconds: Option<u64>,
}

/// What failures cost by how long the incidents of a portfolio lasted.
pub(super) struct Costs<'a> {
    records: &'a Records,
    lasted: Lasted<'a>,
    shock: Option<Shock>,
}

impl<'a> Costs<'a> {
    /// As of some records; with the shock of the model, if a fitted one scores.
    pub(super) fn new(records: &'a Records, shock: Option<Shock>) -> Costs<'a> {
        Costs { records, lasted: Lasted::of(records), shock }
    }

    /// For each service of changes with their risks, in order of ids; nothing, if no incident was
    /// ever resolved.
    pub(super) fn of(&self, changes: &[(&Change, Probability)]) -> Vec<ServiceImpact> {
        let Some(usual) = self.lasted.all.lasts() else { return Vec::new() };
        let risks: Vec<Probability> = changes.iter().map(|(_, risk)| *risk).collect();
        let lasting = self.shock.map(|shock| Lasting::new(&risks, shock));
        let mut of: BTreeMap<&ServiceId, (u128, Vec<usize>)> = BTreeMap::new();
        for (number, (change, risk)) in changes.iter().enumerate() {
            for service in change.services.iter().collect::<BTreeSet<_>>() {
                let (sum, numbers) = of.entry(service).or_default();
                *sum = sum.saturating_add(risk.parts_per_billion().into());
                numbers.push(number);
            }
        }
        let impact = |(service, (sum, numbers)): (&ServiceId, (u128, Vec<usize>))| {
            let own = self.lasted.each.get(service);
            let lasts = own.and_then(|own| own.lasts()).unwrap_or(usual);
            let billion = u128::from(Probability::ONE.parts_per_billion());
            let expected = u128::from(lasts.mean).saturating_mul(sum).div_ceil(billion);
            ServiceImpact {
                service: service.clone(),
                incidents: own.map_or(0, |own| own.count),
                mean_seconds: lasts.mean,
                expected_seconds: u64::try_from(expected).unwrap_or(u64::MAX),
                seconds: lasting.as_ref().map(|lasting| lasting.seconds(&numbers, lasts)),
                budget_seconds: budget(self.records, service),
            }
        };
        of.into_iter().map(impact).collect()
    }
}

/// What the tightest objective of a service allows.
fn budget(records: &Records, service: &ServiceId) -> Option<u64> {
    let slos = &records.service(service)?.slos;
    let allowed = slos.iter().filter_map(|slo| {
        let billion = u128::from(Probability::ONE.parts_per_billion());
        let may_fail = billion.checked_sub(slo.objective.parts_per_billion().into())?;
        let micros = u128::try_from(slo.window.micros()).ok()?.checked_mul(may_fail)?;
        u64::try_from(micros.checked_div(billion)?.checked_div(1_000_000)?).ok()
    });
    allowed.min()
}

/// How long incidents lasted in all.
#[derive(Clone, Copy, Default)]
struct Sum {
    count: u32,
    micros: u128,
    /// In whole seconds, each rounded up.
    seconds: u128,
    /// The squares of these.
    squares: u128,
}

impl Sum {
    fn add(&mut self, micros: u64) {
        let seconds = u128::from(micros.div_ceil(1_000_000));
        self.count = self.count.saturating_add(1);
        self.micros = self.micros.saturating_add(micros.into());
        self.seconds = self.seconds.saturating_add(seconds);
        self.squares = self.squares.saturating_add(seconds.saturating_mul(seconds));
    }

    /// Their mean, rounded up, and their standard deviation, rounded down.
    fn lasts(self) -> Option<Lasts> {
        let count = u128::from(self.count);
        let mean = self.micros.div_ceil(count.checked_mul(1_000_000).filter(|it| *it > 0)?);
        let (squares, square) =
            (count.saturating_mul(self.squares), self.seconds.saturating_pow(2));
        let pairs = count.saturating_mul(count.saturating_sub(1));
        let variance = squares.saturating_sub(square).checked_div(pairs).unwrap_or(0);
        let whole = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        Some(Lasts { mean: whole(mean), spread: whole(variance.isqrt()) })
    }
}

#[derive(Default)]
struct Lasted<'a> {
    each: BTreeMap<&'a ServiceId, Sum>,
    all: Sum,
}

impl<'a> Lasted<'a> {
    fn of(records: &'a Records) -> Lasted<'a> {
        let all = &records.portfolio().incidents;
        let mut lasted = Lasted::default();
        for (_, numbers) in records.incidents() {
            let facts: Vec<&Incident> = numbers.iter().filter_map(|n| all.get(*n)).collect();
            let first = |event: IncidentEvent, from: Option<Instant>| {
                let facts = facts.iter().filter(|fact| fact.event == event);
                facts.map(|fact| fact.at).filter(|at| from.is_none_or(|from| *at >= from)).min()
            };
            let Some(opened) = first(IncidentEvent::Opened, None) else { continue };
            let Some(resolved) = first(IncidentEvent::Resolved, Some(opened)) else { continue };
            let micros = resolved.micros().abs_diff(opened.micros());
            lasted.all.add(micros);
            let hit: BTreeSet<&ServiceId> = facts.iter().flat_map(|it| &it.services).collect();
            hit.into_iter().for_each(|it| lasted.each.entry(it).or_default().add(micros));
        }
        lasted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_last_their_mean_and_are_spread_around_it() {
        let lasts = |seconds: &[u64]| {
            let mut sum = Sum::default();
            seconds.iter().for_each(|it| sum.add(it * 1_000_000));
            sum.lasts()
        };
        assert_eq!(lasts(&[]), None);
        assert_eq!(lasts(&[1800]), Some(Lasts { mean: 1800, spread: 0 }));
        // Each is 900 from their mean, so that their variance is twice the square of that.
        assert_eq!(lasts(&[1800, 3600]), Some(Lasts { mean: 2700, spread: 1272 }));
        assert_eq!(lasts(&[7, 7, 7]), Some(Lasts { mean: 7, spread: 0 }));
        // The mean is rounded up, and the variance taken from what it was.
        assert_eq!(lasts(&[0, 3]), Some(Lasts { mean: 2, spread: 2 }));
        let half = Sum { count: 1, micros: 500_000, seconds: 1, squares: 1 };
        assert_eq!(half.lasts(), Some(Lasts { mean: 1, spread: 0 }));
    }
}
