//! What a change needs, and what needs it, directly or through others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::item::limit;
use crate::base::error::Result;
use crate::base::id::ChangeId;
use crate::graph::{GraphBuilder, Node};
use crate::history::Records;
use crate::model::Change;

/// Which way along the dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To what it needs.
    Upstream,
    /// To what needs it.
    Downstream,
}

/// Everything that a change reaches along `requires`, all alternatives taken, and `together`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reach {
    /// The change that was asked about.
    pub change: ChangeId,
    /// Which way.
    pub direction: Direction,
    /// What is reached, in order of ids, without the change itself.
    pub changes: Vec<ChangeId>,
}

impl Reach {
    /// Follows the dependencies of all changes that are known and not cancelled.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if there are more
    /// dependencies than the graph holds.
    pub(crate) fn new(records: &Records, from: &ChangeId, direction: Direction) -> Result<Reach> {
        let changes: Vec<&Change> = records
            .changes()
            .filter(|row| row.id == *from || !records.is_cancelled(&row.id))
            .filter_map(|row| row.current(records))
            .collect();
        let numbers: BTreeMap<&ChangeId, Node> =
            changes.iter().map(|change| &change.id).zip(0..).collect();
        let number = |id: &ChangeId| numbers.get(id).copied();
        let mut builder = GraphBuilder::new(numbers.len().try_into().unwrap_or(Node::MAX));
        for change in &changes {
            let Some(node) = number(&change.id) else { continue };
            for needs in &change.requires {
                builder.requires(node, needs.alternatives().iter().map(number));
            }
            for partner in change.together.iter().filter_map(number) {
                builder.together(node, partner);
            }
        }
        let graph = builder.build().map_err(limit)?;
        let start: Vec<Node> = number(from).into_iter().collect();
        let reached = match direction {
            Direction::Upstream => graph.upstream(&start),
            Direction::Downstream => graph.downstream(&start),
        };
        let named = |node: Node| changes.get(usize::try_from(node).ok()?).map(|c| c.id.clone());
        let mut changes: Vec<ChangeId> =
            reached.map_err(limit)?.into_iter().filter_map(named).collect();
        changes.retain(|id| id != from);
        Ok(Reach { change: from.clone(), direction, changes })
    }
}
