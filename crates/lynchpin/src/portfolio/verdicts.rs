//! "May each of them go?", without the reasons.
//!
//! A host that shows all releases, or looks for those that turned, does not read a million trees.
//! Here the verdicts are worked out as a decision works them out, but for what lies between the
//! members of a release: that is told by numbers instead of reasons. Why, a decision tells, of
//! those that somebody looks at.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alone::{self, ReleaseGates, release_gates, release_parts};
use super::decide::{Asked, asks_for_risk, by_parts, decide, no_policy, selected_until, with_case};
use super::dependencies;
use super::family;
use super::flow::Orders;
use super::in_force::InForce;
use super::item::Members;
use super::open_items::not_cancelled;
use super::pinned;
use super::question::{DecideQuestion, VerdictsQuestion};
use super::track::Track;
use crate::base::error::{Error, Result};
use crate::base::id::{ChangeId, ReleaseId, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::gate::Case;
use crate::graph::{Node, Shipped};
use crate::history::Records;
use crate::model::Change;
use crate::plan::Item;
use crate::reason::tree::Reasons;
use crate::reason::{ReasonCode, Verdict};

/// May each of them go? The answer without reasons: [`decide`](super::Snapshot::decide) tells those
/// of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdicts {
    /// As of when.
    pub at: Instant,
    /// The policy that was applied, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// `yes`, if another policy than the one in force was applied; then nothing here is a go,
    /// whatever it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<&'static str>,
    /// Each release that is not cancelled and then each change in none, in order of ids.
    pub subjects: Vec<SubjectVerdicts>,
}

/// The verdict on one subject and, of a release, on each of its changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SubjectVerdicts {
    /// The release, or a change that is in none.
    pub subject: Subject,
    /// The stage that it was asked for.
    pub stage: StageId,
    /// The verdict.
    pub verdict: Verdict,
    /// The changes of a release that are known and not cancelled, in order of ids; of a release
    /// above others, its own.
    pub changes: Vec<ChangeId>,
    /// The verdict on each of them, as a part of the release.
    pub verdicts: Vec<Verdict>,
}

pub(super) fn of(
    records: &Records,
    in_force: &InForce<'_>,
    question: &VerdictsQuestion,
) -> Result<Verdicts> {
    // One that was in force earlier may ask for other risks, by another model.
    let policies = in_force.policy.into_iter().chain(in_force.adopted.iter().map(|(_, it)| it));
    let asks = policies.into_iter().any(asks_for_risk);
    let track = asks.then(|| match in_force.models.is_empty() {
        true => Track::new(records),
        false => Track::whole(records),
    });
    let in_force = &InForce { track: track.as_ref(), ..*in_force };
    let subjects = not_cancelled(records)
        .map(|subject| one(records, in_force, question, &subject))
        .collect::<Result<_>>()?;
    let policy = in_force.policy.map(|policy| policy.digest);
    Ok(Verdicts { at: question.at, policy, what_if: in_force.what_if.then_some("yes"), subjects })
}

/// The verdicts on one subject.
fn one(
    records: &Records,
    in_force: &InForce<'_>,
    question: &VerdictsQuestion,
    subject: &Subject,
) -> Result<SubjectVerdicts> {
    let of = || {
        let members = Members::of(records, subject)?;
        let stage = members.stage(records, in_force.policy, question.stage.as_ref())?;
        let asked = Asked { subject, members: &members, stage: &stage, at: question.at };
        let (verdict, verdicts) = match subject {
            Subject::Release(id)
                if !records.is_parent(id) && !pinned::binds(records, in_force, &asked) =>
            {
                by_numbers(records, in_force, &asked, id)?
            }
            Subject::Release(_) | Subject::Change(_) => by_reasons(records, in_force, &asked)?,
        };
        let changes = match subject {
            Subject::Release(_) => members.changes.iter().map(|it| it.id.clone()).collect(),
            Subject::Change(_) => Vec::new(),
        };
        Ok(SubjectVerdicts { subject: subject.clone(), stage, verdict, changes, verdicts })
    };
    of().map_err(|error: Error| error.under(&subject.to_string()))
}

/// The verdicts of a whole decision.
fn by_reasons(
    records: &Records,
    in_force: &InForce<'_>,
    asked: &Asked<'_>,
) -> Result<(Verdict, Vec<Verdict>)> {
    let question =
        DecideQuestion::new(asked.subject.clone(), asked.at).with_stage(asked.stage.clone());
    let decision = decide(records, in_force, &question)?;
    let (reasons, mut verdicts) = (decision.reasons(), Vec::new());
    if matches!(asked.subject, Subject::Release(_)) {
        let parts = reasons.children(0).filter_map(|index| reasons.nodes().get(index));
        let members = parts.filter(|node| node.code == ReasonCode::Change);
        verdicts.extend(members.map(|node| node.verdict));
    }
    Ok((decision.verdict(), verdicts))
}

/// The verdicts on a release that stands above no other and that one policy judges.
fn by_numbers(
    records: &Records,
    in_force: &InForce<'_>,
    asked: &Asked<'_>,
    id: &ReleaseId,
) -> Result<(Verdict, Vec<Verdict>)> {
    family::check(records, [id])?;
    let nothing = no_policy();
    let policy = in_force.policy.unwrap_or(&nothing);
    with_case(records, in_force.by(policy, records.as_of), asked, |case| {
        let gates = release_gates(case, asked.subject, &asked.members.all);
        let members = of_members(case, asked.members, &gates)?;
        let mut parts = release_parts(case, asked.subject, asked.members, gates);
        parts.extend(family::parts(case, id));
        let unknown = asked.members.unknown.iter().map(|_| Verdict::Unknown);
        let as_a_whole = parts.iter().map(Reasons::verdict).chain(unknown);
        Ok((Verdict::all(as_a_whole.chain(members.iter().copied())), members))
    })
}

/// The verdict on each member, in order of ids.
fn of_members(
    case: &Case<'_>,
    members: &Members<'_>,
    gates: &ReleaseGates<'_>,
) -> Result<Vec<Verdict>> {
    let selected = selected_until(case);
    let own: Vec<Verdict> = alone::of_each(case, members, gates)
        .map(|(_, itself)| by_parts(selected, &itself.parts).verdict)
        .collect();
    let item = Item::new(case.records, &members.changes, case.stage)?;
    // Members and their numbers are in the order of their ids, both.
    let nodes: Vec<Node> = item.candidates().iter().collect();
    let place = |node: Node| nodes.binary_search(&node).ok();
    let own_of = |node| place(node).and_then(|at| own.get(at)).copied().unwrap_or(Verdict::NoGo);
    let orders = Orders::new(item, own_of, case.policy.cycles, Item::shipped)?;
    let with_others = nodes.iter().zip(&members.changes).zip(&own);
    let so_far: Vec<Verdict> = with_others
        .map(|((node, change), own)| (*own).max(on_others(case, &orders, *node, change)))
        .collect();
    let held = held(&orders, &nodes, &so_far);
    let with_partners = nodes.iter().zip(&so_far).map(|(node, verdict)| {
        let group = orders.group_with(*node).next().filter(|_| !orders.goes(*node));
        let worst = group.filter(|_| verdict.is_met()).and_then(|group| held.get(&group));
        match worst {
            None => *verdict,
            Some(Verdict::Wait) => Verdict::Wait,
            Some(_) => Verdict::Blocked,
        }
    });
    Ok(with_partners.collect())
}

/// What holds each group back, by its first member: the worst that its members come to. Once for a
/// group, which may be all of a release; what is live already holds nobody back.
fn held(orders: &Orders<Shipped>, nodes: &[Node], so_far: &[Verdict]) -> BTreeMap<Node, Verdict> {
    let mut held = BTreeMap::new();
    for (node, verdict) in nodes.iter().zip(so_far) {
        if verdict.is_met() || orders.item.is_live(*node) {
            continue;
        }
        if let Some(group) = orders.group_with(*node).next() {
            let worst = held.entry(group).or_insert(*verdict);
            *worst = (*worst).max(*verdict);
        }
    }
    held
}

/// What comes to a member from what it depends on.
fn on_others(case: &Case<'_>, orders: &Orders<Shipped>, node: Node, change: &Change) -> Verdict {
    let said = |node: &Node| {
        if orders.item.is_live(*node) || orders.goes(*node) {
            Verdict::Go
        } else if orders.goes_later(*node) {
            Verdict::Wait
        } else {
            Verdict::Blocked
        }
    };
    let clauses = change.requires.iter().zip(orders.item.clauses_of(node));
    let clauses = clauses.map(|(needs, there)| match there {
        [] => {
            let outside = needs.alternatives().iter();
            Verdict::any(outside.map(|id| dependencies::outside(case, change, id).verdict))
        }
        there => Verdict::any(there.iter().map(said)),
    });
    let absent = case.records.partners(&change.id).filter(|id| !orders.item.has(id));
    let absent = absent.map(|id| dependencies::absent_partner(case, change, id).verdict);
    let cycle = orders.cycles_of.contains_key(&node).then_some(Verdict::NoGo);
    Verdict::all(clauses.chain(absent).chain(cycle))
}
