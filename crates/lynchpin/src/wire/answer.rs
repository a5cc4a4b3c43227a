//! Answers as documents.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::ask::Detail;
use super::entry::Policies;
use super::workflow::{NextAnswer, WorkflowAnswer};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::StageId;
use crate::base::{Digest, Instant, Subject, When};
use crate::gate::Obligation;
use crate::gate::compare::Difference;
use crate::gate::lint::Finding;
use crate::gate::state::{GateState, state_of};
use crate::model::{Claim, RecordedDecision};
use crate::plan::{Plan, Reach};
use crate::portfolio::{self, Breach, Calendars, FactName, RiskHistory, Score, Snapshot, Verdicts};
use crate::reason::Verdict;
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::study::{
    Actions, Agenda, Changed, Collisions, Composition, DryRun, Ending, Population, Queue, Waiting,
    WaiverDebt,
};

/// Everything that can be answered, as a document. The enum is closed, as the questions are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To "may it go?".
    Decision(Decision),
    /// To "may each of them go?".
    Verdicts(Verdicts),
    /// To "in which order does it ship?".
    Plan(Plan),
    /// To "how risky is it?".
    Score(Score),
    /// To "what does it need?" and "what needs it?".
    Reach(Reach),
    /// To "may work go on there, and when does that change?".
    Calendar(Calendars),
    /// To "what does this workflow say, and is it sound?".
    Workflow(WorkflowAnswer),
    /// To "where in its workflow is it, and where may it go now?".
    NextStates(NextAnswer),
    /// To "what changed, and through which fact?".
    Changed(Changed),
    /// To "what is wrong with this policy?".
    Lint(Lint),
    /// To "what differs between these policies?".
    Comparison(Comparison),
    /// To "which decisions would this policy flip?".
    DryRun(DryRun),
    /// To "may it enter now?", if it may: the entry, to be appended.
    Claim(Claim),
    /// To "may it go?", as a fact to be appended.
    Record(RecordedDecision),
    /// To "what was deployed without a claim?".
    Breaches(Vec<Breach>),
    /// To "what is owed, by whom and until when?".
    Obligations(Vec<Obligation>),
    /// To "which policies came into force?".
    Policies(Policies),
    /// To "what waits for whom?".
    Waiting(Waiting),
    /// To "what is on the agenda?".
    Agenda(Agenda),
    /// To "what ends soon, and what turns by it?".
    Ending(Ending),
    /// To "what rests on waivers?".
    WaiverDebt(WaiverDebt),
    /// To "what was deployed in a period, and what was behind it?".
    Population(Population),
    /// To "what of a queue may go in parallel, and what must wait?".
    Queue(Queue),
    /// To "which of these make the best release?".
    Composition(Composition),
    /// To "what is the least that must be done for it to go?".
    Actions(Actions),
    /// To "which releases get in each other's way?".
    Collisions(Collisions),
    /// To "what may a risk model be fitted to?".
    RiskHistory(RiskHistory),
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lint {
    /// The policy.
    pub policy: Digest,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
}

impl Lint {
    /// What was found wrong with a policy.
    #[must_use]
    pub fn new(policy: Digest, findings: Vec<Finding>) -> Self {
        Lint { policy, findings }
    }
}

/// What differs between two policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The one before.
    pub before: Digest,
    /// The one after.
    pub after: Digest,
    /// What differs: settings, requirements, gates, by name.
    pub differences: Vec<Difference>,
}

/// A decision as a document: how much of the reasons is in it depends on the detail asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// What was decided on.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// As of which instant.
    pub at: Instant,
    /// The policy that was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// The risk model, if the policy asks for a risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_model: Option<String>,
    /// The version of the time zone data, if a freeze or a window goes by the clock of a zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_data: Option<&'static str>,
    /// `yes` if another policy than the one in force was applied, or something else was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<&'static str>,
    /// When it becomes a go.
    pub clears_at: Clears,
    /// Until when the answer stands without a new fact.
    pub holds_until: When,
    /// What holds it back, without what was only passed on along dependencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_blockers: Option<Vec<Reason>>,
    /// Why, as a tree: all of it, or without what is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Tree>,
}

/// One reason as a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    node: Node,
    cites: Vec<String>,
}

impl Reason {
    /// A reason, with the names of the facts that it rests on.
    pub(super) fn new(snapshot: &Snapshot, node: &Node) -> Self {
        Reason { node: node.clone(), cites: cites(snapshot, node) }
    }
}

/// A tree of reasons as nested documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    reasons: Reasons,
    cites: Vec<Vec<String>>,
    /// Whether it tells only what is not simply met. A waived go is told, with what it overrides.
    unmet_only: bool,
}

impl Comparison {
    /// What was found to differ between the one before and the one after.
    #[must_use]
    pub fn new((before, after): (Digest, Digest), differences: Vec<Difference>) -> Self {
        Comparison { before, after, differences }
    }
}

impl Decision {
    /// A decision with as much of its reasons as asked for. The snapshot is the one that decided.
    #[must_use]
    pub fn new(snapshot: &Snapshot, decision: &portfolio::Decision, detail: Detail) -> Self {
        let blockers =
            || decision.root_blockers().map(|node| Reason::new(snapshot, node)).collect();
        let unmet_only = detail == Detail::Unmet;
        let cited = |node: &Node| {
            if unmet_only && is_met(node.verdict) { Vec::new() } else { cites(snapshot, node) }
        };
        let tree = || Tree {
            reasons: decision.reasons().clone(),
            cites: decision.reasons().nodes().iter().map(cited).collect(),
            unmet_only,
        };
        Decision {
            verdict: decision.verdict(),
            subject: decision.subject.clone(),
            stage: decision.stage.clone(),
            at: decision.at,
            policy: decision.policy,
            risk_model: decision.risk_model.clone(),
            zone_data: decision.zone_data,
            what_if: decision.what_if.then_some("yes"),
            clears_at: decision.clears(),
            holds_until: decision.holds_until(),
            root_blockers: (detail >= Detail::Unmet).then(blockers),
            reasons: (detail == Detail::Full || unmet_only && !is_met(decision.verdict()))
                .then(tree),
        }
    }
}

impl Answer {
    /// The answer as one line of JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::Other`] if a value cannot be written; none of an answer's can.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::new(ErrorCode::Other, error.to_string()))
    }
}

/// The facts that a reason rests on, as `kind/digest`: the name of their array and the digest of
/// their content, so that the order in which facts were taken in does not show.
#[must_use]
pub fn cites(snapshot: &Snapshot, node: &Node) -> Vec<String> {
    let cite = |(kind, number): &(&'static str, usize)| {
        FactName::of(snapshot.portfolio(), kind, *number).map(|name| name.to_string())
    };
    let mut cites: Vec<String> = node.cites.iter().filter_map(cite).collect();
    cites.sort_unstable();
    cites.dedup();
    cites
}

/// The arguments of a reason as an object.
struct Args<'a>(&'a [(&'static str, Arg)]);

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, arg)| (name, arg)))
    }
}

/// Writes the fields of a reason, those that say nothing left out; of a gate, where it stands.
fn write_fields<M: SerializeMap>(
    map: &mut M,
    node: &Node,
    state: Option<GateState>,
    cites: &[String],
) -> Result<(), M::Error> {
    map.serialize_entry("verdict", &node.verdict)?;
    map.serialize_entry("code", &node.code)?;
    map.serialize_entry("subject", &node.subject)?;
    if let Some(gate) = &node.gate {
        map.serialize_entry("gate", gate)?;
    }
    if let Some(state) = state {
        map.serialize_entry("state", &state)?;
    }
    if let Some(requirement) = &node.requirement {
        map.serialize_entry("requirement", requirement)?;
    }
    if !node.args.is_empty() {
        map.serialize_entry("args", &Args(&node.args))?;
    }
    if !node.act.is_empty() {
        map.serialize_entry("act", &node.act)?;
    }
    map.serialize_entry("clears_at", &node.clears)?;
    map.serialize_entry("holds_until", &node.holds_until)?;
    if !cites.is_empty() {
        map.serialize_entry("cites", cites)?;
    }
    Ok(())
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        write_fields(&mut map, &self.node, None, &self.cites)?;
        map.end()
    }
}

/// Whether nothing is left to tell of it; of a waived go there is what it overrides.
fn is_met(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NotApplicable | Verdict::Go)
}

impl Tree {
    /// The children of a node that are told.
    fn told(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let nodes = self.reasons.nodes();
        let children = self.reasons.children(index);
        children.filter(move |child| {
            !self.unmet_only || nodes.get(*child).is_some_and(|node| !is_met(node.verdict))
        })
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Branch { tree: self, index: 0 }.serialize(serializer)
    }
}

/// One node with its children. The nesting is that of the policy, which is bounded.
struct Branch<'a> {
    tree: &'a Tree,
    index: usize,
}

impl Serialize for Branch<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let cites = self.tree.cites.get(self.index).map(Vec::as_slice).unwrap_or_default();
        if let Some(node) = self.tree.reasons.nodes().get(self.index) {
            let state = state_of(&self.tree.reasons, self.index);
            write_fields(&mut map, node, state, cites)?;
            if self.tree.told(self.index).next().is_some() {
                map.serialize_entry("reasons", &Children(self))?;
            }
        }
        map.end()
    }
}

struct Children<'a>(&'a Branch<'a>);

impl Serialize for Children<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for index in self.0.tree.told(self.0.index) {
            list.serialize_element(&Branch { tree: self.0.tree, index })?;
        }
        list.end()
    }
}
