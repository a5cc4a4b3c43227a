//! Values of features as an argument: Arrow, buffers, lists, of floats, whole numbers or truths.

use lynchpin::base::{Error, ErrorCode, Result};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyMemoryView;

use crate::columns::{Form, letter_of};
use crate::memory;

/// Reads the values of an argument as floats; what is not known is not a number.
pub(crate) fn floats_of(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    match Form::of(name, object, "numbers")? {
        Form::Array | Form::Stream => memory::floats_of(name, object),
        Form::List => listed(name, object),
        Form::Buffer(view) => of_buffer(name, &view),
    }
}

fn listed(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let values = object.try_iter()?.enumerate();
    values.map(|(at, value)| one_of(name, at, &value?)).collect()
}

fn one_of(name: &str, at: usize, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    if value.is_none() {
        return Ok(f64::NAN);
    }
    value.extract::<f64>().or_else(|error| {
        let py = value.py();
        if error.is_instance_of::<PyOverflowError>(py) {
            // It is refused as what is too large.
            return Ok(f64::INFINITY);
        }
        Err(PyTypeError::new_err(format!("{name}[{at}]: {}", error.value(py))))
    })
}

/// A copy of the values in a buffer.
fn of_buffer(name: &str, view: &Bound<'_, PyMemoryView>) -> PyResult<Vec<f64>> {
    let fits = |letter: &str, size| matches!((letter, size), ("d" | "l" | "q", 8) | ("?" | "B", 1));
    let letter = letter_of(name, view, "float64, int64 or bool", fits)?;
    if view.len()? == 0 {
        // An empty one may lead to NULL, which is no buffer to pyo3.
        return Ok(Vec::new());
    }
    let py = view.py();
    match letter.as_str() {
        "d" => PyBuffer::<f64>::get(view)?.to_vec(py),
        "?" | "B" => listed(name, &view.call_method0("tolist")?),
        _ => {
            let values = PyBuffer::<i64>::get(view)?.to_vec(py)?;
            // What is too large to be exact is too large to be kept, too.
            Ok(values.into_iter().map(|value| value as f64).collect())
        }
    }
}

/// What became of each change.
pub(crate) fn outcomes(failed: &[f64]) -> Result<Vec<bool>> {
    let outcome = |(at, value): (usize, &f64)| match *value {
        0.0 => Ok(false),
        1.0 => Ok(true),
        other => {
            let message = format!(
                "`failed[{at}]` is {other}: pass True or False for each change, and leave out \
                 those of which it is not known"
            );
            Err(Error::new(ErrorCode::BadArgument, message))
        }
    };
    failed.iter().enumerate().map(outcome).collect()
}
