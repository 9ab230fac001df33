"""A positive scale for every hidden neuron that does not depend on how the network was scaled.

A neuron's scale t is the size of what it computes, measured by its own weights: the largest of
|w| times the source's scale over its incoming weights (an input has scale 1), or |bias| if it has
no such weight.  Dividing every neuron by its scale makes the largest incoming weight of each 1 in
absolute value.  A maximum, not a sum: a maximum of rationals is one of them, so numbers stay short
however many unrelated denominators a row has.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import mul

from flint import fmpq

from exactrev.network.model import Layer, Network

_ZERO = fmpq(0)


def canonical_scales(network: Network) -> list[list[fmpq]]:
    """The scale t > 0 of every neuron of every hidden layer.

    Networks that are equal up to positive scaling have scales that differ by the same factors.

    A *null* neuron (bias 0, reading nothing or null neurons only) is identically 0, so its weights
    do not fix its scale and others ignore it; its largest outgoing weight becomes 1 instead.  One
    corner stays open: where a null neuron reads a null neuron, the result may depend on the
    scaling after all.
    """
    scales = _incoming(network)
    for number in range(len(network.hidden), 0, -1):
        nulls = [i for i, t in enumerate(scales[number]) if not t]
        if nulls:
            sizes = _outgoing(network, number, scales)
            for i in nulls:
                scales[number][i] = 1 / sizes[i] if sizes[i] else fmpq(1)
    return scales[1:-1]


def _incoming(network: Network) -> list[list[fmpq]]:
    """The scales of the inputs, of every hidden neuron (0 for null ones) and of the outputs."""
    scales = [[fmpq(1)] * network.inputs]
    for layer in network.hidden:
        largest = [_ZERO] * layer.size
        for source, rows in _rows(layer):
            for i, row in enumerate(rows):
                largest[i] = max(largest[i], _largest(row, scales[source], source == 0))
        biases = layer.bias.entries()
        scales.append([t or abs(b) for t, b in zip(largest, biases, strict=True)])
    scales.append([fmpq(1)] * network.outputs)
    return scales


def _largest(row: list[fmpq], scales: list[fmpq], unit: bool) -> fmpq:
    sizes = map(abs, row)
    return max(sizes if unit else map(mul, sizes, scales))


def _outgoing(network: Network, number: int, scales: list[list[fmpq]]) -> list[fmpq]:
    """The largest |w| / (scale of the reader) over the readers of each neuron of a layer."""
    largest = [_ZERO] * len(scales[number])
    for reader, layer in enumerate(network.layers, 1):
        matrix = layer.weight(number)
        if matrix is None:
            continue
        entries, width = matrix.entries(), matrix.ncols()
        for i, t in enumerate(scales[reader]):
            for j, w in enumerate(entries[i * width : (i + 1) * width]):
                if w:
                    largest[j] = max(largest[j], abs(w) / t)
    return largest


def _rows(layer: Layer) -> Iterator[tuple[int, list[list[fmpq]]]]:
    for source, matrix in layer.weights:
        entries, width = matrix.entries(), matrix.ncols()
        yield source, [entries[k : k + width] for k in range(0, len(entries), width)]
