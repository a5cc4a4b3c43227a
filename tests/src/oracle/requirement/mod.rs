//! Each requirement of a small world, answered by definition: a file for each kind.

mod content;
mod evidence;
mod soak;
mod waiver;

use std::collections::BTreeSet;

use lynchpin::reason::Verdict;

use super::gate::*;
use crate::world::*;

impl<'w> Question<'w> {
    pub(super) fn requirement(
        &self,
        number: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> Verdict {
        self.requirement_of(number, subject, members, members)
    }

    /// The same, where what is asked of changes is asked of some members only.
    pub(super) fn requirement_of(
        &self,
        number: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
        some: &BTreeSet<u8>,
    ) -> Verdict {
        let emergency = |id: &&u8| self.current(**id).is_some_and(|content| content.emergency);
        if number == SEC
            && self.policy.sec_for_emergencies
            && some.iter().filter(emergency).count() == 0
        {
            return Verdict::NotApplicable;
        }
        let verdict = match number {
            0 | LINT => worst(some.iter().map(|change| self.tested(number, *change))),
            BOARD | SEC => self.approved(number, subject, members),
            SOAKED => worst(some.iter().map(|change| self.soaked(*change))),
            _ => worst(some.iter().map(|change| {
                let planned = self.current(*change).is_some_and(|content| content.back_out);
                if planned { Verdict::Go } else { Verdict::NeedsAction }
            })),
        };
        let waived = |waiver: &Waiver| self.is_waived(waiver, number, subject, members);
        if verdict > Verdict::GoWaived && self.world.waivers.iter().any(waived) {
            return Verdict::GoWaived;
        }
        let lifted = self.is_lifted(number, subject, (members, some), verdict);
        if lifted { Verdict::GoWaived } else { verdict }
    }
}
