"""Which boundaries of neurons in adjacent layers intersect, with evidence either way."""

from __future__ import annotations

from dataclasses import dataclass

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.graphs import intersection_graph
from exactrev.arrangement.leaves import Point
from exactrev.network.model import Network


@dataclass(frozen=True)
class Meeting:
    """Whether B_i and B_j meet transversally, for ``neurons`` i and j.

    ``point`` lies on both, inside a ridge of both; None if no ridge belongs to both, which is what
    the complete list of ridges says (certificate of depth 2).  ``ridges`` counts those they share;
    ``crossing``: at the point each of the two has pieces on both sides of the other.
    """

    neurons: tuple[str, str]
    point: Point | None
    ridges: int
    crossing: bool

    @property
    def meet(self) -> bool:
        """Whether they intersect."""
        return self.point is not None

    def __str__(self) -> str:
        return "-".join(self.neurons)


def meetings(boundaries: Boundaries) -> tuple[Meeting, ...]:
    """Of every two neurons of adjacent layers."""
    graph = intersection_graph(boundaries)
    found = []
    for pair in adjacent_pairs(boundaries.network):
        edge = graph.get_edge_data(*pair, default={})
        found.append(
            Meeting(pair, edge.get("point"), edge.get("ridges", 0), edge.get("crossing", False))
        )
    return tuple(found)


def adjacent_pairs(network: Network) -> list[tuple[str, str]]:
    """All pairs of hidden neurons such that the second one's layer reads the first one's.

    Layer k+1 counts as reading layer k even if all these weights are 0.
    """
    hidden = network.hidden
    return [
        (f"{source}:{i}", f"{number}:{j}")
        for number, layer in enumerate(hidden, 1)
        for source in sorted({number - 1, *(source for source, _ in layer.weights)} - {0})
        for i in range(hidden[source - 1].size)
        for j in range(layer.size)
    ]
