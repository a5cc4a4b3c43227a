//! Questions about entries into stages: claims, decisions to keep, and what was deployed without.

use serde::{Deserialize, Serialize};

use super::answer::{Answer, Decision};
use super::ask::Detail;
use crate::base::error::Result;
use crate::base::id::{PersonId, Reference, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::portfolio::{ClaimOutcome, ClaimQuestion, DecideQuestion, IgnoredAdoption, Snapshot};

/// May it enter now? The answer is the entry to append, or the decision that refuses it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant, not before the newest fact was recorded.
    pub at: Instant,
    /// Who enters.
    pub by: PersonId,
    /// The connector that relays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Reference>,
    /// The `digest` of the recorded decision that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The `expires` of the recorded decision that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// The first instant at which a deployment may no longer begin on the strength of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Instant>,
    /// How much of the reasons of a refusal to answer; what is unmet, if it is not said.
    #[serde(default)]
    pub detail: Detail,
}

/// May it go? The answer is the decision as a fact to append, which a claim may show.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// Who asks.
    pub by: PersonId,
}

/// A question about all that is known as of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AsOf {
    /// The instant.
    pub at: Instant,
}

/// A policy that came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Came {
    /// When its adoption was recorded.
    pub at: Instant,
    /// The policy.
    pub policy: Digest,
}

/// Which policies came into force, and which adoptions had no effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Policies {
    /// The policy that answers; none, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Digest>,
    /// Those that came into force, oldest first.
    pub adopted: Vec<Came>,
    /// The adoptions that put nothing in force, oldest first, each with its reason.
    pub ignored: Vec<IgnoredAdoption>,
}

impl Policies {
    pub(super) fn of(snapshot: &Snapshot, at: Instant) -> Policies {
        let adopted = snapshot.adopted(at).into_iter();
        Policies {
            answers: snapshot.policy(at).map(|policy| policy.digest),
            adopted: adopted.map(|(at, policy)| Came { at, policy }).collect(),
            ignored: snapshot.ignored_adoptions(at),
        }
    }
}

impl Claim {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let question = ClaimQuestion::new(self.subject.clone(), self.at, self.by.clone());
        let question = ClaimQuestion {
            stage: self.stage.clone(),
            via: self.via.clone(),
            digest: self.digest,
            expires: self.expires,
            not_after: self.not_after,
            ..question
        };
        Ok(match snapshot.claim(&question)? {
            ClaimOutcome::Claimed(claim) => Answer::Claim(claim),
            ClaimOutcome::Refused(decision) => {
                Answer::Decision(Decision::new(snapshot, &decision, self.detail))
            }
        })
    }
}

impl Record {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let question = DecideQuestion::new(self.subject.clone(), self.at);
        let question = DecideQuestion { stage: self.stage.clone(), ..question };
        let (_, recorded) = snapshot.record(&question, &self.by)?;
        Ok(Answer::Record(recorded))
    }
}
