//! Workflows and the life of a gate: what needs no facts.

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::gate::{GateEvent, GateState, Move, profiles, workflow};
use lynchpin::model::Workflow;
use lynchpin::report::{self, Style};
use lynchpin::wire::{Question, read_question};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;

/// The number, the name and the meaning of each state of a gate, in order.
///
/// Returns:
///     A list of (number, name, meaning). The number is also that of C.
///
/// Example:
///     >>> from lynchpin import gate_states
///     >>> gate_states()[0]
///     (10, 'idle', 'asks nothing of this subject')
#[pyfunction]
pub(crate) fn gate_states() -> Vec<(u32, &'static str, &'static str)> {
    GateState::ALL.iter().map(|it| (it.number(), it.name(), it.text())).collect()
}

/// The number, the name and the meaning of each event of a gate, in order.
///
/// Returns:
///     A list of (number, name, meaning). The number is also that of C.
///
/// Example:
///     >>> from lynchpin import gate_events
///     >>> [name for _, name, _ in gate_events()][:3]
///     ['asked', 'fact_added', 'revision_made']
#[pyfunction]
pub(crate) fn gate_events() -> Vec<(u32, &'static str, &'static str)> {
    GateEvent::ALL.iter().map(|it| (it.number(), it.name(), it.text())).collect()
}

/// The life of a gate as one table: what each event does in each state.
///
/// "follows" means that the gate is judged again and goes where the verdict says, "stays" that
/// nothing changes, "seals" that it was entered, "breaches" that it was entered although it was not
/// open, and "opens" that a new instance of it begins, which is judged.
///
/// Returns:
///     A dictionary from (state, event), by their names, to what happens.
///
/// Example:
///     >>> from lynchpin import gate_moves
///     >>> gate_moves()["sealed", "fact_added"], gate_moves()["stale", "entered"]
///     ('stays', 'breaches')
#[pyfunction]
pub(crate) fn gate_moves() -> std::collections::BTreeMap<(&'static str, &'static str), &'static str>
{
    let cell = |state: &'static GateState| {
        GateEvent::ALL
            .iter()
            .map(|event| ((state.name(), event.name()), Move::of(*state, *event).name()))
    };
    GateState::ALL.iter().flat_map(cell).collect()
}

/// The name and the text of each workflow that comes with the package, in order of names.
#[pyfunction]
pub(crate) fn workflows() -> Vec<(&'static str, &'static str)> {
    let named = workflow::NAMES.into_iter();
    named.map(|name| (name, workflow::text(name).unwrap_or_default())).collect()
}

/// The text (TOML) of a policy that comes with the package, to be read, or copied and changed.
///
/// Args:
///     name: "itil", "continuous", or "both" in one.
///
/// Returns:
///     The text, with its comments; `Engine.set_policy` takes it as it is.
///
/// Raises:
///     QuestionError: None has that name.
///
/// Example:
///     >>> from lynchpin import profile
///     >>> profile("itil")[:18]
///     '# The careful way:'
#[pyfunction]
#[pyo3(signature = (name, /))]
pub(crate) fn profile(py: Python<'_>, name: &str) -> PyResult<&'static str> {
    profiles::text(name).map_err(|error| exception(py, Given::Question, &error))
}

/// The names of the policies that come with the package, in order.
///
/// Returns:
///     A list of names.
///
/// Example:
///     >>> from lynchpin import profile_names
///     >>> profile_names()
///     ['both', 'continuous', 'itil']
#[pyfunction]
pub(crate) fn profile_names() -> Vec<&'static str> {
    profiles::NAMES.to_vec()
}

/// Answers the question about a workflow; `workflow` of the package makes a value of it.
#[pyfunction]
#[pyo3(signature = (question, /))]
pub(crate) fn workflow_answer<'py>(
    py: Python<'py>,
    question: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let answer = py.detach(|| Guard::default().read(|| answer(question)));
    let answer = answer.map_err(|error| exception(py, Given::Question, &error))?;
    Ok(PyBytes::new(py, &answer))
}

fn answer(question: &[u8]) -> Result<Vec<u8>> {
    let Question::Workflow(asked) = read_question(question)? else {
        let message = "only `workflow` is asked without a snapshot";
        return Err(Error::new(ErrorCode::UnknownWord, message));
    };
    asked.answer()?.to_bytes()
}

/// An answer's workflow as "text", "markdown", "mermaid" or "svg"; nothing, if it is unsound.
#[pyfunction]
#[pyo3(signature = (document, form, /))]
pub(crate) fn workflow_report(
    py: Python<'_>,
    document: &[u8],
    form: &str,
) -> PyResult<Option<String>> {
    let told = || {
        let malformed = |error: serde_json::Error| Error::new(ErrorCode::Syntax, error.to_string());
        let mut answer: serde_json::Value = serde_json::from_slice(document).map_err(malformed)?;
        let Some(said) = answer.pointer_mut("/workflow/workflow") else { return Ok(None) };
        let workflow: Workflow = serde_json::from_value(said.take()).map_err(malformed)?;
        Ok(Some(match form {
            "text" => report::workflow::text(&workflow, Style::Plain),
            "markdown" => report::workflow::markdown(&workflow),
            "mermaid" => report::workflow::mermaid(&workflow),
            _ => report::workflow::svg(&workflow),
        }))
    };
    let done = py.detach(|| Guard::default().read(told));
    done.map_err(|error| exception(py, Given::Document, &error))
}
