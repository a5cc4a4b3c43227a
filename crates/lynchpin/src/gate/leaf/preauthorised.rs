//! Leave that a change authority gave beforehand for a change model, and the record that earns it.
//!
//! The record never authorises alone: without a pre-authorisation that stands, it is not even
//! looked at. Both are judged whenever it is asked, so at every entry of a stage.

use std::collections::BTreeSet;

use super::Target;
use crate::base::id::{ModelId, RequirementId};
use crate::base::{Actor, When};
use crate::gate::figures::{Record, Whose};
use crate::gate::judge::Case;
use crate::gate::policy::{PreauthorisedLeaf, RecordOf, RecordRule};
use crate::history::work::newest;
use crate::model::{Change, Fact, Preauthorisation};
use crate::reason::tree::{Arg, Clears, Node, Row};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(
    case: &Case<'_>,
    change: &Change,
    name: &RequirementId,
    leaf: &PreauthorisedLeaf,
) -> Node {
    let Some(model) = &change.model else {
        return missing(change, "no_model").act(case.owners(change));
    };
    let node = given(case, change, model, leaf).with("model", Arg::text(model));
    match &leaf.record {
        Some(rule) if node.verdict.is_go() => earned(case, change, (name, model), rule, node),
        Some(_) | None => node,
    }
}

fn missing(change: &Change, why: &str) -> Node {
    let verdict = Verdict::NeedsAction;
    Node::new(verdict, ReasonCode::PreauthorisationMissing, &Target::member(change))
        .with("why", Arg::text(why))
}

/// Whether a pre-authorisation of the model stands here.
fn given(case: &Case<'_>, change: &Change, model: &ModelId, leaf: &PreauthorisedLeaf) -> Node {
    let portfolio = case.records.portfolio();
    let authority = || [Actor::Group(leaf.group.clone())];
    let said = newest(&portfolio.models, case.records.leave.model(model), |_| true);
    let cite = |node: Node| said.iter().fold(node, |node, (n, _)| node.citing("models", *n));
    // Of two that were said at once, neither is known to be the one.
    let digests: Vec<_> = said.iter().map(|(_, model)| model.digest).collect();
    let same = digests.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
    let Some(digest) = digests.first().filter(|_| same) else {
        return cite(missing(change, "model_unknown").act(authority()));
    };
    let numbers = case.records.leave.given(model);
    let all = numbers.iter().filter_map(|n| Some((*n, portfolio.preauthorisations.get(*n)?)));
    let mut tried = Vec::new();
    let mut best: Option<(When, usize)> = None;
    let mut revoked: Vec<usize> = Vec::new();
    for (number, given) in all {
        let flaw = match flaw(case, change, leaf, given) {
            _ if given.digest != *digest => Some("model_changed"),
            None if !case.records.leave.revoked(&given.id).is_empty() => {
                revoked.extend(case.records.leave.revoked(&given.id));
                Some("revoked")
            }
            flaw => flaw,
        };
        let until =
            case.suspension(&given.by).map_or(given.expires, |from| from.min(given.expires));
        match flaw {
            // They come in the order of facts, so of those that last as long the first is told.
            None if best.is_none_or(|(longest, _)| longest < When::At(until)) => {
                best = Some((When::At(until), number));
            }
            None => {}
            Some(why) => tried.push(Row(vec![
                ("preauthorisation", given.id.to_string()),
                ("why", why.to_owned()),
            ])),
        }
    }
    if let Some((until, number)) = best {
        let node = Node::new(Verdict::Go, ReasonCode::Preauthorised, &Target::member(change));
        return cite(node.until(until).citing("preauthorisations", number));
    }
    let mut node = missing(change, "none_stands").act(authority());
    if !revoked.is_empty() {
        node.code = ReasonCode::AutonomyRevoked;
        node = failures(case, node, &revoked);
    }
    if !tried.is_empty() {
        node = node.with("tried", Arg::Rows(tried));
    }
    cite(node)
}

/// Names the failures for which a pre-authorisation was taken back.
fn failures(case: &Case<'_>, node: Node, revoked: &[usize]) -> Node {
    let all = &case.records.portfolio().autonomy_revocations;
    let facts = revoked.iter().filter_map(|number| all.get(*number));
    let mut named: Vec<String> =
        facts.flat_map(|fact| &fact.failures).map(ToString::to_string).collect();
    named.sort_unstable();
    named.dedup();
    let node = node.with("failures", Arg::Texts(named));
    revoked.iter().fold(node, |node, number| node.citing("autonomy_revocations", *number))
}

/// What keeps a pre-authorisation from counting, its revocation and the model's content aside.
fn flaw(
    case: &Case<'_>,
    change: &Change,
    leaf: &PreauthorisedLeaf,
    given: &Preauthorisation,
) -> Option<&'static str> {
    let people = &case.records.people;
    let by = people.principal(&given.by);
    if !given.stages.is_empty() && !given.stages.contains(case.stage) {
        return Some("other_stage");
    }
    if given.expires <= case.at {
        return Some("expired");
    }
    if !people.can_sit(by, given.envelope().recorded) || !people.may_act(given, case.at) {
        return Some("may_not_sit");
    }
    if !people.belonged(given, &leaf.group) {
        return Some("not_a_member");
    }
    // Who gives leave for a model may not use it for a change of their own.
    case.records.hands(&change.id).contains(by).then_some("own_change")
}

/// Whose records must earn it; none, if any service of a team's change has no owner.
fn whose(case: &Case<'_>, change: &Change, model: &ModelId, rule: &RecordRule) -> BTreeSet<Whose> {
    match rule.of {
        RecordOf::Model => BTreeSet::from([Whose::Model(model.clone())]),
        RecordOf::Team => {
            let owners = change.services.iter().map(|it| case.records.owner(it));
            let owners: Option<BTreeSet<_>> = owners.collect();
            let owners = owners.unwrap_or_default().into_iter();
            owners.map(|it| Whose::Team(it.clone())).collect()
        }
    }
}

/// Whether the record earns the leave that was given.
fn earned(
    case: &Case<'_>,
    change: &Change,
    (name, model): (&RequirementId, &ModelId),
    rule: &RecordRule,
    mut node: Node,
) -> Node {
    let none = Record::default();
    let whose = whose(case, change, model, rule);
    let found = whose.iter().map(|whose| {
        let key = (name.clone(), whose.clone(), case.stage.clone());
        (Some(whose), case.figures.records.get(&key).unwrap_or(&none))
    });
    let found: Vec<(Option<&Whose>, &Record)> = found.collect();
    let until = found.iter().map(|(_, record)| record.until).min().unwrap_or(When::Never);
    let cites: BTreeSet<_> = found.iter().flat_map(|(_, record)| &record.cites).collect();
    // Of several each must be good enough, so the worst counts.
    let worst = found.into_iter().max_by_key(|(_, it)| (it.settled < rule.at_least, it.at_most));
    let (whose, record) = worst.unwrap_or((None, &none));
    if let Some(Whose::Team(team)) = whose {
        node = node.with("team", Arg::text(team));
    }
    // What failed before it settled tells of failures, and makes no record longer.
    let enough = record.settled >= rule.at_least;
    if !enough || record.at_most >= rule.failures_below {
        node.verdict = Verdict::NeedsAction;
        // It may grow by itself, as changes settle or age, and nobody knows whether it will.
        node.clears = Clears::Unknown;
        node.code = match enough && !record.failures.is_empty() {
            true => ReasonCode::AutonomyRevoked,
            false => ReasonCode::AutonomyNotEarned,
        };
        node = node.act(case.owners(change));
    }
    let failures = record.failures.iter().map(ToString::to_string).collect();
    if record.settled < record.changes {
        node = node.with("settled", Arg::Integer(record.settled.into()));
    }
    let node = node
        .with("changes", Arg::Integer(record.changes.into()))
        .with("at_least", Arg::Integer(rule.at_least.into()))
        .with("failures", Arg::Texts(failures))
        .with("failures_at_most", Arg::text(record.at_most.to_millionths()))
        .with("failures_below", Arg::text(rule.failures_below))
        .until(until);
    cites.into_iter().fold(node, |node, (kind, number)| node.citing(kind, *number))
}
