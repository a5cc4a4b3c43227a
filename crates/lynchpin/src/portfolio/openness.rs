//! "May work go on there, and when does that change?"

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Serialize;

use super::in_flight::Flight;
use super::item::Members;
use super::question::{CalendarQuestion, Where};
use super::snapshot::Snapshot;
use crate::base::Instant;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, EnvironmentId, FreezeId, ServiceId, StageId, WindowId};
use crate::calendar::{
    Calendar, Cause, Cover, Looks, Openness, Turn, Unwindowed, ZONE_DATA_VERSION, cover,
    next_close_of_any, next_open_of_all,
};
use crate::gate::Policy;
use crate::gate::freeze::places::{self, Spot};
use crate::gate::freeze::windows;
use crate::gate::policy::WindowLeaf;
use crate::history::Records;

/// When work may go on at some places, by the freezes known by then and the windows that the policy
/// asks for there. What rules and exceptions let a change pass is no part of it: that is asked of a
/// decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Calendars {
    /// Which stage.
    pub stage: StageId,
    /// As of which instant.
    pub at: Instant,
    /// Whether work may go on in all of the places.
    pub state: OpenState,
    /// The places.
    pub places: Vec<PlaceCalendar>,
    /// When it may go on in all of them.
    pub opens: Turning,
    /// When it may no longer go on in one of them.
    pub closes: Turning,
    /// What is under way there though its place has closed, and what it must do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_flight: Vec<Flight>,
    /// The version of the time zone data, if a freeze or a window goes by the clock of a zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_data: Option<&'static str>,
}

/// Whether work may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenState {
    /// It may.
    Open,
    /// Telling would take more work than a question may be.
    NotKnown,
    /// It may not.
    Closed,
}

/// One place and what is on there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlaceCalendar {
    /// The service, if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The environment.
    pub environment: EnvironmentId,
    /// Whether work may go on there.
    pub state: OpenState,
    /// The freezes that are on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<FreezeId>,
    /// The windows that are on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowId>,
    /// The windows of which is not known whether they hold there: they open nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<WindowId>,
}

/// When something turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Turning {
    /// How sure that is.
    pub when: TurnKind,
    /// The instant: of the turn, or the one before which it is known not to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// What happens then, or what has no known end; nothing, if it was so already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

/// How sure the instant of a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnKind {
    /// Then.
    At,
    /// What is on has no known end.
    NoEndKnown,
    /// Nothing that is there turns it any more.
    Never,
    /// Not before then; further was not looked.
    NotBefore,
}

/// What makes a place open or close.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// That freeze begins.
    FreezeBegins(FreezeId),
    /// That freeze ends.
    FreezeEnds(FreezeId),
    /// That freeze is on, and no end of it is known.
    FreezeIsOn(FreezeId),
    /// That window opens.
    WindowOpens(WindowId),
    /// That window closes.
    WindowCloses(WindowId),
    /// That window is on, and no end of it is known.
    WindowIsOn(WindowId),
}

/// What goes on or off at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name<'a> {
    Freeze(&'a FreezeId),
    Window(&'a WindowId),
}

pub(super) fn calendars(snapshot: &Snapshot, question: &CalendarQuestion) -> Result<Calendars> {
    let (stage, at) = (&question.stage, question.at);
    let (known, in_force) = (snapshot.records(at), snapshot.in_force(at));
    let records = &*known;
    let spots = spots(records, in_force.policy, question)?;
    let leaves = leaves(in_force.policy, stage);
    let mut all = Vec::new();
    let mut places = Vec::new();
    let looks = Rc::new(Looks::new(at));
    for spot in &spots {
        let calendars = of_place(records, in_force.policy, &leaves, (spot, stage));
        let calendars = calendars.into_iter().map(|calendar| calendar.sharing(&looks));
        let calendars: Vec<_> = calendars.collect();
        places.push(place(spot, &calendars, at));
        all.extend(calendars);
    }
    let zones = records.freezes.reads_zones();
    Ok(Calendars {
        stage: stage.clone(),
        at,
        state: places.iter().map(|place| place.state).max().unwrap_or(OpenState::NotKnown),
        places,
        opens: turning(next_open_of_all(&all, at)),
        closes: turning(next_close_of_any(&all, at)),
        in_flight: in_flight(snapshot, records, question)?,
        zone_data: zones.then_some(ZONE_DATA_VERSION),
    })
}

/// What is under way of what is asked about.
fn in_flight(
    snapshot: &Snapshot,
    records: &Records,
    question: &CalendarQuestion,
) -> Result<Vec<Flight>> {
    let mut flights = snapshot.in_flight(question.at)?;
    let changes: Option<BTreeSet<ChangeId>> = match &question.of {
        Where::Subject(subject) => {
            let members = Members::of(records, subject)?;
            let others = members.cancelled.iter().chain(&members.unknown);
            Some(members.changes.iter().map(|change| &change.id).chain(others).cloned().collect())
        }
        Where::Service(_) | Where::Anywhere => None,
    };
    flights.retain(|flight| {
        let row = || records.change(&flight.change)?.current(records);
        let service = match &question.of {
            Where::Service(service) => row().is_none_or(|it| it.services.contains(service)),
            Where::Subject(_) | Where::Anywhere => true,
        };
        let environment = question.environment.as_ref();
        service
            && flight.stage == question.stage
            && environment.is_none_or(|environment| flight.environment == *environment)
            && changes.as_ref().is_none_or(|changes| changes.contains(&flight.change))
    });
    Ok(flights)
}

/// The places that are asked about; never none.
fn spots(
    records: &Records,
    policy: Option<&Policy>,
    question: &CalendarQuestion,
) -> Result<Vec<Spot>> {
    let stage = &question.stage;
    let none = Members::nobody();
    let mut spots = match &question.of {
        Where::Subject(subject) => {
            let members = Members::of(records, subject)?;
            members.stage(records, policy, Some(stage))?;
            let each = members.changes.iter();
            each.flat_map(|change| places::of(records, stage, &change.services)).collect()
        }
        Where::Service(service) => {
            none.stage(records, policy, Some(stage))?;
            if records.service(service).is_none() {
                let message = format!("there is no service `{service}`; check the id");
                return Err(Error::new(ErrorCode::SubjectUnknown, message));
            }
            places::of(records, stage, std::slice::from_ref(service))
        }
        Where::Anywhere => {
            none.stage(records, policy, Some(stage))?;
            places::of(records, stage, &[])
        }
    };
    spots.sort_unstable();
    spots.dedup();
    if let Some(environment) = &question.environment {
        spots.retain(|spot| spot.environment == *environment);
    }
    if spots.is_empty() {
        let message = format!("nothing of it is in such an environment of stage `{stage}`");
        return Err(Error::new(ErrorCode::StageUnknown, message));
    }
    Ok(spots)
}

/// What the gates before a stage ask of windows.
fn leaves<'a>(policy: Option<&'a Policy>, stage: &StageId) -> Vec<&'a WindowLeaf> {
    let Some(policy) = policy else { return Vec::new() };
    let here = policy.gates.values().filter(|gate| gate.stages.contains(stage));
    let mut names: Vec<_> = here.flat_map(|gate| gate.require.names()).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().filter_map(|name| policy.requirements.get(*name)?.window.as_ref()).collect()
}

/// A calendar for each thing that is asked of windows, all with the freezes; work may go on where
/// all of them are open.
fn of_place<'a>(
    records: &'a Records,
    policy: Option<&Policy>,
    leaves: &[&WindowLeaf],
    (spot, stage): (&Spot, &StageId),
) -> Vec<Calendar<'a, Name<'a>>> {
    let mut frozen = Calendar::new(Unwindowed::Open);
    let lifts = policy.and_then(|policy| policy.freeze.lift.as_ref());
    for scheduled in &records.freezes.freezes {
        let freeze = records.portfolio().freezes.get(scheduled.number);
        if let Some(freeze) = freeze.filter(|freeze| records.lifted(freeze, lifts).is_none()) {
            let covers = cover(&freeze.scope, spot.place(stage));
            frozen.freeze(Name::Freeze(&freeze.id), &scheduled.occasion, covers);
        }
    }
    let mut calendars = vec![frozen];
    for leaf in leaves {
        let mut calendar = Calendar::new(leaf.without.into());
        for (scheduled, window) in windows::meant(records, leaf) {
            let covers: Cover = cover(&window.scope, spot.place(stage));
            calendar.window(Name::Window(&window.id), &scheduled.occasion, covers);
        }
        calendars.push(calendar);
    }
    calendars
}

fn place(spot: &Spot, calendars: &[Calendar<'_, Name<'_>>], at: Instant) -> PlaceCalendar {
    let mut place = PlaceCalendar {
        service: spot.service.clone(),
        environment: spot.environment.clone(),
        state: OpenState::Open,
        freezes: Vec::new(),
        windows: Vec::new(),
        undecided: Vec::new(),
    };
    let windows = |names: Vec<Name<'_>>| {
        let ids = names.into_iter().filter_map(|name| match name {
            Name::Window(id) => Some(id.clone()),
            Name::Freeze(_) => None,
        });
        ids.collect::<Vec<WindowId>>()
    };
    for state in calendars.iter().map(|calendar| calendar.state(at)) {
        place.state = place.state.max(match state.openness {
            Openness::Open => OpenState::Open,
            Openness::NotKnown => OpenState::NotKnown,
            Openness::Closed => OpenState::Closed,
        });
        place.freezes.extend(state.freezes.into_iter().filter_map(|name| match name {
            Name::Freeze(id) => Some(id.clone()),
            Name::Window(_) => None,
        }));
        place.windows.extend(windows(state.windows));
        place.undecided.extend(windows(state.undecided));
    }
    for names in [&mut place.windows, &mut place.undecided] {
        names.sort_unstable();
        names.dedup();
    }
    place
}

fn turning(turn: Turn<Name<'_>>) -> Turning {
    let (when, at, because) = match turn {
        Turn::At { at, because } => {
            (TurnKind::At, Some(at), because.into_iter().map(cause).collect())
        }
        Turn::NoEndKnown(names) => {
            let on = |name| match name {
                Name::Freeze(id) => Because::FreezeIsOn(id.clone()),
                Name::Window(id) => Because::WindowIsOn(id.clone()),
            };
            (TurnKind::NoEndKnown, None, names.into_iter().map(on).collect())
        }
        Turn::NoMore => (TurnKind::Never, None, Vec::new()),
        Turn::BeyondLimit(at) => (TurnKind::NotBefore, Some(at), Vec::new()),
    };
    Turning { when, at, because }
}

fn cause(cause: Cause<Name<'_>>) -> Because {
    match cause {
        Cause::FreezeBegins(Name::Freeze(id)) => Because::FreezeBegins(id.clone()),
        Cause::FreezeEnds(Name::Freeze(id)) => Because::FreezeEnds(id.clone()),
        Cause::WindowOpens(Name::Window(id)) => Because::WindowOpens(id.clone()),
        Cause::WindowCloses(Name::Window(id)) => Because::WindowCloses(id.clone()),
        // Freezes are only ever added as freezes, windows only as windows.
        Cause::FreezeBegins(Name::Window(id)) | Cause::FreezeEnds(Name::Window(id)) => {
            Because::WindowIsOn(id.clone())
        }
        Cause::WindowOpens(Name::Freeze(id)) | Cause::WindowCloses(Name::Freeze(id)) => {
            Because::FreezeIsOn(id.clone())
        }
    }
}
