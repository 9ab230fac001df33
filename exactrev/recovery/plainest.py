"""The orientation in which a network has the fewest skip connections.

relu(z) = z + relu(-z): turning neurons of one layer round, o_i = 1 for those turned, adds
W_(k,l) diag(o) W_(l,m) to the weights with which a reader k reads what layer l reads itself.  Where
layers read several others, recovery finds neurons in any orientation; bits o that cancel all that
layer k reads of a layer m take a skip connection away that the network may well do without.  They
are the solutions of a linear system in bits.

>>> bent = Network(1, (Layer.of({0: [[1], [2]]}, [1, 0]), Layer.of({0: [[-3]], 1: [[3, 1]]}, [0])))
>>> [source for source, _ in plainest(bent).layers[-1].weights]
[1]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from flint import fmpq, fmpq_mat

from exactrev.exact.lattice import binary_solution
from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Layer, Network


def plainest(network: Network) -> Network:
    """The same function, layers turned from below so that the next reads as few others as can be.

    Only turns of one layer at a time are looked for.
    """
    for number in range(2, len(network.layers) + 1):
        bits = _turns(network, number)
        if bits is None or not any(bits):
            continue
        network = turned(network, number - 1, bits)
    return network


def turned(network: Network, number: int, bits: Sequence[int]) -> Network:
    """The same function with the flagged neurons of hidden layer ``number`` turned round."""
    own = network.layers[number - 1]
    width = own.size
    chosen = fmpq_mat(width, width, _diagonal([fmpq(bit) for bit in bits]))
    signs = fmpq_mat(width, width, _diagonal([fmpq(1 - 2 * bit) for bit in bits]))
    layers = list(network.layers)
    layers[number - 1] = Layer.of(
        {source: signs * matrix for source, matrix in own.weights}, (signs * own.bias).entries()
    )
    for reader, layer in enumerate(network.layers[number:], number):
        through = layer.weight(number)
        if through is not None:
            blocks = dict(layer.weights)
            for source, matrix in own.weights:
                old = network.weight(reader + 1, source)
                blocks[source] = old + through * chosen * matrix
            bias = layer.bias + through * chosen * own.bias
            layers[reader] = Layer.of(blocks, bias.entries())
    return Network(network.inputs, tuple(layers))


def _diagonal(entries: Sequence[fmpq]) -> list[fmpq]:
    size = len(entries)
    return [entries[i] if i == j else fmpq(0) for i in range(size) for j in range(size)]


def _turns(network: Network, number: int) -> tuple[int, ...] | None:
    """Bits for the layer below a layer so that that reads as few others as can be, or None."""
    skipped = [source for source, _ in network.layers[number - 1].weights if source < number - 1]
    width = network.architecture[number - 1]
    for count in range(len(skipped), 0, -1):
        for sources in combinations(skipped, count):
            equations = [row for source in sources for row in _equations(network, number, source)]
            bits = binary_solution(equations, width)
            if bits is not None:
                return bits
    return None


def _equations(
    network: Network, number: int, source: int
) -> Iterator[tuple[list[fmpq], fmpq]]:
    """That a layer reads nothing of a source when the layer below it is turned round by bits."""
    through = matrix_rows(network.weight(number - 1, source))
    for row, own in zip(
        matrix_rows(network.weight(number)),
        matrix_rows(network.weight(number, source)),
        strict=True,
    ):
        for column, weight in enumerate(own):
            yield [w * inner[column] for w, inner in zip(row, through, strict=True)], -weight
