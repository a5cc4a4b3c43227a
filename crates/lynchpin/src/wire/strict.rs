//! Strict JSON: what every document goes through before anything else looks at it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::lines::place;
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::json::too_deep_at;
use crate::base::limits::{DEPTH_MAX, Limits};

/// Reads a document of another kind than those here, as strictly as those are read: its size,
/// encoding and nesting are checked before any parser sees it, and a problem says its place. The
/// type must deny unknown fields itself.
///
/// # Errors
///
/// What is malformed in it, with its place.
///
/// ```
/// use lynchpin::base::{ErrorCode, Limits};
/// use lynchpin::wire::read_strict;
///
/// let error = read_strict::<Vec<u8>>(b"[1, 300]", Limits::untrusted()).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::NumberOutOfRange);
/// assert_eq!(error.problems()[0].path, "$[1]");
/// ```
pub fn read_strict<T: DeserializeOwned>(bytes: &[u8], limits: Limits) -> Result<T> {
    check_form(bytes, limits)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorCode::DocumentNotUtf8, "the document is not UTF-8"))?;
    read_part(bytes, text, "$").map_err(Error::from)
}

/// Checks what no type can: the size, the encoding and the nesting.
///
/// # Errors
///
/// [`ErrorCode::DocumentTooLarge`], [`ErrorCode::DocumentNotUtf8`] or
/// [`ErrorCode::DocumentTooDeep`].
pub(super) fn check_form(bytes: &[u8], limits: Limits) -> Result<()> {
    if bytes.len() > limits.document_bytes_max {
        return Err(Error::new(
            ErrorCode::DocumentTooLarge,
            format!(
                "the document has {} bytes, the limit is {}; split it or raise the limit",
                bytes.len(),
                limits.document_bytes_max
            ),
        ));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(Error::new(
            ErrorCode::DocumentNotUtf8,
            "the document begins with a byte order mark; save it without one",
        ));
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        let (line, column) = place(bytes, error.valid_up_to());
        return Err(Problem::new(ErrorCode::DocumentNotUtf8, "the document is not UTF-8")
            .on_line(line, column)
            .into());
    }
    check_depth(bytes)
}

/// Refuses deep nesting before a parser recurses into it.
fn check_depth(bytes: &[u8]) -> Result<()> {
    let Some(offset) = too_deep_at(bytes) else { return Ok(()) };
    let (line, column) = place(bytes, offset);
    let message = format!("the document is nested deeper than {DEPTH_MAX} levels");
    Err(Problem::new(ErrorCode::DocumentTooDeep, message).on_line(line, column).into())
}

/// Reads one value as a type; a failure is one problem with its path below `path` and its line.
///
/// `part` must be a part of `whole`, which the line is counted in.
pub(super) fn read_part<T: DeserializeOwned>(
    whole: &[u8],
    part: &str,
    path: &str,
) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(part);
    let problem = match serde_path_to_error::deserialize(&mut deserializer) {
        Ok(value) => match deserializer.end() {
            Ok(()) => return Ok(value),
            Err(error) => from_json(whole, part, &error).at(path),
        },
        Err(error) => {
            let inner = error.path().to_string();
            let inner = if inner == "." { String::new() } else { inner };
            let dot = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
            from_json(whole, part, error.inner()).at(format!("{path}{dot}{inner}"))
        }
    };
    Err(problem)
}

/// The problem that a JSON error stands for, on its line of the whole document.
fn from_json(whole: &[u8], part: &str, error: &serde_json::Error) -> Problem {
    let problem = Problem::from_format(&error.to_string());
    // The part is a slice of the whole, so their addresses differ by its offset.
    let offset = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    let inner = offset_of(part, error.line(), error.column());
    let (line, column) = place(whole, offset.saturating_add(inner));
    problem.on_line(line, column)
}

/// The byte offset of a line and column, both counted from 1 as serde_json does.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before.saturating_add(column.saturating_sub(1)).min(text.len())
}

/// The fields of an object, unread, with doubled keys refused.
pub(super) struct Fields<'a>(pub(super) BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    if fields.contains_key(&key) {
                        let shown: String = key.chars().take(40).collect();
                        return Err(A::Error::custom(format_args!("duplicate key `{shown}`")));
                    }
                    fields.insert(key, value);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Reads an object's fields without looking into them.
pub(super) fn read_fields(whole: &[u8]) -> Result<Fields<'_>, Problem> {
    let text = std::str::from_utf8(whole)
        .map_err(|_| Problem::new(ErrorCode::DocumentNotUtf8, "the document is not UTF-8"))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Fields::deserialize(&mut deserializer)
        .and_then(|fields| deserializer.end().map(|()| fields))
        .map_err(|error| from_json(whole, text, &error).at("$"))
}
