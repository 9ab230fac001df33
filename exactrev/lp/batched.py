"""Many small linear programs at once, in floats: proposals that exact arithmetic then judges.

Every program minimises an affine form over {d : slack + rows d >= 0, equalities d = 0}, where d = 0
is feasible because the caller holds an interior point.  Dictionaries of all programs are pivoted
together, so that numpy's cost a call is shared; nothing found here may be believed unchecked.

>>> square = np.array([[[1.0, 0], [-1, 0], [0, 1], [0, -1]]])
>>> slack = np.full((1, 4), 1.0)
>>> found = minimise(square, slack, np.zeros((1, 0, 2)), np.array([[[2.0, 1, 7]]]))
>>> found.status[0] == OPTIMAL, found.value[0, 0], found.displacement[0]
(np.True_, np.float64(4.0), array([-1., -1.]))
>>> found.multipliers[0, 0]
array([2., 0., 1., 0.])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OPTIMAL, UNBOUNDED, UNFINISHED = 1, 2, 3

_NEGLIGIBLE = 1e-11  # a pivot or reduced cost that is noise beside rows of norm one


@dataclass(frozen=True)
class Optima:
    """Proposed answers to K programs with m rows and k equalities in n dimensions.

    ``value`` (K x q) holds every form at the final point and ``multipliers`` (K x q x (m + k)) its
    coefficients on rows, then equalities, there: form = value + sum of multiplier times row.
    ``displacement`` is the final point; where UNBOUNDED, ``ray`` is a direction in which the first
    form falls for ever at the rate ``slope``.
    """

    status: Integers
    value: Floats
    multipliers: Floats
    displacement: Floats
    ray: Floats
    slope: Floats


def minimise(rows: Floats, slack: Floats, equalities: Floats, forms: Floats) -> Optima:
    """Minimise the first of the ``forms`` (K x q x (n+1), constants last); the others are carried.

    ``rows`` is K x m x n, ``slack`` K x m (not negative), ``equalities`` K x k x n.  Rows should be
    of norm about one.
    """
    programs = _Programs(rows, slack, equalities, forms)
    programs.eliminate_equalities()
    programs.run(limit=6 * (rows.shape[1] + rows.shape[2]) + 20)
    return programs.answers()


class _Programs:
    """The dictionaries: basic rows in terms of nonbasic columns, for every program still running.

    Variables are numbered: rows' slacks 0..m-1, equalities' m..m+k-1, coordinates after them.
    """

    def __init__(self, rows: Floats, slack: Floats, equalities: Floats, forms: Floats) -> None:
        count, m, n = rows.shape
        k, q = equalities.shape[1], forms.shape[1]
        self.m, self.k, self.n, self.q = m, k, n, q
        height = m + k + q
        table = np.empty((count, height, n + 1))
        table[:, :m, :n], table[:, :m, n] = rows, slack
        table[:, m : m + k, :n], table[:, m : m + k, n] = equalities, 0.0
        table[:, m + k :] = forms
        self.table = table
        self.basic = np.tile(np.arange(height), (count, 1))
        self.nonbasic = np.tile(np.arange(m + k, m + k + n), (count, 1))
        self.bounded = np.ones((count, m + k), dtype=bool)  # rows that the ratio test looks at
        self.bounded[:, m:] = False
        self.alive = np.arange(count)
        self.status = np.full(count, UNFINISHED)
        self.final_table = np.empty_like(table)
        self.final_basic = np.empty_like(self.basic)
        self.final_nonbasic = np.empty_like(self.nonbasic)
        self.entering = np.zeros(count, dtype=np.int64)
        self.direction = np.zeros(count)

    # -- pivots --------------------------------------------------------------------------------

    def _pivot(self, which: Integers, row: Integers, column: Integers) -> None:
        whole = len(which) == len(self.table)
        table = self.table if whole else self.table[which]
        at = np.arange(len(table))
        pivot_row = table[at, row]
        pivot = pivot_row[at, column]
        expression = pivot_row / -pivot[:, None]
        expression[at, column] = 1.0 / pivot
        factors = table[at, :, column]
        table[at, :, column] = 0.0
        table += factors[:, :, None] * expression[:, None, :]
        table[at, row] = expression
        if not whole:
            self.table[which] = table
        leaving = self.basic[which, row].copy()
        self.basic[which, row] = self.nonbasic[which, column]
        self.nonbasic[which, column] = leaving
        self.bounded[which, row] = self.basic[which, row] < self.m

    def eliminate_equalities(self) -> None:
        """Bring every equality's slack out of the basis; its column is then never used."""
        for e in range(self.m, self.m + self.k):
            size = np.abs(self.table[:, e, : self.n])
            size[self.nonbasic < self.m + self.k] = 0.0
            column = size.argmax(axis=1)
            which = np.flatnonzero(size[np.arange(len(size)), column] > _NEGLIGIBLE)
            self._pivot(which, np.full(len(which), e), column[which])

    # -- the simplex method --------------------------------------------------------------------

    def run(self, limit: int) -> None:
        for _ in range(limit):
            if not len(self.alive):
                return
            column, direction, improving = self._entering()
            if not improving.all():
                self._retire(~improving, OPTIMAL, column, direction)
                column, direction = column[improving], direction[improving]
                if not len(self.alive):
                    return
            row, blocked = self._leaving(column, direction)
            if not blocked.all():
                self._retire(~blocked, UNBOUNDED, column, direction)
                row, column = row[blocked], column[blocked]
                if not len(self.alive):
                    return
            self._pivot(np.arange(len(self.table)), row, column)
        everything = np.ones(len(self.alive), dtype=bool)
        none = np.zeros(len(self.alive), dtype=np.int64)
        self._retire(everything, UNFINISHED, none, none.astype(float))

    def _entering(self) -> tuple[Integers, Floats, NDArray[np.bool_]]:
        """The column to enter, which way it moves, and whether that improves at all.

        A free coordinate moves either way and goes first; a slack can only grow.
        """
        cost = self.table[:, self.m + self.k, : self.n]
        free = self.nonbasic >= self.m + self.k
        gain = np.where(free, np.abs(cost) * 1e6, -cost)
        gain[(self.nonbasic >= self.m) & ~free] = 0.0
        column = gain.argmax(axis=1)
        at = np.arange(len(gain))
        chosen = cost[at, column]
        improving = (gain[at, column] > 0) & (np.abs(chosen) > _NEGLIGIBLE)
        return column, np.where(chosen > 0, -1.0, 1.0), improving

    def _leaving(self, column: Integers, direction: Floats) -> tuple[Integers, NDArray[np.bool_]]:
        """The row that first becomes zero, and whether there is one."""
        height = self.m + self.k
        at = np.arange(len(column))
        fall = self.table[at, :height, column] * -direction[:, None]
        falls = (fall > _NEGLIGIBLE) & self.bounded
        constants = self.table[:, :height, self.n]
        ratio = np.full(fall.shape, np.inf)
        np.divide(constants, fall, out=ratio, where=falls)
        row = ratio.argmin(axis=1) if height else np.zeros(len(column), dtype=np.int64)
        if not height:
            return row, np.zeros(len(column), dtype=bool)
        return row, np.isfinite(ratio[at, row])

    def _retire(
        self, gone: NDArray[np.bool_], status: int, column: Integers, direction: Floats
    ) -> None:
        which = self.alive[gone]
        self.status[which] = status
        self.final_table[which] = self.table[gone]
        self.final_basic[which] = self.basic[gone]
        self.final_nonbasic[which] = self.nonbasic[gone]
        self.entering[which] = column[gone]
        self.direction[which] = direction[gone]
        stay = ~gone
        self.alive, self.table = self.alive[stay], self.table[stay]
        self.basic, self.nonbasic = self.basic[stay], self.nonbasic[stay]
        self.bounded = self.bounded[stay]

    # -- answers -------------------------------------------------------------------------------

    def answers(self) -> Optima:
        m, k, n, q = self.m, self.k, self.n, self.q
        count = len(self.status)
        objectives = self.final_table[:, m + k :]
        multipliers = np.zeros((count, q, m + k + n))
        where = np.broadcast_to(self.final_nonbasic[:, None, :], (count, q, n))
        np.put_along_axis(multipliers, where, objectives[:, :, :n], axis=2)
        at = np.arange(count)
        basics = self.final_table[:, : m + k]
        position = np.zeros((count, m + k + q + n))
        np.put_along_axis(position, self.final_basic[:, : m + k], basics[:, :, n], axis=1)
        moves = np.zeros_like(position)
        change = basics[at, :, self.entering] * self.direction[:, None]
        np.put_along_axis(moves, self.final_basic[:, : m + k], change, axis=1)
        entered = self.final_nonbasic[at, self.entering]
        moves[at, entered] = self.direction
        moves[self.status != UNBOUNDED] = 0.0
        coordinates = slice(m + k, m + k + n)
        return Optima(
            self.status,
            objectives[:, :, n],
            multipliers[:, :, : m + k],
            position[:, coordinates],
            moves[:, coordinates],
            -objectives[at, 0, self.entering] * self.direction,
        )
