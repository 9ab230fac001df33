"""The hidden layers known so far: values, signs, and forms on the cell of a point, in floats.

Scale and order of neurons are free; so is, until :meth:`Prefix.turned`, the sign of the last
layer's rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.floating.oracle import Floats

#: Signs of all known neurons, layer after layer: +1. or -1.
Signs = NDArray[np.float64]


@dataclass(frozen=True)
class Prefix:
    """Weights (m_k x m_(k-1)) and biases (m_k) of the known layers, rows as long as 1."""

    inputs: int
    layers: tuple[tuple[Floats, Floats], ...] = ()

    @property
    def widths(self) -> list[int]:
        """The number of neurons of each layer."""
        return [len(bias) for _, bias in self.layers]

    @property
    def last(self) -> slice:
        """Where the last layer's neurons stand among all."""
        total = sum(self.widths)
        return slice(total - self.widths[-1], total) if self.layers else slice(0, 0)

    def values(self, points: Floats) -> Floats:
        """The preactivations (K x neurons) at points (K x n)."""
        below, found = points, []
        for weight, bias in self.layers:
            found.append(below @ weight.T + bias)
            below = np.maximum(found[-1], 0)
        return np.concatenate(found, axis=1) if found else np.zeros((len(points), 0))

    def signs(self, point: Floats) -> Signs:
        """The signs at one point."""
        return np.where(self.values(point[None, :])[0] > 0, 1.0, -1.0)

    def forms(self, signs: Signs) -> Floats:
        """The preactivations as forms (neurons x (n+1)), constants last, on the cell of signs."""
        below = np.eye(self.inputs, self.inputs + 1)
        found, start = [], 0
        for weight, bias in self.layers:
            form = weight @ below
            form[:, -1] += bias
            found.append(form)
            on = signs[start : start + len(bias)] > 0
            below, start = form * on[:, None], start + len(bias)
        return np.concatenate(found) if found else np.zeros((0, self.inputs + 1))

    def extended(self, weight: Floats, bias: Floats) -> Prefix:
        """One more layer."""
        return Prefix(self.inputs, (*self.layers, (weight, bias)))

    def turned(self, backwards: NDArray[np.bool_]) -> Prefix:
        """The last layer with some of its rows turned round."""
        weight, bias = self.layers[-1]
        sign = np.where(backwards, -1.0, 1.0)
        return Prefix(self.inputs, (*self.layers[:-1], (weight * sign[:, None], bias * sign)))
