//! Puts the candidates into an item, asks for the best choice, and tells it.

use std::collections::{BTreeMap, BTreeSet};

use super::own::Own;
use super::{
    Assume, Because, BecauseKind, Budgets, Candidate, Chosen, ComposeQuestion, Composition,
    LeftOut, ShippingOrder,
};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, StageId};
use crate::base::limits::COMPOSE_CHANGES_MAX;
use crate::base::{Failures, Instant, Probability, Span, Subject};
use crate::graph::{Budget, Choice, NodeSet, Obstacle, Shipping, Window};
use crate::model::Change;
use crate::plan::{Item, Step, Wishes};
use crate::portfolio::{AsOf, OpenItem, Snapshot};

/// Chooses, among the candidates, those that are worth most together and can ship as one release.
///
/// What is chosen is closed under what it requires, where what is live is met and one of several
/// alternatives is enough; what ships together ships whole; no two of it conflict; it keeps within
/// the budgets. By itself each of it is a go, as a decision about it alone says but for its
/// dependencies and the releases it is in; gates that judge releases are asked of the release that
/// is made of it.
///
/// # Errors
///
/// [`Empty`](crate::base::ErrorCode::Empty) if nothing is there to choose from,
/// [`DuplicateId`](crate::base::ErrorCode::DuplicateId) if a candidate is listed twice,
/// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) for more than
/// [`COMPOSE_CHANGES_MAX`] candidates or sums too large to add up; and as for
/// [`Snapshot::decide`].
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::compose::{BecauseKind, ComposeQuestion, compose};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///      "changes": [
///       {"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
///        "effort_minutes": 30},
///       {"id": "C-2", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
///        "effort_minutes": 40, "requires": [{"change": "C-1"}]},
///       {"id": "C-3", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
///        "effort_minutes": 60}],
///      "releases": [{"id": "R-1", "revision": 1, "at": "2026-11-01T10:00:00Z", "by": "mei",
///        "changes": ["C-1", "C-2", "C-3"]}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy("name = \"acme\"\nopen = [\"production\"]")?;
/// let mut question = ComposeQuestion::new("2026-11-02T09:00:00Z".parse()?).of("R-1".parse()?);
/// question.budgets.effort_minutes = Some(80);
/// let found = compose(&engine.snapshot(), &question)?;
/// assert!(found.optimal);
/// assert_eq!(found.chosen.len(), 2);
/// assert_eq!(found.left_out[0].because[0].kind, BecauseKind::OverEffort);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn compose(snapshot: &Snapshot, question: &ComposeQuestion) -> Result<Composition> {
    question.check()?;
    let as_of = snapshot.as_of(question.at);
    let listed = question.candidates.iter().map(|it| (&it.change, it));
    let listed: BTreeMap<&ChangeId, &Candidate> = listed.collect();
    let ids: BTreeSet<&ChangeId> = listed.keys().copied().collect();
    let choosable = as_of.choosable(question.release.as_ref(), &ids, question.stage.as_ref())?;
    let count = choosable.changes.len();
    if count > COMPOSE_CHANGES_MAX {
        let message = format!(
            "{count} candidates are more than the limit of {COMPOSE_CHANGES_MAX}: ask about fewer"
        );
        return Err(Error::new(ErrorCode::LimitExceeded, message));
    }
    let subjects: Vec<Subject> =
        choosable.changes.iter().map(|change| Subject::Change(change.id.clone())).collect();
    let risks = as_of.risks(&subjects);
    let mut facts: BTreeMap<&ChangeId, Facts<'_>> = BTreeMap::new();
    for (change, subject) in choosable.changes.iter().zip(subjects) {
        let risk = risks.get(&subject).copied().unwrap_or(Probability::ONE);
        let item = OpenItem { subject, stage: choosable.stage.clone() };
        let decision = as_of.decide(&item, question.at)?;
        let own = Own::of(decision.reasons(), &item.subject);
        let said = listed.get(&change.id).copied();
        facts.insert(&change.id, Facts::new(question, (*change, said), (risk, own)));
    }
    let item = Item::new(&as_of.records, &choosable.changes, &choosable.stage)?;
    let composer = Composer { as_of: &as_of, question, facts, item };
    let choice = composer.choose()?;
    let gone = choosable.cancelled.iter().map(|id| (id, BecauseKind::Cancelled));
    let gone = gone.chain(choosable.unknown.iter().map(|id| (id, BecauseKind::Unknown)));
    let gone = gone.map(|(id, kind)| {
        let worth = listed.get(id).and_then(|it| it.value).unwrap_or(question.value);
        let (change, because) = (id.clone(), vec![Because::new(kind)]);
        LeftOut { change, with: Vec::new(), worth, because }
    });
    let mut left_out: Vec<LeftOut> = gone.collect();
    left_out.extend(choice.left_out.iter().filter_map(|left| composer.left_out(left)));
    left_out.sort_unstable_by(|a, b| a.change.cmp(&b.change));
    let chosen = composer.chosen(&choice);
    Ok(Composition {
        stage: choosable.stage.clone(),
        at: question.at,
        policy: as_of.policy().map(|policy| policy.digest),
        assume: question.assume,
        value: choice.value,
        bound: choice.bound,
        gap: choice.bound.saturating_sub(choice.value),
        optimal: choice.is_optimal(),
        waves: composer.waves(&choosable.stage, &chosen)?,
        risk: Failures::from_billionths(
            chosen.iter().map(|it| u64::from(it.risk.parts_per_billion())).sum(),
        ),
        effort_minutes: chosen.iter().filter_map(|it| it.effort_minutes).map(u64::from).sum(),
        takes: choice.takes.map(span),
        budgets: question.budgets.clone(),
        chosen,
        left_out,
    })
}

/// What is known of one candidate.
struct Facts<'a> {
    change: &'a Change,
    value: i64,
    risk: Probability,
    effort: Option<u32>,
    duration: Option<Span>,
    /// Why it may not be chosen by itself, if it may not.
    held: Vec<Because>,
}

impl<'a> Facts<'a> {
    fn new(
        question: &ComposeQuestion,
        (change, said): (&'a Change, Option<&Candidate>),
        (risk, own): (Probability, Own),
    ) -> Self {
        let planned = change.planned.map(|planned| planned.to.since(planned.from));
        let effort = said.and_then(|it| it.effort_minutes).or(change.effort_minutes);
        let duration = said.and_then(|it| it.duration).or(planned).or(question.duration);
        let Budgets { effort_minutes, window, .. } = &question.budgets;
        let mut held = Vec::new();
        let goes = match question.assume {
            Assume::Go => own.verdict.is_go(),
            Assume::All => !own.never,
        };
        if !goes {
            let (verdict, reasons) = (Some(own.verdict), own.held_by);
            held.push(Because { verdict, reasons, ..Because::new(BecauseKind::NotGo) });
        }
        // What is not known is not nothing.
        if effort_minutes.is_some() && effort.is_none() {
            held.push(Because::new(BecauseKind::EffortUnknown));
        }
        if window.is_some() && duration.is_none() {
            held.push(Because::new(BecauseKind::DurationUnknown));
        }
        Facts {
            change,
            value: said.and_then(|it| it.value).unwrap_or(question.value),
            risk: said.and_then(|it| it.risk).unwrap_or(risk),
            effort,
            duration,
            held,
        }
    }
}

struct Composer<'a> {
    as_of: &'a AsOf<'a>,
    question: &'a ComposeQuestion,
    facts: BTreeMap<&'a ChangeId, Facts<'a>>,
    item: Item,
}

impl Composer<'_> {
    /// One number for each number of the item, that of a candidate from what is known of it.
    fn column<T: Default>(&self, of: impl Fn(&Facts<'_>) -> T) -> Vec<T> {
        let ids = self.item.ids().iter();
        ids.map(|id| self.facts.get(id).map(&of).unwrap_or_default()).collect()
    }

    fn choose(&self) -> Result<Choice> {
        let Budgets { risk, effort_minutes, window } = &self.question.budgets;
        let free = |node: &u32| {
            let facts = self.item.id(*node).and_then(|id| self.facts.get(id));
            facts.is_some_and(|facts| facts.held.is_empty())
        };
        let go: NodeSet = self.item.candidates().iter().filter(free).collect();
        let values = self.column(|facts| facts.value);
        let risks = self.column(|facts| u64::from(facts.risk.parts_per_billion()));
        let efforts = self.column(|facts| u64::from(facts.effort.unwrap_or_default()));
        let takes = self.column(|facts| micros(facts.duration.unwrap_or(Span::ZERO)));
        let risk = risk.map(|risk| Budget { limit: risk.billionths(), uses: &risks });
        let effort = effort_minutes.map(|limit| Budget { limit, uses: &efforts });
        let budgets: Vec<Budget<'_>> = risk.into_iter().chain(effort).collect();
        let window = window.map(|window| Window {
            length: micros(window.length),
            shipping: match window.shipping {
                ShippingOrder::OneByOne => Shipping::OneByOne,
                ShippingOrder::InWaves => Shipping::InWaves,
                ShippingOrder::InParallel => Shipping::InParallel,
            },
            takes: &takes,
        });
        self.item.choose(&Wishes {
            go: &go,
            cycles: self.as_of.policy().map(|policy| policy.cycles).unwrap_or_default(),
            values: &values,
            budgets: &budgets,
            window,
        })
    }

    fn chosen(&self, choice: &Choice) -> Vec<Chosen> {
        let chosen = choice.chosen.iter().filter_map(|node| {
            let facts = self.facts.get(self.item.id(node)?)?;
            Some(Chosen {
                change: facts.change.id.clone(),
                value: facts.value,
                risk: facts.risk,
                effort_minutes: facts.effort,
                duration: facts.duration,
            })
        });
        chosen.collect()
    }

    /// The order in which what is chosen ships.
    fn waves(&self, stage: &StageId, chosen: &[Chosen]) -> Result<Vec<Vec<Step>>> {
        let changes = chosen.iter().filter_map(|it| self.facts.get(&it.change));
        let changes: Vec<&Change> = changes.map(|facts| facts.change).collect();
        let item = Item::new(&self.as_of.records, &changes, stage)?;
        let cycles = self.as_of.policy().map(|policy| policy.cycles).unwrap_or_default();
        let order = item.order(item.candidates(), cycles)?;
        let step = |group: &u32| Step { changes: item.names(order.steps(*group).to_vec()) };
        Ok(order.waves().map(|wave| wave.iter().map(step).collect()).collect())
    }

    fn left_out(&self, left: &crate::graph::LeftOut) -> Option<LeftOut> {
        let id = self.item.id(left.node)?;
        let facts = self.facts.get(id)?;
        let names = |nodes: &[u32]| self.item.names(nodes.iter().copied());
        let because = left.because.iter().flat_map(|obstacle| match obstacle {
            Obstacle::Live => vec![Because::new(BecauseKind::Live)],
            Obstacle::NotGo => facts.held.clone(),
            Obstacle::Missing => vec![Because::about(BecauseKind::Missing, self.missing(facts))],
            Obstacle::Cycle => vec![Because::new(BecauseKind::Cycle)],
            Obstacle::Needs(nodes) => vec![Because::about(BecauseKind::Needs, names(nodes))],
            Obstacle::Conflicts(nodes) => {
                let others = names(nodes).into_iter().filter(|other| other != id);
                vec![Because::about(BecauseKind::Conflicts, others.collect())]
            }
            Obstacle::Budget(number) => vec![Because::new(self.budget(*number))],
            Obstacle::Window => vec![Because::new(BecauseKind::OverWindow)],
            Obstacle::NotWorth => vec![Because::new(BecauseKind::NotWorth)],
            Obstacle::NotFound => vec![Because::new(BecauseKind::NotFound)],
        });
        Some(LeftOut {
            change: id.clone(),
            with: names(&left.with),
            worth: left.worth,
            because: because.collect(),
        })
    }

    /// The budget of a number: that of risk stands first, if there is one.
    fn budget(&self, number: usize) -> BecauseKind {
        if number == 0 && self.question.budgets.risk.is_some() {
            BecauseKind::OverRisk
        } else {
            BecauseKind::OverEffort
        }
    }

    /// What a change, or what ships together with it, needs and is nowhere.
    fn missing(&self, facts: &Facts<'_>) -> Vec<ChangeId> {
        let records = &*self.as_of.records;
        let group = self.as_of.together(&facts.change.id);
        let mut found: BTreeSet<&ChangeId> = BTreeSet::new();
        for id in group {
            let Some(member) = self.facts.get(id) else {
                if self.item.node(id).is_none() {
                    found.insert(id);
                }
                continue;
            };
            for needs in &member.change.requires {
                let there = |other: &ChangeId| {
                    self.item.node(other).is_some()
                        || !self.item.stand_ins(records, id, other).is_empty()
                };
                if !needs.alternatives().iter().any(there) {
                    found.extend(needs.alternatives());
                }
            }
        }
        found.into_iter().cloned().collect()
    }
}

fn micros(span: Span) -> u64 {
    u64::try_from(span.micros()).unwrap_or_default()
}

fn span(micros: u64) -> Span {
    let end = i64::try_from(micros).ok().and_then(|micros| Instant::from_micros(micros).ok());
    end.unwrap_or(Instant::LAST).since(Instant::EPOCH)
}
