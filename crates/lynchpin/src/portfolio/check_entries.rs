//! What contradicts itself among decisions and claims.

use super::check::{Place, Problems, added};
use crate::base::error::ErrorCode;
use crate::base::limits::INTEGER_MAX;
use crate::model::Portfolio;
use crate::model::portfolio::Counts;

/// Checks the claims that were added, and how often the added waivers may be used.
pub(super) fn check_entries(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, erasure) in added(&portfolio.erasures, old.erasures, "erasures") {
        check_range(at, (erasure.first, erasure.last), problems);
    }
    for (at, hold) in added(&portfolio.legal_holds, old.legal_holds, "legal_holds") {
        let range = (hold.first.unwrap_or(1), hold.last.unwrap_or(INTEGER_MAX));
        check_range(at, range, problems);
    }
    let mut positive = |at: Place<'_>, field: &str, number: u32| {
        if number == 0 {
            let message = format!("`{field}` counts from 1");
            problems.add(format!("{at}.{field}"), ErrorCode::NumberOutOfRange, message);
        }
    };
    for (at, claim) in added(&portfolio.claims, old.claims, "claims") {
        positive(at, "attempt", claim.attempt);
    }
    for (at, waiver) in added(&portfolio.waivers, old.waivers, "waivers") {
        positive(at, "uses", waiver.uses.unwrap_or(1));
    }
}

/// Checks the numbers of the first and of the last entry of a range.
fn check_range(at: Place<'_>, (first, last): (u64, u64), problems: &mut Problems) {
    if first == 0 || last > INTEGER_MAX {
        let message = "entries of a ledger are numbered from 1 to 2^53-1";
        problems.add(format!("{at}.first"), ErrorCode::NumberOutOfRange, message);
    }
    if last < first {
        let message = "the last entry does not come before the first";
        problems.add(format!("{at}.last"), ErrorCode::NumberOutOfRange, message);
    }
}
