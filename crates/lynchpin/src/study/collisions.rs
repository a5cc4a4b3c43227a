//! "Which releases get in each other's way, and over what?"

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::Instant;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, EnvironmentId, ReleaseId, ServiceId, StageId};
use crate::base::limits::COLLISIONS_MAX;
use crate::model::change::{ConflictScope, Period};
use crate::portfolio::{AsOf, Snapshot};

/// Which open releases collide?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CollisionsQuestion {
    /// As of when.
    pub at: Instant,
    /// Only what is planned after that; whenever it is, if it is not said.
    pub from: Option<Instant>,
    /// Only what is planned before that; whenever it is, if it is not said.
    pub to: Option<Instant>,
}

impl CollisionsQuestion {
    /// Asks about all open releases, whenever they are planned.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        CollisionsQuestion { at, from: None, to: None }
    }

    /// Asks only for collisions in a period; those without a time are told in any case.
    #[must_use]
    pub fn between(mut self, from: Instant, to: Instant) -> Self {
        (self.from, self.to) = (Some(from), Some(to));
        self
    }
}

/// Which open releases collide, and over what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Collisions {
    /// As of when.
    pub at: Instant,
    /// How many open releases have a change yet to enter a stage.
    pub releases: usize,
    /// How many of them have one for which no time is planned: these may collide without anybody
    /// knowing.
    pub unplanned: usize,
    /// The collisions: by what collides, then by the releases.
    pub collisions: Vec<Collision>,
    /// `yes` if there are more, which are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<&'static str>,
}

/// Two releases that collide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Collision {
    /// How.
    pub kind: CollisionKind,
    /// The two, the smaller id first; of `required_later` the one that needs something first.
    pub releases: [ReleaseId; 2],
    /// A stage that both have yet to enter.
    pub stage: StageId,
    /// The service, of `service`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The environments of the stage that the service has, of `service`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<EnvironmentId>,
    /// The changes over which they collide: one of each in the order of the releases, or the one
    /// that is in both; none, of `service`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangeId>,
    /// When: the first instant at which both are planned, or, of `required_later`, at which what
    /// needs something begins. None, where they are not planned at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Until when: the first instant at which no longer both are, or, of `required_later`, by
    /// which what is needed is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}

/// How two releases collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CollisionKind {
    /// Both change a service in a stage at the same time.
    Service,
    /// A change of one conflicts with a change of the other.
    Conflict,
    /// A change is in both.
    SameChange,
    /// A change of the first requires one of the second, which is planned to be done later.
    RequiredLater,
}

/// One change of a release that is yet to enter a stage.
struct Entry<'a> {
    release: &'a ReleaseId,
    stage: &'a StageId,
    planned: Option<Period>,
}

/// Finds the releases that collide, among all that are open.
///
/// A change of a release is planned when it says so itself, else when the release does. What has
/// entered a stage no longer collides there. Each service, change and requirement is looked at
/// once, in order of time; pairs that have nothing in common are never looked at. A release and
/// one below it do not collide. Conflicting changes collide if they are planned at the same time,
/// or one of them at no time, or if they must never be live together.
///
/// # Errors
///
/// [`TimeOrder`](crate::base::ErrorCode::TimeOrder) if the period ends before it begins.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::collisions::{CollisionKind, CollisionsQuestion, collisions};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///      "changes": [
///       {"id": "C-1", "revision": 1, "services": ["shop"], "by": "raj",
///        "at": "2026-11-01T09:00:00Z"},
///       {"id": "C-2", "revision": 1, "services": ["shop"], "by": "raj",
///        "at": "2026-11-01T09:00:00Z"}],
///      "releases": [
///       {"id": "R-1", "revision": 1, "changes": ["C-1"], "by": "mei",
///        "at": "2026-11-01T09:00:00Z",
///        "planned": {"from": "2026-11-09T20:00:00Z", "to": "2026-11-09T22:00:00Z"}},
///       {"id": "R-2", "revision": 1, "changes": ["C-2"], "by": "mei",
///        "at": "2026-11-01T09:00:00Z",
///        "planned": {"from": "2026-11-09T21:00:00Z", "to": "2026-11-09T23:00:00Z"}}]}"#,
///     engine.limits(),
/// )?)?;
/// let question = CollisionsQuestion::new("2026-11-02T09:00:00Z".parse()?);
/// let found = collisions(&engine.snapshot(), &question)?;
/// assert_eq!(found.collisions[0].kind, CollisionKind::Service);
/// assert_eq!(found.collisions[0].from, Some("2026-11-09T21:00:00Z".parse()?));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn collisions(snapshot: &Snapshot, question: &CollisionsQuestion) -> Result<Collisions> {
    if question.from.zip(question.to).is_some_and(|(from, to)| to <= from) {
        let message = "`to` is not after `from`: the period ends after it begins";
        return Err(Error::new(ErrorCode::TimeOrder, message));
    }
    let as_of = snapshot.as_of(question.at);
    let ways = as_of.ways();
    let mut search = Search::new(&as_of, question, &ways);
    let (looked_at, unplanned) = search.count();
    search.services();
    search.changes();
    search.requirements();
    let more = search.found.len() > COLLISIONS_MAX;
    let collisions = search.found.into_iter().take(COLLISIONS_MAX).collect();
    Ok(Collisions {
        at: question.at,
        releases: looked_at,
        unplanned,
        collisions,
        more: more.then_some("yes"),
    })
}

struct Search<'a> {
    as_of: &'a AsOf<'a>,
    question: &'a CollisionsQuestion,
    /// Change to where it is to be entered yet, in order of releases and stages.
    entries: BTreeMap<&'a ChangeId, Vec<Entry<'a>>>,
    above: BTreeMap<&'a ReleaseId, BTreeSet<&'a ReleaseId>>,
    found: BTreeSet<Collision>,
}

impl<'a> Search<'a> {
    fn new(
        as_of: &'a AsOf<'a>,
        question: &'a CollisionsQuestion,
        ways: &'a [(ReleaseId, Vec<StageId>)],
    ) -> Self {
        let records = &*as_of.records;
        let mut entries: BTreeMap<&ChangeId, Vec<Entry<'_>>> = BTreeMap::new();
        let mut above = BTreeMap::new();
        for (release, way) in ways {
            let Some(row) = records.release(release).and_then(|row| row.current(records)) else {
                continue;
            };
            above.insert(release, records.ancestors(release));
            for id in BTreeSet::from_iter(&row.changes) {
                let change = records.change(id).and_then(|row| row.current(records));
                if records.is_cancelled(id) {
                    continue;
                }
                let planned = change.and_then(|change| change.planned).or(row.planned);
                let entered = way.iter().rposition(|stage| records.has_entered(id, stage));
                let ahead = entered.map_or(0, |last| last.saturating_add(1));
                let of = entries.entry(id).or_default();
                let ahead = way.iter().skip(ahead);
                of.extend(ahead.map(|stage| Entry { release, stage, planned }));
            }
        }
        Search { as_of, question, entries, above, found: BTreeSet::new() }
    }

    /// How many releases have something to enter yet, and how many of them at no planned time.
    fn count(&self) -> (usize, usize) {
        let entries = || self.entries.values().flatten();
        let all: BTreeSet<&ReleaseId> = entries().map(|entry| entry.release).collect();
        let unplanned = entries().filter(|entry| entry.planned.is_none());
        let unplanned: BTreeSet<&ReleaseId> = unplanned.map(|entry| entry.release).collect();
        (all.len(), unplanned.len())
    }

    fn is_full(&self) -> bool {
        self.found.len() > COLLISIONS_MAX
    }

    fn is_kin(&self, one: &ReleaseId, other: &ReleaseId) -> bool {
        let above = |id: &ReleaseId, it: &ReleaseId| {
            self.above.get(id).is_some_and(|above| above.contains(it))
        };
        one == other || above(one, other) || above(other, one)
    }

    /// Whether a time, if there is one, is within what was asked about.
    fn is_meant(&self, time: Option<Period>) -> bool {
        time.is_none_or(|time| {
            self.question.from.is_none_or(|from| time.to > from)
                && self.question.to.is_none_or(|to| time.from < to)
        })
    }

    /// What of a collision was asked about.
    fn asked(&self, collision: Collision) -> Option<Collision> {
        let Collision { from, to, .. } = &collision;
        let time = from.zip(*to).map(|(from, to)| Period { from, to });
        self.is_meant(time).then_some(collision)
    }

    fn tell(&mut self, collision: Collision) {
        if !self.is_full() {
            self.found.insert(collision);
        }
    }

    /// Sweeps over the times at which each service is changed in each stage.
    fn services(&mut self) {
        let records = &*self.as_of.records;
        let mut times: BTreeMap<(&StageId, &ServiceId), BTreeMap<&ReleaseId, Vec<Period>>> =
            BTreeMap::new();
        for (id, entries) in &self.entries {
            let change = records.change(id).and_then(|row| row.current(records));
            for service in change.iter().flat_map(|change| &change.services) {
                for entry in entries {
                    let Some(planned) = entry.planned else { continue };
                    let of = times.entry((entry.stage, service)).or_default();
                    of.entry(entry.release).or_default().push(planned);
                }
            }
        }
        for ((stage, service), of_releases) in times {
            let environments = records.environments_of(service, stage);
            let mut starts: Vec<(Period, &ReleaseId)> = Vec::new();
            for (release, mut periods) in of_releases {
                periods.sort_unstable();
                starts.extend(joined(&periods).into_iter().map(|period| (period, release)));
            }
            starts.sort_unstable();
            let mut on: Vec<(Period, &ReleaseId)> = Vec::new();
            for (period, release) in starts {
                on.retain(|(earlier, _)| earlier.to > period.from);
                for (earlier, other) in &on {
                    if self.is_kin(release, other) {
                        continue;
                    }
                    let mut releases = [release.clone(), (*other).clone()];
                    releases.sort_unstable();
                    let found = self.asked(Collision {
                        kind: CollisionKind::Service,
                        releases,
                        stage: stage.clone(),
                        service: Some(service.clone()),
                        environments: environments.clone(),
                        changes: Vec::new(),
                        from: Some(period.from),
                        to: Some(period.to.min(earlier.to)),
                    });
                    found.into_iter().for_each(|it| self.tell(it));
                }
                if self.is_full() {
                    return;
                }
                on.push((period, release));
            }
        }
    }

    /// Looks at each change: whether it is in two releases, and whom it conflicts with.
    fn changes(&mut self) {
        let records = &*self.as_of.records;
        let mut told = BTreeSet::new();
        for (id, entries) in &self.entries {
            for (number, entry) in entries.iter().enumerate() {
                for other in entries.iter().skip(number.saturating_add(1)) {
                    told.extend(self.pair(CollisionKind::SameChange, (id, entry), (id, other)));
                }
            }
            let apart = records.conflicts(id).filter(|(other, _)| *other > *id);
            for (other, scope) in apart {
                for theirs in self.entries.get(other).into_iter().flatten() {
                    for entry in entries {
                        let together = overlap(entry.planned, theirs.planned).is_some()
                            || entry.planned.is_none()
                            || theirs.planned.is_none()
                            || scope == ConflictScope::Exclusive;
                        let pair =
                            || self.pair(CollisionKind::Conflict, (id, entry), (other, theirs));
                        told.extend(together.then(pair).flatten());
                    }
                }
            }
            if told.len() > COLLISIONS_MAX {
                break;
            }
        }
        told.into_iter().for_each(|collision| self.tell(collision));
    }

    fn pair(
        &self,
        kind: CollisionKind,
        (id, entry): (&ChangeId, &Entry<'_>),
        (other, theirs): (&ChangeId, &Entry<'_>),
    ) -> Option<Collision> {
        if entry.stage != theirs.stage || self.is_kin(entry.release, theirs.release) {
            return None;
        }
        let mut sides = [(entry.release, id), (theirs.release, other)];
        sides.sort_unstable();
        let mut changes: Vec<ChangeId> = sides.iter().map(|(_, id)| (*id).clone()).collect();
        changes.dedup();
        let time = overlap(entry.planned, theirs.planned);
        self.asked(Collision {
            kind,
            releases: sides.map(|(release, _)| release.clone()),
            stage: entry.stage.clone(),
            service: None,
            environments: Vec::new(),
            changes,
            from: time.map(|time| time.from),
            to: time.map(|time| time.to),
        })
    }

    /// Looks at each requirement that nothing else meets in time.
    fn requirements(&mut self) {
        let records = &*self.as_of.records;
        let mut told = BTreeSet::new();
        for (id, entries) in &self.entries {
            let change = records.change(id).and_then(|row| row.current(records));
            for needs in change.iter().flat_map(|change| &change.requires) {
                for entry in entries {
                    told.extend(self.late(id, entry, needs.alternatives()));
                }
            }
            if told.len() > COLLISIONS_MAX {
                break;
            }
        }
        told.into_iter().for_each(|collision| self.tell(collision));
    }

    /// What of some alternatives is done first, if that is after what requires it begins.
    fn late(&self, id: &ChangeId, entry: &Entry<'_>, any: &[ChangeId]) -> Option<Collision> {
        let records = &*self.as_of.records;
        let starts = entry.planned?.from;
        let here = |needed: &ChangeId| {
            let listed = self.entries.get(needed).into_iter().flatten();
            let mut same = listed.filter(|it| it.stage == entry.stage);
            records.is_live(needed, entry.stage) || same.any(|it| it.release == entry.release)
        };
        if any.iter().any(here) {
            return None;
        }
        let elsewhere = any.iter().flat_map(|needed| {
            let listed = self.entries.get(needed).into_iter().flatten();
            let there = listed.filter(|it| it.stage == entry.stage);
            there.filter_map(move |it| Some((it.planned?.to, it.release, needed)))
        });
        let (done, release, needed) = elsewhere.min()?;
        if done <= starts || self.is_kin(entry.release, release) {
            return None;
        }
        self.asked(Collision {
            kind: CollisionKind::RequiredLater,
            releases: [entry.release.clone(), release.clone()],
            stage: entry.stage.clone(),
            service: None,
            environments: Vec::new(),
            changes: vec![id.clone(), needed.clone()],
            from: Some(starts),
            to: Some(done),
        })
    }
}

fn overlap(one: Option<Period>, other: Option<Period>) -> Option<Period> {
    let (one, other) = one.zip(other)?;
    let time = Period { from: one.from.max(other.from), to: one.to.min(other.to) };
    (time.from < time.to).then_some(time)
}

/// Sorted periods without overlaps: those that touch or overlap are one.
fn joined(periods: &[Period]) -> Vec<Period> {
    let mut found: Vec<Period> = Vec::new();
    for period in periods {
        match found.last_mut().filter(|last| last.to >= period.from) {
            Some(last) => last.to = last.to.max(period.to),
            None => found.push(*period),
        }
    }
    found
}
