//! The lane that a risk model is certified for: changes that nobody needs to look at.
//!
//! The certificate never speaks for more than its figures: the bound is worked out from them, and
//! it counts for a time. It counts for nothing if its changes had less time to fail than is asked.
//! When more of the changes fail that it would have let through since than
//! was promised, as surely as is asked, it counts no more. What the model cannot vouch for is not
//! in the lane, however low its risk.

use super::Target;
use crate::base::When;
use crate::base::id::RequirementId;
use crate::gate::figures::{Lane, LaneBounds};
use crate::gate::judge::Case;
use crate::gate::policy::LaneLeaf;
use crate::model::Change;
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(
    case: &Case<'_>,
    change: &Change,
    name: &RequirementId,
    leaf: LaneLeaf,
) -> Node {
    let subject = &Target::member(change);
    let Some((lane, bounds)) = certified(case, name) else {
        return closed(case, change, "not_certified");
    };
    let told = |node: Node| {
        let (passed, failed) = lane.seen;
        let maturity = lane.maturity.map_or_else(|| "unknown".into(), |it| it.to_string());
        node.with("at_most", Arg::text(lane.at_most.to_millionths()))
            .with("passed", Arg::Integer(passed.into()))
            .with("failed", Arg::Integer(failed.into()))
            .with("maturity", Arg::Text(maturity))
            .with("failures_bound", Arg::text(bounds.at_most.to_millionths()))
            .with("failures_at_most", Arg::text(leaf.failures_at_most))
            .with("passed_since", Arg::Integer(bounds.since.passed.into()))
            .with("failed_since", Arg::Integer(bounds.since.failed.into()))
            .until(bounds.since.until)
    };
    if lane.as_of > lane.told {
        // Nobody can have looked up then what was told earlier.
        return told(closed(case, change, "certificate_of_later"));
    }
    if lane.maturity.is_none_or(|maturity| maturity < leaf.settles_after) {
        return told(closed(case, change, "certificate_unripe"))
            .with("settles_after", Arg::text(leaf.settles_after));
    }
    let ends = lane.as_of.after(leaf.certified_within);
    if ends <= case.at {
        return told(closed(case, change, "certificate_expired"));
    }
    if bounds.at_most > leaf.failures_at_most {
        return told(closed(case, change, "promise_not_kept")).until(When::At(ends));
    }
    if bounds.since_at_least > leaf.failures_at_most {
        let failures = bounds.since.failures.iter().map(ToString::to_string).collect();
        return told(closed(case, change, "promise_broken"))
            .until(When::At(ends))
            .with("failures_reached", Arg::text(bounds.since_at_least.to_millionths()))
            .with("failures", Arg::Texts(failures));
    }
    if case.entry.is_some() {
        // What it was when it entered, nobody vouched for: what is owed since is not paid by it.
        return Node::new(Verdict::NoGo, ReasonCode::LaneClosed, subject)
            .with("why", Arg::text("entered"))
            .until(bounds.since.until.min(When::At(ends)));
    }
    let (probability, until) = case.risk(subject);
    let abstains = lane.abstains.get(&change.id);
    let is_in = abstains.is_some_and(Vec::is_empty) && probability <= lane.at_most;
    let (verdict, code) = match is_in {
        true => (Verdict::Go, ReasonCode::InLane),
        false => (Verdict::NoGo, ReasonCode::NotInLane),
    };
    let node = Node::new(verdict, code, subject)
        .with("probability", Arg::text(probability.to_millionths()));
    let node = told(node.until(until.min(When::At(ends))));
    let unsure = abstains.filter(|names| !names.is_empty()).cloned();
    let node = match unsure {
        Some(names) => node.with("abstains_for", Arg::Texts(names)),
        None => node,
    };
    if is_in { node } else { node.act(case.owners(change)) }
}

/// The lane, and how often its changes fail, as sure as is asked.
fn certified<'a>(case: &Case<'a>, name: &RequirementId) -> Option<(&'a Lane, &'a LaneBounds)> {
    let lane = case.figures.lane.as_ref()?;
    Some((lane, lane.bounds.get(name)?))
}

/// No change is in it, until somebody sees to the model.
fn closed(case: &Case<'_>, change: &Change, why: &str) -> Node {
    Node::new(Verdict::NeedsAction, ReasonCode::LaneClosed, &Target::member(change))
        .with("why", Arg::text(why))
        .act(case.policy.owner.clone())
}
