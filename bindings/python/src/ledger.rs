//! A ledger, and the functions of Python's that sign and anchor for it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use lynchpin::base::{Error, ErrorCode, Limits, Result};
use lynchpin::wire::{read_portfolio, read_strict};
use lynchpin_store::log::Anchor;
use lynchpin_store::opening::Sign;
use lynchpin_store::request::Request;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{Ledger, Opening, Shared};
use pyo3::exceptions::{PyException, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use serde_json::value::RawValue;

use crate::convert::{bytes_of, refuse_path};
use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;
use crate::snapshot::Snapshot;

/// An open ledger; `Ledger` of the package makes values of what it replies.
#[pyclass(frozen, module = "lynchpin._lynchpin")]
pub(crate) struct LedgerHandle {
    shared: Shared,
    guard: Guard,
    raised: Raised,
}

/// What functions of Python's raised while a ledger called them, by the thread that called.
#[derive(Clone, Default)]
struct Raised(Arc<Mutex<HashMap<ThreadId, PyErr>>>);

impl Raised {
    fn all(&self) -> MutexGuard<'_, HashMap<ThreadId, PyErr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, error: PyErr) {
        self.all().insert(thread::current().id(), error);
    }

    fn take(&self) -> Option<PyErr> {
        self.all().remove(&thread::current().id())
    }

    /// What a call came to. What was raised is the cause of its failure; only what is no
    /// `Exception`, such as an interrupt, ends a call that went well all the same.
    fn ended<T>(&self, py: Python<'_>, given: Given, done: Result<T>) -> PyResult<T> {
        let raised = self.take();
        let interrupts = |raised: &PyErr| !raised.is_instance_of::<PyException>(py);
        match (done, raised) {
            (_, Some(raised)) if interrupts(&raised) => Err(raised),
            (Ok(value), _) => Ok(value),
            (Err(error), raised) => {
                let failed = exception(py, given, &error);
                failed.set_cause(py, raised);
                Err(failed)
            }
        }
    }
}

impl LedgerHandle {
    /// Works on the ledger without the interpreter lock.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        given: Given,
        body: impl FnOnce(&mut Ledger) -> Result<T> + Send,
    ) -> PyResult<T> {
        drop(self.raised.take());
        let done = py.detach(|| {
            // Before the guard, which has another word for it.
            self.shared.check_process()?;
            self.guard.change(|| self.shared.with(body))
        });
        self.raised.ended(py, given, done)
    }
}

#[pymethods]
impl LedgerHandle {
    /// Begins the ledger of that name at that path, or opens the one that is there if no name is
    /// given; in memory, if there is no path.
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[new]
    #[pyo3(signature = (path, origin, /, *, secret, key, signer, anchor, since))]
    fn new(
        py: Python<'_>,
        path: Option<PathBuf>,
        origin: Option<&str>,
        secret: Option<&[u8]>,
        key: Option<String>,
        signer: Option<Py<PyAny>>,
        anchor: Option<Py<PyAny>>,
        since: Option<String>,
    ) -> PyResult<Self> {
        let raised = Raised::default();
        let mut opening = Opening::default();
        opening.secret = secret.map(<[u8; 32]>::try_from).transpose().map_err(|_| {
            PyValueError::new_err("secret: pass 32 random bytes, such as secrets.token_bytes(32)")
        })?;
        (opening.key, opening.since) = (key, since);
        opening.signer = signer.map(|signer| sign_by(signer, raised.clone()));
        opening.anchor = anchor.map(|anchor| anchor_by(anchor, raised.clone()));
        let opened = py.detach(|| Guard::default().read(|| open(opening, path, origin)));
        let ledger = raised.ended(py, Given::Question, opened)?;
        Ok(LedgerHandle { shared: Shared::new(ledger), guard: Guard::default(), raised })
    }

    /// Answers a request.
    #[pyo3(signature = (request, /))]
    fn request<'py>(
        &self,
        py: Python<'py>,
        request: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = bytes_of(Given::Question, request)?;
        let bytes = bytes.as_ref();
        let reply = self.with(py, Given::Question, |ledger| ledger.request(bytes))?;
        Ok(PyBytes::new(py, &reply))
    }

    /// Answers a request to append, whose facts are another document.
    #[pyo3(signature = (request, facts, /))]
    fn append<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        facts: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let facts = facts.map(|facts| bytes_of(Given::Document, facts)).transpose()?;
        let facts = facts.as_deref();
        let reply = self.with(py, Given::Document, |ledger| {
            let request = with_facts(request, facts)?;
            let reply = ledger.reply(request).map_err(|error| of_the_facts(&error))?;
            serde_json::to_vec(&reply).map_err(|e| Error::new(ErrorCode::Other, e.to_string()))
        })?;
        Ok(PyBytes::new(py, &reply))
    }

    /// Sets the policy that answers where the ledger adopts none.
    #[pyo3(signature = (text, /))]
    fn set_policy(&self, py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<()> {
        let bytes = bytes_of(Given::Policy, text)?;
        let bytes = bytes.as_ref();
        self.with(py, Given::Policy, |ledger| {
            refuse_path(bytes)?;
            let text = std::str::from_utf8(bytes)
                .map_err(|_| Error::new(ErrorCode::DocumentNotUtf8, "the policy is not UTF-8"))?;
            ledger.set_policy(text)
        })
    }

    /// What is known, or was at a size.
    #[pyo3(signature = (at, /))]
    fn snapshot(&self, py: Python<'_>, at: Option<u64>) -> PyResult<Snapshot> {
        let taken = self.with(py, Given::Question, |ledger| {
            ledger.refresh()?;
            match at {
                Some(size) => ledger.at(size),
                None => Ok(ledger.snapshot()),
            }
        });
        taken.map(Snapshot::from)
    }
}

/// A request to append, with its facts.
fn with_facts(request: &[u8], facts: Option<&[u8]>) -> Result<Request> {
    let mut request = read_strict(request, Limits::untrusted())?;
    if let (Request::Append(append), Some(facts)) = (&mut request, facts) {
        refuse_path(facts)?;
        let whole: serde_json::Result<Box<RawValue>> = serde_json::from_slice(facts);
        append.facts = Some(whole.map_err(|error| {
            // The reader of portfolios says more of what is wrong.
            let said = read_portfolio(facts, Limits::untrusted()).err();
            said.unwrap_or_else(|| Error::new(ErrorCode::Syntax, error.to_string()))
        })?);
    }
    Ok(request)
}

/// The error with its places in what Python was given.
fn of_the_facts(error: &Error) -> Error {
    let problems = error.problems().iter().cloned().map(|mut problem| {
        let path = problem.path.strip_prefix("$.append");
        let path = path.map(|rest| rest.strip_prefix(".facts").unwrap_or(rest));
        problem.path = path.map_or(problem.path.clone(), |rest| format!("${rest}"));
        problem
    });
    Error::from_problems(problems.collect()).unwrap_or_else(|| error.clone())
}

fn open(opening: Opening, path: Option<PathBuf>, origin: Option<&str>) -> Result<Ledger> {
    match (path, origin) {
        (Some(path), Some(origin)) => opening.create(Box::new(Sqlite::create(&path)?), origin),
        (Some(path), None) => opening.open(Box::new(Sqlite::open(&path)?)),
        (None, origin) => {
            let mut opening = opening;
            opening.volatile = true;
            opening.create(Box::new(Memory::default()), origin.unwrap_or_default())
        }
    }
}

fn sign_by(signer: Py<PyAny>, raised: Raised) -> Sign {
    Box::new(move |text| {
        let made = Python::attach(|py| {
            let made = signer.call1(py, (PyBytes::new(py, text),))?;
            let made = made.bind(py).cast::<PyBytes>().map(|made| made.as_bytes().try_into());
            let wrong = || PyTypeError::new_err("signer: return the 64 bytes of the signature");
            made.map_err(|_| wrong())?.map_err(|_| wrong())
        });
        made.map_err(|error| {
            let message = format!("the signer raised {error}");
            raised.keep(error);
            Error::new(ErrorCode::NotSigned, message)
        })
    })
}

fn anchor_by(anchor: Py<PyAny>, raised: Raised) -> Anchor {
    Box::new(move |checkpoint| {
        let passed = Python::attach(|py| anchor.call1(py, (checkpoint,)).map(drop));
        passed.map_err(|error| {
            let message = format!("the anchor raised {error}");
            raised.keep(error);
            Error::new(ErrorCode::NotAnchored, message)
        })
    })
}

/// Checks a receipt without the ledger: that its entry stands in one that the key signs for.
///
/// Whoever deploys asks this before, with the receipt of the claim and the key that the owner of
/// the ledger published. Whether the entry is the one that was meant is for the caller to see.
///
/// Args:
///     receipt: The text that `Ledger.receipt` gave.
///     key: The public key, `name+id+key`.
///
/// Returns:
///     A document with the `entry`, and `origin`, `size` and `root` of the `checkpoint`.
///
/// Raises:
///     LedgerError: It proves nothing, or the key has not signed it.
///     QuestionError: The key is malformed.
///
/// Example:
///     >>> import json
///     >>> from lynchpin import prove_receipt
///     >>> proved = json.loads(prove_receipt(ledger.receipt(1), ledger.head().key))
///     >>> proved["entry"]["kind"], proved["checkpoint"]["origin"]
///     ('people', 'acme.example/releases')
#[pyfunction]
#[pyo3(signature = (receipt, key, /))]
pub(crate) fn prove_receipt<'py>(
    py: Python<'py>,
    receipt: &Bound<'py, PyString>,
    key: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (receipt, key) = (receipt.to_string_lossy(), key.to_string_lossy());
    let proved = py.detach(|| {
        Guard::default().read(|| lynchpin_store::receipt::prove_receipt(&receipt, &key))
    });
    let proved = proved.map_err(|error| exception(py, Given::Question, &error))?;
    Ok(PyBytes::new(py, &proved))
}
