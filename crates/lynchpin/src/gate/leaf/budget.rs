//! What must be left of the error budget of each service of a change.
//!
//! The figure comes from the portfolio. A service without the objective, without a sample, or whose
//! newest sample is too old is unknown: who stops measuring when things go badly gains nothing. So
//! is one whose samples overlap: told twice, good events would make bad ones fewer.

use std::collections::BTreeSet;

use super::Target;
use crate::base::id::{RequirementId, ServiceId};
use crate::base::{Actor, When};
use crate::gate::judge::Case;
use crate::gate::policy::BudgetLeaf;
use crate::model::Change;
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    leaf: &BudgetLeaf,
) -> Reasons {
    let mut nodes = Vec::new();
    for change in target.members {
        let services: BTreeSet<&ServiceId> = change.services.iter().collect();
        if services.is_empty() {
            let node = unknown(change, leaf, "no_service");
            nodes.push(node.act(case.owners(change)));
        }
        nodes.extend(services.into_iter().map(|service| of(case, change, service, name, leaf)));
    }
    let all = Node::new(Verdict::NotApplicable, ReasonCode::All, target.subject);
    Reasons::all_of(all, nodes)
}

fn unknown(change: &Change, leaf: &BudgetLeaf, why: &str) -> Node {
    Node::new(Verdict::Unknown, ReasonCode::BudgetUnknown, &Target::member(change))
        .with("slo", Arg::text(&leaf.slo))
        .with("why", Arg::text(why))
}

/// The answer for one service of a change.
fn of(
    case: &Case<'_>,
    change: &Change,
    service: &ServiceId,
    name: &RequirementId,
    leaf: &BudgetLeaf,
) -> Node {
    let owner = || -> Vec<Actor> {
        let found = case.service(service).and_then(|service| service.owner.clone());
        found.map_or_else(|| case.owners(change), |owner| vec![owner])
    };
    let about = |node: Node| node.with("service", Arg::text(service));
    let Some(figure) = case.figures.budgets.get(&(name.clone(), service.clone())) else {
        return about(unknown(change, leaf, "no_objective")).act(owner());
    };
    let cite = |node: Node| figure.cites.iter().fold(node, |node, n| node.citing("slis", *n));
    let Some(stale) = figure.stale.filter(|_| figure.budget.total > 0) else {
        return cite(about(unknown(change, leaf, "no_sample")).act(owner()));
    };
    if stale <= case.at {
        let node = unknown(change, leaf, "too_old").with("since", Arg::text(stale));
        return cite(about(node).act(owner()));
    }
    if let Some(until) = figure.overlap {
        let node = unknown(change, leaf, "overlap").until(When::At(until.min(stale)));
        return cite(about(node).act(owner()));
    }
    let holds = figure.budget.holds(figure.objective, leaf.remaining_at_least);
    let (verdict, code) = match holds {
        true => (Verdict::Go, ReasonCode::BudgetLeft),
        false => (Verdict::NoGo, ReasonCode::BudgetExhausted),
    };
    let count = |number: u64| Arg::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let mut node = Node::new(verdict, code, &Target::member(change))
        .with("slo", Arg::text(&leaf.slo))
        .with("good", count(figure.budget.good))
        .with("total", count(figure.budget.total))
        .with("objective", Arg::text(figure.objective))
        .with("remaining", Arg::text(figure.budget.remaining(figure.objective)))
        .with("at_least", Arg::text(leaf.remaining_at_least))
        .until(figure.turns.min(When::At(stale)));
    if !holds {
        // By then it is unknown instead, unless somebody goes on measuring.
        let clears = match figure.turns {
            When::At(turns) if turns < stale => Clears::At(turns),
            When::At(_) | When::Never => Clears::Unknown,
        };
        node = node.clears(clears).act(owner());
    }
    cite(about(node))
}
