"""Bounds over boxes in floats, to see where those of the checker will do; and those, exactly.

The rule is that of the certificate format, 10.2: every value lies between two affine forms.  The
floats know nothing of their rounding and decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp

import numpy as np
from flint import fmpq, fmpz_mat

from exactrev.arrangement.forms import Floats, float_matrix
from exactrev.checker.difference import Stack
from exactrev.checker.enclosure import Enclosure
from exactrev.checker.forms import Form
from exactrev.checker.network import ONE, Row
from exactrev.exact.rational import to_float
from exactrev.network.model import Network

_PLACES = 48  # binary places beyond the first of a bound


@dataclass(frozen=True)
class Enclosed:
    """Upper bounds of the outputs; how much each input's extent has to do with them; and how many
    hidden neurons have both signs, as far as the forms tell."""

    highest: Floats
    influence: Floats
    unstable: int


class FloatEnclosure:
    """A network whose outputs are bounded over boxes, in floats."""

    def __init__(self, network: Network) -> None:
        self._inputs = network.inputs
        self._layers = []
        for layer in network.layers:
            blocks = [
                (source, float_matrix(matrix.tolist(), matrix.ncols())[0])
                for source, matrix in layer.weights
            ]
            self._layers.append((blocks, np.array([to_float(b) for b in layer.bias.entries()])))

    def over(self, middle: Floats, radius: Floats) -> Enclosed:
        """The bounds over the box of all points so far from a middle point."""
        form = np.hstack([np.diag(radius), middle[:, None]])
        below, above = [form], [form]
        unstable = 0
        for place, (blocks, bias) in enumerate(self._layers):
            lower, upper = np.zeros((2, len(bias), self._inputs + 1))
            lower[:, -1], upper[:, -1] = bias, bias
            for source, weight in blocks:
                plus, minus = np.maximum(weight, 0), np.minimum(weight, 0)
                lower += plus @ below[source] + minus @ above[source]
                upper += plus @ above[source] + minus @ below[source]
            if place == len(self._layers) - 1:
                break
            lower, upper, both = _rectified(lower, upper)
            unstable += both
            below.append(lower)
            above.append(upper)
        return Enclosed(_highest(upper), np.abs(upper[:, :-1]).sum(axis=0), unstable)


def _highest(forms: Floats) -> Floats:
    return np.asarray(forms[:, -1] + np.abs(forms[:, :-1]).sum(axis=1))


def _lowest(forms: Floats) -> Floats:
    return np.asarray(forms[:, -1] - np.abs(forms[:, :-1]).sum(axis=1))


def _rectified(lower: Floats, upper: Floats) -> tuple[Floats, Floats, int]:
    """Forms below and above relu of values between these forms; how many have both signs."""
    least, largest = _lowest(lower), _highest(upper)
    with np.errstate(all="ignore"):
        high, low = _highest(lower), _lowest(upper)
        slope = np.where(high <= 0, 0.0, high / (high - least))
        below = np.where((least >= 0)[:, None], lower, lower * slope[:, None])
        steep = largest / (largest - low)
        raised = upper * steep[:, None]
        raised[:, -1] -= low * steep
        above = np.where((low >= 0)[:, None], upper, raised)
    off = (largest <= 0)[:, None]
    both = int(((least < 0) & (largest > 0)).sum())
    return np.where(off, 0.0, below), np.where(off, 0.0, above), both


class ExactEnclosure(Enclosure):
    """The checker's rule for a network whose outputs are the constraints, with fast products."""

    def __init__(self, network: Network) -> None:
        super().__init__(_stack(network))
        self._parts = []
        for number, readers in enumerate(self.layers):
            width = network.inputs + sum(map(len, self.layers[:number]))
            weights = fmpz_mat([[row.weights.get(v, 0) for v in range(width)] for row in readers])
            plus = fmpz_mat(len(readers), width, [max(w, 0) for w in map(int, weights.entries())])
            constants = [row.constant for row in readers]
            self._parts.append((plus, weights - plus, constants))

    def over(self, box: Sequence[tuple[fmpq, fmpq]], places: int) -> list[int]:
        """Upper bounds of the outputs over a box, times 2^places."""
        ratios = [((int(a.p), int(a.q)), (int(b.p), int(b.q))) for a, b in box]
        return self.highest(ratios, places)

    def bounds(self, number: int, near: list[Form], far: list[Form], unit: int) -> list[Form]:
        """As the checker's, by two products of matrices."""
        plus, minus, constants = self._parts[number - 1]
        if not constants:
            return []
        total = plus * fmpz_mat(list(map(list, near))) + minus * fmpz_mat(list(map(list, far)))
        width = self.inputs + 1
        entries = list(map(int, total.entries()))
        rows = [entries[k : k + width] for k in range(0, len(entries), width)]
        return [
            (*row[:-1], row[-1] + constant * unit)
            for row, constant in zip(rows, constants, strict=True)
        ]


def places_for(bound: float) -> int:
    """Binary places that are enough to see that a number of this size is not 0."""
    _, exponent = frexp(bound)
    return max(0, _PLACES - exponent)


def _stack(network: Network) -> Stack:
    """The network as the checker has it: its outputs are a last hidden layer."""
    starts = [sum(network.architecture[:k]) for k in range(len(network.architecture))]
    layers: list[list[Row]] = []
    for layer in network.layers:
        rows: list[Row] = [{ONE: (int(b.p), int(b.q))} if b else {} for b in layer.bias.entries()]
        for source, matrix in layer.weights:
            for row, weights in zip(rows, matrix.tolist(), strict=True):
                for value, w in enumerate(weights, starts[source]):
                    if w:
                        row[value] = (int(w.p), int(w.q))
        layers.append(rows)
    return Stack(network.inputs, [*layers, []])
