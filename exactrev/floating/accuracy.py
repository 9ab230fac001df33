"""How far a network found is from the one it was found from, weight by weight."""

from __future__ import annotations

import numpy as np

from exactrev.exact.rational import to_float
from exactrev.floating.oracle import Floats
from exactrev.network.model import Network

_Layers = list[tuple[Floats, Floats]]


def largest_error(network: Network, found: Network) -> float | None:
    """The largest difference of weights and biases of two dense networks once neurons are matched
    and the rows of hidden neurons are as long as 1; None where the architectures differ.

    Floats, for a table: nothing rests on it.
    """
    if network.architecture != found.architecture or not (_dense(network) and _dense(found)):
        return None
    a, b, worst = _unit_rows(network), _unit_rows(found), 0.0
    for k in range(len(a) - 1):
        rows, others = np.column_stack(a[k]), np.column_stack(b[k])
        distance = np.abs(rows[:, None] - others[None]).max(axis=2)
        nearest = distance.argmin(axis=1)
        b[k] = (b[k][0][nearest], b[k][1][nearest])
        b[k + 1] = (b[k + 1][0][:, nearest], b[k + 1][1])
        worst = max(worst, float(distance.min(axis=1).max(initial=0.0)))
    rows, others = np.column_stack(a[-1]), np.column_stack(b[-1])
    return max(worst, float(np.abs(rows - others).max(initial=0.0)))


def _dense(network: Network) -> bool:
    return all(
        [source for source, _ in layer.weights] == [k] for k, layer in enumerate(network.layers)
    )


def _unit_rows(network: Network) -> _Layers:
    layers: _Layers = []
    scale = np.ones(network.inputs)
    for k, layer in enumerate(network.layers):
        weight = np.array([[to_float(x) for x in row] for row in layer.weights[0][1].tolist()])
        weight, bias = weight * scale, np.array([to_float(x) for x in layer.bias.entries()])
        if k + 1 < len(network.layers):
            scale = np.linalg.norm(weight, axis=1)
            scale[scale == 0] = 1.0
            weight, bias = weight / scale[:, None], bias / scale
        layers.append((weight, bias))
    return layers
