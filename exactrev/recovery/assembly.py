"""Networks made of what is known."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Layer, Network
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import Piece


def affine_network(inputs: int, piece: Piece) -> Network:
    """The network without hidden layers that computes a piece."""
    rows = matrix_rows(piece)
    return Network(inputs, (Layer.of({0: [r[:-1] for r in rows]}, [r[-1] for r in rows]),))


def hidden_part(prefix: Prefix) -> Network:
    """A network with the prefix's hidden layers and an output that reads nothing."""
    return Network(prefix.inputs, (*hidden_layers(prefix), Layer.of({}, [0])))


def hidden_layers(prefix: Prefix) -> list[Layer]:
    """The layers of a prefix as those of a network, lowest first."""
    layers = []
    for known in prefix.layers:
        assert known.rows is not None and known.below is not None
        rows = matrix_rows(known.rows)
        layers.append(Layer.of(blocks(known.below, rows), [row[-1] for row in rows]))
    return layers


def blocks(prefix: Prefix, rows: Sequence[Sequence[fmpq]]) -> dict[int, list[list[fmpq]]]:
    """Rows over the values that a layer above the prefix reads, as one matrix for each source."""
    found: dict[int, list[list[fmpq]]] = {}
    for place, (source, _) in enumerate(prefix.values):
        matrix = found.setdefault(source, [[] for _ in rows])
        for entries, row in zip(matrix, rows, strict=True):
            entries.append(row[place])
    return found


def prefix_of(network: Network) -> Prefix:
    """The hidden layers of a network as a prefix."""
    prefix = Prefix(network.inputs)
    for number, layer in enumerate(network.hidden, 1):
        prefix = prefix.reading(sorted({number - 1, *(source for source, _ in layer.weights)}))
        matrices = [matrix_rows(network.weight(number, source)) for source in prefix.reads]
        rows = [
            [x for matrix in matrices for x in matrix[i]] + [bias]
            for i, bias in enumerate(layer.bias.entries())
        ]
        prefix = prefix.with_layer(fmpq_mat(rows))
    return prefix
