//! Where something went, whether it was allowed to or not.

use serde::Serialize;

use super::{Machine, Situation, conditions};
use crate::base::id::{StateId, TriggerId};
use crate::model::workflow::{Effect, Pass, StateKind, Transition};

/// That something moved to another state. It happened, so it is never refused.
#[derive(Clone, Copy, Debug)]
pub struct Moved<'a> {
    /// The state that it moved to.
    pub to: &'a StateId,
    /// What set it off, if that was recorded.
    pub on: Option<&'a TriggerId>,
    /// How things stood then; `None` if nobody knows, so that no condition can be checked.
    pub situation: Option<&'a Situation>,
}

/// Where it is now, and what on the way broke the workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// The state that it is in.
    pub state: StateId,
    /// What broke the workflow, in order.
    pub breaches: Vec<Breach>,
}

/// One move that broke the workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Breach {
    /// Which move, from 0.
    pub number: usize,
    /// How it broke it.
    pub kind: BreachKind,
    /// Where it was.
    pub from: StateId,
    /// Where it went.
    pub to: StateId,
    /// Why that is a breach, in a few words.
    pub why: String,
}

/// How a move broke a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BreachKind {
    /// The workflow has no such state; the move is kept, and the place is as it was.
    StateUnknown,
    /// No transition leads there, or none on that trigger.
    NoTransition,
    /// A condition of the transition did not hold.
    ConditionUnmet,
    /// It is live, or done, and a gate was not passed that must have been.
    GateAvoided,
}

/// Follows moves from the initial state on. Every move counts, whatever the workflow says of it;
/// what it does not allow is a breach.
///
/// A gate counts as passed by a transition that asks for it, even where nobody knows how things
/// stood then; that it was not is for [`BreachKind::ConditionUnmet`] to say. Where a transition
/// starts everything anew, nothing is passed any more.
///
/// ```
/// use lynchpin::base::id::StateId;
/// use lynchpin::gate::workflow::{BreachKind, Moved, replay, shipped};
///
/// let normal = shipped("servicenow-normal")?;
/// let implement: StateId = "Implement".parse()?;
/// let moved = Moved { to: &implement, on: None, situation: None };
/// let replayed = replay(&normal, &[moved]);
/// assert_eq!(replayed.state, implement);
/// assert_eq!(replayed.breaches[0].kind, BreachKind::NoTransition);
/// assert_eq!(replayed.breaches[1].kind, BreachKind::GateAvoided);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn replay(machine: &Machine, moves: &[Moved<'_>]) -> Replayed {
    let mut state = machine.initial().name.clone();
    let mut passed: Vec<Pass> = Vec::new();
    let mut told: Vec<Pass> = Vec::new();
    let mut breaches = Vec::new();
    for (number, moved) in moves.iter().enumerate() {
        let mut breach = |kind, why: String| {
            let (from, to) = (state.clone(), moved.to.clone());
            breaches.push(Breach { number, kind, from, to, why });
        };
        let Ok(to) = machine.state(moved.to) else {
            breach(BreachKind::StateUnknown, "the workflow has no such state".to_owned());
            continue;
        };
        let leading = machine.from(&state).into_iter().filter(|it| it.to == *moved.to);
        let leading: Vec<&Transition> =
            leading.filter(|it| moved.on.is_none_or(|on| *on == it.on)).collect();
        let (taken, unmet) = choose(machine, &state, &leading, moved.situation);
        match taken {
            None => breach(BreachKind::NoTransition, "no transition leads there".to_owned()),
            Some(_) if !unmet.is_empty() => breach(BreachKind::ConditionUnmet, unmet.join(", ")),
            Some(_) => {}
        }
        passed.extend(taken.into_iter().flat_map(|it| it.when.iter().filter_map(|g| g.pass())));
        if taken.is_some_and(|it| it.effect == Effect::Restart) {
            passed.clear();
            told.clear();
        }
        for pass in owed(machine, to.kind) {
            // Once is enough: every later state would say it again.
            if !passed.contains(pass) && !told.contains(pass) {
                let why = match pass {
                    Pass::Gate(gate) => format!("`{gate}` was not passed"),
                    Pass::Stage(stage) => format!("nothing was decided for `{stage}`"),
                };
                breach(BreachKind::GateAvoided, why);
                told.push(pass.clone());
            }
        }
        state = moved.to.clone();
    }
    Replayed { state, breaches }
}

/// What must have been passed in a state of that kind.
fn owed(machine: &Machine, kind: StateKind) -> impl Iterator<Item = &Pass> {
    let workflow = machine.workflow();
    let live = workflow.mandatory.iter().filter(move |_| kind.is_live());
    live.chain(workflow.retrospective.iter().filter(move |_| kind == StateKind::Done))
}

/// The transition that a move took: the first whose conditions held, else the first; and the
/// conditions of it that did not hold.
fn choose<'a>(
    machine: &Machine,
    from: &StateId,
    leading: &[&'a Transition],
    situation: Option<&Situation>,
) -> (Option<&'a Transition>, Vec<String>) {
    let (Ok(from), Some(situation)) = (machine.state(from), situation) else {
        return (leading.first().copied(), Vec::new());
    };
    let unmet = |transition: &Transition| -> Vec<String> {
        let all = conditions(machine, from, transition, situation).into_iter();
        let unmet = all.filter(|condition| !condition.holds);
        unmet.map(|condition| format!("{}: {}", condition.name, condition.why)).collect()
    };
    let met = leading.iter().find(|transition| unmet(transition).is_empty());
    let taken = met.or(leading.first()).copied();
    (taken, taken.map(unmet).unwrap_or_default())
}
