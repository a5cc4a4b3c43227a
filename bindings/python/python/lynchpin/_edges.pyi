"""Types of edges in bulk, and a copy of what the native half says there, which a test holds to it.

What is given are numbers without a sign, of 32 bits (64 for weights).
"""

from collections.abc import Iterator
from typing import Any, Literal, Protocol, TypeAlias, final

from typing_extensions import Buffer

__all__ = ["Components", "Edges", "Numbers", "OrderedEdges", "Schedule"]

class _ArrowArray(Protocol):
    """An array of Arrow's, by the PyCapsule interface."""

    def __arrow_c_array__(
        self, requested_schema: object | None = None
    ) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    """Arrays of Arrow's that come one after the other, such as a chunked one."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _Array(Protocol):
    """An array of numpy's, which is typed as a buffer from Python 3.12 on only."""

    @property
    def __array_interface__(self) -> dict[str, Any]: ...

_Numbers: TypeAlias = (
    _ArrowArray | _ArrowStream | _Array | Buffer | list[int] | tuple[int, ...] | range
)

@final
class Numbers:
    """Whole numbers of an answer, as they lie in the memory of the engine.

    They are read as a list is, one by one, or at once and without a copy by whatever knows
    buffers or Arrow, of numbers of 32 bits without a sign: `numpy.asarray(numbers)`,
    `memoryview(numbers)`, `pyarrow.array(numbers)`. The engine alone makes them; they never
    change.

    Example:
        >>> from lynchpin import Edges
        >>> numbers = Edges(3, [1, 2], [0, 1]).schedule().order
        >>> numbers, len(numbers), numbers[-1], list(numbers)
        (Numbers([0, 1, 2]), 3, 2, [0, 1, 2])
        >>> memoryview(numbers)[1:].tolist()
        [1, 2]
    """

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> int: ...
    def __iter__(self) -> Iterator[int]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __arrow_c_array__(
        self, requested_schema: object | None = None
    ) -> tuple[object, object]: ...
    def tolist(self) -> list[int]:
        """All of them as a list of Python's.

        Returns:
            A new list of int.

        Example:
            >>> from lynchpin import Edges
            >>> Edges(3, [1, 2], [0, 1]).downstream([0]).tolist()
            [1, 2]
        """

@final
class Edges:
    """Plain edges between nodes, each from a node to one that it waits for.

    Use it for questions about very many nodes at once. Nodes are numbers from 0; you know what they
    stand for. No engine is needed. Edges never change, and all their calls let other threads run.

    An argument of many numbers is whatever knows Arrow (read as it is, without a copy) or buffers,
    such as numpy's arrays (copied once, since they can change), of uint32; or a list, which is
    slower.

    Args:
        nodes: How many nodes there are.
        later: The nodes that wait.
        earlier: What each of them waits for: `later[i]` waits for `earlier[i]`. An edge that is
            given more than once counts once.

    Raises:
        QuestionError: A number is no node, or one list is longer than the other.
        LimitError: There are more nodes or edges than 32 bits count.
        TypeError: They are no numbers, or of another size.

    Example:
        >>> from lynchpin import Edges
        >>> edges = Edges(4, [1, 2, 2], [0, 1, 0])
        >>> schedule = edges.schedule()
        >>> list(schedule.wave(1)), list(schedule.critical_path)
        ([0, 3], [0, 1, 2])
    """

    def __new__(cls, nodes: int, later: _Numbers, earlier: _Numbers) -> Edges: ...
    @property
    def nodes(self) -> int:
        """How many nodes there are."""
    @property
    def count(self) -> int:
        """How many edges there are, each counted once, without those of a node to itself."""
    @property
    def repeated(self) -> int:
        """How many of the edges given were there already."""
    @property
    def looped(self) -> Numbers:
        """The nodes that wait for themselves, which no schedule contains, smallest first."""
    def earlier(self, node: int, /) -> Numbers:
        """What a node waits for.

        Args:
            node: The node.

        Returns:
            Its direct needs, smallest first; none for an unknown node.

        Example:
            >>> from lynchpin import Edges
            >>> list(Edges(4, [1, 2, 2], [0, 1, 0]).earlier(2))
            [0, 1]
        """
    def schedule(self, weights: _Numbers | None = None) -> Schedule:
        """Puts every node into a wave, after all that it waits for, as early as can be.

        Args:
            weights: How long each node takes, in a unit of yours, as uint64; 1 each, if not given.

        Returns:
            The waves, and the chain of nodes that takes longest.

        Raises:
            QuestionError: There is not one weight for each node, or they do not fit in 64 bits
                together.
            TypeError: They are no numbers, or of another size.

        Example:
            >>> from lynchpin import Edges
            >>> schedule = Edges(3, [2, 2], [0, 1]).schedule([5, 30, 12])
            >>> list(schedule.critical_path), schedule.critical_weight
            ([1, 2], 42)
        """
    def components(self) -> Components:
        """Finds the nodes that wait for each other.

        Returns:
            The strongly connected components.

        Example:
            >>> from lynchpin import Edges
            >>> components = Edges(4, [0, 2, 1], [2, 0, 0]).components()
            >>> [list(components.members(cycle)) for cycle in components.cycles]
            [[0, 2]]
        """
    def downstream(self, nodes: _Numbers, /) -> Numbers:
        """Lists everything that waits for one of the given nodes, directly or through others.

        Args:
            nodes: Some nodes.

        Returns:
            What is found, smallest first, without the given nodes.

        Raises:
            QuestionError: A number is no node.
            TypeError: They are no numbers, or of another size.

        Example:
            >>> from lynchpin import Edges
            >>> list(Edges(4, [1, 2, 3], [0, 1, 1]).downstream([1]))
            [2, 3]
        """
    def upstream(self, nodes: _Numbers, /) -> Numbers:
        """Lists everything that the given nodes wait for, directly or through others.

        Args:
            nodes: Some nodes.

        Returns:
            What is found, smallest first, without the given nodes.

        Raises:
            QuestionError: A number is no node.
            TypeError: They are no numbers, or of another size.

        Example:
            >>> from lynchpin import Edges
            >>> list(Edges(4, [1, 2, 3], [0, 1, 1]).upstream([3]))
            [0, 1]
        """
    def downstream_counts(self, nodes: _Numbers, /) -> Numbers:
        """Counts how many others wait for each of the given nodes, directly or through others.

        It is far quicker than to ask for each of them.

        Args:
            nodes: Some nodes.

        Returns:
            A count for each of them.

        Raises:
            QuestionError: A number is no node.
            TypeError: They are no numbers, or of another size.

        Example:
            >>> from lynchpin import Edges
            >>> list(Edges(4, [1, 2, 3], [0, 1, 1]).downstream_counts([0, 1, 2]))
            [3, 2, 0]
        """
    def reduction(self) -> tuple[Numbers, Numbers]:
        """Finds the edges that no chain of others implies: the fewest that say the same.

        What is on a cycle, or waits for one, is left out.

        Returns:
            What waits, sorted, and what it waits for at the same place.

        Raises:
            LimitError: More than 20000 nodes ship.

        Example:
            >>> from lynchpin import Edges
            >>> later, earlier = Edges(3, [1, 2, 2], [0, 1, 0]).reduction()
            >>> list(zip(later, earlier))
            [(1, 0), (2, 1)]
        """

@final
class Schedule:
    """In which wave each node ships, and the chain that takes longest.

    Made by `Edges.schedule`. Waves are numbered from 1; 0 stands for "never": on a cycle, or
    waiting for one. It never changes.

    Example:
        >>> from lynchpin import Edges
        >>> schedule = Edges(5, [0, 1, 2, 4], [1, 0, 1, 3]).schedule()
        >>> schedule.wave_count, list(schedule.wave_of), list(schedule.order)
        (2, [0, 0, 0, 1, 2], [3, 4])
    """

    @property
    def wave_count(self) -> int:
        """How many waves there are."""
    @property
    def wave_of(self) -> Numbers:
        """The wave of each node; 0 for one that never ships."""
    @property
    def order(self) -> Numbers:
        """All nodes that ship, wave after wave, those of one wave smallest first."""
    @property
    def critical_path(self) -> Numbers:
        """The chain of nodes that takes longest, first to ship first."""
    @property
    def critical_weight(self) -> int:
        """The sum of the weights along that chain."""
    def wave(self, number: int, /) -> Numbers:
        """The nodes of a wave.

        Args:
            number: The number of the wave, from 1.

        Returns:
            Its nodes, smallest first; none if there is no such wave.

        Example:
            >>> from lynchpin import Edges
            >>> schedule = Edges(4, [1, 2, 2], [0, 1, 0]).schedule()
            >>> [list(schedule.wave(number + 1)) for number in range(schedule.wave_count)]
            [[0, 3], [1], [2]]
        """

@final
class Components:
    """The strongly connected components: nodes that wait for each other are in one.

    Made by `Edges.components`. Every other node is in one of its own. They are numbered from 0 by
    their smallest node. It never changes.

    Example:
        >>> from lynchpin import Edges
        >>> components = Edges(4, [0, 2, 1], [2, 0, 0]).components()
        >>> components.count, list(components.of), list(components.cycles)
        (3, [0, 1, 0, 2], [0])
    """

    @property
    def count(self) -> int:
        """How many there are."""
    @property
    def of(self) -> Numbers:
        """The component of each node."""
    @property
    def cycles(self) -> Numbers:
        """The components of more than one node, or of one that waits for itself."""
    def members(self, component: int, /) -> Numbers:
        """The nodes of a component.

        Args:
            component: The number of the component.

        Returns:
            Its nodes, smallest first; none if there is no such component.

        Example:
            >>> from lynchpin import Edges
            >>> list(Edges(4, [0, 2, 1], [2, 0, 0]).components().members(0))
            [0, 2]
        """

@final
class OrderedEdges:
    """Plain edges that come and go one at a time, never in a circle, with the nodes kept in order.

    In the order each node comes after all that it waits for. An edge that would close a circle is
    refused with that circle; most others cost about as much as looking at what is beside them,
    however many there are. Calls from several threads take turns, and let others run.

    Args:
        edges: What it begins with, in the order of its waves. It does not change.

    Raises:
        QuestionError: Some of the edges go in a circle.

    Example:
        >>> from lynchpin import Edges, OrderedEdges
        >>> edges = OrderedEdges(Edges(3, [1], [0]))
        >>> edges.insert(0, 2)
        ('new', Numbers([]))
        >>> list(edges.order)
        [2, 0, 1]
        >>> edges.insert(2, 1)
        ('refused', Numbers([2, 0, 1]))
    """

    def __new__(cls, edges: Edges, /) -> OrderedEdges: ...
    @property
    def nodes(self) -> int:
        """How many nodes there are."""
    @property
    def count(self) -> int:
        """How many edges there are."""
    @property
    def order(self) -> Numbers:
        """All nodes, each after all that it waits for, as it is now."""
    def insert(
        self, later: int, earlier: int, /
    ) -> tuple[Literal["new", "known", "refused"], Numbers]:
        """Adds an edge, unless that closes a circle.

        Args:
            later: The node that waits from now on.
            earlier: What it waits for.

        Returns:
            What became of it: it is "new", was "known" already, or is "refused"; and the circle
            that it would close, empty if it is not refused. The first node of a circle is `later`,
            each of the others waits for the one before it, and the last is `earlier`. It may take
            a longer way round than needed.

        Raises:
            QuestionError: A number is no node.
            LimitError: There are as many edges as 32 bits count.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> edges = OrderedEdges(Edges(2, [], []))
            >>> edges.insert(0, 1)[0], edges.insert(0, 1)[0], edges.insert(1, 0)[0]
            ('new', 'known', 'refused')
        """
    def remove(self, later: int, earlier: int, /) -> bool:
        """Takes an edge away. The order stays as it is.

        Args:
            later: The node that does not wait any more.
            earlier: What it waited for.

        Returns:
            Whether there was such an edge.

        Raises:
            QuestionError: A number is no node.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> edges = OrderedEdges(Edges(2, [0], [1]))
            >>> edges.remove(0, 1), edges.remove(0, 1)
            (True, False)
        """
    def push_node(self) -> int:
        """Adds a node without edges, last in the order.

        Returns:
            Its number.

        Raises:
            LimitError: There are as many as 32 bits count.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> OrderedEdges(Edges(2, [0], [1])).push_node()
            2
        """
    def place_of(self, node: int, /) -> int | None:
        """Where a node stands in the order: what comes later has a larger number.

        The numbers have gaps, and mean something only beside each other and until the next edge is
        added.

        Args:
            node: The node.

        Returns:
            Its place; None for an unknown node.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> edges = OrderedEdges(Edges(2, [0], [1]))
            >>> places = edges.place_of(0), edges.place_of(1)
            >>> places[1] < places[0]
            True
        """
    def earlier(self, node: int, /) -> Numbers:
        """What a node waits for, as it is now.

        Args:
            node: The node.

        Returns:
            Its direct needs, smallest first; none for an unknown node.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> list(OrderedEdges(Edges(3, [2, 2], [1, 0])).earlier(2))
            [0, 1]
        """
    def later(self, node: int, /) -> Numbers:
        """What waits for a node, as it is now.

        Args:
            node: The node.

        Returns:
            What waits for it directly, smallest first; none for an unknown node.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> list(OrderedEdges(Edges(3, [2, 1], [0, 0])).later(0))
            [1, 2]
        """
    def to_edges(self) -> Edges:
        """Takes the edges as they are now, for what is asked of all nodes at once.

        Returns:
            Edges that never change.

        Example:
            >>> from lynchpin import Edges, OrderedEdges
            >>> edges = OrderedEdges(Edges(3, [1], [0]))
            >>> edges.insert(2, 1)[0]
            'new'
            >>> list(edges.to_edges().schedule().wave_of)
            [1, 2, 3]
        """
