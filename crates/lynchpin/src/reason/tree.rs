//! The tree that explains an answer, as one flat list.
//!
//! Nodes stand in pre-order; each knows the index after its last descendant, so a reader skips a
//! subtree in one step and nothing recurses. Prose is a rendering of it, made elsewhere.

use std::fmt;

use serde::{Serialize, Serializer};

use super::code::ReasonCode;
use super::join::Child;
use super::verdict::Verdict;
use crate::base::id::{GateId, RequirementId};
use crate::base::{Actor, Instant, Subject, When};

/// When something that is not a go will become one. The order is from soonest to least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clears {
    /// It is clear already.
    Now,
    /// By itself, not before that instant.
    At(Instant),
    /// By itself, at a time that nobody knows yet.
    Unknown,
    /// Only when somebody acts.
    OnAction,
}

impl fmt::Display for Clears {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clears::Now => f.write_str("now"),
            Clears::At(instant) => fmt::Display::fmt(instant, f),
            Clears::Unknown => f.write_str("unknown"),
            Clears::OnAction => f.write_str("on_action"),
        }
    }
}

impl Serialize for Clears {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One argument of a reason. The order is there to list reasons in, and means nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Arg {
    /// A whole number.
    Integer(i64),
    /// A word, an id, an instant, a duration or a decimal.
    Text(String),
    /// Several of these.
    Texts(Vec<String>),
    /// Rows of named texts, such as what changed since an approval.
    Rows(Vec<Row>),
}

/// Named texts, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub Vec<(&'static str, String)>);

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Arg {
    /// A count as an argument.
    #[must_use]
    pub fn count(number: usize) -> Arg {
        Arg::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// Anything that has a text form as an argument.
    pub fn text(value: impl fmt::Display) -> Arg {
        Arg::Text(value.to_string())
    }
}

/// Who can change a verdict.
pub type Act = Vec<Actor>;

/// The requirement that a node is about, and the gate that asks it.
pub type RequirementRef = (Option<GateId>, Option<RequirementId>);

/// One reason: what holds, for whom, why, who can change it, and for how long it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// The verdict of this node.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
    /// What it is about.
    pub subject: Subject,
    /// The gate that asks, if one does.
    pub gate: Option<GateId>,
    /// The requirement that is answered, if it is one.
    pub requirement: Option<RequirementId>,
    /// The figures behind it, by name.
    pub args: Vec<(&'static str, Arg)>,
    /// Who can change it.
    pub act: Act,
    /// When it clears.
    pub clears: Clears,
    /// The first instant at which it may change without a new fact.
    pub holds_until: When,
    /// From when on it may by itself hold something back again, though it cleared.
    pub lapses: When,
    /// The facts it rests on: kind and number in the portfolio's array of that kind.
    pub cites: Vec<(&'static str, usize)>,
    /// The index after the last descendant.
    pub next: usize,
}

impl Node {
    /// What a parent looks at in it.
    #[must_use]
    pub fn as_child(&self) -> Child {
        let Node { verdict, clears, holds_until, lapses, .. } = *self;
        Child { verdict, clears, holds_until, lapses }
    }

    /// A node that stands for ever and that nobody can act on.
    #[must_use]
    pub fn new(verdict: Verdict, code: ReasonCode, subject: &Subject) -> Node {
        Node {
            verdict,
            code,
            subject: subject.clone(),
            gate: None,
            requirement: None,
            args: Vec::new(),
            act: Vec::new(),
            clears: if verdict.is_met() { Clears::Now } else { Clears::OnAction },
            holds_until: When::Never,
            lapses: When::Never,
            cites: Vec::new(),
            next: 0,
        }
    }

    /// The same node with one more argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, arg: Arg) -> Node {
        self.args.push((name, arg));
        self
    }

    /// The same node with those who can act.
    #[must_use]
    pub fn act(mut self, act: impl IntoIterator<Item = Actor>) -> Node {
        self.act.extend(act);
        self.act.sort_unstable();
        self.act.dedup();
        self
    }

    /// The same node, clearing then.
    #[must_use]
    pub fn clears(mut self, clears: Clears) -> Node {
        self.clears = clears;
        self
    }

    /// The same node, standing until then at most.
    #[must_use]
    pub fn until(mut self, until: When) -> Node {
        self.holds_until = self.holds_until.min(until);
        self
    }

    /// The same node, not clear for good once it is clear.
    #[must_use]
    pub fn lapsing(self) -> Node {
        let Clears::At(instant) = self.clears else { return self };
        let soon = Instant::from_micros(instant.micros().saturating_add(1));
        self.lapsing_at(When::At(soon.unwrap_or(Instant::LAST)))
    }

    /// The same node, which from then on may hold something back, though it is clear now or before.
    #[must_use]
    pub fn lapsing_at(mut self, from: When) -> Node {
        self.lapses = self.lapses.min(from);
        self
    }

    /// The same node, resting on one more fact.
    #[must_use]
    pub fn citing(mut self, kind: &'static str, number: usize) -> Node {
        self.cites.push((kind, number));
        self
    }

    /// Whether the reason was only passed on along a dependency.
    #[must_use]
    pub fn is_propagated(&self) -> bool {
        use ReasonCode::{RequirementBlocked, RequirementWaits, TogetherBlocked, TogetherWaits};
        let propagated = [RequirementBlocked, RequirementWaits, TogetherBlocked, TogetherWaits];
        propagated.contains(&self.code)
    }
}

/// How the verdicts of children make that of their parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// The worst child.
    All,
    /// The best applicable child.
    Any,
    /// The so-manieth best applicable child.
    AtLeast(usize),
}

/// A tree of reasons, flat.
///
/// ```
/// use lynchpin::base::Subject;
/// use lynchpin::base::id::ChangeId;
/// use lynchpin::reason::tree::{Join, Node, Reasons};
/// use lynchpin::reason::{ReasonCode, Verdict};
///
/// let subject = Subject::Change(ChangeId::new("C-7")?);
/// let mut reasons = Reasons::default();
/// let all = reasons.open(Node::new(Verdict::Go, ReasonCode::All, &subject));
/// reasons.push(Node::new(Verdict::Go, ReasonCode::PlanGiven, &subject));
/// reasons.push(Node::new(Verdict::NeedsAction, ReasonCode::ApprovalMissing, &subject));
/// reasons.close(all, Join::All);
/// assert_eq!(reasons.verdict(), Verdict::NeedsAction);
/// assert_eq!(reasons.root_blockers().count(), 1);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    nodes: Vec<Node>,
}

impl Reasons {
    /// No nodes yet, and room for so many.
    #[must_use]
    pub fn with_capacity(nodes: usize) -> Reasons {
        Reasons { nodes: Vec::with_capacity(nodes) }
    }

    /// One node without children.
    #[must_use]
    pub fn single(node: Node) -> Reasons {
        let mut reasons = Reasons::with_capacity(1);
        reasons.push(node);
        reasons
    }

    /// Nodes that all must hold, below one for them; one alone stands by itself.
    #[must_use]
    pub fn all_of(above: Node, nodes: Vec<Node>) -> Reasons {
        let mut reasons = Reasons::with_capacity(nodes.len().saturating_add(1));
        let open = (nodes.len() != 1).then(|| reasons.open(above));
        nodes.into_iter().for_each(|node| reasons.push(node));
        if let Some(open) = open {
            reasons.close(open, Join::All);
        }
        reasons
    }

    /// All nodes, parents before their children.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The root, if there is one.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    /// The verdict of the root.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.root().map_or(Verdict::NotApplicable, |node| node.verdict)
    }

    /// When the root clears.
    #[must_use]
    pub fn clears(&self) -> Clears {
        self.root().map_or(Clears::Now, |node| node.clears)
    }

    /// The indices of the children of a node, in order.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes.get(index).map_or(0, |node| node.next);
        let mut at = index.saturating_add(1);
        std::iter::from_fn(move || {
            let found = (at < end).then_some(at)?;
            at = self.nodes.get(found).map_or(end, |node| node.next.max(found + 1));
            Some(found)
        })
    }

    /// The reasons that hold the answer back and were not merely passed on along a dependency:
    /// what somebody has to do something about. Reasons below a node that is met are left out.
    pub fn root_blockers(&self) -> impl Iterator<Item = &Node> + '_ {
        self.root_blockers_outside(|_| false)
    }

    /// The same, without those at or below any node that is to be left out.
    pub fn root_blockers_outside<'a>(
        &'a self,
        left_out: impl Fn(&Node) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Node> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(node) = self.nodes.get(at) {
                if left_out(node) {
                    at = node.next.max(at + 1);
                    continue;
                }
                // Too few children apply: that is said by no child.
                let leaf = node.next <= at + 1 || node.code == ReasonCode::CannotPass;
                let met = node.verdict.is_met();
                at = if met { node.next.max(at + 1) } else { at + 1 };
                if leaf && !met && !node.is_propagated() {
                    return Some(node);
                }
            }
            None
        })
    }

    /// Says of the root that from then on it may hold something back, though it is clear before.
    pub fn lapse(&mut self, from: When) {
        if let Some(root) = self.nodes.first_mut() {
            root.lapses = root.lapses.min(from);
        }
    }

    /// Adds a node without children.
    pub fn push(&mut self, mut node: Node) {
        node.next = self.nodes.len() + 1;
        self.nodes.push(node);
    }

    /// Adds a node whose children follow, and returns its index for [`Reasons::close`].
    pub fn open(&mut self, node: Node) -> usize {
        self.push(node);
        self.nodes.len() - 1
    }

    /// Ends a node's children and gives it the verdict, the clearing time and the holding time
    /// that follow from theirs. A node without children becomes [`Verdict::NotApplicable`].
    pub fn close(&mut self, index: usize, join: Join) {
        let mut children: Vec<Child> = self.open_children(index).map(Node::as_child).collect();
        let joined = join.of(&mut children);
        let end = self.nodes.len();
        let Some(node) = self.nodes.get_mut(index) else { return };
        node.next = end;
        node.verdict = joined.verdict;
        node.lapses = joined.lapses;
        node.clears = joined.clears;
        node.holds_until = node.holds_until.min(joined.holds_until);
        if joined.too_few {
            node.code = ReasonCode::CannotPass;
            node.args.push(("applicable", Arg::count(joined.applicable)));
        }
    }

    /// Lets a node stand until then at most.
    pub fn hold_until(&mut self, index: usize, until: When) {
        if let Some(node) = self.nodes.get_mut(index) {
            node.holds_until = node.holds_until.min(until);
        }
    }

    /// Ends a node's children and leaves its own verdict as it is.
    pub fn close_as_is(&mut self, index: usize) {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(index) {
            node.next = end;
        }
    }

    /// The children so far of a node that is still open.
    fn open_children(&self, index: usize) -> impl Iterator<Item = &Node> + '_ {
        let mut at = index.saturating_add(1);
        std::iter::from_fn(move || {
            let node = self.nodes.get(at)?;
            at = node.next.max(at + 1);
            Some(node)
        })
    }

    /// Says of every node which requirement of which gate it answers.
    pub fn name(&mut self, gate: &GateId, requirement: &RequirementId) {
        for node in &mut self.nodes {
            node.gate = Some(gate.clone());
            node.requirement = Some(requirement.clone());
        }
    }

    /// The tree below a node, with the node as its root.
    #[must_use]
    pub fn part(&self, index: usize) -> Reasons {
        let end = self.nodes.get(index).map_or(index, |node| node.next);
        let nodes = self.nodes.get(index..end).unwrap_or_default().iter();
        let nodes =
            nodes.map(|node| Node { next: node.next.saturating_sub(index), ..node.clone() });
        Reasons { nodes: nodes.collect() }
    }

    /// Takes over the children of another tree's root.
    pub fn graft_children(&mut self, other: Reasons) {
        let end = other.root().map_or(0, |root| root.next);
        let offset = self.nodes.len();
        let below = other.nodes.into_iter().take(end).skip(1);
        self.nodes.extend(below.map(|mut node| {
            node.next = node.next.saturating_sub(1) + offset;
            node
        }));
    }

    /// Takes over another tree as a child.
    pub fn graft(&mut self, other: Reasons) {
        let offset = self.nodes.len();
        self.nodes.extend(other.nodes.into_iter().map(|mut node| {
            node.next += offset;
            node
        }));
    }
}
