//! What a type cannot check of calendars, freezes, windows and quarantines.

use super::check::{Place, Problems, added};
use crate::base::error::{ErrorCode, Result};
use crate::base::limits::{BOARD_CALENDARS_MAX, FREEZES_MAX, SCOPE_MAX};
use crate::calendar::Occasion;
use crate::model::portfolio::Counts;
use crate::model::{Occasions, Portfolio, Scope};

pub(super) fn check_freezes(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    let lists = [
        ("freezes", portfolio.freezes.len(), old.freezes),
        ("windows", portfolio.windows.len(), old.windows),
    ];
    for (name, count, before) in lists {
        if count > FREEZES_MAX {
            let message = format!("a portfolio holds at most {FREEZES_MAX} of them");
            let at = format!("$.{name}[{}]", FREEZES_MAX.saturating_sub(before));
            problems.add(at, ErrorCode::ListTooLong, message);
        }
    }
    // Each calendar costs work to be read, so no more of them are than may be there.
    let freezes = added(&portfolio.freezes, old.freezes, "freezes").take(FREEZES_MAX);
    for (at, freeze) in freezes {
        check_calendar(&format!("{at}.when"), &freeze.when, problems);
        check_scope(at, &freeze.scope, problems);
    }
    let windows = added(&portfolio.windows, old.windows, "windows").take(FREEZES_MAX);
    for (at, window) in windows {
        check_calendar(&format!("{at}.when"), &window.when, problems);
        check_scope(at, &window.scope, problems);
    }
    for (at, it) in added(&portfolio.quarantines, old.quarantines, "quarantines") {
        if it.change.is_some() == it.artifact.is_some() {
            let message = "a quarantine is of either a `change` or an `artifact`";
            problems.add(at, ErrorCode::SubjectAmbiguous, message);
        }
    }
    for (at, it) in added(&portfolio.revocations, old.revocations, "revocations") {
        if it.waiver.is_some() == it.exception.is_some() {
            let message = "what is taken back is either a `waiver` or an `exception`";
            problems.add(at, ErrorCode::SubjectAmbiguous, message);
        }
    }
}

/// When boards meet by the clock.
pub(super) fn check_meets(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    if portfolio.boards.len() == old.boards {
        return;
    }
    let before = portfolio.boards.iter().take(old.boards).filter(|it| it.meets.is_some()).count();
    let boards = added(&portfolio.boards, old.boards, "boards");
    let meets = boards.filter_map(|(at, board)| board.meets.as_ref().map(|meets| (at, meets)));
    for (number, (at, meets)) in meets.enumerate() {
        if number.saturating_add(before) >= BOARD_CALENDARS_MAX {
            let message = format!("a portfolio holds at most {BOARD_CALENDARS_MAX} of them");
            problems.add(format!("{at}.meets"), ErrorCode::ListTooLong, message);
            return;
        }
        check_calendar(&format!("{at}.meets"), meets, problems);
    }
}

fn check_calendar(at: &str, when: &Occasions, problems: &mut Problems) {
    let read: Result<Occasion> = Occasion::compile(when);
    for problem in read.err().iter().flat_map(|error| error.problems()) {
        let inner = problem.path.trim_start_matches('$');
        problems.add(format!("{at}{inner}"), problem.code, problem.message.clone());
    }
}

fn check_scope(at: Place<'_>, scope: &Scope, problems: &mut Problems) {
    let lists = [
        ("services", scope.services.len()),
        ("stages", scope.stages.len()),
        ("environments", scope.environments.len()),
        ("tiers", scope.tiers.len()),
    ];
    for (name, count) in lists {
        if count > SCOPE_MAX {
            let message = format!("a scope names at most {SCOPE_MAX} of each");
            problems.add(format!("{at}.scope.{name}"), ErrorCode::ListTooLong, message);
        }
    }
}
