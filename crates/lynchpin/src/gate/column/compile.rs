//! A gate of a policy, its names put on numbers once.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{GateId, RequirementId};
use crate::base::limits::{DEPTH_MAX, GATE_AT_LEAST_MAX, GATE_PARTS_MAX};
use crate::base::{Actor, Probability};
use crate::gate::judge::narrowed;
use crate::gate::policy::{Judges, Policy, Quorum, Requirement, RiskLeaf, Tree};
use crate::reason::tree::Join;

/// A gate of a policy, compiled to be asked of many subjects.
///
/// ```
/// use lynchpin::gate::Policy;
/// use lynchpin::gate::column::{CompiledGate, Part};
///
/// let policy: Policy = r#"
///     name = "acme"
///     requirement.unit = { evidence = { check = "unit" } }
///     requirement.low-risk = { risk = { below = "0.2" } }
///     [gate.fast]
///     stage = "production"
///     judges = "change"
///     require = { any = ["unit", "low-risk"] }
/// "#
/// .parse()?;
/// let gate = CompiledGate::new(&policy, &"fast".parse()?)?;
/// assert_eq!(gate.leaf(&"low-risk".parse()?), Some(1));
/// let parts: Vec<Part<'_>> = gate.parts().collect();
/// assert!(matches!(parts[..], [Part::Gate(_), Part::Any, Part::Requirement(..), _]));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CompiledGate {
    id: GateId,
    owner: Option<Actor>,
    leaves: Vec<Leaf>,
    steps: Vec<Step>,
    shapes: Vec<Shape>,
}

/// A requirement that the gate names, or what it asks of lots, which is none.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) asked: Option<(RequirementId, Requirement)>,
    pub(super) ask: Ask,
}

/// What a requirement asks, as far as a column holds what answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Evidence,
    Approval(Quorum),
    /// The threshold, and the least risk in parts per billion that is not below it.
    Risk(Probability, u32),
    Soak,
    Plan,
    Reversible,
    /// Its column holds the answers themselves.
    Answered,
}

/// One step of the walk through the gate, which both the fast and the explaining pass take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Open(Join),
    Leaf(usize),
    Close(Join),
}

/// What a part of the gate is, and the index after its last descendant.
#[derive(Clone, Copy, Debug)]
struct Shape {
    kind: Kind,
    next: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Gate,
    All,
    Any,
    AtLeast(usize),
    Leaf(usize),
}

/// A part of a gate, by what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// The gate itself.
    Gate(&'a GateId),
    /// Every one of those below.
    All,
    /// Any one of those below.
    Any,
    /// So many of those below.
    AtLeast(usize),
    /// A requirement.
    Requirement(&'a RequirementId, &'a Requirement),
    /// What the gate asks of those members of a release that it asks less of than of the whole. It
    /// is the last part of a gate in which alternatives are enough and which asks not all of
    /// every kind, and is [written](super::Columns::set_answer) as one answer.
    Lots,
}

impl CompiledGate {
    /// Compiles a gate.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`](ErrorCode::UnknownWord) if the policy has no such gate,
    /// [`RequirementUnknown`](ErrorCode::RequirementUnknown) if it names a requirement that the
    /// policy does not define, [`LimitExceeded`](ErrorCode::LimitExceeded) if it has more parts
    /// than [`GATE_PARTS_MAX`], asks for more than [`GATE_AT_LEAST_MAX`] of a list, or is nested
    /// too deep.
    pub fn new(policy: &Policy, gate: &GateId) -> Result<CompiledGate> {
        let known = policy.gates.get(gate).ok_or_else(|| {
            Error::new(ErrorCode::UnknownWord, format!("the policy has no gate `{gate}`"))
        })?;
        let mut compiled = CompiledGate {
            id: gate.clone(),
            owner: policy.owner.clone(),
            leaves: Vec::new(),
            steps: vec![Step::Open(Join::All)],
            shapes: vec![Shape { kind: Kind::Gate, next: 0 }],
        };
        compiled.walk(policy, &known.require)?;
        if known.judges == Judges::Release && !narrowed(policy, known).is_empty() {
            compiled.lots();
        }
        compiled.steps.push(Step::Close(Join::All));
        let end = compiled.shapes.len();
        if let Some(root) = compiled.shapes.first_mut() {
            root.next = end;
        }
        Ok(compiled)
    }

    fn walk(&mut self, policy: &Policy, require: &Tree) -> Result<()> {
        enum Visit<'t> {
            Enter(&'t Tree, usize),
            Leave(usize, Join),
        }
        let id = self.id.clone();
        let too_large =
            |what: &str| Err(Error::new(ErrorCode::LimitExceeded, format!("gate `{id}` {what}")));
        let mut visits = vec![Visit::Enter(require, 1)];
        while let Some(visit) = visits.pop() {
            let (tree, depth) = match visit {
                Visit::Enter(tree, depth) => (tree, depth),
                Visit::Leave(part, join) => {
                    self.steps.push(Step::Close(join));
                    let end = self.shapes.len();
                    if let Some(shape) = self.shapes.get_mut(part) {
                        shape.next = end;
                    }
                    continue;
                }
            };
            if self.shapes.len() >= GATE_PARTS_MAX {
                return too_large(&format!("has more than {GATE_PARTS_MAX} parts"));
            }
            if depth > DEPTH_MAX.saturating_add(1) {
                return too_large(&format!("is nested deeper than {DEPTH_MAX} levels"));
            }
            let part = self.shapes.len();
            let (kind, join, children) = match tree {
                Tree::Leaf(name) => {
                    let leaf = self.leaf_of(policy, name)?;
                    self.steps.push(Step::Leaf(leaf));
                    self.shapes.push(Shape { kind: Kind::Leaf(leaf), next: part + 1 });
                    continue;
                }
                Tree::All(children) => (Kind::All, Join::All, children),
                Tree::Any(children) => (Kind::Any, Join::Any, children),
                Tree::AtLeast(count, children) => {
                    let count = usize::try_from(*count).unwrap_or(usize::MAX);
                    if count > GATE_AT_LEAST_MAX {
                        return too_large(&format!(
                            "asks for more than {GATE_AT_LEAST_MAX} of some"
                        ));
                    }
                    (Kind::AtLeast(count), Join::AtLeast(count), children)
                }
            };
            self.steps.push(Step::Open(join));
            self.shapes.push(Shape { kind, next: part });
            visits.push(Visit::Leave(part, join));
            visits.extend(children.iter().rev().map(|child| Visit::Enter(child, depth + 1)));
        }
        Ok(())
    }

    fn lots(&mut self) {
        let (leaf, part) = (self.leaves.len(), self.shapes.len());
        self.leaves.push(Leaf { asked: None, ask: Ask::Answered });
        self.steps.push(Step::Leaf(leaf));
        self.shapes.push(Shape { kind: Kind::Leaf(leaf), next: part.saturating_add(1) });
    }

    /// The number of a requirement, which gets one when it is named first.
    fn leaf_of(&mut self, policy: &Policy, name: &RequirementId) -> Result<usize> {
        if let Some(known) = self.leaf(name) {
            return Ok(known);
        }
        let requirement = policy.requirements.get(name).cloned().ok_or_else(|| {
            let message = format!("gate `{}` names `{name}`, which is not defined", self.id);
            Error::new(ErrorCode::RequirementUnknown, message)
        })?;
        let ask = Ask::of(&requirement);
        self.leaves.push(Leaf { asked: Some((name.clone(), requirement)), ask });
        Ok(self.leaves.len() - 1)
    }

    /// The gate.
    #[must_use]
    pub fn id(&self) -> &GateId {
        &self.id
    }

    /// Who answers for the policy.
    pub(super) fn owner(&self) -> Option<&Actor> {
        self.owner.as_ref()
    }

    /// The number of a requirement's column, if the gate names it.
    #[must_use]
    pub fn leaf(&self, name: &RequirementId) -> Option<usize> {
        let is_it = |leaf: &Leaf| leaf.asked.as_ref().is_some_and(|(it, _)| it == name);
        self.leaves.iter().position(is_it)
    }

    /// The number of the column of [what is asked of lots](Part::Lots), if there is one.
    #[must_use]
    pub fn lots_leaf(&self) -> Option<usize> {
        self.leaves.iter().position(|leaf| leaf.asked.is_none())
    }

    /// The requirements that the gate names, each once, in the order of their columns.
    pub fn requirements(&self) -> impl Iterator<Item = (&RequirementId, &Requirement)> {
        let asked = self.leaves.iter().filter_map(|leaf| leaf.asked.as_ref());
        asked.map(|(name, requirement)| (name, requirement))
    }

    pub(super) fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The parts of the gate, parents before their children; the nodes of an explained row stand
    /// in the same order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.shapes.iter().filter_map(|shape| match shape.kind {
            Kind::Gate => Some(Part::Gate(&self.id)),
            Kind::All => Some(Part::All),
            Kind::Any => Some(Part::Any),
            Kind::AtLeast(count) => Some(Part::AtLeast(count)),
            Kind::Leaf(leaf) => Some(match &self.leaves.get(leaf)?.asked {
                Some((name, requirement)) => Part::Requirement(name, requirement),
                None => Part::Lots,
            }),
        })
    }

    /// The number of the column that answers a part, if there is one.
    pub(super) fn leaf_at(&self, part: usize) -> Option<usize> {
        match self.shapes.get(part)?.kind {
            Kind::Leaf(leaf) => Some(leaf),
            Kind::Gate | Kind::All | Kind::Any | Kind::AtLeast(_) => None,
        }
    }

    /// The index after the last descendant of a part.
    #[must_use]
    pub fn next(&self, part: usize) -> usize {
        self.shapes.get(part).map_or(part, |shape| shape.next)
    }
}

impl Ask {
    /// What a requirement asks. What no column is made for enters as answers.
    fn of(requirement: &Requirement) -> Ask {
        if let Some(leaf) = &requirement.approval {
            let plain = leaf.teams.is_none() && leaf.people != Quorum::First;
            return if plain { Ask::Approval(leaf.people) } else { Ask::Answered };
        }
        if requirement.evidence.is_some() {
            return Ask::Evidence;
        }
        if let Some(leaf) = requirement.risk {
            return Ask::Risk(leaf.below, least_refused(leaf));
        }
        if requirement.soak.is_some() {
            return Ask::Soak;
        }
        if requirement.plan.is_some() {
            return Ask::Plan;
        }
        if requirement.reversible.is_some() { Ask::Reversible } else { Ask::Answered }
    }
}

/// The least risk that a leaf does not accept: accepting is monotone, so it is found by halving,
/// and a row then needs one comparison and no rounding. What is certain never is below anything.
fn least_refused(leaf: RiskLeaf) -> u32 {
    let (mut low, mut high) = (0, Probability::ONE.parts_per_billion());
    while low < high {
        let middle = low.midpoint(high);
        if leaf.accepts(Probability::from_parts_per_billion(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_a_risk_is_where_it_is_refused_first() {
        for text in ["0", "0.000001", "0.05", "0.2", "0.2000004", "0.9999999", "1"] {
            let leaf = RiskLeaf { below: text.parse().unwrap() };
            let bound = least_refused(leaf);
            let accepts = |parts| leaf.accepts(Probability::from_parts_per_billion(parts));
            assert!(bound == 0 || accepts(bound - 1), "{text}");
            assert!(!accepts(bound), "{text}");
        }
    }

    #[test]
    fn what_is_too_large_or_unknown_is_refused() {
        let text = |require: &str| {
            let names = (0..70).map(|n| format!("requirement.r{n} = {{ reversible = {{}} }}\n"));
            let names: String = names.collect();
            let gate = "stage = \"s\"\njudges = \"change\"\n";
            format!("name = \"a\"\n{names}[gate.g]\n{gate}require = {require}\n")
        };
        let all: Vec<String> = (0..70).map(|n| format!("\"r{n}\"")).collect();
        let policy = |require: &str| text(require).parse::<Policy>().unwrap();
        let code = |policy: &Policy, gate: &str| {
            CompiledGate::new(policy, &gate.parse().unwrap()).map(|_| ()).unwrap_err().code()
        };
        let many = policy(&format!("{{ at_least = 65, of = [{}] }}", all.join(", ")));
        assert_eq!(code(&many, "g"), ErrorCode::LimitExceeded);
        assert_eq!(code(&many, "h"), ErrorCode::UnknownWord);
        let long = vec!["\"r1\""; GATE_PARTS_MAX].join(", ");
        assert_eq!(code(&policy(&format!("{{ all = [{long}] }}")), "g"), ErrorCode::LimitExceeded);
        let mut lost = policy("\"r1\"");
        lost.requirements.clear();
        assert_eq!(code(&lost, "g"), ErrorCode::RequirementUnknown);
    }
}
