//! One requirement, answered for one subject.

pub(super) mod approval;
pub mod awaited;
mod ballots;
mod baseline;
mod budget;
mod electorate;
pub(super) mod evidence;
mod expression;
mod informed;
mod lane;
mod minutes;
pub(super) mod plan;
mod planned;
mod preauthorised;
mod seating;
pub(super) mod soak;
pub(super) mod state;
mod statement;
mod votes;
mod window;
mod work;

pub(crate) use soak::is_live_as_it_is;

use super::judge::Case;
use super::policy::Requirement;
use crate::base::Subject;
use crate::base::id::RequirementId;
use crate::model::Change;
use crate::reason::tree::{Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// What a requirement is asked of: the subject, and the changes that ship with it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The change or the release.
    pub subject: &'a Subject,
    /// The current revision of each change in it that is not cancelled, in order of ids.
    pub members: &'a [&'a Change],
}

impl Target<'_> {
    /// The subject of one of the members.
    fn member(change: &Change) -> Subject {
        Subject::Change(change.id.clone())
    }
}

/// The members that a requirement is asked of.
pub(super) fn asked<'a>(
    case: &Case<'_>,
    target: Target<'a>,
    requirement: &Requirement,
) -> Vec<&'a Change> {
    let meant = |change: &&Change| {
        case.only.is_none_or(|only| only.contains(&change.id)) && requirement.is_for(case, change)
    };
    target.members.iter().copied().filter(meant).collect()
}

/// Answers a requirement, its waiver aside.
#[must_use]
pub(super) fn judge(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
) -> Reasons {
    let asked = asked(case, target, requirement);
    if asked.is_empty() {
        let mut reasons = Reasons::default();
        reasons.push(Node::new(Verdict::NotApplicable, ReasonCode::NotAsked, target.subject));
        return reasons;
    }
    let asked = Target { subject: target.subject, members: &asked };
    if let Some(leaf) = &requirement.approval {
        // An approval of a release is one of the whole, whoever it is asked for.
        let mut reasons = Reasons::default();
        reasons.push(approval::judge(case, target, name, requirement, leaf));
        return reasons;
    }
    if let Some(leaf) = &requirement.evidence {
        return evidence::judge(case, asked, leaf);
    }
    if let Some(rule) = &requirement.signed {
        return statement::judge(case, asked, rule);
    }
    if let Some(leaf) = &requirement.expression {
        return expression::judge(case, asked, leaf);
    }
    if let Some(leaf) = &requirement.budget {
        return budget::judge(case, asked, name, leaf);
    }
    if let Some(leaf) = &requirement.risk {
        let mut reasons = Reasons::default();
        reasons.push(plan::risk(case, target, *leaf));
        return reasons;
    }
    for_each(asked, |change| {
        if let Some(leaf) = &requirement.soak {
            return soak::judge(case, change, leaf);
        }
        if let Some(leaf) = &requirement.window {
            return window::judge(case, asked.subject, change, leaf);
        }
        if requirement.planned.is_some() {
            return planned::judge(case, asked.subject, change);
        }
        if let Some(leaf) = requirement.lane {
            return lane::judge(case, change, name, leaf);
        }
        if let Some(leaf) = &requirement.preauthorised {
            return preauthorised::judge(case, change, name, leaf);
        }
        if let Some(leaf) = &requirement.tickets {
            return work::tickets(case, change, leaf);
        }
        if let Some(leaf) = &requirement.tasks {
            return work::tasks(case, change, leaf);
        }
        if let Some(leaf) = &requirement.plan {
            return plan::plan(case, change, *leaf);
        }
        plan::reversible(case, change)
    })
}

/// Answers the same question for each member: alone if there is one, all of them otherwise.
fn for_each(target: Target<'_>, answer: impl Fn(&Change) -> Node) -> Reasons {
    let mut reasons = Reasons::default();
    if let [only] = target.members {
        reasons.push(answer(only));
        return reasons;
    }
    let all = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::All, target.subject));
    target.members.iter().for_each(|change| reasons.push(answer(change)));
    reasons.close(all, Join::All);
    reasons
}
