//! What planners of releases ask: the best release that can ship, the least that must be done for
//! something to go, and which releases get in each other's way.

use std::str::FromStr;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::study::{Assume, Budgets, Candidate, Patience, ShippingOrder, ShippingWindow};
use lynchpin::wire::{self, Question};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDelta, PyString};

use crate::convert::{instant_of, parsed, span_of, stage_of, subject_of};
use crate::family::Given;
use crate::snapshot::{Snapshot, checked};

#[pymethods]
impl Snapshot {
    /// Chooses, among changes, those that are worth most together and can ship as one release.
    ///
    /// Args:
    ///     release: The id of the release whose members are the candidates.
    ///     candidates: Further candidates, ids or `Candidate`s, which also say more of members.
    ///     value: What a candidate is worth of which nothing else is said.
    ///     duration: How long one takes of which nothing else is said, a timedelta.
    ///     risk: How many failures are to be expected at most, a `Decimal`.
    ///     effort_minutes: How much work there may be, in minutes.
    ///     window: How long there is to ship it, a timedelta.
    ///     shipping: "one_by_one", "in_waves" or "in_parallel": what adds up to the window.
    ///     stage: The stage; the first that the candidates have not all entered, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     assume: "go" for what is a go by itself, "all" for all but what can never be one.
    ///
    /// Returns:
    ///     A `Composition`: what is chosen, what is proven of it, and why the rest is left out.
    ///
    /// Raises:
    ///     NotFoundError: The release, a candidate or the stage is not known as of that instant.
    ///     QuestionError: There is nothing to choose from, a candidate is listed twice, or
    ///         something is malformed.
    ///     LimitError: There are too many candidates.
    ///     ValueError: `shipping` or `assume` is none of those words.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> found = snapshot.compose(candidates=["C-1"], stage="production", at=at)
    ///     >>> found.chosen, found.left_out[0].because[0].kind
    ///     ((), 'not_go')
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        *, release = None, candidates = None, value = 1, duration = None, risk = None,
        effort_minutes = None, window = None, shipping = "one_by_one", stage = None, at,
        assume = "go"
    ))]
    fn compose<'py>(
        &self,
        py: Python<'py>,
        release: Option<&Bound<'py, PyString>>,
        candidates: Option<Vec<Bound<'py, PyAny>>>,
        value: i64,
        duration: Option<&Bound<'py, PyDelta>>,
        risk: Option<&Bound<'py, PyAny>>,
        effort_minutes: Option<u64>,
        window: Option<&Bound<'py, PyDelta>>,
        shipping: &str,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        assume: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let candidates =
            candidates.iter().flatten().map(candidate_of).collect::<PyResult<Result<Vec<_>>>>();
        let length = checked(py, window.map(span_of).transpose()?.transpose())?;
        let shipping = shipping_of(shipping)?;
        let question = Question::Compose(wire::Compose {
            release: checked(py, release.map(parsed).transpose())?,
            candidates: checked(py, candidates?)?,
            value,
            duration: checked(py, duration.map(span_of).transpose()?.transpose())?,
            budgets: Budgets {
                risk: checked(py, risk.map(decimal_of).transpose()?.transpose())?,
                effort_minutes,
                window: length.map(|length| ShippingWindow { length, shipping }),
            },
            stage: checked(py, stage_of(stage))?,
            at: checked(py, instant_of(at)?)?,
            assume: match assume {
                "go" => Assume::Go,
                "all" => Assume::All,
                _ => return Err(PyValueError::new_err("assume: pass \"go\" or \"all\"")),
            },
        });
        self.value(py, question, Given::Question)
    }

    /// Finds the fewest acts that make a change or a release a go, and who can take them.
    ///
    /// Args:
    ///     subject: What to make a go; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     waiting: "avoid" to wait only where nothing else helps, "allow" to do as little as
    ///         possible, however long it takes.
    ///
    /// Returns:
    ///     An `Actions`: what must be done and waited for, or what makes that of no use.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An id is malformed, or `at` has no time zone.
    ///     LimitError: The release is too large.
    ///     TypeError: Not exactly one subject was named.
    ///     ValueError: `waiting` is neither.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> found = snapshot.actions(change="C-1", stage="production", at=at)
    ///     >>> found.count, found.actions[0].code
    ///     (1, 'plan_missing')
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, at, waiting = "avoid"
    ))]
    fn actions<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        waiting: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Actions(wire::Actions {
            subject: checked(py, subject_of(subject, release, change)?)?,
            stage: checked(py, stage_of(stage))?,
            at: checked(py, instant_of(at)?)?,
            waiting: match waiting {
                "avoid" => Patience::Avoid,
                "allow" => Patience::Allow,
                _ => return Err(PyValueError::new_err("waiting: pass \"avoid\" or \"allow\"")),
            },
        });
        self.value(py, question, Given::Question)
    }

    /// Says which open releases get in each other's way, and over what.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     since: Only what is planned after that; whenever it is, if left out.
    ///     until: Only what is planned before that; whenever it is, if left out.
    ///
    /// Returns:
    ///     A `Collisions`: pairs of releases, how they collide, over what and when.
    ///
    /// Raises:
    ///     QuestionError: An instant has no time zone, or the period does not end after it begins.
    ///
    /// Example:
    ///     >>> snapshot.collisions(at=datetime(2026, 11, 2, tzinfo=timezone.utc)).collisions
    ///     ()
    #[pyo3(signature = (*, at, since = None, until = None))]
    fn collisions<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
        since: Option<&Bound<'py, PyDateTime>>,
        until: Option<&Bound<'py, PyDateTime>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Collisions(wire::Collisions {
            at: checked(py, instant_of(at)?)?,
            from: checked(py, since.map(instant_of).transpose()?.transpose())?,
            to: checked(py, until.map(instant_of).transpose()?.transpose())?,
        });
        self.value(py, question, Given::Question)
    }
}

fn shipping_of(shipping: &str) -> PyResult<ShippingOrder> {
    match shipping {
        "one_by_one" => Ok(ShippingOrder::OneByOne),
        "in_waves" => Ok(ShippingOrder::InWaves),
        "in_parallel" => Ok(ShippingOrder::InParallel),
        _ => Err(PyValueError::new_err(
            "shipping: pass \"one_by_one\", \"in_waves\" or \"in_parallel\"",
        )),
    }
}

/// An id, or a `Candidate` of the package.
fn candidate_of(given: &Bound<'_, PyAny>) -> PyResult<Result<Candidate>> {
    if let Ok(id) = given.cast::<PyString>() {
        return Ok(parsed(id).map(Candidate::new));
    }
    let change = given.getattr("change")?;
    let candidate = match parsed(change.cast::<PyString>()?) {
        Ok(change) => Candidate::new(change),
        Err(error) => return Ok(Err(error)),
    };
    let risk = given.getattr("risk")?.extract::<Option<Bound<'_, PyAny>>>()?;
    let risk = risk.as_ref().map(decimal_of).transpose()?.transpose();
    let duration = given.getattr("duration")?.extract::<Option<Bound<'_, PyDelta>>>()?;
    let duration = duration.as_ref().map(span_of).transpose()?.transpose();
    let (risk, duration) = match (risk, duration) {
        (Ok(risk), Ok(duration)) => (risk, duration),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
    };
    let value = given.getattr("value")?.extract()?;
    let effort_minutes = given.getattr("effort_minutes")?.extract()?;
    Ok(Ok(Candidate { value, risk, effort_minutes, duration, ..candidate }))
}

/// A decimal by its digits; a float has others than it shows.
fn decimal_of<T: FromStr<Err = Error>>(given: &Bound<'_, PyAny>) -> PyResult<Result<T>> {
    if given.is_instance_of::<pyo3::types::PyFloat>() {
        let message = "a float is not exact: pass a Decimal, such as Decimal(\"0.05\")";
        return Ok(Err(Error::new(ErrorCode::DecimalMalformed, message)));
    }
    let shown = given.call_method1("__format__", ("f",)).or_else(|_| given.call_method0("__str__"));
    Ok(parsed(shown?.cast::<PyString>()?))
}
