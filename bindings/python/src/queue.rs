//! What of a queue of releases may go in parallel.

use lynchpin::base::Result;
use lynchpin::study::QueueEntry;
use lynchpin::wire::{self, Question};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PySequence, PyString, PyTuple};

use crate::convert::{instant_of, parsed, subject_of};
use crate::family::Given;
use crate::snapshot::{Snapshot, checked};

#[pymethods]
impl Snapshot {
    /// Says which of a queue may go in parallel, which must wait, and what if one fails.
    ///
    /// Items are assumed to fail independently of each other.
    ///
    /// Args:
    ///     stage: The stage that all are to enter.
    ///     items: What is in the queue, first to go first: each a `Subject`, or a pair of it
    ///         and the chance that it fails. Where there is no chance, the scorecard says it.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     slots: How many may be on their way at once; any number, if it is not said.
    ///     runs: How many runs may be tried beforehand.
    ///
    /// Returns:
    ///     A `Queue`: what may start now, what each item waits for and why, and the runs most
    ///     likely to be needed.
    ///
    /// Raises:
    ///     NotFoundError: An item or the stage is not known as of that instant.
    ///     QuestionError: An id or a chance is malformed, `at` has no time zone, an item is listed
    ///         twice, or `slots` is 0.
    ///     LimitError: There are too many items, runs or interactions.
    ///     TypeError: An item is no `Subject`.
    ///
    /// Example:
    ///     >>> from lynchpin import Subject
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> found = snapshot.queue(stage="production", items=[Subject("change", "C-1")], at=at)
    ///     >>> found.items[0].state, found.items[0].held_by[0].code
    ///     ('held', 'plan_missing')
    #[pyo3(signature = (*, stage, items, at, slots = None, runs = 0))]
    fn queue<'py>(
        &self,
        py: Python<'py>,
        stage: &Bound<'py, PyString>,
        items: &Bound<'py, PySequence>,
        at: &Bound<'py, PyDateTime>,
        slots: Option<u32>,
        runs: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut entries = Vec::new();
        for item in items.try_iter()? {
            entries.push(checked(py, entry_of(&item?)?)?);
        }
        let question = Question::Queue(wire::Queue {
            stage: checked(py, parsed(stage))?,
            at: checked(py, instant_of(at)?)?,
            items: entries,
            slots,
            runs,
        });
        self.value(py, question, Given::Question)
    }
}

/// An item, and the chance that it fails if there is one beside it.
fn entry_of(item: &Bound<'_, PyAny>) -> PyResult<Result<QueueEntry>> {
    let pair = item.cast::<PyTuple>().ok().filter(|pair| pair.len() == 2);
    let (subject, chance) = match pair {
        Some(pair) => (pair.get_item(0)?, Some(pair.get_item(1)?)),
        None => (item.clone(), None),
    };
    let subject = subject_of(Some(&subject), None, None)?;
    // Without an exponent, which no document has.
    let written = chance.map(|chance| chance.call_method1("__format__", ("f",))).transpose()?;
    let failure = written.map(|text| PyResult::Ok(parsed(text.cast::<PyString>()?))).transpose()?;
    let entry = |subject, failure| {
        let mut entry = QueueEntry::new(subject);
        entry.failure = failure;
        entry
    };
    Ok(subject.and_then(|subject| failure.transpose().map(|failure| entry(subject, failure))))
}
