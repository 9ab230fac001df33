"""What floats make of a branch: a point, multipliers, and where its relaxation is loose.

Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.equivalence.lifted import ONE, Lifted, Row
from exactrev.exact.rational import to_float
from exactrev.lp.highs import solved_in_floats

Floats = NDArray[np.float64]

#: What a unit of violation costs: far more than a unit of what is to be as large as possible.
_PRICE = 1024.0
#: Coefficients below this part of the largest one of their row are taken to be 0.
_SMALL = 2.0**-40


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

    def __init__(self, problem: FloatLifted, decided: Mapping[int, bool]) -> None:
        self.problem, self.decided = problem, decided
        n, count = problem.inputs, len(problem.rows)
        self.z = np.zeros((count, n + count + 1))
        self._values = np.zeros((count, n + count + 1))
        for k in range(count):
            self.z[k] = self.expanded(problem.rows[k], k)
            if k not in decided:
                self._values[k, n + k] = 1.0
            elif decided[k]:
                self._values[k] = self.z[k]
        self.undecided = [k for k in range(count) if k not in decided]

    def expanded(self, row: Floats, before: int) -> Floats:
        """A row that reads neurons before the one of this number."""
        n = self.problem.inputs
        total = row[n : n + before] @ self._values[:before]
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
            if k not in self.decided:
                steps[k] = np.maximum(steps[k], slope)
            elif self.decided[k]:
                allowed &= slope >= 0.0
            else:
                allowed &= slope <= 0.0
        rises = allowed & (target[n:-1] @ steps > 1e-9)
        return self.undecided[int(np.flatnonzero(rises)[-1])] if rises.any() else None

    def loosest(self, inputs: Floats, values: Floats) -> int | None:
        """The undecided neuron whose value is the most above relu of its z, for the size of its
        row; the later one of several.  None if all are relu of their z."""
        if not self.undecided:
            return None
        point, rows = np.concatenate([inputs, values, [1.0]]), self.z[self.undecided]
        size = np.abs(rows) @ np.abs(point) + np.abs(values[self.undecided])
        excess = values[self.undecided] - np.maximum(rows @ point, 0.0)
        excess[excess < 1e-9 * size] = 0.0
        excess /= self.problem.sizes[self.undecided]
        place = len(excess) - 1 - int(np.argmax(excess[::-1]))
        return self.undecided[place] if excess[place] else None

    def answer(self, target: Floats) -> FloatAnswer | None:
        """What a linear program says; None if it says nothing."""
        problem, n = self.problem, self.problem.inputs
        count = len(problem.rows)
        on = [k for k in sorted(self.decided) if self.decided[k]]
        off = [k for k in sorted(self.decided) if not self.decided[k]]
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
        scale = np.abs(matrix).max(axis=1)
        scale[scale == 0.0] = 1.0
        scale = np.ldexp(1.0, -np.frexp(scale)[1])
        matrix *= scale[:, None]
        lower *= scale
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


class FloatLifted:
    """A lifted network's rows, and those of a cell, in floats."""

    def __init__(self, lifted: Lifted, cell: Sequence[Row]) -> None:
        self.inputs, self._count = lifted.inputs, len(lifted.rows)
        self.rows = [self.row(row) for row in lifted.rows]
        self.outputs = [self.row(row) for row in lifted.outputs]
        self.cell = [self.row(row) for row in cell]
        #: how large the coefficients of each neuron are
        self.sizes = np.array([np.abs(row[:-1]).max(initial=0.0) or 1.0 for row in self.rows])

    def row(self, row: Row) -> Floats:
        """Coefficients of inputs and values, then the constant."""
        found = np.zeros(self.inputs + self._count + 1)
        for number, coefficient in row.items():
            found[number if number != ONE else -1] = to_float(coefficient)
        return found

    def is_nonzero(self, inputs: Floats) -> bool:
        """Whether an output does not seem to be 0 at an input."""
        n, known = self.inputs, np.zeros(self.inputs + self._count + 1)
        known[:n], known[-1] = inputs, 1.0
        for k, row in enumerate(self.rows):
            known[n + k] = max(0.0, float(row @ known))
        return any(abs(row @ known) > 1e-9 * (np.abs(row) @ np.abs(known)) for row in self.outputs)
