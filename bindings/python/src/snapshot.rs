//! A snapshot: answers questions about what the engine held when it was taken.

use lynchpin::base::{Instant, Result};
use lynchpin::plan::{Direction, PlanScope};
use lynchpin::wire::{self, Answer, Detail, Question};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime, PyString, PyTuple};

use crate::asked::Asked;
use crate::convert::{bytes_of, change_of, instant_of, stage_of, subject_of};
use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;

/// What an engine held at one moment.
///
/// Taken by `Engine.snapshot()`. It never changes; any number of threads may ask it at once, and
/// none of its calls holds the interpreter while the engine works. It is good in the process that
/// made it only: a forked child loads the facts itself.
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
        let done = self.guarded(py, body);
        done.map_err(|error| exception(py, Given::Question, &error))
    }

    pub(crate) fn guarded<T: Send>(
        &self,
        py: Python<'_>,
        body: impl FnOnce(&lynchpin::portfolio::Snapshot) -> Result<T> + Send,
    ) -> Result<T> {
        py.detach(|| self.guard.read(|| body(&self.snapshot)))
    }

    /// The answer as a value of a class of the package.
    ///
    /// The class is given the document, and of some its head alone: the reasons of a decision and
    /// the changes of a score take long to read and are read once they are asked for.
    pub(crate) fn value<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        given: Given,
    ) -> PyResult<Bound<'py, PyAny>> {
        let done = self.guarded(py, |snapshot| Told::of(question.ask(snapshot)?));
        let told = done.map_err(|error| exception(py, given, &error))?;
        told.value(py, self.snapshot.clone(), question)
    }
}

/// An answer as the package is given it.
pub(crate) struct Told {
    class: (&'static str, &'static str),
    document: Vec<u8>,
    head: Option<Vec<u8>>,
}

impl Told {
    pub(crate) fn of(answer: Answer) -> Result<Told> {
        let (class, document) = (class_of(&answer), answer.to_bytes()?);
        Ok(Told { class, document, head: head(answer)? })
    }

    /// The value of its class, which remembers how to ask for it again.
    pub(crate) fn value<'py>(
        self,
        py: Python<'py>,
        snapshot: lynchpin::portfolio::Snapshot,
        question: Question,
    ) -> PyResult<Bound<'py, PyAny>> {
        let document = PyBytes::new(py, &self.document);
        let head = self.head.map_or_else(|| document.clone(), |head| PyBytes::new(py, &head));
        let (module, class) = self.class;
        let asked = Asked::new(snapshot, question);
        py.import(module)?.getattr(class)?.call_method1("_answered", (document, head, asked))
    }
}

#[pymethods]
impl Snapshot {
    /// Answers any question: JSON in, JSON out, the same bytes in every language.
    ///
    /// Use it to pass questions on from elsewhere; the other methods ask the same and give values.
    ///
    /// Args:
    ///     question: The text or its UTF-8 bytes: an object whose only key says what is asked, such
    ///         as `decide`, `plan` or `calendar`.
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
    ///     detail: "full" for the whole tree of reasons, "unmet" for what is not simply met, or
    ///         "verdict" for no reasons at all, which is fastest.
    ///
    /// Returns:
    ///     A `Decision` with as much of its reasons as was asked for.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An id is malformed, or `at` has no time zone.
    ///     LimitError: The release is too large.
    ///     TypeError: Not exactly one subject was named.
    ///     ValueError: `detail` is none of the three.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
    ///     >>> snapshot.decide(change="C-1", stage="production", at=at).is_go
    ///     False
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, at, detail = "full"
    ))]
    fn decide<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        detail: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Decide(wire::Decide {
            subject: checked(py, subject_of(subject, release, change)?)?,
            stage: checked(py, stage_of(stage))?,
            at: checked(py, instant_of(at)?)?,
            detail: detail_of(detail)?,
            what_if: None,
        });
        self.value(py, question, Given::Question)
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
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        scope: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
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
        self.value(py, question, Given::Question)
    }

    /// Says what a change needs, or what needs it, directly or through others.
    ///
    /// Args:
    ///     change: The id of the change.
    ///     direction: "upstream" for what it needs, all alternatives taken; "downstream" for what
    ///         needs it.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `Reach`: the changes that are reached, in order of ids.
    ///
    /// Raises:
    ///     NotFoundError: The change is not known as of that instant.
    ///     QuestionError: The id is malformed, or `at` has no time zone.
    ///     LimitError: There are too many dependencies.
    ///     ValueError: `direction` is neither.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> snapshot.reach(change="C-1", direction="upstream", at=at).changes
    ///     ()
    #[pyo3(signature = (*, change, direction, at))]
    fn reach<'py>(
        &self,
        py: Python<'py>,
        change: &Bound<'py, PyString>,
        direction: &str,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let direction = match direction {
            "upstream" => Direction::Upstream,
            "downstream" => Direction::Downstream,
            _ => {
                let message = "direction: pass \"upstream\" or \"downstream\"";
                return Err(PyValueError::new_err(message));
            }
        };
        let question = Question::Reach(wire::Reach {
            change: checked(py, change_of(change))?,
            direction,
            at: checked(py, instant_of(at)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// The ids of the stages, in the order in which a change goes through them.
    ///
    /// Returns:
    ///     The ids.
    ///
    /// Example:
    ///     >>> snapshot.stages()
    ///     ('production',)
    fn stages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.snapshot.stages().iter().map(|stage| stage.as_str()))
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

    /// Nothing of it changes, so it is as good as its copy.
    fn __copy__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __deepcopy__<'py>(this: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        this
    }

    fn __repr__(&self) -> String {
        format!("<lynchpin.Snapshot of {} facts>", self.snapshot.portfolio().len())
    }
}

/// How much of the reasons is asked for.
pub(crate) fn detail_of(detail: &str) -> PyResult<Detail> {
    match detail {
        "full" => Ok(Detail::Full),
        "unmet" => Ok(Detail::Unmet),
        "verdict" => Ok(Detail::Verdict),
        _ => Err(PyValueError::new_err("detail: pass \"full\", \"unmet\" or \"verdict\"")),
    }
}

/// The class of the package for an answer: its module and its name.
fn class_of(answer: &Answer) -> (&'static str, &'static str) {
    match answer {
        Answer::Decision(_) => ("lynchpin._decision", "Decision"),
        Answer::Verdicts(_) => ("lynchpin._entry", "Verdicts"),
        Answer::Plan(_) => ("lynchpin._plan", "Plan"),
        Answer::Score(_) => ("lynchpin._score", "Score"),
        Answer::Reach(_) => ("lynchpin._reach", "Reach"),
        Answer::Calendar(_) => ("lynchpin._calendar", "Calendar"),
        Answer::Workflow(_) => ("lynchpin._workflow", "Workflow"),
        Answer::NextStates(_) => ("lynchpin._progress", "NextStates"),
        Answer::Changed(_) => ("lynchpin._study", "Changed"),
        Answer::Lint(_) => ("lynchpin._study", "Lint"),
        Answer::Comparison(_) => ("lynchpin._study", "Comparison"),
        Answer::DryRun(_) => ("lynchpin._study", "DryRun"),
        Answer::Claim(_) => ("lynchpin._entry", "Claim"),
        Answer::Record(_) => ("lynchpin._entry", "RecordedDecision"),
        Answer::Breaches(_) => ("lynchpin._entry", "Breaches"),
        Answer::Obligations(_) => ("lynchpin._entry", "Obligations"),
        Answer::Policies(_) => ("lynchpin._entry", "Policies"),
        Answer::Waiting(_) => ("lynchpin._daily", "Waiting"),
        Answer::Agenda(_) => ("lynchpin._daily", "Agenda"),
        Answer::Ending(_) => ("lynchpin._daily", "Ending"),
        Answer::WaiverDebt(_) => ("lynchpin._daily", "WaiverDebt"),
        Answer::Population(_) => ("lynchpin._population", "Population"),
        Answer::Queue(_) => ("lynchpin._queue", "Queue"),
        Answer::Composition(_) => ("lynchpin._compose", "Composition"),
        Answer::Actions(_) => ("lynchpin._compose", "Actions"),
        Answer::Collisions(_) => ("lynchpin._compose", "Collisions"),
        Answer::RiskHistory(_) => ("lynchpin._risk_history", "RiskHistory"),
    }
}

/// The document of an answer without what takes long to read, if there is such a part.
fn head(answer: Answer) -> Result<Option<Vec<u8>>> {
    match answer {
        Answer::Decision(mut decision) => {
            decision.root_blockers = None;
            decision.reasons = None;
            Answer::Decision(decision).to_bytes().map(Some)
        }
        Answer::Score(mut score) => {
            score.changes.clear();
            Answer::Score(score).to_bytes().map(Some)
        }
        Answer::Verdicts(_)
        | Answer::Plan(_)
        | Answer::Reach(_)
        | Answer::Calendar(_)
        | Answer::Claim(_)
        | Answer::Record(_)
        | Answer::Breaches(_)
        | Answer::Obligations(_)
        | Answer::Policies(_)
        | Answer::Waiting(_)
        | Answer::Agenda(_)
        | Answer::Ending(_)
        | Answer::WaiverDebt(_)
        | Answer::Population(_)
        | Answer::Queue(_)
        | Answer::Composition(_)
        | Answer::Actions(_)
        | Answer::Collisions(_)
        | Answer::RiskHistory(_)
        | Answer::Changed(_)
        | Answer::Lint(_)
        | Answer::Comparison(_)
        | Answer::DryRun(_)
        | Answer::NextStates(_)
        | Answer::Workflow(_) => Ok(None),
    }
}

/// A part of a question, or the exception that it is malformed.
pub(crate) fn checked<T>(py: Python<'_>, part: Result<T>) -> PyResult<T> {
    part.map_err(|error| exception(py, Given::Question, &error))
}
