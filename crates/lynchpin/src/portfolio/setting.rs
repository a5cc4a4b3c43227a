//! What gates are judged by besides the facts: figures, worked out for one question, and what is
//! remembered while it is answered.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::decide::asks_for_risk;
use super::figures::figures;
use super::scoring;
use super::snapshot::Adopted;
use crate::base::id::StageId;
use crate::base::{Instant, Probability, Subject, When};
use crate::gate::figures::Figures;
use crate::gate::freeze::times::Times;
use crate::gate::judge::EntryRisk;
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
    risks: RefCell<BTreeMap<(Subject, Position, Instant), Probability>>,
    last: RefCell<Option<Rc<Records>>>,
}

impl Entered {
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
        let found = scoring::risks(by_then, std::slice::from_ref(subject), at);
        let risk = found.get(subject).map_or(Probability::ONE, |(risk, _)| *risk);
        self.risks.borrow_mut().insert(key, risk);
        risk
    }
}
