//! Freezes, windows and quarantines, by definition.

use std::collections::BTreeSet;

use lynchpin::reason::Verdict;

use super::gate::*;
use crate::world::frozen::{Exception, Time};
use crate::world::*;

impl Question<'_> {
    /// What freezes and quarantines say of a change, asked about by itself or in a release.
    pub(super) fn bound(&self, change: u8, item: &BTreeSet<u8>, release: Option<u8>) -> Verdict {
        let quarantine = self.is_in_quarantine(change).then_some(Verdict::NoGo);
        let freezes = (0u8..).zip(&self.world.frozen.freezes);
        let on = freezes.filter(|(number, (time, _))| {
            self.holds(time) && time.is_on(self.at) && !self.is_over(*number, time)
        });
        let said = on.map(|(number, (time, strict))| {
            let emergency = self.current(change).is_some_and(|content| content.emergency);
            let excepted = |it: &Exception| {
                let members = match it.subject {
                    Subject::Change(other) if other == change => BTreeSet::from([change]),
                    Subject::Release(other) if Some(other) == release => item.clone(),
                    Subject::Change(_) | Subject::Release(_) => return false,
                };
                it.freeze == number && self.excepts(it, time, &members)
            };
            if !strict && self.policy.frozen.emergencies && emergency {
                Verdict::Go
            } else if self.world.frozen.exceptions.iter().any(excepted) {
                Verdict::GoWaived
            } else {
                Verdict::NoGo
            }
        });
        worst(said.chain(quarantine))
    }

    /// What is asked of windows in production; nothing, if nothing is.
    pub(super) fn windowed(&self) -> Option<Verdict> {
        let rule = self.policy.frozen.window.filter(|_| self.stage != STAGING)?;
        let meant = self.world.frozen.windows.iter().filter(|time| {
            let theirs = !rule.by_ops || self.is_of_ops(person(time.by), time.made);
            self.holds(time) && theirs
        });
        let meant: Vec<&Time> = meant.collect();
        let known: Vec<&&Time> = meant.iter().filter(|time| !time.tier).collect();
        let unasked = meant.is_empty() && rule.open;
        Some(if unasked || known.iter().any(|time| time.is_on(self.at)) {
            Verdict::Go
        } else if known.iter().any(|time| self.at < time.from) {
            Verdict::Wait
        } else {
            Verdict::NeedsAction
        })
    }

    /// Whether it is known, and its scope has this stage in it. Of no change here is known of which
    /// tier it is, so a freeze of some tiers holds.
    fn holds(&self, time: &Time) -> bool {
        self.knows(time.made) && (!time.production || self.stage != STAGING)
    }

    /// Whether somebody was suspended when they did something.
    fn was_suspended(&self, who: u8, made: Made) -> bool {
        let still = self.reinstated().is_none()
            && self.world.suspended.is_some_and(|from| from <= made.recorded);
        who == 2 && still || self.acted_suspended(who, made)
    }

    /// Whether a freeze was lifted by who may, after it was recorded.
    fn is_over(&self, number: u8, time: &Time) -> bool {
        self.world.frozen.lifts.iter().any(|(of, by, made)| {
            let by = person(*by);
            let own = by == person(time.by) && !self.was_suspended(by, *made);
            let group = self.policy.frozen.lift
                && self.is_of_ops(by, *made)
                && self.could_sit(by, made.recorded)
                && !self.was_suspended(by, *made);
            *of == number
                && self.knows(*made)
                && time.made.recorded < made.recorded
                && time.made.at <= made.at
                && (own || group)
        })
    }

    fn excepts(&self, it: &Exception, freeze: &Time, members: &BTreeSet<u8>) -> bool {
        let by = person(it.by);
        self.policy.frozen.exceptions
            && it.stage == self.stage
            && self.knows(it.made)
            && freeze.made.recorded < it.made.recorded
            && freeze.made.at <= it.made.at
            && it.hours <= WAIVER_HOURS
            && self.at < after(it.made.at, it.hours)
            && it.revoked.is_none_or(|revoked| self.at < revoked)
            && self.is_of_ops(by, it.made)
            && self.can_sit(by)
            && !self.acted_suspended(by, it.made)
            && by != person(it.requester)
            && !self.hands(it.subject, members).contains(&by)
            && self.was_there(it.subject, it.revision, it.made)
            && !self.is_stale(it.subject, it.revision)
    }

    /// Whether a change, or an artifact that it ships, is in quarantine.
    fn is_in_quarantine(&self, change: u8) -> bool {
        let ships = self.current(change).map_or(0, |content| content.artifacts);
        let had = |change: u8| {
            let all = self.revisions(change).into_iter();
            all.fold(0, |mask, (_, revision)| mask | revision.content.artifacts)
        };
        let all = self.world.frozen.quarantines.iter().map(|(on, ..)| *on);
        let on: BTreeSet<(bool, u8)> = all.filter(|on| self.is_held_apart(*on)).collect();
        on.into_iter().any(|(on_change, number)| {
            let artifacts = if on_change { had(number) } else { 1 << number };
            (on_change && number == change) || ships & artifacts != 0
        })
    }

    /// Whether anybody put it in quarantine who has not let it out since; of a tie, putting it
    /// there comes last.
    fn is_held_apart(&self, on: (bool, u8)) -> bool {
        let all = self.world.frozen.quarantines.iter();
        let mine = all.filter(|(of, _, _, made)| *of == on && self.knows(*made));
        let mut events: Vec<(Tick, bool, u8, Tick)> =
            mine.map(|(_, held, by, made)| (made.recorded, *held, person(*by), made.at)).collect();
        events.sort_unstable();
        let mut holders: BTreeSet<(u8, Tick)> = BTreeSet::new();
        for (recorded, held, by, at) in events {
            if held {
                holders.insert((by, at));
            } else if !self.was_suspended(by, Made { at, recorded }) {
                // Nobody lets out what they put there only later.
                holders.retain(|(holder, since)| *holder != by || *since > at);
            }
        }
        !holders.is_empty()
    }
}
