"""A network run in floating point: the answers that a program which executes it would give."""

from __future__ import annotations

import numpy as np
from flint import fmpq
from numpy.typing import DTypeLike, NDArray

from exactrev.exact.rational import to_float
from exactrev.floating.oracle import FloatFunction, Floats
from exactrev.network.model import Network


def float_function(network: Network, dtype: DTypeLike) -> FloatFunction:
    """The network's outputs (K x m) at points (K x n), weights and all steps rounded to dtype."""
    layers = [
        (
            [(source, _floats(matrix.tolist(), dtype)) for source, matrix in layer.weights],
            np.array([to_float(b) for b in layer.bias.entries()]).astype(dtype),
        )
        for layer in network.layers
    ]

    def run(points: Floats) -> Floats:
        with np.errstate(all="ignore"):  # what overflows is an infinity, or nan: as it would be
            return layer_by_layer(points)

    def layer_by_layer(points: Floats) -> Floats:
        values = [points.astype(dtype)]
        for k, (blocks, bias) in enumerate(layers):
            total = np.broadcast_to(bias, (len(points), len(bias)))
            for source, weight in blocks:
                total = total + values[source] @ weight.T
            values.append(total if k + 1 == len(layers) else np.maximum(total, 0))
        return np.asarray(values[-1], dtype=np.float64)

    return run


def _floats(rows: list[list[fmpq]], dtype: DTypeLike) -> NDArray[np.floating]:
    return np.array([[to_float(x) for x in row] for row in rows]).astype(dtype)
