//! Whether changes had time to fail before it was asked what became of them.

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Instant, Span};
use crate::risk::backtest::is_mature;

/// When changes were made, and when it was looked up what became of them: with it, a question is
/// refused as long as some of them had too little time to fail.
///
/// Give it wherever you know it. Of young changes it is not known yet that they will fail, so that
/// a lane is certified, or a shift learned, of a history that looks better than it is.
///
/// ```
/// use lynchpin::wire::risk::ask;
///
/// let question = |as_of: &str| format!(
///     r#"{{"shift": {{"log_odds": [-2000000000], "failed": [false], "ripe": {{
///         "made": ["2026-03-01T10:00:00Z"], "as_of": "{as_of}", "maturity": "30d"}}}}}}"#
/// );
/// let answer = String::from_utf8(ask(question("2026-03-31T10:00:00Z").as_bytes())?).unwrap();
/// assert!(answer.ends_with(r#""ripe":{"as_of":"2026-03-31T10:00:00Z","maturity":"30d"}}}"#));
/// let error = ask(question("2026-03-31T09:59:59Z").as_bytes()).unwrap_err();
/// assert_eq!(error.problems()[0].path, "$.shift.ripe.made[0]");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ripe {
    /// When each change was made, in the order of the outcomes.
    pub made: Vec<Instant>,
    /// When the outcomes were looked up.
    pub as_of: Instant,
    /// How long each change must have had to fail by then.
    pub maturity: Span,
}

/// How ripe the changes were that a figure rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ripeness {
    /// When the outcomes were looked up.
    pub as_of: Instant,
    /// How long each change had had to fail by then, at least.
    pub maturity: Span,
}

impl Ripe {
    /// How ripe so many changes are, if it is said; `path` is where the question stands.
    pub(super) fn check(
        ripe: Option<&Ripe>,
        changes: usize,
        path: &str,
    ) -> Result<Option<Ripeness>> {
        let Some(Ripe { made, as_of, maturity }) = ripe else { return Ok(None) };
        let refused = |message: String, at: &str| {
            let error = Error::new(ErrorCode::BadArgument, message);
            Err(error.under(&format!("$.{path}.ripe.made{at}")))
        };
        if made.len() != changes {
            let message = format!("{} instants for {changes} outcomes: give as many", made.len());
            return refused(message, "");
        }
        let young = |made: &Instant| !is_mature(*made, *as_of, *maturity);
        if let Some((at, first)) = made.iter().enumerate().find(|(_, made)| young(made)) {
            let message = format!(
                "a change made at {first} has not had {maturity} at {as_of}: of some that will \
                 fail it is not known yet; leave out what is younger, or ask for a later instant"
            );
            return refused(message, &format!("[{at}]"));
        }
        Ok(Some(Ripeness { as_of: *as_of, maturity: *maturity }))
    }
}
