//! Exceptions from a freeze.
//!
//! An exception counts for exactly the freeze, subject, revision and stage that it names, from a
//! grantor whom the policy entitles and who neither asked for it nor had a hand in the subject,
//! until it expires or is taken back; and only if the freeze was recorded before it: of a tie, the
//! freeze stands.

use crate::base::Subject;
use crate::gate::judge::Case;
use crate::gate::leaf::{Target, approval};
use crate::history::order::position;
use crate::model::{Change, Freeze, FreezeException, Section};

use super::rule::ExceptionRule;

/// The number of the exception that applies: of several, the one that lasts longest, ties by id.
pub(super) fn find(case: &Case<'_>, subject: &Subject, freeze: &Freeze) -> Option<usize> {
    let rule = case.policy.freeze.exception.as_ref()?;
    let numbers = case.records.freezes.exceptions(subject, &freeze.id);
    if numbers.is_empty() {
        return None;
    }
    let members = members(case, subject);
    let target = Target { subject, members: &members };
    let all = &case.records.portfolio().exceptions;
    let candidates = numbers.iter().filter_map(|number| Some((*number, all.get(*number)?)));
    let counts = candidates.filter(|(_, exception)| {
        is_in_time(case, rule, exception)
            && exception.stage == *case.stage
            && position(freeze) < position(*exception)
            && freeze.at <= exception.at
            && !case.records.freezes.is_revoked(&exception.id)
            && is_of_now(case, target, exception)
            && is_entitled(case, target, rule, exception)
    });
    let best =
        counts.min_by(|(_, a), (_, b)| b.expires.cmp(&a.expires).then_with(|| a.id.cmp(&b.id)));
    best.map(|(number, _)| number)
}

/// The changes that ship with a subject, those of releases below it included.
fn members<'a>(case: &'a Case<'_>, subject: &Subject) -> Vec<&'a Change> {
    let records = case.records;
    match subject {
        Subject::Change(id) => {
            let open = records.change(id).filter(|_| !records.is_cancelled(id));
            open.and_then(|row| row.current(records)).into_iter().collect()
        }
        Subject::Release(id) => records.changes_within(id),
    }
}

fn is_in_time(case: &Case<'_>, rule: &ExceptionRule, exception: &FreezeException) -> bool {
    case.at < exception.expires && exception.expires.since(exception.at) <= rule.for_at_most
}

/// Whether the grantor saw what ships now.
fn is_of_now(case: &Case<'_>, target: Target<'_>, exception: &FreezeException) -> bool {
    let seen = (exception.revision, exception.digest);
    let is_material = |section| section != Section::Text;
    !approval::is_of_another(case, target.subject, exception, seen)
        && approval::difference(case, target.subject, exception.revision, is_material).is_empty()
}

fn is_entitled(
    case: &Case<'_>,
    target: Target<'_>,
    rule: &ExceptionRule,
    exception: &FreezeException,
) -> bool {
    let people = &case.records.people;
    let grantor = people.principal(&exception.by);
    grantor != people.principal(&exception.requester)
        && people.may_act(exception, case.at)
        && people.belonged(exception, &rule.group)
        && !approval::excluded(case, target).contains(grantor)
}
