//! Figures in a policy that would ask nothing, or could never be met.

use super::policy::{Requirement, Selector};
use crate::base::error::{ErrorCode, Problem};

/// Checks the figures of a requirement.
pub(super) fn check(path: &str, requirement: &Requirement, problems: &mut Vec<Problem>) {
    check_tickets(path, requirement, problems);
    if let Some(only_for) = &requirement.only_for {
        check_band(&format!("{path}.only_for"), only_for, problems);
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
