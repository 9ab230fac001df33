"""Networks made of what is known."""

from __future__ import annotations

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
    for number, known in enumerate(prefix.layers):
        assert known.rows is not None
        rows = matrix_rows(known.rows)
        layers.append(Layer.of({number: [r[:-1] for r in rows]}, [r[-1] for r in rows]))
    return layers
