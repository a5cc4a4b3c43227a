//! Work goes on inside its approved planned times.
//!
//! The planned times of a change, or else, where a release is judged, those of that release. They
//! belong to what is approved: an approval of other times is stale, and what some other release
//! says, which anybody may make, is nothing that was approved here.

use super::Target;
use crate::base::id::ReleaseId;
use crate::base::{Subject, When};
use crate::calendar::{Calendar, Turn, Unwindowed, next_open_of_all};
use crate::gate::freeze::{self, places};
use crate::gate::judge::Case;
use crate::model::{Change, Period};
use crate::reason::tree::{Arg, Clears, Node};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(case: &Case<'_>, judged: &Subject, change: &Change) -> Node {
    let subject = Target::member(change);
    let periods = periods(case, judged, change);
    let told = |node: Node, period: &Period| {
        node.with("from", Arg::text(period.from)).with("to", Arg::text(period.to))
    };
    let on = |period: &&Period| period.from <= case.at && case.at < period.to;
    if let Some(period) = periods.iter().filter(on).max_by_key(|period| period.to) {
        let node = Node::new(Verdict::Go, ReasonCode::PlannedNow, &subject);
        return told(node.until(When::At(period.to)), period);
    }
    let ahead = periods.iter().filter(|period| case.at < period.from);
    if let Some(period) = ahead.min_by_key(|period| (period.from, period.to)) {
        let node = Node::new(Verdict::Wait, ReasonCode::PlannedLater, &subject)
            .clears(begins(case, (judged, change), period))
            .until(When::At(period.from))
            .lapsing();
        return told(node, period);
    }
    let owners = case.owners(change);
    match periods.iter().max_by_key(|period| period.to) {
        Some(period) => {
            let node = Node::new(Verdict::NeedsAction, ReasonCode::PlannedOver, &subject);
            told(node, period).act(owners)
        }
        None => Node::new(Verdict::NeedsAction, ReasonCode::PlannedMissing, &subject).act(owners),
    }
}

/// When the work can begin: freezes that are on then put it off, at worst for good.
fn begins(case: &Case<'_>, (judged, change): (&Subject, &Change), period: &Period) -> Clears {
    let spots = places::of(case.records, case.stage, &change.services);
    let live = case.times.freezes(case);
    let mut barred_until = When::Never;
    let mut calendars = Vec::new();
    let looks = case.times.looks(case);
    for spot in &spots {
        let mut calendar = Calendar::new(Unwindowed::Open).sharing(&looks);
        let until = freeze::add_bars(case, (judged, change), &live, (spot, &mut calendar));
        barred_until = barred_until.min(until);
        calendars.push(calendar);
    }
    match next_open_of_all(&calendars, period.from) {
        Turn::At { at, .. } if at < period.to => freeze::bounded(Clears::At(at), barred_until),
        Turn::At { .. } | Turn::BeyondLimit(_) | Turn::NoMore | Turn::NoEndKnown(_) => {
            Clears::Unknown
        }
    }
}

/// The times of the change itself, or else of the release that is judged: its own, or those of the
/// releases below it that bring the change, each of which is judged, too.
fn periods(case: &Case<'_>, judged: &Subject, change: &Change) -> Vec<Period> {
    if let Some(own) = change.planned {
        return vec![own];
    }
    let Subject::Release(judged) = judged else { return Vec::new() };
    let of = |id: &ReleaseId| case.records.release(id)?.current(case.records)?.planned;
    if let Some(whole) = of(judged) {
        return vec![whole];
    }
    let bring = case.records.releases_of(&change.id);
    let below = case.records.descendants(judged).into_iter().filter(|id| bring.contains(id));
    below.filter_map(of).collect()
}
