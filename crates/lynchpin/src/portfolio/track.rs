//! What authors and services have behind them, and since when each part of it is known.
//!
//! It is gathered once for a whole question. What is asked of it names the time up to which facts
//! count as known, so that the same definitions serve a decision of today and each change of a
//! history that a model is fitted to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::states::{self, Since, States, Word};
use crate::base::id::{ChangeId, DeploymentId, EnvironmentId, IncidentId, PersonId, ServiceId};
use crate::base::{Actor, Digest, Instant, Span, When};
use crate::gate::figures::Lane;
use crate::history::Records;
use crate::history::order::is_known;
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

/// What happened to services, or to those of teams, in order.
type Events<'a, K, T> = BTreeMap<&'a K, Vec<Event<T>>>;

/// Up to how many events are counted over a time: more of them tell nothing more, and a history of
/// one busy service is counted anew for each of its changes.
const COUNTED_MAX: usize = 1_000;

/// What authors and services have behind them.
#[derive(Debug, Default)]
pub(super) struct Track<'a> {
    /// Whether the changes of each author are live where the users are.
    live: States<'a>,
    /// Whether the changes of each author are confirmed to have caused an incident.
    failed: States<'a>,
    failures: Events<'a, ServiceId, Cause<'a>>,
    incidents: Events<'a, ServiceId, &'a IncidentId>,
    came: Events<'a, ServiceId, &'a ChangeId>,
    /// The failures of all services of each owner.
    team_failures: Events<'a, Actor, Cause<'a>>,
    /// Which changes name each, and since when that is known.
    named_by: BTreeMap<&'a ChangeId, Vec<(Instant, &'a ChangeId)>>,
    /// What was worked out so far of the lanes of policies, at some instants.
    pub(super) lanes: RefCell<BTreeMap<(Digest, Instant), Lane>>,
}

impl<'a> Track<'a> {
    /// Gathers what the scorecard asks for, from everything that is known.
    pub(super) fn new(records: &'a Records) -> Track<'a> {
        let mut track = Track::default();
        let mut live = BTreeMap::new();
        let (last, mut failed) = (last_stage(records), BTreeMap::new());
        for deployment in deployments(records) {
            track.add_deployment(records, deployment, &mut live, last.as_deref());
        }
        for (id, numbers) in records.incidents() {
            track.add_incident(records, id, numbers, &mut failed);
        }
        let live = live.into_iter().map(|(id, words)| (id, states::live(words)));
        track.live = States::of(live, |id| author_of(records, id));
        let failed = failed.into_iter().map(|(id, said)| (id, states::any(said)));
        track.failed = States::of(failed, |id| author_of(records, id));
        track.sort();
        track
    }

    /// Gathers also what only fitted models ask for.
    pub(super) fn whole(records: &'a Records) -> Track<'a> {
        let mut track = Track::new(records);
        for (id, events) in &track.failures {
            if let Some(owner) = records.owner(id) {
                track.team_failures.entry(owner).or_default().extend(events);
            }
        }
        for events in track.team_failures.values_mut() {
            events.sort_unstable();
            // One deployment fails several services of a team at once.
            events.dedup();
        }
        for row in records.changes() {
            let revisions = (0..).map_while(|position| row.at(records, position));
            // Since when every revision names it.
            let mut since: BTreeMap<&ChangeId, Instant> = BTreeMap::new();
            for revision in revisions {
                let recorded = revision.envelope().recorded;
                let needed = revision.requires.iter().flat_map(Needs::alternatives);
                let named: BTreeSet<&ChangeId> = needed.chain(&revision.together).collect();
                since.retain(|id, _| named.contains(id));
                for id in named {
                    since.entry(id).or_insert(recorded);
                }
            }
            for (id, known) in since {
                track.named_by.entry(id).or_default().push((known, &row.id));
            }
        }
        track
    }

    fn add_deployment(
        &mut self,
        records: &'a Records,
        deployment: &'a Deployment,
        live: &mut BTreeMap<&'a ChangeId, Vec<Word<'a>>>,
        last: Option<&[EnvironmentId]>,
    ) {
        let (at, known) = (deployment.at, deployment.envelope().recorded);
        let is_last = last.is_none_or(|last| last.contains(&deployment.environment));
        let changes = deployment.changes.iter().filter_map(|id| current(records, id));
        let environment = &deployment.environment;
        let word = |is_live| Word { known, at, environment, is_live };
        match deployment.outcome {
            DeploymentOutcome::Started => {}
            DeploymentOutcome::Succeeded if !is_last => {}
            DeploymentOutcome::Succeeded => {
                for change in changes {
                    live.entry(&change.id).or_default().push(word(true));
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
                        live.entry(&change.id).or_default().push(word(false));
                    }
                }
            }
        }
    }

    /// An incident is a failure once a change is confirmed as its cause, for as long as it is. It
    /// happened whenever it is said to have been opened, so that no second word moves it away; it
    /// hit a service from when that was told.
    fn add_incident(
        &mut self,
        records: &'a Records,
        id: &'a IncidentId,
        numbers: &[usize],
        failed: &mut BTreeMap<&'a ChangeId, Since<bool>>,
    ) {
        let all = &records.portfolio().incidents;
        let facts: Vec<&'a Incident> = numbers.iter().filter_map(|n| all.get(*n)).collect();
        let opened = facts.iter().filter(|fact| fact.event == IncidentEvent::Opened);
        let opened: BTreeSet<(Instant, Instant)> =
            opened.map(|fact| (fact.at, fact.envelope().recorded)).collect();
        let hit = first_told(&facts);
        for (at, recorded) in &opened {
            for (service, told) in &hit {
                let (known, until) = ((*recorded).max(*told), When::Never);
                file(&mut self.incidents, [*service], Event { at: *at, what: id, known, until });
            }
        }
        for (change, said) in of_each(&facts) {
            let change = current(records, change);
            for (confirmed, until) in confirmations(&said) {
                let recorded = confirmed.envelope().recorded;
                if let Some(change) = change {
                    let states = failed.entry(&change.id).or_default();
                    states.push((recorded, true));
                    states.extend(end(until).map(|end| (end, false)));
                }
                let own = change.filter(|_| hit.is_empty());
                // Where no service is named, it hit those that its cause changed.
                let own = own.into_iter().flat_map(|it| &it.services).map(|it| (it, recorded));
                let hit: Vec<_> = hit.iter().map(|(it, told)| (*it, *told)).chain(own).collect();
                // When it was opened, if that is told; else when it was confirmed.
                let times: BTreeSet<Instant> = match opened.is_empty() {
                    true => BTreeSet::from([confirmed.at]),
                    false => opened.iter().map(|(at, _)| *at).collect(),
                };
                for at in times {
                    for (service, told) in &hit {
                        let known = recorded.max(*told);
                        let event = Event { at, what: Cause::Incident(id), known, until };
                        file(&mut self.failures, [*service], event);
                    }
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
        self.live.count(author, but, |it| seen.knows(it))
    }

    /// Other changes of an author that are confirmed to have caused an incident.
    pub(super) fn failed_of(&self, author: &PersonId, but: &ChangeId, seen: Seen) -> usize {
        self.failed.count(author, but, |it| seen.knows(it))
    }

    /// The failures of services within a time before.
    pub(super) fn failures<'s>(
        &self,
        services: impl IntoIterator<Item = &'s ServiceId>,
        (over, seen): (Span, Seen),
    ) -> usize {
        within(&self.failures, services, over, seen, COUNTED_MAX).len()
    }

    /// The failures of all services that have an owner in common with some; nothing, if the owner
    /// of any of these is not known.
    pub(super) fn failures_of_teams(
        &self,
        records: &Records,
        services: &[ServiceId],
        (over, seen): (Span, Seen),
    ) -> Option<usize> {
        let owners: Option<BTreeSet<&Actor>> =
            services.iter().map(|id| records.owner(id)).collect();
        Some(within(&self.team_failures, owners?, over, seen, COUNTED_MAX).len())
    }

    /// The incidents opened on services within a time before.
    pub(super) fn incidents(&self, services: &[ServiceId], (over, seen): (Span, Seen)) -> usize {
        within(&self.incidents, services, over, seen, COUNTED_MAX).len()
    }

    /// The other changes that came to services within a time before.
    pub(super) fn came(&self, change: &Change, (over, seen): (Span, Seen)) -> usize {
        // Itself may be among them.
        let most = COUNTED_MAX.saturating_add(1);
        let mut found = within(&self.came, &change.services, over, seen, most);
        found.remove(&change.id);
        found.len().min(COUNTED_MAX)
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

    /// The same for the failures of all services that have an owner in common with some.
    pub(super) fn turn_of_teams(
        &self,
        records: &Records,
        services: &[ServiceId],
        (at, over): (Instant, Span),
    ) -> When {
        let owners = services.iter().filter_map(|id| records.owner(id));
        turn(&self.team_failures, owners, at, Some(over))
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

/// What was said of each change that is linked to an incident, in order. Facts that say nothing of
/// it, such as that it was resolved, leave it as it was.
pub(super) fn of_each<'a>(facts: &[&'a Incident]) -> BTreeMap<&'a ChangeId, Vec<&'a Incident>> {
    let mut said: BTreeMap<&ChangeId, Vec<&Incident>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.attribution.is_some()) {
        if let Some(change) = &fact.change {
            said.entry(change).or_default().push(fact);
        }
    }
    said
}

/// The words that confirm a change as the cause of an incident, and until when each stood, of all
/// that was said of it in order.
pub(super) fn confirmations<'a>(said: &[&'a Incident]) -> Vec<(&'a Incident, When)> {
    // Those whose place no later one takes: one that is also said to have been made no earlier.
    let mut lasting: Vec<&'a Incident> = Vec::new();
    let mut found: Vec<(&'a Incident, When)> = Vec::new();
    let (mut confirming, mut is_open) = (0_usize, false);
    let confirms = |fact: &Incident| fact.attribution == Some(Attribution::Confirmed);
    for (number, fact) in said.iter().enumerate() {
        while let Some(last) = lasting.pop_if(|last| last.at <= fact.at) {
            confirming = confirming.saturating_sub(confirms(last).into());
        }
        lasting.push(fact);
        confirming = confirming.saturating_add(confirms(fact).into());
        let time = fact.envelope().recorded;
        let next = said.get(number.saturating_add(1));
        if next.is_some_and(|next| next.envelope().recorded == time) {
            continue;
        }
        // Of what was recorded at one time the less favourable word counts, and it confirms.
        if confirming > 0 && !is_open {
            let word = lasting.iter().rev().find(|it| confirms(it));
            found.extend(word.map(|word| (*word, When::Never)));
        }
        if let Some((_, until)) = found.last_mut().filter(|_| confirming == 0 && is_open) {
            *until = When::At(time);
        }
        is_open = confirming > 0;
    }
    found
}

/// Since when each service is told to have been hit.
fn first_told<'a>(facts: &[&'a Incident]) -> BTreeMap<&'a ServiceId, Instant> {
    let mut told: BTreeMap<&ServiceId, Instant> = BTreeMap::new();
    for fact in facts {
        let recorded = fact.envelope().recorded;
        for service in &fact.services {
            let first = told.entry(service).or_insert(recorded);
            *first = recorded.min(*first);
        }
    }
    told
}

fn end(until: When) -> Option<Instant> {
    match until {
        When::At(end) => Some(end),
        When::Never => None,
    }
}

fn author_of<'a>(records: &'a Records, id: &ChangeId) -> Option<&'a PersonId> {
    current(records, id).map(|change| author(records, change))
}

fn file<'a, T: Copy>(
    events: &mut Events<'a, ServiceId, T>,
    services: impl IntoIterator<Item = &'a ServiceId>,
    event: Event<T>,
) {
    for service in services {
        events.entry(service).or_default().push(event);
    }
}

/// What happened to services or teams within a time before, as far as it was known; so much of it
/// at most.
fn within<'s, K: Ord + 's, T: Copy + Ord>(
    events: &Events<'_, K, T>,
    of: impl IntoIterator<Item = &'s K>,
    over: Span,
    seen: Seen,
    most: usize,
) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    for events in of.into_iter().filter_map(|id| events.get(id)) {
        let begin = events.partition_point(|event| event.at.after(over) <= seen.at);
        let lately = events.get(begin..).unwrap_or_default().iter();
        let lately = lately.take_while(|event| event.at <= seen.at);
        for event in lately {
            if found.len() >= most {
                return found;
            }
            if seen.knows(event.known) && event.until >= seen.before {
                found.insert(event.what);
            }
        }
    }
    found
}

/// The first instant after one at which something begins or stops to count.
fn turn<'s, K: Ord + 's, T>(
    events: &Events<'_, K, T>,
    of: impl IntoIterator<Item = &'s K>,
    at: Instant,
    over: Option<Span>,
) -> When {
    let Some(over) = over else { return When::Never };
    let of_each = of.into_iter().filter_map(|id| events.get(id)).flat_map(|events| {
        let begins = events.partition_point(|event| event.at <= at);
        let ends = events.partition_point(|event| event.at.after(over) <= at);
        let begins = events.get(begins).map(|event| event.at);
        [begins, events.get(ends).map(|event| event.at.after(over))]
    });
    of_each.flatten().min().map_or(When::Never, When::At)
}
