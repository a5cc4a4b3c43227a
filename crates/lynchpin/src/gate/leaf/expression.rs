//! A requirement written as an expression.

use super::Target;
use crate::base::{Actor, Subject};
use crate::gate::expression::{Expression, Seen};
use crate::gate::judge::Case;
use crate::model::{Change, Release};
use crate::reason::tree::{Arg, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// How many characters of an expression are told with each answer; the policy has the whole.
const TEXT_CHARS_MAX: usize = 200;

/// Asks an expression that names `change` of each change, and any other once of all of them.
pub(super) fn judge(case: &Case<'_>, target: Target<'_>, leaf: &Expression) -> Reasons {
    if leaf.is_of_each_change() {
        return super::for_each(target, |change| {
            ask(case, target, &Target::member(change), Some(change), leaf)
        });
    }
    let mut reasons = Reasons::default();
    reasons.push(ask(case, target, target.subject, None, leaf));
    reasons
}

fn ask(
    case: &Case<'_>,
    target: Target<'_>,
    subject: &Subject,
    change: Option<&Change>,
    leaf: &Expression,
) -> Node {
    let release = release(case, target.subject);
    let seen = Seen {
        records: case.records,
        then: case.known(),
        change,
        changes: target.members,
        release,
        stage: case.stage,
        previous: case.previous,
    };
    let answer = leaf.ask(&seen);
    let (verdict, code) = match &answer {
        Ok(true) => (Verdict::Go, ReasonCode::ExpressionHolds),
        Ok(false) => (Verdict::NoGo, ReasonCode::ExpressionFalse),
        Err(_) => (Verdict::Unknown, ReasonCode::ExpressionFailed),
    };
    let mut node =
        Node::new(verdict, code, subject).with("expression", Arg::text(short(leaf.text())));
    if let Err(failure) = &answer {
        node = node
            .with("error", Arg::text(&failure.message))
            .with("line", Arg::count(failure.place.line))
            .with("column", Arg::count(failure.place.column));
    }
    if answer == Ok(true) {
        return node;
    }
    let asked = change.map_or_else(|| target.members.to_vec(), |change| vec![change]);
    // What is not known may be the policy's fault as well as the records'.
    let policy = case.policy.owner.clone().filter(|_| answer.is_err());
    node.act(asked.into_iter().flat_map(|change| case.owners(change)))
        .act(release.filter(|_| change.is_none()).map(|release| made_by(case, release)))
        .act(policy)
}

fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn release<'a>(case: &Case<'a>, subject: &Subject) -> Option<&'a Release> {
    match subject {
        Subject::Release(id) => case.records.release(id)?.current(case.records),
        Subject::Change(_) => None,
    }
}

fn made_by(case: &Case<'_>, release: &Release) -> Actor {
    Actor::Person(case.records.people.principal(&release.by).clone())
}
