//! Very many numbers as an argument: Arrow, buffers, lists.

use std::ffi::CStr;

use lynchpin::base::{Error, ErrorCode};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyMemoryView, PyRange, PyTuple};

use crate::error::exception;
use crate::family::Given;
use crate::memory::{Imported, of_array, of_stream};

/// Numbers that were given, for as long as a call takes.
pub(crate) enum Column<T> {
    /// What could change under us is copied, because the interpreter lock is released while it is
    /// read; the copy costs a thirtieth of what is done with it.
    Copied(Vec<T>),
    /// What Arrow promises never to change is not.
    Shared(Imported<T>),
}

impl<T> Column<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Column::Copied(all) => all,
            Column::Shared(array) => array.as_slice(),
        }
    }
}

/// What a column may hold.
pub(crate) trait Item: Element + for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr> {
    /// Its format in Arrow.
    const ARROW: &'static CStr;
    /// Its name in Arrow and in numpy.
    const NAME: &'static str;
    /// The largest.
    const MAX: u64;
}

impl Item for u32 {
    const ARROW: &'static CStr = c"I";
    const NAME: &'static str = "uint32";
    const MAX: u64 = u32::MAX as u64;
}

impl Item for u64 {
    const ARROW: &'static CStr = c"L";
    const NAME: &'static str = "uint64";
    const MAX: u64 = u64::MAX;
}

impl Item for i64 {
    const ARROW: &'static CStr = c"l";
    const NAME: &'static str = "int64";
    const MAX: u64 = i64::MAX as u64;
}

/// Reads the numbers of an argument.
pub(crate) fn column_of<T: Item>(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Column<T>> {
    match Form::of(name, object, T::NAME)? {
        Form::Array => of_array(name, object),
        Form::Stream => of_stream(name, object),
        Form::List => {
            let numbers = object.try_iter()?.enumerate();
            let numbers = numbers.map(|(at, each)| number_of(|| format!("{name}[{at}]"), &each?));
            Ok(Column::Copied(numbers.collect::<PyResult<_>>()?))
        }
        Form::Buffer(view) => of_buffer(name, &view),
    }
}

/// In which form an argument has its numbers.
pub(crate) enum Form<'py> {
    /// An array of Arrow's.
    Array,
    /// A stream of such.
    Stream,
    /// A list, a tuple or a range.
    List,
    /// Whatever lends its memory.
    Buffer(Bound<'py, PyMemoryView>),
}

impl<'py> Form<'py> {
    /// That of an argument, which should be of what is wanted.
    pub(crate) fn of(name: &str, object: &Bound<'py, PyAny>, wanted: &str) -> PyResult<Self> {
        if object.hasattr("__arrow_c_array__")? {
            return Ok(Form::Array);
        }
        if object.hasattr("__arrow_c_stream__")? {
            return Ok(Form::Stream);
        }
        if object.is_instance_of::<PyList>()
            || object.is_instance_of::<PyTuple>()
            || object.is_instance_of::<PyRange>()
        {
            return Ok(Form::List);
        }
        let Ok(view) = PyMemoryView::from(object) else {
            let class = object.get_type().name()?;
            let message = format!(
                "{name}: pass an array or a list of {wanted}, not {class}: such as numpy's or \
                 Arrow's"
            );
            return Err(PyTypeError::new_err(message));
        };
        Ok(Form::Buffer(view))
    }
}

/// A copy of the numbers in a buffer.
fn of_buffer<T: Item>(name: &str, view: &Bound<'_, PyMemoryView>) -> PyResult<Column<T>> {
    let fits = |letter: &str, size| ["I", "L", "Q"].contains(&letter) && size == size_of::<T>();
    letter_of(name, view, T::NAME, fits)?;
    if view.len()? == 0 {
        // An empty one may lead to NULL, which is no buffer to pyo3.
        return Ok(Column::Copied(Vec::new()));
    }
    Ok(Column::Copied(PyBuffer::<T>::get(view)?.to_vec(view.py())?))
}

/// Which letter stands for the numbers of a buffer, if it fits with their size and there is one
/// dimension.
pub(crate) fn letter_of(
    name: &str,
    view: &Bound<'_, PyMemoryView>,
    wanted: &str,
    fits: impl FnOnce(&str, usize) -> bool,
) -> PyResult<String> {
    let format: String = view.getattr("format")?.extract()?;
    let dimensions: usize = view.getattr("ndim")?.extract()?;
    let order = ['@', '=', if cfg!(target_endian = "little") { '<' } else { '>' }];
    let letter = format.strip_prefix(order).unwrap_or(&format);
    if !fits(letter, view.getattr("itemsize")?.extract()?) {
        let message = format!("{name}: pass {wanted}, not a buffer of {format:?}: cast it");
        return Err(PyTypeError::new_err(message));
    }
    if dimensions != 1 {
        let message = format!("{name}: pass one dimension, not {dimensions}: flatten it");
        return Err(PyTypeError::new_err(message));
    }
    Ok(letter.to_owned())
}

/// One number of an argument.
pub(crate) fn number_of<T: Item>(
    name: impl FnOnce() -> String,
    object: &Bound<'_, PyAny>,
) -> PyResult<T> {
    object.extract::<T>().map_err(|error| {
        let py = object.py();
        if error.is_instance_of::<PyOverflowError>(py) {
            let (name, most) = (name(), T::MAX);
            let message = format!("{name} is `{object}`: pass numbers from 0 to {most}");
            let error = Error::new(ErrorCode::NumberOutOfRange, message);
            return exception(py, Given::Question, &error);
        }
        PyTypeError::new_err(format!("{}: {}", name(), error.value(py)))
    })
}
