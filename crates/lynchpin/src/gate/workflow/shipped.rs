//! The workflows that come with the library, as TOML that people can read and change.

use super::Machine;
use crate::base::error::{Error, ErrorCode, Result, shown};

/// Each shipped workflow: its name and its text.
const SHIPPED: [(&str, &str); 5] = [
    ("continuous", include_str!("shipped/continuous.toml")),
    ("servicenow-emergency", include_str!("shipped/servicenow-emergency.toml")),
    ("servicenow-normal", include_str!("shipped/servicenow-normal.toml")),
    ("servicenow-standard", include_str!("shipped/servicenow-standard.toml")),
    ("servicenow-unauthorized", include_str!("shipped/servicenow-unauthorized.toml")),
];

/// The names of the shipped workflows, in order.
pub const NAMES: [&str; SHIPPED.len()] = [
    "continuous",
    "servicenow-emergency",
    "servicenow-normal",
    "servicenow-standard",
    "servicenow-unauthorized",
];

/// The text of a shipped workflow: commented TOML, to be read, or copied and changed.
///
/// # Errors
///
/// [`ErrorCode::WorkflowUnknown`] if none has that name.
pub fn text(name: &str) -> Result<&'static str> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let shown = shown(name);
        let message = format!("no workflow `{shown}` is shipped: there are {}", NAMES.join(", "));
        Error::new(ErrorCode::WorkflowUnknown, message)
    })
}

/// A shipped workflow, verified.
///
/// # Errors
///
/// [`ErrorCode::WorkflowUnknown`] if none has that name.
///
/// ```
/// use lynchpin::gate::workflow::{NAMES, shipped};
///
/// assert!(NAMES.into_iter().all(|name| shipped(name).is_ok()));
/// ```
pub fn shipped(name: &str) -> Result<Machine> {
    text(name)?.parse()
}

/// A workflow by its name if it is shipped, else read from its text and verified: what is on one
/// line and has no `=` is taken for a name.
///
/// # Errors
///
/// [`ErrorCode::WorkflowUnknown`] for a name that is not shipped, else what is wrong with the text.
///
/// ```
/// use lynchpin::gate::workflow::find;
///
/// assert_eq!(find("continuous")?.workflow().states.len(), 6);
/// assert_eq!(find("nothing").unwrap_err().code().name(), "workflow_unknown");
/// assert_eq!(find("name = 7").unwrap_err().code().name(), "wrong_type");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn find(name_or_text: &str) -> Result<Machine> {
    if name_or_text.contains(['=', '\n']) { name_or_text.parse() } else { shipped(name_or_text) }
}
