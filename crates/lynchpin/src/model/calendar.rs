//! When something is on, and where it holds: what freezes and maintenance windows are made of.
//!
//! These are the words of the documents. The calendar floor compiles them, checks what a type
//! cannot check, and answers when something is on.

use serde::{Deserialize, Serialize};

use crate::base::id::{EnvironmentId, ServiceId, StageId, ZoneId};
use crate::base::{Instant, LocalDateOrTime, LocalTime, Span};

/// When something is on: either once, between two instants, or by the clock of a zone, again and
/// again.
///
/// Once: `{"from": "2026-12-20T00:00:00Z", "to": "2027-01-04T06:00:00Z"}`. Without `to` no end is
/// known.
///
/// By the clock: `{"zone": "Europe/Berlin", "starts": "2026-01-06T22:00:00", "lasts": "4h",
/// "recurs": "FREQ=WEEKLY;BYDAY=TU,TH"}`. Without `recurs` it starts once, and at the times of
/// `also`. It lasts exactly so long, whatever the clocks do meanwhile.
///
/// The two forms cannot be mixed. They are fields of one object, not alternatives that a reader
/// has to guess between, so that an unknown or a doubled field is always noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Occasions {
    /// Once: the first instant at which it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Once: the first instant at which it is no longer on; no end is known, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
    /// By the clock: the time zone, an id of the IANA database such as `Europe/Berlin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// By the clock: the first start, as a clock in that zone shows it. A time that is skipped
    /// when clocks go forward counts as that much later, one that is shown twice as the earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<LocalTime>,
    /// By the clock: how long it is on after each start, in elapsed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// By the clock: the rule of its further starts, an RFC 5545 recurrence rule such as
    /// `FREQ=WEEKLY;BYDAY=TU,TH`. Daily or slower. `starts` is a start itself only if the rule
    /// gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurs: Option<String>,
    /// By the clock: starts that are left out, each a whole date or one time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<LocalDateOrTime>,
    /// By the clock: starts beside those of the rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<LocalTime>,
    /// By the clock: nothing starts after that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<LocalTime>,
}

/// Where something holds: all of what is named must fit, and what names nothing fits everywhere.
///
/// What is not known of a service can be neither in nor out of a list. A freeze binds it all the
/// same, and a window opens nothing for it: leaving a tier out never helps.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The services; all, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceId>,
    /// The stages; all, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageId>,
    /// The environments; all, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<EnvironmentId>,
    /// The tiers of services; all, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<u8>,
}

impl Scope {
    /// Whether it names nothing, and so holds everywhere.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        *self == Scope::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_written_alike() {
        for text in [
            r#"{"from":"2026-12-20T00:00:00Z","to":"2027-01-04T06:00:00Z"}"#,
            concat!(
                r#"{"zone":"Europe/Berlin","starts":"2026-01-06T22:00:00","lasts":"4h","#,
                r#""recurs":"FREQ=WEEKLY;BYDAY=TU","except":["2026-12-24","2026-12-31T22:00:00"],"#,
                r#""also":["2027-01-01T22:00:00"],"until":"2027-12-31T00:00:00"}"#,
            ),
        ] {
            let read: Occasions = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        assert!(serde_json::from_str::<Occasions>(r#"{"form":"2026-12-20T00:00:00Z"}"#).is_err());
        let scope: Scope = serde_json::from_str(r#"{"services":["shop"],"tiers":[1,2]}"#).unwrap();
        assert!(!scope.is_everywhere());
        assert!(Scope::default().is_everywhere());
    }
}
