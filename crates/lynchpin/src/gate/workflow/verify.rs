//! Whether a workflow is sound.
//!
//! Every check is a pass over states and edges: a transition is one edge for each state that it
//! starts from. Ways are found breadth first, so that the way shown is a shortest one, and of
//! several the one that the document names first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::base::error::{ErrorCode, Problem};
use crate::base::id::StateId;
use crate::base::limits::{
    PROBLEMS_MAX, WORKFLOW_GUARDS_MAX, WORKFLOW_STATES_MAX, WORKFLOW_TRANSITIONS_MAX,
};
use crate::model::workflow::{
    Effect, Given, Guard, Mode, Pass, State, StateKind, Transition, Workflow,
};

/// Everything that is wrong with a workflow, in the order of the checks and of the document, at
/// most a hundred problems; none, if it is sound.
///
/// What is too long or names what is not there is told alone: the rest cannot be judged then.
#[must_use]
pub fn problems(workflow: &Workflow) -> Vec<Problem> {
    let mut found = sizes(workflow);
    if found.is_empty() {
        found.extend(names(workflow));
    }
    if found.is_empty() {
        let graph = Graph::of(workflow);
        found.extend(guards(workflow));
        found.extend(guards_something(workflow));
        found.extend(finals(&graph));
        found.extend(reached(&graph));
        found.extend(dead_ends(&graph));
        found.extend(competing(&graph));
        found.extend(avoided(&graph));
    }
    found.truncate(PROBLEMS_MAX);
    found
}

/// One transition from one of the states that it starts from.
struct Edge<'a> {
    from: usize,
    to: usize,
    number: usize,
    transition: &'a Transition,
}

/// A workflow by the places of its states.
struct Graph<'a> {
    workflow: &'a Workflow,
    states: &'a [State],
    edges: Vec<Edge<'a>>,
    /// The edges that leave each state, those tried first leading.
    leaving: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn of(workflow: &'a Workflow) -> Graph<'a> {
        let states = &workflow.states;
        let place: BTreeMap<&StateId, usize> =
            states.iter().enumerate().map(|(place, state)| (&state.name, place)).collect();
        let mut edges = Vec::new();
        for (number, transition) in workflow.transitions.iter().enumerate() {
            let Some(to) = place.get(&transition.to).copied() else { continue };
            let from = transition.from.iter().filter_map(|name| place.get(name).copied());
            edges.extend(from.map(|from| Edge { from, to, number, transition }));
        }
        let mut leaving = vec![Vec::new(); states.len()];
        for (number, edge) in edges.iter().enumerate() {
            if let Some(leaving) = leaving.get_mut(edge.from) {
                leaving.push(number);
            }
        }
        for leaving in &mut leaving {
            leaving.sort_by_key(|number| edges.get(*number).map(|edge| edge.transition.order));
        }
        Graph { workflow, states, edges, leaving }
    }

    fn name(&self, place: usize) -> &str {
        self.states.get(place).map_or("", |state| state.name.as_str())
    }

    fn kind(&self, place: usize) -> StateKind {
        self.states.get(place).map_or(StateKind::Open, |state| state.kind)
    }

    fn initial(&self) -> Option<usize> {
        self.states.iter().position(|state| state.kind == StateKind::Initial)
    }

    fn leaving(&self, place: usize) -> impl Iterator<Item = (usize, &Edge<'a>)> {
        let numbers = self.leaving.get(place).into_iter().flatten();
        numbers.filter_map(|number| Some((*number, self.edges.get(*number)?)))
    }

    /// What is reached from some states over some edges: for each state reached the edge that leads
    /// there on a shortest way, `None` for where the way begins.
    fn walk(
        &self,
        begin: &[usize],
        open: impl Fn(&Edge<'a>) -> bool,
    ) -> BTreeMap<usize, Option<usize>> {
        let mut by: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        let mut next: VecDeque<usize> = VecDeque::new();
        for place in begin {
            if by.insert(*place, None).is_none() {
                next.push_back(*place);
            }
        }
        while let Some(place) = next.pop_front() {
            for (number, edge) in self.leaving(place).filter(|(_, edge)| open(edge)) {
                by.entry(edge.to).or_insert_with(|| {
                    next.push_back(edge.to);
                    Some(number)
                });
            }
        }
        by
    }

    /// The way to a state that was reached, such as `New -submit-> Assess`.
    fn way(&self, by: &BTreeMap<usize, Option<usize>>, to: usize) -> String {
        let mut steps = Vec::new();
        let mut at = to;
        // Each step is one edge of the tree that the walk made, so this ends.
        while let Some(edge) = by.get(&at).copied().flatten().and_then(|it| self.edges.get(it)) {
            steps.push(format!(" -{}-> {}", edge.transition.on, self.name(at)));
            at = edge.from;
        }
        steps.push(self.name(at).to_owned());
        steps.reverse();
        steps.concat()
    }
}

fn on_transition(code: ErrorCode, number: usize, message: String) -> Problem {
    Problem::new(code, message).at(format!("$.transitions[{number}]"))
}

fn on_state(code: ErrorCode, place: usize, message: String) -> Problem {
    Problem::new(code, message).at(format!("$.states[{place}]"))
}

fn sizes(workflow: &Workflow) -> Vec<Problem> {
    let starts = workflow.transitions.iter().map(|transition| transition.from.len());
    let edges = starts.fold(0_usize, usize::saturating_add);
    let passes = workflow.mandatory.len().saturating_add(workflow.retrospective.len());
    let lists = [
        ("$.states", "states", workflow.states.len(), WORKFLOW_STATES_MAX),
        ("$.transitions", "transitions", workflow.transitions.len(), WORKFLOW_TRANSITIONS_MAX),
        ("$.transitions", "starts of transitions", edges, WORKFLOW_TRANSITIONS_MAX),
        ("$.mandatory", "mandatory and retrospective gates", passes, WORKFLOW_GUARDS_MAX),
    ];
    let too_long = lists.into_iter().filter(|(_, _, count, most)| count > most);
    let mut found: Vec<Problem> = too_long
        .map(|(path, what, count, most)| {
            let message = format!("{count} {what}, the limit is {most}");
            Problem::new(ErrorCode::ListTooLong, message).at(path)
        })
        .collect();
    for (number, transition) in workflow.transitions.iter().enumerate() {
        let count = transition.when.len();
        if count > WORKFLOW_GUARDS_MAX {
            let message = format!("{count} conditions, the limit is {WORKFLOW_GUARDS_MAX}");
            found.push(on_transition(ErrorCode::ListTooLong, number, message));
        }
    }
    found
}

/// States are told apart by name and stored code, one is where everything begins, and transitions
/// name only states that are there.
fn names(workflow: &Workflow) -> Vec<Problem> {
    let mut found = Vec::new();
    let (mut names, mut codes) = (BTreeMap::new(), BTreeMap::new());
    for (place, state) in workflow.states.iter().enumerate() {
        if names.insert(&state.name, place).is_some() {
            let message = format!("there are two states `{}`", state.name);
            found.push(on_state(ErrorCode::WorkflowStateTwice, place, message));
        }
        if let Some(code) = state.code
            && let Some(other) = codes.insert(code, &state.name)
        {
            let message = format!("`{other}` and `{}` are both stored as {code}", state.name);
            found.push(on_state(ErrorCode::WorkflowStateTwice, place, message));
        }
    }
    let initial: Vec<&str> = workflow
        .states
        .iter()
        .filter(|state| state.kind == StateKind::Initial)
        .map(|state| state.name.as_str())
        .collect();
    if initial.len() != 1 {
        let message = match initial.as_slice() {
            [] => "no state has `kind = \"initial\"`: say where everything begins".to_owned(),
            many => format!("{} are all initial: make one the only beginning", many.join(", ")),
        };
        found.push(Problem::new(ErrorCode::WorkflowInitial, message).at("$.states"));
    }
    for (number, transition) in workflow.transitions.iter().enumerate() {
        for name in transition.from.iter().chain([&transition.to]) {
            if !names.contains_key(name) {
                let message = format!("there is no state `{name}`");
                found.push(on_transition(ErrorCode::WorkflowStateUnknown, number, message));
            }
        }
        if transition.from.is_empty() {
            let message = "a transition starts from at least one state".to_owned();
            found.push(on_transition(ErrorCode::Empty, number, message));
        }
        let distinct: BTreeSet<&StateId> = transition.from.iter().collect();
        if distinct.len() < transition.from.len() {
            let message = "a transition names a state twice that it starts from".to_owned();
            found.push(on_transition(ErrorCode::WorkflowStateTwice, number, message));
        }
    }
    found
}

/// Conditions can hold, and what happens by itself has some.
fn guards(workflow: &Workflow) -> Vec<Problem> {
    let mut found = Vec::new();
    for (number, transition) in workflow.transitions.iter().enumerate() {
        let mut wrong = |message: String| {
            found.push(on_transition(ErrorCode::WorkflowGuardInvalid, number, message));
        };
        if transition.mode == Mode::Automatic && transition.when.is_empty() {
            wrong("an automatic transition without a condition passes by silence".to_owned());
        }
        let asked: BTreeSet<&Guard> = transition.when.iter().collect();
        if asked.len() < transition.when.len() {
            wrong("the same condition stands there twice".to_owned());
        }
        for guard in &asked {
            if let Guard::Gate(gate) = guard
                && asked.contains(&Guard::Refused(gate.clone()))
            {
                wrong(format!("`{gate}` is never passed and refused at the same time"));
            }
        }
        let outcomes = asked.iter().filter(|guard| matches!(guard, Guard::Deployment(_))).count();
        if outcomes > 1 {
            wrong("a deployment has one outcome at a time".to_owned());
        }
        let closes = asked.contains(&Guard::CloseCode(Given::Given));
        if closes && workflow.close_codes.is_empty() {
            wrong("a close code is asked for, and the workflow names none".to_owned());
        }
    }
    found
}

/// Something goes live, and something stands before it.
fn guards_something(workflow: &Workflow) -> Vec<Problem> {
    let mut found = Vec::new();
    if !workflow.states.iter().any(|state| state.kind.is_live()) {
        let message = "nothing ever goes live: give a state the kind `implementation`, `live` or \
                       `done`";
        found.push(Problem::new(ErrorCode::WorkflowGuardsNothing, message).at("$.states"));
    }
    if workflow.mandatory.is_empty() && workflow.retrospective.is_empty() {
        let message = "no gate is mandatory: name what nobody may go around";
        found.push(Problem::new(ErrorCode::WorkflowGuardsNothing, message).at("$.mandatory"));
    }
    found
}

/// What has ended does not go on.
fn finals(graph: &Graph<'_>) -> Vec<Problem> {
    let left = graph.edges.iter().filter(|edge| graph.kind(edge.from).is_final());
    left.map(|edge| {
        let (from, to) = (graph.name(edge.from), graph.name(edge.to));
        let message = format!("`{from}` is final, and `{}` leads on to `{to}`", edge.transition.on);
        on_transition(ErrorCode::WorkflowFinalLeft, edge.number, message)
    })
    .collect()
}

fn reached(graph: &Graph<'_>) -> Vec<Problem> {
    let Some(initial) = graph.initial() else { return Vec::new() };
    let by = graph.walk(&[initial], |_| true);
    let missed = (0..graph.states.len()).filter(|place| !by.contains_key(place));
    missed
        .map(|place| {
            let (name, begin) = (graph.name(place), graph.name(initial));
            let message = format!("nothing leads from `{begin}` to `{name}`");
            on_state(ErrorCode::WorkflowUnreachable, place, message)
        })
        .collect()
}

/// Every state leads to a final one; the way to one that does not is shown.
fn dead_ends(graph: &Graph<'_>) -> Vec<Problem> {
    let mut ends: Vec<bool> =
        (0..graph.states.len()).map(|place| graph.kind(place).is_final()).collect();
    // As often as a state can still be added: the sizes are small.
    let mut grows = true;
    while grows {
        grows = false;
        for edge in &graph.edges {
            let ending = ends.get(edge.to).copied().unwrap_or(false);
            if let Some(known) = ends.get_mut(edge.from).filter(|known| ending && !**known) {
                *known = true;
                grows = true;
            }
        }
    }
    let begin: Vec<usize> = graph.initial().into_iter().collect();
    let by = graph.walk(&begin, |_| true);
    let stuck = ends.iter().enumerate().filter(|(_, ends)| !**ends);
    stuck
        .map(|(place, _)| {
            let way = if by.contains_key(&place) { graph.way(&by, place) } else { String::new() };
            let after = if way.is_empty() { way } else { format!(": {way}") };
            let name = graph.name(place);
            let message = format!("no final state can be reached from `{name}`{after}");
            on_state(ErrorCode::WorkflowDeadEnd, place, message)
        })
        .collect()
}

/// Of transitions that could both be taken it is said which goes first, and the first one leaves
/// something to the second.
fn competing(graph: &Graph<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    for place in 0..graph.states.len() {
        let leaving: Vec<&Edge<'_>> = graph.leaving(place).map(|(_, edge)| edge).collect();
        for (at, first) in leaving.iter().enumerate() {
            let later = leaving.get(at.saturating_add(1)..).unwrap_or_default();
            let both = |second: &&&Edge<'_>| {
                let automatic = |edge: &Edge<'_>| edge.transition.mode == Mode::Automatic;
                first.transition.on == second.transition.on || automatic(first) && automatic(second)
            };
            found.extend(later.iter().filter(both).filter_map(|second| pair(graph, first, second)));
            if found.len() > PROBLEMS_MAX {
                return found;
            }
        }
    }
    found
}

fn pair(graph: &Graph<'_>, first: &Edge<'_>, second: &Edge<'_>) -> Option<Problem> {
    let (one, other) = (first.transition, second.transition);
    let step = |edge: &Edge<'_>| {
        format!("{} -{}-> {}", graph.name(edge.from), edge.transition.on, graph.name(edge.to))
    };
    let (first_step, second_step) = (step(first), step(second));
    if one.order == other.order {
        let message =
            format!("`{first_step}` and `{second_step}` compete: give each another `order`");
        return Some(on_transition(ErrorCode::WorkflowNotOrdered, second.number, message));
    }
    // All conditions of the first are among those of the second: whenever the second could be
    // taken, so can the first.
    let shadows = one.when.iter().all(|guard| other.when.contains(guard));
    // What somebody has to ask for leaves an automatic one its chance.
    let leaves = one.mode == Mode::Manual && other.mode == Mode::Automatic;
    (shadows && !leaves).then(|| {
        let message = format!(
            "`{second_step}` is never taken: `{first_step}` is tried before and asks nothing more"
        );
        on_transition(ErrorCode::WorkflowShadowed, second.number, message)
    })
}

/// No way to what is live avoids a mandatory gate, and none to what is done a retrospective one.
///
/// The way begins where everything does, and again wherever a transition makes everything that was
/// passed void.
fn avoided(graph: &Graph<'_>) -> Vec<Problem> {
    let mut begin: Vec<usize> = graph.initial().into_iter().collect();
    let reached = graph.walk(&begin, |_| true);
    let again = graph.edges.iter().filter(|edge| edge.transition.effect == Effect::Restart);
    begin.extend(again.filter(|edge| reached.contains_key(&edge.from)).map(|edge| edge.to));
    let lists = [
        ("mandatory", &graph.workflow.mandatory),
        ("retrospective", &graph.workflow.retrospective),
    ];
    let mut found = Vec::new();
    for (list, passes) in lists {
        for (number, pass) in passes.iter().enumerate() {
            let passes = |edge: &Edge<'_>| {
                edge.transition.effect == Effect::Keep
                    && edge.transition.when.iter().any(|it| it.pass().as_ref() == Some(pass))
            };
            let by = graph.walk(&begin, |edge| !passes(edge));
            let meant = |place: &usize| match list {
                "mandatory" => graph.kind(*place).is_live(),
                _ => graph.kind(*place) == StateKind::Done,
            };
            // The nearest state that is let through says enough: what lies behind it follows.
            let ways = by.keys().filter(|place| meant(place)).map(|place| graph.way(&by, *place));
            let Some(way) = ways.min_by_key(|way| way.matches("->").count()) else { continue };
            let what = match pass {
                Pass::Gate(gate) => format!("the gate `{gate}`, which is"),
                Pass::Stage(stage) => format!("the gates of the stage `{stage}`, which are"),
            };
            let message = format!("{way} avoids {what} {list}");
            let path = format!("$.{list}[{number}]");
            found.push(Problem::new(ErrorCode::WorkflowGateAvoided, message).at(path));
        }
    }
    found
}
