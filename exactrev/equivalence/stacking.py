"""Two networks side by side as one, with outputs that combine those of both.

>>> line, twice = Network.dense([([[1]], [0])]), Network.dense([([[1]], [0]), ([[2]], [0])])
>>> both = stacked((line, twice), (fmpq_mat([[1]]), fmpq_mat([[3]])), [5])    # x + 6 relu(x) - 5
>>> both.architecture, both([7])
((1, 1, 1), (44,))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.exact.rational import to_rational
from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Reduction, reduce_structurally

NetworkPair = tuple[Network, Network]


def stacked(
    pair: NetworkPair, factors: tuple[fmpq_mat, fmpq_mat], shift: Sequence[Any]
) -> Network:
    """The network with the outputs factors[0] f + factors[1] g - shift of the two networks f, g.

    Its hidden layers hold the neurons of the first network's, then those of the second's.
    """
    depth = max(len(network.layers) for network in pair)
    layers = [_hidden_layer(pair, number) for number in range(1, depth)]
    return Network(pair[0].inputs, (*layers, _output_layer(pair, factors, shift)))


def smallest_reduction(network: Network) -> Reduction:
    """The network without the neurons that weights show to be superfluous.

    Turning neurons round is tried too, and kept if fewer are left.
    """
    plain = reduce_structurally(network)
    if not plain.network.hidden:
        return plain
    turned = reduce_structurally(network, orient=True)
    return min(plain, turned, key=lambda found: sum(map(len, found.names)))


def _hidden_layer(pair: NetworkPair, number: int) -> Layer:
    there = [k for k in (0, 1) if number < len(pair[k].layers)]
    bias = [entry for k in there for entry in pair[k].bias(number).entries()]
    blocks = {
        source: [
            row for k in there for row in _widened(pair, k, pair[k].weight(number, source), source)
        ]
        for source in range(number)
    }
    return Layer.of(blocks, bias)


def _output_layer(
    pair: NetworkPair, factors: tuple[fmpq_mat, fmpq_mat], shift: Sequence[Any]
) -> Layer:
    bias = -fmpq_mat(len(shift), 1, [to_rational(t) for t in shift])
    blocks: dict[int, fmpq_mat] = {}
    for k in (0, 1):
        layer = pair[k].layers[-1]
        bias = bias + factors[k] * layer.bias
        for source, matrix in layer.weights:
            block = fmpq_mat(_widened(pair, k, factors[k] * matrix, source))
            blocks[source] = blocks[source] + block if source in blocks else block
    return Layer.of(blocks, bias.entries())


def _widened(pair: NetworkPair, k: int, matrix: fmpq_mat, source: int) -> list[list[fmpq]]:
    """Weights of the values of one network in a layer as those of both, side by side."""
    rows: list[list[fmpq]] = matrix.tolist()
    other = pair[1 - k]
    if source == 0 or source >= len(other.layers):
        return rows
    zeros = [fmpq(0)] * other.architecture[source]
    return [[*zeros, *row] if k else [*row, *zeros] for row in rows]
