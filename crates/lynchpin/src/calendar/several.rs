//! Several places at once: work that goes to all of them needs all to be open.

use super::open::{Calendar, Cause, Turn};
use crate::base::Instant;
use crate::base::limits::CALENDAR_TURNS_MAX;

/// The first instant, from `at` on, at which work may go on in all of these places at once.
///
/// ```
/// use lynchpin::calendar::{Calendar, Cover, Occasion, Turn, Unwindowed, next_open_of_all};
///
/// let occasion = |text| Occasion::compile(&serde_json::from_str(text).unwrap());
/// let shop = occasion(r#"{"from": "2026-12-01T00:00:00Z", "to": "2026-12-01T04:00:00Z"}"#)?;
/// let blog = occasion(r#"{"from": "2026-12-01T02:00:00Z", "to": "2026-12-01T06:00:00Z"}"#)?;
/// let places = [("shop", &shop), ("blog", &blog)].map(|(name, occasion)| {
///     let mut calendar = Calendar::new(Unwindowed::Closed);
///     calendar.window(name, occasion, Cover::Yes);
///     calendar
/// });
/// let Turn::At { at, .. } = next_open_of_all(&places, "2026-11-01T00:00:00Z".parse()?) else {
///     panic!("both are open at some time")
/// };
/// assert_eq!(at.to_string(), "2026-12-01T02:00:00Z");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn next_open_of_all<K: Clone + Ord>(places: &[Calendar<'_, K>], at: Instant) -> Turn<K> {
    let mut now = at;
    let mut causes: Vec<Cause<K>> = Vec::new();
    for _ in 0..CALENDAR_TURNS_MAX {
        let (mut latest, mut because) = (now, Vec::new());
        for place in places {
            match place.next_open(now) {
                Turn::At { at, because: by } if at > latest => (latest, because) = (at, by),
                Turn::At { at, because: by } if at == latest => because.extend(by),
                Turn::At { .. } => {}
                Turn::NoEndKnown(names) => return Turn::NoEndKnown(names),
                Turn::NoMore => return Turn::NoMore,
                Turn::BeyondLimit(at) => return Turn::BeyondLimit(at),
            }
        }
        if latest == now {
            causes.sort_unstable();
            causes.dedup();
            return Turn::At { at: now, because: causes };
        }
        (now, causes) = (latest, because);
    }
    Turn::BeyondLimit(now)
}

/// The first instant, from `at` on, at which work may not go on in one of these places.
#[must_use]
pub fn next_close_of_any<K: Clone + Ord>(places: &[Calendar<'_, K>], at: Instant) -> Turn<K> {
    let mut first: Option<(Instant, bool, Vec<Cause<K>>)> = None;
    let mut endless = Vec::new();
    for place in places {
        let (turn, is_known, by) = match place.next_close(at) {
            Turn::At { at, because } => (at, true, because),
            Turn::BeyondLimit(at) => (at, false, Vec::new()),
            Turn::NoEndKnown(names) => {
                endless.extend(names);
                continue;
            }
            Turn::NoMore => continue,
        };
        match &mut first {
            Some((known, sure, because)) if *known == turn => {
                *sure &= is_known;
                because.extend(by);
            }
            Some((known, ..)) if *known < turn => {}
            _ => first = Some((turn, is_known, by)),
        }
    }
    match first {
        Some((at, true, mut because)) => {
            because.sort_unstable();
            because.dedup();
            Turn::At { at, because }
        }
        Some((at, false, _)) => Turn::BeyondLimit(at),
        None if endless.is_empty() => Turn::NoMore,
        None => {
            endless.sort_unstable();
            endless.dedup();
            Turn::NoEndKnown(endless)
        }
    }
}
