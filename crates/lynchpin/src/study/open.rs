//! What the daily questions share: every open item decided once, and when facts end.

use serde::Serializer;

use crate::base::error::Result;
use crate::base::id::{PersonId, RequirementId};
use crate::base::limits::DAILY_DECISIONS_MAX;
use crate::base::{Actor, Instant, Subject};
use crate::portfolio::{AsOf, Decision, OpenItem};
use crate::reason::ReasonCode;
use crate::reason::tree::{Arg, Node};

/// Decides everything that is open, and tells how many were and how many were too many.
pub(super) fn decide_all(
    as_of: &AsOf<'_>,
    items: &[OpenItem],
    mut take: impl FnMut(&OpenItem, &Decision),
) -> Result<(usize, usize)> {
    for item in items.iter().take(DAILY_DECISIONS_MAX) {
        take(item, &as_of.decide(item, as_of.at)?);
    }
    let decided = items.len().min(DAILY_DECISIONS_MAX);
    Ok((decided, items.len().saturating_sub(decided)))
}

/// What holds an item back, without what is said of changes in it that have entered the stage
/// already: nobody waits for that.
pub(super) fn blockers<'a>(
    as_of: &'a AsOf<'_>,
    item: &'a OpenItem,
    decision: &'a Decision,
) -> impl Iterator<Item = &'a Node> {
    decision.reasons().root_blockers_outside(|node| match &node.subject {
        Subject::Change(id) => {
            node.code == ReasonCode::Change && as_of.records.has_entered(id, &item.stage)
        }
        Subject::Release(_) => false,
    })
}

/// When a fact that something rests on ceases to count by itself: because it says so, or because
/// the policy lets such a fact count only for so long.
pub(super) fn ends(
    as_of: &AsOf<'_>,
    requirement: Option<&RequirementId>,
    (kind, number): (&str, usize),
) -> Option<Instant> {
    let records = &*as_of.records;
    let portfolio = records.portfolio();
    let asked = requirement.and_then(|name| as_of.policy()?.requirements.get(name));
    match kind {
        "approvals" => {
            let approval = portfolio.approvals.get(number)?;
            let span = asked.and_then(|it| it.approval.as_ref()?.expires_after);
            let aged = span.map(|span| approval.at.after(span));
            [approval.expires, aged].into_iter().flatten().min()
        }
        "minutes" => {
            let span = asked.and_then(|it| it.approval.as_ref()?.expires_after)?;
            portfolio.minutes.get(number).map(|it| it.meeting.after(span))
        }
        "evidence" => {
            let evidence = portfolio.evidence.get(number)?;
            let span = asked.and_then(|it| it.evidence.as_ref()?.max_age);
            let aged = span.map(|span| evidence.at.after(span));
            [evidence.expires, aged].into_iter().flatten().min()
        }
        "waivers" => portfolio.waivers.get(number).map(|it| it.expires),
        "exceptions" => portfolio.exceptions.get(number).map(|it| it.expires),
        "preauthorisations" => portfolio.preauthorisations.get(number).map(|it| it.expires),
        "delegations" => portfolio.delegations.get(number).and_then(|it| it.until),
        _ => None,
    }
}

/// The people that are named among some actors.
pub(super) fn named(actors: &[Actor]) -> impl Iterator<Item = &PersonId> {
    actors.iter().filter_map(|actor| match actor {
        Actor::Person(id) => Some(id),
        Actor::Group(_) => None,
    })
}

/// What tells a reason apart from others that are about the same.
pub(super) fn about(node: &Node) -> (&Subject, Option<&str>, Option<&str>) {
    let gate = node.gate.as_ref().map(|gate| gate.as_str());
    (&node.subject, gate, node.requirement.as_ref().map(RequirementId::as_str))
}

/// Writes the figures behind a reason as an object.
pub(super) fn as_object<S: Serializer>(
    args: &[(&'static str, Arg)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(args.iter().map(|(name, arg)| (name, arg)))
}
