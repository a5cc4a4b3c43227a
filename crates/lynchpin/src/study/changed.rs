//! "What changed in this decision between two instants, and through which fact?"

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::error::Result;
use crate::base::id::{GateId, RequirementId, StageId};
use crate::base::limits::CHANGED_FACTS_MAX;
use crate::base::{Instant, Subject};
use crate::portfolio::{DecideQuestion, Decision, FactName, FactTold, Snapshot, recorded_between};
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

/// What changed in a decision between two instants?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; that of the later instant, if it is not said.
    pub stage: Option<StageId>,
    /// The earlier instant.
    pub from: Instant,
    /// The later instant.
    pub to: Instant,
}

impl ChangedQuestion {
    /// Asks what changed from one instant to another.
    #[must_use]
    pub fn new(subject: Subject, from: Instant, to: Instant) -> Self {
        ChangedQuestion { subject, stage: None, from, to }
    }

    /// Asks about that stage.
    #[must_use]
    pub fn with_stage(mut self, stage: StageId) -> Self {
        self.stage = Some(stage);
        self
    }
}

/// What changed in a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// What was decided on.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// The earlier instant.
    pub from: Instant,
    /// The later instant.
    pub to: Instant,
    /// The verdict at the earlier instant; none, if the subject was not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// The verdict at the later instant.
    pub after: Verdict,
    /// Each reason that is not as it was, in the order of the later decision; those that are gone
    /// last.
    pub reasons: Vec<ChangedReason>,
}

/// One reason that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangedReason {
    /// What it is about.
    pub subject: Subject,
    /// The gate that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// What it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// What it was; none, if there was no such reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
    /// What it is; none, if there is no such reason any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Said>,
    /// The facts through which it changed: without any one of them it would be as it was. Empty, if
    /// it was time alone.
    pub through: Vec<FactTold>,
    /// Whether time alone, one fact, or only several facts together changed it.
    pub by: By,
}

/// What changed a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Time alone: it changed without any fact.
    Time,
    /// The facts named, each of which alone would have kept it as it was, had it not come.
    Fact,
    /// Several facts together: no single one would have made a difference. Those named are all that
    /// the reason rests on now and did not before.
    Facts,
}

/// What a reason says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Said {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
}

/// What keeps a reason apart from the others of the same decision, and from run to run the same.
type Key = (Subject, Option<GateId>, Option<RequirementId>, Vec<String>, usize);

/// Compares the decisions at two instants, reason by reason.
///
/// Which fact a reason changed through is found by leaving out each that came in between, at most
/// [`CHANGED_FACTS_MAX`] of them, the newest first.
///
/// # Errors
///
/// As for [`Snapshot::decide`] at the later instant.
///
/// ```
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::changed::{By, ChangedQuestion, changed};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}, {"id": "ci", "kind": "machine"}],
///      "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
///      "evidence": [{"check": "unit", "change": "C-1", "revision": 1, "run": 1,
///        "outcome": "passed", "at": "2026-11-02T10:00:00Z", "by": "ci"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     requirement.unit = { evidence = { check = "unit" } }
///     gate.fast = { stage = "production", judges = "change", require = "unit" }
///     "#,
/// )?;
/// let change = Subject::Change("C-1".parse()?);
/// let days = ("2026-11-02T00:00:00Z".parse()?, "2026-11-03T00:00:00Z".parse()?);
/// let found = changed(&engine.snapshot(), &ChangedQuestion::new(change, days.0, days.1))?;
/// assert_eq!(found.reasons.len(), 1);
/// assert_eq!(found.reasons[0].by, By::Fact);
/// assert_eq!(found.reasons[0].through[0].fact.kind, "evidence");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn changed(snapshot: &Snapshot, question: &ChangedQuestion) -> Result<Changed> {
    let mut later = DecideQuestion::new(question.subject.clone(), question.to);
    later.stage.clone_from(&question.stage);
    let after = snapshot.decide(&later)?;
    later.stage = Some(after.stage.clone());
    let earlier = DecideQuestion { at: question.from, ..later.clone() };
    let before = snapshot.decide(&earlier).ok();
    let old = before.as_ref().map(leaves).unwrap_or_default();
    let new = leaves(&after);
    let ordered = in_order(&after).into_iter().chain(gone(&old, &new));
    let differing: Vec<Key> =
        ordered.filter(|key| old.get(key).map(|it| it.0) != new.get(key).map(|it| it.0)).collect();
    let cause = Cause::new(snapshot, question, &later, &old, &differing)?;
    let reasons = differing.into_iter().map(|key| {
        let (through, by) = cause.of(&key, old.get(&key), new.get(&key));
        let (before, after) = (old.get(&key).map(|it| it.0), new.get(&key).map(|it| it.0));
        let (subject, gate, requirement, _, _) = key;
        ChangedReason { subject, gate, requirement, before, after, through, by }
    });
    Ok(Changed {
        subject: question.subject.clone(),
        stage: after.stage.clone(),
        from: question.from,
        to: question.to,
        before: before.map(|decision| decision.verdict()),
        after: after.verdict(),
        reasons: reasons.collect(),
    })
}

/// What each reason says, and the facts that it cites, by number.
type Leaves = BTreeMap<Key, (Said, Vec<(&'static str, usize)>)>;

fn leaves(decision: &Decision) -> Leaves {
    keyed(decision)
        .into_iter()
        .map(|(key, node)| {
            let said = Said { verdict: node.verdict, code: node.code };
            (key, (said, node.cites.clone()))
        })
        .collect()
}

fn in_order(decision: &Decision) -> Vec<Key> {
    keyed(decision).into_iter().map(|(key, _)| key).collect()
}

fn gone(old: &Leaves, new: &Leaves) -> Vec<Key> {
    old.keys().filter(|key| !new.contains_key(*key)).cloned().collect()
}

/// The reasons that do not only join others, each with what keeps it apart.
fn keyed(decision: &Decision) -> Vec<(Key, &Node)> {
    let nodes = decision.reasons().nodes().iter().enumerate();
    let said = |(index, node): &(usize, &Node)| node.next <= index + 1 || !joins(node.code);
    let reasons = nodes.filter(said).map(|(_, node)| node);
    let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for node in reasons {
        let (gate, requirement) = (node.gate.clone(), node.requirement.clone());
        let mut key: Key = (node.subject.clone(), gate, requirement, apart(node), 0);
        let count = seen.entry(key.clone()).or_default();
        key.4 = *count;
        *count = count.saturating_add(1);
        found.push((key, node));
    }
    found
}

/// Whether a node with children says nothing but what they come to. A waiver says more.
fn joins(code: ReasonCode) -> bool {
    use ReasonCode::{All, Any, AtLeast, Change, Evidence, Gate, Release, Requires};
    [All, Any, AtLeast, Change, Evidence, Gate, Release, Requires].contains(&code)
}

/// The arguments that keep apart the reasons of one requirement, and the code where no requirement
/// does.
fn apart(node: &Node) -> Vec<String> {
    const NAMES: [&str; 6] =
        ["artifact", "configuration", "environment", "change", "check", "freeze"];
    let args = node.args.iter().filter(|(name, _)| NAMES.contains(name));
    let texts = args.filter_map(|(name, arg)| match arg {
        Arg::Text(text) => Some(format!("{name} {text}")),
        Arg::Integer(_) | Arg::Texts(_) | Arg::Rows(_) => None,
    });
    // What overrides an answer stands beside it under the same requirement.
    let overrides = matches!(node.code, ReasonCode::Waived);
    let apart = overrides || node.requirement.is_none();
    let family = apart.then(|| (node.code.number() / 10).to_string());
    family.into_iter().chain(texts).collect()
}

/// Finds what a reason was changed by.
struct Cause<'a> {
    snapshot: &'a Snapshot,
    /// What each reason says at the later instant without any fact from in between.
    by_time: Leaves,
    /// For each fact from in between, what each differing reason says without it.
    without: Vec<(FactTold, BTreeMap<Key, Said>)>,
    old: &'a Leaves,
}

impl<'a> Cause<'a> {
    fn new(
        snapshot: &'a Snapshot,
        question: &ChangedQuestion,
        later: &DecideQuestion,
        old: &'a Leaves,
        differing: &[Key],
    ) -> Result<Cause<'a>> {
        let mut cause = Cause { snapshot, by_time: Leaves::new(), without: Vec::new(), old };
        if differing.is_empty() {
            return Ok(cause);
        }
        let (from, to) = (question.from, question.to);
        let all = recorded_between(snapshot.portfolio(), from, to);
        let names: Vec<FactName> = all.iter().map(|told| told.fact).collect();
        let alone = snapshot.assuming(&names, None)?.decide(later);
        cause.by_time = alone.as_ref().map(leaves).unwrap_or_default();
        for told in all.into_iter().take(CHANGED_FACTS_MAX) {
            let without = snapshot.assuming(&[told.fact], None)?.decide(later);
            let said = without.as_ref().map(leaves).unwrap_or_default();
            let said = differing.iter().filter_map(|key| Some((key.clone(), said.get(key)?.0)));
            cause.without.push((told, said.collect()));
        }
        Ok(cause)
    }

    fn of(
        &self,
        key: &Key,
        before: Option<&(Said, Vec<(&'static str, usize)>)>,
        after: Option<&(Said, Vec<(&'static str, usize)>)>,
    ) -> (Vec<FactTold>, By) {
        let was = before.map(|it| it.0);
        if self.by_time.get(key).map(|it| it.0) == after.map(|it| it.0) && !self.old.is_empty() {
            return (Vec::new(), By::Time);
        }
        let restores = |(_, said): &&(FactTold, BTreeMap<Key, Said>)| said.get(key).copied() == was;
        let mut through: Vec<FactTold> =
            self.without.iter().filter(restores).map(|(told, _)| told.clone()).collect();
        through.sort();
        if !through.is_empty() {
            return (through, By::Fact);
        }
        let portfolio = self.snapshot.portfolio();
        let old = before.map(|it| it.1.as_slice()).unwrap_or_default();
        let cites = after.map(|it| it.1.as_slice()).unwrap_or_default();
        let new = cites.iter().filter(|cite| !old.contains(cite));
        let mut named: Vec<FactTold> =
            new.filter_map(|(kind, number)| FactTold::of(portfolio, kind, *number)).collect();
        named.sort();
        named.dedup();
        (named, By::Facts)
    }
}
