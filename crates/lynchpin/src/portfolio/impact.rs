//! What a failure would cost, as past incidents show.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::id::ServiceId;
use crate::base::{Instant, Probability};
use crate::history::Records;
use crate::model::{Change, Incident, IncidentEvent};

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
    /// How many seconds its tightest objective allows in its whole window; none, if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_seconds: Option<u64>,
}

/// For each service of some changes, in order of ids; nothing, if no incident was ever resolved.
pub(super) fn of(
    records: &Records,
    changes: &[&Change],
    risks: &[Probability],
) -> Vec<ServiceImpact> {
    let lasted = Lasted::of(records);
    let Some(usual) = lasted.all.mean() else { return Vec::new() };
    let mut sums: BTreeMap<&ServiceId, u64> = BTreeMap::new();
    for (change, risk) in changes.iter().zip(risks) {
        for service in change.services.iter().collect::<BTreeSet<_>>() {
            let sum = sums.entry(service).or_default();
            *sum = sum.saturating_add(risk.parts_per_billion().into());
        }
    }
    let impact = |(service, sum): (&ServiceId, u64)| {
        let own = lasted.each.get(service);
        let mean = own.and_then(|own| own.mean()).unwrap_or(usual);
        let billion = u128::from(Probability::ONE.parts_per_billion());
        let expected = u128::from(mean).saturating_mul(sum.into()).div_ceil(billion);
        ServiceImpact {
            service: service.clone(),
            incidents: own.map_or(0, |own| own.count),
            mean_seconds: mean,
            expected_seconds: u64::try_from(expected).unwrap_or(u64::MAX),
            budget_seconds: budget(records, service),
        }
    };
    sums.into_iter().map(impact).collect()
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
}

impl Sum {
    fn add(&mut self, micros: u128) {
        self.count = self.count.saturating_add(1);
        self.micros = self.micros.saturating_add(micros);
    }

    fn mean(self) -> Option<u64> {
        let parts = u128::from(self.count).checked_mul(1_000_000)?;
        (parts > 0).then(|| u64::try_from(self.micros.div_ceil(parts)).unwrap_or(u64::MAX))
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
            let micros = resolved.micros().abs_diff(opened.micros()).into();
            lasted.all.add(micros);
            let hit: BTreeSet<&ServiceId> = facts.iter().flat_map(|it| &it.services).collect();
            hit.into_iter().for_each(|it| lasted.each.entry(it).or_default().add(micros));
        }
        lasted
    }
}
