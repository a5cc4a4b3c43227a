//! Which freezes matter at an instant, worked out once for a question and not once for each change.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::exception;
use crate::base::id::StageId;
use crate::base::{Instant, Subject, When};
use crate::calendar::{Looks, Next, Presence};
use crate::gate::judge::Case;
use crate::model::Freeze;

/// A freeze that is on at an instant, or will be.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// The number of the fact.
    pub(super) number: usize,
    /// Its place among the freezes known.
    pub(super) place: usize,
    /// Whether it is on.
    pub(super) presence: Presence,
    /// When it ends, while it is on; otherwise when it begins.
    pub(super) turn: Next,
    /// The number of the fact that ended it early.
    pub(super) lift: Option<usize>,
}

/// Where and when which subject is to pass which freeze, by the number of its fact.
type Asked = (StageId, Instant, Subject, usize);

/// What was worked out so far.
#[derive(Debug, Default)]
pub struct Times {
    freezes: RefCell<BTreeMap<Instant, Rc<Vec<Live>>>>,
    exceptions: RefCell<BTreeMap<Asked, Option<usize>>>,
    looks: RefCell<BTreeMap<Instant, Looks>>,
}

impl Times {
    /// The freezes that are on at the instant of a case, lifted or not, and those still to come.
    #[must_use]
    pub fn freezes(&self, case: &Case<'_>) -> Rc<Vec<Live>> {
        let mut known = self.freezes.borrow_mut();
        let found = known.entry(case.at).or_insert_with(|| Rc::new(live(case)));
        Rc::clone(found)
    }

    /// What was found of freezes and windows from the instant of a case on.
    #[must_use]
    pub(in crate::gate) fn looks(&self, case: &Case<'_>) -> Rc<Looks> {
        let mut known = self.looks.borrow_mut();
        Rc::new(known.entry(case.at).or_insert_with(|| Looks::new(case.at)).again())
    }

    /// The number of the exception that lets a subject pass a freeze.
    pub(super) fn exception(
        &self,
        case: &Case<'_>,
        subject: Subject,
        (number, freeze): (usize, &Freeze),
    ) -> Option<usize> {
        let key = (case.stage.clone(), case.at, subject, number);
        if let Some(found) = self.exceptions.borrow().get(&key) {
            return *found;
        }
        let found = exception::find(case, &key.2, freeze);
        self.exceptions.borrow_mut().insert(key, found);
        found
    }
}

fn live(case: &Case<'_>) -> Vec<Live> {
    let all = &case.records.portfolio().freezes;
    let looks = case.times.looks(case);
    let mut found = Vec::new();
    for (place, scheduled) in case.records.freezes.freezes.iter().enumerate() {
        let Some(freeze) = all.get(scheduled.number) else { continue };
        let (presence, turn) = looks.at(&scheduled.occasion, case.at);
        let lift = case.records.lifted(freeze, case.policy.freeze.lift.as_ref());
        // What is over, and what was ended before it began, is no longer of interest.
        let over = presence == Presence::Off && (lift.is_some() || turn.not_before().is_none());
        if !over {
            found.push(Live { number: scheduled.number, place, presence, turn, lift });
        }
    }
    found
}

/// Until when an answer stands that rests on a calendar. What cannot be told at an instant may be
/// told at the next one.
#[must_use]
pub fn until(next: Next, at: Instant) -> When {
    let Some(turn) = next.not_before() else { return When::Never };
    let soonest = Instant::from_micros(at.micros().saturating_add(1));
    soonest.map_or(When::Never, |soonest| When::At(turn.max(soonest)))
}
