//! The reading of histories: the one call that looks outside of what it is handed.

use std::ops::ControlFlow;
use std::path::PathBuf;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin_link::git::{self, Notes, Options, Phase, Summary};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error::{exception, not_assessed};
use crate::family::Given;
use crate::guard::Guard;

/// What was read, its head without dependencies and failures, and the portfolio: each a document.
type Documents<T> = (T, T, T);

/// Reads the histories of repositories; `assess` of the package makes a value of it.
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
#[pyfunction]
#[pyo3(signature = (
    repositories, /, *, since, until, paths, services, results, keys, history, cache, by_line,
    progress
))]
pub(crate) fn read_history<'py>(
    py: Python<'py>,
    repositories: Vec<PathBuf>,
    since: Option<&Bound<'py, PyString>>,
    until: Option<&Bound<'py, PyString>>,
    paths: Vec<String>,
    services: Option<PathBuf>,
    results: Option<PathBuf>,
    keys: Option<PathBuf>,
    history: Option<u32>,
    cache: Option<PathBuf>,
    by_line: bool,
    progress: Option<Py<PyAny>>,
) -> PyResult<Documents<Bound<'py, PyBytes>>> {
    // Half a surrogate pair becomes a character that no revision has.
    let text = |text: &Bound<'_, PyString>| text.to_string_lossy().into_owned();
    let (since, until) = (since.map(text), until.map(text));
    let mut options =
        Options { since, until, paths, services, results, keys, cache, by_line, ..<_>::default() };
    options.history = history.unwrap_or(options.history);
    let mut raised = None;
    let mut watch = |number, phase| match tell(progress.as_ref(), number, phase) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            raised = Some(error);
            ControlFlow::Break(())
        }
    };
    let read = py.detach(|| Guard::default().read(|| read(&repositories, &options, &mut watch)));
    if let Some(raised) = raised {
        return Err(raised);
    }
    // What interrupts us from the keyboard ends git too: then its end is not the reason.
    py.check_signals()?;
    let read = read.map_err(|error| exception(py, Given::Question, &error))?;
    let (whole, head, portfolio) = read.map_err(|error| not_assessed(py, &error))?;
    Ok((PyBytes::new(py, &whole), PyBytes::new(py, &head), PyBytes::new(py, &portfolio)))
}

/// The policy (TOML) that an assessment is judged by unless another one is given.
///
/// It asks for the one thing that a history can show without any configuration: that somebody
/// other than the author looked at each change. Copy it and change what does not fit.
///
/// Returns:
///     The text of the policy.
///
/// Example:
///     >>> from lynchpin import Engine, assess_policy
///     >>> Engine().set_policy(assess_policy())
#[pyfunction]
pub(crate) fn assess_policy() -> &'static str {
    git::POLICY
}

/// An example of a file that says which paths belong to which service, with every field.
///
/// Write one like it and name it as `services` of `assess`, if neither the CODEOWNERS file of a
/// repository nor its folders say it well.
///
/// Returns:
///     The text of the file (TOML).
///
/// Example:
///     >>> import tomllib
///     >>> from lynchpin import services_example
///     >>> bool(tomllib.loads(services_example()))
///     True
#[pyfunction]
pub(crate) fn services_example() -> &'static str {
    git::SERVICES
}

/// The name of each count of an assessment, and what is said of one and of many.
#[pyfunction]
pub(crate) fn note_texts() -> Vec<(&'static str, &'static str, &'static str)> {
    Notes::TEXTS.to_vec()
}

/// Says to whoever waits how far the reading is; what they raise, or a signal, ends it.
fn tell(progress: Option<&Py<PyAny>>, number: usize, phase: Phase) -> PyResult<()> {
    let (name, commits) = match phase {
        Phase::Range => ("range", None),
        Phase::Commits => ("commits", None),
        Phase::Files { commits } => ("files", Some(commits)),
        Phase::Order { commits } => ("order", Some(commits)),
        _ => ("reading", None),
    };
    Python::attach(|py| {
        py.check_signals()?;
        progress.map_or(Ok(()), |told| told.call1(py, (number, name, commits)).map(drop))
    })
}

fn read(
    repositories: &[PathBuf],
    options: &Options,
    watch: &mut dyn FnMut(usize, Phase) -> ControlFlow<()>,
) -> Result<git::Result<Documents<Vec<u8>>>> {
    let found = match git::assess_all(repositories, options, watch) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let whole = written(&found.summary())?;
    let head = written(&found.summary().head())?;
    Ok(found.document().map(|portfolio| (whole, head, portfolio)))
}

fn written(summary: &Summary<'_>) -> Result<Vec<u8>> {
    serde_json::to_vec(summary).map_err(|error| Error::new(ErrorCode::Other, error.to_string()))
}
