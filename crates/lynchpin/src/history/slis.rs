//! What was measured of services, by service and objective.

use std::collections::BTreeMap;

use super::fold::{Added, file_added};
use super::work::newest;
use crate::base::Instant;
use crate::base::filed::Filed;
use crate::base::id::{ServiceId, SloId};
use crate::model::{Portfolio, Sli};

/// The samples known as of an instant.
#[derive(Clone, Debug, Default)]
pub struct Slis {
    filed: Filed<(ServiceId, SloId), Vec<usize>>,
}

impl Slis {
    /// Files what was added.
    pub(super) fn take(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        file_added((&p.slis, old.slis), as_of, &mut self.filed, |it| {
            Some((it.service.clone(), it.slo.clone()))
        });
    }

    /// The samples of an objective that count, one for each time that was measured: of those whose
    /// word is admitted, the newest, and of several that tie the one with the most bad events. What
    /// was corrected since is not newer for being told again.
    #[must_use]
    pub fn samples<'a>(
        &self,
        portfolio: &'a Portfolio,
        (service, slo): (&ServiceId, &SloId),
        admits: impl Fn(&Sli) -> bool,
    ) -> Vec<(usize, &'a Sli)> {
        let numbers = self.filed.get(&(service.clone(), slo.clone()));
        let told = numbers.into_iter().flatten();
        let told = told.filter_map(|number| Some((*number, portfolio.slis.get(*number)?)));
        let mut times: BTreeMap<(Instant, Instant), Vec<usize>> = BTreeMap::new();
        for (number, sli) in told {
            times.entry((sli.to, sli.from)).or_default().push(number);
        }
        let worst = |numbers: &Vec<usize>| {
            let newest = newest(&portfolio.slis, numbers, &admits);
            newest.into_iter().rev().min_by_key(|(_, sli)| std::cmp::Reverse(bad(sli)))
        };
        times.values().filter_map(worst).collect()
    }
}

fn bad(sli: &Sli) -> u64 {
    sli.total.saturating_sub(sli.good)
}
