//! Time spent live in the stage before.
//!
//! What counts is the current stay: without a break, in every environment, with the artifacts
//! that ship now. A rollback or a change that takes its place ends it. A confirmed incident begins
//! it anew when it is resolved, and a failed verification there when the same check has passed
//! again.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Target;
use super::evidence::is_foretold;
use super::state::LeafState;
use crate::base::id::{CheckId, StageId};
use crate::base::{Digest, Instant, When};
use crate::gate::judge::Case;
use crate::gate::policy::SoakLeaf;
use crate::gate::signed;
use crate::gate::signed::rule::Signed;
use crate::history::order::{end_of, lasting};
use crate::history::revision::{Difference, since_position};
use crate::model::{Attribution, Change, Evidence, Incident, IncidentEvent, Outcome, Section};
use crate::reason::tree::{Arg, Clears, Node};

/// The facts that an answer rests on: their kind and number.
type Cites = BTreeSet<(&'static str, usize)>;

/// A verification: the fact that tells of it, and what it says.
type Told<'a> = ((&'static str, usize), Cow<'a, Evidence>);

pub(super) fn judge(case: &Case<'_>, change: &Change, leaf: &SoakLeaf) -> Node {
    let subject = Target::member(change);
    let Some(stage) = leaf.stage.as_ref().or(case.previous) else {
        return LeafState::NoStageBefore.node(&subject).act(case.policy.owner.clone());
    };
    let mut cites = Cites::new();
    let node = match healthy_since(case, change, stage, &mut cites) {
        Err(why) => LeafState::NotSoaking
            .node(&subject)
            .with("stage", Arg::text(stage))
            .with("why", Arg::text(why))
            .act(case.owners(change)),
        Ok(since) => {
            let done = since.after(leaf.span);
            let node = if done <= case.at {
                LeafState::Soaked.node(&subject)
            } else {
                LeafState::Soaking.node(&subject).clears(Clears::At(done)).until(When::At(done))
            };
            node.with("stage", Arg::text(stage))
                .with("since", Arg::text(since))
                .with("until", Arg::text(done))
        }
    };
    let node = node.until(keys_last(case));
    cites.into_iter().fold(node, |node, (kind, number)| node.citing(kind, number))
}

/// Until when the keys last by which signed verifications are told.
fn keys_last(case: &Case<'_>) -> When {
    signed_checks(case).map(|(_, rule)| signed::lapses(case, rule)).min().unwrap_or(When::Never)
}

/// When a change will have soaked for long enough, if it is soaking at all.
pub(in crate::gate) fn ready(case: &Case<'_>, change: &Change, leaf: &SoakLeaf) -> Option<Instant> {
    let stage = leaf.stage.as_ref().or(case.previous)?;
    let since = healthy_since(case, change, stage, &mut Cites::new()).ok()?;
    Some(since.after(leaf.span))
}

/// Whether a change itself is live in every environment of a stage with the artifacts that ship
/// now, whatever takes its place there; one without artifacts, with what it says now.
pub(crate) fn is_live_as_it_is(case: &Case<'_>, change: &Change, stage: &StageId) -> bool {
    live_since(case, change, stage, &mut Cites::new()).is_ok()
}

/// Since when the current stay is healthy, or why there is none.
fn healthy_since(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
    cites: &mut Cites,
) -> Result<Instant, &'static str> {
    let begun = stay(case, change, stage, cites)?;
    let after_incidents = since_incidents(case, change, cites)?;
    let after_failures = since_failures(case, change, stage, begun, cites)?;
    Ok([after_incidents, after_failures].into_iter().flatten().fold(begun, Instant::max))
}

/// Since when it is live in every environment of the stage with the artifacts that ship now, and
/// nothing else takes its place there.
fn stay(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
    cites: &mut Cites,
) -> Result<Instant, &'static str> {
    let since = live_since(case, change, stage, cites)?;
    let records = case.records;
    if records.is_superseded_in(&change.id, stage) {
        cites
            .extend(records.superseding_deployments(&change.id, stage).map(|n| ("deployments", n)));
        return Err("superseded");
    }
    Ok(since)
}

/// Since when it is live in every environment of the stage with the artifacts that ship now.
fn live_since(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
    cites: &mut Cites,
) -> Result<Instant, &'static str> {
    let records = case.records;
    let ships = &change.artifacts;
    let mut since = None;
    for environment in records.environments_for(change, stage) {
        let stays = records.stays(change, &environment);
        if stays.is_empty() {
            return Err("not_live");
        }
        for stay in &stays {
            let Some(live_since) = stay.live_since else { return Err("not_live") };
            cites.extend(stay.cites().map(|number| ("deployments", number)));
            // Which artifact is whose is not told; but one that holds none of them runs others.
            if !ships.is_empty() && !stay.artifacts.iter().any(|found| ships.contains(found)) {
                return Err("other_artifacts");
            }
            if ships.is_empty() && !unchanged(case, change, live_since) {
                return Err("other_content");
            }
            since = since.max(Some(live_since));
        }
        let held = |artifact| stays.iter().any(|stay| stay.artifacts.contains(artifact));
        if !ships.iter().all(held) {
            return Err("other_artifacts");
        }
    }
    since.ok_or("not_live")
}

/// Whether a change without artifacts says the same, but for its text, as when it went live.
fn unchanged(case: &Case<'_>, change: &Change, at: Instant) -> bool {
    let records = case.records;
    let Some(row) = records.change(&change.id) else { return false };
    let position = row.known_by(records, end_of(at)).map(|(_, position)| position);
    let mut differences = BTreeSet::new();
    since_position(records, row, position, &mut differences);
    differences.iter().all(|d| matches!(d, Difference::Section(_, Section::Text)))
}

/// When the last confirmed incident was resolved; an open one is the end of the stay.
fn since_incidents(
    case: &Case<'_>,
    change: &Change,
    cites: &mut Cites,
) -> Result<Option<Instant>, &'static str> {
    let all = &case.records.portfolio().incidents;
    let mut since = None;
    for (_, numbers) in case.records.incidents_of(&change.id) {
        let facts: Vec<&Incident> = numbers.iter().filter_map(|number| all.get(*number)).collect();
        // What says nothing of the change's part in it, such as that it was reopened, leaves that
        // as it was.
        let said = |fact: &&Incident| {
            fact.change.as_ref() == Some(&change.id) && fact.attribution.is_some()
        };
        let last = lasting(facts.iter().copied().filter(said));
        if last.iter().all(|fact| fact.attribution != Some(Attribution::Confirmed)) {
            continue;
        }
        cites.extend(numbers.iter().map(|number| ("incidents", *number)));
        let events = facts.iter().copied().filter(|fact| fact.event != IncidentEvent::Linked);
        let state = lasting(events);
        if state.is_empty() || state.iter().any(|fact| fact.event != IncidentEvent::Resolved) {
            return Err("incident_open");
        }
        since = since.max(state.iter().map(|fact| fact.at).max());
    }
    Ok(since)
}

/// When the last failed verification during the stay had passed again; one that has not is the end
/// of the stay.
fn since_failures(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
    begun: Instant,
    cites: &mut Cites,
) -> Result<Option<Instant>, &'static str> {
    let here = verifications(case, change, stage);
    let mut since = None;
    for (fact, failed) in &here {
        if failed.outcome != Outcome::Failed || failed.at < begun {
            continue;
        }
        cites.insert(*fact);
        let passes = here.iter().filter(|(_, later)| clears(case, later, failed));
        // Healthy again from the first pass on: what is said again later changes nothing.
        let Some((fact, pass)) = passes.min_by_key(|(_, pass)| (pass.run, pass.at)) else {
            return Err("verification_failed");
        };
        cites.insert(*fact);
        since = since.max(Some(pass.at.max(failed.at)));
    }
    Ok(since)
}

/// The verifications of what ships in the environments of a stage: evidence, and what is signed by
/// keys from which the policy takes evidence.
fn verifications<'a>(case: &Case<'a>, change: &Change, stage: &StageId) -> Vec<Told<'a>> {
    let records = case.records;
    let environments = records.environments(stage);
    let all = &records.portfolio().evidence;
    let on_artifacts = change.artifacts.iter().flat_map(|artifact| records.evidence_on(artifact));
    let itself = records.evidence_of(&change.id).iter().filter(|_| change.artifacts.is_empty());
    let plain = on_artifacts.chain(itself);
    let plain = plain.filter_map(|n| Some((("evidence", *n), Cow::Borrowed(all.get(*n)?))));
    let signed = told_by_keys(case, change);
    let signed = signed.into_iter().map(|(n, told)| (("statements", n), Cow::Owned(told)));
    let here = |(_, told): &Told<'_>| {
        told.environment.as_ref().is_some_and(|environment| environments.contains(environment))
    };
    plain.chain(signed).filter(here).collect()
}

/// What is signed about what ships and some requirement takes as evidence.
fn told_by_keys(case: &Case<'_>, change: &Change) -> Vec<(usize, Evidence)> {
    let whole = change.artifacts.is_empty().then_some(None);
    let ships: Vec<Option<&Digest>> = change.artifacts.iter().map(Some).chain(whole).collect();
    let of = |(check, rule): (&CheckId, &Signed)| -> Vec<(usize, Evidence)> {
        let about = |artifact: &Option<&Digest>| {
            let digests = signed::digests(case, change, *artifact);
            let found = signed::found(case, &digests, rule, Some(check));
            found.evidence(case.records.portfolio(), check, *artifact)
        };
        ships.iter().flat_map(about).collect()
    };
    signed_checks(case).flat_map(of).collect()
}

/// The checks of which the policy takes what is signed as evidence, and whose signature counts.
fn signed_checks<'a>(case: &Case<'a>) -> impl Iterator<Item = (&'a CheckId, &'a Signed)> {
    let leaves = case.policy.requirements.values().filter_map(|asked| asked.evidence.as_ref());
    leaves.filter_map(|leaf| Some((&leaf.check, leaf.signed.as_ref()?)))
}

/// Whether a pass shows that what a failed run found is mended: a later run of the same check, in
/// the same place, by the same producer.
fn clears(case: &Case<'_>, pass: &Evidence, failed: &Evidence) -> bool {
    let people = &case.records.people;
    pass.outcome == Outcome::Passed
        && !is_foretold(case, pass)
        && pass.run > failed.run
        && pass.check == failed.check
        && pass.artifact == failed.artifact
        && pass.configuration == failed.configuration
        && pass.environment == failed.environment
        && people.principal(&pass.by) == people.principal(&failed.by)
}
