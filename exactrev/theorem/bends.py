"""T1, ridge by ridge: B_j bends exactly where it meets the boundary of an earlier neuron.

At a ridge where only z_i and z_j vanish let i be of an earlier layer.  Beside the ridge z_j is one
affine form where z_i > 0 and another where z_i < 0, and their difference is c z_i, where c is the
derivative of z_j by a_i = relu(z_i): the weight, for adjacent layers, else the sum over the paths
of active neurons from i to j of the products of their weights.  z_i and z_j are independent there,
so the pieces of B_j on the two sides lie in different hyperplanes if and only if c is not 0.  If i
is of the same layer as j or of a later one, they lie in the same one.

:func:`check_bends` compares the hyperplanes and computes c apart from them.  That B_j then bends at
every ridge in which it meets B_i is T1 of Rolnick and Kording: it holds outside a set of measure
zero, namely where no such c is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import fmpq, fmpq_mat

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.exactly import ExactCells
from exactrev.arrangement.forms import ON, WALL, ZERO, NetworkRows
from exactrev.arrangement.leaves import Point
from exactrev.lp.polyhedron import Form
from exactrev.network.model import Network


@dataclass(frozen=True)
class Crossing:
    """A ridge that B_j, j being ``neuron``, goes through to the other side of what else vanishes.

    ``others`` vanish there too; ``coefficient`` is c if it is one neuron, of an earlier layer.
    """

    ridge: int
    point: Point
    neuron: str
    others: tuple[str, ...]
    bends: bool
    coefficient: fmpq | None


@dataclass(frozen=True)
class Bends:
    """How the boundaries go through the ridges.

    - ``ridges``: how many there are; ``degenerate`` of them with more than two neurons vanishing.
    - ``bending``, ``straight``: how often a boundary goes through a ridge in this way.
    - ``violations``: where it does not do as the coefficient c, or the lack of one, says.
    - ``exceptions``: where T1 as Rolnick and Kording state it fails: a boundary goes straight on
      through that of an earlier neuron, c being 0.
    - ``least``: where |c| is least among those that are not 0.
    """

    ridges: int
    degenerate: int
    bending: int
    straight: int
    violations: tuple[Crossing, ...]
    exceptions: tuple[Crossing, ...]
    least: Crossing | None
    complete: bool = True

    @property
    def holds(self) -> bool:
        """Whether boundaries bend exactly where they meet those of earlier neurons."""
        return not self.violations and not self.exceptions


def check_bends(boundaries: Boundaries, stop: Callable[[], bool] = lambda: False) -> Bends:
    """Look at every ridge, until ``stop`` is true; ``complete`` says whether all were seen.

    At a ridge where more than two neurons vanish, a bend must come with an earlier neuron that
    vanishes there but not on all the pieces; nothing is asked where there is no bend.
    """
    all_ridges, slopes = _Ridges(boundaries), _Slopes(boundaries.network)
    signs = _ridge_signs(boundaries)
    count = {True: 0, False: 0}
    violations, exceptions = [], []
    least, smallest = None, fmpq(0)
    seen = degenerate = 0
    for ridge in range(len(signs)):
        if stop():
            break
        seen += 1
        degenerate += all_ridges.is_degenerate(ridge, signs[ridge])
        for crossing, neuron in all_ridges.crossings(ridge, signs[ridge], slopes):
            count[crossing.bends] += 1
            if not all_ridges.as_predicted(crossing, neuron, ridge):
                violations.append(crossing)
            c = crossing.coefficient
            if c == 0 and all_ridges.meets(ridge, crossing.others[0]):
                exceptions.append(crossing)
            if c and (least is None or abs(c) < smallest):
                least, smallest = crossing, abs(c)
    return Bends(
        len(signs), degenerate, count[True], count[False], tuple(violations), tuple(exceptions),
        least, seen == len(signs),
    )  # fmt: skip


def _ridge_signs(boundaries: Boundaries) -> np.ndarray:
    found = boundaries.cells.found
    if boundaries.cells.dimension == 1:
        return np.zeros((0, len(boundaries.names)), dtype=np.int8)
    return found.face_signs(2)


class _Ridges:
    """Boundaries around ridges, and the hyperplanes of their pieces."""

    def __init__(self, boundaries: Boundaries) -> None:
        self.boundaries = boundaries
        found = boundaries.cells.found
        self._rows = NetworkRows(found.network, found.domain)
        self._exact = ExactCells(self._rows)
        self._regions = found.signs
        self._index = {name: i for i, name in enumerate(boundaries.names)}
        self._around = boundaries.around_ridges
        self._planes: dict[tuple[int, bytes], Form] = {}

    def is_degenerate(self, ridge: int, signs: np.ndarray) -> bool:
        """Whether more than two neurons vanish on a ridge without being zero all around it."""
        if not (signs == ZERO).any():
            return False
        return len(self._vanishing(ridge)) > 2

    def crossings(
        self, ridge: int, signs: np.ndarray, slopes: _Slopes
    ) -> Iterator[tuple[Crossing, int]]:
        """The boundaries with two and more pieces around a ridge, not all inside what vanishes."""
        around = list(self._around[ridge])
        pieces = self.boundaries.piece_of[around]
        vanishing = self._vanishing(ridge)
        for j in vanishing:
            own = [around[k] for k in np.flatnonzero(pieces[:, j]).tolist()]
            if len(own) < 2:
                continue
            facet_signs = self.boundaries.cells.signs[1][own]
            others = [i for i in vanishing if facet_signs[:, i].any()]
            planes = {self._plane(facet) for facet in own}
            coefficient = None
            if (signs == WALL).sum() == 2 and not (signs == ZERO).any():
                i = others[0]
                if self._rows.layer_of(i) < self._rows.layer_of(j):
                    coefficient = slopes.of(j, i, signs == ON)
            names = tuple(self.boundaries.names[i] for i in others)
            point = self.boundaries.cells.points[2][ridge]
            name = self.boundaries.names[j]
            yield Crossing(ridge, point, name, names, len(planes) > 1, coefficient), j

    def as_predicted(self, crossing: Crossing, neuron: int, ridge: int) -> bool:
        """Whether the boundary bends as the neurons that vanish there say."""
        if crossing.coefficient is not None:
            return crossing.bends == bool(crossing.coefficient)
        layer = self._rows.layer_of(neuron)
        earlier = any(self._rows.layer_of(self._index[i]) < layer for i in crossing.others)
        return earlier or not crossing.bends

    def meets(self, ridge: int, name: str) -> bool:
        """Whether a piece of a neuron's boundary ends in the ridge."""
        return bool(self.boundaries.piece_of[list(self._around[ridge]), self._index[name]].any())

    def _vanishing(self, ridge: int) -> list[int]:
        """The neurons that are zero on the ridge, but not on everything around it."""
        cells = self.boundaries.cells
        beside = cells.signs[1][list(self._around[ridge])].any(axis=0)
        facets = [self.boundaries.facets[number] for number in self._around[ridge]]
        regions = sorted({region for facet in facets for region in facet.regions})
        beside |= cells.signs[0][regions].any(axis=0)
        vanishing: list[int] = np.flatnonzero((cells.signs[2][ridge] == 0) & beside).tolist()
        return vanishing

    def _plane(self, number: int) -> Form:
        """The hyperplane of a facet: its neuron's form beside it, first nonzero entry 1."""
        facet = self.boundaries.facets[number]
        signs = self._regions[facet.regions[0]]
        below = self._rows.first[self._rows.layer_of(facet.neuron)]
        key = (facet.neuron, (signs[:below] == ON).tobytes())
        if key not in self._planes:
            form = self._exact.form(signs.tolist(), facet.neuron)
            lead = next(x for x in form if x)
            self._planes[key] = tuple(x / lead for x in form)
        return self._planes[key]


class _Slopes:
    """Derivatives of preactivations by the values of earlier neurons, by the chain rule."""

    def __init__(self, network: Network) -> None:
        self._network = network
        sizes = [layer.size for layer in network.hidden]
        self._first = [0]
        for size in sizes:
            self._first.append(self._first[-1] + size)
        self._kept: dict[tuple[int, bytes], list[fmpq]] = {}

    def of(self, j: int, i: int, on: np.ndarray) -> fmpq:
        """d z_j / d a_i where just these neurons are on; i of an earlier layer than j."""
        layer = next(k for k, (a, b) in enumerate(pairwise(self._first)) if a <= j < b)
        key = (j, on[: self._first[layer]].tobytes())
        if key not in self._kept:
            self._kept[key] = self._computed(layer, j - self._first[layer], on)
        return self._kept[key][i]

    def _computed(self, layer: int, place: int, on: np.ndarray) -> list[fmpq]:
        """The derivatives by all neurons of the layers before, in their order."""
        by_layer = [fmpq_mat(1, k.size) for k in self._network.hidden[:layer]]
        self._pass_back(layer, [(fmpq(1), place)], by_layer)
        for k in range(layer - 1, 0, -1):
            active = np.flatnonzero(on[self._first[k] : self._first[k + 1]]).tolist()
            passed = [(by_layer[k][0, m], m) for m in active if by_layer[k][0, m]]
            self._pass_back(k, passed, by_layer)
        return [x for row in by_layer for x in row.entries()]

    def _pass_back(
        self, layer: int, readers: list[tuple[fmpq, int]], by_layer: list[fmpq_mat]
    ) -> None:
        """Add what the neurons of a layer (from 0) read of earlier ones, times a factor each."""
        for source, matrix in self._network.layers[layer].weights:
            if source:
                row = by_layer[source - 1]
                for factor, place in readers:
                    for m in range(matrix.ncols()):
                        row[0, m] += factor * matrix[place, m]
