//! A portfolio of one shop, for questions about risk.

use lynchpin::base::{Instant, Subject};
use serde_json::{Value, json};

/// A portfolio with a shop, the people who work on it and the way to its users; what is given takes
/// the place of what there is of a kind.
#[must_use]
pub fn shop(given: Value) -> Value {
    let mut all = json!({"lynchpin": "portfolio/1", "people": [{"id": "raj"}, {"id": "ada"}],
        "stages": [{"id": "test"}, {"id": "production"}],
        "services": [{"id": "shop", "tier": 1, "owner": {"group": "shop"}}]});
    if let (Some(all), Value::Object(given)) = (all.as_object_mut(), given) {
        all.extend(given);
    }
    all
}

/// Noon of a day of 2026, such as `05-01`.
///
/// # Panics
///
/// If there is no such day.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn noon(day: &str) -> Instant {
    format!("2026-{day}T12:00:00Z").parse().expect("it is an instant")
}

/// A change by its id.
///
/// # Panics
///
/// If that is no id.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn change_of(id: &str) -> Subject {
    Subject::Change(id.parse().expect("it is an id"))
}
