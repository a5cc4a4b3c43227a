//! What people ask a snapshot every day: what waits, a board's agenda, what ends, waiver debt; and
//! what auditors ask: the population of deployments.

use lynchpin::base::{Actor, Result};
use lynchpin::wire::{self, Question};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDelta, PyString};

use crate::convert::{actor_within, instant_of, parsed, span_of};
use crate::family::Given;
use crate::snapshot::{Snapshot, checked};

#[pymethods]
impl Snapshot {
    /// Says what waits for a person or a group, or for everybody, among all that is open.
    ///
    /// Args:
    ///     who: Who is asked about; or name them by one of the next two; or everybody.
    ///     person: The id of a person.
    ///     group: The id of a group: a role, a team or a board.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     within: Only what is of use until so long after, a timedelta of whole seconds.
    ///
    /// Returns:
    ///     A `Waiting`: what waits, by who can act, what is to be done soonest first.
    ///
    /// Raises:
    ///     NotFoundError: The person or the group is neither declared nor named by any reason.
    ///     QuestionError: An id is malformed, `at` has no time zone, or `within` is negative.
    ///     LimitError: Something is too large.
    ///     TypeError: More than one was named.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> found = snapshot.waiting(person="raj", at=at)
    ///     >>> [item.requirement for item in found.waits[0].items]
    ///     ['back-out']
    #[pyo3(signature = (who = None, /, *, person = None, group = None, at, within = None))]
    fn waiting<'py>(
        &self,
        py: Python<'py>,
        who: Option<&Bound<'py, PyAny>>,
        person: Option<&Bound<'py, PyString>>,
        group: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        within: Option<&Bound<'py, PyDelta>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Waiting(wire::Waiting {
            who: checked(py, named(who, person, group)?)?,
            at: checked(py, instant_of(at)?)?,
            within: checked(py, within.map(span_of).transpose()?.transpose())?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says what a board is to decide at its next meeting.
    ///
    /// Args:
    ///     board: The id of the board.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     An `Agenda`: the meeting, and what is planned to begin soonest first.
    ///
    /// Raises:
    ///     NotFoundError: It is not known as a board as of that instant.
    ///     QuestionError: The id is malformed, or `at` has no time zone.
    ///     LimitError: Something is too large.
    ///
    /// Example:
    ///     >>> agenda.items[0].requirement
    ///     'review'
    #[pyo3(signature = (*, board, at))]
    fn agenda<'py>(
        &self,
        py: Python<'py>,
        board: &Bound<'py, PyString>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Agenda(wire::Agenda {
            board: checked(py, parsed(board))?,
            at: checked(py, instant_of(at)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says what ends soon, and what turns by it: obligations, waivers, approvals and more.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     within: How long after it is looked ahead, a timedelta of whole seconds.
    ///
    /// Returns:
    ///     An `Ending`: what ends, and whatever becomes a go or ceases to be one.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone, or `within` is negative.
    ///     LimitError: Something is too large.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> snapshot.ending(at=at, within=timedelta(days=7)).ends
    ///     ()
    #[pyo3(signature = (*, at, within))]
    fn ending<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
        within: &Bound<'py, PyDelta>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Ending(wire::Ending {
            at: checked(py, instant_of(at)?)?,
            within: checked(py, span_of(within)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says what rests on waivers, since when and for how long yet.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `WaiverDebt`: the waivers in use, and what they come to.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone.
    ///     LimitError: Something is too large.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> snapshot.waiver_debt(at=at).total.count
    ///     0
    #[pyo3(signature = (*, at))]
    fn waiver_debt<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = checked(py, instant_of(at)?)?;
        self.value(py, Question::WaiverDebt(wire::AsOf { at }), Given::Question)
    }

    /// Lists what was deployed into a stage in a period, and what was behind each deployment.
    ///
    /// Every deployment fact of the period is in a row or in a count, so that a sample can be drawn
    /// from it.
    ///
    /// Args:
    ///     stage: The stage.
    ///     since: The first instant of the period, as a datetime with a time zone.
    ///     until: The first instant after the period, as a datetime with a time zone.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `Population`: a row for each change that each deployment brought, and the gaps.
    ///
    /// Raises:
    ///     NotFoundError: There is no such stage.
    ///     QuestionError: The id is malformed, an instant has no time zone, or the period does not
    ///         end after it begins.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> since = at - timedelta(days=30)
    ///     >>> snapshot.population(stage="production", since=since, until=at, at=at).deployments
    ///     0
    #[pyo3(signature = (*, stage, since, until, at))]
    fn population<'py>(
        &self,
        py: Python<'py>,
        stage: &Bound<'py, PyString>,
        since: &Bound<'py, PyDateTime>,
        until: &Bound<'py, PyDateTime>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Population(wire::Population {
            stage: checked(py, parsed(stage))?,
            from: checked(py, instant_of(since)?)?,
            to: checked(py, instant_of(until)?)?,
            at: checked(py, instant_of(at)?)?,
        });
        self.value(py, question, Given::Question)
    }
}

/// Who was named, by at most one of the three ways to do so.
fn named(
    who: Option<&Bound<'_, PyAny>>,
    person: Option<&Bound<'_, PyString>>,
    group: Option<&Bound<'_, PyString>>,
) -> PyResult<Result<Option<Actor>>> {
    match (who, person, group) {
        (None, None, None) => Ok(Ok(None)),
        (Some(who), None, None) => Ok(actor_within(who)?.map(Some)),
        (None, Some(id), None) => Ok(parsed(id).map(|id| Some(Actor::Person(id)))),
        (None, None, Some(id)) => Ok(parsed(id).map(|id| Some(Actor::Group(id)))),
        _ => {
            Err(PyTypeError::new_err("name at most one: person=\"...\", group=\"...\" or an Actor"))
        }
    }
}
