//! The one byte form that digests are taken over.
//!
//! JSON with keys sorted by their bytes, no spaces, and only objects, lists, strings and whole
//! numbers of at most 2^53-1 in magnitude. Booleans, nulls and fractions have no place in it:
//! absent is absent. Documents are never hashed as they came, so spaces and the order of keys in
//! a file change no digest.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::digest::Digest;
use super::error::{Error, ErrorCode, Result};
use super::limits::{DEPTH_MAX, INTEGER_MAX};

/// The canonical bytes of a record.
///
/// # Errors
///
/// [`ErrorCode::NumberOutOfRange`] for a fraction or a number beyond 2^53-1,
/// [`ErrorCode::WrongType`] for a boolean or a null, [`ErrorCode::DocumentTooDeep`] beyond 64
/// levels.
pub fn bytes(record: &impl Serialize) -> Result<Vec<u8>> {
    let value = serde_json::to_value(record)
        .map_err(|error| Error::new(ErrorCode::WrongType, error.to_string()))?;
    let mut out = String::new();
    write(&value, &mut out, 0)?;
    Ok(out.into_bytes())
}

/// The digest of a record's canonical bytes.
///
/// # Errors
///
/// As for [`bytes`].
pub fn digest(record: &impl Serialize) -> Result<Digest> {
    Ok(Digest::of(&bytes(record)?))
}

/// Writes one value; the depth is bounded, so the recursion is too.
fn write(value: &Value, out: &mut String, depth: usize) -> Result<()> {
    if depth > DEPTH_MAX {
        return Err(Error::new(ErrorCode::DocumentTooDeep, "nested too deeply for a digest"));
    }
    match value {
        Value::String(text) => write_text(text, out),
        Value::Number(number) => write_integer(number, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out, depth + 1)?;
            }
            out.push(']');
            Ok(())
        }
        Value::Object(fields) => {
            // Sorted here, not by the map: another crate may switch its map to insertion order.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| key.as_bytes());
            out.push('{');
            for (index, (key, item)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out)?;
                out.push(':');
                write(item, out, depth + 1)?;
            }
            out.push('}');
            Ok(())
        }
        Value::Null | Value::Bool(_) => Err(Error::new(
            ErrorCode::WrongType,
            "a digest covers strings, whole numbers, lists and objects only",
        )),
    }
}

fn write_integer(number: &serde_json::Number, out: &mut String) -> Result<()> {
    let magnitude = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
    if magnitude.is_none_or(|magnitude| magnitude > INTEGER_MAX) {
        return Err(Error::new(
            ErrorCode::NumberOutOfRange,
            format!("`{number}` is not a whole number of at most 2^53-1"),
        ));
    }
    write!(out, "{number}").map_err(|_| Error::new(ErrorCode::Other, "a text could not be written"))
}

fn write_text(text: &str, out: &mut String) -> Result<()> {
    let quoted = serde_json::to_string(text)
        .map_err(|error| Error::new(ErrorCode::WrongType, error.to_string()))?;
    out.push_str(&quoted);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sorts_keys_by_bytes_and_drops_spaces() {
        let record = json!({"b": [1, -2], "a": {"z": "\u{e9}\n", "A": 0}});
        let wanted = "{\"a\":{\"A\":0,\"z\":\"\u{e9}\\n\"},\"b\":[1,-2]}";
        assert_eq!(bytes(&record).unwrap(), wanted.as_bytes());
    }

    #[test]
    fn refuses_what_has_no_exact_form() {
        for (record, code) in [
            (json!(1.5), ErrorCode::NumberOutOfRange),
            (json!(9_007_199_254_740_992_u64), ErrorCode::NumberOutOfRange),
            (json!([true]), ErrorCode::WrongType),
            (json!({"a": null}), ErrorCode::WrongType),
        ] {
            assert_eq!(bytes(&record).unwrap_err().code(), code);
        }
        assert_eq!(bytes(&json!(9_007_199_254_740_991_u64)).unwrap(), b"9007199254740991");
    }
}
