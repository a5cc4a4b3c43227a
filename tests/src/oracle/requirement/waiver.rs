//! Leave to pass one requirement.

use std::collections::BTreeSet;

use crate::oracle::gate::*;
use crate::world::*;

impl<'w> Question<'w> {
    pub(super) fn is_waived(
        &self,
        waiver: &Waiver,
        number: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> bool {
        let by = person(waiver.by);
        let entitled = self.is_of_ops(by, waiver.made)
            && self.can_sit(by)
            && !self.acted_suspended(by, waiver.made)
            && by != person(waiver.requester)
            && !self.hands(subject, members).contains(&by);
        let running = number <= LINT && {
            let then = Question { at: waiver.made.recorded, ..*self };
            members.iter().any(|change| then.is_running(number, *change, self))
        };
        self.is_left(waiver)
            && self.policy.waivable & (1 << number) != 0
            && (waiver.subject, waiver.requirement) == (subject, number)
            && waiver.stage == self.stage
            && self.knows(waiver.made)
            && self.at < after(waiver.made.at, waiver.hours)
            && waiver.hours <= WAIVER_HOURS
            && waiver.revoked.is_none_or(|revoked| self.at < revoked)
            && entitled
            && !running
            && self.was_there(subject, waiver.revision, waiver.made)
            && !self.is_stale(subject, waiver.revision)
    }
}
