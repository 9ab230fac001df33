"""The boundaries B_i of a network's neurons, and its decision boundaries, as sets of faces.

>>> tent = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])   # relu(|x| - 1)
>>> boundaries = Boundaries.of(regions(tent, depth=1))
>>> [len(boundaries.pieces(neuron)) for neuron in range(3)]     # nothing bends at x = 0
[0, 0, 2]
>>> boundaries.betti()["2:0"]
(2,)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from exactrev.arrangement.complex import CellComplex, Subcomplex, neuron_name
from exactrev.arrangement.exploration import regions
from exactrev.arrangement.facets import Facet, facets
from exactrev.arrangement.homology import Homology
from exactrev.arrangement.regions import Regions
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Layer, Network


@dataclass(frozen=True)
class Boundaries:
    """The faces of an arrangement, its facets, and which facets are pieces of which B_i.

    A facet is a piece of B_i if f bends across it, z_i vanishes on it, and z_i does not vanish on
    both of the regions beside it.  B_i is the union of the closures of its pieces.
    """

    cells: CellComplex
    facets: tuple[Facet, ...]

    @staticmethod
    def of(found: Regions) -> Boundaries:
        """Of a complete search to codimension 1 or more; raises InputError otherwise."""
        listed = tuple(facets(found))
        return Boundaries(CellComplex.of(found), listed)

    @property
    def network(self) -> Network:
        """The network."""
        return self.cells.found.network

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The neurons' names ``L:i``, in the order in which they are numbered."""
        widths = [layer.size for layer in self.network.hidden]
        return tuple(neuron_name(widths, neuron) for neuron in range(sum(widths)))

    @cached_property
    def piece_of(self) -> NDArray[np.bool_]:
        """Which facets (rows) are pieces of the boundaries of which neurons (columns)."""
        vanishing = self.cells.signs[1] == 0
        sides = np.array([facet.regions for facet in self.facets], dtype=np.int64).reshape(-1, 2)
        dead = (self.cells.signs[0] == 0)[sides].all(axis=1)
        visible = np.array([facet.visible for facet in self.facets], dtype=bool)
        pieces: NDArray[np.bool_] = vanishing & ~dead & visible[:, None]
        return pieces

    def pieces(self, neuron: int) -> list[int]:
        """The facets that make up B_i, i numbered through all hidden layers."""
        pieces: list[int] = np.flatnonzero(self.piece_of[:, neuron]).tolist()
        return pieces

    @cached_property
    def around_ridges(self) -> list[tuple[int, ...]]:
        """For every face of codimension 2 the facets that it bounds; none in one dimension.

        Raises InputError unless these faces are at hand.
        """
        if self.cells.dimension == 1:
            return []
        if self.cells.depth < 2:
            raise InputError("the faces of codimension 2 are needed too")
        return self.cells.cofaces(2)

    @cached_property
    def pieces_around_ridges(self) -> list[dict[int, list[int]]]:
        """For every neuron the ridges in B_i, and the pieces of B_i that each one bounds."""
        found: list[dict[int, list[int]]] = [{} for _ in self.names]
        neurons = [np.flatnonzero(row).tolist() for row in self.piece_of]
        for ridge, around in enumerate(self.around_ridges):
            for facet in around:
                for neuron in neurons[facet]:
                    found[neuron].setdefault(ridge, []).append(facet)
        return found

    def boundary(self, neuron: int) -> Subcomplex:
        """B_i as a set of faces; raises InputError unless the faces of all dimensions are there."""
        return self.cells.closure(1, self.pieces(neuron))

    def betti(self) -> dict[str, tuple[int, ...]]:
        """The Betti numbers over GF(2) of every B_i, from H_0 to H_(n-1); () where it is empty."""
        homology = Homology(self.cells)
        return {
            name: homology.betti(self.boundary(neuron)) for neuron, name in enumerate(self.names)
        }


def with_difference_neuron(network: Network, i: int, j: int) -> Network:
    """The network with one more hidden layer: a neuron with z = f_i - f_j, which is the output.

    Raises InputError if the network has no such outputs.
    """
    if not (0 <= i < network.outputs and 0 <= j < network.outputs):
        raise InputError(f"no outputs {i} and {j}: the network has {network.outputs}")
    output = network.layers[-1]
    difference = fmpq_mat(1, network.outputs)
    difference[0, i] += fmpq(1)
    difference[0, j] -= fmpq(1)
    weights = {source: difference * matrix for source, matrix in output.weights}
    layer = Layer.of(weights, (difference * output.bias).entries())
    last = Layer.of({len(network.layers): [[1]]}, [0])
    return Network(network.inputs, (*network.hidden, layer, last))


def decision_boundary(
    network: Network,
    i: int,
    j: int,
    domain: Polyhedron | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Subcomplex:
    """The points in the interior of the domain where f_i = f_j, as a set of faces.

    The faces are those of the network cut by the sign of f_i - f_j.  Where the two agree on a whole
    region, the region belongs to the set.  Raises InputError if there are no such outputs, or if
    ``stop`` ended the search.
    """
    cut = with_difference_neuron(network, i, j)
    found = regions(cut, domain, depth=network.inputs, stop=stop)
    last = sum(layer.size for layer in network.hidden)
    return CellComplex.of(found).zero_set(last)
