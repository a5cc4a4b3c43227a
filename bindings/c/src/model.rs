//! Risk models that are fitted to the host's own history.

use std::ptr;
use std::sync::OnceLock;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::risk::learn::{Column, Fit, Model, Scorer, Scores};

use crate::column::{Given, given, lp_column, number_of};
use crate::error::lp_error;
use crate::guard::{call, look, look_at};
use crate::handle::{self, Object};
use crate::numbers::{check, taken};
use crate::text::lp_str;
use crate::views::{self, at, fill, view};

/// A risk model that was fitted to a history, or read: terms in whole numbers that add up to the
/// log-odds of a failure. The same history gives the same bytes in every language and on every
/// machine. No engine is needed. Never changes; share it freely between threads. Free it with
/// `lp_model_free`.
///
///     lp_column columns[] = {
///         {.name = LP_STR("lines"), .transform = LP_TRANSFORM_LOG, .bend = LP_BEND_RISING,
///          .values = lines},
///         {.name = LP_STR("services"), .transform = LP_TRANSFORM_PLAIN, .bend = LP_BEND_FREE,
///          .values = services},
///     };
///     if (lp_model_fit(columns, 2, failed, 8, NULL, &model, &error) == LP_STATUS_OK
///         && lp_model_score(model, columns, 2, 8, &scores, &error) == LP_STATUS_OK) {
///         for (i = 0; i < 8; i++) {
///             printf("%.3f\n", probabilities[i] / 1e9);
///         }
///     }
pub struct lp_model {
    _private: [u8; 0],
}

/// A model with what is lent of it.
pub(crate) struct Held {
    model: Model,
    json: String,
    digest: String,
    /// Made ready for values as they are, and for transformed ones, when they are first scored.
    scorers: [OnceLock<Scorer>; 2],
}

impl Held {
    fn new(model: Model) -> Result<Self> {
        let json = String::from_utf8(model.to_json()?)
            .map_err(|_| Error::new(ErrorCode::Other, "the model is no text; report it"))?;
        let digest = model.digest()?.to_string();
        Ok(Held { model, json, digest, scorers: Default::default() })
    }

    fn scorer(&self, is_transformed: bool) -> &Scorer {
        let [plain, transformed] = &self.scorers;
        let place = if is_transformed { transformed } else { plain };
        place.get_or_init(|| self.model.scorer(is_transformed))
    }
}

impl Object for lp_model {
    type Value = Held;
    const MAGIC: u64 = 0xd07b_e69a_24f1_58c3;
    const NAME: &'static str = "lp_model";
}

/// How a model is fitted. Set `struct_size`, and to zero what is not said; or let `lp_fit_additive`
/// set it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_fit {
    /// `sizeof(lp_fit)`, set by the caller.
    pub struct_size: usize,
    /// How firmly weights are held near zero, or near the prior's: as if so many changes had said
    /// so. 0 stands for 1, which is little.
    pub strength: u32,
    /// After how many later changes one counts half; 0 if all count alike. A third of the history
    /// follows most drifts.
    pub half_life: u32,
    /// How many small trees are added up to steps; with 0 the model is of lines alone.
    pub rounds: u32,
    /// How many pairs of features may have steps of their own.
    pub pairs: u32,
    /// What was known before, or NULL: its weights and their errors take the place of zero and of
    /// `strength`, feature by feature. It fades as changes come.
    pub prior: *const lp_model,
}

view!(lp_fit, prior: *const lp_model);

impl lp_fit {
    const LINES: lp_fit = lp_fit {
        struct_size: 0,
        strength: 1,
        half_life: 0,
        rounds: 0,
        pairs: 0,
        prior: ptr::null(),
    };
}

/// What a model is, as a whole. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_fitted {
    /// `sizeof(lp_fitted)`, set by the caller.
    pub struct_size: usize,
    /// The model as canonical JSON, the same bytes in every language; `lp_model_read` takes it.
    pub json: lp_str,
    /// The digest of that: names the model wherever it was used.
    pub digest: lp_str,
    /// The log-odds of a change of which every feature is as usual, in billionths.
    pub baseline: i64,
    /// The standard error of what the lines say of such a change, in billionths; 0 if not known.
    pub baseline_error: i64,
    /// How many changes it was fitted to.
    pub changes: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How many terms there are, one for each feature; see `lp_model_term_at`.
    pub term_count: usize,
    /// How many pairs of features add something together; see `lp_model_pair_at`.
    pub pair_count: usize,
}

view!(lp_fitted, pair_count: usize);

/// What one feature adds to the log-odds. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_term {
    /// `sizeof(lp_term)`, set by the caller.
    pub struct_size: usize,
    /// The feature.
    pub name: lp_str,
    /// What one unit of the transformed value adds, in billionths.
    pub weight: i64,
    /// The standard error of the weight, in billionths.
    pub error: i64,
    /// The transformed value, in millionths, that adds nothing: the mean of the history.
    pub centre: i64,
    /// The smallest transformed value that was seen, in millionths; below counts as it.
    pub seen_low: i64,
    /// The largest that was seen; above counts as it.
    pub seen_high: i64,
    /// How many steps are added beside the line; 0 if there is only the line.
    pub step_count: usize,
    /// What is done to its values first: LP_TRANSFORM_...
    pub transform: u32,
}

view!(lp_term, transform: u32);

/// Two features that add something together, beyond what each adds alone. Set `struct_size` before
/// the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_pair {
    /// `sizeof(lp_pair)`, set by the caller.
    pub struct_size: usize,
    /// One of them.
    pub first: lp_str,
    /// The other one.
    pub second: lp_str,
}

view!(lp_pair, second: lp_str);

/// Where scores go: arrays of the caller's, each NULL if it is not wanted. Set `struct_size`, and
/// to zero what is not wanted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_scores {
    /// `sizeof(lp_scores)`, set by the caller.
    pub struct_size: usize,
    /// Room for the log-odds of each change, in billionths.
    pub log_odds: *mut i64,
    /// Room for the probability of each change, in parts per billion.
    pub probabilities: *mut u32,
    /// Room for what each term adds for each change, in billionths: all changes for the first term,
    /// then all for the second, and after the terms so for each pair. With the baseline they add up
    /// to the log-odds exactly.
    pub contributions: *mut i64,
    /// How many numbers there is room for in `contributions`: it must be the number of changes
    /// times that of terms and pairs.
    pub contribution_count: usize,
    /// 1 if the values were transformed already, once for many models; else 0.
    pub transformed: u32,
}

view!(lp_scores, transformed: u32);

impl lp_scores {
    const NONE: lp_scores = lp_scores {
        struct_size: 0,
        log_odds: ptr::null_mut(),
        probabilities: ptr::null_mut(),
        contributions: ptr::null_mut(),
        contribution_count: 0,
        transformed: 0,
    };
}

/// Sets how a model is fitted to a history of some thousands of changes: lines, steps and pairs,
/// with later changes counting more. Change what you like before you fit. Writes all but
/// `struct_size`, which you set.
///
///     lp_fit fit = {.struct_size = sizeof fit};
///     if (lp_fit_additive(8, &fit, &error) == LP_STATUS_OK) {
///         fit.rounds = 50;
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_fit_additive(
    changes: usize,
    fit_out: *mut lp_fit,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look(error_out, || {
            let Fit { strength, half_life, rounds, pairs, .. } = Fit::additive(changes);
            let half_life = half_life.unwrap_or(0);
            fill(fit_out, lp_fit { strength, half_life, rounds, pairs, ..lp_fit::LINES })
        })
    }
}

/// Fits a model to `column_count` columns of `count` values each and to what became of the changes,
/// the oldest first: `failed` has 1 for each that failed, and 0 for each other. With NULL for `fit`
/// it is of lines alone, which a few hundred changes bear. Everything is read during the call only;
/// on success `*model_out` is yours: free it with `lp_model_free`.
///
/// Fails with LP_STATUS_BAD_ARGUMENT if columns have one name or are of no use together, if all
/// changes failed, or none, or if a number is none that it can be, and with
/// LP_STATUS_NUMBER_OUT_OF_RANGE for a value that cannot be kept; the message says which.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_fit(
    columns: *const lp_column,
    column_count: usize,
    failed: *const u8,
    count: usize,
    fit: *const lp_fit,
    model_out: *mut *mut lp_model,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(model_out, error_out, || {
            let columns = taken(columns, column_count, "columns")?;
            let columns = columns.iter().map(|it| given(it, count)).collect::<Result<Vec<_>>>()?;
            let failed = outcomes(taken(failed, count, "failed")?)?;
            let said =
                if fit.is_null() { lp_fit::LINES } else { views::taken(fit, lp_fit::LINES)? };
            let prior = match said.prior.is_null() {
                true => None,
                false => Some(handle::check(said.prior)?.whole()?),
            };
            let fit = Fit {
                strength: said.strength.max(1),
                half_life: (said.half_life > 0).then_some(said.half_life),
                rounds: said.rounds,
                pairs: said.pairs,
                prior: prior.map(|it| &it.model),
            };
            let columns: Vec<Column<'_>> =
                columns.iter().map(Given::column).collect::<Result<_>>()?;
            Ok(handle::new(Held::new(Model::fit(&columns, &failed, &fit)?)?))
        })
    }
}

/// Reads a model from JSON: one of `lp_model_whole`, or one that another tool exports in this form.
/// On success `*model_out` is yours: free it with `lp_model_free`.
///
/// Fails as documents do where it is no JSON, and with LP_STATUS_BAD_ARGUMENT where it is no model;
/// the message says where.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_read(
    json: lp_str,
    model_out: *mut *mut lp_model,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(model_out, error_out, || Ok(handle::new(Held::new(Model::from_json(json.bytes()?)?)?)))
    }
}

/// What a model is, as a whole: its JSON, its digest and its figures. Strings are valid until the
/// model is freed.
///
///     lp_fitted whole = {.struct_size = sizeof whole};
///     if (lp_model_whole(model, &whole) == LP_STATUS_OK) {
///         printf("%.*s, of %u changes\n", (int)whole.digest.len, whole.digest.ptr,
///                (unsigned)whole.changes);
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_whole(model: *const lp_model, fitted_out: *mut lp_fitted) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(model, ptr::null_mut(), |it| {
            let view = lp_fitted {
                struct_size: 0,
                json: lp_str::lend(&it.json),
                digest: lp_str::lend(&it.digest),
                baseline: it.model.baseline.billionths(),
                baseline_error: it.model.baseline_error.billionths(),
                changes: it.model.changes,
                failures: it.model.failures,
                term_count: it.model.terms.len(),
                pair_count: it.model.pairs.len(),
            };
            fill(fitted_out, view)
        })
    }
}

/// A term of a model, by its index from 0, in the order of the columns that it was fitted to. Valid
/// until the model is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_term_at(
    model: *const lp_model,
    index: usize,
    term_out: *mut lp_term,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(model, ptr::null_mut(), |it| {
            let term = at(&it.model.terms, index)?;
            let view = lp_term {
                struct_size: 0,
                name: lp_str::lend(&term.name),
                weight: term.weight.billionths(),
                error: term.error.billionths(),
                centre: term.centre,
                seen_low: term.seen.0,
                seen_high: term.seen.1,
                step_count: term.steps.adds.len(),
                transform: number_of(term.transform),
            };
            fill(term_out, view)
        })
    }
}

/// A pair of a model, by its index from 0. Valid until the model is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_pair_at(
    model: *const lp_model,
    index: usize,
    pair_out: *mut lp_pair,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(model, ptr::null_mut(), |it| {
            at(&it.model.pairs, index)?;
            let (first, second) = it.model.pair_names().nth(index).unwrap_or_default();
            let (first, second) = (lp_str::lend(first), lp_str::lend(second));
            fill(pair_out, lp_pair { struct_size: 0, first, second })
        })
    }
}

/// Scores `count` changes by the columns of their features, and writes what `scores` has room for.
/// Columns are found by their names and may stand in any order; of each only the name and the
/// values are looked at. On failure nothing is written.
///
/// Fails with LP_STATUS_BAD_ARGUMENT if a term has no column, or two, or if there is room for
/// another number of contributions than there are, and with LP_STATUS_NUMBER_OUT_OF_RANGE for a
/// value that cannot be kept.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_score(
    model: *const lp_model,
    columns: *const lp_column,
    column_count: usize,
    count: usize,
    scores: *const lp_scores,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(model, error_out, |it| {
            let wanted = views::taken(scores, lp_scores::NONE)?;
            if wanted.transformed > 1 {
                return Err(Error::new(ErrorCode::BadArgument, "`transformed` is neither 0 nor 1"));
            }
            let columns = taken(columns, column_count, "columns")?;
            let names = columns.iter().map(|it| it.name()).collect::<Result<Vec<_>>>()?;
            let places = it.model.places(&names)?;
            let columns = places.iter().map(|place| given(at(columns, *place)?, count));
            let columns = columns.collect::<Result<Vec<Given<'_>>>>()?;
            score(it.scorer(wanted.transformed == 1), &columns, count, &wanted)
        })
    }
}

/// Frees a model. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_model_free(model: *mut lp_model) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(model) }
}

/// What became of each change.
fn outcomes(failed: &[u8]) -> Result<Vec<bool>> {
    if let Some(place) = failed.iter().position(|it| *it > 1) {
        let message = format!("`failed[{place}]` is neither 0 nor 1: say whether it failed");
        return Err(Error::new(ErrorCode::BadArgument, message));
    }
    Ok(failed.iter().map(|it| *it == 1).collect())
}

/// Scores into memory of our own, and then all at once into the caller's: what is read and what is
/// written may be the same there.
///
/// # Safety
///
/// `into` has room as the header says.
unsafe fn score(
    scorer: &Scorer,
    columns: &[Given<'_>],
    count: usize,
    into: &lp_scores,
) -> Result<()> {
    let width = check_room(scorer, count, into)?;
    let columns: Vec<&[i64]> = columns.iter().map(Given::values).collect();
    let mut log_odds = vec![0; if into.log_odds.is_null() { 0 } else { count }];
    let mut probabilities = vec![0; if into.probabilities.is_null() { 0 } else { count }];
    let mut contributions = vec![0; if into.contributions.is_null() { 0 } else { width }];
    let scores = Scores {
        log_odds: (!into.log_odds.is_null()).then_some(&mut log_odds[..]),
        probabilities: (!into.probabilities.is_null()).then_some(&mut probabilities[..]),
        contributions: (!into.contributions.is_null()).then_some(&mut contributions[..]),
    };
    scorer.score(&columns, scores)?;
    // SAFETY: there is room for so many, says the caller; none of it is ours.
    unsafe {
        give(&log_odds, into.log_odds);
        give(&probabilities, into.probabilities);
        give(&contributions, into.contributions);
    }
    Ok(())
}

/// Refuses what can be no room for the answers; how many contributions there are.
fn check_room(scorer: &Scorer, count: usize, into: &lp_scores) -> Result<usize> {
    let width = count.checked_mul(scorer.width());
    if !into.log_odds.is_null() {
        check(into.log_odds.cast_const(), count, "log_odds")?;
    }
    if !into.probabilities.is_null() {
        check(into.probabilities.cast_const(), count, "probabilities")?;
    }
    if into.contributions.is_null() {
        return Ok(0);
    }
    check(into.contributions.cast_const(), into.contribution_count, "contributions")?;
    if width != Some(into.contribution_count) {
        let (room, terms) = (into.contribution_count, scorer.width());
        let message = format!("room for {room} contributions: make room for {count} times {terms}");
        return Err(Error::new(ErrorCode::BadArgument, message));
    }
    Ok(into.contribution_count)
}

/// # Safety
///
/// `to` has room for them, unless there are none.
unsafe fn give<T: Copy>(from: &[T], to: *mut T) {
    if !from.is_empty() {
        // SAFETY: as the caller says; what is ours is not the caller's.
        unsafe { to.copy_from_nonoverlapping(from.as_ptr(), from.len()) }
    }
}
