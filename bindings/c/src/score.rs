//! The answer to "how risky is it?".

use std::ptr;

use lynchpin::portfolio::{Driver, Score, Snapshot};
use lynchpin::wire::Answer;

use crate::error::lp_error;
use crate::guard::{call_on, look_at};
use crate::handle::{self, Object};
use crate::text::{lp_buf, lp_str};
use crate::views::{at, fill, subject_kind, view};

/// The probability that a change or a release causes a failure, and what makes it so. Never
/// changes; share it freely between threads. Free it with `lp_score_free`; until then it keeps all
/// that its snapshot holds in memory.
///
///     lp_change_risk risk = {.struct_size = sizeof risk};
///     lp_contribution part = {.struct_size = sizeof part};
///     for (i = 0; lp_score_change_at(score, i, &risk) == LP_STATUS_OK; i++) {
///         for (k = 0; lp_score_contribution_at(score, i, k, &part) == LP_STATUS_OK; k++) {
///             printf("%.*s: %+.3f by %.*s\n", (int)risk.change.len, risk.change.ptr,
///                    (double)part.log_odds / 1e9, (int)part.factor.len, part.factor.ptr);
///         }
///     }
pub struct lp_score {
    _private: [u8; 0],
}

/// A score with what reports need.
pub(crate) struct Scored {
    /// What was asked: reports take the titles of changes from there.
    pub(crate) snapshot: Snapshot,
    pub(crate) score: Score,
}

impl Object for lp_score {
    type Value = Scored;
    const MAGIC: u64 = 0xe4b8_57c0_1d93_6fa2;
    const NAME: &'static str = "lp_score";
}

/// What was scored, as a whole. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_risk {
    /// `sizeof(lp_risk)`, set by the caller.
    pub struct_size: usize,
    /// The id of what was scored.
    pub subject_id: lp_str,
    /// What scored it: the digest of the risk model that the policy names, or `scorecard/1`.
    pub model: lp_str,
    /// The instant asked about, in microseconds since 1970.
    pub at: i64,
    /// How many changes were scored: 1 for a change; see `lp_score_change_at`.
    pub change_count: usize,
    /// How many changes are named as driving the risk of a release; see `lp_score_driver_at`.
    pub driver_count: usize,
    /// What was scored: LP_SUBJECT_...
    pub subject_kind: u32,
    /// The probability in parts per billion: 0 to 1,000,000,000.
    pub probability: u32,
    /// The least that it can be: for a release that of its riskiest change, for a change itself.
    pub at_least: u32,
    /// The most that it can be: for a release as if its changes failed independently, for a change
    /// itself.
    pub at_most: u32,
    /// For a release that a fitted model scored: the chance that any of its changes fails that
    /// change a service of tier 1, or one whose tier is not known, or name none, in parts per
    /// billion; else 0.
    pub tier_one: u32,
    /// The same: how many changes fail on average, in billionths; else 0.
    pub failures_expected: u64,
    /// The same: in nine of ten such releases at least so many fail; else 0.
    pub failures_at_least: u32,
    /// The same: in nine of ten such releases at most so many fail; else 0.
    pub failures_at_most: u32,
}

view!(lp_risk, at_most: u32);

/// The risk of one change. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_change_risk {
    /// `sizeof(lp_change_risk)`, set by the caller.
    pub struct_size: usize,
    /// The change.
    pub change: lp_str,
    /// The log-odds in billionths: exactly the baseline and all contributions, added up.
    pub log_odds: i64,
    /// The log-odds that every change begins with, in billionths.
    pub baseline: i64,
    /// How many factors contribute; see `lp_score_contribution_at`.
    pub contribution_count: usize,
    /// The probability in parts per billion.
    pub probability: u32,
}

view!(lp_change_risk, probability: u32);

/// What one factor adds to the log-odds of a change. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_contribution {
    /// `sizeof(lp_contribution)`, set by the caller.
    pub struct_size: usize,
    /// The name of the factor, such as `lines`; of two that a fitted model weighs together, such
    /// as `lines with files`.
    pub factor: lp_str,
    /// Its value for this change; 0 if it is not known.
    pub value: u64,
    /// What it adds to the log-odds, in billionths; below 0 it makes the change less risky.
    pub log_odds: i64,
    /// Whether the value is known; what is not known counts as the worst.
    pub known: bool,
}

view!(lp_contribution, known: bool);

/// A change that drives the risk of its release. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_driver {
    /// `sizeof(lp_driver)`, set by the caller.
    pub struct_size: usize,
    /// The change.
    pub change: lp_str,
    /// By how much the risk of the release would fall without it, in parts per billion.
    pub falls_by: u32,
    /// The part of that risk that it answers for, in parts per billion: those of all changes add up
    /// to it. 0, unless a fitted model scored it.
    pub share: u32,
}

view!(lp_driver, falls_by: u32);

/// What was scored, and what it came to. Strings are valid until the score is freed.
///
///     lp_risk whole = {.struct_size = sizeof whole};
///     if (lp_score_whole(score, &whole) == LP_STATUS_OK) {
///         printf("risk of %.*s: %.2f %%\n", (int)whole.subject_id.len, whole.subject_id.ptr,
///                whole.probability / 1e7);
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_whole(score: *const lp_score, risk_out: *mut lp_risk) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(score, ptr::null_mut(), |it| {
            let Score { probability, .. } = it.score;
            let (least, most) = match &it.score.release {
                Some(release) => (release.at_least, release.at_most),
                None => (probability, probability),
            };
            let joint = it.score.release.as_ref().and_then(|release| release.joint);
            let view = lp_risk {
                struct_size: 0,
                subject_id: lp_str::lend(it.score.subject.id()),
                model: lp_str::lend(&it.score.model),
                at: it.score.at.micros(),
                change_count: it.score.changes.len(),
                driver_count: drivers(&it.score).len(),
                subject_kind: subject_kind(&it.score.subject),
                probability: probability.parts_per_billion(),
                at_least: least.parts_per_billion(),
                at_most: most.parts_per_billion(),
                tier_one: joint.map_or(0, |joint| joint.tier_one.parts_per_billion()),
                failures_expected: joint.map_or(0, |joint| joint.expected.billionths()),
                failures_at_least: joint.map_or(0, |joint| joint.failures.0),
                failures_at_most: joint.map_or(0, |joint| joint.failures.1),
            };
            fill(risk_out, view)
        })
    }
}

/// The risk of one change, by its index from 0, in order of ids. Valid until the score is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_change_at(
    score: *const lp_score,
    index: usize,
    risk_out: *mut lp_change_risk,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(score, ptr::null_mut(), |it| {
            let scored = at(&it.score.changes, index)?;
            let view = lp_change_risk {
                struct_size: 0,
                change: lp_str::lend(scored.change.as_str()),
                log_odds: scored.risk.log_odds.billionths(),
                baseline: scored.risk.baseline.billionths(),
                contribution_count: scored.risk.contributions.len(),
                probability: scored.risk.probability.parts_per_billion(),
            };
            fill(risk_out, view)
        })
    }
}

/// What one factor contributes to the risk of one change, by the indices of both from 0. The name
/// is valid for ever.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_contribution_at(
    score: *const lp_score,
    change: usize,
    index: usize,
    contribution_out: *mut lp_contribution,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(score, ptr::null_mut(), |it| {
            let contribution = at(&at(&it.score.changes, change)?.risk.contributions, index)?;
            let view = lp_contribution {
                struct_size: 0,
                factor: lp_str::lend(&contribution.factor),
                value: contribution.value.unwrap_or(0),
                log_odds: contribution.log_odds.billionths(),
                known: contribution.value.is_some(),
            };
            fill(contribution_out, view)
        })
    }
}

/// A change that drives the risk of a release, by its index from 0, the strongest first. Valid
/// until the score is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_driver_at(
    score: *const lp_score,
    index: usize,
    driver_out: *mut lp_driver,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(score, ptr::null_mut(), |it| {
            let driver = at(drivers(&it.score), index)?;
            let change = lp_str::lend(driver.change.as_str());
            let falls_by = driver.falls_by.parts_per_billion();
            let share = driver.share.map_or(0, |share| share.parts_per_billion());
            fill(driver_out, lp_driver { struct_size: 0, change, falls_by, share })
        })
    }
}

/// The score as JSON: the bytes that `lp_ask` answers to the same question. Free the buffer with
/// `lp_buf_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_json(
    score: *const lp_score,
    json_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(score, json_out, error_out, |it| {
            Answer::Score(it.score.clone()).to_bytes().map(lp_buf::give)
        })
    }
}

/// Frees a score. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_free(score: *mut lp_score) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(score) }
}

fn drivers(score: &Score) -> &[Driver] {
    score.release.as_ref().map_or(&[], |release| release.drivers.as_slice())
}
