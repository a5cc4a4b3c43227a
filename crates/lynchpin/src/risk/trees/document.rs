//! A model as JSON, read with the places of what is wrong.

use serde::de::DeserializeOwned;

use crate::base::error::{Problem, Result};
use crate::base::json;

/// Checks what no type can see, and says what writes such a document if it is none.
pub(super) fn check(text: &str, writer: &str) -> Result<()> {
    json::check(text.as_bytes()).map_err(|error| {
        let why = error.problems().first().map_or("", |problem| problem.message.as_str());
        let message = format!("{why}; give the JSON that {writer} writes");
        Problem::new(error.code(), message).into()
    })
}

/// Reads the fields of a type; others are left out.
pub(super) fn typed<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner = error.inner();
        let place = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let path = error.path().to_string();
        // The whole document is a dot, and a place in a list has none before it.
        let below = match path.as_str() {
            "." => String::new(),
            path if path.starts_with('[') => path.to_owned(),
            path => format!(".{path}"),
        };
        let problem = Problem::from_format(&inner.to_string()).at(format!("${below}"));
        problem.on_line(place(inner.line()), place(inner.column())).into()
    })
}
