//! Whether work may go on at a place: windows let it, freezes do not, and freezes win.

use std::rc::Rc;

use super::looks::Looks;
use super::occasion::{Next, Occasion, Presence};
use super::scope::Cover;
use crate::base::Instant;
use crate::base::limits::CALENDAR_TURNS_MAX;

/// What holds where no window was added. A policy has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwindowed {
    /// Work may go on at any time.
    Open,
    /// Work may not go on.
    Closed,
}

/// The windows and freezes of one place, under names of the caller's choice.
///
/// It is open while no freeze is on and a window is; where there is no window, as the policy says.
/// It is open from the instant of opening to that of closing, the latter not included.
///
/// ```
/// use lynchpin::calendar::{Calendar, Cause, Cover, Occasion, Openness, Turn, Unwindowed};
///
/// let nights = Occasion::compile(&serde_json::from_str(r#"{
///     "zone": "Europe/Berlin", "starts": "2026-01-06T22:00:00", "lasts": "4h",
///     "recurs": "FREQ=WEEKLY;BYDAY=TU"
/// }"#)?)?;
/// let year_end = Occasion::compile(&serde_json::from_str(r#"{
///     "from": "2026-12-18T00:00:00Z", "to": "2027-01-04T00:00:00Z"
/// }"#)?)?;
/// let mut calendar = Calendar::new(Unwindowed::Open);
/// calendar.window("nights", &nights, Cover::Yes);
/// calendar.freeze("year end", &year_end, Cover::Yes);
///
/// let at = "2026-12-22T21:30:00Z".parse()?;
/// assert_eq!(calendar.state(at).openness, Openness::Closed);
/// assert_eq!(calendar.state(at).freezes, ["year end"]);
/// let opens = "2027-01-05T21:00:00Z".parse()?;
/// let because = vec![Cause::WindowOpens("nights")];
/// assert_eq!(calendar.next_open(at), Turn::At { at: opens, because });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Calendar<'a, K> {
    unwindowed: Unwindowed,
    windows: Vec<(K, &'a Occasion)>,
    /// Windows of which is not known whether they hold here: they open nothing.
    undecided: Vec<K>,
    freezes: Vec<(K, &'a Occasion)>,
    /// What the questions that share it found already; each by itself, if there is none.
    looks: Option<Rc<Looks>>,
}

/// Whether work may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// It may.
    Open,
    /// It may not.
    Closed,
    /// Telling would take more work than a question may be.
    NotKnown,
}

/// Whether work may go on at an instant, and why. Names stand in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State<K> {
    /// Whether it may.
    pub openness: Openness,
    /// The freezes that are on.
    pub freezes: Vec<K>,
    /// The windows that are on.
    pub windows: Vec<K>,
    /// The windows of which is not known whether they hold here.
    pub undecided: Vec<K>,
    /// What could not be told within the work that a question may be.
    pub not_known: Vec<K>,
    /// Whether no window is there at all, so that the policy's word for it counted.
    pub unwindowed: bool,
}

/// What makes a place open or close.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause<K> {
    /// That freeze begins.
    FreezeBegins(K),
    /// That freeze ends.
    FreezeEnds(K),
    /// That window opens.
    WindowOpens(K),
    /// That window closes.
    WindowCloses(K),
}

/// When a place opens or closes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn<K> {
    /// At that instant.
    At {
        /// The instant.
        at: Instant,
        /// What happens then; nothing, if it was so already at the instant that was asked for.
        because: Vec<Cause<K>>,
    },
    /// Never, as far as is known: these freezes or windows are on, and no end of them is known.
    NoEndKnown(Vec<K>),
    /// Never: nothing that is there opens or closes it any more.
    NoMore,
    /// Not before that instant; finding out more would take more work than a question may be.
    BeyondLimit(Instant),
}

impl<'a, K: Clone + Ord> Calendar<'a, K> {
    /// A place without windows and freezes.
    #[must_use]
    pub fn new(unwindowed: Unwindowed) -> Self {
        let (windows, undecided, freezes) = (Vec::new(), Vec::new(), Vec::new());
        Calendar { unwindowed, windows, undecided, freezes, looks: None }
    }

    /// The same, asked together with others: nothing is searched for twice.
    pub(crate) fn sharing(mut self, looks: &Rc<Looks>) -> Self {
        self.looks = Some(Rc::clone(looks));
        self
    }

    /// What was found already of a question from an instant on.
    fn looks(&self, at: Instant) -> Rc<Looks> {
        self.looks.clone().unwrap_or_else(|| Rc::new(Looks::new(at)))
    }

    /// Adds a window. One of which is not known whether it holds here counts as one that is there
    /// and is never on.
    pub fn window(&mut self, name: K, occasion: &'a Occasion, cover: Cover) {
        match cover {
            Cover::Yes => self.windows.push((name, occasion)),
            Cover::NotKnown => self.undecided.push(name),
            Cover::No => {}
        }
    }

    /// Adds a freeze. One of which is not known whether it holds here holds.
    pub fn freeze(&mut self, name: K, occasion: &'a Occasion, cover: Cover) {
        match cover {
            Cover::Yes | Cover::NotKnown => self.freezes.push((name, occasion)),
            Cover::No => {}
        }
    }

    /// Whether work may go on at an instant, and why.
    #[must_use]
    pub fn state(&self, at: Instant) -> State<K> {
        self.seen(at, &self.looks(at))
    }

    fn seen(&self, at: Instant, looks: &Looks) -> State<K> {
        let (freezes, mut not_known) = split(&self.freezes, at, looks);
        let (windows, windows_not_known) = split(&self.windows, at, looks);
        let unwindowed = self.windows.is_empty() && self.undecided.is_empty();
        let open =
            if unwindowed { self.unwindowed == Unwindowed::Open } else { !windows.is_empty() };
        let openness = if !freezes.is_empty() {
            Openness::Closed
        } else if !not_known.is_empty() {
            Openness::NotKnown
        } else if open {
            Openness::Open
        } else if !windows_not_known.is_empty() {
            Openness::NotKnown
        } else {
            Openness::Closed
        };
        not_known.extend(windows_not_known);
        not_known.sort();
        let mut undecided = self.undecided.clone();
        undecided.sort();
        State { openness, freezes, windows, undecided, not_known, unwindowed }
    }

    /// Whether work may go on at an instant. What is not known is not open.
    #[must_use]
    pub fn is_open(&self, at: Instant) -> bool {
        self.state(at).openness == Openness::Open
    }

    /// The first instant, from `at` on, at which work may go on.
    #[must_use]
    pub fn next_open(&self, at: Instant) -> Turn<K> {
        let (mut now, looks) = (at, self.looks(at));
        for _ in 0..CALENDAR_TURNS_MAX {
            let state = self.seen(now, &looks);
            let next = match state.openness {
                Openness::Open => {
                    let because = if now == at { Vec::new() } else { self.opening(now) };
                    return Turn::At { at: now, because };
                }
                Openness::NotKnown => return Turn::BeyondLimit(now),
                Openness::Closed if state.freezes.is_empty() => {
                    let starts = self.windows.iter().map(|(_, window)| looks.at(window, now).1);
                    starts.fold(Next::NoMore, earlier)
                }
                Openness::Closed => match last_end(&self.freezes, now, &looks) {
                    Ok(next) => next,
                    Err(endless) => return Turn::NoEndKnown(endless),
                },
            };
            match next {
                Next::At(later) => now = later,
                Next::BeyondLimit(later) => return Turn::BeyondLimit(later),
                Next::NoMore | Next::NoEndKnown => return Turn::NoMore,
            }
        }
        Turn::BeyondLimit(now)
    }

    /// The first instant, from `at` on, at which work may not go on.
    #[must_use]
    pub fn next_close(&self, at: Instant) -> Turn<K> {
        let looks = self.looks(at);
        match self.seen(at, &looks).openness {
            Openness::Closed => return Turn::At { at, because: Vec::new() },
            Openness::NotKnown => return Turn::BeyondLimit(at),
            Openness::Open => {}
        }
        let begins = self.freezes.iter().map(|(_, freeze)| looks.at(freeze, at).1);
        let freeze = begins.fold(Next::NoMore, earlier);
        let (window, endless) = self.last_window(at, freeze.not_before(), &looks);
        match earlier(freeze, window) {
            Next::At(at) => Turn::At { at, because: self.closing(at) },
            Next::BeyondLimit(at) => Turn::BeyondLimit(at),
            Next::NoMore | Next::NoEndKnown if endless.is_empty() => Turn::NoMore,
            Next::NoMore | Next::NoEndKnown => Turn::NoEndKnown(endless),
        }
    }

    /// The first instant after `at` at which anything here goes on or off: until then it is as open
    /// or closed as it is. What is not known to be on does not matter while something that is on
    /// decides without it.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Next {
        let looks = self.looks(at);
        let decided = self.seen(at, &looks).openness != Openness::NotKnown;
        let all = self.freezes.iter().chain(&self.windows);
        let found = all.map(|(_, occasion)| looks.at(occasion, at));
        let counts = found.filter(|(presence, _)| !decided || *presence != Presence::NotKnown);
        counts.map(|(_, next)| next).fold(Next::NoMore, earlier)
    }

    /// When the windows that are on, and those that follow without a gap, have all closed; with
    /// those that have no end. There is no need to look beyond `enough`.
    fn last_window(&self, at: Instant, enough: Option<Instant>, looks: &Looks) -> (Next, Vec<K>) {
        let mut now = at;
        if self.windows.is_empty() && self.undecided.is_empty() {
            return (Next::NoMore, Vec::new());
        }
        for _ in 0..CALENDAR_TURNS_MAX {
            let (on, not_known) = split(&self.windows, now, looks);
            if on.is_empty() && not_known.is_empty() {
                return (Next::At(now), Vec::new());
            }
            if on.is_empty() || enough.is_some_and(|enough| enough <= now) {
                return (Next::BeyondLimit(now), Vec::new());
            }
            match last_end(&self.windows, now, looks) {
                Ok(Next::At(later)) => now = later,
                Ok(next) => return (next, Vec::new()),
                Err(endless) => return (Next::NoEndKnown, endless),
            }
        }
        (Next::BeyondLimit(now), Vec::new())
    }

    fn opening(&self, at: Instant) -> Vec<Cause<K>> {
        let (before, now) = self.around(at);
        let mut because = Vec::new();
        because.extend(less(&before.freezes, &now.freezes).map(Cause::FreezeEnds));
        if before.windows.is_empty() {
            because.extend(now.windows.into_iter().map(Cause::WindowOpens));
        }
        because
    }

    fn closing(&self, at: Instant) -> Vec<Cause<K>> {
        let (before, now) = self.around(at);
        let mut because = Vec::new();
        because.extend(less(&now.freezes, &before.freezes).map(Cause::FreezeBegins));
        if now.windows.is_empty() {
            because.extend(before.windows.into_iter().map(Cause::WindowCloses));
        }
        because
    }

    /// The state right before an instant and at it.
    fn around(&self, at: Instant) -> (State<K>, State<K>) {
        let before = Instant::from_micros(at.micros().saturating_sub(1)).unwrap_or(at);
        (self.state(before), self.state(at))
    }
}

/// The names of what is on at an instant, and of what is not known to be.
fn split<K: Clone + Ord>(
    occasions: &[(K, &Occasion)],
    at: Instant,
    looks: &Looks,
) -> (Vec<K>, Vec<K>) {
    let (mut on, mut not_known) = (Vec::new(), Vec::new());
    for (name, occasion) in occasions {
        match looks.at(occasion, at).0 {
            Presence::On => on.push(name.clone()),
            Presence::NotKnown => not_known.push(name.clone()),
            Presence::Off => {}
        }
    }
    on.sort();
    not_known.sort();
    (on, not_known)
}

/// The latest end of all that is on; or the names of those that have none.
fn last_end<K: Clone + Ord>(
    occasions: &[(K, &Occasion)],
    at: Instant,
    looks: &Looks,
) -> Result<Next, Vec<K>> {
    let (mut last, mut is_known, mut endless) = (at, true, Vec::new());
    for (name, occasion) in occasions {
        let (presence, end) = looks.at(occasion, at);
        match end {
            _ if presence != Presence::On => {}
            Next::At(end) => last = last.max(end),
            Next::BeyondLimit(end) => {
                last = last.max(end);
                is_known = false;
            }
            Next::NoEndKnown | Next::NoMore => endless.push(name.clone()),
        }
    }
    endless.sort();
    match (endless.is_empty(), is_known) {
        (false, _) => Err(endless),
        (true, true) => Ok(Next::At(last)),
        (true, false) => Ok(Next::BeyondLimit(last)),
    }
}

/// The earlier of two. What is certain goes before what may be at the same instant.
fn earlier(a: Next, b: Next) -> Next {
    let rank = |next: Next| match next {
        Next::At(at) => (0, at, 0),
        Next::BeyondLimit(at) => (0, at, 1),
        Next::NoEndKnown | Next::NoMore => (1, Instant::LAST, 0),
    };
    if rank(b) < rank(a) { b } else { a }
}

/// What is in the first list and not in the second; both are sorted.
fn less<K: Clone + Ord>(all: &[K], without: &[K]) -> impl Iterator<Item = K> {
    all.iter().filter(|name| without.binary_search(name).is_err()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Occasions;

    fn occasion(text: &str) -> Occasion {
        Occasion::compile(&serde_json::from_str::<Occasions>(text).unwrap()).unwrap()
    }

    fn nights(days: &str) -> Occasion {
        occasion(&format!(
            r#"{{"zone": "UTC", "starts": "2026-01-05T22:00:00", "lasts": "2h",
                "recurs": "FREQ=WEEKLY;BYDAY={days}"}}"#
        ))
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// A Monday.
    const NOON: &str = "2026-06-01T12:00:00Z";

    #[test]
    fn without_windows_the_policy_says_which() {
        let noon = at(NOON);
        let open = Calendar::<&str>::new(Unwindowed::Open);
        assert!(open.is_open(noon) && open.state(noon).unwindowed);
        assert_eq!(open.next_close(noon), Turn::NoMore);
        assert_eq!(open.next_open(noon), Turn::At { at: noon, because: vec![] });
        let closed = Calendar::<&str>::new(Unwindowed::Closed);
        assert!(!closed.is_open(noon));
        assert_eq!(closed.next_open(noon), Turn::NoMore);
        assert_eq!(closed.next_change(noon), Next::NoMore);
    }

    #[test]
    fn what_is_not_known_of_a_place_never_helps() {
        let always = occasion(r#"{"from": "2026-01-01T00:00:00Z"}"#);
        let mut calendar = Calendar::new(Unwindowed::Open);
        calendar.window("tier 1", &always, Cover::NotKnown);
        let state = calendar.state(at(NOON));
        assert_eq!((state.openness, state.undecided), (Openness::Closed, vec!["tier 1"]));
        assert_eq!(calendar.next_open(at(NOON)), Turn::NoMore);
        let mut calendar = Calendar::new(Unwindowed::Open);
        calendar.window("elsewhere", &always, Cover::No);
        assert!(calendar.is_open(at(NOON)));
        calendar.freeze("elsewhere", &always, Cover::No);
        assert!(calendar.is_open(at(NOON)));
        calendar.freeze("tier 1", &always, Cover::NotKnown);
        assert_eq!(calendar.next_open(at(NOON)), Turn::NoEndKnown(vec!["tier 1"]));
    }

    #[test]
    fn freezes_win_and_causes_are_named() {
        let (window, early) = (nights("MO,TU,WE"), nights("MO"));
        let freeze = occasion(r#"{"from": "2026-06-01T00:00:00Z", "to": "2026-06-02T23:00:00Z"}"#);
        let mut calendar = Calendar::new(Unwindowed::Closed);
        calendar.window("b", &window, Cover::Yes);
        calendar.window("a", &early, Cover::Yes);
        calendar.freeze("f", &freeze, Cover::Yes);
        let state = calendar.state(at("2026-06-01T22:30:00Z"));
        assert_eq!(state.openness, Openness::Closed);
        assert_eq!((state.freezes, state.windows), (vec!["f"], vec!["a", "b"]));
        let opens = at("2026-06-02T23:00:00Z");
        let because = vec![Cause::FreezeEnds("f")];
        assert_eq!(calendar.next_open(at(NOON)), Turn::At { at: opens, because });
        let closes = at("2026-06-03T00:00:00Z");
        let because = vec![Cause::WindowCloses("b")];
        assert_eq!(calendar.next_close(opens), Turn::At { at: closes, because });
        let before = at("2026-05-31T12:00:00Z");
        assert_eq!(calendar.next_change(before), Next::At(at("2026-06-01T00:00:00Z")));
    }

    #[test]
    fn a_freeze_on_every_window_is_not_followed_for_ever() {
        let (window, freeze) = (nights("MO,TH"), nights("MO,TH"));
        let mut calendar = Calendar::new(Unwindowed::Closed);
        calendar.window("w", &window, Cover::Yes);
        calendar.freeze("f", &freeze, Cover::Yes);
        let Turn::BeyondLimit(looked) = calendar.next_open(at(NOON)) else { panic!("not known") };
        assert!(looked > at("2026-09-01T00:00:00Z"), "{looked}");
    }

    #[test]
    fn what_cannot_be_told_is_not_open() {
        let rare = occasion(
            r#"{"zone": "UTC", "starts": "1970-01-01T00:00:00", "lasts": "99999d",
                "recurs": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}"#,
        );
        let late = at("2200-01-01T00:00:00Z");
        let mut calendar = Calendar::new(Unwindowed::Open);
        calendar.freeze("rare", &rare, Cover::Yes);
        let state = calendar.state(late);
        assert_eq!((state.openness, state.not_known), (Openness::NotKnown, vec!["rare"]));
        assert!(!calendar.is_open(late));
        assert_eq!(calendar.next_open(late), Turn::BeyondLimit(late));
        assert_eq!(calendar.next_close(late), Turn::BeyondLimit(late));
        let always = occasion(r#"{"from": "2026-01-01T00:00:00Z"}"#);
        calendar.freeze("always", &always, Cover::Yes);
        assert_eq!(calendar.state(late).openness, Openness::Closed);
        let mut calendar = Calendar::new(Unwindowed::Open);
        calendar.window("rare", &rare, Cover::Yes);
        assert_eq!(calendar.state(late).openness, Openness::NotKnown);
        assert_eq!(calendar.next_change(late), Next::BeyondLimit(late));
        calendar.window("always", &always, Cover::Yes);
        assert_eq!(calendar.next_close(late), Turn::NoEndKnown(vec!["always"]));
        assert_eq!(calendar.next_change(late), Next::NoMore);
    }
}
