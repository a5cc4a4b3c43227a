//! How risky it is, and what models of that are fitted to.

use lynchpin::base::Result;
use lynchpin::base::id::ChangeId;
use lynchpin::wire::{self, Question};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyString};

use crate::convert::{instant_of, subject_of};
use crate::family::Given;
use crate::snapshot::{Snapshot, checked};

#[pymethods]
impl Snapshot {
    /// Says how likely a change or a release is to cause a failure, and what makes it so.
    ///
    /// Args:
    ///     subject: What to score; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     parts: The parts in which a release ships, one after the other, each a list of ids, to
    ///         say what that comes to; what is in none of them does not ship.
    ///     split: A change and into how many equal pieces it is split, 2 to 100, to say what that
    ///         comes to.
    ///
    /// Returns:
    ///     A `Score`, whose contributions add up to it exactly: by the risk model that the policy
    ///     in force names, or else by the scorecard.
    ///
    /// Raises:
    ///     NotFoundError: The subject, a change of a part or to split, or the risk model is not
    ///         known as of that instant.
    ///     QuestionError: An id is malformed, a part is empty, nothing is split into so many pieces
    ///         or `at` has no time zone.
    ///     LimitError: The release has too many changes.
    ///     TypeError: Not exactly one subject was named.
    ///
    /// Example:
    ///     >>> score = snapshot.score(change="C-1", at=datetime(2026, 11, 2, tzinfo=timezone.utc))
    ///     >>> 0 < score.probability < 1
    ///     True
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, at, parts = None, split = None
    ))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        parts: Option<Vec<Vec<String>>>,
        split: Option<(String, i128)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let parts = parts_of(parts.unwrap_or_default());
        let question = Question::Score(wire::Score {
            subject: checked(py, subject_of(subject, release, change)?)?,
            at: checked(py, instant_of(at)?)?,
            parts: checked(py, parts)?,
            split: checked(py, split.map(split_of).transpose())?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says what a risk model may be fitted to: the changes that came to the last stage.
    ///
    /// Each is told as it was known when it came there, and what became of it as far as is known.
    ///
    /// Args:
    ///     features: The names of the features; all that there are, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `RiskHistory`: columns with an entry for each change, in the order in which they came.
    ///
    /// Raises:
    ///     QuestionError: There is no feature of a name, or `at` has no time zone.
    ///     LimitError: There are too many changes.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> history = snapshot.risk_history(features=["lines", "files"], at=at)
    ///     >>> history.changes, [it.name for it in history.features]
    ///     ((), ['lines', 'files'])
    #[pyo3(signature = (*, features = None, at))]
    fn risk_history<'py>(
        &self,
        py: Python<'py>,
        features: Option<Vec<String>>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::RiskHistory(wire::RiskHistory {
            at: checked(py, instant_of(at)?)?,
            features: features.unwrap_or_default(),
        });
        self.value(py, question, Given::Question)
    }
}

/// A change that is split, and into how many pieces.
fn split_of((change, into): (String, i128)) -> Result<wire::Split> {
    // What is no number of pieces is refused as any other is.
    let into = u32::try_from(into).unwrap_or(if into < 0 { 0 } else { u32::MAX });
    Ok(wire::Split { change: ChangeId::new(change)?, into })
}

/// The parts of a release, each with its changes.
fn parts_of(parts: Vec<Vec<String>>) -> Result<Vec<Vec<ChangeId>>> {
    let part = |ids: Vec<String>| ids.into_iter().map(ChangeId::new).collect();
    parts.into_iter().map(part).collect()
}
