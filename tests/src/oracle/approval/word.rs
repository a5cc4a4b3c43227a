//! What one person says in the end, of all that they said.

use super::{Asked, Ballot, recorded};
use crate::world::*;

/// What one person says: what stands and is no yes, then the yeses since.
#[derive(Default)]
pub(super) struct Said {
    pub(super) spoken: Vec<Ballot>,
    /// The same without what was passed on before something else, and was told again.
    pub(super) others: Vec<Ballot>,
    pub(super) yes: Vec<Ballot>,
    /// The worst no that is left, and since when they say no.
    pub(super) no: Option<(Tick, u8)>,
}

fn is_no(ballot: &Ballot) -> bool {
    ballot.decision >= REQUEST_CHANGES
}

fn passes_on(ballot: &Ballot) -> bool {
    matches!(ballot.decision, ESCALATED | DELEGATED)
}

impl Asked<'_, '_> {
    /// What one person says of the ballots on which they are heard.
    pub(super) fn said(&self, who: u8, hears: &dyn Fn(&Ballot) -> bool) -> Said {
        let mine: Vec<Ballot> =
            self.ballots().into_iter().filter(|ballot| ballot.by == who && hears(ballot)).collect();
        let stands = |(index, ballot): &(usize, &Ballot)| match ballot.decision {
            WITHDRAWN => true,
            REJECTED if self.has_veto() && self.has_begun(ballot) => {
                self.is_fresh(ballot) || self.lasts(&mine, *index, &|_| true)
            }
            _ => self.is_fresh(ballot),
        };
        let standing: Vec<(usize, &Ballot)> = mine.iter().enumerate().filter(stands).collect();
        let no = self.no(&mine, &standing);
        let mut said = Said { no, ..Said::default() };
        let mut own_no = false;
        for (_, ballot) in standing {
            if ballot.relayed && own_no && !is_no(ballot) {
                continue;
            }
            own_no = if ballot.relayed { own_no } else { is_no(ballot) && no.is_some() };
            // What was said before something else is not said again by being told again.
            let again = said.spoken.iter().any(|other| other.made.at > ballot.made.at);
            if ballot.decision == APPROVED {
                said.yes.extend((!again).then_some(*ballot));
                continue;
            }
            said.yes.clear();
            said.spoken.push(*ballot);
            said.others.extend((!again || !passes_on(ballot)).then_some(*ballot));
        }
        said.yes.retain(|yes| no.is_none() || !self.has_begun(yes));
        said
    }

    /// The worst no that stands and is left, and since when they say no. What lifts it need not
    /// stand itself.
    fn no(&self, mine: &[Ballot], standing: &[(usize, &Ballot)]) -> Option<(Tick, u8)> {
        let left = |lifts: &dyn Fn(&Ballot) -> bool| -> Vec<Ballot> {
            let nos = standing.iter().filter(|(_, ballot)| is_no(ballot));
            let left = nos.filter(|(index, _)| self.lasts(mine, *index, lifts));
            left.map(|(_, ballot)| **ballot).collect()
        };
        let worst = left(&|_| true).iter().map(|no| no.decision).max();
        // Who says no again said so when they first did.
        let since = left(&|later| later.decision != APPROVED && !is_no(later));
        since.iter().map(recorded).min().zip(worst)
    }

    /// Whether nothing of what was said later lifts a no: it must be on that revision or a later
    /// one that was there, or take back just that, and count by now. Of what somebody said
    /// themselves minutes change nothing, and a veto lasts until they decide.
    fn lasts(&self, among: &[Ballot], index: usize, lifts: &dyn Fn(&Ballot) -> bool) -> bool {
        let Some(no) = among.get(index) else { return false };
        !among.iter().skip(index + 1).any(|later| {
            lifts(later)
                && self.has_begun(later)
                && later.made.at >= no.made.at
                && (self.was_there(later) && later.revision >= no.revision
                    || later.decision == WITHDRAWN && later.revision == no.revision)
                && (no.relayed || !later.relayed)
                && !(self.has_veto() && (later.decision == DEFERRED || passes_on(later)))
        })
    }

    fn has_veto(&self) -> bool {
        self.is_board() && self.policy().veto
    }

    /// Whether it counts by now.
    fn has_begun(&self, ballot: &Ballot) -> bool {
        ballot.from.is_none_or(|from| from <= self.at)
    }

    /// Whether what it names was there to be seen.
    pub(super) fn was_there(&self, ballot: &Ballot) -> bool {
        self.question.was_there(self.subject, ballot.revision, ballot.seen_by)
    }
}
