//! What gates are judged by besides the facts: figures, worked out for one question, and what is
//! remembered while it is answered.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::decide::asks_for_risk;
use super::figures::figures;
use super::in_force::{Adopted, By, Counting};
use super::lane;
use super::models::Models;
use super::scoring::{self, Scorer};
use crate::base::id::StageId;
use crate::base::{Instant, Probability, Subject, When};
use crate::gate::figures::Figures;
use crate::gate::freeze::times::Times;
use crate::gate::judge::EntryRisk;
use crate::gate::policy::RiskRule;
use crate::gate::rolls::Rolls;
use crate::gate::signed::Proofs;
use crate::gate::{Case, Policy};
use crate::history::Records;
use crate::history::order::Position;

/// The figures of one question, and its memory; by default without any figure.
#[derive(Default)]
pub(super) struct Setting {
    risks: BTreeMap<Subject, (Probability, When)>,
    entered: Entered,
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
        by: By<'_>,
        subjects: &[Subject],
        (stage, at): (Option<&StageId>, Instant),
    ) -> Setting {
        let mut figures = figures(records, by.policy, subjects, (stage, at));
        let mut risks = BTreeMap::new();
        if asks_for_risk(by.policy) {
            let scorer = Scorer::of(by.policy.risk.as_ref(), by.counting);
            let own;
            let track = match by.track {
                Some(track) => track,
                None => {
                    own = scorer.track(records);
                    &own
                }
            };
            figures.model_unknown = matches!(scorer, Scorer::Unknown);
            risks = scoring::risks(records, (scorer, track), subjects, at);
            figures.lane = lane::figure(records, by, (scorer, track), (subjects, at));
        }
        let entered = Entered::new(by.policy.risk, by.counting);
        Setting { risks, figures, entered, ..Setting::default() }
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
            release: None,
            risks: &self.risks,
            entered: &self.entered,
            entry: None,
            figures: &self.figures,
            rolls: &self.rolls,
            times: &self.times,
            afterwards: true,
            obligations: &[],
            proofs: &self.proofs,
            only: None,
        }
    }
}

/// The risks of entries that were asked for so far, and what was known at the last of them.
#[derive(Default)]
struct Entered {
    rule: Option<RiskRule>,
    models: Arc<Models>,
    /// By when a model must have been recorded that counts.
    by: Option<Instant>,
    risks: RefCell<BTreeMap<(Subject, Position, Instant), Probability>>,
    last: RefCell<Option<Rc<Records>>>,
}

impl Entered {
    fn new(rule: Option<RiskRule>, counting: Counting<'_>) -> Entered {
        let models = Arc::clone(counting.models);
        Entered { rule, models, by: Some(counting.by), ..Entered::default() }
    }

    /// What scores an entry: what scores today, by what was known then. An entry is judged by the
    /// policy of today, and so by its model, whenever that was told.
    fn scorer(&self) -> Scorer<'_> {
        let by = self.by.unwrap_or(Instant::EPOCH);
        let counting = Counting { models: &self.models, by };
        Scorer::of(self.rule.as_ref(), counting)
    }

    fn known(&self, records: &Records, then: Instant) -> Rc<Records> {
        let mut last = self.last.borrow_mut();
        match last.as_ref().filter(|known| known.as_of == then) {
            Some(known) => Rc::clone(known),
            None => Rc::clone(last.insert(Rc::new(records.back_to(then)))),
        }
    }
}

impl EntryRisk for Entered {
    fn risk_then(
        &self,
        records: &Records,
        subject: &Subject,
        (known, at): (Position, Instant),
    ) -> Probability {
        let key = (subject.clone(), known, at);
        if let Some(risk) = self.risks.borrow().get(&key) {
            return *risk;
        }
        let all = self.known(records, known.0);
        let by_then = all.as_entered(subject, known);
        let by_then = by_then.as_ref().unwrap_or(&all);
        let scorer = self.scorer();
        let track = scorer.track(by_then);
        let found = scoring::risks(by_then, (scorer, &track), std::slice::from_ref(subject), at);
        let risk = found.get(subject).map_or(Probability::ONE, |(risk, _)| *risk);
        self.risks.borrow_mut().insert(key, risk);
        risk
    }
}
