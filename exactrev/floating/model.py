"""A dense network in floats, and how it is fitted to answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.exact.rational import from_floats
from exactrev.floating.oracle import Floats
from exactrev.network.model import Network

#: Wider than double where the machine has it.
Wide = NDArray[np.longdouble]


@dataclass(frozen=True)
class Model:
    """Weights (m_k x m_(k-1)) and biases (m_k), the output's last."""

    layers: tuple[tuple[Floats, Floats], ...]

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return sum(weight.size + bias.size for weight, bias in self.layers)

    def outputs(self, points: Floats) -> Wide:
        """The outputs (K x m) at points (K x n), in extended precision."""
        value = points.astype(np.longdouble)
        for k, (weight, bias) in enumerate(self.layers):
            value = value @ weight.T.astype(np.longdouble) + bias
            if k + 1 < len(self.layers):
                value = np.maximum(value, 0)
        return value

    def jacobian(self, points: Floats) -> Floats:
        """The derivatives of the outputs (K x m x parameters) by the parameters, in order."""
        values, activations = points, [points]
        for weight, bias in self.layers[:-1]:
            values = np.maximum(values @ weight.T + bias, 0)
            activations.append(values)
        count, outputs = len(points), len(self.layers[-1][1])
        below = np.broadcast_to(np.eye(outputs), (count, outputs, outputs))
        blocks: list[Floats] = []
        for k in reversed(range(len(self.layers))):
            weight, bias = self.layers[k]
            if k + 1 < len(self.layers):
                below = (below @ self.layers[k + 1][0]) * (activations[k + 1] > 0)[:, None, :]
            by_weight = below[:, :, :, None] * activations[k][:, None, None, :]
            blocks.append(np.concatenate([by_weight.reshape(count, outputs, -1), below], axis=2))
        return np.concatenate(blocks[::-1], axis=2)

    def moved(self, change: Floats) -> Model:
        """The model with its parameters changed, in the order of :meth:`jacobian`."""
        layers, start = [], 0
        for weight, bias in self.layers:
            middle, end = start + weight.size, start + weight.size + bias.size
            by = change[start:middle].reshape(weight.shape)
            layers.append((weight + by, bias + change[middle:end]))
            start = end
        return Model(tuple(layers))

    def network(self) -> Network:
        """The network whose weights are exactly these floats."""
        return Network.dense([
            ([list(from_floats(row)) for row in weight.tolist()], list(from_floats(bias.tolist())))
            for weight, bias in self.layers
        ])  # fmt: skip


def polished(model: Model, points: Floats, answers: Floats, doubt: Floats) -> Model:
    """The model moved to fit the answers best, each weighed by its doubt (Gauss-Newton).

    Neurons' scales are free; the shortest step leaves them.  The best model seen is returned.
    """
    best, error = model, misfit(model, points, answers, doubt)
    weights = (1 / doubt)[:, None]
    for _ in range(_STEPS):
        rest = np.asarray((answers - best.outputs(points)) * weights, dtype=np.float64)
        jacobian = best.jacobian(points) * weights[:, :, None]
        q, r = np.linalg.qr(jacobian.reshape(-1, best.parameters))
        step = np.linalg.lstsq(r, q.T @ rest.ravel(), rcond=1e-13)[0]
        moved = best.moved(step)
        reached = misfit(moved, points, answers, doubt)
        if reached >= error:
            break
        best, error = moved, reached
    return best


_STEPS = 6


def misfit(model: Model, points: Floats, answers: Floats, doubt: Floats) -> float:
    """The root mean square of the answers' distances, in units of their doubts."""
    rest = (answers - model.outputs(points)) / doubt[:, None]
    return float(np.sqrt((rest**2).mean()))
