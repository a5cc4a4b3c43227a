//! Where something in a state can go, and on which conditions.

use serde::{Deserialize, Serialize};

use super::Machine;
use crate::base::error::Result;
use crate::base::id::{CloseCodeId, GateId, StageId, StateId, TriggerId};
use crate::gate::state::GateState;
use crate::model::DeploymentOutcome;
use crate::model::workflow::{
    Effect, Field, Guard, Holding, Mode, Moment, State, StateKind, Transition,
};
use crate::reason::Verdict;

/// Everything that the conditions of a workflow ask of one change or release, as of one instant.
///
/// What is not said is not so: a gate that is not named is not passed, a field that is not named is
/// not filled in. Holds, open tasks and approvals must be said to count.
///
/// ```
/// use lynchpin::gate::workflow::Situation;
///
/// let situation: Situation = serde_json::from_str(
///     r#"{"gates": [{"gate": "authorize", "state": "passed"}], "open_tasks": 2}"#,
/// ).unwrap();
/// assert!(!situation.on_hold && situation.open_tasks == 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Situation {
    /// Where gates stand.
    pub gates: Vec<GateStands>,
    /// The gates that are met only by what is still owed: enough to go live, not to be done.
    pub owed: Vec<GateId>,
    /// What a decision for a stage says.
    pub stages: Vec<StageStands>,
    /// The fields that are filled in.
    pub fields: Vec<Field>,
    /// How many tasks are open.
    pub open_tasks: u32,
    /// How many people have approved or rejected something of the current revision.
    pub approvals: u32,
    /// Whether it is on hold.
    pub on_hold: bool,
    /// How it ended, as far as that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_code: Option<CloseCodeId>,
    /// The moments of the planned time that have come.
    pub planned: Vec<Moment>,
    /// What became of the last deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentOutcome>,
}

/// Where a gate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateStands {
    /// The gate.
    pub gate: GateId,
    /// Its state.
    pub state: GateState,
}

/// What a decision for a stage says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageStands {
    /// The stage.
    pub stage: StageId,
    /// The verdict.
    pub verdict: Verdict,
}

/// One transition that starts from a state, and whether it can be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Next {
    /// The state that it leads to.
    pub to: StateId,
    /// The number that this state is stored as elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// What sets it off.
    pub on: TriggerId,
    /// Whether somebody has to ask for it.
    pub mode: Mode,
    /// Which of those that compete is tried first: the smaller.
    pub order: u32,
    /// Whether all of its conditions hold.
    pub available: bool,
    /// Whether it is the one that its trigger takes now: the first of them that is available.
    pub taken: bool,
    /// What becomes of the gates that were passed.
    pub effect: Effect,
    /// Each condition, met or not.
    pub conditions: Vec<Condition>,
}

/// One condition, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Condition {
    /// Its name, such as `gate:authorize` or `field:plans.back_out`.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// Why, in a few words.
    pub why: String,
}

impl Guard {
    /// The stable name of a condition, such as `gate:authorize`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Guard::Gate(gate) => format!("gate:{gate}"),
            Guard::Refused(gate) => format!("refused:{gate}"),
            Guard::Stage(stage) => format!("stage:{stage}"),
            Guard::Field(field) => format!("field:{}", field.name()),
            Guard::Tasks(_) => "tasks:closed".to_owned(),
            Guard::Approvals(_) => "approvals:none".to_owned(),
            Guard::CloseCode(_) => "close_code:given".to_owned(),
            Guard::Planned(Moment::Begun) => "planned:begun".to_owned(),
            Guard::Planned(Moment::Ended) => "planned:ended".to_owned(),
            Guard::Deployment(outcome) => format!("deployment:{}", outcome_name(*outcome)),
        }
    }
}

fn outcome_name(outcome: DeploymentOutcome) -> &'static str {
    match outcome {
        DeploymentOutcome::Started => "started",
        DeploymentOutcome::Succeeded => "succeeded",
        DeploymentOutcome::Failed => "failed",
        DeploymentOutcome::RolledBack => "rolled_back",
    }
}

/// Every transition that starts from a state, in the order of the workflow, each with every
/// condition and whether it holds: what a screen needs to offer the next steps and to say why one
/// is grey.
///
/// Several may lead to the same state. What is on hold can only be dropped.
///
/// # Errors
///
/// [`WorkflowStateUnknown`](crate::base::ErrorCode::WorkflowStateUnknown) if the workflow has no
/// such state.
///
/// ```
/// use lynchpin::gate::workflow::{Situation, next_states, shipped};
///
/// let normal = shipped("servicenow-normal")?;
/// let next = next_states(&normal, &"Review".parse()?, &Situation::default())?;
/// let close = next.iter().find(|next| next.to.as_str() == "Closed").unwrap();
/// assert!(!close.available);
/// let unmet: Vec<&str> = close
///     .conditions
///     .iter()
///     .filter(|condition| !condition.holds)
///     .map(|condition| condition.name.as_str())
///     .collect();
/// assert_eq!(unmet, ["close_code:given"]);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn next_states(machine: &Machine, state: &StateId, situation: &Situation) -> Result<Vec<Next>> {
    let here = machine.state(state)?;
    let mut found: Vec<Next> = Vec::new();
    let all = machine.workflow().transitions.iter();
    for transition in all.filter(|transition| transition.from.contains(state)) {
        let to = machine.state(&transition.to)?;
        let conditions = conditions(machine, here, transition, situation);
        found.push(Next {
            to: to.name.clone(),
            code: to.code,
            on: transition.on.clone(),
            mode: transition.mode,
            order: transition.order,
            available: conditions.iter().all(|condition| condition.holds),
            taken: false,
            effect: transition.effect,
            conditions,
        });
    }
    let open: Vec<(TriggerId, Mode, u32)> = found
        .iter()
        .filter(|next| next.available)
        .map(|next| (next.on.clone(), next.mode, next.order))
        .collect();
    for next in found.iter_mut().filter(|next| next.available) {
        let automatic = next.mode == Mode::Automatic;
        next.taken = !open.iter().any(|(on, mode, order)| {
            let competes = *on == next.on || automatic && *mode == Mode::Automatic;
            competes && *order < next.order
        });
    }
    Ok(found)
}

/// Each condition of a transition from a state, and whether it holds.
///
/// Where it can be put on hold, that it is not is a condition too, unless the transition drops it.
#[must_use]
pub fn conditions(
    machine: &Machine,
    from: &State,
    transition: &Transition,
    situation: &Situation,
) -> Vec<Condition> {
    let ends = |kind| machine.state(&transition.to).is_ok_and(|to| to.kind == kind);
    let (dropped, done) = (ends(StateKind::Dropped), ends(StateKind::Done));
    let holds = !dropped && (from.hold == Holding::Allowed || situation.on_hold);
    let released = holds.then(|| {
        let why =
            if situation.on_hold { "it is: it can only be dropped" } else { "it is not on hold" };
        Condition { name: "hold:none".to_owned(), holds: !situation.on_hold, why: why.to_owned() }
    });
    let asked = transition.when.iter().map(|guard| {
        let (holds, why) = judge(machine, guard, situation, done);
        Condition { name: guard.name(), holds, why }
    });
    released.into_iter().chain(asked).collect()
}

/// Whether a condition holds, and why. What is still owed is enough for anything but to be done.
fn judge(machine: &Machine, guard: &Guard, situation: &Situation, done: bool) -> (bool, String) {
    match guard {
        Guard::Gate(gate) if done && situation.owed.contains(gate) => {
            (false, "what it asks for is still owed".to_owned())
        }
        Guard::Gate(gate) => gate_is(gate, situation, GateState::is_open),
        Guard::Refused(gate) => gate_is(gate, situation, |state| state == GateState::Refused),
        Guard::Stage(stage) => stage_lets(stage, situation),
        Guard::Field(field) => {
            said(situation.fields.contains(field), "is filled in", "is not filled in")
        }
        Guard::Tasks(_) => match situation.open_tasks {
            0 => (true, "no task is open".to_owned()),
            1 => (false, "1 task is open".to_owned()),
            open => (false, format!("{open} tasks are open")),
        },
        Guard::Approvals(_) => match situation.approvals {
            0 => (true, "nobody has decided yet".to_owned()),
            1 => (false, "1 person has decided".to_owned()),
            many => (false, format!("{many} people have decided")),
        },
        Guard::CloseCode(_) => match &situation.close_code {
            Some(code) if machine.workflow().close_codes.contains(code) => {
                (true, format!("it is `{code}`"))
            }
            Some(code) => (false, format!("`{code}` is no close code of this workflow")),
            None => (false, "no close code is given".to_owned()),
        },
        Guard::Planned(moment) => {
            let (come, not) = match moment {
                Moment::Begun => ("the planned time has begun", "it has not begun"),
                Moment::Ended => ("the planned time is over", "it is not over"),
            };
            said(situation.planned.contains(moment), come, not)
        }
        Guard::Deployment(outcome) => match situation.deployment {
            Some(known) if known == *outcome => (true, format!("it {}", became(known))),
            Some(known) => (false, format!("the last one {}", became(known))),
            None => (false, "nothing was deployed".to_owned()),
        },
    }
}

fn said(holds: bool, yes: &str, no: &str) -> (bool, String) {
    (holds, if holds { yes } else { no }.to_owned())
}

fn became(outcome: DeploymentOutcome) -> &'static str {
    match outcome {
        DeploymentOutcome::Started => "has begun",
        DeploymentOutcome::Succeeded => "succeeded",
        DeploymentOutcome::Failed => "failed",
        DeploymentOutcome::RolledBack => "was rolled back",
    }
}

/// A gate that is named twice must be so both times.
fn gate_is(
    gate: &GateId,
    situation: &Situation,
    wanted: impl Fn(GateState) -> bool,
) -> (bool, String) {
    let mut named = situation.gates.iter().filter(|known| known.gate == *gate).peekable();
    if named.peek().is_none() {
        return (false, "nothing is known of this gate".to_owned());
    }
    let states: Vec<GateState> = named.map(|known| known.state).collect();
    let holds = states.iter().all(|state| wanted(*state));
    let shown = states.iter().find(|state| !wanted(**state)).or(states.first());
    // Only the text of a passed gate does not say it of the gate.
    let says = |state: &GateState| match *state == GateState::Passed {
        true => state.text().to_owned(),
        false => format!("it {}", state.text()),
    };
    (holds, shown.map_or(String::new(), says))
}

fn stage_lets(stage: &StageId, situation: &Situation) -> (bool, String) {
    let named = situation.stages.iter().filter(|known| known.stage == *stage);
    let verdicts: Vec<Verdict> = named.map(|known| known.verdict).collect();
    let worst = Verdict::all(verdicts.iter().copied());
    // That nothing was asked for it is no go.
    let go = !verdicts.is_empty() && verdicts.iter().all(|verdict| verdict.is_go());
    match verdicts.is_empty() {
        true => (false, "nothing was decided for this stage".to_owned()),
        false if go => (true, format!("decided: {worst}")),
        false => {
            let shown = verdicts.iter().find(|verdict| !verdict.is_go()).copied();
            (false, format!("decided: {}", shown.unwrap_or(worst)))
        }
    }
}
