//! Parent releases: what those below one say of it, and whether those above have opened a stage.
//!
//! A parent has the worst of its own gates and of everything below it. Nothing below it enters a
//! stage that it has not opened: its own gates must be met there, and all of it must have come
//! through the stage before, as it is now. So a release that joins late passes each earlier stage
//! first, and holds the others back until it has.

use std::collections::BTreeSet;

use super::alone::{release_gates, standing, was_cancelled};
use super::decide::{by_parts, selected_until};
use super::dependencies;
use super::item::Members;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, ReleaseId, StageId};
use crate::base::limits::PARENTS_MAX;
use crate::base::{Actor, Subject};
use crate::gate::Case;
use crate::gate::leaf::is_live_as_it_is;
use crate::history::Records;
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// How many releases and changes one reason names.
const NAMED: usize = 16;

/// Refuses to walk up without end: each release above is asked as a whole.
pub(super) fn check<'a>(
    records: &Records,
    releases: impl IntoIterator<Item = &'a ReleaseId>,
) -> Result<()> {
    let mut above = BTreeSet::new();
    let mut releases = releases.into_iter();
    while let Some(id) = releases.next().filter(|_| above.len() <= PARENTS_MAX) {
        above.extend(records.ancestors(id));
    }
    if above.len() > PARENTS_MAX {
        let message = format!("it is in more than {PARENTS_MAX} parent releases, directly or not");
        return Err(Error::new(ErrorCode::LimitExceeded, message));
    }
    Ok(())
}

/// Who made the current revision of a release.
fn maker(case: &Case<'_>, id: &ReleaseId) -> Option<Actor> {
    let current = case.records.release(id)?.current(case.records)?;
    Some(Actor::Person(current.by.clone()))
}

/// What is said of a release because of those above and below it.
pub(super) fn parts(case: &Case<'_>, id: &ReleaseId) -> Vec<Reasons> {
    let mut parts = below(case, id);
    parts.extend(above(case, [id]));
    parts
}

/// Whether all releases above some have opened the stage, those themselves left out.
pub(super) fn above<'a>(
    case: &Case<'_>,
    ids: impl IntoIterator<Item = &'a ReleaseId>,
) -> Vec<Reasons> {
    let ids: BTreeSet<&ReleaseId> = ids.into_iter().collect();
    let mut parts = Vec::new();
    let mut found: BTreeSet<&ReleaseId> = BTreeSet::new();
    let mut gone: BTreeSet<&ReleaseId> = BTreeSet::new();
    for id in &ids {
        found.extend(case.records.ancestors(id));
        gone.extend(case.records.cancelled_parents(id));
    }
    parts.extend(found.difference(&ids).map(|id| opened(case, id)));
    // That a parent was cancelled is a reason, too: it would have had a say.
    parts.extend(gone.into_iter().map(|id| Reasons::single(was_cancelled(case, release(id)))));
    parts
}

fn release(id: &ReleaseId) -> Subject {
    Subject::Release(id.clone())
}

/// Whether one release above has opened the stage: what stands on it, its gates, whether all that
/// it names is known, and whether all of it came through the stage before.
fn opened(case: &Case<'_>, id: &ReleaseId) -> Reasons {
    let subject = release(id);
    let before = before(case, id);
    let case = &Case { previous: before.as_ref(), ..*case };
    let mut parts = standing(case, &subject, maker(case, id).into_iter().collect());
    let members = case.records.changes_within(id);
    parts.extend(release_gates(case, &subject, &members).into_values().flatten());
    parts.extend(left_out(case, id));
    parts.extend(unknown_changes(case, id));
    parts.extend(through(case, id));
    let own = by_parts(selected_until(case), &parts);
    let node = |verdict, code| {
        Node::new(verdict, code, &subject).until(own.holds_until).lapsing_at(own.lapses)
    };
    let node = match own.verdict {
        Verdict::NotApplicable | Verdict::Go | Verdict::GoWaived => {
            node(own.verdict, ReasonCode::ParentOpen)
        }
        Verdict::Wait => node(Verdict::Wait, ReasonCode::ParentNotOpen).clears(own.clears),
        Verdict::Blocked | Verdict::NeedsAction | Verdict::Unknown | Verdict::NoGo => {
            let node = node(Verdict::Blocked, ReasonCode::ParentNotOpen).act(maker(case, id));
            node.clears(Clears::OnAction)
        }
    };
    let mut reasons = Reasons::default();
    let open = reasons.open(node);
    parts.into_iter().for_each(|part| reasons.graft(part));
    reasons.close_as_is(open);
    reasons
}

/// What is said of a release as a parent.
pub(super) fn below(case: &Case<'_>, id: &ReleaseId) -> Vec<Reasons> {
    if !case.records.is_parent(id) {
        return Vec::new();
    }
    let mut nodes = Vec::new();
    let circle = case.records.circle(id);
    if !circle.is_empty() {
        let named = circle.iter().take(NAMED).map(ToString::to_string).collect();
        let makers = circle.iter().take(NAMED).filter_map(|id| maker(case, id));
        let node = Node::new(Verdict::NoGo, ReasonCode::ReleaseCycle, &release(id));
        nodes.push(Reasons::single(node.with("releases", Arg::Texts(named)).act(makers)));
    }
    nodes.extend(left_out(case, id));
    let before = before(case, id);
    nodes.extend(through(&Case { previous: before.as_ref(), ..*case }, id));
    nodes
}

/// What keeps changes of a parent and of the releases below it apart, since all of them go at once.
pub(super) fn apart(
    case: &Case<'_>,
    id: &ReleaseId,
    members: &Members<'_>,
) -> Result<Vec<Reasons>> {
    let within = case.records.descendants(id).into_iter().chain([id]);
    let releases: Vec<_> = within.map(|one| own_changes(case, one)).collect();
    let nodes = dependencies::across(case, members, &releases)?;
    Ok(nodes.into_iter().map(Reasons::single).collect())
}

/// The releases below one that nothing can be said of: those that were cancelled, and those that
/// nobody knows.
fn left_out(case: &Case<'_>, id: &ReleaseId) -> Vec<Reasons> {
    let mut nodes = Vec::new();
    let within = case.records.descendants(id);
    let parents = within.iter().copied().chain([id]);
    let children: BTreeSet<(&ReleaseId, &ReleaseId)> = parents
        .flat_map(|parent| case.records.children(parent).into_iter().map(move |c| (c, parent)))
        .collect();
    let mut told = BTreeSet::new();
    for (child, parent) in children {
        if case.records.is_release_cancelled(child) {
            if told.insert(child) {
                nodes.push(Reasons::single(was_cancelled(case, release(child))));
            }
        } else if case.records.release(child).is_none() && told.insert(child) {
            let node = Node::new(Verdict::Unknown, ReasonCode::ChildUnknown, &release(child));
            nodes.push(Reasons::single(
                node.with("parent", Arg::text(parent)).act(maker(case, parent)),
            ));
        }
    }
    nodes
}

/// The changes of a release and of all below it that nobody knows.
fn unknown_changes(case: &Case<'_>, id: &ReleaseId) -> Vec<Reasons> {
    let records = case.records;
    let mut nodes = Vec::new();
    for one in records.descendants(id).into_iter().chain([id]) {
        let unknown = own_changes(case, one).into_iter().filter(|it| records.change(it).is_none());
        nodes.extend(unknown.map(|change| {
            let change = Subject::Change(change.clone());
            let node = Node::new(Verdict::Unknown, ReasonCode::ChangeUnknown, &change);
            Reasons::single(node.with("release", Arg::text(one)).act(maker(case, one)))
        }));
    }
    nodes
}

/// The changes that the current revision of a release names itself, known or not, but for those
/// that were cancelled.
fn own_changes<'a>(case: &'a Case<'_>, id: &ReleaseId) -> BTreeSet<&'a ChangeId> {
    let records = case.records;
    let current = records.release(id).and_then(|row| row.current(records));
    let named = current.into_iter().flat_map(|release| &release.changes);
    named.filter(|change| !records.is_cancelled(change)).collect()
}

/// Whether a change, as it is now, is in a stage: that another takes its place there shows nothing
/// of what ships.
fn is_there(case: &Case<'_>, id: &ChangeId, stage: &StageId) -> bool {
    let records = case.records;
    let current = records.change(id).and_then(|row| row.current(records));
    current.is_some_and(|change| is_live_as_it_is(case, change, stage))
}

/// The stage before, on the way of the parent itself: what is below it may name a shorter one.
fn before(case: &Case<'_>, id: &ReleaseId) -> Option<StageId> {
    let members = Members::of(case.records, &release(id)).ok();
    let own = members.and_then(|members| members.before(case.records, case.stage));
    own.or_else(|| case.previous.cloned())
}

/// Whether a release names a way of its own that does not lead to the stage.
fn avoids_stage(case: &Case<'_>, id: &ReleaseId) -> bool {
    let Ok(members) = Members::of(case.records, &release(id)) else { return false };
    let own = members.release.is_some_and(|release| !release.stages.is_empty());
    own && !members.way(case.records, case.stage).contains(case.stage)
}

/// For a parent, judged after the stage that is [`before`] on its way: which releases below it have
/// come through that, and which have not.
fn through(case: &Case<'_>, id: &ReleaseId) -> Vec<Reasons> {
    let records = case.records;
    if records.is_parent(id) && avoids_stage(case, id) {
        // It never goes there, so there is no stage before either that all could come through.
        let node = Node::new(Verdict::Blocked, ReasonCode::ParentNotOpen, &release(id));
        return vec![Reasons::single(node.act(maker(case, id)))];
    }
    let Some(before) = case.previous.filter(|_| records.is_parent(id)) else { return Vec::new() };
    let mut parts = Vec::new();
    for one in records.descendants(id).into_iter().chain([id]) {
        let own = own_changes(case, one);
        let holds = |child: &&ReleaseId| {
            records.release(child).is_some() && !records.is_release_cancelled(child)
        };
        // Nothing at all did not come through anything.
        let empty = own.is_empty() && !records.children(one).iter().any(holds);
        let (there, lacking): (Vec<&ChangeId>, Vec<&ChangeId>) =
            own.into_iter().partition(|change| is_there(case, change, before));
        let node = if lacking.is_empty() && !empty {
            let node = Node::new(Verdict::NotApplicable, ReasonCode::ChildThrough, &release(one));
            let by = there.iter().flat_map(|change| records.live_by(change, before));
            let by: BTreeSet<usize> = by.collect();
            by.into_iter().fold(node, |node, number| node.citing("deployments", number))
        } else {
            let named = lacking.iter().take(NAMED).map(ToString::to_string).collect();
            Node::new(Verdict::Blocked, ReasonCode::ChildNotThrough, &release(one))
                .with("stage", Arg::text(before))
                .with("changes", Arg::Texts(named))
                .act(maker(case, one))
        };
        parts.push(Reasons::single(node));
    }
    parts
}
