//! The instants of a world at which an answer may turn: each is asked about, and what is right
//! before and right after it.

use std::collections::BTreeSet;

use super::strategy::LAST;
use super::{Hours, MEETINGS, Made, Policy, SOAK_HOURS, Tick, World, after};

impl World {
    /// Every instant at which something was made or recorded, or begins or ends to count.
    #[must_use]
    pub fn turns(&self, policy: &Policy) -> BTreeSet<Tick> {
        let mut turns: BTreeSet<Tick> = BTreeSet::from([LAST]);
        let (from, to) = self.membership;
        let again = self.regrouped.map(|again| again.at);
        let times = [self.suspended, self.reinstated, again, from, to];
        turns.extend(times.into_iter().flatten());
        turns.extend(self.made().flat_map(|made| [made.at, made.recorded]));
        let aged = |made: Made, hours: Option<Hours>| hours.map(|hours| after(made.at, hours));
        for evidence in &self.evidence {
            turns.extend(evidence.expires);
            turns.extend(aged(evidence.made, policy.evidence_hours));
        }
        for approval in &self.approvals {
            turns.extend([approval.from, approval.expires].into_iter().flatten());
            turns.extend(aged(approval.made, policy.approval_hours));
        }
        for delegation in &self.delegations {
            turns.extend([delegation.from, delegation.until].into_iter().flatten());
        }
        for (from, to) in MEETINGS {
            turns.extend([Some(from), to].into_iter().flatten());
        }
        for waiver in &self.waivers {
            turns.extend(waiver.revoked);
            turns.extend(aged(waiver.made, Some(waiver.hours)));
        }
        for deployment in &self.deployments {
            turns.extend(aged(deployment.made, Some(SOAK_HOURS)));
        }
        for incident in &self.incidents {
            let ends = [Some(incident.opened), incident.resolved].into_iter().flatten();
            turns.extend(ends.flat_map(|end| [end, after(end, SOAK_HOURS)]));
        }
        turns
    }

    fn made(&self) -> impl Iterator<Item = Made> + '_ {
        let changes = self.changes.iter().flat_map(|c| c.revisions.iter().map(|r| r.made));
        let releases = self.releases.iter().flat_map(|r| r.revisions.iter().map(|(_, _, m)| *m));
        let said = self.evidence.iter().map(|evidence| evidence.made);
        let decided = self.approvals.iter().map(|approval| approval.made);
        let delegated = self.delegations.iter().map(|delegation| delegation.made);
        let met = self.minutes.iter().map(|m| m.made).chain(self.boards.iter().map(|b| b.made));
        let waived = self.waivers.iter().map(|waiver| waiver.made);
        let held = self.holds.iter().map(|(_, _, _, made)| *made);
        let cancelled = self.cancellations.iter().map(|(_, made)| *made);
        let deployed = self.deployments.iter().map(|deployment| deployment.made);
        let subjects = changes.chain(releases).chain(cancelled).chain(held);
        subjects
            .chain(said)
            .chain(decided)
            .chain(waived)
            .chain(deployed)
            .chain(delegated)
            .chain(met)
    }
}
