//! "How risky is it?"

use std::collections::BTreeMap;

use serde::Serialize;

use super::features::Track;
use super::item::Members;
use super::question::ScoreQuestion;
use crate::base::error::Result;
use crate::base::id::ChangeId;
use crate::base::{Instant, Probability, Subject, When};
use crate::history::Records;
use crate::model::Change;
use crate::risk::{self, MODEL, ReleaseRisk, Risk};

/// How likely a change or a release is to cause a failure, and what makes it so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// What was scored.
    pub subject: Subject,
    /// As of which instant.
    pub at: Instant,
    /// The name and version of the model.
    pub model: &'static str,
    /// The probability that it causes a failure.
    pub probability: Probability,
    /// For a release: what its changes come to together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseScore>,
    /// Each change: the one asked about, or those of the release in order of ids.
    pub changes: Vec<ChangeScore>,
}

/// What the changes of a release come to together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReleaseScore {
    /// The least that the chance of any failure can be: that of the riskiest change.
    pub at_least: Probability,
    /// The most that it can be: as if the changes failed independently.
    pub at_most: Probability,
    /// The changes that drive it, by how much it would fall without each, the largest first.
    pub drivers: Vec<Driver>,
}

/// A change that drives the risk of its release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Driver {
    /// The change.
    pub change: ChangeId,
    /// By how much the risk of the release would fall without it.
    pub falls_by: Probability,
}

/// The risk of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeScore {
    /// The change.
    pub change: ChangeId,
    /// Its probability and what that is made of.
    #[serde(rename = "risk")]
    pub risk: Risk,
}

/// How many drivers of a release are named.
const DRIVERS_NAMED: usize = 10;

pub(super) fn score(records: &Records, question: &ScoreQuestion) -> Result<Score> {
    let members = Members::of(records, &question.subject)?;
    let (release, changes) = of_members(records, &Track::new(records), &members, question.at);
    let whole = members.release.is_some();
    let single = changes.first().map_or(Probability::ZERO, |change| change.risk.probability);
    Ok(Score {
        subject: question.subject.clone(),
        at: question.at,
        model: MODEL,
        probability: if whole { release.probability } else { single },
        release: whole.then(|| release_score(&release, &changes)),
        changes,
    })
}

/// The risks of some subjects, and until when each stands without a new fact.
pub(super) fn risks(
    records: &Records,
    subjects: &[Subject],
    at: Instant,
) -> BTreeMap<Subject, (Probability, When)> {
    let track = Track::new(records);
    let mut risks = BTreeMap::new();
    for subject in subjects {
        let Ok(members) = Members::of(records, subject) else { continue };
        let (release, changes) = of_members(records, &track, &members, at);
        let single = changes.first().map_or(Probability::ONE, |c| c.risk.probability);
        let probability = if members.release.is_some() { release.probability } else { single };
        let turns = members.all.iter().map(|change| track.holds_until(change, at));
        let until = turns.min().unwrap_or(When::Never);
        risks.insert(subject.clone(), (probability, until));
    }
    risks
}

fn of_members(
    records: &Records,
    track: &Track<'_>,
    members: &Members<'_>,
    at: Instant,
) -> (ReleaseRisk, Vec<ChangeScore>) {
    let score = |change: &&Change| ChangeScore {
        change: change.id.clone(),
        risk: risk::scorecard(&track.features(records, change, at)),
    };
    let changes: Vec<ChangeScore> = members.all.iter().map(score).collect();
    let risks: Vec<Probability> = changes.iter().map(|change| change.risk.probability).collect();
    (risk::release(&risks), changes)
}

fn release_score(release: &ReleaseRisk, changes: &[ChangeScore]) -> ReleaseScore {
    let mut drivers: Vec<Driver> = changes
        .iter()
        .zip(&release.falls_by)
        .map(|(change, falls_by)| Driver { change: change.change.clone(), falls_by: *falls_by })
        .collect();
    drivers.sort_by_key(|driver| std::cmp::Reverse(driver.falls_by));
    drivers.truncate(DRIVERS_NAMED);
    ReleaseScore { at_least: release.at_least, at_most: release.at_most, drivers }
}
