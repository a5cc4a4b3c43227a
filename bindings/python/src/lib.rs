//! The native half of the Python package: the engine and its snapshots.
//!
//! # Design
//!
//! Only what does work stands here. Questions go in typed, answers come out as the bytes that
//! every other language gets, and the package's Python half reads them into frozen values; so
//! Python cannot say anything that the document does not, and a value is pickled as its document.
//! Every call runs without the interpreter lock, and a panic ends in an exception of the package
//! (`guard`).

mod convert;
mod engine;
mod error;
mod family;
mod guard;
mod snapshot;

use lynchpin::base::ErrorCode;
use lynchpin::reason::{ReasonCode, Verdict};
use pyo3::prelude::*;

/// The native half of the package `lynchpin`; import from there instead.
#[pymodule]
mod _lynchpin {
    #[pymodule_export]
    use super::{engine::Engine, snapshot::Snapshot};

    #[pymodule_export]
    use super::{error_codes, reason_codes, verdicts, version};
}

/// The version of the engine.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The number and the name of each error code, by number.
#[pyfunction]
fn error_codes() -> Vec<(u32, &'static str)> {
    ErrorCode::ALL.iter().map(|code| (code.number(), code.name())).collect()
}

/// The number, the name and the text of each reason code, by number. `{name}` in a text stands for
/// the argument of that name.
#[pyfunction]
fn reason_codes() -> Vec<(u32, &'static str, &'static str)> {
    ReasonCode::ALL.iter().map(|code| (code.number(), code.name(), code.text())).collect()
}

/// The number and the name of each verdict, best first.
#[pyfunction]
fn verdicts() -> Vec<(u32, &'static str)> {
    Verdict::ALL.iter().map(|verdict| (verdict.number(), verdict.name())).collect()
}
