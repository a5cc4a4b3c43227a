//! Values of features as an argument: Arrow, buffers, lists, of floats, whole numbers or truths.

use lynchpin::base::{Error, ErrorCode, Result};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyMemoryView, PyRange, PyTuple};

use crate::memory;

/// Reads the values of an argument as floats; what is not known is not a number.
pub(crate) fn floats_of(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    if object.hasattr("__arrow_c_array__")? || object.hasattr("__arrow_c_stream__")? {
        return memory::floats_of(name, object);
    }
    if object.is_instance_of::<PyList>()
        || object.is_instance_of::<PyTuple>()
        || object.is_instance_of::<PyRange>()
    {
        return listed(name, object);
    }
    let Ok(view) = PyMemoryView::from(object) else {
        let class = object.get_type().name()?;
        let message = format!(
            "{name}: pass an array or a list of numbers, not {class}: such as numpy's or Arrow's"
        );
        return Err(PyTypeError::new_err(message));
    };
    of_buffer(name, &view)
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
    let format: String = view.getattr("format")?.extract()?;
    let dimensions: usize = view.getattr("ndim")?.extract()?;
    let size: usize = view.getattr("itemsize")?.extract()?;
    if dimensions != 1 {
        let message = format!("{name}: pass one dimension, not {dimensions}: flatten it");
        return Err(PyTypeError::new_err(message));
    }
    let order = ['@', '=', if cfg!(target_endian = "little") { '<' } else { '>' }];
    let letter = format.strip_prefix(order).unwrap_or(&format);
    let is_known = matches!((letter, size), ("d" | "l" | "q", 8) | ("?" | "B", 1));
    if !is_known {
        let message =
            format!("{name}: pass float64, int64 or bool, not a buffer of {format:?}: cast it");
        return Err(PyTypeError::new_err(message));
    }
    if view.len()? == 0 {
        // An empty one may lead to NULL, which is no buffer to pyo3.
        return Ok(Vec::new());
    }
    let py = view.py();
    match letter {
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
