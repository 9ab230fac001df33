"""Where an output's difference is largest over a box, asked as a mixed-integer program in floats.

One unknown is 0 or 1 for each neuron that may be off or on in the box, with big M from the bounds
of its z there; others need none.  A gap relu(y + z) - relu(y) is what relu(y + z) is above its
partner's relu(y).  HiGHS's point is looked at, never its value.  Source: Tjeng, Xiao and Tedrake,
Evaluating Robustness of Neural Networks with Mixed Integer Programming, ICLR 2019.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import frexp, ldexp

import numpy as np

from exactrev.bounds.inside import Inside
from exactrev.bounds.intervals import middle_and_radius
from exactrev.bounds.zonotope import Enclosed, Floats, FloatStages, Rows
from exactrev.domain.boxes import Box
from exactrev.lp.mixed import MixedProgram

#: The solver does not see what is no larger a part of what it is made of: gaps that are no larger
#: a part of their partner's z are left out, sides that are of the largest z not asked for.
_UNSEEN = 2.0**-20


@dataclass(frozen=True)
class Side:
    """The upper side (sign 1) of an output, or the lower one (-1)."""

    output: int
    sign: int

    def bound(self, found: Enclosed) -> float:
        """The largest value that it may have."""
        return float((found.highest if self.sign > 0 else -found.lowest)[self.output])


@dataclass(frozen=True)
class Incumbent:
    """A point of a box in floats, if one was found; whether none is better (or good enough), as the
    solver sees it; and how many steps of the simplex method it took."""

    point: Floats | None
    is_final: bool
    steps: int


def incumbent(
    stages: FloatStages,
    box: Box,
    inside: Inside,
    side: Side,
    least: float,
    start: Floats,
    nodes: int,
    stop: Callable[[], bool] = lambda: False,
) -> Incumbent | None:
    """The best point of a side over a box in the domain, that so many nodes of the search find.

    Points whose value is below ``least`` are not wanted.  ``start`` is a point of the box, which
    the search begins with unless it is such a one.  None if the program has nothing to choose, or
    the solver fails.
    """
    built = _PieceProgram(stages, box, inside)
    if not built.aim(side):
        return None
    known = None
    if side.sign * stages.values(start[None])[0, side.output] >= least:
        known = built.whole(start)
    else:
        built.demand(side, least)
    found = built.program.largest(nodes, known, stop)
    if found is None:
        return None
    point = None if found.point is None else built.point(found.point)
    return Incumbent(point, found.is_final, found.steps)


class _PieceProgram:
    """The neurons over a box, in units in which each is about 1 at most.

    Value i is ``units[i]`` times the unknown ``after[i]``, plus ``middle[i]``; its z, if it is a
    neuron's, ``units[i]`` times the unknown ``before[i]``.
    """

    def __init__(self, stages: FloatStages, box: Box, inside: Inside) -> None:
        self.program, self._stages = MixedProgram(), stages
        middle, radius = middle_and_radius(box)
        low, high = stages.ranges(middle, radius)
        self._low = np.concatenate([middle - radius, low])
        self._high = np.concatenate([middle + radius, high])
        self._middle, self._units = middle.tolist(), radius.tolist()
        self._tell: list[Callable[[Floats, Floats], float]] = []
        self._after = [self._input(j) for j in range(len(box))]
        self._before: list[int | None] = [None] * len(box)
        for row, constant in zip(inside.linear, inside.constant, strict=True):
            terms = {k: float(a) for k, a in zip(self._after, row * radius, strict=True)}
            self.program.add(terms, low=-float(constant + row @ middle))
        for rows in stages.stages[:-1]:
            for k in range(len(rows.constants)):
                self._add(rows, k)

    def aim(self, side: Side) -> bool:
        """Take this side for what is to be large; whether there is a choice that can make it so."""
        last = self._stages.stages[-1]
        unit = self._unit_of(side)
        if unit <= _UNSEEN * max(self._units[self._stages.inputs :], default=0.0):
            return False
        row = side.sign * last.weights[side.output] / unit
        gains, upper, lower = self.program.gains, self.program.upper, self.program.lower
        for source, weight in zip(last.sources.tolist(), row.tolist(), strict=True):
            gains[self._after[source]] += weight * self._units[source]
        free = any(g and low < high for g, low, high in zip(gains, lower, upper, strict=True))
        return free and any(self.program.binary)

    def demand(self, side: Side, least: float) -> None:
        """Have no points where the side, aimed at, is smaller."""
        last = self._stages.stages[-1]
        middle = np.array(self._middle)[last.sources]
        constant = last.constants[side.output] + last.weights[side.output] @ middle
        rest = (least - side.sign * float(constant)) / self._unit_of(side)
        self.program.add({j: gain for j, gain in enumerate(self.program.gains) if gain}, low=rest)

    def whole(self, point: Floats) -> list[float]:
        """The unknowns at a point of the box."""
        values, z = (some[:, 0] for some in self._stages.traced(point[None]))
        return [float(tell(values, z)) for tell in self._tell]

    def point(self, unknowns: Floats) -> Floats:
        """The point of the box."""
        inputs = self._stages.inputs
        shares = np.clip(unknowns[:inputs], -1.0, 1.0)
        return np.array(self._middle[:inputs]) + np.array(self._units[:inputs]) * shares

    def _unit_of(self, side: Side) -> float:
        place = len(self._units) + side.output
        return _unit(self._low[place], self._high[place])

    def _input(self, j: int) -> int:
        middle, radius = self._middle[j], self._units[j]
        return self._column(-1.0, 1.0, lambda v, z: (v[j] - middle) / radius if radius else 0.0)

    def _add(self, rows: Rows, k: int) -> None:
        """The neuron k of a stage."""
        i = len(self._units)
        unit = _unit(self._low[i], self._high[i])
        low, high = self._low[i] / unit, self._high[i] / unit
        z = self._column(low, high, lambda v, z: z[i] / unit)
        terms, constant = {z: 1.0}, float(rows.constants[k])
        for source, weight in zip(rows.sources.tolist(), rows.weights[k].tolist(), strict=True):
            terms[self._after[source]] = -weight * self._units[source] / unit
            constant += weight * self._middle[source]
        self.program.add(terms, constant / unit, constant / unit)
        self._before.append(z)
        self._units.append(unit)
        self._middle.append(0.0)
        if rows.paired[k]:
            self._after.append(self._gap(i, z, int(rows.partners[k])))
        else:
            self._after.append(self._relu(z, low, high, lambda v, z: z[i] / unit))

    def _gap(self, i: int, z: int, partner: int) -> int:
        """relu(y + z) - relu(y), y being the partner's z."""
        low, high, unit = self._low[i], self._high[i], self._units[i]
        least, most = self._low[partner], self._high[partner]
        if least >= 0 and least + low >= 0:
            return z
        off = most <= 0 and most + high <= 0
        size = max(abs(low), abs(high))
        if off or size <= _UNSEEN * max(abs(least), abs(most)):
            return self._column(0.0, 0.0, lambda v, z: 0.0)
        least, most = least + low, most + high
        whole, y = _unit(least, most), self._units[partner]
        total = self._column(
            least / whole, most / whole, lambda v, z: (z[partner] + z[i]) / whole
        )
        before = self._before[partner]
        assert before is not None
        self.program.add({total: 1.0, before: -y / whole, z: -unit / whole}, 0.0, 0.0)
        above = self._relu(
            total, least / whole, most / whole, lambda v, z: (z[partner] + z[i]) / whole
        )
        gap = self._column(min(low, 0.0) / unit, max(high, 0.0) / unit, lambda v, z: v[i] / unit)
        large = max(whole, y)
        terms = {gap: unit / large, above: -whole / large, self._after[partner]: y / large}
        self.program.add(terms, 0.0, 0.0)
        return gap

    def _relu(
        self, z: int, low: float, high: float, tell: Callable[[Floats, Floats], float]
    ) -> int:
        """relu of an unknown between these bounds; ``tell`` gives what that is."""
        if low >= 0:
            return z
        if high <= 0:
            return self._column(0.0, 0.0, lambda v, z: 0.0)
        relu = self._column(0.0, high, lambda v, z: max(tell(v, z), 0.0))
        on = self._column(0.0, 1.0, lambda v, z: float(tell(v, z) > 0), binary=True)
        self.program.relu(relu, on, {z: 1.0}, low, high)
        return relu

    def _column(
        self,
        low: float,
        high: float,
        tell: Callable[[Floats, Floats], float],
        binary: bool = False,
    ) -> int:
        """A further unknown; ``tell`` gives it from all values and the z of neurons."""
        self._tell.append(tell)
        return self.program.column(float(low), float(high), binary)


def _unit(low: float, high: float) -> float:
    """A power of two near the larger of two numbers in size, 1 if they are 0."""
    size = max(abs(low), abs(high))
    return ldexp(1.0, frexp(size)[1]) if size else 1.0
