//! Plain edges in bulk: what is asked of very many nodes at once.

use std::sync::Arc;

use lynchpin::base::Result;
use lynchpin::graph;
use pyo3::prelude::*;

use crate::columns::{column_of, number_of};
use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;
use crate::numbers::Numbers;

/// Plain edges between nodes, each from a node to one that it waits for.
///
/// Use it for questions about very many nodes at once. Nodes are numbers from 0; you know what they
/// stand for. No engine is needed. Edges never change, and all their calls let other threads run.
///
/// An argument of many numbers is whatever knows Arrow (read as it is, without a copy) or buffers,
/// such as numpy's arrays (copied once, since they can change), of uint32; or a list, which is
/// slower.
///
/// Args:
///     nodes: How many nodes there are.
///     later: The nodes that wait.
///     earlier: What each of them waits for: `later[i]` waits for `earlier[i]`. An edge that is
///         given more than once counts once.
///
/// Raises:
///     QuestionError: A number is no node, or one list is longer than the other.
///     LimitError: There are more nodes or edges than 32 bits count.
///     TypeError: They are no numbers, or of another size.
///
/// Example:
///     >>> from lynchpin import Edges
///     >>> edges = Edges(4, [1, 2, 2], [0, 1, 0])
///     >>> schedule = edges.schedule()
///     >>> list(schedule.wave(1)), list(schedule.critical_path)
///     ([0, 3], [0, 1, 2])
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct Edges {
    edges: graph::Edges,
}

impl Edges {
    pub(crate) const fn of(edges: graph::Edges) -> Self {
        Edges { edges }
    }

    pub(crate) const fn edges(&self) -> &graph::Edges {
        &self.edges
    }
}

/// Works without the interpreter lock.
pub(crate) fn with<T: Send>(
    py: Python<'_>,
    body: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    let done = py.detach(|| Guard::default().read(body));
    done.map_err(|error| exception(py, Given::Question, &error))
}

pub(crate) fn node(name: &str, given: &Bound<'_, PyAny>) -> PyResult<u32> {
    number_of(|| name.to_owned(), given)
}

#[pymethods]
impl Edges {
    #[new]
    #[pyo3(signature = (nodes, later, earlier))]
    fn new(
        py: Python<'_>,
        nodes: &Bound<'_, PyAny>,
        later: &Bound<'_, PyAny>,
        earlier: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let nodes = node("nodes", nodes)?;
        let (later, earlier) = (column_of("later", later)?, column_of("earlier", earlier)?);
        let edges =
            with(py, || Ok(graph::Edges::new(nodes, later.as_slice(), earlier.as_slice())?))?;
        Ok(Edges { edges })
    }

    /// How many nodes there are.
    #[getter]
    fn nodes(&self) -> u32 {
        self.edges.nodes()
    }

    /// How many edges there are, each counted once, without those of a node to itself.
    #[getter]
    fn count(&self) -> u32 {
        self.edges.count()
    }

    /// How many of the edges given were there already.
    #[getter]
    fn repeated(&self) -> u32 {
        self.edges.repeated()
    }

    /// The nodes that wait for themselves, which no schedule contains, smallest first.
    #[getter]
    fn looped(&self) -> Numbers {
        Numbers::new(self.edges.looped().iter().collect())
    }

    /// What a node waits for.
    ///
    /// Args:
    ///     node: The node.
    ///
    /// Returns:
    ///     Its direct needs, smallest first; none for an unknown node.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> list(Edges(4, [1, 2, 2], [0, 1, 0]).earlier(2))
    ///     [0, 1]
    #[pyo3(signature = (node, /))]
    fn earlier(&self, node: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        Ok(Numbers::new(self.edges.earlier(self::node("node", node)?).to_vec()))
    }

    /// Puts every node into a wave, after all that it waits for, as early as can be.
    ///
    /// Args:
    ///     weights: How long each node takes, in a unit of yours, as uint64; 1 each, if not given.
    ///
    /// Returns:
    ///     The waves, and the chain of nodes that takes longest.
    ///
    /// Raises:
    ///     QuestionError: There is not one weight for each node, or they do not fit in 64 bits
    ///         together.
    ///     TypeError: They are no numbers, or of another size.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> schedule = Edges(3, [2, 2], [0, 1]).schedule([5, 30, 12])
    ///     >>> list(schedule.critical_path), schedule.critical_weight
    ///     ([1, 2], 42)
    #[pyo3(signature = (weights = None))]
    fn schedule(&self, py: Python<'_>, weights: Option<&Bound<'_, PyAny>>) -> PyResult<Schedule> {
        let weights = weights.map(|given| column_of::<u64>("weights", given)).transpose()?;
        let weights = weights.as_ref().map(crate::columns::Column::as_slice);
        let schedule = with(py, || Ok(self.edges.schedule(weights)?))?;
        Ok(Schedule { schedule: Arc::new(schedule) })
    }

    /// Finds the nodes that wait for each other.
    ///
    /// Returns:
    ///     The strongly connected components.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> components = Edges(4, [0, 2, 1], [2, 0, 0]).components()
    ///     >>> [list(components.members(cycle)) for cycle in components.cycles]
    ///     [[0, 2]]
    fn components(&self, py: Python<'_>) -> PyResult<Components> {
        let components = with(py, || Ok(self.edges.components()))?;
        Ok(Components { components: Arc::new(components) })
    }

    /// Lists everything that waits for one of the given nodes, directly or through others.
    ///
    /// Args:
    ///     nodes: Some nodes.
    ///
    /// Returns:
    ///     What is found, smallest first, without the given nodes.
    ///
    /// Raises:
    ///     QuestionError: A number is no node.
    ///     TypeError: They are no numbers, or of another size.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> list(Edges(4, [1, 2, 3], [0, 1, 1]).downstream([1]))
    ///     [2, 3]
    #[pyo3(signature = (nodes, /))]
    fn downstream(&self, py: Python<'_>, nodes: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let nodes = column_of("nodes", nodes)?;
        with(py, || Ok(self.edges.downstream(nodes.as_slice())?.iter().collect())).map(Numbers::new)
    }

    /// Lists everything that the given nodes wait for, directly or through others.
    ///
    /// Args:
    ///     nodes: Some nodes.
    ///
    /// Returns:
    ///     What is found, smallest first, without the given nodes.
    ///
    /// Raises:
    ///     QuestionError: A number is no node.
    ///     TypeError: They are no numbers, or of another size.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> list(Edges(4, [1, 2, 3], [0, 1, 1]).upstream([3]))
    ///     [0, 1]
    #[pyo3(signature = (nodes, /))]
    fn upstream(&self, py: Python<'_>, nodes: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let nodes = column_of("nodes", nodes)?;
        with(py, || Ok(self.edges.upstream(nodes.as_slice())?.iter().collect())).map(Numbers::new)
    }

    /// Counts how many others wait for each of the given nodes, directly or through others.
    ///
    /// It is far quicker than to ask for each of them.
    ///
    /// Args:
    ///     nodes: Some nodes.
    ///
    /// Returns:
    ///     A count for each of them.
    ///
    /// Raises:
    ///     QuestionError: A number is no node.
    ///     TypeError: They are no numbers, or of another size.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> list(Edges(4, [1, 2, 3], [0, 1, 1]).downstream_counts([0, 1, 2]))
    ///     [3, 2, 0]
    #[pyo3(signature = (nodes, /))]
    fn downstream_counts(&self, py: Python<'_>, nodes: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let nodes = column_of("nodes", nodes)?;
        with(py, || Ok(self.edges.downstream_counts(nodes.as_slice())?)).map(Numbers::new)
    }

    /// Finds the edges that no chain of others implies: the fewest that say the same.
    ///
    /// What is on a cycle, or waits for one, is left out.
    ///
    /// Returns:
    ///     What waits, sorted, and what it waits for at the same place.
    ///
    /// Raises:
    ///     LimitError: More than 20000 nodes ship.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> later, earlier = Edges(3, [1, 2, 2], [0, 1, 0]).reduction()
    ///     >>> list(zip(later, earlier))
    ///     [(1, 0), (2, 1)]
    fn reduction(&self, py: Python<'_>) -> PyResult<(Numbers, Numbers)> {
        let (later, earlier) = with(py, || {
            let (later, earlier): (Vec<u32>, Vec<u32>) =
                self.edges.reduction()?.into_iter().unzip();
            Ok((later, earlier))
        })?;
        Ok((Numbers::new(later), Numbers::new(earlier)))
    }

    fn __repr__(&self) -> String {
        format!("Edges({} nodes, {} edges)", self.edges.nodes(), self.edges.count())
    }
}

/// In which wave each node ships, and the chain that takes longest.
///
/// Made by `Edges.schedule`. Waves are numbered from 1; 0 stands for "never": on a cycle, or
/// waiting for one. It never changes.
///
/// Example:
///     >>> from lynchpin import Edges
///     >>> schedule = Edges(5, [0, 1, 2, 4], [1, 0, 1, 3]).schedule()
///     >>> schedule.wave_count, list(schedule.wave_of), list(schedule.order)
///     (2, [0, 0, 0, 1, 2], [3, 4])
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct Schedule {
    schedule: Arc<graph::Schedule>,
}

#[pymethods]
impl Schedule {
    /// How many waves there are.
    #[getter]
    fn wave_count(&self) -> u32 {
        self.schedule.wave_count()
    }

    /// The wave of each node; 0 for one that never ships.
    #[getter]
    fn wave_of(&self) -> Numbers {
        Numbers::of(&self.schedule, graph::Schedule::wave_column)
    }

    /// All nodes that ship, wave after wave, those of one wave smallest first.
    #[getter]
    fn order(&self) -> Numbers {
        Numbers::of(&self.schedule, graph::Schedule::order)
    }

    /// The chain of nodes that takes longest, first to ship first.
    #[getter]
    fn critical_path(&self) -> Numbers {
        Numbers::of(&self.schedule, |it| &it.critical_path().nodes)
    }

    /// The sum of the weights along that chain.
    #[getter]
    fn critical_weight(&self) -> u64 {
        self.schedule.critical_path().weight
    }

    /// The nodes of a wave.
    ///
    /// Args:
    ///     number: The number of the wave, from 1.
    ///
    /// Returns:
    ///     Its nodes, smallest first; none if there is no such wave.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> schedule = Edges(4, [1, 2, 2], [0, 1, 0]).schedule()
    ///     >>> [list(schedule.wave(number + 1)) for number in range(schedule.wave_count)]
    ///     [[0, 3], [1], [2]]
    #[pyo3(signature = (number, /))]
    fn wave(&self, number: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let number = node("number", number)?;
        Ok(Numbers::of(&self.schedule, |it| it.wave(number)))
    }

    fn __repr__(&self) -> String {
        let nodes = self.schedule.order().len();
        format!("Schedule({nodes} nodes in {} waves)", self.schedule.wave_count())
    }
}

/// The strongly connected components: nodes that wait for each other are in one.
///
/// Made by `Edges.components`. Every other node is in one of its own. They are numbered from 0 by
/// their smallest node. It never changes.
///
/// Example:
///     >>> from lynchpin import Edges
///     >>> components = Edges(4, [0, 2, 1], [2, 0, 0]).components()
///     >>> components.count, list(components.of), list(components.cycles)
///     (3, [0, 1, 0, 2], [0])
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct Components {
    components: Arc<graph::Components>,
}

#[pymethods]
impl Components {
    /// How many there are.
    #[getter]
    fn count(&self) -> u32 {
        self.components.count()
    }

    /// The component of each node.
    #[getter]
    fn of(&self) -> Numbers {
        Numbers::of(&self.components, graph::Components::column)
    }

    /// The components of more than one node, or of one that waits for itself.
    #[getter]
    fn cycles(&self) -> Numbers {
        Numbers::new(self.components.cycles().collect())
    }

    /// The nodes of a component.
    ///
    /// Args:
    ///     component: The number of the component.
    ///
    /// Returns:
    ///     Its nodes, smallest first; none if there is no such component.
    ///
    /// Example:
    ///     >>> from lynchpin import Edges
    ///     >>> list(Edges(4, [0, 2, 1], [2, 0, 0]).components().members(0))
    ///     [0, 2]
    #[pyo3(signature = (component, /))]
    fn members(&self, component: &Bound<'_, PyAny>) -> PyResult<Numbers> {
        let component = node("component", component)?;
        Ok(Numbers::of(&self.components, |it| it.members(component)))
    }

    fn __repr__(&self) -> String {
        format!("Components({} components)", self.components.count())
    }
}
