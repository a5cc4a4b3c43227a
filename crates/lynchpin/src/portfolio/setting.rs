//! What gates are judged by besides the facts: figures, worked out for one question, and what is
//! remembered while it is answered.

use std::collections::BTreeMap;

use super::decide::asks_for_risk;
use super::figures::figures;
use super::scoring;
use super::snapshot::Adopted;
use crate::base::id::StageId;
use crate::base::{Instant, Probability, Subject, When};
use crate::gate::figures::Figures;
use crate::gate::freeze::times::Times;
use crate::gate::rolls::Rolls;
use crate::gate::signed::Proofs;
use crate::gate::{Case, Policy};
use crate::history::Records;

/// The figures of one question, and its memory; by default without any figure.
#[derive(Default)]
pub(super) struct Setting {
    risks: BTreeMap<Subject, (Probability, When)>,
    figures: Figures,
    rolls: Rolls,
    times: Times,
    proofs: Proofs,
}

impl Setting {
    /// With the figures of some subjects, as far as the policy asks for them, before one stage or
    /// before each of its own.
    pub(super) fn of(
        records: &Records,
        policy: &Policy,
        subjects: &[Subject],
        (stage, at): (Option<&StageId>, Instant),
    ) -> Setting {
        let risks = match asks_for_risk(policy) {
            true => scoring::risks(records, subjects, at),
            false => BTreeMap::new(),
        };
        let figures = figures(records, policy, subjects, (stage, at));
        Setting { risks, figures, ..Setting::default() }
    }

    /// The case before a stage and after another, in which nothing is owed yet.
    pub(super) fn case<'a>(
        &'a self,
        records: &'a Records,
        (policy, adopted): (&'a Policy, &'a [Adopted]),
        (stage, previous): (&'a StageId, Option<&'a StageId>),
        at: Instant,
    ) -> Case<'a> {
        Case {
            records,
            policy,
            adopted,
            stage,
            previous,
            at,
            risks: &self.risks,
            figures: &self.figures,
            rolls: &self.rolls,
            times: &self.times,
            afterwards: true,
            obligations: &[],
            proofs: &self.proofs,
        }
    }
}
