//! What no type can see in a JSON text: how deep it is nested, and whether a key is named twice.
//!
//! Documents go through the strict reader of the floor of documents. This is for JSON that is
//! carried inside of a fact, where the bytes themselves were signed: two readers that take
//! different ones of two equal keys would read two statements under one signature.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::error::{Error, ErrorCode, Problem, Result, shown};
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
                return Err(doubled(&again));
            }
        }
        Ok(Distinct)
    }
}

fn doubled<E: serde::de::Error>(key: &str) -> E {
    let shown = shown(key);
    E::custom(format_args!("duplicate key `{shown}`"))
}

/// An object whose keys are anybody's: a map of serde's own would take the last of two equal ones.
pub(crate) struct Named<V>(BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Named<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Object<V> {
            type Value = Named<V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<V>, A::Error> {
                let mut found = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, V>()? {
                    if found.contains_key(&key) {
                        return Err(doubled(&key));
                    }
                    found.insert(key, value);
                }
                Ok(Named(found))
            }
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// Reads an object whose keys are anybody's, each once.
pub(crate) fn named<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    Named::deserialize(deserializer).map(|found| found.0)
}

/// Reads a list of such objects.
pub(crate) fn each_named<'de, D, V>(deserializer: D) -> Result<Vec<BTreeMap<String, V>>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    let found: Vec<Named<V>> = Vec::deserialize(deserializer)?;
    Ok(found.into_iter().map(|it| it.0).collect())
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
