"""Which boundaries B_i are connected, with evidence either way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import networkx as nx

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.graphs import boundary_graph
from exactrev.arrangement.leaves import Point


@dataclass(frozen=True)
class Joint:
    """Two pieces of a boundary (numbered facets), and a point inside a ridge of both."""

    pieces: tuple[int, int]
    point: Point


@dataclass(frozen=True)
class Connection:
    """The connected components of B_i, as sets of pieces (numbered facets), largest first.

    ``joints`` make a spanning tree of each component.  That different components have no ridge in
    common is what the complete list of ridges says (certificate of depth 2).
    """

    neuron: str
    components: tuple[tuple[int, ...], ...]
    joints: tuple[Joint, ...]

    @property
    def pieces(self) -> int:
        """The number of pieces of B_i."""
        return sum(map(len, self.components))

    @property
    def connected(self) -> bool:
        """Whether there are no two components; so an empty boundary is connected."""
        return len(self.components) <= 1


def connections(
    boundaries: Boundaries, stop: Callable[[], bool] = lambda: False
) -> Iterator[Connection]:
    """Of every neuron in turn, until ``stop`` is true.

    Pieces are joined across ridges, not across faces of codimension 3 and more.
    """
    for neuron in range(len(boundaries.names)):
        if stop():
            return
        yield connection(boundaries, neuron)


def connection(boundaries: Boundaries, neuron: int) -> Connection:
    """The components of B_i, i numbered through all hidden layers."""
    graph = boundary_graph(boundaries, neuron)
    parts = sorted(
        map(sorted, nx.connected_components(graph)), key=lambda part: (-len(part), part)
    )
    joints = [
        Joint((one, other), graph.edges[one, other]["point"])
        for part in parts
        for one, other in nx.bfs_edges(graph, part[0])
    ]
    return Connection(boundaries.names[neuron], tuple(map(tuple, parts)), tuple(joints))
