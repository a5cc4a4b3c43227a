//! "Where in its workflow is it, where may it go now, and did it get there as it should?"

use serde::Serialize;

use super::situation::{Of, Seen, Standing, situation};
use super::snapshot::Snapshot;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{CloseCodeId, PersonId, StateId, WorkflowId};
use crate::base::limits::WORKFLOW_MOVES_MAX;
use crate::base::{Instant, Subject, When};
use crate::gate::workflow::{
    BreachKind, Machine, Moved, Next, Situation, find, next_states, replay, shipped,
};
use crate::history::Records;
use crate::model::workflow::About;
use crate::model::{Change, Kind, StateMove};

/// Where may something go next in its workflow, and why not elsewhere?
///
/// The answer rests on facts recorded at or before the instant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NextQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The workflow: the name of a shipped one, or its text. If it is not said, the shipped one
    /// that it was last moved in, as long as that is for its kind; else `continuous` for a change
    /// all of whose services have that profile, and else ServiceNow's for its kind.
    pub workflow: Option<String>,
    /// How it ended, if it is to be closed.
    pub close_code: Option<CloseCodeId>,
    /// The instant.
    pub at: Instant,
}

impl NextQuestion {
    /// Asks where a subject may go in the workflow that it was last moved in.
    #[must_use]
    pub fn new(subject: Subject, at: Instant) -> Self {
        NextQuestion { subject, workflow: None, close_code: None, at }
    }

    /// Asks in that workflow: the name of a shipped one, or its text.
    #[must_use]
    pub fn within(mut self, workflow: String) -> Self {
        self.workflow = Some(workflow);
        self
    }

    /// Asks as if it were closed like that.
    #[must_use]
    pub fn closing(mut self, close_code: CloseCodeId) -> Self {
        self.close_code = Some(close_code);
        self
    }
}

/// Where something is in its workflow, where it may go, and what on its way broke the workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NextStates {
    /// The change or the release.
    pub subject: Subject,
    /// As of which instant.
    pub at: Instant,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The state that it is in: where it was last moved, or where everything begins.
    pub state: StateId,
    /// The number that this state is stored as elsewhere.
    pub code: Option<i32>,
    /// Since when it is there, if it was ever moved.
    pub since: Option<Instant>,
    /// Who moved it there.
    pub by: Option<PersonId>,
    /// The first instant at which the answer may change without a new fact.
    pub holds_until: When,
    /// Whether another policy than the one in force was asked: then it is only an answer to
    /// "what if".
    pub what_if: bool,
    /// Every transition that starts there, each with every condition and whether it holds.
    pub next: Vec<Next>,
    /// Why a gate or a stage that these ask for does not let it through, with who can change that.
    pub standing: Vec<Standing>,
    /// Everything that conditions were judged by.
    pub situation: Situation,
    /// The moves that the workflow does not allow, in order.
    pub breaches: Vec<MoveBreach>,
}

/// A move that the workflow does not allow. It happened, so it is shown and never refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MoveBreach {
    /// When it was moved.
    pub at: Instant,
    /// Who moved it.
    pub by: PersonId,
    /// How that broke the workflow.
    pub kind: BreachKind,
    /// Where it was.
    pub from: StateId,
    /// Where it went.
    pub to: StateId,
    /// Why that is a breach, in a few words.
    pub why: String,
}

/// Answers.
pub(super) fn progress(snapshot: &Snapshot, question: &NextQuestion) -> Result<NextStates> {
    let records = snapshot.records(question.at);
    let subject = &question.subject;
    let all: Vec<&StateMove> = moves(&records, subject);
    let machine = machine(&records, question, all.last().copied())?;
    let within = all.iter().rev().take_while(|it| it.workflow == machine.workflow().name);
    let mut moved: Vec<&StateMove> = within.copied().collect();
    moved.reverse();
    if moved.len() > WORKFLOW_MOVES_MAX {
        let message = format!("{subject} was moved more than {WORKFLOW_MOVES_MAX} times");
        return Err(Error::new(ErrorCode::LimitExceeded, message));
    }
    let (state, breaches) = followed(snapshot, &machine, subject, &moved)?;
    let last = moved.iter().rev().find(|last| last.to == state).copied();
    let of = Of {
        machine: &machine,
        subject,
        since: last.map(|last| last.at),
        close_code: question.close_code.as_ref(),
        at: question.at,
    };
    let seen = situation(&records, &snapshot.in_force(question.at), of)?;
    answer(&machine, of, state, seen, last, breaches)
}

fn answer(
    machine: &Machine,
    of: Of<'_>,
    state: StateId,
    seen: Seen,
    last: Option<&StateMove>,
    breaches: Vec<MoveBreach>,
) -> Result<NextStates> {
    let next = next_states(machine, &state, &seen.situation)?;
    let unmet = |name: &str| {
        let conditions = next.iter().flat_map(|next| &next.conditions);
        conditions.filter(|it| !it.holds).any(|it| it.name == name)
    };
    let standing = seen.standing.into_iter().filter(|it| unmet(&it.condition)).collect();
    Ok(NextStates {
        subject: of.subject.clone(),
        at: of.at,
        workflow: machine.workflow().name.clone(),
        code: machine.state(&state).ok().and_then(|state| state.code),
        state,
        since: last.map(|last| last.at),
        by: last.map(|last| last.by.clone()),
        holds_until: seen.holds_until,
        what_if: seen.what_if,
        next,
        standing,
        situation: seen.situation,
        breaches,
    })
}

fn moves<'a>(records: &'a Records, subject: &Subject) -> Vec<&'a StateMove> {
    let all = &records.portfolio().moves;
    records.moves(subject).iter().filter_map(|number| all.get(*number)).collect()
}

/// Follows the moves, each judged by what was known when it was made.
fn followed(
    snapshot: &Snapshot,
    machine: &Machine,
    subject: &Subject,
    moved: &[&StateMove],
) -> Result<(StateId, Vec<MoveBreach>)> {
    let mut situations = Vec::new();
    let mut since = None;
    for made in moved {
        let of = Of { machine, subject, since, close_code: made.close_code.as_ref(), at: made.at };
        let records = snapshot.records(made.at);
        let seen = match situation(&records, &snapshot.in_force(made.at), of) {
            Ok(seen) => seen.situation,
            // It was moved before anybody had heard of it, so nothing held of it.
            Err(error) if error.code() == ErrorCode::SubjectUnknown => Situation::default(),
            Err(error) => return Err(error),
        };
        situations.push(seen);
        since = Some(made.at);
    }
    let steps = moved.iter().zip(&situations);
    let steps: Vec<Moved<'_>> = steps
        .map(|(made, seen)| Moved { to: &made.to, on: made.on.as_ref(), situation: Some(seen) })
        .collect();
    let replayed = replay(machine, &steps);
    let told = replayed.breaches.into_iter().filter_map(|breach| {
        let made = moved.get(breach.number)?;
        Some(MoveBreach {
            at: made.at,
            by: made.by.clone(),
            kind: breach.kind,
            from: breach.from,
            to: breach.to,
            why: breach.why,
        })
    });
    Ok((replayed.state, told.collect()))
}

/// The workflow that is asked about, or that the subject is in.
fn machine(
    records: &Records,
    question: &NextQuestion,
    last: Option<&StateMove>,
) -> Result<Machine> {
    let change = match &question.subject {
        Subject::Change(id) => {
            let row = records.change(id).and_then(|row| row.current(records));
            Some(row.ok_or_else(|| {
                let message = format!("`{id}` is not known as of {}", question.at);
                Error::new(ErrorCode::SubjectUnknown, message)
            })?)
        }
        Subject::Release(_) => None,
    };
    if let Some(named) = &question.workflow {
        let machine = find(named)?;
        return if is_for(&machine, change) { Ok(machine) } else { Err(for_others(&machine)) };
    }
    let known = last.and_then(|last| shipped(last.workflow.as_str()).ok());
    if let Some(machine) = known.filter(|machine| is_for(machine, change)) {
        return Ok(machine);
    }
    let Some(change) = change else {
        let message = "no workflow of releases is shipped: name one, by its text";
        return Err(Error::new(ErrorCode::WorkflowUnknown, message));
    };
    shipped(usual(records, change))
}

/// Whether a workflow is for a change of that kind, or for releases.
fn is_for(machine: &Machine, change: Option<&Change>) -> bool {
    let said = machine.workflow();
    match change {
        Some(change) => {
            let kind = said.kind.is_empty() || said.kind.contains(&change.kind);
            said.about == About::Change && kind
        }
        None => said.about == About::Release,
    }
}

fn for_others(machine: &Machine) -> Error {
    let message = format!("`{}` is for something of another kind", machine.workflow().name);
    Error::new(ErrorCode::WorkflowForOthers, message)
}

/// The shipped workflow that a change is usually in.
fn usual(records: &Records, change: &Change) -> &'static str {
    let continuous = |id| {
        let service = records.service(id);
        let profile = service.and_then(|service| service.profile.as_ref());
        profile.is_some_and(|profile| profile.as_str() == "continuous")
    };
    if !change.services.is_empty() && change.services.iter().all(continuous) {
        return "continuous";
    }
    match change.kind {
        Kind::Normal => "servicenow-normal",
        Kind::Standard => "servicenow-standard",
        Kind::Emergency => "servicenow-emergency",
    }
}
