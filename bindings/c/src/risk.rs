//! Questions about risk that need no portfolio.

use lynchpin::wire::risk;

use crate::error::lp_error;
use crate::guard::call;
use crate::text::{lp_buf, lp_str};

/// Answers any question about risk that needs no portfolio: JSON in, JSON out, the same bytes in
/// every language.
///
/// A question is an object with one of these names, whose value holds the fields beside it. `said`
/// are probabilities in parts per billion, as `lp_model_score` writes them, `failed` is a list of
/// true and false; single probabilities are decimals, such as "0.12".
///
/// - `joint`: `said`, `shock` (0.12, if it is left out): what at most 10,000 changes come to that
///   ship together: the chance that any fails, how many are expected to, the share of each, and by
///   how much it falls without each
/// - `shock`: `said`, `failed`, `releases` (how many changes each had): how much changes of one
///   release have in common
/// - `lane`: `said`, `failed`, `promise`, `confidence`: the widest threshold below which changes
///   may pass without anybody looking; none, if none keeps the promise
/// - `shift`: `log_odds` in billionths, `failed`, `window` (600, if it is left out): what is to be
///   added to all log-odds for them to come true as they lately did
/// - `backtest`: `made`, `said`, `failed`, `as_of`, `maturity`, such as "30d", `base`, `review` and
///   `escape` (costs), and, if you like, `known`, `effort`, `blocks`, `repetitions`, `seed`,
///   `confidence`: what a model would have been worth
/// - `drift`: `reference` and `recent`, each with `said`, `failed` and `features` (each a `name`
///   and `values`, null where not known), `z`, `psi`: what a model drifted from, and what to do
/// - `published`, with nothing in it: the model of ten published histories that a first fit may
///   have as prior; what stands between `{"published":` and the last `}` is what `lp_model_read`
///   reads
///
/// No engine is needed. The answer is one line without a newline at its end. On success
/// `*answer_out` is yours: free it with `lp_buf_free`.
///
///     lp_buf together = {NULL, 0};
///     const char *two = "{\"joint\": {\"said\": [100000000, 200000000]}}";
///     if (lp_ask_risk(LP_TEXT(two), &together, &error) == LP_STATUS_OK) {
///         puts(together.ptr);
///     }
///     lp_buf_free(&together);
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ask_risk(
    question_json: lp_str,
    answer_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { call(answer_out, error_out, || risk::ask(question_json.bytes()?).map(lp_buf::give)) }
}
