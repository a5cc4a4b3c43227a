//! "How risky is it?"
use super::item::Members;
use super::question::ScoreQuestion;
use crate::base::error::Result;
use crate::base::{Instant, Probability, Subject};
use crate::history::Records;
use crate::model::Change;
/// TEMP
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Score {
    /// s
    pub subject: Subject,
    /// p
    pub probability: Probability,
}
pub(super) fn score(_r: &Records, q: &ScoreQuestion) -> Result<Score> {
    Ok(Score { subject: q.subject.clone(), probability: Probability::ONE })
}
pub(super) fn of_change(_r: &Records, c: &Change, _at: Instant) -> Score {
    Score { subject: Subject::Change(c.id.clone()), probability: Probability::ONE }
}
pub(super) fn of_release(_r: &Records, _m: &Members<'_>, _at: Instant) -> Score {
    Score { subject: Subject::Change("x".parse().unwrap()), probability: Probability::ONE }
}
