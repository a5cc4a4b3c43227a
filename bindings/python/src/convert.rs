//! What Python passes in, as what the engine takes.

use std::borrow::Cow;

use lynchpin::base::id::{ChangeId, ReleaseId, StageId};
use lynchpin::base::{Error, ErrorCode, Instant, Result, Subject};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDateTime, PyDelta, PyMemoryView, PyString, PyTzInfo};

use crate::error::exception;
use crate::family::Given;

/// The bytes of a document, a policy or a question.
///
/// What can change under us is copied, because the lock is released while it is read.
pub(crate) fn bytes_of<'a>(given: Given, object: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    if let Ok(text) = object.cast::<PyString>() {
        let encoded = text.to_str().map_err(|_| {
            let message = "the text holds half a surrogate pair; decode it from UTF-8 properly";
            exception(object.py(), given, &Error::new(ErrorCode::DocumentNotUtf8, message))
        })?;
        return Ok(Cow::Borrowed(encoded.as_bytes()));
    }
    if let Ok(array) = object.cast::<PyByteArray>() {
        return Ok(Cow::Owned(array.to_vec()));
    }
    if let Ok(view) = object.cast::<PyMemoryView>() {
        let copied = view.call_method0("tobytes")?;
        return Ok(Cow::Owned(copied.cast::<PyBytes>()?.as_bytes().to_vec()));
    }
    let class = object.get_type().name()?;
    Err(PyTypeError::new_err(format!("pass bytes or str, not {class}: read the file first")))
}

/// The change or the release that was named, by exactly one of the three ways to do so.
pub(crate) fn subject_of(
    subject: Option<&Bound<'_, PyAny>>,
    release: Option<&str>,
    change: Option<&str>,
) -> PyResult<Result<Subject>> {
    match (subject, release, change) {
        (Some(subject), None, None) => {
            let kind: String = named(subject, "kind")?;
            let id: String = named(subject, "id")?;
            match kind.as_str() {
                "release" => Ok(ReleaseId::new(&id).map(Subject::Release)),
                "change" => Ok(ChangeId::new(&id).map(Subject::Change)),
                _ => Err(not_a_subject(subject)),
            }
        }
        (None, Some(id), None) => Ok(ReleaseId::new(id).map(Subject::Release)),
        (None, None, Some(id)) => Ok(ChangeId::new(id).map(Subject::Change)),
        _ => Err(PyTypeError::new_err(
            "name exactly one subject: release=\"...\", change=\"...\" or a Subject",
        )),
    }
}

fn named(subject: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    let value = subject.getattr(name).and_then(|value| value.extract());
    value.map_err(|_| not_a_subject(subject))
}

fn not_a_subject(object: &Bound<'_, PyAny>) -> PyErr {
    let class = object.get_type().name().map_or(String::new(), |name| name.to_string());
    PyTypeError::new_err(format!(
        "a {class} is no Subject: write release=\"...\" or change=\"...\", or pass a Subject"
    ))
}

/// The stage that was named, if one was.
pub(crate) fn stage_of(stage: Option<&str>) -> Result<Option<StageId>> {
    stage.map(StageId::new).transpose()
}

/// An aware datetime as an instant, exact to the microsecond.
pub(crate) fn instant_of(at: &Bound<'_, PyDateTime>) -> PyResult<Result<Instant>> {
    let py = at.py();
    if at.call_method0("utcoffset")?.is_none() {
        let message = "the datetime has no time zone: pass one that has, \
                       such as datetime.now(timezone.utc), or add it by .replace(tzinfo=...)";
        return Ok(Err(Error::new(ErrorCode::InstantMalformed, message)));
    }
    let utc = PyTzInfo::utc(py)?;
    let epoch = PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&*utc))?;
    let since = at.sub(epoch)?;
    let since = since.cast::<PyDelta>()?;
    let part = |name: &str| since.getattr(name)?.extract::<i64>();
    let seconds = part("days")?.saturating_mul(86_400).saturating_add(part("seconds")?);
    let micros = seconds.saturating_mul(1_000_000).saturating_add(part("microseconds")?);
    Ok(Instant::from_micros(micros))
}
