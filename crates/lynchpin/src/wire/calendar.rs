//! The question about a calendar as a document.

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{EnvironmentId, ServiceId, StageId};
use crate::base::{Instant, Subject};
use crate::portfolio::{CalendarQuestion, Where};

/// May work go on there, and when does that change?
///
/// Of `subject` and `service` at most one; with neither, it is about something of which nothing is
/// known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The change or the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The stage.
    pub stage: StageId,
    /// The environment; all of the stage that the services have, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The instant.
    pub at: Instant,
}

impl Calendar {
    /// The question that it is.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::SubjectAmbiguous`] if it is about a subject and a service at once.
    pub fn question(&self) -> Result<CalendarQuestion> {
        let of = match (&self.subject, &self.service) {
            (Some(subject), None) => Where::Subject(subject.clone()),
            (None, Some(service)) => Where::Service(service.clone()),
            (None, None) => Where::Anywhere,
            (Some(_), Some(_)) => {
                let message = "name a `subject` or a `service`, not both";
                return Err(Error::new(ErrorCode::SubjectAmbiguous, message));
            }
        };
        let mut question = CalendarQuestion::new(of, self.stage.clone(), self.at);
        question.environment.clone_from(&self.environment);
        Ok(question)
    }
}
