//! What a requirement says that would ask nothing, could never be met or would let nothing pass.

use super::policy::{Requirement, Selector};
use crate::base::Probability;
use crate::base::error::{ErrorCode, Problem};

/// Checks a requirement by itself.
pub(super) fn check(path: &str, requirement: &Requirement, problems: &mut Vec<Problem>) {
    check_leave(path, requirement, problems);
    check_tickets(path, requirement, problems);
    check_record(path, requirement, problems);
    check_lane(path, requirement, problems);
    if let Some(only_for) = &requirement.only_for {
        check_band(&format!("{path}.only_for"), only_for, problems);
    }
}

/// Checks who may let it pass unmet, and how.
fn check_leave(path: &str, requirement: &Requirement, problems: &mut Vec<Problem>) {
    if requirement.waiver.as_ref().is_some_and(|rule| rule.uses_at_most == Some(0)) {
        let message = "a waiver that nobody may use waives nothing: leave the waiver out";
        let at = format!("{path}.waiver.uses_at_most");
        problems.push(Problem::new(ErrorCode::NumberOutOfRange, message).at(at));
    }
    let lacks = requirement.approval.is_some()
        || requirement.evidence.is_some()
        || requirement.plan.is_some();
    if requirement.retrospective.is_some() && !lacks {
        let message = "only an `approval`, `evidence` or a `plan` can be met afterwards";
        let at = format!("{path}.retrospective");
        problems.push(Problem::new(ErrorCode::NotRetrospective, message).at(at));
    }
}

/// No ticket at all, or no state that does, would ask nothing or could never be met.
fn check_tickets(path: &str, requirement: &Requirement, problems: &mut Vec<Problem>) {
    let Some(leaf) = &requirement.tickets else { return };
    if leaf.states.is_empty() {
        let message = "name at least one state that does";
        let at = format!("{path}.tickets.states");
        problems.push(Problem::new(ErrorCode::Empty, message).at(at));
    }
    if leaf.at_least == 0 {
        let message = "a change without a ticket would pass by silence: ask for at least one, and \
                       say in `only_for` which changes need none";
        let at = format!("{path}.tickets.at_least");
        problems.push(Problem::new(ErrorCode::QuorumInvalid, message).at(at));
    }
}

/// A record of no change at all, or one at certainty, shows nothing or can never be shown.
fn check_record(path: &str, requirement: &Requirement, problems: &mut Vec<Problem>) {
    let leaf = requirement.preauthorised.as_ref();
    let Some(rule) = leaf.and_then(|leaf| leaf.record.as_ref()) else { return };
    let certain = [Probability::ZERO, Probability::ONE];
    if rule.at_least == 0 || certain.contains(&rule.confidence) {
        let message = "ask for at least one change, and for a confidence between 0 and 1";
        let at = format!("{path}.preauthorised.record");
        problems.push(Problem::new(ErrorCode::NumberOutOfRange, message).at(at));
    }
}

/// A promise that any rate keeps, or that none can, tells nothing.
fn check_lane(path: &str, requirement: &Requirement, problems: &mut Vec<Problem>) {
    let Some(leaf) = &requirement.lane else { return };
    let certain = [Probability::ZERO, Probability::ONE];
    if certain.contains(&leaf.failures_at_most) || certain.contains(&leaf.confidence) {
        let message =
            "promise a rate of failures between 0 and 1, with a confidence between 0 and 1";
        let at = format!("{path}.lane");
        problems.push(Problem::new(ErrorCode::NumberOutOfRange, message).at(at));
    }
}

/// A band of risk that nothing lies in selects nothing, and one without ends is none.
pub(super) fn check_band(path: &str, selector: &Selector, problems: &mut Vec<Problem>) {
    let Some(band) = selector.risk else { return };
    let (code, message) = match (band.at_least, band.below) {
        (None, None) => (ErrorCode::Empty, "give `at_least`, `below` or both"),
        _ if band.is_empty() => (ErrorCode::NumberOutOfRange, "no risk lies in that band"),
        _ => return,
    };
    problems.push(Problem::new(code, message).at(format!("{path}.risk")));
}
