"""Bounds over boxes in floats, to see what those of the checker will be; and values at points.

The rules are those of the certificate format, 10.2 and 11, on the checker's own stages.  The floats
know nothing of their rounding and decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.checker.enclosure import Stage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Enclosed:
    """Bounds of the outputs over a box; how many neurons have both signs, as far as it tells."""

    lowest: Floats
    highest: Floats
    unstable: int


@dataclass(frozen=True)
class _Rows:
    """A stage in floats; ``partners`` are the neurons' partners, those of ``paired`` ones."""

    sources: Integers
    weights: Floats
    constants: Floats
    paired: NDArray[np.bool_]
    partners: Integers

    def read(
        self, constants: Floats, linear: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """z in the middle of each box, its coefficients, and its least and largest value."""
        z = (self.weights @ constants[:, self.sources])[:, :, 0] + self.constants
        form = self.weights @ linear[:, self.sources]
        size = np.abs(form).sum(axis=2)
        return z, form, z - size, z + size


class FloatStages:
    """Stages whose last one's neurons are the outputs."""

    def __init__(self, stages: Sequence[Stage], inputs: int) -> None:
        self.inputs = inputs
        self._stages = [_rows(stage) for stage in stages]
        self._values = inputs + sum(len(rows.constants) for rows in self._stages[:-1])

    def over(self, middles: Floats, radii: Floats) -> list[Enclosed]:
        """The bounds over boxes (boxes x inputs), each of all points so far from a middle point.

        A neuron that has both signs on one of them has a symbol in all of them.
        """
        k, n = middles.shape
        constants, linear = np.zeros((k, self._values, 1)), np.zeros((k, self._values, n))
        constants[:, :n, 0], linear[:, range(n), range(n)] = middles, radii
        lows, highs = np.zeros((2, k, self._values))
        first, unstable = n, np.zeros(k, dtype=np.int64)
        for rows in self._stages[:-1]:
            z, form, low, high = rows.read(constants, linear)
            end = first + z.shape[1]
            lows[:, first:end], highs[:, first:end] = low, high
            slope, centre, noise = _rectified(low, high)
            if rows.paired.any():
                base = rows.partners
                gap = _gap(low, high, lows[:, base], highs[:, base])
                slope, centre, noise = np.where(rows.paired, gap, (slope, centre, noise))
            constants[:, first:end, 0] = slope * z + centre
            new = np.flatnonzero(noise.any(axis=0))
            symbols = linear.shape[2]
            linear = np.concatenate([linear, np.zeros((k, self._values, len(new)))], axis=2)
            linear[:, first:end, :symbols] = slope[:, :, None] * form
            linear[:, first + new, symbols + np.arange(len(new))] = noise[:, new]
            unstable += np.count_nonzero(noise, axis=1)
            first = end
        _, _, low, high = self._stages[-1].read(constants, linear)
        return [Enclosed(*found) for found in zip(low, high, unstable.tolist(), strict=True)]

    def values(self, points: Floats) -> Floats:
        """The outputs at points (points x inputs), one row a point."""
        found = np.zeros((self._values, len(points)))
        found[: self.inputs] = points.T
        below = np.zeros((self._values, len(points)))
        first = self.inputs
        for rows in self._stages[:-1]:
            z = rows.weights @ found[rows.sources] + rows.constants[:, None]
            end = first + len(z)
            below[first:end] = z
            found[first:end] = np.maximum(z, 0.0)
            if rows.paired.any():
                y = below[rows.partners]
                gap = np.where(y > 0, np.maximum(z, -y), np.maximum(y + z, 0.0))
                found[first:end] = np.where(rows.paired[:, None], gap, found[first:end])
            first = end
        last = self._stages[-1]
        return np.asarray((last.weights @ found[last.sources]).T + last.constants)


def _rows(stage: Stage) -> _Rows:
    shape = len(stage.denominators), len(stage.sources)
    weights = [
        [w / common for w in row]
        for row, common in zip(stage.weights, stage.denominators, strict=True)
    ]
    constants = [c / q for c, q in zip(stage.constants, stage.denominators, strict=True)]
    return _Rows(
        np.array(stage.sources, dtype=np.int64),
        np.array(weights, dtype=np.float64).reshape(shape),
        np.array(constants, dtype=np.float64),
        np.array([partner is not None for partner in stage.partners], dtype=bool),
        np.array([partner or 0 for partner in stage.partners], dtype=np.int64),
    )


def _rectified(low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Slope, constant and the new symbol's factor of relu over ranges."""
    both = (low < 0) & (high > 0)
    slope = np.where(low >= 0, 1.0, 0.0)
    slope[both] = high[both] / (high[both] - low[both])
    noise = np.where(both, -slope * low / 2, 0.0)
    return slope, noise, noise


def _gap(
    low: Floats, high: Floats, least: Floats, largest: Floats
) -> tuple[Floats, Floats, Floats]:
    """The same for relu(y + z) - relu(y), z from ``low``, y from ``least``."""
    on = (least >= 0) & (least + low >= 0)
    off = (largest <= 0) & (largest + high <= 0)
    bottom, top = np.minimum(low, 0.0), np.maximum(high, 0.0)
    either = ~on & ~off
    slope = np.where(on, 1.0, 0.0)
    return slope, np.where(either, (bottom + top) / 2, 0.0), np.where(either, (top - bottom) / 2, 0)
