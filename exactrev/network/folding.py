"""A network less the neurons that are known never to switch: the same function.

>>> net = Network.dense([([[1], [1]], [0, 1]), ([[-1, 1]], [3]), ([[2]], [0])])
>>> smaller = folded(net, never=(), always=(Name(2, 0),))    # relu(x + 1) - relu(x) + 3 > 0
>>> [str(y) for y in smaller([5])], [str(y) for y in net([5])]
(['8'], ['8'])
>>> smaller.weight(3, 2).entries()
[0]
"""

from __future__ import annotations

from collections.abc import Collection

from flint import fmpq, fmpq_mat

from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Name


def folded(network: Network, never: Collection[Name], always: Collection[Name]) -> Network:
    """The network with these neurons unread, what reads them reading their sources in their place.

    The function is the same if those in ``never`` are on nowhere and those in ``always``
    everywhere.
    """
    layers: list[Layer] = []
    for layer in network.layers:
        bias = layer.bias
        blocks = dict(layer.weights)
        for name in sorted({*never, *always}, reverse=True):
            if name.layer not in blocks:
                continue
            column = _column(blocks[name.layer], name.place)
            blocks[name.layer] = _without_column(blocks[name.layer], name.place)
            if name in always:
                own = layers[name.layer - 1]
                bias = bias + column * own.bias[name.place, 0]
                for source, matrix in own.weights:
                    added = column * _one_row(matrix, name.place)
                    blocks[source] = blocks[source] + added if source in blocks else added
        layers.append(Layer.of(blocks, bias.entries()))
    return Network(network.inputs, tuple(layers))


def _column(matrix: fmpq_mat, place: int) -> fmpq_mat:
    return fmpq_mat([[matrix[i, place]] for i in range(matrix.nrows())])


def _one_row(matrix: fmpq_mat, index: int) -> fmpq_mat:
    return fmpq_mat([[matrix[index, j] for j in range(matrix.ncols())]])


def _without_column(matrix: fmpq_mat, place: int) -> fmpq_mat:
    kept = fmpq_mat(matrix)
    for i in range(kept.nrows()):
        kept[i, place] = fmpq(0)
    return kept
