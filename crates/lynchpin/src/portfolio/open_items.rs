//! Everything that is open as of an instant, decided by what was known then.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::breach::{self, Breach};
use super::decide;
use super::decision::Decision;
use super::in_force::InForce;
use super::item::Members;
use super::owed;
use super::question::DecideQuestion;
use super::scoring::{self, Scorer};
use super::setting::Setting;
use crate::base::error::Result;
use crate::base::id::{ChangeId, PersonId, ReleaseId, RequirementId, StageId};
use crate::base::{Instant, Probability, Subject};
use crate::gate::leaf::Target;
use crate::gate::leaf::awaited::{Awaited, awaited};
use crate::gate::{Obligation, Policy};
use crate::history::Records;
use crate::model::Deployment;
use crate::reason::ReasonCode;

/// Something that is open, and a stage that it, or a change in it, enters next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct OpenItem {
    /// The release, or the change that is in none.
    pub subject: Subject,
    /// The stage.
    pub stage: StageId,
}

/// Each release that is not cancelled and then each change in none, in order of ids.
pub(super) fn not_cancelled(records: &Records) -> impl Iterator<Item = Subject> {
    let releases = records.releases().filter(|row| !records.is_release_cancelled(&row.id));
    let alone = records
        .changes()
        .filter(|row| !records.is_cancelled(&row.id) && records.releases_of(&row.id).is_empty());
    let releases = releases.map(|row| Subject::Release(row.id.clone()));
    releases.chain(alone.map(|row| Subject::Change(row.id.clone())))
}

/// What is known and in force as of an instant, folded once.
pub(crate) struct AsOf<'a> {
    /// The instant.
    pub(crate) at: Instant,
    /// What is known by then.
    pub(crate) records: Arc<Records>,
    in_force: InForce<'a>,
}

impl<'a> AsOf<'a> {
    pub(super) fn new(records: Arc<Records>, in_force: InForce<'a>, at: Instant) -> Self {
        AsOf { at, records, in_force }
    }

    /// The policy that answers, if one does.
    pub(crate) fn policy(&self) -> Option<&'a Policy> {
        self.in_force.policy
    }

    /// What is open, releases first, in order of ids.
    pub(crate) fn open(&self) -> Vec<OpenItem> {
        let records = &self.records;
        let entering = not_cancelled(records).flat_map(|subject| {
            let members = Members::of(records, &subject);
            let stages = members.map(|members| members.next_stages(records)).unwrap_or_default();
            let item = move |stage| OpenItem { subject: subject.clone(), stage };
            stages.into_iter().map(item).collect::<Vec<_>>()
        });
        entering.collect()
    }

    /// The releases that are not cancelled, in order of ids, each with the stages it passes.
    pub(crate) fn ways(&self) -> Vec<(ReleaseId, Vec<StageId>)> {
        let records = &self.records;
        let open = records.releases().filter(|row| !records.is_release_cancelled(&row.id));
        let way = |id: &ReleaseId| {
            let members = Members::of(records, &Subject::Release(id.clone()));
            members.map(|members| members.stages(records)).unwrap_or_default()
        };
        open.map(|row| (row.id.clone(), way(&row.id))).collect()
    }

    /// Decides at an instant, now or to come, by what is known as of this one.
    pub(crate) fn decide(&self, item: &OpenItem, at: Instant) -> Result<Decision> {
        let question = DecideQuestion::new(item.subject.clone(), at);
        let question = question.with_stage(item.stage.clone());
        decide::decide(&self.records, &self.in_force, &question)
    }

    /// Everything that was ever owed, in order of ends.
    pub(crate) fn obligations(&self) -> Result<Vec<Obligation>> {
        owed::obligations(&self.records, &self.in_force, self.at)
    }

    /// The deployments that no claim stands for.
    pub(crate) fn breaches(&self) -> Vec<Breach> {
        breach::breaches(&self.records, self.in_force.policy, self.at)
    }

    /// The newest claim, by its number, that was there before a deployment of a change into a
    /// stage, and why none stands for it; nothing, if that one does.
    pub(crate) fn claim_for(
        &self,
        stage: &StageId,
        change: &ChangeId,
        deployment: &Deployment,
    ) -> (Option<usize>, Option<ReasonCode>) {
        let found = breach::claim_before(&self.records, stage, change, deployment);
        let why = breach::why_not(&self.records, stage, change, deployment);
        (found.map(|(number, _)| number), why)
    }

    /// How likely each of some subjects is to cause a failure.
    pub(crate) fn risks(&self, subjects: &[Subject]) -> BTreeMap<Subject, Probability> {
        let scorer = self.scorer();
        let track = scorer.track(&self.records);
        let risks = scoring::risks(&self.records, (scorer, &track), subjects, self.at);
        risks.into_iter().map(|(subject, (risk, _))| (subject, risk)).collect()
    }

    /// The name of what scores changes.
    pub(crate) fn risk_model(&self) -> String {
        scoring::model_name(self.in_force.risk())
    }

    fn scorer(&self) -> Scorer<'_> {
        Scorer::of(self.in_force.risk(), self.in_force.counting(self.records.as_of))
    }

    /// Whether a requirement waits for the approval of one person.
    pub(crate) fn awaited(
        &self,
        subject: &Subject,
        stage: &StageId,
        (name, person): (&RequirementId, &PersonId),
    ) -> Awaited {
        let members = Members::of(&self.records, subject);
        let (Some(policy), Ok(members)) = (self.in_force.policy, members) else {
            return Awaited::NotAsked;
        };
        let previous = members.before(&self.records, stage);
        // Who approved is counted without any figure.
        let setting = Setting::default();
        let by = (policy, self.in_force.before());
        let case = setting.case(&self.records, by, (stage, previous.as_ref()), self.at);
        awaited(&case, Target { subject, members: &members.all }, name, person)
    }
}
