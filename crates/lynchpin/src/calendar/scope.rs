//! Where something holds.

use crate::base::id::{EnvironmentId, ServiceId, StageId};
use crate::model::Scope;

/// One place that work goes to: one service in one environment of a stage. What is not known is
/// left out.
///
/// Work that goes to several is judged in each by itself, and may go on only where all are open:
/// a window of one service opens nothing for another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// The service.
    pub service: Option<&'a ServiceId>,
    /// Its tier.
    pub tier: Option<u8>,
    /// The stage.
    pub stage: Option<&'a StageId>,
    /// The environment.
    pub environment: Option<&'a EnvironmentId>,
}

/// Whether a scope holds at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It does.
    Yes,
    /// It does not: something that is known is not among what is named.
    No,
    /// What is known does not tell. A freeze binds all the same; a window stands in the way like
    /// any other, and opens nothing. So leaving something out never helps.
    NotKnown,
}

/// Whether a scope holds at a place.
///
/// ```
/// use lynchpin::calendar::{Cover, Place, cover};
/// use lynchpin::model::Scope;
///
/// let scope = Scope { tiers: vec![1, 2], ..Scope::default() };
/// let known = |tier| Place { tier, ..Place::default() };
/// assert_eq!(cover(&scope, known(Some(2))), Cover::Yes);
/// assert_eq!(cover(&scope, known(Some(3))), Cover::No);
/// assert_eq!(cover(&scope, known(None)), Cover::NotKnown);
/// assert_eq!(cover(&Scope::default(), known(None)), Cover::Yes);
/// ```
#[must_use]
pub fn cover(scope: &Scope, place: Place<'_>) -> Cover {
    fn one<T: PartialEq>(named: &[T], known: Option<&T>) -> Cover {
        match known {
            _ if named.is_empty() => Cover::Yes,
            Some(known) if named.contains(known) => Cover::Yes,
            Some(_) => Cover::No,
            None => Cover::NotKnown,
        }
    }
    let parts = [
        one(&scope.services, place.service),
        one(&scope.stages, place.stage),
        one(&scope.environments, place.environment),
        one(&scope.tiers, place.tier.as_ref()),
    ];
    if parts.contains(&Cover::No) {
        Cover::No
    } else if parts.contains(&Cover::NotKnown) {
        Cover::NotKnown
    } else {
        Cover::Yes
    }
}
