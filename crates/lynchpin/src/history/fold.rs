//! Facts folded into rows: all of a portfolio, or those that were added to one since.
//!
//! Both go the same way, so that what was taken in bit by bit is what it would be taken in at once.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::sync::Arc;

use super::boards::Boards;
use super::declared::Declared;
use super::delegations::Delegations;
use super::freezes::Freezes;
use super::leave::Leave;
use super::order::{by_record, end_of, in_order, is_known, position};
use super::people::People;
use super::records::{Records, may_release};
use super::row::ChangeRow;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, ReleaseId};
use crate::base::{Digest, Instant, Rows, Subject};
use crate::model::decision::HoldEvent;
use crate::model::portfolio::Counts;
use crate::model::{Change, Deployment, Fact, Hold, Portfolio};

/// What is to be taken in.
pub(super) struct Added<'a> {
    pub(super) all: &'a Portfolio,
    /// How many of each kind were taken in before.
    pub(super) old: &'a Counts,
    pub(super) as_of: Instant,
}

/// The numbers of the facts from a number on that were known by then, in the one order of facts:
/// those that tie by what they say, so that their order in a document makes no difference.
pub(super) fn known_from<T: Fact>(facts: &Rows<T>, old: usize, as_of: Instant) -> Vec<usize> {
    let mut found: Vec<(usize, &T)> =
        (old..).zip(facts.iter_from(old)).filter(|(_, fact)| is_known(*fact, as_of)).collect();
    found.sort_by(|(_, a), (_, b)| in_order(*a, *b));
    found.into_iter().map(|(number, _)| number).collect()
}

/// The same of all.
pub(super) fn known<T: Fact>(facts: &Rows<T>, as_of: Instant) -> Vec<usize> {
    known_from(facts, 0, as_of)
}

/// Files facts under what each is about, such as the subject that it names.
pub(super) fn file<T: Fact, K: Ord>(
    facts: &Rows<T>,
    as_of: Instant,
    about: impl Fn(&T) -> Option<K>,
) -> BTreeMap<K, Vec<usize>> {
    let mut filed: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for number in known(facts, as_of) {
        if let Some(about) = facts.get(number).and_then(&about) {
            filed.entry(about).or_default().push(number);
        }
    }
    filed
}

/// Puts the number of a fact among others where it stands in the one order of facts.
pub(super) fn put<T: Fact>(facts: &Rows<T>, numbers: &mut Vec<usize>, number: usize) {
    let Some(fact) = facts.get(number) else { return };
    let before =
        |other: &usize| facts.get(*other).is_some_and(|other| in_order(other, fact).is_le());
    match numbers.last().is_none_or(before) {
        true => numbers.push(number),
        false => numbers.insert(numbers.partition_point(before), number),
    }
}

/// Files the facts that were added under what each is about.
pub(super) fn file_added<T: Fact, K: Ord + Hash + Clone>(
    (facts, old): (&Rows<T>, usize),
    as_of: Instant,
    filed: &mut Filed<K, Vec<usize>>,
    about: impl Fn(&T) -> Option<K>,
) {
    for number in known_from(facts, old, as_of) {
        if let Some(about) = facts.get(number).and_then(&about) {
            filed.update(&about, |numbers| put(facts, numbers, number));
        }
    }
}

/// The subject that a fact names.
pub(super) fn of(change: Option<&ChangeId>, release: Option<&ReleaseId>) -> Option<Subject> {
    Subject::one(change, release).ok()
}

impl Records {
    /// Folds the facts of a portfolio that were recorded at or before that instant.
    #[must_use]
    pub fn new(portfolio: Arc<Portfolio>, as_of: Instant) -> Self {
        let mut records = Records::default();
        records.take(portfolio, &Counts::default(), as_of);
        records
    }

    /// The same with what was added to the portfolio since, and an instant by which all of it was
    /// known: all that was there must have been known, too. Costs what the added facts touch.
    #[must_use]
    pub fn with(&self, portfolio: Arc<Portfolio>, as_of: Instant) -> Self {
        let old = Counts::of(&self.portfolio);
        let mut records = self.clone();
        records.take(portfolio, &old, as_of);
        records
    }

    fn take(&mut self, portfolio: Arc<Portfolio>, old: &Counts, as_of: Instant) {
        self.as_of = as_of;
        self.portfolio = Arc::clone(&portfolio);
        let added = Added { all: &portfolio, old, as_of };
        self.take_declared(&added);
        let revised = self.take_changes(&added);
        self.take_freezes(&added);
        self.work.take(&added);
        self.slis.take(&added);
        self.take_said(&added);
        self.take_evidence(&added);
        self.take_holds(&added);
        self.take_incidents(&added);
        let cancelled = self.take_cancellations(&added);
        let decided = self.entries.take(&added);
        self.take_releases(&added, cancelled, decided);
        self.take_deployments(&added, revised);
    }

    /// What is declared seldom, and folded anew whenever it is.
    fn take_declared(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        let people = added.any([(p.people.len(), old.people), (p.groups.len(), old.groups)]);
        if people {
            self.people = People::new(&p.people, &p.groups, end_of(as_of)).into();
        }
        let counts = [(p.delegations.len(), old.delegations), (p.absences.len(), old.absences)];
        if people || added.any(counts) {
            self.delegations = Delegations::new(p, &self.people, as_of).into();
        }
        if added.any([(p.boards.len(), old.boards), (p.minutes.len(), old.minutes)]) {
            self.boards = Boards::new(p, as_of).into();
        }
        if added.any([
            (p.models.len(), old.models),
            (p.preauthorisations.len(), old.preauthorisations),
            (p.autonomy_revocations.len(), old.autonomy_revocations),
        ]) {
            self.leave = Leave::new(p, as_of).into();
        }
        if added.any([(p.services.len(), old.services)]) {
            self.services = Declared::new(&p.services, end_of(as_of), |it| &it.id).into();
        }
        if added.any([(p.stages.len(), old.stages)]) {
            self.stages = Declared::new(&p.stages, end_of(as_of), |it| &it.id).into();
        }
    }

    fn take_freezes(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        // What is quarantined is so with all artifacts of its revisions.
        let revised = !p.quarantines.is_empty() && p.changes.len() > old.changes;
        if revised
            || added.any([
                (p.people.len(), old.people),
                (p.groups.len(), old.groups),
                (p.freezes.len(), old.freezes),
                (p.windows.len(), old.windows),
                (p.lifts.len(), old.lifts),
                (p.exceptions.len(), old.exceptions),
                (p.revocations.len(), old.revocations),
                (p.quarantines.len(), old.quarantines),
            ])
        {
            self.freezes = Freezes::new(p, &self.people, &self.changes, as_of).into();
        }
    }

    /// Approvals and waivers.
    fn take_said(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        file_added((&p.approvals, old.approvals), as_of, &mut self.approvals, |it| {
            of(it.change.as_ref(), it.release.as_ref())
        });
        file_added((&p.waivers, old.waivers), as_of, &mut self.waivers, |it| {
            of(it.change.as_ref(), it.release.as_ref())
        });
        for number in known_from(&p.revocations, old.revocations, as_of) {
            let Some(revocation) = p.revocations.get(number) else { continue };
            if let Some(waiver) = &revocation.waiver {
                self.revoked.update(waiver, |numbers| put(&p.revocations, numbers, number));
            }
        }
    }

    fn take_evidence(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        for number in known_from(&p.evidence, old.evidence, as_of) {
            let Some(evidence) = p.evidence.get(number) else { continue };
            if let Some(artifact) = &evidence.artifact {
                self.evidence_on.update(artifact, |on| put(&p.evidence, on, number));
            }
            if let Some(change) = &evidence.change {
                self.evidence_of.update(change, |of| put(&p.evidence, of, number));
            }
        }
        for number in known_from(&p.statements, old.statements, as_of) {
            let statement = p.statements.get(number).and_then(|it| it.read().ok());
            for digest in statement.into_iter().flat_map(|statement| statement.subjects) {
                self.statements_on.update(&digest, |on| put(&p.statements, on, number));
            }
        }
    }

    fn take_holds(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        let mut touched = BTreeSet::new();
        for number in known_from(&p.holds, old.holds, as_of) {
            let Some(hold) = p.holds.get(number) else { continue };
            if let Some(subject) = of(hold.change.as_ref(), hold.release.as_ref()) {
                self.hold_events.update(&subject, |events| put(&p.holds, events, number));
                touched.insert(subject);
            }
        }
        // Who may release a hold goes by who is who.
        if added.any([(p.people.len(), old.people), (p.groups.len(), old.groups)]) {
            touched = self.hold_events.keys().cloned().collect();
        }
        for subject in touched {
            let events = self.hold_events.get(&subject).map_or(&[][..], Vec::as_slice);
            let standing = standing(p, &self.people, events);
            if !standing.is_empty() || self.holds.contains_key(&subject) {
                self.holds.insert(subject, standing);
            }
        }
    }

    fn take_incidents(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        for number in known_from(&p.incidents, old.incidents, as_of) {
            let Some(incident) = p.incidents.get(number) else { continue };
            self.incidents.update(&incident.id, |numbers| {
                numbers.push(number);
                order_incident(p, numbers);
            });
            if let Some(change) = &incident.change {
                let id = incident.id.clone();
                self.incidents_of.update(change, |ids| ids.insert(id));
            }
        }
    }

    /// Gives the releases that were not cancelled before.
    fn take_cancellations(&mut self, added: &Added<'_>) -> BTreeSet<ReleaseId> {
        let Added { all: p, old, as_of } = *added;
        let mut cancelled = BTreeSet::new();
        for number in known_from(&p.cancellations, old.cancellations, as_of) {
            let Some(fact) = p.cancellations.get(number) else { continue };
            let Some(subject) = of(fact.change.as_ref(), fact.release.as_ref()) else { continue };
            let first = self.cancellation(&subject).and_then(|number| p.cancellations.get(number));
            if first.is_none_or(|first| in_order(fact, first).is_lt()) {
                self.cancelled.insert(subject, Some(number));
            }
            cancelled.extend(fact.release.clone().filter(|_| first.is_none()));
        }
        cancelled
    }

    /// Brings what was deployed to where it is, and what was revised, too: what a deployment
    /// brought goes by what the change was by then.
    fn take_deployments(&mut self, added: &Added<'_>, revised: Vec<ChangeId>) {
        let Added { all: p, old, as_of } = *added;
        let deployed = revised.into_iter().filter(|id| self.entries.deployments.contains_key(id));
        let mut touched: BTreeSet<ChangeId> = deployed.collect();
        for number in known_from(&p.deployments, old.deployments, as_of) {
            let Some(deployment) = p.deployments.get(number) else { continue };
            for change in BTreeSet::from_iter(&deployment.changes) {
                let deployments = &mut self.entries.deployments;
                deployments.update(change, |all| put(&p.deployments, all, number));
                touched.insert(change.clone());
            }
        }
        for id in touched {
            let numbers = self.entries.deployments.get(&id).into_iter().flatten();
            let deployments: Vec<(usize, &Deployment)> =
                numbers.filter_map(|n| Some((*n, p.deployments.get(*n)?))).collect();
            let row = self.changes.get(&id);
            self.presence.set(&id, deployments, |then| artifacts_then(p, row, then));
        }
    }
}

impl Added<'_> {
    /// Whether there are more of any kind than there were.
    fn any<const N: usize>(&self, counts: [(usize, usize); N]) -> bool {
        counts.into_iter().any(|(now, old)| now > old)
    }
}

/// The artifacts of a change as they were known at that instant.
fn artifacts_then(p: &Portfolio, row: Option<&ChangeRow>, then: Instant) -> Vec<Digest> {
    let revisions = row.into_iter().flat_map(|row| row.revisions.iter().rev());
    let mut facts = revisions.filter_map(|revision| p.changes.get(revision.fact));
    let known = |change: &&Change| is_known(*change, then);
    facts.find(known).map(|c| c.artifacts.clone()).unwrap_or_default()
}

/// Puts the facts of one incident in order: of those that tie, what comes later in the life of an
/// incident, and the surer link, is taken last and so counts.
fn order_incident(p: &Portfolio, numbers: &mut [usize]) {
    numbers.sort_by(|a, b| match (p.incidents.get(*a), p.incidents.get(*b)) {
        (Some(a), Some(b)) => by_record(a, b)
            .then_with(|| a.event.cmp(&b.event))
            .then_with(|| a.attribution.cmp(&b.attribution))
            .then_with(|| a.cmp(b)),
        _ => std::cmp::Ordering::Equal,
    });
}

/// The holds that stand, of all that was said of holds on one subject: each ends when somebody who
/// may release it does, and a release that ties with it, or was said before it and is told again,
/// comes before it.
fn standing(p: &Portfolio, people: &People, events: &[usize]) -> Vec<usize> {
    let mut events: Vec<(usize, &Hold)> =
        events.iter().filter_map(|number| Some((*number, p.holds.get(*number)?))).collect();
    events.sort_by_key(|(_, hold)| (position(*hold), hold.event == HoldEvent::Held));
    let mut held: Vec<(usize, &Hold)> = Vec::new();
    for (number, event) in events {
        match event.event {
            HoldEvent::Held => held.push((number, event)),
            HoldEvent::Released => {
                held.retain(|(_, it)| {
                    event.at < it.at || !may_release(people, (&it.owner, &it.by), event)
                });
            }
        }
    }
    held.into_iter().map(|(number, _)| number).collect()
}
