"""Networks as the stages that the checker's rules for boxes go through (format, 10.2)."""

from __future__ import annotations

from exactrev.checker.enclosure import Stage
from exactrev.checker.network import ONE, Row
from exactrev.network.model import Network


def network_stages(network: Network) -> list[Stage]:
    """The layers of a network, its outputs last."""
    starts = [sum(network.architecture[:k]) for k in range(len(network.architecture))]
    found = []
    for layer in network.layers:
        rows: list[Row] = [{ONE: (int(b.p), int(b.q))} if b else {} for b in layer.bias.entries()]
        for source, matrix in layer.weights:
            for row, weights in zip(rows, matrix.tolist(), strict=True):
                for value, w in enumerate(weights, starts[source]):
                    if w:
                        row[value] = (int(w.p), int(w.q))
        found.append(Stage(rows))
    return found
