//! Freezes bind whatever a policy asks.
//!
//! Every freeze that is on where a change goes refuses it, each with its end and its grantor. A
//! policy lets changes pass by named rules, unless the freeze is strict, and says who may grant
//! exceptions. What a freeze says without them stays visible below.

mod exception;
pub mod places;
pub mod rule;
pub mod times;
pub mod windows;

use std::collections::BTreeSet;

use self::places::Spot;
use self::times::{Live, until};
use super::judge::Case;
use crate::base::id::{FreezeId, ReleaseId, ServiceId};
use crate::base::{Actor, Instant, Subject, When};
use crate::calendar::{Calendar, Cover, Next, Occasion, Presence, Turn, Unwindowed, cover};
use crate::model::{Change, Freeze};
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// What the freezes say of a change, asked about as a part of that release if there is one:
/// nothing, if none is on where it goes, nor will be.
#[must_use]
pub fn binding(case: &Case<'_>, release: Option<&ReleaseId>, change: &Change) -> Vec<Reasons> {
    let live = case.times.freezes(case);
    if live.is_empty() {
        return Vec::new();
    }
    let spots = places::of(case.records, case.stage, &change.services);
    let mut found = Vec::new();
    let mut ahead: Option<(Instant, usize, &Freeze)> = None;
    let mut bars = Calendar::new(Unwindowed::Open).sharing(&case.times.looks(case));
    let mut barred_until = When::Never;
    for it in in_scope(case, &live, &spots) {
        let over = passed(case, release, change, it);
        if let (Passed::No(until), None) = (&over, it.live.lift) {
            bars.freeze(&it.freeze.id, it.occasion, Cover::Yes);
            barred_until = barred_until.min(*until);
        }
        if it.live.presence != Presence::Off {
            found.push((it, over));
        } else if let Some(begins) = it.live.turn.not_before() {
            let sooner = ahead.is_none_or(|(first, ..)| begins < first);
            ahead = if sooner { Some((begins, it.live.number, it.freeze)) } else { ahead };
        }
    }
    let clears = bounded(when_clear(&bars, case.at), barred_until);
    let subject = Subject::Change(change.id.clone());
    let mut parts: Vec<Reasons> =
        found.into_iter().map(|(it, over)| one(case, &subject, it, over, clears)).collect();
    parts.extend(ahead.map(|(begins, number, freeze)| {
        Reasons::single(
            Node::new(Verdict::NotApplicable, ReasonCode::FreezeAhead, &subject)
                .with("freeze", Arg::text(&freeze.id))
                .with("from", Arg::text(begins))
                .until(until(Next::BeyondLimit(begins), case.at))
                .citing("freezes", number),
        )
    }));
    parts
}

/// A freeze of those that matter.
#[derive(Clone, Copy)]
struct Barrier<'a> {
    live: &'a Live,
    freeze: &'a Freeze,
    occasion: &'a Occasion,
}

/// The freezes that hold in one of these places. What is not known to be out of scope is in it.
fn in_scope<'a>(
    case: &'a Case<'_>,
    live: &'a [Live],
    spots: &'a [Spot],
) -> impl Iterator<Item = Barrier<'a>> {
    let all = &case.records.portfolio().freezes;
    let known = &case.records.freezes.freezes;
    let barriers = live.iter().filter_map(|live| {
        let (freeze, occasion) = (all.get(live.number)?, &known.get(live.place)?.occasion);
        Some(Barrier { live, freeze, occasion })
    });
    barriers.filter(|it| {
        let mut covers = spots.iter().map(|spot| cover(&it.freeze.scope, spot.place(case.stage)));
        covers.any(|cover| cover != Cover::No)
    })
}

/// When one freeze ends.
fn own_end(turn: Next) -> Clears {
    match turn {
        Next::At(end) => Clears::At(end),
        Next::BeyondLimit(_) => Clears::Unknown,
        Next::NoEndKnown | Next::NoMore => Clears::OnAction,
    }
}

/// When no freeze is on any more: while several follow each other, when the last has ended.
fn when_clear(bars: &Calendar<'_, &FreezeId>, at: Instant) -> Clears {
    match bars.next_open(at) {
        Turn::At { at, .. } => Clears::At(at),
        Turn::BeyondLimit(_) => Clears::Unknown,
        Turn::NoEndKnown(_) | Turn::NoMore => Clears::OnAction,
    }
}

/// When something clears, if what bars it now may do so no longer from then on: before that, the
/// time is known; after it, nobody knows.
#[must_use]
pub fn bounded(clears: Clears, barred_until: When) -> Clears {
    let end = match clears {
        Clears::Now | Clears::Unknown => return clears,
        Clears::At(end) => When::At(end),
        Clears::OnAction => When::Never,
    };
    if barred_until < end { Clears::Unknown } else { clears }
}

/// What the freezes say that are on for work of which no more is known than its services: no rule
/// and no exception lets that pass.
#[must_use]
pub fn on(case: &Case<'_>, services: &[ServiceId]) -> BTreeSet<ReasonCode> {
    let live = case.times.freezes(case);
    let spots = places::of(case.records, case.stage, services);
    let stands = in_scope(case, &live, &spots).filter(|it| it.live.lift.is_none());
    let code = |it: Barrier<'_>| match it.live.presence {
        Presence::On => Some(ReasonCode::Frozen),
        Presence::NotKnown => Some(ReasonCode::FreezeNotKnown),
        Presence::Off => None,
    };
    stands.filter_map(code).collect()
}

/// Adds the freezes that bar a change from a place to its calendar, those to come included; not
/// those that it passes, by itself or as a part of the release that is judged. Says until when that
/// is all of them and none too many.
pub fn add_bars<'a>(
    case: &'a Case<'_>,
    (judged, change): (&Subject, &Change),
    live: &'a [Live],
    (spot, calendar): (&'a Spot, &mut Calendar<'a, &'a str>),
) -> When {
    let release = match judged {
        Subject::Release(id) => Some(id),
        Subject::Change(_) => case.release,
    };
    let mut barred_until = When::Never;
    for it in in_scope(case, live, std::slice::from_ref(spot)) {
        if it.live.lift.is_some() {
            continue;
        }
        if let Passed::No(until) = passed(case, release, change, it) {
            calendar.freeze(it.freeze.id.as_str(), it.occasion, Cover::Yes);
            barred_until = barred_until.min(until);
        }
    }
    barred_until
}

/// From when on a freeze may hold a change back that is asked about as a part of that release,
/// if it is otherwise clear from an instant on: from that on, if one is on then.
#[must_use]
pub fn bars_from(
    case: &Case<'_>,
    release: Option<&ReleaseId>,
    change: &Change,
    clear: Instant,
) -> When {
    let live = case.times.freezes(case);
    let spots = places::of(case.records, case.stage, &change.services);
    let mut bars = Calendar::new(Unwindowed::Open).sharing(&case.times.looks(case));
    let mut passes_until = When::Never;
    for it in in_scope(case, &live, &spots).filter(|it| it.live.lift.is_none()) {
        match passed(case, release, change, it) {
            Passed::By(node) if node.holds_until > When::At(clear) => {
                passes_until = passes_until.min(node.holds_until);
            }
            Passed::By(_) | Passed::No(_) => {
                bars.freeze(&it.freeze.id, it.occasion, Cover::Yes);
            }
        }
    }
    if bars.is_open(clear) {
        passes_until.min(until(bars.next_change(clear), clear))
    } else {
        When::At(clear)
    }
}

/// Whether a change passes a freeze.
enum Passed {
    /// By this, until it holds no longer.
    By(Node),
    /// It does not; from then on a rule may let it.
    No(When),
}

/// What lets a change pass a freeze: a rule, else an exception.
fn passed(
    case: &Case<'_>,
    release: Option<&ReleaseId>,
    change: &Change,
    it: Barrier<'_>,
) -> Passed {
    match graded(case, change, it.freeze) {
        Passed::By(node) => Passed::By(node),
        Passed::No(until) => match excepted(case, release, change, it) {
            Some(node) => Passed::By(node.until(until)),
            None => Passed::No(until),
        },
    }
}

/// What one freeze that is on says of a change.
fn one(
    case: &Case<'_>,
    subject: &Subject,
    it: Barrier<'_>,
    over: Passed,
    clears: Clears,
) -> Reasons {
    if let Some(number) = it.live.lift {
        return Reasons::single(lifted(case, subject, it, number));
    }
    let over = match over {
        Passed::By(over) => over,
        Passed::No(until) => {
            return Reasons::single(frozen(case, subject, it, clears).until(until));
        }
    };
    let frozen = frozen(case, subject, it, own_end(it.live.turn));
    let over = over.with("freeze", Arg::text(&it.freeze.id)).until(frozen.holds_until);
    let mut reasons = Reasons::default();
    let open = reasons.open(over.citing("freezes", it.live.number));
    reasons.push(frozen);
    reasons.close_as_is(open);
    reasons
}

/// The refusal by a freeze.
fn frozen(case: &Case<'_>, subject: &Subject, it: Barrier<'_>, clears: Clears) -> Node {
    let (live, freeze) = (it.live, it.freeze);
    let node = match live.presence {
        Presence::NotKnown => Node::new(Verdict::Unknown, ReasonCode::FreezeNotKnown, subject),
        Presence::On | Presence::Off => {
            let end = match live.turn {
                Next::At(end) => end.to_string(),
                Next::BeyondLimit(_) => "not known".to_owned(),
                Next::NoEndKnown | Next::NoMore => "no end known".to_owned(),
            };
            Node::new(Verdict::NoGo, ReasonCode::Frozen, subject)
                .clears(clears)
                .with("until", Arg::Text(end))
        }
    };
    let lifting = case.policy.freeze.lift.clone().map(Actor::Group);
    let node = node
        .with("freeze", Arg::text(&freeze.id))
        .with("by", Arg::text(&freeze.by))
        .until(until(live.turn, case.at))
        .act(std::iter::once(Actor::Person(freeze.by.clone())).chain(lifting))
        .citing("freezes", live.number);
    match &freeze.reason {
        Some(reason) => node.with("reason", Arg::text(reason)),
        None => node,
    }
}

/// Tells that a freeze would be on, had it not been ended early.
fn lifted(case: &Case<'_>, subject: &Subject, it: Barrier<'_>, number: usize) -> Node {
    let (live, freeze) = (it.live, it.freeze);
    let by = case.records.portfolio().lifts.get(number).map(|lift| Arg::text(&lift.by));
    let node = Node::new(Verdict::NotApplicable, ReasonCode::FreezeLifted, subject)
        .with("freeze", Arg::text(&freeze.id))
        .citing("freezes", live.number)
        .citing("lifts", number);
    by.into_iter().fold(node, |node, by| node.with("by", by))
}

/// The rule of the policy that lets a change pass: the first by name that it meets.
fn graded(case: &Case<'_>, change: &Change, freeze: &Freeze) -> Passed {
    let mut missed = When::Never;
    let rules = case.policy.freeze.passes.iter().filter(|_| freeze.grading.is_allowed());
    for (name, rule) in rules {
        let (meets, until) = rule.meets(case, change);
        if meets {
            let subject = Subject::Change(change.id.clone());
            let node = Node::new(Verdict::Go, ReasonCode::FreezeGraded, &subject);
            return Passed::By(node.with("rule", Arg::text(name)).until(until));
        }
        missed = missed.min(until);
    }
    Passed::No(missed)
}

/// The exception that lets a change pass: its own, or that of a release.
fn excepted(
    case: &Case<'_>,
    release: Option<&ReleaseId>,
    change: &Change,
    it: Barrier<'_>,
) -> Option<Node> {
    let subject = Subject::Change(change.id.clone());
    let freeze = (it.live.number, it.freeze);
    let release = release.cloned().map(Subject::Release);
    let mut subjects = std::iter::once(subject.clone()).chain(release);
    let number = subjects.find_map(|subject| case.times.exception(case, subject, freeze))?;
    let exception = case.records.portfolio().exceptions.get(number)?;
    let mut node = Node::new(Verdict::GoWaived, ReasonCode::FreezeExcepted, &subject)
        .with("exception", Arg::text(&exception.id))
        .with("by", Arg::text(&exception.by))
        .with("until", Arg::text(exception.expires))
        .until(When::At(exception.expires))
        .citing("exceptions", number);
    if let Some(turn) = case.suspension(&exception.by) {
        node = node.until(When::At(turn));
    }
    if let Some(reason) = &exception.reason {
        node = node.with("reason", Arg::text(reason));
    }
    Some(node)
}
