//! What Python passes in, as what the engine takes.

use std::borrow::Cow;
use std::str::FromStr;

use lynchpin::base::id::{ChangeId, ReleaseId, StageId};
use lynchpin::base::{Actor, Error, ErrorCode, Instant, Result, Span, Subject};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyByteArray, PyBytes, PyDateTime, PyDelta, PyDict, PyMemoryView, PyString, PyType, PyTzInfo,
};

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
    let advice = if object.is_instance_of::<PyDict>() {
        "write it as text first, by json.dumps"
    } else {
        "read the file first"
    };
    Err(PyTypeError::new_err(format!("pass bytes or str, not {class}: {advice}")))
}

/// Refuses the name of a file where its content is wanted; a document has a bracket or an `=`.
pub(crate) fn refuse_path(bytes: &[u8]) -> Result<()> {
    let named = bytes.ends_with(b".json") || bytes.ends_with(b".toml");
    if !named || bytes.iter().any(|byte| b"{}[]=\n".contains(byte)) {
        return Ok(());
    }
    let message = "this is the name of a file: pass its content, by Path(...).read_bytes()";
    Err(Error::new(ErrorCode::Syntax, message))
}

/// The change or the release that was named, by exactly one of the three ways to do so.
pub(crate) fn subject_of(
    subject: Option<&Bound<'_, PyAny>>,
    release: Option<&Bound<'_, PyString>>,
    change: Option<&Bound<'_, PyString>>,
) -> PyResult<Result<Subject>> {
    match (subject, release, change) {
        (Some(subject), None, None) => subject_within(subject),
        (None, Some(id), None) => Ok(ReleaseId::new(text_of(id)).map(Subject::Release)),
        (None, None, Some(id)) => Ok(ChangeId::new(text_of(id)).map(Subject::Change)),
        _ => Err(PyTypeError::new_err(
            "name exactly one subject: release=\"...\", change=\"...\" or a Subject",
        )),
    }
}

/// What a `Subject` of the package names.
fn subject_within(subject: &Bound<'_, PyAny>) -> PyResult<Result<Subject>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(subject.py(), "lynchpin._values", "Subject")?;
    if !subject.is_instance(class)? {
        let class = subject.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "a {class} is no Subject: write release=\"...\" or change=\"...\", or pass a Subject"
        )));
    }
    let (kind, id) = (subject.getattr("kind")?, subject.getattr("id")?);
    let id = text_of(id.cast::<PyString>()?);
    // A Subject is of one of two kinds; its class sees to that.
    if kind.eq("release")? {
        return Ok(ReleaseId::new(id).map(Subject::Release));
    }
    Ok(ChangeId::new(id).map(Subject::Change))
}

/// What an `Actor` of the package names.
pub(crate) fn actor_within(actor: &Bound<'_, PyAny>) -> PyResult<Result<Actor>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if !actor.is_instance(CLASS.import(actor.py(), "lynchpin._values", "Actor")?)? {
        let class = actor.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "a {class} is no Actor: write person=\"...\" or group=\"...\", or pass an Actor"
        )));
    }
    let (kind, id) = (actor.getattr("kind")?, actor.getattr("id")?);
    let id = id.cast::<PyString>()?;
    if kind.eq("group")? {
        return Ok(parsed(id).map(Actor::Group));
    }
    Ok(parsed(id).map(Actor::Person))
}

/// A length of time, exact to the second.
pub(crate) fn span_of(delta: &Bound<'_, PyDelta>) -> PyResult<Result<Span>> {
    let part = |name: &str| delta.getattr(name)?.extract::<i64>();
    if part("microseconds")? != 0 {
        let message = "the timedelta has parts of a second: pass whole seconds";
        return Ok(Err(Error::new(ErrorCode::SpanMalformed, message)));
    }
    let seconds = part("days")?.saturating_mul(86_400).saturating_add(part("seconds")?);
    Ok(format!("{seconds}s").parse())
}

/// A name as text. Half a surrogate pair becomes a character that no id may have, so that it is
/// refused as any other.
fn text_of<'a>(name: &'a Bound<'_, PyString>) -> Cow<'a, str> {
    name.to_string_lossy()
}

/// The change that was named.
pub(crate) fn change_of(change: &Bound<'_, PyString>) -> Result<ChangeId> {
    ChangeId::new(text_of(change))
}

/// An id, or another value that is written as text.
pub(crate) fn parsed<T: FromStr<Err = Error>>(text: &Bound<'_, PyString>) -> Result<T> {
    text_of(text).parse()
}

/// The text of a policy, as a question holds it.
pub(crate) fn policy_of(policy: &Bound<'_, PyAny>) -> PyResult<String> {
    let bytes = bytes_of(Given::Policy, policy)?;
    let text = refuse_path(&bytes).and_then(|()| {
        String::from_utf8(bytes.into_owned())
            .map_err(|_| Error::new(ErrorCode::DocumentNotUtf8, "the policy is not UTF-8"))
    });
    text.map_err(|error| exception(policy.py(), Given::Policy, &error))
}

/// The stage that was named, if one was.
pub(crate) fn stage_of(stage: Option<&Bound<'_, PyString>>) -> Result<Option<StageId>> {
    stage.map(|stage| StageId::new(text_of(stage))).transpose()
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
