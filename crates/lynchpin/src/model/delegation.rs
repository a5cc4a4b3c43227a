//! Who answers in whose place, and who is away.

use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::Instant;
use crate::base::id::{GroupId, PersonId};

/// Whether a delegation begins or ends.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DelegationEvent {
    /// From now on the other may answer.
    #[default]
    Given,
    /// The other may no longer answer.
    Ended,
}

fact! {
    /// A standing delegation: `by` lets somebody answer in their seat, or no longer lets them.
    ///
    /// It moves a seat and adds none. It cannot be passed on, and it does not lift the separation
    /// of duties from either of the two.
    ///
    /// ```
    /// use lynchpin::model::{Delegation, DelegationEvent};
    ///
    /// let given: Delegation = serde_json::from_str(
    ///     r#"{"to": "bob", "until": "2026-12-01T00:00:00Z", "by": "ann",
    ///         "at": "2026-11-01T00:00:00Z"}"#,
    /// )?;
    /// assert_eq!(given.event, DelegationEvent::Given);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    "delegations" pub struct Delegation {
        /// Who may answer.
        pub to: PersonId,
        /// Given, unless it says ended.
        #[serde(default, skip_serializing_if = "is_given")]
        pub event: DelegationEvent,
        /// The group whose seat is meant; every seat, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub group: Option<GroupId>,
        /// The first instant at which the other may answer; `at`, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub from: Option<Instant>,
        /// The first instant at which the other may no longer; open, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<Instant>,
    }
}

fact! {
    /// Somebody is away. It changes no verdict and no quorum: it says who is not to be waited for.
    ///
    /// ```
    /// use lynchpin::model::Absence;
    ///
    /// let away: Absence = serde_json::from_str(
    ///     r#"{"person": "ann", "from": "2026-11-02T00:00:00Z", "until": "2026-11-09T00:00:00Z",
    ///         "by": "ann", "at": "2026-11-01T00:00:00Z"}"#,
    /// )?;
    /// assert!(away.until > away.from);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    "absences" pub struct Absence {
        /// Who is away.
        pub person: PersonId,
        /// The first instant of it.
        pub from: Instant,
        /// The first instant at which the person is back.
        pub until: Instant,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_given(event: &DelegationEvent) -> bool {
    *event == DelegationEvent::Given
}
