//! The best set that can ship: the most value within budgets and a window.
//!
//! What a set must be is what [`Graph::order`] says of it: nothing in it is dropped, and no two of
//! it conflict. Where each requirement has one way to be met and there are no conflicts and no
//! budgets, that is a closure of maximum weight, and one minimum cut finds it (Picard 1976). What
//! else binds is relaxed with Lagrange multipliers, which gives a proven bound, and branched on:
//! best bound first, within a stated number of steps that no clock and no machine changes.

mod answer;
mod cut;
mod fix;
mod problem;
mod search;
mod trim;
mod why;

pub use answer::{Choice, LeftOut, Obstacle};

use super::question::check_weights;
use super::{Cycles, Graph, GraphError, NodeSet};

/// How long what is chosen takes, and how long it may.
#[derive(Debug, Clone, Copy)]
pub struct Window<'q> {
    /// How long there is, in a unit of the caller.
    pub length: u64,
    /// How what is chosen ships.
    pub shipping: Shipping,
    /// How long each node of the graph takes. A group takes as long as its nodes one by one.
    pub takes: &'q [u64],
}

/// How what is chosen ships, which says how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shipping {
    /// One group after the other: the sum of what each takes.
    OneByOne,
    /// Wave by wave, the groups of one at once: the sum over the waves of the longest group.
    InWaves,
    /// Each group as soon as what it waits for has shipped: the critical path.
    InParallel,
}

/// Something of which there is only so much.
#[derive(Debug, Clone, Copy)]
pub struct Budget<'q> {
    /// How much there is.
    pub limit: u64,
    /// How much each node of the graph uses.
    pub uses: &'q [u64],
}

/// One question: which of these candidates ship best?
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'q> {
    /// What may be chosen, or is there to be left out for a reason.
    pub candidates: &'q NodeSet,
    /// What is live in the target already: it meets requirements and is never chosen.
    pub live: &'q NodeSet,
    /// Which candidates may ship by their own verdict.
    pub go: &'q NodeSet,
    /// What becomes of cycles of `requires`.
    pub cycles: Cycles,
    /// What each node of the graph is worth; a negative value is a cost.
    pub values: &'q [i64],
    /// What there is only so much of.
    pub budgets: &'q [Budget<'q>],
    /// How long there is.
    pub window: Option<Window<'q>>,
}

impl Wanted<'_> {
    fn check(&self, graph: &Graph) -> Result<(), GraphError> {
        graph.check_set("`candidates`", self.candidates)?;
        graph.check_set("`live`", self.live)?;
        graph.check_set("`go`", self.go)?;
        let sizes: Vec<u64> = self.values.iter().map(|value| value.unsigned_abs()).collect();
        let weights = self.budgets.iter().map(|budget| budget.uses);
        let takes = self.window.as_ref().map(|window| window.takes);
        for weights in weights.chain(takes).chain([sizes.as_slice()]) {
            check_weights(Some(weights), graph.nodes(), self.candidates.iter())?;
        }
        // A sum of values has a sign, too.
        let sum = self.candidates.iter().filter_map(|node| sizes.get(node as usize)).sum::<u64>();
        i64::try_from(sum).map_or(Err(GraphError::WeightOverflow), |_| Ok(()))
    }
}

impl Graph {
    /// Chooses the candidates that are worth most together, among all sets of which everything
    /// ships, no two conflict and that keep within the budgets and the window. Of several such
    /// sets it gives one, the same on every machine.
    ///
    /// The answer is exact ([`Choice::is_optimal`]) unless the steps do not suffice
    /// ([`CHOICE_NODES`](crate::graph::CHOICE_NODES), [`CHOICE_WORK`](crate::graph::CHOICE_WORK));
    /// then it says what no set can exceed.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`], [`GraphError::WeightCount`] and
    /// [`GraphError::WeightOverflow`] if the question does not fit the graph;
    /// [`GraphError::TooMany`] above [`CHOICE_CANDIDATES`](crate::graph::CHOICE_CANDIDATES).
    ///
    /// Node 2 is worth 5 and requires 1, which costs 3; 0 is worth 4 and conflicts with 2.
    ///
    /// ```
    /// use lynchpin::graph::{Cycles, GraphBuilder, NodeSet, Wanted};
    ///
    /// let mut builder = GraphBuilder::new(3);
    /// builder.requires(2, [Some(1)]);
    /// builder.conflicts(0, 2, false);
    /// let graph = builder.build()?;
    /// let all = NodeSet::all(3);
    /// let choice = graph.choose(&Wanted {
    ///     candidates: &all,
    ///     live: &NodeSet::new(),
    ///     go: &all,
    ///     cycles: Cycles::Forbidden,
    ///     values: &[4, -3, 5],
    ///     budgets: &[],
    ///     window: None,
    /// })?;
    /// assert_eq!(choice.chosen.iter().collect::<Vec<_>>(), [0]);
    /// assert_eq!((choice.value, choice.is_optimal()), (4, true));
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn choose(&self, wanted: &Wanted<'_>) -> Result<Choice, GraphError> {
        wanted.check(self)?;
        let count = wanted.candidates.len();
        if count > super::CHOICE_CANDIDATES {
            let (count, limit) = (count.into(), super::CHOICE_CANDIDATES.into());
            return Err(GraphError::TooMany { what: "candidates", count, limit });
        }
        let problem = problem::Problem::new(self, wanted)?;
        let found = search::search(&problem)?;
        why::answer(&problem, found)
    }
}
