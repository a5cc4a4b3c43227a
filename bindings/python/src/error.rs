//! Errors as exceptions of the package, which are defined in Python.

use lynchpin::base::{Error, ErrorCode};
use lynchpin_link::git;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTypeInfo, import_exception};

use crate::family::{Family, Given};

import_exception!(lynchpin.errors, AssessError);
import_exception!(lynchpin.errors, BrokenError);
import_exception!(lynchpin.errors, DocumentError);
import_exception!(lynchpin.errors, LedgerError);
import_exception!(lynchpin.errors, LimitError);
import_exception!(lynchpin.errors, LynchpinError);
import_exception!(lynchpin.errors, NotFoundError);
import_exception!(lynchpin.errors, PanicError);
import_exception!(lynchpin.errors, PolicyError);
import_exception!(lynchpin.errors, QuestionError);

/// As many problems of a history are told as of a document.
const PROBLEMS_MAX: usize = 100;

/// The exception for an error.
pub(crate) fn exception(py: Python<'_>, given: Given, error: &Error) -> PyErr {
    let class = match Family::of(error.code(), given) {
        Family::Broken => BrokenError::type_object(py),
        Family::Document => DocumentError::type_object(py),
        Family::Ledger => LedgerError::type_object(py),
        Family::Limit => LimitError::type_object(py),
        Family::Lynchpin => LynchpinError::type_object(py),
        Family::NotFound => NotFoundError::type_object(py),
        Family::Panic => PanicError::type_object(py),
        Family::Policy => PolicyError::type_object(py),
        Family::Question => QuestionError::type_object(py),
    };
    match problems(py, error) {
        Ok(problems) => PyErr::from_type(class, (problems.unbind(),)),
        Err(failed) => failed,
    }
}

/// The exception for a history that could not be read. Its codes are names: numbers are for C,
/// where no history is read.
pub(crate) fn not_assessed(py: Python<'_>, error: &git::AssessError) -> PyErr {
    match problems_of_history(py, error) {
        Ok(problems) => PyErr::from_type(AssessError::type_object(py), (problems.unbind(),)),
        Err(failed) => failed,
    }
}

/// Each file that is wrong is a problem of its own; otherwise there is one.
fn problems_of_history<'py>(
    py: Python<'py>,
    error: &git::AssessError,
) -> PyResult<Bound<'py, PyTuple>> {
    let class = py.import("lynchpin.errors")?.getattr("Problem")?;
    let number = ErrorCode::Other.number();
    let problem = |message: &str, path: &str| class.call1((error.code(), number, message, path));
    if let git::AssessError::Results { problems } | git::AssessError::Keys { problems } = error
        && !problems.is_empty()
    {
        let shown = problems.iter().take(PROBLEMS_MAX);
        let shown = shown.map(|each| problem(&each.detail, &each.path));
        return PyTuple::new(py, shown.collect::<PyResult<Vec<_>>>()?);
    }
    PyTuple::new(py, [problem(&error.to_string(), "")?])
}

fn problems<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyTuple>> {
    let class = py.import("lynchpin.errors")?.getattr("Problem")?;
    let problem = |problem: &lynchpin::base::Problem| {
        class.call1((
            problem.code.name(),
            problem.code.number(),
            &problem.message,
            &problem.path,
            problem.line,
            problem.column,
        ))
    };
    let problems: Vec<_> = error.problems().iter().map(problem).collect::<PyResult<_>>()?;
    PyTuple::new(py, problems)
}
