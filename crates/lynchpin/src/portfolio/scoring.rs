//! "How risky is it?"

use std::collections::BTreeMap;

use serde::Serialize;

use super::apart::{self, Apart};
use super::features::Known;
use super::impact::{Costs, ServiceImpact};
use super::in_force::{Counting, InForce};
use super::item::Members;
use super::models::Told;
use super::question::ScoreQuestion;
use super::split::{self, Split};
use super::track::{Seen, Track};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::ChangeId;
use crate::base::limits::JOINT_CHANGES_MAX;
use crate::base::{Failures, Instant, Probability, Subject, When};
use crate::gate::policy::RiskRule;
use crate::history::Records;
use crate::model::Change;
use crate::risk::joint::{self, Joint, Shock};
use crate::risk::{self, Factor, MODEL, Risk, RiskModel};

/// How likely a change or a release is to cause a failure, and what makes it so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// What was scored.
    pub subject: Subject,
    /// As of which instant.
    pub at: Instant,
    /// What scored it: the digest of a risk model, or the name and version of the scorecard.
    pub model: String,
    /// The probability that it causes a failure; 1, if a change in it is not known.
    pub probability: Probability,
    /// The changes in a release of which nothing is told, and the releases below it. Each may fail,
    /// so that the release counts as if one did; figures of its changes are of the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Subject>,
    /// For a release: what its changes come to together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseScore>,
    /// Each change: the one asked about, or those of the release in order of ids.
    pub changes: Vec<ChangeScore>,
    /// What a failure would cost each service that it changes, as past incidents show; of none, if
    /// no incident was ever resolved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub impact: Vec<ServiceImpact>,
    /// What it comes to if it ships in the parts that the question names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apart: Option<Apart>,
    /// What it comes to if the change that the question names is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
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
    /// How many fail, and where; only by a fitted model: the scorecard does not say how often its
    /// figures come true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointScore>,
}

/// How failures of a release are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JointScore {
    /// How much its changes have in common, as a correlation.
    pub shock: Probability,
    /// How many changes fail on average.
    pub expected: Failures,
    /// In nine of ten such releases, at least and at most so many fail.
    pub failures: (u32, u32),
    /// The chance that any fails of those that change a service of tier 1, or one whose tier is not
    /// known, or name none.
    pub tier_one: Probability,
}

/// A change that drives the risk of its release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Driver {
    /// The change.
    pub change: ChangeId,
    /// By how much the risk of the release would fall without it.
    pub falls_by: Probability,
    /// The part of that risk that it answers for: those of all changes add up to it exactly. Only
    /// by a fitted model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Probability>,
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

/// What scores changes.
#[derive(Clone, Copy)]
pub(super) enum Scorer<'a> {
    /// The scorecard, which policies go by that name no model.
    Scorecard,
    /// A fitted model.
    Model(Told<'a>),
    /// A model that was not told: nothing is known, so everything fails.
    Unknown,
}

/// The name of what scores changes.
pub(super) fn model_name(rule: Option<&RiskRule>) -> String {
    rule.map_or_else(|| MODEL.to_owned(), |rule| rule.model.to_string())
}

impl<'a> Scorer<'a> {
    /// What a policy goes by, of the models that count.
    pub(super) fn of(rule: Option<&RiskRule>, counting: Counting<'a>) -> Scorer<'a> {
        let Some(rule) = rule else { return Scorer::Scorecard };
        let told = counting.models.known(&rule.model, counting.by);
        told.map_or(Scorer::Unknown, Scorer::Model)
    }

    /// What it looks back on.
    pub(super) fn track(self, records: &Records) -> Track<'_> {
        match self {
            Scorer::Model(_) => Track::whole(records),
            Scorer::Scorecard | Scorer::Unknown => Track::new(records),
        }
    }

    fn risk(self, known: Known<'_>) -> Risk {
        match self {
            Scorer::Model(told) => told.model.score(|name| known.value(name)),
            Scorer::Scorecard | Scorer::Unknown => risk::scorecard(&known.features()),
        }
    }

    fn holds_until(self, known: Known<'_>) -> When {
        match self {
            Scorer::Model(told) => {
                let terms = &told.model.model.terms;
                known.holds_until(terms.iter().map(|term| term.name.as_str()))
            }
            Scorer::Scorecard | Scorer::Unknown => {
                known.holds_until(Factor::ALL.into_iter().map(Factor::name))
            }
        }
    }

    /// How much changes have in common that ship together, if a fitted model says so.
    fn shock(self) -> Option<Shock> {
        match self {
            Scorer::Model(told) => Some(told.model.shock()),
            Scorer::Scorecard | Scorer::Unknown => None,
        }
    }

    /// The chance that any of some changes fails that ship together.
    pub(super) fn any(self, changes: &[Probability]) -> Probability {
        match self {
            Scorer::Model(told) => joint::any(changes, told.model.shock()),
            Scorer::Scorecard | Scorer::Unknown => risk::release(changes).probability,
        }
    }
}

pub(super) fn score(
    records: &Records,
    in_force: &InForce<'_>,
    question: &ScoreQuestion,
) -> Result<Score> {
    let members = Members::of(records, &question.subject)?;
    let rule = in_force.risk();
    let scorer = Scorer::of(rule, in_force.counting(records.as_of));
    if matches!(scorer, Scorer::Unknown) {
        let message = format!(
            "the policy scores by `{}`, which no risk model of the portfolio is by then: add it to \
             `risk_models`",
            model_name(rule)
        );
        return Err(Error::new(ErrorCode::RiskModelUnknown, message));
    }
    let track = scorer.track(records);
    let risk = |change: &Change| {
        scorer.risk(Known { records, track: &track, change, seen: Seen::all(question.at) })
    };
    let of = |change: &&Change| ChangeScore { change: change.id.clone(), risk: risk(change) };
    let changes: Vec<ChangeScore> = members.all.iter().map(of).collect();
    let risks: Vec<(&Change, Probability)> =
        members.all.iter().copied().zip(risks_of(&changes)).collect();
    let unknown = unknown(records, &question.subject);
    // What is asked amiss is refused before there is much to be worked out.
    if matches!(scorer, Scorer::Model(_)) {
        few_enough(changes.len())?;
    }
    check_known(question, &unknown)?;
    let costs = Costs::new(records, scorer.shock());
    let split = match &question.split {
        None => None,
        Some((change, into)) => {
            let score = |piece: &Change| risk(piece).probability;
            Some(split::of(scorer, (change, *into), &risks, score)?)
        }
    };
    let apart = match question.parts.as_slice() {
        [] => None,
        parts => Some(apart::of(scorer, parts, &risks, &costs)?),
    };
    let single = risks.first().map_or(Probability::ZERO, |(_, risk)| *risk);
    let whole = members.release.is_some();
    let (mut probability, mut release) = match (whole, scorer) {
        (false, _) => (single, None),
        (true, Scorer::Model(told)) => by_model(records, told.model, &members, &changes),
        (true, Scorer::Scorecard | Scorer::Unknown) => by_scorecard(&changes),
    };
    if !unknown.is_empty() {
        probability = Probability::ONE;
        release.iter_mut().for_each(ReleaseScore::may_fail_unknown);
    }
    Ok(Score {
        subject: question.subject.clone(),
        at: question.at,
        model: model_name(rule),
        probability,
        unknown,
        release,
        impact: costs.of(&risks),
        changes,
        apart,
        split,
    })
}

impl ReleaseScore {
    /// Something in it is not known: what it may come to is the worst.
    fn may_fail_unknown(&mut self) {
        self.at_most = Probability::ONE;
        self.joint.iter_mut().for_each(|joint| joint.tier_one = Probability::ONE);
    }
}

/// Nobody can say what a release comes to in parts or pieces of which a part is not known.
fn check_known(question: &ScoreQuestion, unknown: &[Subject]) -> Result<()> {
    let asked = [("$.parts", !question.parts.is_empty()), ("$.split", question.split.is_some())];
    let asked = asked.into_iter().find(|(_, asked)| *asked);
    let (Some((path, _)), Some(first)) = (asked, unknown.first()) else { return Ok(()) };
    let message = format!("nothing is known of {first}, which is in it: record it first");
    Err(Error::new(ErrorCode::SubjectUnknown, message).under(path))
}

/// What is in a release and of which nothing is known: it counts as if it failed.
fn unknown(records: &Records, subject: &Subject) -> Vec<Subject> {
    match subject {
        Subject::Change(_) => Vec::new(),
        Subject::Release(id) => records.unknown_within(id),
    }
}

/// The risks of some subjects, and until when each stands without a new fact.
pub(super) fn risks<'a>(
    records: &'a Records,
    (scorer, track): (Scorer<'_>, &Track<'_>),
    subjects: &[Subject],
    at: Instant,
) -> BTreeMap<Subject, (Probability, When)> {
    let mut risks = BTreeMap::new();
    if matches!(scorer, Scorer::Unknown) {
        return risks;
    }
    // A change is often asked about by itself and in its releases.
    let mut each: BTreeMap<&ChangeId, (Probability, When)> = BTreeMap::new();
    let mut of = |change: &&'a Change| {
        let known = Known { records, track, change, seen: Seen::all(at) };
        let found = || (scorer.risk(known).probability, scorer.holds_until(known));
        *each.entry(&change.id).or_insert_with(found)
    };
    for subject in subjects {
        let Ok(members) = Members::of(records, subject) else { continue };
        let (own, turns): (Vec<Probability>, Vec<When>) = members.all.iter().map(&mut of).unzip();
        let single = own.first().copied().unwrap_or(Probability::ONE);
        let probability = match members.release {
            None => single,
            Some(_) if unknown(records, subject).is_empty() => scorer.any(&own),
            Some(_) => Probability::ONE,
        };
        let until = turns.into_iter().min().unwrap_or(When::Never);
        risks.insert(subject.clone(), (probability, until));
    }
    risks
}

fn risks_of(changes: &[ChangeScore]) -> Vec<Probability> {
    changes.iter().map(|change| change.risk.probability).collect()
}

/// What a release comes to by the scorecard.
fn by_scorecard(changes: &[ChangeScore]) -> (Probability, Option<ReleaseScore>) {
    let found = risk::release(&risks_of(changes));
    let drivers = drivers(changes, &found.falls_by, None);
    let (at_least, at_most) = (found.at_least, found.at_most);
    (found.probability, Some(ReleaseScore { at_least, at_most, drivers, joint: None }))
}

/// Whether a fitted model can say what so many changes come to together.
pub(super) fn few_enough(changes: usize) -> Result<()> {
    if changes <= JOINT_CHANGES_MAX {
        return Ok(());
    }
    let message =
        format!("a release of more than {JOINT_CHANGES_MAX} changes: ask for the releases in it");
    Err(Error::new(ErrorCode::LimitExceeded, message))
}

/// What a release comes to by a fitted model.
fn by_model(
    records: &Records,
    model: &RiskModel,
    members: &Members<'_>,
    changes: &[ChangeScore],
) -> (Probability, Option<ReleaseScore>) {
    let (risks, shock) = (risks_of(changes), model.shock());
    let found = Joint::new(&risks, shock);
    let of_tier_one = members.all.iter().zip(&risks).filter(|(it, _)| is_tier_one(records, it));
    let of_tier_one: Vec<Probability> = of_tier_one.map(|(_, risk)| *risk).collect();
    let joint = JointScore {
        shock: shock.correlation(),
        expected: found.expected,
        failures: found.failures,
        tier_one: joint::any(&of_tier_one, shock),
    };
    let score = ReleaseScore {
        at_least: risks.iter().copied().max().unwrap_or(Probability::ZERO),
        at_most: joint::any(&risks, Shock::NONE),
        drivers: drivers(changes, &found.falls_by, Some(&found.shares)),
        joint: Some(joint),
    };
    (found.any, Some(score))
}

/// Whether a service of the highest tier is changed, or one whose tier is not known, or none is
/// named.
fn is_tier_one(records: &Records, change: &Change) -> bool {
    let tier = |id| records.service(id).and_then(|service| service.tier);
    let mut tiers = change.services.iter().map(tier);
    change.services.is_empty() || tiers.any(|tier| tier.is_none_or(|tier| tier <= 1))
}

fn drivers(
    changes: &[ChangeScore],
    falls_by: &[Probability],
    shares: Option<&[Probability]>,
) -> Vec<Driver> {
    let share = |at: usize| shares.and_then(|shares| shares.get(at)).copied();
    let named = changes.iter().zip(falls_by).enumerate();
    let mut drivers: Vec<Driver> = named
        .map(|(at, (change, falls_by))| Driver {
            change: change.change.clone(),
            falls_by: *falls_by,
            share: share(at),
        })
        .collect();
    drivers.sort_by_key(|driver| std::cmp::Reverse(driver.falls_by));
    drivers.truncate(DRIVERS_NAMED);
    drivers
}
