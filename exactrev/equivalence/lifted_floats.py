"""What floats make of a branch: a point, multipliers, and where its relaxation is loose.

Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from exactrev.equivalence.lifted import ONE, Decided, Lifted, Multiple, Row
from exactrev.exact.rational import to_float
from exactrev.lp import Motzkin, interior_point
from exactrev.lp.highs import DROPPED, solved_in_floats
from exactrev.lp.polyhedron import Form

Floats = NDArray[np.float64]

#: What a unit of violation costs: far more than a unit of what is to be as large as possible.
_PRICE = 1024.0
#: Coefficients below this part of the largest one of their row are taken to be 0.
_SMALL = 2.0**-40
#: Slopes and excesses up to this are taken for 0: hints what to decide next, no part of a proof.
STEEP = 1e-9


@dataclass(frozen=True)
class FloatAnswer:
    """How large all that is to be > 0 can be at once (``least``; < 0: the branch is empty), where,
    and with which multipliers: of the target, of decided neurons' z or -z and undecided ones'
    values, of the latter less their z, and of the cell's rows.
    """

    least: float
    inputs: Floats
    values: Floats
    target: float
    plain: dict[int, float]
    above: dict[int, float]
    rows: list[float]


class FloatBranch:
    """The rows of all neurons on a branch, as forms in inputs, all values, and 1."""

    def __init__(self, problem: FloatLifted, decided: Decided) -> None:
        self.problem, self.decided = problem, decided
        n, count = problem.inputs, len(problem.rows)
        self.z = np.zeros((count, n + count + 1))
        self._values = np.zeros((count, n + count + 1))
        for k in range(count):
            self.z[k] = self.expanded(problem.rows[k])
            decision = decided.get(k)
            if decision is None:
                self._values[k, n + k] = 1.0
            elif isinstance(decision, Multiple):
                factor = to_float(decision.factor)
                self._values[k] = abs(factor) * self._values[decision.of]
                self._values[k] += min(factor, 0.0) * self.z[decision.of]
            elif decision:
                self._values[k] = self.z[k]
        self.undecided = [k for k in range(count) if k not in decided]

    def expanded(self, row: Floats) -> Floats:
        """A row with the values of the neurons that it reads written out."""
        n = self.problem.inputs
        total: Floats = row[n:-1] @ self._values
        total[:n] += row[:n]
        total[-1] += row[-1]
        total[np.abs(total) < _SMALL * np.abs(total).max(initial=0.0)] = 0.0
        return total

    def raising(self, target: Floats) -> int | None:
        """The last neuron whose value can be raised without end and then raises the target, the
        others' values being raised no more than they must."""
        n, count = self.problem.inputs, len(self.problem.rows)
        steps = np.eye(count)[:, self.undecided]
        allowed = np.ones(len(self.undecided), dtype=bool)
        for k in range(count):
            slope = self.z[k, n:-1] @ steps
            decision = self.decided.get(k)
            if decision is None:
                steps[k] = np.maximum(steps[k], slope)
            elif decision is True:
                allowed &= slope >= 0.0
            elif decision is False:
                allowed &= slope <= 0.0
        rises = allowed & (target[n:-1] @ steps > STEEP)
        return self.undecided[int(np.flatnonzero(rises)[-1])] if rises.any() else None

    def loosest(self, target: Floats, inputs: Floats, values: Floats) -> int | None:
        """An undecided neuron whose value is above relu of its z; None if there is none.

        The last one, if there is one, whose value raises the target at the input, where the later
        ones are as they are there; else that which is the most above, for the size of its row.
        """
        excess = self._excess(inputs, values)
        slopes = self._slopes(target, inputs)[self.undecided]
        matter = np.flatnonzero((excess > 0.0) & (slopes > STEEP))
        if len(matter):
            return self.undecided[int(matter[-1])]
        excess /= self.problem.sizes[self.undecided]
        if not excess.any():
            return None
        return self.undecided[len(excess) - 1 - int(np.argmax(excess[::-1]))]

    def loosest_below(self, inputs: Floats, values: Floats) -> int | None:
        """The last undecided neuron that z of decided ones read and whose value is above relu of
        its z; None if there is none: then the input has the signs decided."""
        n = self.problem.inputs
        signs = [k for k, on in self.decided.items() if isinstance(on, bool)]
        read: NDArray[np.bool_] = np.any(self.z[signs][:, n:-1][:, self.undecided], axis=0)
        matter = np.flatnonzero(read & (self._excess(inputs, values) > 0.0))
        return self.undecided[int(matter[-1])] if len(matter) else None

    def _excess(self, inputs: Floats, values: Floats) -> Floats:
        """How much the undecided neurons' values are above relu of their z."""
        point, rows = np.concatenate([inputs, values, [1.0]]), self.z[self.undecided]
        size = np.abs(rows) @ np.abs(point) + np.abs(values[self.undecided])
        excess: Floats = values[self.undecided] - np.maximum(rows @ point, 0.0)
        excess[excess < STEEP * size] = 0.0
        return excess

    def _slopes(self, target: Floats, inputs: Floats) -> Floats:
        """How fast the target changes with the value of each neuron, at an input."""
        n, count = self.problem.inputs, len(self.problem.rows)
        known = np.concatenate([inputs, np.zeros(count), [1.0]])
        for k in self.undecided:
            known[n + k] = max(0.0, float(self.z[k] @ known))
        slopes = target[n:-1].copy()
        for k in reversed(self.undecided):
            if known[n + k] > 0.0:
                slopes += slopes[k] * self.z[k, n:-1]
        return slopes

    def answer(self, target: Floats) -> FloatAnswer | None:
        """What a linear program says; None if it says nothing."""
        problem, n = self.problem, self.problem.inputs
        count = len(problem.rows)
        on = [k for k in sorted(self.decided) if self.decided[k] is True]
        off = [k for k in sorted(self.decided) if self.decided[k] is False]
        free, m = self.undecided, len(problem.cell)
        columns = [*range(n), *(n + k for k in free)]
        width = len(columns) + 2  # two more unknowns: how large, and how much is violated
        strict = [target, *problem.cell, *(self.z[k] for k in on)]
        weak = [-self.z[k] for k in off]
        forms = np.array([*strict, *weak, *(-self.z[k] for k in free)]).reshape(-1, n + count + 1)
        matrix = np.zeros((len(forms) + len(free) + 2, width))
        matrix[: len(forms), :-2] = forms[:, columns]
        lower = np.zeros(len(matrix))
        lower[: len(forms)] = -forms[:, -1]
        above, below = len(strict) + len(weak), len(forms)
        for place in range(len(free)):
            matrix[above + place, n + place] += 1.0
            matrix[below + place, n + place] = 1.0
        scale = _near_one(matrix, lower)
        matrix[: len(strict), -2] = -1.0
        matrix[: len(strict) + len(weak), -1] = 1.0
        matrix[-2, -2], lower[-2] = -1.0, -1.0
        matrix[-1, -1] = 1.0
        scale = np.append(scale[:-2], [1.0, 1.0])
        cost = np.zeros(width)
        cost[-2:] = -1.0, _PRICE
        found = solved_in_floats(matrix, lower, cost)
        if found is None:
            return None
        point, duals = found
        multipliers = np.maximum(duals, 0.0) * scale
        values = np.zeros(count)
        values[free] = point[n : n + len(free)]
        whole = np.concatenate([point[:n], values, [1.0]])
        for k in on:
            values[k] = self.z[k] @ whole
        plain = dict(zip([*on, *off], multipliers[1 + m : above].tolist(), strict=True))
        plain |= dict(zip(free, multipliers[below : below + len(free)].tolist(), strict=True))
        return FloatAnswer(
            float(point[-2] - _PRICE * point[-1]),
            point[:n],
            values,
            float(multipliers[0]),
            plain,
            dict(zip(free, multipliers[above:below].tolist(), strict=True)),
            multipliers[1 : 1 + m].tolist(),
        )


def _near_one(matrix: Floats, lower: Floats) -> Floats:
    """Bring the largest coefficient of every row near 1, in place; the factors.

    What HiGHS would refuse is left out.
    """
    scale = np.abs(matrix).max(axis=1)
    scale[scale == 0.0] = 1.0
    scale = np.ldexp(1.0, -np.frexp(scale)[1])
    matrix *= scale[:, None]
    matrix[np.abs(matrix) < DROPPED] = 0.0
    lower *= scale
    return np.asarray(scale)


class FloatLifted:
    """A lifted network's rows, and those of a cell, in floats."""

    def __init__(self, lifted: Lifted, cell: Sequence[Row]) -> None:
        self.inputs, self._count = lifted.inputs, len(lifted.rows)
        self.rows = [self.row(row) for row in lifted.rows]
        self.cell = [self.row(row) for row in cell]
        inside = interior_point(
            lifted.inputs, [_form(row, lifted.inputs) for row in cell]
        )
        #: a point inside, nearly
        self._inside = np.array(
            [0.0] * lifted.inputs if isinstance(inside, Motzkin) else [*map(to_float, inside)]
        )
        #: how large the coefficients of each neuron are
        self.sizes = np.array([np.abs(row[:-1]).max(initial=0.0) or 1.0 for row in self.rows])

    def row(self, row: Row) -> Floats:
        """Coefficients of inputs and values, then the constant."""
        found = np.zeros(self.inputs + self._count + 1)
        for number, coefficient in row.items():
            found[number if number != ONE else -1] = to_float(coefficient)
        return found

    def points(self, walks: int, steps: int) -> Floats:
        """Points of the cell (walks * steps x inputs), by steps of all sizes from a point inside;
        none if floats find none inside."""
        random, n = np.random.default_rng(0), self.inputs
        rows = np.array(self.cell).reshape(-1, n + self._count + 1)
        linear, constant = rows[:, :n], rows[:, -1]
        here, found = np.tile(self._inside, (walks, 1)), []
        for _ in range(steps):
            values = here @ linear.T + constant
            if (values <= 0.0).any():
                return np.zeros((0, n))
            sizes = 2.0 ** random.uniform(-6, 8, size=walks)
            ways = random.normal(size=(walks, n)) * sizes[:, None]
            slopes = ways @ linear.T
            ends = np.full(slopes.shape, np.inf)
            np.divide(-values, slopes, out=ends, where=slopes != 0.0)
            high = np.where(slopes < 0.0, ends, np.inf).min(axis=1, initial=1.0)
            low = np.where(slopes > 0.0, ends, -np.inf).max(axis=1, initial=-1.0)
            found.append(here + random.uniform(low, high)[:, None] * ways)
            if len(rows):
                here = found[-1]
        return np.concatenate(found)


def _form(row: Row, inputs: int) -> Form:
    return tuple(row.get(j, fmpq(0)) for j in [*range(inputs), ONE])
