//! Questions about risk that need no portfolio.

use lynchpin::wire::risk;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::edges::with;

/// Answers a question about risk that needs no portfolio, as documents.
#[pyfunction]
#[pyo3(signature = (question, /))]
pub(crate) fn ask_risk<'py>(py: Python<'py>, question: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let answer = with(py, || risk::ask(question))?;
    Ok(PyBytes::new(py, &answer))
}
