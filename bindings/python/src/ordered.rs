//! Plain edges that come and go one at a time, with an order kept.

use std::sync::{Mutex, PoisonError};

use lynchpin::base::Result;
use lynchpin::graph::{self, Inserted};
use pyo3::prelude::*;

use crate::edges::{Edges, node};
use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;
use crate::numbers::Numbers;

/// Plain edges that come and go one at a time, never in a circle, with the nodes kept in order.
///
/// In the order each node comes after all that it waits for. An edge that would close a circle is
/// refused with that circle; most others cost about as much as looking at what is beside them,
/// however many there are. Calls from several threads take turns, and let others run.
///
/// Args:
///     edges: What it begins with, in the order of its waves. It does not change.
///
/// Raises:
///     QuestionError: Some of the edges go in a circle.
///
/// Example:
///     >>> from lynchpin import Edges, OrderedEdges
///     >>> edges = OrderedEdges(Edges(3, [1], [0]))
///     >>> edges.insert(0, 2)
///     ('new', Numbers([]))
///     >>> list(edges.order)
///     [2, 0, 1]
///     >>> edges.insert(2, 1)
///     ('refused', Numbers([2, 0, 1]))
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct OrderedEdges {
    guard: Guard,
    edges: Mutex<graph::OrderedEdges>,
}

impl OrderedEdges {
    /// Works on the edges without the interpreter lock, which is what keeps two locks from waiting
    /// for each other.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        body: impl FnOnce(&mut graph::OrderedEdges) -> Result<T> + Send,
    ) -> PyResult<T> {
        let locked = || {
            // A panic under the lock breaks the guard, which is asked first; so the lock need not
            // say it too.
            let mut edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
            body(&mut edges)
        };
        let done = py.detach(|| self.guard.change(locked));
        done.map_err(|error| exception(py, Given::Question, &error))
    }
}

#[pymethods]
impl OrderedEdges {
    #[new]
    #[pyo3(signature = (edges, /))]
    fn new(py: Python<'_>, edges: &Bound<'_, Edges>) -> PyResult<Self> {
        let edges = edges.get();
        let ordered =
            py.detach(|| Guard::default().read(|| Ok(graph::OrderedEdges::new(edges.edges())?)));
        let ordered = ordered.map_err(|error| exception(py, Given::Question, &error))?;
        Ok(OrderedEdges { guard: Guard::default(), edges: Mutex::new(ordered) })
    }

    /// How many nodes there are.
    #[getter]
    fn nodes(&self, py: Python<'_>) -> PyResult<u32> {
        self.with(py, |edges| Ok(edges.nodes()))
    }

    /// How many edges there are.
    #[getter]
    fn count(&self, py: Python<'_>) -> PyResult<u32> {
        self.with(py, |edges| Ok(edges.count()))
    }

    /// All nodes, each after all that it waits for, as it is now.
    #[getter]
    fn order(&self, py: Python<'_>) -> PyResult<Numbers> {
        self.with(py, |edges| {
            let mut order = Vec::with_capacity(edges.nodes() as usize);
            order.extend(edges.order());
            Ok(order)
        })
        .map(Numbers::new)
    }

    /// Adds an edge, unless that closes a circle.
    ///
    /// Args:
    ///     later: The node that waits from now on.
    ///     earlier: What it waits for.
    ///
    /// Returns:
    ///     What became of it: it is "new", was "known" already, or is "refused"; and the circle
    ///     that it would close, empty if it is not refused. The first node of a circle is `later`,
    ///     each of the others waits for the one before it, and the last is `earlier`. It may take
    ///     a longer way round than needed.
    ///
    /// Raises:
    ///     QuestionError: A number is no node.
    ///     LimitError: There are as many edges as 32 bits count.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> edges = OrderedEdges(Edges(2, [], []))
    ///     >>> edges.insert(0, 1)[0], edges.insert(0, 1)[0], edges.insert(1, 0)[0]
    ///     ('new', 'known', 'refused')
    #[pyo3(signature = (later, earlier, /))]
    fn insert(
        &self,
        py: Python<'_>,
        later: &Bound<'_, PyAny>,
        earlier: &Bound<'_, PyAny>,
    ) -> PyResult<(&'static str, Numbers)> {
        let (later, earlier) = (node("later", later)?, node("earlier", earlier)?);
        let (outcome, circle) = match self.with(py, |edges| Ok(edges.insert(later, earlier)?))? {
            Inserted::New => ("new", Vec::new()),
            Inserted::Known => ("known", Vec::new()),
            Inserted::Refused { chain } => ("refused", chain),
        };
        Ok((outcome, Numbers::new(circle)))
    }

    /// Takes an edge away. The order stays as it is.
    ///
    /// Args:
    ///     later: The node that does not wait any more.
    ///     earlier: What it waited for.
    ///
    /// Returns:
    ///     Whether there was such an edge.
    ///
    /// Raises:
    ///     QuestionError: A number is no node.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> edges = OrderedEdges(Edges(2, [0], [1]))
    ///     >>> edges.remove(0, 1), edges.remove(0, 1)
    ///     (True, False)
    #[pyo3(signature = (later, earlier, /))]
    fn remove(
        &self,
        py: Python<'_>,
        later: &Bound<'_, PyAny>,
        earlier: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let (later, earlier) = (node("later", later)?, node("earlier", earlier)?);
        self.with(py, |edges| Ok(edges.remove(later, earlier)?))
    }

    /// Adds a node without edges, last in the order.
    ///
    /// Returns:
    ///     Its number.
    ///
    /// Raises:
    ///     LimitError: There are as many as 32 bits count.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> OrderedEdges(Edges(2, [0], [1])).push_node()
    ///     2
    fn push_node(&self, py: Python<'_>) -> PyResult<u32> {
        self.with(py, |edges| Ok(edges.push_node()?))
    }

    /// Where a node stands in the order: what comes later has a larger number.
    ///
    /// The numbers have gaps, and mean something only beside each other and until the next edge is
    /// added.
    ///
    /// Args:
    ///     node: The node.
    ///
    /// Returns:
    ///     Its place; None for an unknown node.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> edges = OrderedEdges(Edges(2, [0], [1]))
    ///     >>> places = edges.place_of(0), edges.place_of(1)
    ///     >>> places[1] < places[0]
    ///     True
    #[pyo3(signature = (node, /))]
    fn place_of(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let node = self::node("node", node)?;
        self.with(py, |edges| Ok(edges.place_of(node)))
    }

    /// What a node waits for, as it is now.
    ///
    /// Args:
    ///     node: The node.
    ///
    /// Returns:
    ///     Its direct needs, smallest first; none for an unknown node.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> list(OrderedEdges(Edges(3, [2, 2], [1, 0])).earlier(2))
    ///     [0, 1]
    #[pyo3(signature = (node, /))]
    fn earlier(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let node = self::node("node", node)?;
        self.with(py, |edges| Ok(edges.earlier(node).to_vec())).map(Numbers::new)
    }

    /// What waits for a node, as it is now.
    ///
    /// Args:
    ///     node: The node.
    ///
    /// Returns:
    ///     What waits for it directly, smallest first; none for an unknown node.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> list(OrderedEdges(Edges(3, [2, 1], [0, 0])).later(0))
    ///     [1, 2]
    #[pyo3(signature = (node, /))]
    fn later(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let node = self::node("node", node)?;
        self.with(py, |edges| Ok(edges.later(node).to_vec())).map(Numbers::new)
    }

    /// Takes the edges as they are now, for what is asked of all nodes at once.
    ///
    /// Returns:
    ///     Edges that never change.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges, OrderedEdges
    ///     >>> edges = OrderedEdges(Edges(3, [1], [0]))
    ///     >>> edges.insert(2, 1)[0]
    ///     'new'
    ///     >>> list(edges.to_edges().schedule().wave_of)
    ///     [1, 2, 3]
    fn to_edges(&self, py: Python<'_>) -> PyResult<Edges> {
        self.with(py, |edges| Ok(edges.to_edges())).map(Edges::of)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (nodes, count) = self.with(py, |edges| Ok((edges.nodes(), edges.count())))?;
        Ok(format!("OrderedEdges({nodes} nodes, {count} edges)"))
    }
}
