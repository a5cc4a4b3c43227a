//! A signed statement of some kind must be there about each artifact that ships.
//!
//! Of each signer the newest counts, by what it says itself, and the worst of these is the
//! answer. Most kinds can only be there or not; a verification summary can also say no.

use std::collections::BTreeMap;

use super::Target;
use crate::base::Digest;
use crate::base::id::PersonId;
use crate::gate::judge::Case;
use crate::gate::signed::rule::Signed;
use crate::gate::signed::{self, Accepted};
use crate::model::{Change, Outcome};
use crate::reason::tree::{Arg, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(case: &Case<'_>, target: Target<'_>, rule: &Signed) -> Reasons {
    let mut nodes = Vec::new();
    for change in target.members {
        if change.artifacts.is_empty() {
            nodes.push(about(case, change, None, rule));
        }
        let mut artifacts: Vec<&Digest> = change.artifacts.iter().collect();
        artifacts.sort_unstable();
        artifacts.dedup();
        nodes.extend(artifacts.into_iter().map(|digest| about(case, change, Some(digest), rule)));
    }
    let all = Node::new(Verdict::NotApplicable, ReasonCode::Statements, target.subject);
    Reasons::all_of(all, nodes)
}

/// The answer about one artifact, or about a change without any.
fn about(case: &Case<'_>, change: &Change, artifact: Option<&Digest>, rule: &Signed) -> Node {
    let found = signed::found(case, &signed::digests(case, change, artifact), rule, None);
    let mut newest: BTreeMap<&PersonId, &Accepted> = BTreeMap::new();
    for statement in &found.accepted {
        let rank = |it: &Accepted| (it.said.at, it.said.outcome);
        for signer in &statement.signers {
            let known = newest.entry(signer).or_insert(statement);
            if rank(statement) > rank(known) {
                *known = statement;
            }
        }
    }
    let subject = Target::member(change);
    let base = |verdict, code| {
        let node = Node::new(verdict, code, &subject).with("predicate", Arg::text(&rule.predicate));
        artifact.into_iter().fold(node, |node, digest| node.with("artifact", Arg::text(digest)))
    };
    let act = rule.owner.clone().map_or_else(|| case.owners(change), |owner| vec![owner]);
    let node = match newest.values().map(|statement| statement.said.outcome).max() {
        None => found.missing(base(Verdict::NeedsAction, ReasonCode::StatementMissing)).act(act),
        Some(Outcome::Passed) => base(Verdict::Go, ReasonCode::StatementSigned),
        Some(_) => base(Verdict::NoGo, ReasonCode::StatementRefuses).act(act),
    };
    let cited = newest.into_values().map(|statement| statement.number);
    found.bounded(cited.fold(node, |node, number| node.citing("statements", number)))
}
