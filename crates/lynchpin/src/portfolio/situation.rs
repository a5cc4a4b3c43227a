//! How things stand for what a workflow asks: its conditions, answered from the facts.

use std::collections::BTreeSet;

use super::decide::decide;
use super::decision::Decision;
use super::in_force::InForce;
use super::item::Members;
use super::question::DecideQuestion;
use crate::base::error::{ErrorCode, Result};
use crate::base::id::{CloseCodeId, EnvironmentId, GateId, PersonId, StageId};
use crate::base::{Instant, Subject, When};
use crate::gate::state::{GateState, states};
use crate::gate::workflow::{GateStands, Machine, Situation, StageStands};
use crate::history::work::newest;
use crate::history::{Current, Records};
use crate::model::workflow::{Field, Guard, Moment};
use crate::model::{Change, Deployment, DeploymentOutcome, TaskState, Vote};
use crate::reason::tree::{Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// Why a gate or a stage that a workflow asks for does not let something through, or not to the
/// end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// The condition by its name, such as `gate:authorize` or `stage:production`.
    pub condition: String,
    /// The stage that was decided for.
    pub stage: StageId,
    /// The verdict.
    pub verdict: Verdict,
    /// When it becomes a go.
    pub clears_at: Clears,
    /// The first instant at which that may change without a new fact.
    pub holds_until: When,
    /// What holds it back, and who can change that; of a waived go, what is still owed.
    pub root_blockers: Vec<Node>,
}

/// A situation, with what stands behind it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) situation: Situation,
    /// The gates and stages that do not let it through.
    pub(super) standing: Vec<Standing>,
    /// The first instant at which something of it may change without a new fact.
    pub(super) holds_until: When,
    /// Whether another policy than the one in force was asked.
    pub(super) what_if: bool,
}

/// Of what the situation is asked.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) machine: &'a Machine,
    pub(super) subject: &'a Subject,
    /// Since when it is in its state: deployments before that led to it.
    pub(super) since: Option<Instant>,
    pub(super) close_code: Option<&'a CloseCodeId>,
    pub(super) at: Instant,
}

/// What a workflow asks of a subject, answered as of an instant.
pub(super) fn situation(records: &Records, in_force: &InForce<'_>, of: Of<'_>) -> Result<Seen> {
    let members = Members::of(records, of.subject)?;
    let mut seen = Seen {
        situation: Situation {
            fields: fields(records, of.subject),
            open_tasks: open_tasks(records, &members.all),
            approvals: deciders(records, of.subject),
            on_hold: !records.holds(of.subject).is_empty(),
            close_code: of.close_code.cloned(),
            deployment: deployment(records, of),
            ..Situation::default()
        },
        standing: Vec::new(),
        holds_until: When::Never,
        what_if: in_force.what_if,
    };
    if let Some(planned) = records.current(of.subject).and_then(Current::planned) {
        let moments = [(Moment::Begun, planned.from), (Moment::Ended, planned.to)];
        for (moment, from) in moments {
            match from <= of.at {
                true => seen.situation.planned.push(moment),
                false => seen.holds_until = seen.holds_until.min(When::At(from)),
            }
        }
    }
    decided(records, in_force, of, &mut seen)?;
    Ok(seen)
}

/// Every gate and stage that the workflow names.
fn named(machine: &Machine) -> (BTreeSet<&GateId>, BTreeSet<&StageId>) {
    let (mut gates, mut stages) = (BTreeSet::new(), BTreeSet::new());
    let transitions = machine.workflow().transitions.iter();
    for guard in transitions.flat_map(|transition| &transition.when) {
        match guard {
            Guard::Gate(gate) | Guard::Refused(gate) => {
                gates.insert(gate);
            }
            Guard::Stage(stage) => {
                stages.insert(stage);
            }
            Guard::Field(_)
            | Guard::Tasks(_)
            | Guard::Approvals(_)
            | Guard::CloseCode(_)
            | Guard::Planned(_)
            | Guard::Deployment(_) => {}
        }
    }
    (gates, stages)
}

/// Decides for every stage that is named or that a named gate stands before.
fn decided(records: &Records, in_force: &InForce<'_>, of: Of<'_>, seen: &mut Seen) -> Result<()> {
    let (gates, stages) = named(of.machine);
    let mut all = stages.clone();
    for gate in &gates {
        let known = in_force.policy.and_then(|policy| policy.gates.get(*gate));
        all.extend(known.into_iter().flat_map(|gate| &gate.stages));
    }
    for stage in all {
        let question = DecideQuestion::new(of.subject.clone(), of.at).with_stage(stage.clone());
        let decision = match decide(records, in_force, &question) {
            Ok(decision) => decision,
            // Nobody knows the stage, so nothing was decided for it.
            Err(error) if error.code() == ErrorCode::StageUnknown => continue,
            Err(error) => return Err(error),
        };
        seen.holds_until = seen.holds_until.min(decision.holds_until());
        if stages.contains(stage) {
            let verdict = decision.verdict();
            seen.situation.stages.push(StageStands { stage: stage.clone(), verdict });
            let name = Guard::Stage(stage.clone()).name();
            told(seen, name, stage, (decision.reasons(), &[]));
        }
        gates_of(&decision, &gates, seen);
    }
    Ok(())
}

/// How the named gates stand in a decision. Of a release a gate is asked for each change that it
/// means; those that it does not mean say nothing of it, unless it means none.
fn gates_of(decision: &Decision, gates: &BTreeSet<&GateId>, seen: &mut Seen) {
    let reasons = decision.reasons();
    let mut found: Vec<(GateId, usize, GateState)> = Vec::new();
    for (index, state) in states(reasons) {
        let gate = reasons.nodes().get(index).and_then(|node| node.gate.clone());
        found.extend(gate.filter(|gate| gates.contains(gate)).map(|gate| (gate, index, state)));
    }
    let stops = |node: &&Node| matches!(node.code, ReasonCode::OnHold | ReasonCode::Cancelled);
    let stops: Vec<Node> = reasons.nodes().iter().filter(stops).cloned().collect();
    let asked: BTreeSet<GateId> = found
        .iter()
        .filter(|(_, _, state)| *state != GateState::Idle)
        .map(|(gate, ..)| gate.clone())
        .collect();
    for (gate, index, state) in found {
        if state == GateState::Idle && asked.contains(&gate) {
            continue;
        }
        let part = reasons.part(index);
        let owed = state == GateState::Waived && part.nodes().iter().any(is_owed);
        if owed && !seen.situation.owed.contains(&gate) {
            seen.situation.owed.push(gate.clone());
        }
        let stands = GateStands { gate: gate.clone(), state };
        if !seen.situation.gates.contains(&stands) {
            seen.situation.gates.push(stands);
        }
        told(seen, Guard::Gate(gate).name(), &decision.stage, (&part, &stops));
    }
}

/// Whether something is met only because it may be met afterwards.
fn is_owed(node: &Node) -> bool {
    matches!(node.code, ReasonCode::ObligationOpens | ReasonCode::ObligationOpen)
}

/// Keeps why a gate or a stage lets nothing through, or not to the end. What stops the subject as a
/// whole, a hold or a cancellation, stops a gate that would let it through.
fn told(seen: &mut Seen, condition: String, stage: &StageId, (part, stops): (&Reasons, &[Node])) {
    let Some(root) = part.root() else { return };
    let (mut verdict, mut clears_at) = (root.verdict, root.clears);
    let mut root_blockers: Vec<Node> = match verdict.is_go() {
        true => part.nodes().iter().filter(|node| is_owed(node)).cloned().collect(),
        false => part.root_blockers().cloned().collect(),
    };
    for stop in stops.iter().filter(|stop| stop.subject == root.subject) {
        root_blockers.push(stop.clone());
        verdict = verdict.max(stop.verdict);
        clears_at = stop.clears;
    }
    if verdict != Verdict::Go {
        let (stage, holds_until) = (stage.clone(), root.holds_until);
        let standing =
            Standing { condition, stage, verdict, clears_at, holds_until, root_blockers };
        seen.standing.push(standing);
    }
}

/// The fields that are filled in; a release has few of them.
fn fields(records: &Records, subject: &Subject) -> Vec<Field> {
    match subject {
        Subject::Change(id) => {
            let change = records.change(id).and_then(|row| row.current(records));
            let all = Field::ALL.iter().copied();
            all.filter(|field| change.is_some_and(|change| field.is_given(change))).collect()
        }
        Subject::Release(id) => {
            let release = records.release(id).and_then(|row| row.current(records));
            let said = |release: &crate::model::Release| {
                let title = release.title.as_ref().is_some_and(|title| !title.trim().is_empty());
                [
                    title.then_some(Field::Title),
                    release.requester.is_some().then_some(Field::Requester),
                    release.planned.is_some().then_some(Field::Planned),
                ]
            };
            release.map(said).into_iter().flatten().flatten().collect()
        }
    }
}

/// How many tasks of these changes are open, by the newest word of each; of words that tie the less
/// favourable counts.
fn open_tasks(records: &Records, changes: &[&Change]) -> u32 {
    let told = &records.portfolio().tasks;
    let tasks = changes.iter().flat_map(|change| records.work.tasks(&change.id));
    let is_open = |numbers: &[usize]| {
        let now = newest(told, numbers, |_| true);
        now.iter().any(|(_, task)| task.state == TaskState::Open)
    };
    u32::try_from(tasks.filter(|(_, numbers)| is_open(numbers)).count()).unwrap_or(u32::MAX)
}

/// How many people have said yes, no or not like this of the current revision: themselves or in
/// minutes.
fn deciders(records: &Records, subject: &Subject) -> u32 {
    let revision = records.current(subject).map(Current::revision);
    let decides = |vote| matches!(vote, Vote::Approved | Vote::RequestChanges | Vote::Rejected);
    let mut people: BTreeSet<&PersonId> = BTreeSet::new();
    for number in records.approvals(subject) {
        let found = records.portfolio().approvals.get(*number);
        let found = found.filter(|it| Some(it.revision) == revision && decides(it.decision));
        people.extend(found.map(|approval| records.people.principal(&approval.by)));
    }
    for (number, place) in records.boards.minutes(subject) {
        let minutes = records.portfolio().minutes.get(*number);
        let found = minutes.and_then(|minutes| minutes.decisions.get(*place));
        let found = found.filter(|it| Some(it.revision) == revision && decides(it.decision));
        let voters = found.into_iter().flat_map(|resolution| &resolution.voters);
        people.extend(voters.map(|voter| records.people.principal(voter)));
    }
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

/// What became of the last deployment since it is in its state: in the stages that the workflow
/// names, or anywhere, if it names none. Of several at once the least favourable counts.
fn deployment(records: &Records, of: Of<'_>) -> Option<DeploymentOutcome> {
    let (_, stages) = named(of.machine);
    let there: BTreeSet<EnvironmentId> =
        stages.iter().flat_map(|stage| records.environments(stage)).collect();
    let concerns = |deployment: &&Deployment| {
        let subject = match of.subject {
            Subject::Change(id) => deployment.changes.contains(id),
            Subject::Release(id) => deployment.release.as_ref() == Some(id),
        };
        let known = deployment.recorded.unwrap_or(deployment.at) <= of.at;
        let here = there.is_empty() || there.contains(&deployment.environment);
        let since = of.since.is_none_or(|since| since <= deployment.at);
        subject && known && here && since
    };
    let all = records.portfolio().deployments.iter().filter(concerns);
    let last = all.max_by_key(|it| (it.at, it.outcome));
    last.map(|deployment| deployment.outcome)
}
