//! What answers are about, and who can act on them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::{Error, ErrorCode, Result};
use super::id::{ChangeId, GroupId, PersonId, ReleaseId};

/// What a fact, a question or an answer is about.
///
/// ```
/// use lynchpin::base::Subject;
///
/// let subject: Subject = serde_json::from_str(r#"{"change": "C-7"}"#)?;
/// assert_eq!(subject.to_string(), "change C-7");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One change.
    Change(ChangeId),
    /// A release with all of its changes.
    Release(ReleaseId),
}

impl Subject {
    /// The one subject that a fact names by its two optional fields.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::SubjectAmbiguous`] if neither or both are given.
    pub fn one(change: Option<&ChangeId>, release: Option<&ReleaseId>) -> Result<Subject> {
        match (change, release) {
            (Some(change), None) => Ok(Subject::Change(change.clone())),
            (None, Some(release)) => Ok(Subject::Release(release.clone())),
            (None, None) | (Some(_), Some(_)) => Err(Error::new(
                ErrorCode::SubjectAmbiguous,
                "name exactly one subject: either `change` or `release`",
            )),
        }
    }

    /// The id as text, whatever the kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Subject::Change(id) => id.as_str(),
            Subject::Release(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Change(id) => write!(f, "change {id}"),
            Subject::Release(id) => write!(f, "release {id}"),
        }
    }
}

/// Who can act: one person, or anybody of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// That person.
    Person(PersonId),
    /// Anybody of that group.
    Group(GroupId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person(id) => fmt::Display::fmt(id, f),
            Actor::Group(id) => fmt::Display::fmt(id, f),
        }
    }
}
