"""Neurons whose values are linear combinations of those before them, as seen at some points.

Columns are the constant 1, the inputs and the values of all hidden neurons, in this order; rows are
points.  A column that depends on those to its left stands for a neuron that the others can replace:
an always-on, an always-off or a duplicated one, or one of several that make up a line.  Where no
column does, the functions are linearly independent, whatever the points were.

>>> bends = Network.dense([([[1], [2], [-1]], [0, 0, 0]), ([[1, 1, 1]], [0])])
>>> points = [(fmpq(x),) for x in range(-2, 3)]
>>> found = dependences(bends, points)
>>> {neuron: [str(c) for c in row.entries()] for neuron, row in found.items()}
{1: ['0', '0', '2', '0', '0'], 2: ['0', '-1', '1', '0', '0']}
>>> smaller = without(bends, found)
>>> smaller.architecture, [str(smaller([x])[0] - bends([x])[0]) for x in (-3, 5)]
((1, 1, 1), ['0', '0'])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import fmpq, fmpq_mat, nmod_mat

from exactrev.network.evaluation import Batch, preactivation_batches
from exactrev.network.model import Layer, Network

#: Such that products of two residues fit a machine word.
_PRIME = (1 << 62) - 57

Point = tuple[fmpq, ...]


def dependences(network: Network, points: Sequence[Point]) -> dict[int, fmpq_mat]:
    """For hidden neurons that depend on columns to their left at the points: how, as one row.

    Neurons are counted through all layers.  The rows have coefficients only of columns that do not
    depend on others themselves, or of constants and inputs that do.
    """
    columns = _columns(network, points)
    width = columns.ncols()
    if _has_full_rank(columns):
        return {}
    reduced, rank = columns.rref()
    pivots = [next(j for j in range(width) if reduced[i, j]) for i in range(rank)]
    first = 1 + network.inputs
    found = {}
    for j in range(first, width):
        if j not in pivots:
            row = fmpq_mat(1, width)
            for i, pivot in enumerate(pivots):
                row[0, pivot] = reduced[i, j]
            found[j - first] = row
    return found


def _columns(network: Network, points: Sequence[Point]) -> fmpq_mat:
    """Row by row: 1, the coordinates of a point, the values of the hidden neurons there."""
    batches = preactivation_batches(network, Batch.of(points, network.inputs))[:-1]
    values = [batch.columns() for batch in batches]
    rows = [
        [fmpq(1), *point, *(max(z, fmpq(0)) for layer in values for z in layer[k])]
        for k, point in enumerate(points)
    ]
    return fmpq_mat(rows)


def _has_full_rank(matrix: fmpq_mat) -> bool:
    """Whether the columns are independent modulo a prime, so that they are over Q too."""
    numerators, _ = matrix.numer_denom()
    residues = [int(x) % _PRIME for x in numerators.entries()]
    height, width = matrix.nrows(), matrix.ncols()
    return bool(height >= width and nmod_mat(height, width, residues, _PRIME).rank() == width)


def without(network: Network, dependent: Mapping[int, fmpq_mat]) -> Network:
    """The network without neurons whose values the others and the inputs make up as stated."""
    sizes = network.architecture
    width = 1 + sum(sizes[:-1])
    starts = [1 + sum(sizes[:number]) for number in range(len(sizes) - 1)]  # after the constant
    gone = {neuron + 1 + network.inputs for neuron in dependent}
    kept = [
        [j for j in range(start, start + size) if j not in gone]
        for start, size in zip(starts, sizes[:-1], strict=True)
    ]
    layers = []
    for number, layer in enumerate(network.layers, 1):
        rows = _dense_rows(layer, starts, width)
        for column, row in dependent.items():
            rows = _replaced(rows, column + 1 + network.inputs, row)
        if number < len(network.layers):
            rows = [row for j, row in enumerate(rows, starts[number]) if j not in gone]
        layers.append(_layer(rows, kept[:number]))
    return Network(network.inputs, tuple(layers))


def _dense_rows(layer: Layer, starts: Sequence[int], width: int) -> list[fmpq_mat]:
    """What each neuron of a layer reads, as a row with all columns."""
    rows = [fmpq_mat(1, width) for _ in range(layer.size)]
    for i, row in enumerate(rows):
        row[0, 0] = layer.bias[i, 0]
        for source, matrix in layer.weights:
            for j in range(matrix.ncols()):
                row[0, starts[source] + j] = matrix[i, j]
    return rows


def _replaced(rows: Sequence[fmpq_mat], column: int, instead: fmpq_mat) -> list[fmpq_mat]:
    """The rows with a combination of other columns in the place of one."""
    found = []
    for row in rows:
        factor = row[0, column]
        if factor:
            row = row + factor * instead
            row[0, column] = row[0, column] - factor
        found.append(row)
    return found


def _layer(rows: Sequence[fmpq_mat], kept: Sequence[Sequence[int]]) -> Layer:
    blocks = {
        source: fmpq_mat(len(rows), len(columns), [row[0, j] for row in rows for j in columns])
        for source, columns in enumerate(kept)
        if columns
    }
    return Layer.of(blocks, [row[0, 0] for row in rows])
