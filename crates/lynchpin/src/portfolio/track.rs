//! What authors and services have behind them, and since when each part of it is known.
//!
//! It is gathered once for a whole question. What is asked of it names the time up to which facts
//! count as known, so that the same definitions serve a decision of today and each change of a
//! history that a model is fitted to.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChangeId, DeploymentId, EnvironmentId, IncidentId, PersonId, ServiceId};
use crate::base::{Actor, Instant, Span, When};
use crate::history::Records;
use crate::history::order::{is_known, lasting};
use crate::model::{
    Attribution, Change, Deployment, DeploymentOutcome, Fact, Incident, IncidentEvent, Needs,
    Service,
};

/// As of when something is asked: the instant, and before when what was recorded counts as known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) at: Instant,
    before: When,
}

impl Seen {
    /// With all that the records hold.
    pub(super) fn all(at: Instant) -> Seen {
        Seen { at, before: When::Never }
    }

    /// With what was recorded earlier. What is told at that instant itself may tell already what
    /// came of what is asked about: a deployment that failed is often told of in one fact.
    pub(super) fn then(at: Instant) -> Seen {
        Seen { at, before: When::At(at) }
    }

    /// A service as it was declared then.
    pub(super) fn service<'r>(self, records: &'r Records, id: &ServiceId) -> Option<&'r Service> {
        match self.before {
            When::Never => records.service(id),
            When::At(before) => records.service_by(id, (before, 0)),
        }
    }

    pub(super) fn knows(self, recorded: Instant) -> bool {
        When::At(recorded) < self.before
    }
}

/// What failed. One cause counts once, however many facts tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause<'a> {
    Deployment(&'a DeploymentId),
    Incident(&'a IncidentId),
}

/// Something that happened to a service, and from when until when that is known to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event<T> {
    at: Instant,
    what: T,
    known: Instant,
    until: When,
}

type Events<'a, T> = BTreeMap<&'a ServiceId, Vec<Event<T>>>;

/// What authors and services have behind them.
#[derive(Debug, Default)]
pub(super) struct Track<'a> {
    /// Whether the changes of each author are live where the users are.
    live: States<'a>,
    /// Whether the changes of each author are confirmed to have caused an incident.
    failed: States<'a>,
    failures: Events<'a, Cause<'a>>,
    incidents: Events<'a, &'a IncidentId>,
    came: Events<'a, &'a ChangeId>,
    /// The services of each owner.
    owned: BTreeMap<&'a Actor, BTreeSet<&'a ServiceId>>,
    /// Which changes name each, and since when that is known.
    named_by: BTreeMap<&'a ChangeId, Vec<(Instant, &'a ChangeId)>>,
}

impl<'a> Track<'a> {
    /// Gathers what the scorecard asks for, from everything that is known.
    pub(super) fn new(records: &'a Records) -> Track<'a> {
        let mut track = Track::default();
        let mut live = Flips::default();
        let (last, mut failed) = (last_stage(records), Flips::default());
        for deployment in deployments(records) {
            track.add_deployment(records, deployment, &mut live, last.as_deref());
        }
        for (id, numbers) in records.incidents() {
            track.add_incident(records, id, numbers, &mut failed);
        }
        track.live = live.by_authors(records);
        track.failed = failed.by_authors(records);
        track.sort();
        track
    }

    /// Gathers also what only fitted models ask for.
    pub(super) fn whole(records: &'a Records) -> Track<'a> {
        let mut track = Track::new(records);
        for service in &records.portfolio().services {
            let owner = records.service(&service.id).and_then(|service| service.owner.as_ref());
            if let Some(owner) = owner {
                track.owned.entry(owner).or_default().insert(&service.id);
            }
        }
        for change in records.changes().filter_map(|row| row.current(records)) {
            let recorded = change.envelope().recorded;
            let needed = change.requires.iter().flat_map(Needs::alternatives);
            for other in needed.chain(&change.together) {
                track.named_by.entry(other).or_default().push((recorded, &change.id));
            }
        }
        track
    }

    fn add_deployment(
        &mut self,
        records: &'a Records,
        deployment: &'a Deployment,
        live: &mut Flips<'a>,
        last: Option<&[EnvironmentId]>,
    ) {
        let (at, known) = (deployment.at, deployment.envelope().recorded);
        let is_last = last.is_none_or(|last| last.contains(&deployment.environment));
        let changes = deployment.changes.iter().filter_map(|id| current(records, id));
        match deployment.outcome {
            DeploymentOutcome::Started => {}
            DeploymentOutcome::Succeeded if !is_last => {}
            DeploymentOutcome::Succeeded => {
                for change in changes {
                    live.add(&change.id, (known, at), true);
                    let event = Event { at, what: &change.id, known, until: When::Never };
                    file(&mut self.came, &change.services, event);
                }
            }
            DeploymentOutcome::Failed | DeploymentOutcome::RolledBack => {
                let what = Cause::Deployment(&deployment.id);
                let event = Event { at, what, known, until: When::Never };
                file(&mut self.failures, deployment.service.as_slice(), event);
                for change in changes {
                    file(&mut self.failures, &change.services, event);
                    if is_last && deployment.outcome == DeploymentOutcome::RolledBack {
                        live.add(&change.id, (known, at), false);
                    }
                }
            }
        }
    }

    /// An incident is a failure once a change is confirmed as its cause, for as long as it is.
    fn add_incident(
        &mut self,
        records: &'a Records,
        id: &'a IncidentId,
        numbers: &[usize],
        failed: &mut Flips<'a>,
    ) {
        let all = &records.portfolio().incidents;
        let facts: Vec<&'a Incident> = numbers.iter().filter_map(|n| all.get(*n)).collect();
        let opened = facts.iter().filter(|fact| fact.event == IncidentEvent::Opened);
        let opened = opened.min_by_key(|fact| fact.at);
        let hit: BTreeSet<&'a ServiceId> = facts.iter().flat_map(|fact| &fact.services).collect();
        if let Some(opened) = opened {
            let known = opened.envelope().recorded;
            let event = Event { at: opened.at, what: id, known, until: When::Never };
            file(&mut self.incidents, hit.iter().copied(), event);
        }
        let linked: BTreeSet<&ChangeId> = facts.iter().filter_map(|f| f.change.as_ref()).collect();
        for change in linked {
            for (confirmed, until) in confirmations(&facts, change) {
                let at = opened.map_or(confirmed.at, |fact| fact.at);
                let known = confirmed.envelope().recorded;
                let event = Event { at, what: Cause::Incident(id), known, until };
                file(&mut self.failures, hit.iter().copied(), event);
                let Some(change) = current(records, change) else { continue };
                failed.add(&change.id, (known, known), true);
                if let When::At(end) = until {
                    failed.add(&change.id, (end, end), false);
                }
                // Where no service is named, it hit those that its cause changed.
                if hit.is_empty() {
                    file(&mut self.failures, &change.services, event);
                }
            }
        }
    }

    fn sort(&mut self) {
        self.failures.values_mut().for_each(|events| events.sort_unstable());
        self.incidents.values_mut().for_each(|events| events.sort_unstable());
        self.came.values_mut().for_each(|events| events.sort_unstable());
    }

    /// Other changes of an author that are live.
    pub(super) fn live_of(&self, author: &PersonId, but: &ChangeId, seen: Seen) -> usize {
        self.live.count(author, but, seen)
    }

    /// Other changes of an author that are confirmed to have caused an incident.
    pub(super) fn failed_of(&self, author: &PersonId, but: &ChangeId, seen: Seen) -> usize {
        self.failed.count(author, but, seen)
    }

    /// The failures of services within a time before.
    pub(super) fn failures<'s>(
        &self,
        services: impl IntoIterator<Item = &'s ServiceId>,
        (over, seen): (Span, Seen),
    ) -> usize {
        within(&self.failures, services, over, seen).len()
    }

    /// The failures of all services that have an owner in common with some.
    pub(super) fn failures_of_teams(
        &self,
        records: &Records,
        services: &[ServiceId],
        (over, seen): (Span, Seen),
    ) -> usize {
        let owners = services.iter().filter_map(|id| records.service(id)?.owner.as_ref());
        let owned: BTreeSet<&ServiceId> =
            owners.filter_map(|owner| self.owned.get(owner)).flatten().copied().collect();
        let all: BTreeSet<&ServiceId> = owned.into_iter().chain(services).collect();
        self.failures(all, (over, seen))
    }

    /// The incidents opened on services within a time before.
    pub(super) fn incidents(&self, services: &[ServiceId], (over, seen): (Span, Seen)) -> usize {
        within(&self.incidents, services, over, seen).len()
    }

    /// The other changes that came to services within a time before.
    pub(super) fn came(&self, change: &Change, (over, seen): (Span, Seen)) -> usize {
        let mut found = within(&self.came, &change.services, over, seen);
        found.remove(&change.id);
        found.len()
    }

    /// How many other changes name it in what they require or ship together with.
    pub(super) fn named_by(&self, change: &ChangeId, seen: Seen) -> usize {
        let named = self.named_by.get(change).into_iter().flatten();
        let others = named.filter(|(known, by)| seen.knows(*known) && *by != change);
        others.map(|(_, by)| *by).collect::<BTreeSet<_>>().len()
    }

    /// The first instant after one at which anything that happened to services begins or stops to
    /// count over some time: a failure over the first of them, an incident over the second, what
    /// came over the others.
    pub(super) fn turns(
        &self,
        services: &[ServiceId],
        at: Instant,
        [failures, incidents, came, lately]: [Option<Span>; 4],
    ) -> When {
        let first = |found: [When; 4]| found.into_iter().min().unwrap_or(When::Never);
        first([
            turn(&self.failures, services, at, failures),
            turn(&self.incidents, services, at, incidents),
            turn(&self.came, services, at, came),
            turn(&self.came, services, at, lately),
        ])
    }

    /// All services that have an owner in common with some, and those.
    pub(super) fn teams_of(&self, records: &Records, services: &[ServiceId]) -> Vec<ServiceId> {
        let owners = services.iter().filter_map(|id| records.service(id)?.owner.as_ref());
        let owned = owners.filter_map(|owner| self.owned.get(owner)).flatten().copied();
        let all: BTreeSet<&ServiceId> = owned.chain(services).collect();
        all.into_iter().cloned().collect()
    }
}

/// What is known of deployments.
pub(super) fn deployments(records: &Records) -> impl Iterator<Item = &Deployment> {
    records.portfolio().deployments.iter().filter(|it| is_known(*it, records.as_of))
}

/// The environments of the last stage; nothing, if no stages are declared: then any is the last.
pub(super) fn last_stage(records: &Records) -> Option<Vec<EnvironmentId>> {
    records.stages().next_back().map(|last| records.environments(&last.id))
}

fn current<'a>(records: &'a Records, id: &ChangeId) -> Option<&'a Change> {
    records.change(id).and_then(|row| row.current(records))
}

/// The person who wrote a change; who made its first revision, if it is not said.
pub(super) fn author<'a>(records: &'a Records, change: &'a Change) -> &'a PersonId {
    let first = records.change(&change.id).and_then(|row| row.at(records, 0)).unwrap_or(change);
    records.people.principal(change.author.as_ref().unwrap_or(&first.by))
}

/// The words that confirm a change as the cause of an incident, and until when each stood.
pub(super) fn confirmations<'a>(
    facts: &[&'a Incident],
    change: &ChangeId,
) -> Vec<(&'a Incident, When)> {
    let said = facts.iter().copied().filter(|fact| {
        // Facts that say nothing of it, such as that it was resolved, leave it as it was.
        fact.change.as_ref() == Some(change) && fact.attribution.is_some()
    });
    let said: Vec<&Incident> = said.collect();
    let mut times: Vec<Instant> = said.iter().map(|fact| fact.envelope().recorded).collect();
    times.sort_unstable();
    times.dedup();
    let mut found: Vec<(&'a Incident, When)> = Vec::new();
    let mut is_open = false;
    for time in times {
        let by_then = said.iter().copied().filter(|fact| fact.envelope().recorded <= time);
        let by_then: Vec<&Incident> = by_then.collect();
        // Of a tie the less favourable word counts, and it confirms.
        let last = lasting(by_then.into_iter());
        let confirmed = last.into_iter().find(|it| it.attribution == Some(Attribution::Confirmed));
        match confirmed {
            Some(word) if !is_open => found.push((word, When::Never)),
            None if is_open => {
                if let Some((_, until)) = found.last_mut() {
                    *until = When::At(time);
                }
            }
            Some(_) | None => {}
        }
        is_open = confirmed.is_some();
    }
    found
}

fn file<'a, T: Copy>(
    events: &mut Events<'a, T>,
    services: impl IntoIterator<Item = &'a ServiceId>,
    event: Event<T>,
) {
    for service in services {
        events.entry(service).or_default().push(event);
    }
}

/// What happened to services within a time before, as far as it was known.
fn within<'s, T: Copy + Ord>(
    events: &Events<'_, T>,
    services: impl IntoIterator<Item = &'s ServiceId>,
    over: Span,
    seen: Seen,
) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    for events in services.into_iter().filter_map(|id| events.get(id)) {
        let begin = events.partition_point(|event| event.at.after(over) <= seen.at);
        let lately = events.get(begin..).unwrap_or_default().iter();
        let lately = lately.take_while(|event| event.at <= seen.at);
        let known = lately.filter(|event| seen.knows(event.known) && event.until >= seen.before);
        found.extend(known.map(|event| event.what));
    }
    found
}

/// The first instant after one at which something begins or stops to count.
fn turn<T>(
    events: &Events<'_, T>,
    services: &[ServiceId],
    at: Instant,
    over: Option<Span>,
) -> When {
    let Some(over) = over else { return When::Never };
    let events = services.iter().filter_map(|id| events.get(id)).flatten();
    let turns = events.flat_map(|event| [event.at, event.at.after(over)]);
    turns.filter(|turn| *turn > at).min().map_or(When::Never, When::At)
}

/// What was said of each change that is so or not, by when it was known and when it was so.
#[derive(Default)]
struct Flips<'a>(BTreeMap<&'a ChangeId, Vec<(Instant, Instant, bool)>>);

impl<'a> Flips<'a> {
    fn add(&mut self, change: &'a ChangeId, (known, at): (Instant, Instant), is_so: bool) {
        self.0.entry(change).or_default().push((known, at, is_so));
    }

    /// Since when each was known to be so, or no longer.
    fn by_authors(self, records: &'a Records) -> States<'a> {
        let mut states = States::default();
        for (id, mut said) in self.0 {
            let Some(change) = current(records, id) else { continue };
            let author = author(records, change);
            // Of what was so at the same time the less favourable counts: that it is not live.
            said.sort_unstable();
            let (mut last, mut was, mut flips) = ((Instant::EPOCH, true), false, Vec::new());
            for (known, at, is_so) in said {
                if (at, !is_so) >= (last.0, !last.1) {
                    last = (at, is_so);
                }
                if last.1 != was {
                    was = last.1;
                    flips.push((known, was));
                }
            }
            states.totals.entry(author).or_default().extend(&flips);
            states.each.insert(id, (author, flips));
        }
        states.totals.values_mut().for_each(|flips| flips.sort_unstable());
        states.add_up();
        states
    }
}

/// What is known from each instant on.
type Since<T> = Vec<(Instant, T)>;

/// Of which changes of each author something is so, over time.
#[derive(Debug, Default)]
struct States<'a> {
    each: BTreeMap<&'a ChangeId, (&'a PersonId, Since<bool>)>,
    totals: BTreeMap<&'a PersonId, Since<bool>>,
    /// How many there are from each instant on.
    counts: BTreeMap<&'a PersonId, Since<usize>>,
}

impl States<'_> {
    fn add_up(&mut self) {
        for (author, flips) in std::mem::take(&mut self.totals) {
            let mut count = 0_usize;
            let counted = flips.into_iter().map(|(known, is_so)| {
                count = if is_so { count.saturating_add(1) } else { count.saturating_sub(1) };
                (known, count)
            });
            self.counts.insert(author, counted.collect());
        }
    }

    fn count(&self, author: &PersonId, but: &ChangeId, seen: Seen) -> usize {
        let all = self.counts.get(author).and_then(|counts| newest(counts, seen)).unwrap_or(0);
        let own = self.each.get(but).filter(|(by, _)| *by == author);
        let counts_itself = own.and_then(|(_, flips)| newest(flips, seen)).unwrap_or(false);
        all.saturating_sub(counts_itself.into())
    }
}

/// The last of what was known by then.
fn newest<T: Copy>(flips: &[(Instant, T)], seen: Seen) -> Option<T> {
    let known = flips.partition_point(|(known, _)| seen.knows(*known));
    flips.get(known.checked_sub(1)?).map(|(_, it)| *it)
}
