//! Leave to pass one requirement.
//!
//! A waiver counts for exactly the requirement, subject, revision and stage it names, from a
//! grantor whom the policy entitles and who neither asked for it nor had a hand in the subject,
//! until it expires, is revoked or is used up: a use is a claim that names it. The answer without
//! it stays visible below.

use std::collections::BTreeSet;

use super::judge::Case;
use super::leaf::{Target, approval, evidence};
use super::policy::{Requirement, WaiverRule};
use crate::base::When;
use crate::base::id::{PersonId, RequirementId};
use crate::history::order::position;
use crate::model::Waiver;
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// Puts a requirement's answer under the waiver that applies to it, if the answer is not met and
/// one does.
#[must_use]
pub(super) fn apply(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
    answer: Reasons,
) -> Reasons {
    let Some(rule) = &requirement.waiver else { return answer };
    if answer.verdict() <= Verdict::GoWaived {
        return answer;
    }
    let Some((number, waiver)) = find(case, target, name, requirement, rule) else { return answer };
    let mut node = Node::new(Verdict::GoWaived, ReasonCode::Waived, target.subject)
        .with("waiver", Arg::text(&waiver.id))
        .with("by", Arg::text(&waiver.by))
        .with("until", Arg::text(waiver.expires))
        .until(When::At(waiver.expires))
        .clears(Clears::Now)
        .citing("waivers", number);
    if let Some(turn) = case.suspension(&waiver.by) {
        node = node.until(When::At(turn));
    }
    if let Some(root) = answer.root() {
        node = node.until(root.holds_until);
    }
    if let Some(reason) = &waiver.reason {
        node = node.with("reason", Arg::text(reason));
    }
    let mut reasons = Reasons::default();
    let open = reasons.open(node);
    reasons.graft(answer);
    reasons.close_as_is(open);
    reasons
}

/// The waiver that applies: of several, the one that lasts longest, ties by id.
fn find<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
    rule: &WaiverRule,
) -> Option<(usize, &'a Waiver)> {
    let out = approval::excluded(case, target);
    let all = &case.records.portfolio().waivers;
    let numbers = case.records.waivers(target.subject).iter();
    numbers
        .filter_map(|number| Some((*number, all.get(*number)?)))
        .filter(|(_, waiver)| {
            waiver.requirement == *name
                && waiver.stage == *case.stage
                && is_in_time(case, rule, waiver)
                && is_left(case, rule, waiver)
                && is_entitled(case, rule, waiver, &out)
                && !case.records.is_revoked(&waiver.id)
                && case.requirement_unchanged_since(name, [waiver.at, position(*waiver).0])
                && !was_running(case, target, requirement, waiver)
                && !approval::is_of_another(
                    case,
                    target.subject,
                    *waiver,
                    (waiver.revision, waiver.digest),
                )
                && approval::material_difference(case, target.subject, waiver.revision, requirement)
                    .is_empty()
        })
        .min_by(|(_, a), (_, b)| b.expires.cmp(&a.expires).then_with(|| a.id.cmp(&b.id)))
}

/// Whether a use is left of it, and it is for no more uses than the policy allows. A use is a claim
/// that names it.
fn is_left(case: &Case<'_>, rule: &WaiverRule, waiver: &Waiver) -> bool {
    let within = |uses: u32| rule.uses_at_most.is_none_or(|most| uses <= most);
    let uses = waiver.uses.or(rule.uses_at_most);
    let left =
        |uses: u32| usize::try_from(uses).is_ok_and(|uses| case.records.uses(&waiver.id) < uses);
    waiver.uses.is_none_or(within) && uses.is_none_or(left)
}

fn is_in_time(case: &Case<'_>, rule: &WaiverRule, waiver: &Waiver) -> bool {
    case.at < waiver.expires && waiver.expires.since(waiver.at) <= rule.for_at_most
}

fn is_entitled(
    case: &Case<'_>,
    rule: &WaiverRule,
    waiver: &Waiver,
    out: &BTreeSet<&PersonId>,
) -> bool {
    let people = &case.records.people;
    let grantor = people.principal(&waiver.by);
    grantor != people.principal(&waiver.requester)
        && !out.contains(grantor)
        && people.may_act(waiver, case.at)
        && people.belonged(waiver, &rule.group)
}

/// A check that was running when the waiver was given cannot be waived: nobody knew yet what it
/// would say.
fn was_running(
    case: &Case<'_>,
    target: Target<'_>,
    requirement: &Requirement,
    waiver: &Waiver,
) -> bool {
    requirement.evidence.as_ref().is_some_and(|leaf| {
        evidence::is_running(case, target, leaf, waiver.recorded.unwrap_or(waiver.at))
    })
}
