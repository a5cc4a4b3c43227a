//! Very many numbers with a sign as an answer.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyList, PyMemoryView};

use crate::memory::{Layout, Shared, exported};
use crate::numbers::{READ_ONLY, one_of, some_of};

/// Whole numbers of an answer, with a sign, as they lie in the memory of the engine.
///
/// They are what `Numbers` are, of 64 bits with a sign: `numpy.asarray(integers)`,
/// `memoryview(integers)` and `pyarrow.array(integers)` take them at once and without a copy.
///
/// Example:
///     >>> from lynchpin import Model
///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
///     >>> scores = model.score({"lines": [1, 40]})
///     >>> len(scores.log_odds), scores.log_odds[0] < 0 < scores.log_odds[-1]
///     (2, True)
#[pyclass(frozen, eq, hash, module = "lynchpin")]
pub(crate) struct Integers {
    pub(crate) shared: Shared<i64>,
    pub(crate) layout: Layout,
}

impl Integers {
    /// Those of a part of an answer.
    pub(crate) fn of<T: Send + Sync + 'static>(
        owner: &Arc<T>,
        part: impl Fn(&T) -> &[i64],
    ) -> Self {
        let shared = Shared::of(owner, part);
        Integers { layout: Layout::of(&shared), shared }
    }

    fn as_slice(&self) -> &[i64] {
        self.shared.as_slice()
    }
}

impl PartialEq for Integers {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Hash for Integers {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

#[pymethods]
impl Integers {
    fn __len__(&self) -> usize {
        self.as_slice().len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<i64> {
        one_of(self.as_slice(), index)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
        PyMemoryView::from(slf)?.try_iter()
    }

    /// What `memoryview(integers)` is, for typing: before 3.12 Python has no such method itself.
    #[pyo3(signature = (flags, /))]
    fn __buffer__<'py>(slf: &Bound<'py, Self>, flags: i32) -> PyResult<Bound<'py, PyMemoryView>> {
        if flags & 1 == 1 {
            return Err(PyBufferError::new_err(READ_ONLY));
        }
        PyMemoryView::from(slf)
    }

    fn __repr__(&self) -> String {
        format!("Integers([{}])", some_of(self.as_slice()))
    }

    /// All of them as a list of Python's.
    ///
    /// Returns:
    ///     A new list of int.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
    ///     >>> [number > 0 for number in model.score({"lines": [1, 40]}).log_odds.tolist()]
    ///     [False, True]
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.as_slice())
    }

    /// The numbers for Arrow, without a copy: an array of int64 without nulls.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // What is wanted may be left to the consumer to bring about, which no copy here could do
        // better.
        drop(requested_schema);
        exported(py, &self.shared)
    }
}
