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

use self::places::Spot;
use self::times::{Live, until};
use super::judge::Case;
use super::leaf::Target;
use crate::base::{Actor, Instant, Subject, When};
use crate::calendar::{Cover, Next, Presence, cover};
use crate::model::{Change, Freeze};
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// What the freezes say of a change, asked about as a part of that release if there is one:
/// nothing, if none is on where it goes, nor will be.
#[must_use]
pub fn binding(case: &Case<'_>, release: Option<Target<'_>>, change: &Change) -> Vec<Reasons> {
    let live = case.times.freezes(case);
    if live.is_empty() {
        return Vec::new();
    }
    let spots = places::of(case.records, case.stage, &change.services);
    let all = &case.records.portfolio().freezes;
    let mut parts = Vec::new();
    let mut ahead: Option<(Instant, usize)> = None;
    for it in live.iter() {
        let Some(freeze) = all.get(it.number) else { continue };
        if !is_in_scope(case, freeze, &spots) {
            continue;
        }
        if it.presence != Presence::Off {
            parts.push(one(case, release, change, (it, freeze)));
        } else if let Some(begins) = it.turn.not_before() {
            let next = ahead.unwrap_or((begins, it.number));
            ahead = Some(next.min((begins, it.number)));
        }
    }
    let ahead = ahead.and_then(|(begins, number)| Some((begins, number, all.get(number)?)));
    parts.extend(ahead.map(|(begins, number, freeze)| {
        let subject = Subject::Change(change.id.clone());
        single(
            Node::new(Verdict::NotApplicable, ReasonCode::FreezeAhead, &subject)
                .with("freeze", Arg::text(&freeze.id))
                .with("from", Arg::text(begins))
                .until(When::At(begins))
                .citing("freezes", number),
        )
    }));
    parts
}

/// What is not known to be out of scope is in it.
fn is_in_scope(case: &Case<'_>, freeze: &Freeze, spots: &[Spot]) -> bool {
    spots.iter().any(|spot| cover(&freeze.scope, spot.place(case.stage)) != Cover::No)
}

/// What one freeze that is on says of a change.
fn one(
    case: &Case<'_>,
    release: Option<Target<'_>>,
    change: &Change,
    (live, freeze): (&Live, &Freeze),
) -> Reasons {
    let subject = Subject::Change(change.id.clone());
    let frozen = frozen(case, &subject, (live, freeze));
    if let Some(number) = live.lift {
        return single(lifted(case, &subject, (live, freeze), number));
    }
    let over =
        graded(case, change, freeze).or_else(|| excepted(case, release, change, (live, freeze)));
    let Some(over) = over else { return single(frozen) };
    // While it is not known whether the freeze is on, it may begin or end at any time.
    let over = over.with("freeze", Arg::text(&freeze.id)).until(frozen.holds_until);
    let mut reasons = Reasons::default();
    let open = reasons.open(over.citing("freezes", live.number));
    reasons.push(frozen);
    reasons.close_as_is(open);
    reasons
}

/// The refusal by a freeze.
fn frozen(case: &Case<'_>, subject: &Subject, (live, freeze): (&Live, &Freeze)) -> Node {
    let node = match live.presence {
        Presence::NotKnown => Node::new(Verdict::Unknown, ReasonCode::FreezeNotKnown, subject),
        Presence::On | Presence::Off => {
            let (clears, end) = match live.turn {
                Next::At(end) => (Clears::At(end), end.to_string()),
                Next::BeyondLimit(_) => (Clears::Unknown, "not known".to_owned()),
                Next::NoEndKnown | Next::NoMore => (Clears::OnAction, "no end known".to_owned()),
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
fn lifted(
    case: &Case<'_>,
    subject: &Subject,
    (live, freeze): (&Live, &Freeze),
    number: usize,
) -> Node {
    let by = case.records.portfolio().lifts.get(number).map(|lift| Arg::text(&lift.by));
    let node = Node::new(Verdict::NotApplicable, ReasonCode::FreezeLifted, subject)
        .with("freeze", Arg::text(&freeze.id))
        .citing("freezes", live.number)
        .citing("lifts", number);
    by.into_iter().fold(node, |node, by| node.with("by", by))
}

/// The rule of the policy that lets a change pass: the first by name that it meets.
fn graded(case: &Case<'_>, change: &Change, freeze: &Freeze) -> Option<Node> {
    let mut rules = case.policy.freeze.passes.iter().filter(|_| !freeze.strict);
    let (name, holds) = rules.find_map(|(name, rule)| Some((name, rule.meets(case, change)?)))?;
    let subject = Subject::Change(change.id.clone());
    let node = Node::new(Verdict::Go, ReasonCode::FreezeGraded, &subject);
    Some(node.with("rule", Arg::text(name)).until(holds))
}

/// The exception that lets a change pass: its own, or that of the release it is asked about in.
fn excepted(
    case: &Case<'_>,
    release: Option<Target<'_>>,
    change: &Change,
    (live, freeze): (&Live, &Freeze),
) -> Option<Node> {
    let subject = Subject::Change(change.id.clone());
    let itself = Target { subject: &subject, members: &[change] };
    let targets = [Some(itself), release];
    let mut found = targets.into_iter().flatten();
    let number = found.find_map(|it| case.times.exception(case, it, (live.number, freeze)))?;
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

fn single(node: Node) -> Reasons {
    let mut reasons = Reasons::default();
    reasons.push(node);
    reasons
}
