"""The graphs of `cargo xtask figures plan`, ordered by a library of Python.

It is told a library and a file of edges, and then does what it is told line by line: `order`,
`components` or `reduction`. Of each it prints the seconds of a processor that it took and a number
that whoever does the same must come to as well.

The edges are in memory as columns of numpy before the clock starts. What a library cannot take as
columns is turned into what it can take while the clock runs, as quickly as it can be.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


class Library:
    """What is given; each library below answers on it."""

    def __init__(self, file: str) -> None:
        numbers = np.fromfile(file, dtype=np.uint32)
        self.nodes, count = int(numbers[0]), int(numbers[1])
        self.later = numbers[2 : 2 + count].copy()
        self.earlier = numbers[2 + count :].copy()
        # How long each node takes.
        self.weights = np.arange(self.nodes, dtype=np.int64) % 7 + 1
        self.graph: Any = None

    def built(self) -> Any:
        """The graph for what is asked of one that is there."""
        if self.graph is None:
            self.graph = self.build()
        return self.graph

    def build(self) -> Any:
        raise NotImplementedError

    def lengths(self) -> Any:
        """Lengths of edges that make a longest path of edges one of nodes.

        Each has the weight of the node it comes from. One to a node from which none goes on has the
        weight of that node as well, since every longest path ends there.
        """
        ends = self.weights.copy()
        ends[self.earlier] = 0
        return self.weights[self.earlier] + ends[self.later]

    def longest(self, of_edges: int) -> int:
        """The longest path, with those of a node alone."""
        return max(of_edges, int(self.weights.max()))


class Rustworkx(Library):
    """Generations and longest paths are its own."""

    def build(self) -> Any:
        import rustworkx

        graph = rustworkx.PyDiGraph(node_count_hint=self.nodes, edge_count_hint=len(self.later))
        graph.add_nodes_from(range(self.nodes))
        graph.extend_from_weighted_edge_list(
            list(zip(self.earlier.tolist(), self.later.tolist(), self.lengths().tolist()))
        )
        return graph

    def order(self) -> int:
        import rustworkx

        graph = self.build()
        waves = enumerate(rustworkx.topological_generations(graph), 1)
        number = sum(wave * len(nodes) for wave, nodes in waves)
        longest = rustworkx.dag_longest_path_length(graph, lambda _from, _to, length: length)
        return number + self.longest(longest)

    def components(self) -> int:
        import rustworkx

        return len(rustworkx.strongly_connected_components(self.built()))

    def reduction(self) -> int:
        import rustworkx

        return rustworkx.transitive_reduction(self.built())[0].num_edges()


class Networkx(Library):
    """Generations and longest paths are its own."""

    def build(self) -> Any:
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from(range(self.nodes))
        edges = zip(self.earlier.tolist(), self.later.tolist(), self.lengths().tolist())
        graph.add_weighted_edges_from(edges)
        return graph

    def order(self) -> int:
        import networkx

        graph = self.build()
        waves = enumerate(networkx.topological_generations(graph), 1)
        number = sum(wave * len(nodes) for wave, nodes in waves)
        return number + self.longest(networkx.dag_longest_path_length(graph))

    def components(self) -> int:
        import networkx

        return networkx.number_strongly_connected_components(self.built())

    def reduction(self) -> int:
        import networkx

        return networkx.transitive_reduction(self.built()).number_of_edges()


class Igraph(Library):
    """The order is its own. It has no generations and no longest paths, so both are worked out in
    one loop over its lists of neighbours."""

    def build(self) -> Any:
        import igraph

        edges = np.empty((len(self.later), 2), dtype=np.int64)
        edges[:, 0], edges[:, 1] = self.earlier, self.later
        return igraph.Graph(self.nodes, edges, directed=True)

    def order(self) -> int:
        graph = self.build()
        after = graph.get_adjlist("out")
        weights = self.weights.tolist()
        waves, sums = [1] * self.nodes, [0] * self.nodes
        longest = 0
        for node in graph.topological_sorting("out"):
            wave, total = waves[node] + 1, sums[node] + weights[node]
            if total > longest:
                longest = total
            for later in after[node]:
                if waves[later] < wave:
                    waves[later] = wave
                if sums[later] < total:
                    sums[later] = total
        return sum(waves) + longest

    def components(self) -> int:
        return len(self.built().connected_components("strong"))


class Scipy(Library):
    """It has no order, no generations and no longest paths of nodes: all of these are worked out on
    its compressed rows wave after wave, by operations of numpy on all nodes of a wave at once."""

    def build(self) -> Any:
        from scipy.sparse import csr_array

        ones = np.ones(len(self.later), dtype=np.int8)
        shape = (self.nodes, self.nodes)
        return csr_array((ones, (self.earlier, self.later)), shape=shape)

    def order(self) -> int:
        graph = self.build()
        starts, after = graph.indptr, graph.indices
        waiting = np.bincount(after, minlength=self.nodes)
        sums = np.zeros(self.nodes, dtype=np.int64)
        wave, number, longest = 1, 0, 0
        open_ = np.flatnonzero(waiting == 0)
        while len(open_):
            number += wave * len(open_)
            sums[open_] += self.weights[open_]
            longest = max(longest, int(sums[open_].max()))
            counts = starts[open_ + 1] - starts[open_]
            ends = np.cumsum(counts)
            places = np.arange(ends[-1]) + np.repeat(starts[open_] - ends + counts, counts)
            later = after[places]
            np.maximum.at(sums, later, np.repeat(sums[open_], counts))
            np.subtract.at(waiting, later, 1)
            open_ = np.unique(later[waiting[later] == 0])
            wave += 1
        return number + longest

    def components(self) -> int:
        from scipy.sparse.csgraph import connected_components

        return connected_components(self.built(), connection="strong", return_labels=True)[0]


LIBRARIES: dict[str, Callable[[str], Library]] = {
    "rustworkx": Rustworkx,
    "networkx": Networkx,
    "igraph": Igraph,
    "scipy": Scipy,
}


def main(name: str, file: str) -> None:
    __import__({"scipy": "scipy.sparse.csgraph"}.get(name, name))
    library = LIBRARIES[name](file)
    print("ready", flush=True)
    for line in sys.stdin:
        order = line.strip()
        if order != "order":
            library.built()
        start = time.thread_time()
        number = getattr(library, order)()
        taken = time.thread_time() - start
        print(f"{taken:.9f} {number}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
