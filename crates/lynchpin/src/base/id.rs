//! Identifiers: short ASCII names, compared byte by byte.
//!
//! Each kind of thing has a type of its own, so that a release cannot be passed where a change is
//! wanted. The characters are letters, digits and `. _ : / @ + # ~ = % -`, the first one a
//! letter, a digit, `_` or `%`: enough for tickets, e-mail addresses, commits and URLs, and
//! nothing that can look like something else, hide in a terminal or be taken for an option.

use std::fmt;

use smol_str::SmolStr;

use super::error::{Error, ErrorCode, Result, shown};
use super::limits::ID_BYTES_MAX;
use super::text::as_text;

/// Checks the form that all identifiers share.
fn check(kind: &str, text: &str) -> Result<()> {
    let bytes = text.as_bytes();
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._:/@+#~=%-".contains(byte);
    let first = |byte: &u8| byte.is_ascii_alphanumeric() || b"_%".contains(byte);
    if bytes.first().is_some_and(first) && bytes.iter().all(allowed) && bytes.len() <= ID_BYTES_MAX
    {
        return Ok(());
    }
    let shown = shown(text);
    Err(Error::new(
        ErrorCode::IdNotCanonical,
        format!(
            "`{shown}` cannot be the id of a {kind}: use 1 to {ID_BYTES_MAX} letters, digits and \
             `._:/@+#~=%-`, beginning with a letter, a digit, `_` or `%`"
        ),
    ))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Cheap to clone. See the [module](self) for the characters allowed.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// Takes a text as an id.
            ///
            /// # Errors
            ///
            /// [`ErrorCode::IdNotCanonical`] if it is empty, too long or has other characters than
            /// those allowed.
            pub fn new(text: impl AsRef<str>) -> Result<Self> {
                check($kind, text.as_ref())?;
                Ok($name(text.as_ref().into()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                $name::new(text)
            }
        }

        as_text!($name, {
            "type": "string",
            "pattern": "^[A-Za-z0-9_%][A-Za-z0-9._:/@+#~=%-]{0,255}$",
            "description": concat!("id of a ", $kind),
        });
    )*};
}

ids! {
    /// Names a change.
    ChangeId, "change";
    /// Names a release.
    ReleaseId, "release";
    /// Names a service (a configuration item).
    ServiceId, "service";
    /// Names a stage, such as `staging` or `production`.
    StageId, "stage";
    /// Names an environment of a stage.
    EnvironmentId, "environment";
    /// Names a person or a machine account.
    PersonId, "person";
    /// Names a group of people: a role, a team or a board.
    GroupId, "group";
    /// Names a requirement of a policy.
    RequirementId, "requirement";
    /// Names a gate of a policy.
    GateId, "gate";
    /// Names a check whose results are evidence, such as `unit`.
    CheckId, "check";
    /// Names a configuration in which a check runs, such as `arm64`.
    ConfigurationId, "configuration";
    /// Names a waiver.
    WaiverId, "waiver";
    /// Names a freeze.
    FreezeId, "freeze";
    /// Names an exception from a freeze.
    ExceptionId, "exception";
    /// Names a rule of a policy.
    RuleId, "rule";
    /// Names a maintenance window.
    WindowId, "window";
    /// Names a deployment.
    DeploymentId, "deployment";
    /// Names an incident.
    IncidentId, "incident";
    /// Names a delivery profile, such as `itil` or `continuous`.
    ProfileId, "profile";
    /// Names a change model.
    ModelId, "change model";
    /// Names a figure that the host gives of changes, such as `alerts`.
    MeasureId, "measure";
    /// Names a time zone of the IANA database, such as `Europe/Berlin`.
    ZoneId, "time zone";
    /// Names a key of a policy, such as `ci-2026`.
    KeyId, "key";
    /// Names a workflow, such as `servicenow-normal`.
    WorkflowId, "workflow";
    /// Names a state of a workflow, such as `Implement`.
    StateId, "state";
    /// Names what moves a workflow on, such as `request_approval`.
    TriggerId, "trigger";
    /// Names an objective of a service, such as `availability`.
    SloId, "service level objective";
    /// Names a pre-authorisation.
    PreauthorisationId, "pre-authorisation";
    /// Names a task of a change.
    TaskId, "task";
    /// Names how a change ended, such as `successful`.
    CloseCodeId, "close code";
    /// Names something outside that is only pointed to: a ticket, a commit, a connector.
    Reference, "reference";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_the_field_writes() {
        for text in
            ["C-7", "CHG0030192", "raj@example.org", "libstdc++6", "a1b2c3", "https://x/+/9"]
        {
            assert_eq!(ChangeId::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn refuses_what_can_look_like_something_else() {
        for text in ["", " a", "a ", "-rf", "ann\u{200b}", "\u{430}lice", "a\0b", "a`b", "a\"b"] {
            let error = PersonId::new(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::IdNotCanonical, "{text:?}");
        }
        assert!(PersonId::new("a".repeat(256)).is_ok());
        assert!(PersonId::new("a".repeat(257)).is_err());
    }
}
