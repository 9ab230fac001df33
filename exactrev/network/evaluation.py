"""Exact evaluation: batches of points over one common denominator, and the affine map of a region.

All arithmetic is on integers: a batch is an integer matrix (one column a point) over one positive
denominator, and a layer is an integer matrix over another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import lcm
from typing import Any, Protocol

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational
from exactrev.network.model import Network

#: For every hidden layer, a bit per neuron: whether it is on.
Pattern = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True)
class Batch:
    """Points as the columns of ``numerators`` over the positive integer ``denominator``."""

    numerators: fmpz_mat
    denominator: fmpz

    @staticmethod
    def of(points: Sequence[Sequence[Any]], inputs: int) -> Batch:
        """A batch from points given as sequences of exact numbers."""
        if any(len(point) != inputs for point in points):
            raise InputError(f"a point needs {inputs} coordinates")
        rows = [[to_rational(point[i]) for point in points] for i in range(inputs)]
        numerators, denominator = fmpq_mat(rows).numer_denom()
        return Batch(numerators, fmpz(denominator))

    @property
    def points(self) -> int:
        """The number of points."""
        return int(self.numerators.ncols())

    def product(self, matrix: fmpz_mat) -> fmpz_mat:
        """An integer matrix times the numerators."""
        return matrix * self.numerators

    def columns(self) -> list[tuple[fmpq, ...]]:
        """The points back as tuples of rationals."""
        count = self.numerators.ncols()
        entries = self.numerators.entries()
        return [
            tuple(fmpq(entry, self.denominator) for entry in entries[j::count])
            for j in range(count)
        ]


class Points(Protocol):
    """What evaluation needs of a batch of points: how a matrix acts on them."""

    @property
    def denominator(self) -> fmpz:
        """The positive common denominator."""
        ...

    @property
    def points(self) -> int:
        """The number of points."""
        ...

    def product(self, matrix: fmpz_mat) -> fmpz_mat:
        """An integer matrix times the numerators."""
        ...


def _over_common_denominator(blocks: Sequence[Batch]) -> tuple[list[fmpz_mat], fmpz]:
    common = fmpz(lcm(*(int(block.denominator) for block in blocks)))
    scaled = [
        block.numerators
        if block.denominator == common
        else block.numerators * (common // block.denominator)
        for block in blocks
    ]
    return scaled, common


@lru_cache(maxsize=64)
def _integer_layers(network: Network) -> list[tuple[list[tuple[int, Batch]], Batch]]:
    """Every layer's matrices and bias as integers over a denominator each."""

    def integers(matrix: fmpq_mat) -> Batch:
        numerators, denominator = matrix.numer_denom()
        return Batch(numerators, fmpz(denominator))

    return [
        ([(source, integers(matrix)) for source, matrix in layer.weights], integers(layer.bias))
        for layer in network.layers
    ]


def preactivation_batches(network: Network, batch: Points) -> list[Batch]:
    """z of every layer, the output last, at a batch of points."""
    points = batch.points
    ones = fmpz_mat(1, points, [1] * points)
    activations: list[Points] = [batch]
    found = []
    for blocks, bias in _integer_layers(network):
        found.append(_sum_of_blocks(blocks, bias, activations, ones))
        total = found[-1].numerators
        rectified = fmpz_mat(
            total.nrows(), points, [max(entry, fmpz(0)) for entry in total.entries()]
        )
        activations.append(Batch(rectified, found[-1].denominator))
    return found


def _sum_of_blocks(
    blocks: Sequence[tuple[int, Batch]], bias: Batch, activations: Sequence[Points], ones: fmpz_mat
) -> Batch:
    """z of a layer, its bias times the row of ``ones``."""
    terms = [Batch(bias.numerators * ones, bias.denominator)]
    terms += [
        Batch(
            activations[source].product(weight.numerators),
            weight.denominator * activations[source].denominator,
        )
        for source, weight in blocks
    ]
    scaled, common = _over_common_denominator(terms)
    total = scaled[0]
    for term in scaled[1:]:
        total = total + term
    return Batch(total, common)


def evaluate_batch(network: Network, batch: Points) -> Batch:
    """The exact outputs at a batch of points (m x N over a denominator)."""
    return preactivation_batches(network, batch)[-1]


def evaluate(network: Network, points: Iterable[Sequence[Any]]) -> list[tuple[fmpq, ...]]:
    """The exact outputs at each of the points."""
    listed = list(points)
    return evaluate_batch(network, Batch.of(listed, network.inputs)).columns() if listed else []


def preactivations(network: Network, point: Sequence[Any]) -> list[tuple[fmpq, ...]]:
    """z of every layer, the output last, at one point."""
    batches = preactivation_batches(network, Batch.of([list(point)], network.inputs))
    return [batch.columns()[0] for batch in batches]


def activation_pattern(network: Network, point: Sequence[Any]) -> Pattern:
    """Which hidden neurons are on (z > 0) at a point."""
    return tuple(
        tuple(bool(z > 0) for z in layer) for layer in preactivations(network, point)[:-1]
    )


@dataclass(frozen=True)
class AffineMap:
    """x |-> linear x + constant, exactly; ``linear`` is m x n, ``constant`` is m x 1."""

    linear: fmpq_mat
    constant: fmpq_mat

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, AffineMap)
            and self.linear == other.linear
            and self.constant == other.constant
        )

    def __call__(self, point: Sequence[Any]) -> tuple[fmpq, ...]:
        column = fmpq_mat(len(point), 1, [to_rational(x) for x in point])
        return tuple((self.linear * column + self.constant).entries())


def layer_maps(network: Network, pattern: Pattern) -> list[AffineMap]:
    """The affine map from the input to z of every layer, on the region with this pattern.

    Source: the chain rule; off neurons contribute nothing.  The last entry is the network's own
    map there, whose ``linear`` part is the Jacobian.
    """
    n = network.inputs
    activations: list[AffineMap] = []
    maps = []
    for number, layer in enumerate(network.layers, 1):
        linear, constant = fmpq_mat(layer.size, n), layer.bias
        for source, weight in layer.weights:
            if source == 0:
                linear = linear + weight
                continue
            linear = linear + weight * activations[source - 1].linear
            constant = constant + weight * activations[source - 1].constant
        maps.append(AffineMap(linear, constant))
        if number < len(network.layers):
            activations.append(_masked(maps[-1], pattern[number - 1]))
    return maps


def _masked(affine: AffineMap, on: Sequence[bool]) -> AffineMap:
    rows, columns = affine.linear.nrows(), affine.linear.ncols()
    entries = affine.linear.entries()
    constants = affine.constant.entries()
    zero = fmpq(0)
    linear = [
        entries[i * columns + j] if on[i] else zero for i in range(rows) for j in range(columns)
    ]
    return AffineMap(
        fmpq_mat(rows, columns, linear),
        fmpq_mat(rows, 1, [constants[i] if on[i] else zero for i in range(rows)]),
    )


def affine_map(network: Network, pattern: Pattern) -> AffineMap:
    """The network's affine map (Jacobian and constant) on the region with this pattern."""
    return layer_maps(network, pattern)[-1]


def map_at(network: Network, point: Sequence[Any]) -> tuple[Pattern, AffineMap]:
    """Which hidden neurons are on at a point, and the network's affine map on their region."""
    n = network.inputs
    here = Batch.of([list(point)], n)
    unit = here.denominator
    # beside the point, what each input and the constant contribute, all over one denominator
    entries = [
        x
        for i, coordinate in enumerate(here.numerators.entries())
        for x in (coordinate, *(unit if i == j else fmpz(0) for j in range(n)), fmpz(0))
    ]
    ones = fmpz_mat(1, n + 2, [1, *[0] * n, 1])
    activations = [Batch(fmpz_mat(n, n + 2, entries), unit)]
    pattern = []
    for blocks, bias in _integer_layers(network):
        z = _sum_of_blocks(blocks, bias, activations, ones)
        listed = z.numerators.entries()
        rows = [listed[i : i + n + 2] for i in range(0, len(listed), n + 2)]
        pattern.append(tuple(bool(row[0] > 0) for row in rows))
        off = [fmpz(0)] * (n + 2)
        kept = [x for row, on in zip(rows, pattern[-1], strict=True) for x in (row if on else off)]
        activations.append(Batch(fmpz_mat(len(rows), n + 2, kept), z.denominator))
    linear = [fmpq(x, z.denominator) for row in rows for x in row[1:-1]]
    constant = [fmpq(row[-1], z.denominator) for row in rows]
    found = AffineMap(fmpq_mat(len(rows), n, linear), fmpq_mat(len(rows), 1, constant))
    return tuple(pattern[:-1]), found
