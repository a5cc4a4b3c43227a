//! Freezes, windows and quarantines known as of an instant, made ready to be asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fold::{file, known};
use super::order::position;
use super::people::People;
use super::records::{Records, may_release};
use super::row::ChangeRow;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, ExceptionId, FreezeId, GroupId, PersonId};
use crate::base::{Actor, Digest, Instant, Subject};
use crate::calendar::Occasion;
use crate::model::decision::HoldEvent;
use crate::model::{Freeze, Lift, Occasions, Portfolio, Quarantine};

/// Quarantines with the numbers of the facts.
type Numbered<'a> = Vec<(usize, &'a Quarantine)>;

/// Something with a calendar, and the number of its fact.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The number of the fact.
    pub number: usize,
    /// When it is on. However often records are cut down to what was known before, it stays where
    /// it lies, and what was found of it once can be kept by that.
    pub occasion: Arc<Occasion>,
}

/// What is known of freezes, windows and quarantines by then.
#[derive(Clone, Debug, Default)]
pub struct Freezes {
    /// The freezes, in order.
    pub freezes: Vec<Scheduled>,
    /// The windows, in order.
    pub windows: Vec<Scheduled>,
    lifts: BTreeMap<FreezeId, Vec<usize>>,
    exceptions: BTreeMap<(Subject, FreezeId), Vec<usize>>,
    revoked: BTreeMap<ExceptionId, usize>,
    quarantined: BTreeMap<ChangeId, Vec<usize>>,
    quarantined_artifacts: BTreeMap<Digest, Vec<usize>>,
    reads_zones: bool,
}

impl Freezes {
    /// Files what a portfolio knows by that instant.
    pub(super) fn new(
        p: &Portfolio,
        people: &People,
        changes: &Filed<ChangeId, ChangeRow>,
        as_of: Instant,
    ) -> Self {
        let mut filed = Freezes::default();
        for number in known(&p.freezes, as_of) {
            let Some(freeze) = p.freezes.get(number) else { continue };
            filed.reads_zones |= freeze.when.zone.is_some();
            // What cannot be read is refused when it is taken in; if it were not, it would bind.
            let always = || {
                Occasion::compile(&Occasions { from: Some(Instant::EPOCH), ..Occasions::default() })
            };
            let occasion = Occasion::compile(&freeze.when).or_else(|_| always());
            filed.freezes.extend(occasion.ok().map(|it| Scheduled { number, occasion: it.into() }));
        }
        for number in known(&p.windows, as_of) {
            let Some(window) = p.windows.get(number) else { continue };
            filed.reads_zones |= window.when.zone.is_some();
            let occasion = Occasion::compile(&window.when).ok();
            filed.windows.extend(occasion.map(|it| Scheduled { number, occasion: it.into() }));
        }
        filed.lifts = file(&p.lifts, as_of, |it| Some(it.freeze.clone()));
        filed.exceptions = file(&p.exceptions, as_of, |it| {
            let subject = Subject::one(it.change.as_ref(), it.release.as_ref()).ok()?;
            Some((subject, it.freeze.clone()))
        });
        for number in known(&p.revocations, as_of) {
            let exception = p.revocations.get(number).and_then(|it| it.exception.clone());
            if let Some(exception) = exception {
                filed.revoked.entry(exception).or_insert(number);
            }
        }
        filed.quarantine(p, people, changes, as_of);
        filed
    }

    /// Files what stands in quarantine. A change takes with it every artifact that it ever had.
    fn quarantine(
        &mut self,
        p: &Portfolio,
        people: &People,
        changes: &Filed<ChangeId, ChangeRow>,
        as_of: Instant,
    ) {
        let mut events: Numbered<'_> = known(&p.quarantines, as_of)
            .into_iter()
            .filter_map(|number| Some((number, p.quarantines.get(number)?)))
            .collect();
        // A release that ties, or was said before and is told again, comes before what it does
        // not mean.
        events.sort_by_key(|(_, it)| (position(*it), it.event == HoldEvent::Held));
        let mut held: BTreeMap<(Option<&ChangeId>, Option<Digest>), Numbered<'_>> = BTreeMap::new();
        for (number, event) in events {
            let of = held.entry((event.change.as_ref(), event.artifact)).or_default();
            match event.event {
                HoldEvent::Held => of.push((number, event)),
                HoldEvent::Released => {
                    of.retain(|(_, it)| {
                        event.at < it.at || !may_release(people, (&it.owner, &it.by), event)
                    });
                }
            }
        }
        for ((change, artifact), standing) in held {
            let numbers: Vec<usize> = standing.into_iter().map(|(number, _)| number).collect();
            if numbers.is_empty() {
                continue;
            }
            let row = change.and_then(|change| changes.get(change));
            let revisions = row.into_iter().flat_map(|row| &row.revisions);
            let facts = revisions.filter_map(|revision| p.changes.get(revision.fact));
            let artifacts = facts.flat_map(|change| change.artifacts.iter().copied());
            for artifact in artifacts.chain(artifact) {
                let of = self.quarantined_artifacts.entry(artifact).or_default();
                of.extend(&numbers);
            }
            if let Some(change) = change {
                self.quarantined.insert(change.clone(), numbers);
            }
        }
        for numbers in self.quarantined_artifacts.values_mut() {
            numbers.sort_unstable();
            numbers.dedup();
        }
    }

    /// The numbers of what was recorded as the early end of a freeze, in order; who may end it is
    /// another question.
    #[must_use]
    pub fn lifts(&self, freeze: &FreezeId) -> &[usize] {
        self.lifts.get(freeze).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the exceptions that a subject has from a freeze, in order.
    #[must_use]
    pub fn exceptions(&self, subject: &Subject, freeze: &FreezeId) -> &[usize] {
        self.exceptions.get(&(subject.clone(), freeze.clone())).map_or(&[], Vec::as_slice)
    }

    /// Whether an exception was taken back.
    #[must_use]
    pub fn is_revoked(&self, exception: &ExceptionId) -> bool {
        self.revoked.contains_key(exception)
    }

    /// The numbers of the quarantines that stand on a change.
    #[must_use]
    pub fn quarantines_of(&self, change: &ChangeId) -> &[usize] {
        self.quarantined.get(change).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the quarantines that stand on an artifact.
    #[must_use]
    pub fn quarantines_on(&self, artifact: &Digest) -> &[usize] {
        self.quarantined_artifacts.get(artifact).map_or(&[], Vec::as_slice)
    }

    /// Whether any of it goes by the clock of a zone, so that answers depend on the zone data.
    #[must_use]
    pub fn reads_zones(&self) -> bool {
        self.reads_zones
    }
}

/// Who may release something: its owner, and who put it there, if it names none.
pub(super) type Keeper<'a> = (&'a Option<Actor>, &'a PersonId);

impl Records {
    /// The number of the fact that ended a freeze early: it was recorded after the freeze and
    /// said no earlier, by who imposed it or by a member of that group. Of a tie the freeze stands.
    #[must_use]
    pub fn lifted(&self, freeze: &Freeze, group: Option<&GroupId>) -> Option<usize> {
        let all = &self.portfolio().lifts;
        let group = group.map(|group| Some(Actor::Group(group.clone())));
        let ends = |lift: &Lift| {
            position(freeze) < position(lift)
                && freeze.at <= lift.at
                && (may_release(&self.people, (&None, &freeze.by), lift)
                    || group
                        .as_ref()
                        .is_some_and(|group| may_release(&self.people, (group, &freeze.by), lift)))
        };
        let mut numbers = self.freezes.lifts(&freeze.id).iter().copied();
        numbers.find(|number| all.get(*number).is_some_and(&ends))
    }
}
