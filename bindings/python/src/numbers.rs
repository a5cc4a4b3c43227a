//! Very many numbers as an answer.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use pyo3::exceptions::{PyBufferError, PyIndexError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyList, PyMemoryView};

use crate::memory::{Layout, Shared, exported};

/// A class of whole numbers of one type, which lie in the memory of the engine: a class of Python's
/// cannot be generic. It is told what to say of itself, of its list and of its array of Arrow's.
macro_rules! answer {
    (
        $(#[$($class:tt)*])*
        $name:ident of $number:ty;
        $(#[$($tolist:tt)*])*
        tolist;
        $(#[$($arrow:tt)*])*
        arrow
    ) => {
        $(#[$($class)*])*
        #[pyclass(frozen, eq, hash, module = "lynchpin")]
        pub(crate) struct $name {
            pub(crate) shared: Shared<$number>,
            pub(crate) layout: Layout,
        }

        impl $name {
            /// Those of a part of an answer.
            pub(crate) fn of<T: Send + Sync + 'static>(
                owner: &Arc<T>,
                part: impl Fn(&T) -> &[$number],
            ) -> Self {
                let shared = Shared::of(owner, part);
                $name { layout: Layout::of(&shared), shared }
            }

            fn as_slice(&self) -> &[$number] {
                self.shared.as_slice()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_slice() == other.as_slice()
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_slice().hash(state);
            }
        }

        #[pymethods]
        impl $name {
            fn __len__(&self) -> usize {
                self.as_slice().len()
            }

            fn __getitem__(&self, index: isize) -> PyResult<$number> {
                one_of(self.as_slice(), index)
            }

            fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
                PyMemoryView::from(slf)?.try_iter()
            }

            /// What a `memoryview` of it is, for typing: before 3.12 Python has no such method
            /// itself.
            #[pyo3(signature = (flags, /))]
            fn __buffer__<'py>(
                slf: &Bound<'py, Self>,
                flags: i32,
            ) -> PyResult<Bound<'py, PyMemoryView>> {
                if flags & 1 == 1 {
                    return Err(PyBufferError::new_err(READ_ONLY));
                }
                PyMemoryView::from(slf)
            }

            fn __repr__(&self) -> String {
                format!("{}([{}])", stringify!($name), some_of(self.as_slice()))
            }

            $(#[$($tolist)*])*
            fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
                PyList::new(py, self.as_slice())
            }

            $(#[$($arrow)*])*
            #[pyo3(signature = (requested_schema = None))]
            fn __arrow_c_array__<'py>(
                &self,
                py: Python<'py>,
                requested_schema: Option<Bound<'py, PyAny>>,
            ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
                // What is wanted may be left to the consumer to bring about, which no copy here
                // could do better.
                drop(requested_schema);
                exported(py, &self.shared)
            }
        }
    };
}

answer! {
    /// Whole numbers of an answer, as they lie in the memory of the engine.
    ///
    /// They are read as a list is, one by one, or at once and without a copy by whatever knows
    /// buffers or Arrow, of numbers of 32 bits without a sign: `numpy.asarray(numbers)`,
    /// `memoryview(numbers)`, `pyarrow.array(numbers)`. The engine alone makes them; they never
    /// change.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> numbers = Edges(3, [1, 2], [0, 1]).schedule().order
    ///     >>> numbers, len(numbers), numbers[-1], list(numbers)
    ///     (Numbers([0, 1, 2]), 3, 2, [0, 1, 2])
    ///     >>> memoryview(numbers)[1:].tolist()
    ///     [1, 2]
    Numbers of u32;
    /// All of them as a list of Python's.
    ///
    /// Returns:
    ///     A new list of int.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> Edges(3, [1, 2], [0, 1]).downstream([0]).tolist()
    ///     [1, 2]
    tolist;
    /// The numbers for Arrow, without a copy: an array of uint32 without nulls.
    arrow
}

answer! {
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
    Integers of i64;
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
    tolist;
    /// The numbers for Arrow, without a copy: an array of int64 without nulls.
    arrow
}

impl Numbers {
    /// Those of a list that nothing else needs.
    pub(crate) fn new(numbers: Vec<u32>) -> Self {
        Numbers::of(&Arc::new(numbers), Vec::as_slice)
    }
}

/// What is said to whoever wants to write.
pub(crate) const READ_ONLY: &str = "the numbers are an answer: copy them to change them";

/// The number at an index, which counts from the end if it is below 0.
fn one_of<N: Copy>(numbers: &[N], index: isize) -> PyResult<N> {
    let back = || numbers.len().checked_sub(index.unsigned_abs());
    let place = usize::try_from(index).ok().or_else(back);
    let found = place.and_then(|place| numbers.get(place)).copied();
    found.ok_or_else(|| {
        PyIndexError::new_err(format!("there is no number {index}: there are {}", numbers.len()))
    })
}

/// The first few, for people.
fn some_of<N: ToString>(numbers: &[N]) -> String {
    let mut shown: Vec<String> = numbers.iter().take(8).map(N::to_string).collect();
    if numbers.len() > shown.len() {
        shown.push("...".to_owned());
    }
    shown.join(", ")
}
