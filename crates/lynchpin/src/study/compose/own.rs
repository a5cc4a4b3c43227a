//! What is said of a change by itself: all but what its dependencies and its releases say.

use super::HeldBy;
use crate::base::Subject;
use crate::reason::tree::{Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};
use crate::study::actions::{Patience, least};

/// What a decision about a change alone says of the change by itself.
pub(super) struct Own {
    pub(super) verdict: Verdict,
    pub(super) held_by: Vec<HeldBy>,
    /// Whether nothing that anybody does makes it a go.
    pub(super) never: bool,
}

impl Own {
    /// Reads it off the tree of a decision about the change.
    ///
    /// Dependencies are left to the choice, and so are conflicts among the candidates. What gates
    /// that judge releases ask, and what is said of the releases that it is in, is asked of the
    /// release that is made of what is chosen.
    pub(super) fn of(reasons: &Reasons, subject: &Subject) -> Own {
        let nodes = reasons.nodes();
        let mut own = Reasons::default();
        let open = own.open(Node::new(Verdict::NotApplicable, ReasonCode::Change, subject));
        let mut by_releases = false;
        let mut next = vec![0];
        while let Some(index) = next.pop() {
            let children: Vec<usize> = reasons.children(index).collect();
            let of = |child: usize| nodes.get(child).map(|node| node.code);
            let in_none = children.iter().any(|it| of(*it) == Some(ReasonCode::NotInARelease));
            for child in children {
                let Some(code) = of(child) else { continue };
                let grandchild = reasons.children(child).next().and_then(of);
                let release = code == ReasonCode::NotInARelease
                    || code == ReasonCode::Release
                    || code == ReasonCode::Any && grandchild == Some(ReasonCode::Release);
                by_releases |= release;
                // That nobody judged it is said where it rests on dependencies: see there.
                let aside = in_none && code == ReasonCode::NoPolicyApplies;
                if matches!(code, ReasonCode::PolicyOfDecision | ReasonCode::Change) {
                    next.push(child);
                } else if !release && !aside && !is_of_dependencies(code) {
                    own.graft(reasons.part(child));
                }
            }
        }
        own.close(open, Join::All);
        let nothing = own.verdict() == Verdict::NotApplicable;
        if nothing && by_releases {
            return Own { verdict: Verdict::Go, held_by: Vec::new(), never: false };
        }
        let never = nothing || !least(&own, Patience::Allow).never.is_empty();
        let held = own.root_blockers().map(|node| HeldBy {
            code: node.code,
            requirement: node.requirement.clone(),
            act: node.act.clone(),
        });
        let mut held_by: Vec<HeldBy> = held.collect();
        held_by.sort_unstable();
        held_by.dedup();
        Own { verdict: own.verdict(), held_by, never }
    }
}

fn is_of_dependencies(code: ReasonCode) -> bool {
    use ReasonCode as Code;
    let of_them = [
        Code::Requires,
        Code::RequirementLive,
        Code::RequirementShips,
        Code::RequirementWaits,
        Code::RequirementBlocked,
        Code::RequirementNotLive,
        Code::RequirementCancelled,
        Code::RequirementNotFound,
        Code::TogetherMissing,
        Code::TogetherWaits,
        Code::TogetherBlocked,
        Code::DependencyCycle,
    ];
    of_them.contains(&code)
}
