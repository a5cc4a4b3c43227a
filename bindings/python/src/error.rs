//! Errors as exceptions of the package, which are defined in Python.

use lynchpin::base::Error;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTypeInfo, import_exception};

use crate::family::{Family, Given};

import_exception!(lynchpin.errors, BrokenError);
import_exception!(lynchpin.errors, DocumentError);
import_exception!(lynchpin.errors, LimitError);
import_exception!(lynchpin.errors, LynchpinError);
import_exception!(lynchpin.errors, NotFoundError);
import_exception!(lynchpin.errors, PanicError);
import_exception!(lynchpin.errors, PolicyError);
import_exception!(lynchpin.errors, QuestionError);

/// The exception for an error.
pub(crate) fn exception(py: Python<'_>, given: Given, error: &Error) -> PyErr {
    let class = match Family::of(error.code(), given) {
        Family::Broken => BrokenError::type_object(py),
        Family::Document => DocumentError::type_object(py),
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
