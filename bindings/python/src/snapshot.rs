//! A snapshot: answers questions about what the engine held when it was taken.

use lynchpin::base::{Instant, Result};
use lynchpin::plan::PlanScope;
use lynchpin::wire::{self, Detail, Question};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDateTime, PyTuple, PyType};

use crate::convert::{bytes_of, instant_of, stage_of, subject_of};
use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;

/// What an engine held at one moment. It never changes; any number of threads may ask it at once.
///
/// Taken by `Engine.snapshot()`. None of its calls holds the interpreter while the engine works.
///
/// Example:
///     >>> from lynchpin import Engine, Snapshot
///     >>> isinstance(Engine().snapshot(), Snapshot)
///     True
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct Snapshot {
    snapshot: lynchpin::portfolio::Snapshot,
    guard: Guard,
}

impl From<lynchpin::portfolio::Snapshot> for Snapshot {
    fn from(snapshot: lynchpin::portfolio::Snapshot) -> Self {
        Snapshot { snapshot, guard: Guard::default() }
    }
}

impl Snapshot {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        body: impl FnOnce(&lynchpin::portfolio::Snapshot) -> Result<T> + Send,
    ) -> PyResult<T> {
        let done = py.detach(|| self.guard.run(|| body(&self.snapshot)));
        done.map_err(|error| exception(py, Given::Question, &error))
    }

    /// The answer's document.
    fn answer<'py>(&self, py: Python<'py>, question: &Question) -> PyResult<Bound<'py, PyBytes>> {
        let answer = self.with(py, |snapshot| question.ask(snapshot)?.to_bytes())?;
        Ok(PyBytes::new(py, &answer))
    }
}

#[pymethods]
impl Snapshot {
    /// Answers any question: JSON in, JSON out, the same bytes in every language.
    ///
    /// Use it to pass questions on from elsewhere; `decide`, `plan` and `score` ask the same and
    /// give values.
    ///
    /// Args:
    ///     question: The text or its UTF-8 bytes: an object whose only key is `decide`, `plan` or
    ///     `score`.
    ///
    /// Returns:
    ///     The answer, one line without a newline at its end.
    ///
    /// Raises:
    ///     QuestionError: The question is malformed.
    ///     NotFoundError: What it is about is not known as of that instant.
    ///     TypeError: It is neither text nor bytes.
    ///
    /// Example:
    ///     >>> snapshot.ask('''{"decide": {"subject": {"change": "C-1"}, "stage": "production",
    ///     ...     "at": "2026-11-02T09:00:00Z", "detail": "verdict"}}''')[:37]
    ///     b'{"decision":{"verdict":"needs_action"'
    #[pyo3(signature = (question, /))]
    fn ask<'py>(
        &self,
        py: Python<'py>,
        question: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = bytes_of(Given::Question, question)?;
        let bytes = bytes.as_ref();
        let answer = self.with(py, |snapshot| wire::ask(snapshot, bytes))?;
        Ok(PyBytes::new(py, &answer))
    }

    /// Decides whether a change or a release may go to a stage, and if not, who can change that.
    ///
    /// A refusal is an answer, never an exception.
    ///
    /// Args:
    ///     subject: What to decide on; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `Decision` with its whole tree of reasons.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An id is malformed, or `at` has no time zone.
    ///     LimitError: The release is too large.
    ///     TypeError: Not exactly one subject was named.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
    ///     >>> snapshot.decide(change="C-1", stage="production", at=at).is_go
    ///     False
    #[pyo3(signature = (subject = None, /, *, release = None, change = None, stage = None, at))]
    fn decide<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&str>,
        change: Option<&str>,
        stage: Option<&str>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let question = Question::Decide(wire::Decide {
            subject: checked(py, subject_of(subject, release, change)?)?,
            stage: checked(py, stage_of(stage))?,
            at: checked(py, instant_of(at)?)?,
            detail: Detail::Full,
        });
        let answer = self.answer(py, &question)?;
        let class = CLASS.import(py, "lynchpin._decision", "Decision")?;
        class.call_method1("from_json", (answer,))
    }

    /// Says in which order a release or a change ships to a stage, and what of it does not.
    ///
    /// Args:
    ///     subject: What to plan; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     scope: "all" for the order of everything, "ready" for what could ship at that instant.
    ///
    /// Returns:
    ///     A `Plan`: waves of groups of changes, with what is dropped, missing or in conflict.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An id is malformed, or `at` has no time zone.
    ///     LimitError: The release is too large.
    ///     TypeError: Not exactly one subject was named.
    ///     ValueError: `scope` is neither.
    ///
    /// Example:
    ///     >>> snapshot.plan(change="C-1", at=datetime(2026, 11, 2, tzinfo=timezone.utc)).waves
    ///     ((('C-1',),),)
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, at, scope = "all"
    ))]
    fn plan<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&str>,
        change: Option<&str>,
        stage: Option<&str>,
        at: &Bound<'py, PyDateTime>,
        scope: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let scope = match scope {
            "all" => PlanScope::All,
            "ready" => PlanScope::Ready,
            _ => return Err(PyValueError::new_err("scope: pass \"all\" or \"ready\"")),
        };
        let question = Question::Plan(wire::Plan {
            subject: checked(py, subject_of(subject, release, change)?)?,
            stage: checked(py, stage_of(stage))?,
            at: checked(py, instant_of(at)?)?,
            scope,
        });
        let answer = self.answer(py, &question)?;
        let class = CLASS.import(py, "lynchpin._plan", "Plan")?;
        class.call_method1("from_json", (answer,))
    }

    /// Says how likely a change or a release is to cause a failure, and what makes it so.
    ///
    /// Args:
    ///     subject: What to score; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `Score`, whose contributions add up to it exactly.
    ///
    /// Raises:
    ///     NotFoundError: The subject is not known as of that instant.
    ///     QuestionError: The id is malformed, or `at` has no time zone.
    ///     TypeError: Not exactly one subject was named.
    ///
    /// Example:
    ///     >>> score = snapshot.score(change="C-1", at=datetime(2026, 11, 2, tzinfo=timezone.utc))
    ///     >>> 0 < score.probability < 1
    ///     True
    #[pyo3(signature = (subject = None, /, *, release = None, change = None, at))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&str>,
        change: Option<&str>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let question = Question::Score(wire::Score {
            subject: checked(py, subject_of(subject, release, change)?)?,
            at: checked(py, instant_of(at)?)?,
        });
        let answer = self.answer(py, &question)?;
        let class = CLASS.import(py, "lynchpin._score", "Score")?;
        class.call_method1("from_json", (answer,))
    }

    /// The ids of the releases known by an instant and not cancelled, in order.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone.
    ///
    /// Returns:
    ///     The ids.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone.
    ///
    /// Example:
    ///     >>> snapshot.releases(at=datetime(2026, 11, 2, tzinfo=timezone.utc))
    ///     ()
    #[pyo3(signature = (*, at))]
    fn releases<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let at: Instant = checked(py, instant_of(at)?)?;
        let found = self.with(py, |snapshot| Ok(snapshot.releases(at)))?;
        PyTuple::new(py, found.iter().map(|id| id.as_str()))
    }

    /// The ids of the changes known by an instant and not cancelled, in order.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone.
    ///
    /// Returns:
    ///     The ids.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone.
    ///
    /// Example:
    ///     >>> snapshot.changes(at=datetime(2026, 11, 2, tzinfo=timezone.utc))
    ///     ('C-1',)
    #[pyo3(signature = (*, at))]
    fn changes<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let at: Instant = checked(py, instant_of(at)?)?;
        let found = self.with(py, |snapshot| Ok(snapshot.changes(at)))?;
        PyTuple::new(py, found.iter().map(|id| id.as_str()))
    }

    fn __repr__(&self) -> String {
        format!("<lynchpin.Snapshot of {} facts>", self.snapshot.portfolio().len())
    }
}

/// A part of a question, or the exception that it is malformed.
fn checked<T>(py: Python<'_>, part: Result<T>) -> PyResult<T> {
    part.map_err(|error| exception(py, Given::Question, &error))
}
