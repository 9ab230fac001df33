"""Moves along linear relations between what the neurons of one layer pass on.

If c_0 + sum of c_i a_i = 0 everywhere, any multiple of it can be added to what a neuron reads.
Multiples of each other, opposite pairs that make up the same line, neurons that are always on:
all of these are such relations.  They are seen at points, n + 1 of each region; a tree or steps
prove what comes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from flint import fmpq, fmpq_mat

from exactrev.arrangement import Regions
from exactrev.exact.linear import matrix_rows
from exactrev.network.evaluation import Batch, preactivation_batches
from exactrev.network.model import Layer, Network
from exactrev.symmetries.jacobian import spanning_points
from exactrev.symmetries.parameters import Parameter, changed, readers
from exactrev.symmetries.partner import Move

Point = tuple[fmpq, ...]

_REGIONS = 400  # that points are taken from, at most
_FACTORS = (fmpq(1), fmpq(-1, 2), fmpq(3))


def parallel_moves(network: Network) -> Iterator[Move]:
    """Of neurons whose rows are positive multiples of each other, as the weights show."""
    for number, layer in enumerate(network.hidden, 1):
        reader = next(readers(network, number), None)
        if reader is None:
            continue
        first: dict[tuple[str, ...], tuple[int, fmpq]] = {}
        for i, (direction, size) in enumerate(_directions(layer)):
            if size and direction in first:
                other, theirs = first[direction]
                coefficients = [fmpq(0)] * layer.size
                coefficients[i], coefficients[other] = fmpq(1), -size / theirs
                yield _move(network, number, reader, fmpq(0), coefficients)
            else:
                first[direction] = (i, size)


def _directions(layer: Layer) -> Iterator[tuple[tuple[str, ...], fmpq]]:
    """For each neuron its row over the absolute value of its first entry that is not 0, and that
    (0 for a row of zeros)."""
    rows = [[b] for b in layer.bias.entries()]
    for _, matrix in layer.weights:
        for row, more in zip(rows, matrix_rows(matrix), strict=True):
            row.extend(more)
    for row in rows:
        size = next((abs(x) for x in row if x), fmpq(0))
        yield tuple(str(x / size) for x in row) if size else (), size


def related_moves(found: Regions, seed: int) -> Iterator[Move]:
    """Of each relation of a basis, for the first neuron that reads the layer."""
    network = found.network
    points = _points(found, seed)
    for number, layer in enumerate(network.hidden, 1):
        reader = next(readers(network, number), None)
        if reader is None or layer.size < 2 or not points:
            continue
        for constant, *coefficients in _relations(network, number, points):
            involved = [i for i, c in enumerate(coefficients) if c]
            if len(involved) > 1:
                yield _move(network, number, reader, constant, coefficients)


def _points(found: Regions, seed: int) -> list[Point]:
    numbers: Sequence[int] = range(len(found))
    if len(found) > _REGIONS:
        numbers = Random(seed).sample(numbers, _REGIONS)
    return [point for k in numbers for point in spanning_points(found[k])]


def _relations(network: Network, number: int, points: Sequence[Point]) -> list[list[fmpq]]:
    """A basis of the c with c_0 + sum of c_i a_i = 0 at the points, in reduced echelon form."""
    batch = preactivation_batches(network, Batch.of(points, network.inputs))[number - 1]
    values = [[fmpq(1), *(max(z, fmpq(0)) for z in column)] for column in batch.columns()]
    numerators = fmpq_mat(values).numer_denom()[0]
    basis, nullity = numerators.nullspace()
    if not nullity:
        return []
    columns = basis.transpose().tolist()[:nullity]
    reduced, _ = fmpq_mat([[fmpq(x) for x in reversed(column)] for column in columns]).rref()
    return [row[::-1] for row in matrix_rows(reduced)]


def _move(
    network: Network, number: int, reader: int, constant: fmpq, coefficients: Sequence[fmpq]
) -> Move:
    names = tuple(f"{number}:{i}" for i, c in enumerate(coefficients) if c)
    candidates = []
    for factor in _FACTORS:
        differences = {
            Parameter(reader, 0, number, i): factor * c for i, c in enumerate(coefficients) if c
        }
        differences[Parameter(reader, 0)] = factor * constant
        candidates.append(changed(network, differences))
    terms = " ".join(
        f"{'-' if c < 0 else '+'} {abs(c)} a({number}:{i})"
        for i, c in enumerate(coefficients)
        if c
    )
    sentence = (
        f"{terms} = {-constant} everywhere: any multiple can be added to what a neuron reads"
    )
    return Move("related", names, sentence.removeprefix("+ "), tuple(candidates))
