//! What no type can see in a JSON text: how deep it is nested, and whether a key is named twice.
//!
//! Documents go through the strict reader of the floor of documents. This is for JSON that is
//! carried inside of a fact, where the bytes themselves were signed: two readers that take
//! different ones of two equal keys would read two statements under one signature.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::error::{Error, ErrorCode, Problem, Result};
use super::limits::DEPTH_MAX;

/// The offset of the first bracket beyond the deepest nesting that is allowed, if there is one.
/// One pass in constant memory, so it comes before any parser that recurses.
#[must_use]
pub fn too_deep_at(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (offset, byte) in bytes.iter().enumerate() {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Some(offset);
        }
    }
    None
}

/// Checks that some bytes are one JSON value, in UTF-8, not nested too deeply, in which no object
/// names a key twice.
///
/// # Errors
///
/// [`ErrorCode::DocumentTooDeep`], [`ErrorCode::DuplicateKey`] or [`ErrorCode::Syntax`].
///
/// ```
/// use lynchpin::base::{ErrorCode, json};
///
/// assert!(json::check(br#"{"a": {"b": 1}, "b": [1.5]}"#).is_ok());
/// // The same key, once written with an escape.
/// let error = json::check(br#"{"a": {"b": 1, "\u0062": 2}}"#).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::DuplicateKey);
/// ```
pub fn check(bytes: &[u8]) -> Result<()> {
    if too_deep_at(bytes).is_some() {
        let message = format!("nested deeper than {DEPTH_MAX} levels");
        return Err(Error::new(ErrorCode::DocumentTooDeep, message));
    }
    serde_json::from_slice::<Distinct>(bytes)
        .map(|Distinct| ())
        .map_err(|error| Problem::from_format(&error.to_string()).into())
}

/// Any value, not kept, whose objects name no key twice. It recurses no deeper than the check of
/// the nesting let through.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Distinct)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Distinct;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_str<E>(self, _: &str) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Distinct, A::Error> {
        while seq.next_element::<Distinct>()?.is_some() {}
        Ok(Distinct)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Distinct, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<Distinct>()?;
            if let Some(again) = seen.replace(key) {
                let shown: String = again.chars().take(40).flat_map(char::escape_default).collect();
                return Err(A::Error::custom(format_args!("duplicate key `{shown}`")));
            }
        }
        Ok(Distinct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_value_without_doubled_keys_passes() {
        for good in ["null", "[true, -1, 2, 0.5, \"[[[\"]", r#"[{"a": 1}, {"a": 2}]"#] {
            assert!(check(good.as_bytes()).is_ok(), "{good}");
        }
        for (bad, code) in [
            ("", ErrorCode::Syntax),
            ("{} {}", ErrorCode::Syntax),
            ("{\"a\": \u{1}}", ErrorCode::Syntax),
            (r#"[{"x": {"": 1, "": 1}}]"#, ErrorCode::DuplicateKey),
            (&"[".repeat(DEPTH_MAX + 1), ErrorCode::DocumentTooDeep),
        ] {
            assert_eq!(check(bad.as_bytes()).unwrap_err().code(), code, "{bad}");
        }
        assert_eq!(check(b"\"\xff\"").unwrap_err().code(), ErrorCode::Syntax);
    }
}
