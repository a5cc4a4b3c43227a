//! "What is the least that must be done for it to go, and who can?"

mod solve;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::solve::{Formula, Met};
use super::open::as_object;
use crate::base::error::Result;
use crate::base::id::{GateId, RequirementId, StageId};
use crate::base::{Actor, Digest, Instant, Subject};
use crate::portfolio::{DecideQuestion, Snapshot};
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// What is the least that must be done for it to go?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionsQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    pub stage: Option<StageId>,
    /// As of when.
    pub at: Instant,
    /// Whether waiting is better than acting.
    pub waiting: Patience,
}

impl ActionsQuestion {
    /// Asks about the first stage not wholly entered; it waits only where nothing else helps.
    #[must_use]
    pub fn new(subject: Subject, at: Instant) -> Self {
        ActionsQuestion { subject, stage: None, at, waiting: Patience::Avoid }
    }
}

/// Whether waiting is better than acting, where either would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patience {
    /// As little as possible is waited for, then as little as possible is done.
    #[default]
    Avoid,
    /// As little as possible is done; what clears by itself is waited for, however long.
    Allow,
}

/// The least that must be done for something to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Actions {
    /// What was asked about.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// As of when.
    pub at: Instant,
    /// The policy that was applied, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// `yes` if another policy than the one in force was applied, or something was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<&'static str>,
    /// The verdict now.
    pub verdict: Verdict,
    /// Whether there is a way: it is a go now, or once all of this is done and waited for.
    pub possible: bool,
    /// How many acts are listed, each as often as people must take it.
    pub count: u64,
    /// The least that it could be: the same, if it is proven to be the smallest.
    pub at_least: u64,
    /// Whether nothing smaller does.
    pub optimal: bool,
    /// What must be done.
    pub actions: Vec<Action>,
    /// What must be waited for, since nobody can do anything about it, or nobody needs to.
    pub waits: Vec<Wait>,
    /// When all that must be waited for has cleared, as far as that is known.
    pub clears_at: Clears,
    /// If there is no way: the reasons that make it so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<Never>,
}

/// Something that must be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Action {
    /// What it is about.
    pub subject: Subject,
    /// What asks for it: every gate and requirement that it meets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meets: Vec<Asked>,
    /// The verdict of the reason that it does away with.
    pub verdict: Verdict,
    /// Why it must be done.
    pub code: ReasonCode,
    /// The figures behind it, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    pub args: Vec<(&'static str, Arg)>,
    /// How many people must take it: of an approval, as many as are missing.
    pub people: u64,
    /// Who can.
    pub act: Vec<Actor>,
}

/// What asks for something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Asked {
    /// The gate.
    pub gate: GateId,
    /// The requirement.
    pub requirement: RequirementId,
}

/// Something that must be waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Wait {
    /// What it is about.
    pub subject: Subject,
    /// What asks for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meets: Vec<Asked>,
    /// Why it is waited for.
    pub code: ReasonCode,
    /// The figures behind it, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    pub args: Vec<(&'static str, Arg)>,
    /// When it clears.
    pub clears_at: Clears,
}

/// A reason that nothing does away with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Never {
    /// What it is about.
    pub subject: Subject,
    /// The gate that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// What it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// The verdict of it.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
    /// The figures behind it, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    pub args: Vec<(&'static str, Arg)>,
}

/// Decides, and finds the smallest set of acts that would make it a go: of what must all hold all,
/// of alternatives the cheapest, of a quorum as many as are missing. An act that meets several
/// requirements counts once.
///
/// What an act is, is read off the tree of reasons: who can change a reason that is not met does
/// so, and it is met. What was merely passed on along a dependency is met with what it was passed
/// on from. That something is cancelled, or that nobody can change it and no time does, nothing
/// does away with.
///
/// # Errors
///
/// As for [`Snapshot::decide`].
///
/// ```
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::actions::{ActionsQuestion, actions};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "people": [{"id": "raj"}, {"id": "ann"}, {"id": "bob"}],
///      "groups": [{"id": "cab", "members": [{"person": "ann"}, {"person": "bob"}]}],
///      "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     requirement.board = { approval = { group = "cab", people = 2 } }
///     requirement.back-out = { plan = "back_out" }
///     gate.one.stage = "production"
///     gate.one.judges = "change"
///     gate.one.require = { any = ["board", "back-out"] }
///     "#,
/// )?;
/// let change = Subject::Change("C-1".parse()?);
/// let question = ActionsQuestion::new(change, "2026-11-02T09:00:00Z".parse()?);
/// let found = actions(&engine.snapshot(), &question)?;
/// assert!(found.possible && found.optimal);
/// // Two would have to approve; one plan is less.
/// assert_eq!((found.count, found.actions[0].code.name()), (1, "plan_missing"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn actions(snapshot: &Snapshot, question: &ActionsQuestion) -> Result<Actions> {
    let mut asked = DecideQuestion::new(question.subject.clone(), question.at);
    asked.stage.clone_from(&question.stage);
    let decision = snapshot.decide(&asked)?;
    let least = least(decision.reasons(), question.waiting);
    Ok(Actions {
        subject: decision.subject.clone(),
        stage: decision.stage.clone(),
        at: decision.at,
        policy: decision.policy,
        what_if: decision.what_if.then_some("yes"),
        verdict: decision.verdict(),
        possible: least.never.is_empty(),
        count: least.actions.iter().map(|action| action.people).sum(),
        at_least: least.at_least,
        optimal: least.optimal,
        clears_at: least.waits.iter().map(|wait| wait.clears_at).max().unwrap_or(Clears::Now),
        actions: least.actions,
        waits: least.waits,
        never: least.never,
    })
}

/// The least that must be done for a tree of reasons to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Least {
    /// What must be done.
    pub actions: Vec<Action>,
    /// What must be waited for.
    pub waits: Vec<Wait>,
    /// How many acts there must be at least.
    pub at_least: u64,
    /// Whether nothing smaller does.
    pub optimal: bool,
    /// If there is no way: the reasons that make it so.
    pub never: Vec<Never>,
}

/// What one thing that is waited for weighs, where waiting is avoided: more than all acts.
const WAIT: u128 = 1 << 64;

/// Finds the least that must be done for a tree of reasons to be met, whatever it is about.
#[must_use]
pub fn least(reasons: &Reasons, waiting: Patience) -> Least {
    let mut items = Items { patience: waiting, ..Items::default() };
    let nodes = reasons.nodes();
    let mut formula = Formula::of(reasons, |node| items.met(node));
    formula.weigh(items.weights());
    let mut least = Least {
        actions: Vec::new(),
        waits: Vec::new(),
        at_least: 0,
        optimal: true,
        never: Vec::new(),
    };
    let told = |index: &usize| nodes.get(*index).map(Never::of);
    if !reasons.verdict().is_go() && reasons.verdict().is_met() {
        // Nothing was asked, and nothing that anybody does is an answer to that.
        least.never = [0].iter().filter_map(told).collect();
        return least;
    }
    let Some(solved) = formula.smallest() else {
        least.never = formula.never().iter().filter_map(told).collect();
        return least;
    };
    let waits = items.all.iter().enumerate().filter(|(item, it)| {
        matches!(it, Doable::Wait(_)) && solved.items.binary_search(item).is_ok()
    });
    let waited = u128::try_from(waits.count()).unwrap_or_default() * items.patience.weight();
    for item in &solved.items {
        match items.all.get(*item) {
            Some(Doable::Act(action)) => least.actions.push(action.clone()),
            Some(Doable::Wait(wait)) => least.waits.push(wait.clone()),
            None => {}
        }
    }
    least.optimal = solved.exact;
    least.at_least = u64::try_from(solved.bound.saturating_sub(waited)).unwrap_or_default();
    least
}

impl Patience {
    fn weight(self) -> u128 {
        match self {
            Patience::Avoid => WAIT,
            Patience::Allow => 0,
        }
    }
}

/// Everything that can be done or waited for, each once.
#[derive(Default)]
struct Items {
    patience: Patience,
    all: Vec<Doable>,
    known: BTreeMap<Key, usize>,
}

enum Doable {
    Act(Action),
    Wait(Wait),
}

/// What makes two reasons go away by one act: the same reason about the same, and of an approval,
/// which names what it approves, the same requirement.
type Key = (
    bool,
    Subject,
    ReasonCode,
    Option<RequirementId>,
    Vec<(&'static str, Arg)>,
    Vec<Actor>,
    Vec<(&'static str, usize)>,
);

impl Items {
    fn met(&mut self, node: &Node) -> Met {
        if node.is_propagated() {
            return Met::WithOthers;
        }
        let waits = matches!(node.clears, Clears::At(_) | Clears::Unknown);
        let acts = !node.act.is_empty() && node.code != ReasonCode::Cancelled;
        let ways = [(acts, true), (waits, false)].into_iter().filter(|(can, _)| *can);
        let found: Vec<usize> = ways.map(|(_, act)| self.item(node, act)).collect();
        if found.is_empty() { Met::Never } else { Met::Any(found) }
    }

    fn item(&mut self, node: &Node, act: bool) -> usize {
        let approval = act && is_of_approval(node);
        let requirement = node.requirement.clone().filter(|_| approval);
        let cites = if node.code == ReasonCode::OnHold { node.cites.clone() } else { Vec::new() };
        let key = (
            act,
            node.subject.clone(),
            node.code,
            requirement,
            node.args.clone(),
            node.act.clone(),
            cites,
        );
        let number = *self.known.entry(key).or_insert(self.all.len());
        if number == self.all.len() {
            self.all.push(if act {
                Doable::Act(Action::of(node))
            } else {
                Doable::Wait(Wait::of(node))
            });
        }
        let asked = node.gate.clone().zip(node.requirement.clone());
        let asked = asked.map(|(gate, requirement)| Asked { gate, requirement });
        let meets = match self.all.get_mut(number) {
            Some(Doable::Act(action)) => &mut action.meets,
            Some(Doable::Wait(wait)) => &mut wait.meets,
            None => return number,
        };
        meets.extend(asked);
        meets.sort_unstable();
        meets.dedup();
        number
    }

    fn weights(&self) -> Vec<u128> {
        let weight = |it: &Doable| match it {
            Doable::Act(action) => action.people.into(),
            Doable::Wait(_) => self.patience.weight(),
        };
        self.all.iter().map(weight).collect()
    }
}

/// Whether people are missing who approve, which the requirement counts.
fn is_of_approval(node: &Node) -> bool {
    node.args.iter().any(|(name, _)| *name == "group")
}

fn figure(node: &Node, wanted: &str) -> Option<u64> {
    node.args.iter().find_map(|(name, arg)| match arg {
        Arg::Integer(figure) if *name == wanted => u64::try_from(*figure).ok(),
        Arg::Integer(_) | Arg::Text(_) | Arg::Texts(_) | Arg::Rows(_) => None,
    })
}

impl Action {
    fn of(node: &Node) -> Action {
        let missing = figure(node, "needed").zip(figure(node, "given"));
        let missing = missing.map(|(needed, given)| needed.saturating_sub(given));
        Action {
            subject: node.subject.clone(),
            meets: Vec::new(),
            verdict: node.verdict,
            code: node.code,
            args: node.args.clone(),
            people: missing.filter(|_| is_of_approval(node)).unwrap_or(1).max(1),
            act: node.act.clone(),
        }
    }
}

impl Wait {
    fn of(node: &Node) -> Wait {
        Wait {
            subject: node.subject.clone(),
            meets: Vec::new(),
            code: node.code,
            args: node.args.clone(),
            clears_at: node.clears,
        }
    }
}

impl Never {
    fn of(node: &Node) -> Never {
        Never {
            subject: node.subject.clone(),
            gate: node.gate.clone(),
            requirement: node.requirement.clone(),
            verdict: node.verdict,
            code: node.code,
            args: node.args.clone(),
        }
    }
}
