//! The engine: the one object that changes.

use std::sync::{Mutex, PoisonError, TryLockError};

use lynchpin::base::{Error, ErrorCode, Limits, Result};
use lynchpin::model::Portfolio;
use lynchpin::wire::{self, Answer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyString};

use crate::convert::{bytes_of, refuse_path};
use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;
use crate::questions::{claim_of, named_subject};
use crate::snapshot::{Snapshot, Told};

/// Takes facts and a policy in; what answers questions is a snapshot of it.
///
/// Use one for each portfolio. Any number of threads may call it; they take turns, and none of them
/// holds the interpreter while it works.
///
/// Args:
///     limits: "untrusted" (documents of at most 16 MiB) or, for files you trust, "bulk" (4 GiB).
///
/// Raises:
///     ValueError: `limits` is neither.
///
/// Example:
///     >>> from datetime import datetime, timezone
///     >>> from lynchpin import Engine
///     >>> engine = Engine()
///     >>> engine.load('''{"lynchpin": "portfolio/1",
///     ...     "people": [{"id": "raj"}],
///     ...     "stages": [{"id": "production"}],
///     ...     "changes": [{"id": "C-1", "revision": 1,
///     ...         "at": "2026-11-01T09:00:00Z", "by": "raj"}]}''')
///     >>> engine.set_policy('''
///     ... name = "acme"
///     ... requirement.back-out = { plan = "back_out" }
///     ... gate.fast = { stage = "production", judges = "change", require = "back-out" }
///     ... ''')
///     >>> snapshot = engine.snapshot()
///     >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
///     >>> decision = snapshot.decide(change="C-1", at=at)
///     >>> decision.verdict
///     Verdict.NEEDS_ACTION
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct Engine {
    limits: Limits,
    guard: Guard,
    engine: Mutex<lynchpin::portfolio::Engine>,
}

impl Engine {
    /// Works on the engine without the interpreter lock, which is what keeps two locks from
    /// waiting for each other.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        given: Given,
        body: impl FnOnce(&mut lynchpin::portfolio::Engine) -> Result<T> + Send,
    ) -> PyResult<T> {
        let locked = || {
            // A panic under the lock breaks the guard, which is asked first; so the lock need not
            // say it too.
            let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
            body(&mut engine)
        };
        let done = py.detach(|| self.guard.change(locked));
        done.map_err(|error| exception(py, given, &error))
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (*, limits = "untrusted"))]
    fn new(limits: &str) -> PyResult<Self> {
        let limits = match limits {
            "untrusted" => Limits::untrusted(),
            "bulk" => Limits::bulk(),
            _ => {
                let message = "limits: pass \"untrusted\" or \"bulk\"";
                return Err(PyValueError::new_err(message));
            }
        };
        let engine = Mutex::new(lynchpin::portfolio::Engine::new(limits));
        Ok(Engine { limits, guard: Guard::default(), engine })
    }

    /// Takes in a portfolio document (JSON, `portfolio/1`): all of it or, on failure, nothing.
    ///
    /// May be called again with further documents; a fact that is there already has no second
    /// effect. Snapshots taken before do not change.
    ///
    /// Args:
    ///     document: The text or its UTF-8 bytes, such as `Path("portfolio.json").read_bytes()`.
    ///
    /// Raises:
    ///     DocumentError: The document is malformed; `problems` names everything found, with its
    ///         place.
    ///     TypeError: It is neither text nor bytes.
    ///
    /// Example:
    ///     >>> from lynchpin import DocumentError, Engine
    ///     >>> try:
    ///     ...     Engine().load('{"lynchpin": "portfolio/1", "people": [{"id": 7}]}')
    ///     ... except DocumentError as error:
    ///     ...     print(error.code, error.problems[0].path)
    ///     wrong_type $.people[0].id
    #[pyo3(signature = (document, /))]
    fn load(&self, py: Python<'_>, document: &Bound<'_, PyAny>) -> PyResult<()> {
        let bytes = bytes_of(Given::Document, document)?;
        let (bytes, limits) = (bytes.as_ref(), self.limits);
        // Reading takes longest and needs no engine, so others may use it meanwhile.
        let read = py.detach(|| {
            Guard::default().read(|| {
                refuse_path(bytes)?;
                wire::read_portfolio(bytes, limits)
            })
        });
        let portfolio = read.map_err(|error| exception(py, Given::Document, &error))?;
        self.with(py, Given::Document, |engine| engine.add(portfolio))
    }

    /// Sets the policy (TOML) that is in force where the portfolio itself adopts none.
    ///
    /// Where it does adopt one, answers by another policy are marked as a what-if.
    ///
    /// Args:
    ///     text: The text or its UTF-8 bytes.
    ///
    /// Raises:
    ///     PolicyError: The policy is malformed; the former one stays.
    ///     TypeError: It is neither text nor bytes.
    ///
    /// Example:
    ///     >>> from lynchpin import Engine, PolicyError
    ///     >>> try:
    ///     ...     Engine().set_policy("name = 7")
    ///     ... except PolicyError as error:
    ///     ...     print(error.code)
    ///     wrong_type
    #[pyo3(signature = (text, /))]
    fn set_policy(&self, py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<()> {
        let bytes = bytes_of(Given::Policy, text)?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            let error = Error::new(ErrorCode::DocumentNotUtf8, "the policy is not UTF-8");
            return Err(exception(py, Given::Policy, &error));
        };
        self.with(py, Given::Policy, |engine| {
            refuse_path(text.as_bytes())?;
            engine.set_policy(text)
        })
    }

    /// All that was taken in so far, frozen and ready to be asked. Cheap.
    ///
    /// Returns:
    ///     A snapshot that later loads do not change.
    ///
    /// Raises:
    ///     BrokenError: An earlier call on this engine panicked, or the process was forked since.
    ///
    /// Example:
    ///     >>> from lynchpin import Engine
    ///     >>> Engine().snapshot()
    ///     <lynchpin.Snapshot of 0 facts>
    fn snapshot(&self, py: Python<'_>) -> PyResult<Snapshot> {
        self.with(py, Given::Question, |engine| Ok(engine.snapshot())).map(Snapshot::from)
    }

    /// Enters a stage, if it may, and takes the entry in: nothing can come in between.
    ///
    /// It is decided on all that the engine holds; what was decided before may be shown by `digest`
    /// and `expires`. The host keeps the entry in its ledger, too.
    ///
    /// Args:
    ///     subject: What enters; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone; no fact was recorded after it.
    ///     by: The id of the person who enters.
    ///     via: The connector that relays it.
    ///     digest: The digest of the recorded decision that it rests on.
    ///     expires: The instant at which that decision expires.
    ///     not_after: The first instant at which a deployment may no longer begin on the strength
    ///         of it.
    ///     detail: How much of the reasons of a refusal to answer, as for `Snapshot.decide`.
    ///
    /// Returns:
    ///     The `Claim` that was taken in, or the `Decision` that refuses it.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An argument is malformed.
    ///     LynchpinError: It cannot be claimed at all, such as behind the head or in a what-if.
    ///     TypeError: Not exactly one subject was named.
    ///     ValueError: `detail` is none of the three.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
    ///     >>> engine.claim(change="C-1", at=at, by="raj").verdict
    ///     Verdict.NEEDS_ACTION
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, at, by, via = None,
        digest = None, expires = None, not_after = None, detail = "full"
    ))]
    fn claim<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        by: &Bound<'py, PyString>,
        via: Option<&Bound<'py, PyString>>,
        digest: Option<&Bound<'py, PyString>>,
        expires: Option<&Bound<'py, PyDateTime>>,
        not_after: Option<&Bound<'py, PyDateTime>>,
        detail: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let subject = named_subject(py, subject, release, change)?;
        let fields = (stage, at, by, via, digest, expires, not_after, detail);
        let question = claim_of(py, subject, fields)?;
        let (told, before) = self.with(py, Given::Question, |engine| {
            let before = engine.snapshot();
            let answer = question.ask(&before)?;
            if let Answer::Claim(claim) = &answer {
                engine.add(Portfolio { claims: [claim.clone()].into(), ..Portfolio::default() })?;
            }
            Ok((Told::of(answer)?, before))
        })?;
        told.value(py, before, question)
    }

    fn __repr__(&self) -> String {
        // Whoever looks at an engine neither waits for it nor learns of its troubles.
        match self.engine.try_lock() {
            Ok(engine) => {
                let facts = engine.snapshot().portfolio().len();
                format!("<lynchpin.Engine of {facts} facts>")
            }
            Err(TryLockError::WouldBlock) => "<lynchpin.Engine at work>".to_owned(),
            Err(TryLockError::Poisoned(_)) => "<lynchpin.Engine, broken>".to_owned(),
        }
    }
}
