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
class Rows:
    """A stage in floats; ``partners`` are the neurons' partners, those of ``paired`` ones.

    Apart from the constants, z is the sum over ``parts`` of a matrix times values of an earlier
    block, that of the inputs or of a stage.
    """

    sources: Integers
    weights: Floats
    constants: Floats
    paired: NDArray[np.bool_]
    partners: Integers
    parts: tuple[tuple[int, Integers, Floats], ...]

    def read(self, blocks: Sequence[_Block], symbols: int) -> _Block:
        """z in the middle of each box, and its coefficients of all symbols."""
        boxes = len(blocks[0].middle)
        middle = np.tile(self.constants, (boxes, 1))
        linear = np.zeros((boxes, len(self.constants), symbols))
        for block, places, weights in self.parts:
            middle += blocks[block].middle[:, places] @ weights.T
            known = blocks[block].linear
            linear[:, :, : known.shape[2]] += weights @ known[:, places]
        return _Block(middle, linear)


@dataclass(frozen=True)
class _Block:
    """Values over boxes: in the middle (boxes x values), and coefficients (boxes x values x
    symbols)."""

    middle: Floats
    linear: Floats

    def ends(self) -> tuple[Floats, Floats]:
        """The least and the largest values."""
        size = np.abs(self.linear).sum(axis=2)
        return self.middle - size, self.middle + size


class FloatStages:
    """Stages whose last one's neurons are the outputs."""

    def __init__(self, stages: Sequence[Stage], inputs: int) -> None:
        self.inputs = inputs
        starts = np.cumsum([0, inputs, *(len(stage.denominators) for stage in stages[:-1])])
        self._values = int(starts[-1])
        self.stages = [_rows(stage, starts) for stage in stages]

    def over(self, middles: Floats, radii: Floats) -> list[Enclosed]:
        """The bounds over boxes (boxes x inputs), each of all points so far from a middle point.

        A neuron that has both signs on one of them has a symbol in all of them.
        """
        ends, _, unstable = self._through(middles, radii)
        return [Enclosed(*found) for found in zip(*ends, unstable.tolist(), strict=True)]

    def ranges(self, middle: Floats, radius: Floats) -> tuple[Floats, Floats]:
        """The least and the largest z over one box of all neurons, stage by stage, and outputs."""
        ends, inner, _ = self._through(middle[None], radius[None])
        low, high = (
            np.concatenate([some[0, self.inputs :], last[0]])
            for some, last in zip(inner, ends, strict=True)
        )
        return low, high

    def _through(
        self, middles: Floats, radii: Floats
    ) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats], Integers]:
        """The ends of outputs over boxes, those of the z of neurons; how many have both signs."""
        boxes, symbols = middles.shape
        blocks = [_Block(middles, radii[:, :, None] * np.eye(symbols))]
        lows, highs = np.zeros((2, boxes, self._values))
        first, unstable = symbols, np.zeros(boxes, dtype=np.int64)
        for rows in self.stages[:-1]:
            z = rows.read(blocks, symbols)
            low, high = z.ends()
            end = first + low.shape[1]
            lows[:, first:end], highs[:, first:end] = low, high
            slope, centre, noise = _rectified(low, high)
            if rows.paired.any():
                base = rows.partners
                gap = _gap(low, high, lows[:, base], highs[:, base])
                slope, centre, noise = np.where(rows.paired, gap, (slope, centre, noise))
            new = np.flatnonzero(noise.any(axis=0))
            linear = np.zeros((*low.shape, symbols + len(new)))
            linear[:, :, :symbols] = slope[:, :, None] * z.linear
            linear[:, new, symbols + np.arange(len(new))] = noise[:, new]
            blocks.append(_Block(slope * z.middle + centre, linear))
            unstable += np.count_nonzero(noise, axis=1)
            first, symbols = end, symbols + len(new)
        return self.stages[-1].read(blocks, symbols).ends(), (lows, highs), unstable

    def values(self, points: Floats) -> Floats:
        """The outputs at points (points x inputs), one row a point."""
        found, _ = self.traced(points)
        last = self.stages[-1]
        return np.asarray((last.weights @ found[last.sources]).T + last.constants)

    def traced(self, points: Floats) -> tuple[Floats, Floats]:
        """The values of inputs and neurons at points (values x points), and the z of neurons."""
        found = np.zeros((self._values, len(points)))
        found[: self.inputs] = points.T
        below = np.zeros((self._values, len(points)))
        first = self.inputs
        for rows in self.stages[:-1]:
            z = rows.weights @ found[rows.sources] + rows.constants[:, None]
            end = first + len(z)
            below[first:end] = z
            found[first:end] = np.maximum(z, 0.0)
            if rows.paired.any():
                y = below[rows.partners]
                gap = np.where(y > 0, np.maximum(z, -y), np.maximum(y + z, 0.0))
                found[first:end] = np.where(rows.paired[:, None], gap, found[first:end])
            first = end
        return found, below


def _rows(stage: Stage, starts: Integers) -> Rows:
    """A stage in floats; the blocks of values begin at ``starts``."""
    shape = len(stage.denominators), len(stage.sources)
    weights = [
        [w / common for w in row]
        for row, common in zip(stage.weights, stage.denominators, strict=True)
    ]
    constants = [c / q for c, q in zip(stage.constants, stage.denominators, strict=True)]
    matrix = np.array(weights, dtype=np.float64).reshape(shape)
    sources = np.array(stage.sources, dtype=np.int64)
    owners = np.searchsorted(starts, sources, side="right") - 1
    parts = tuple(
        (block, sources[owners == block] - starts[block], matrix[:, owners == block])
        for block in np.unique(owners).tolist()
    )
    return Rows(
        sources,
        matrix,
        np.array(constants, dtype=np.float64),
        np.array([partner is not None for partner in stage.partners], dtype=bool),
        np.array([partner or 0 for partner in stage.partners], dtype=np.int64),
        parts,
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
