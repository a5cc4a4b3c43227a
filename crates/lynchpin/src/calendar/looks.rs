//! What was found of occasions within one question, so that nothing is searched for twice.
//!
//! A question goes from one opening or closing to the next, and each time asks whether anything is
//! on. Of what is on or off until some instant nothing has to be searched before that. All the
//! searches for one occasion have to do with the work of one; where that is used up, nothing more
//! is known of it from then on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::occasion::{Next, Occasion, Presence};
use super::steps::Steps;
use crate::base::Instant;

/// Which occasion, by where it lies: those that records hold are shared by whatever is cut out of
/// them, so that they stay there while a question is answered.
type Key = *const Occasion;

/// What was found by then, from one instant on.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    from: Instant,
    /// What the first search found: the same whoever asks, so all share it.
    first: Rc<RefCell<BTreeMap<Key, Looked>>>,
    found: RefCell<BTreeMap<Key, Looked>>,
}

/// What was found of one occasion.
#[derive(Clone, Debug)]
struct Looked {
    steps: Steps,
    stretches: BTreeMap<Instant, (Presence, Next)>,
}

impl Looks {
    /// Nothing is known yet.
    pub(crate) fn new(from: Instant) -> Self {
        Looks { from, first: Rc::default(), found: RefCell::default() }
    }

    /// The same for another question from the same instant on: what it finds does not depend on
    /// what this one went on to.
    pub(crate) fn again(&self) -> Self {
        Looks { from: self.from, first: Rc::clone(&self.first), found: RefCell::default() }
    }

    /// Whether an occasion is on at an instant, and when it next goes on or off.
    pub(crate) fn at(&self, occasion: &Occasion, at: Instant) -> (Presence, Next) {
        let key: Key = std::ptr::from_ref(occasion);
        let mut found = self.found.borrow_mut();
        let looked = found.entry(key).or_insert_with(|| {
            let mut first = self.first.borrow_mut();
            let first = first.entry(key).or_insert_with(|| Looked::new(occasion, self.from));
            first.clone()
        });
        looked.at(occasion, at)
    }
}

impl Looked {
    fn new(occasion: &Occasion, from: Instant) -> Self {
        let mut looked = Looked { steps: Steps::new(), stretches: BTreeMap::new() };
        looked.at(occasion, from);
        looked
    }

    fn at(&mut self, occasion: &Occasion, at: Instant) -> (Presence, Next) {
        if let Some((from, (presence, next))) = self.stretches.range(..=at).next_back() {
            let is_over = next.not_before().is_some_and(|turn| turn <= at);
            if *from == at || !is_over {
                return (*presence, *next);
            }
            if *presence == Presence::NotKnown || matches!(next, Next::BeyondLimit(_)) {
                return (Presence::NotKnown, Next::BeyondLimit(at));
            }
        }
        let found = occasion.look(at, &mut self.steps);
        self.stretches.insert(at, found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::CALENDAR_DAYS_MAX;
    use crate::model::Occasions;

    fn clock(starts: &str, lasts: &str, recurs: &str) -> Occasion {
        let text = format!(
            r#"{{"zone": "Europe/Berlin", "starts": "{starts}", "lasts": "{lasts}",
                "recurs": "{recurs}"}}"#
        );
        Occasion::compile(&serde_json::from_str::<Occasions>(&text).unwrap()).unwrap()
    }

    fn hours(from: &str, count: u32) -> impl Iterator<Item = Instant> {
        let from: Instant = from.parse().unwrap();
        (0..count).map(move |hour| from.after(crate::base::Span::from_seconds(hour * 3600)))
    }

    #[test]
    fn what_was_found_is_what_would_be_found() {
        let all = [
            clock("2026-01-06T22:30:00", "4h", "FREQ=WEEKLY;BYDAY=TU,TH"),
            clock("2026-03-01T00:00:00", "1d", "FREQ=MONTHLY;COUNT=8"),
            clock("2026-03-20T01:30:00", "30m", "FREQ=DAILY;UNTIL=20260410T000000"),
        ];
        let looks = Looks::new("2026-03-01T00:00:00Z".parse().unwrap());
        let again = looks.again();
        for at in hours("2026-03-01T00:00:00Z", 24 * 60) {
            for occasion in &all {
                let found = (occasion.presence(at), occasion.next_change(at));
                assert_eq!(looks.at(occasion, at), found, "{at}");
            }
        }
        // Back again, and by another that shares the beginning only.
        for at in hours("2026-03-10T00:00:00Z", 24 * 3) {
            for occasion in &all {
                let found = (occasion.presence(at), occasion.next_change(at));
                assert_eq!((looks.at(occasion, at), again.at(occasion, at)), (found, found));
            }
        }
    }

    #[test]
    fn what_never_comes_is_searched_for_once() {
        let never = clock("2026-01-01T00:00:00", "1h", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
        let looks = Looks::new("2026-03-01T00:00:00Z".parse().unwrap());
        for at in hours("2026-03-01T00:00:00Z", 1000) {
            let (presence, next) = looks.at(&never, at);
            assert_eq!(presence, Presence::Off);
            assert!(matches!(next, Next::BeyondLimit(looked) if looked > at));
        }
        let found = looks.found.borrow();
        assert_eq!(found.values().map(|looked| looked.stretches.len()).sum::<usize>(), 1);
        drop(found);
        let late = "2200-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(looks.at(&never, late), (Presence::NotKnown, Next::BeyondLimit(late)));
    }

    #[test]
    fn all_searches_together_are_bounded() {
        let rare = clock("2028-02-29T12:00:00", "1h", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29");
        let from: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
        let (looks, mut at, mut turns) = (Looks::new(from), from, 0);
        while let (_, Next::At(next)) = looks.at(&rare, at) {
            (at, turns) = (next, turns + 1);
        }
        assert!(turns > 10 && turns * 300 < CALENDAR_DAYS_MAX, "{turns}");
        assert_eq!(looks.at(&rare, at).1, Next::BeyondLimit(at));
    }
}
