//! Time spent live in the stage before.

use lynchpin::reason::Verdict;

use crate::oracle::gate::*;
use crate::world::*;

impl<'w> Question<'w> {
    pub(super) fn soaked(&self, change: u8) -> Verdict {
        if self.stage == STAGING {
            return Verdict::NoGo;
        }
        let before = self.stage - 1;
        let Some((mut since, then)) = self.stay(change, before) else {
            return Verdict::NeedsAction;
        };
        let now = self.current(change).map_or(0, |content| content.artifacts);
        let brought = then.map_or(0, |then| then.artifacts);
        let same = if now == 0 {
            !self.differs(change, |_, made| made.recorded <= since)
        } else {
            now & !brought == 0
        };
        if !same || self.is_superseded(change, before) {
            return Verdict::NeedsAction;
        }
        let confirmed = |incident: &&Incident| {
            incident.change == change && incident.confirmed && incident.opened <= self.at
        };
        for incident in self.world.incidents.iter().filter(confirmed) {
            match incident.resolved.filter(|resolved| *resolved <= self.at) {
                Some(resolved) => since = since.max(resolved),
                None => return Verdict::NeedsAction,
            }
        }
        if after(since, SOAK_HOURS) <= self.at { Verdict::Go } else { Verdict::Wait }
    }
}
