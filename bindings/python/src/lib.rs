//! The native half of the Python package: the engine, its snapshots, ledgers and the reading of
//! history.
//!
//! # Design
//!
//! Only what does work stands here. Questions go in typed, answers come out as the bytes that
//! every other language gets, and the package's Python half reads them into frozen values; so
//! Python cannot say anything that the document does not, and a value is pickled as its document.
//! Every call runs without the interpreter lock, and a panic ends in an exception of the package
//! (`guard`).
//!
//! Edges in bulk (`edges`) and fitted models (`model`) are another matter: what goes in and out are
//! plain numbers, by the million, so they are shared as memory (`memory`) and not written as
//! documents.
#![deny(clippy::undocumented_unsafe_blocks, unsafe_op_in_unsafe_fn)]

mod asked;
mod assess;
mod columns;
mod compose;
mod convert;
mod daily;
mod edges;
mod engine;
mod error;
mod family;
mod guard;
mod ledger;
mod memory;
mod model;
mod numbers;
mod ordered;
mod questions;
mod queue;
mod risk;
mod scoring;
mod snapshot;
mod values;
mod workflow;

use lynchpin::base::ErrorCode;
use lynchpin::gate::lint::FindingCode;
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::report;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// The native half of the package `lynchpin`; import from there instead.
#[pymodule]
mod _lynchpin {
    #[pymodule_export]
    use super::{asked::Asked, engine::Engine, ledger::LedgerHandle, snapshot::Snapshot};

    #[pymodule_export]
    use super::edges::{Components, Edges, Schedule};

    #[pymodule_export]
    use super::ordered::OrderedEdges;

    #[pymodule_export]
    use super::numbers::{Integers, Numbers};

    #[pymodule_export]
    use super::model::{Model, Scores};

    #[pymodule_export]
    use super::assess::{assess_policy, note_texts, read_history, services_example};

    #[pymodule_export]
    use super::ledger::prove_receipt;

    #[pymodule_export]
    use super::risk::ask_risk;

    #[pymodule_export]
    use super::workflow::{
        gate_events, gate_moves, gate_states, profile, profile_names, workflow_answer,
        workflow_report, workflows,
    };

    #[pymodule_export]
    use super::{
        error_codes, finding_codes, portfolio_schema, printable, reason_codes, verdicts, version,
    };
}

/// The version of the engine.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The number and the name of each error code, by number.
///
/// Returns:
///     A list of (number, name). The number is also the status in C.
///
/// Example:
///     >>> from lynchpin import error_codes
///     >>> error_codes()[0]
///     (1001, 'document_too_large')
#[pyfunction]
fn error_codes() -> Vec<(u32, &'static str)> {
    ErrorCode::ALL.iter().map(|code| (code.number(), code.name())).collect()
}

/// The number, the name and the text of each reason code, by number.
///
/// Returns:
///     A list of (number, name, text). `{name}` in a text stands for the argument of that name.
///
/// Example:
///     >>> from lynchpin import reason_codes
///     >>> reason_codes()[0]
///     (100, 'release', 'release')
#[pyfunction]
fn reason_codes() -> Vec<(u32, &'static str, &'static str)> {
    ReasonCode::ALL.iter().map(|code| (code.number(), code.name(), code.text())).collect()
}

/// The name, the severity and the text of each code of a finding in a policy, in order.
///
/// Returns:
///     A list of (name, severity, text); the severity is "error" or "warning".
///
/// Example:
///     >>> from lynchpin import finding_codes
///     >>> finding_codes()[0]
///     ('gate_never_passes', 'error', 'the gate can never pass')
#[pyfunction]
fn finding_codes() -> Vec<(&'static str, &'static str, &'static str)> {
    FindingCode::ALL.iter().map(|code| (code.name(), code.severity().name(), code.text())).collect()
}

/// The JSON Schema of the portfolio document, for editors and validators.
///
/// Returns:
///     The text of the schema.
///
/// Example:
///     >>> import json
///     >>> from lynchpin import portfolio_schema
///     >>> "changes" in json.loads(portfolio_schema())["properties"]
///     True
#[pyfunction]
fn portfolio_schema() -> &'static str {
    include_str!("../../../schema/portfolio-1.json")
}

/// The number and the name of each verdict, best first, and its mark and word in reports.
#[pyfunction]
fn verdicts() -> Vec<(u32, &'static str, char, &'static str)> {
    let all = Verdict::ALL.iter();
    all.map(|v| (v.number(), v.name(), report::mark(*v), report::word(*v))).collect()
}

/// A text on one line, with whatever would act instead of being seen by its number.
#[pyfunction]
#[pyo3(signature = (text, /))]
fn printable(text: &Bound<'_, PyString>) -> String {
    report::printable(&text.to_string_lossy())
}
