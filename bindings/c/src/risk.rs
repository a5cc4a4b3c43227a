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
/// - `platt`: `log_odds` in billionths, `failed`, and, if you like, `model` (one as `lp_model_read`
///   reads it): `slope` and `shift` by which all log-odds come true, how sure they are, and of the
///   model one that goes by them, with its digest
/// - `backtest`: `made`, `said`, `failed`, `as_of`, `maturity`, such as "30d", `base`, `review` and
///   `escape` (costs), and, if you like, `known`, `effort`, `blocks`, `repetitions`, `seed`,
///   `confidence`: what a model would have been worth
/// - `drift`: `reference` and `recent`, each with `said`, `failed` and `features` (each a `name`
///   and `values`, null where not known), `z`, `psi`: what a model drifted from, and what to do
/// - `rules`: `rules` (`levels`, the lowest first, `rules`, each with a `name`, conditions `when`
///   and a `level`, and the level `otherwise`; a condition is a `feature` and a `test`, such as
///   {"at_least": 20000000}, `at_most` or `is`, in millionths), `changes` (an object for each, of
///   features in millionths): the level of each by the first rule that matches, the rule, and what
///   is missing; what is null or left out is not known and never lowers a level
/// - `questionnaire`: `questionnaire` (`levels`, `from` how many points on each but the first
///   holds, `questions`, each with an `id`, a `weight` and the points of its `answers`), `answers`
///   (an object for each change, of an answer by each question): the points and the level of each,
///   and the points of each question; what nobody answered counts as the worst answer
/// - `worst`: `levels`, the lowest first, `rated` (a list of levels for each change): the worst of
///   each, null if nobody rated it; what is none of the levels counts as the highest
/// - `trees`: `format` ("lightgbm" or "xgboost"), `model` (what that tool saved, as text),
///   `features` (each a `name` and `values` in millionths, one for each change, null where not
///   known), and, if you like, `missing` ("riskier", which is usual, or "as_trained"): the
///   `features` of the model, its `baseline`, `log_odds` in billionths, `probabilities` in parts
///   per billion, and `contributions` in billionths, a list for each feature; the baseline and they
///   add up to the log-odds
/// - `ebm`: `model` (what `to_json` of an explainable boosting machine of interpret 0.7 wrote, as
///   text, with detail "interpretable" and without indent): the `model` as `lp_model_read` reads
///   it, and its `digest`; it scores as the machine does, but for what is not known
/// - `replay`: `features` (each a `name`, `values` in millionths, null where not known, and, if you
///   like, `transform`, "plain" or "log", and `bend`, "free", "straight", "rising" or "falling"),
///   `made`, `failed`, `as_of`, `maturity`, and, if you like, `known`, `blocks` (10), `lines` (true
///   for lines alone), `half_life`, `prior` (a model as `lp_model_read` takes it): what models
///   would have said of the changes from the one numbered `trained` up to `changes`, had they known
///   no more than was known then (`said`, as `backtest` takes it), which they vouch for, and how
///   each block was scored
/// - `certify`: `replay` (all of the above), `promise`, and, if you like, `confidence` (0.95),
///   `releases` (that of each change, null if it came with none): the `model` to record in a
///   portfolio, as text, its `digest` for the policy, and what its shift, its shock and its lane
///   rest on; `wanting` tells what it takes, if there is no lane that keeps the promise
/// - `risk_model`: `text` (a model that a policy may name, as `certify` makes it): its `digest`,
///   the `model` as it scores changes, which `lp_model_read` reads, its `shift`, `shock` and `lane`
/// - `published`, with nothing in it: the model of ten published histories that a first fit may
///   have as prior; what stands between `{"published":` and the last `}` is what `lp_model_read`
///   reads
///
/// `shock`, `lane`, `shift`, `platt` and each part of `drift` take `ripe`, too: `made` (when each
/// change was made), `as_of` (when it was looked up what became of them) and `maturity`, such as
/// "30d". With it, changes that had too little time to fail are refused: of these it is not known
/// yet that they will.
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
