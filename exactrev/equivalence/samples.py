"""Which neurons have to be decided, as points in general position tell.

At a point where the neurons decided so far have the signs of a branch, an undecided one whose value
raises the target there, its true value being raised, leaves the branch open: the target may be
larger than it is.  In floats, so these are hints.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from exactrev.equivalence.lifted import Decided, Lifted, Row, targets_of
from exactrev.equivalence.lifted_floats import STEEP, FloatLifted, Floats

Bools = NDArray[np.bool_]

_POINTS = 64, 24  # walks, and steps of each
#: What is less than this part of the numbers that it is the sum of is 0.
_NOTHING = 1e-10


class Samples:
    """Points of a cell, the neurons that are on there, and the slopes of targets in all values."""

    def __init__(self, problem: FloatLifted, targets: Sequence[Floats]) -> None:
        self.problem, self.targets = problem, targets
        #: the z of all neurons (points x neurons)
        self.z = np.zeros((0, len(problem.rows)))
        self._slopes = [np.zeros((0, len(problem.rows))) for _ in targets]
        #: a point at which a target does not seem to be 0
        self.suspect: Floats | None = None
        self.add(problem.points(*_POINTS))

    @staticmethod
    def of(lifted: Lifted, cell: Sequence[Row]) -> Samples:
        """Points of a cell that has these rows, with the outputs and these times -1 as targets."""
        problem = FloatLifted(lifted, cell)
        return Samples(problem, [problem.row(target) for target in targets_of(lifted)])

    def copy(self) -> Samples:
        """The same, to which other points may be added."""
        other = copy(self)
        other._slopes = list(self._slopes)
        return other

    def add(self, points: Floats) -> None:
        """More points (count x inputs)."""
        n, width = self.problem.inputs, len(self.targets[0])
        rows = np.array(self.problem.rows).reshape(-1, width)
        known = np.zeros((len(points), width))
        known[:, :n], known[:, -1] = points, 1.0
        z = np.zeros((len(points), len(rows)))
        for k, row in enumerate(rows):
            z[:, k] = _values(known, row)
            known[:, n + k] = np.maximum(z[:, k], 0.0)
        self.z = np.concatenate([self.z, z])
        for i, target in enumerate(self.targets):
            slopes = np.tile(target[n:-1], (len(points), 1))
            for k in reversed(range(len(rows))):
                slopes += np.outer(slopes[:, k] * (z[:, k] > 0.0), rows[k, n:-1])
            self._slopes[i] = np.concatenate([self._slopes[i], slopes])
            seen = np.flatnonzero(_values(known, target))
            if len(seen):
                self.suspect = points[seen[0]]

    def needed(self, target: int, decided: Decided) -> int | None:
        """The last undecided neuron whose value raises a target at one of the points that have the
        signs decided; None if there is none."""
        here = self.here(decided, strictly=True)
        if not here.any():
            return None
        steep = np.asarray(np.any(self._slopes[target][here] > STEEP, axis=0))
        steep[list(decided)] = False
        return int(np.flatnonzero(steep)[-1]) if steep.any() else None

    def here(self, decided: Decided, strictly: bool = False) -> Bools:
        """Which points have the signs decided; unless ``strictly``, neurons may switch there."""
        signs = {k: on for k, on in decided.items() if isinstance(on, bool)}
        sides = np.where(list(signs.values()), 1.0, -1.0)
        z = self.z[:, list(signs)] * sides
        found: Bools = np.all(z > 0.0 if strictly else z >= 0.0, axis=1)
        return found


def _values(known: Floats, row: Floats) -> Floats:
    """A row at points where these are the inputs and values, 0 where it may be."""
    values: Floats = known @ row
    values[np.abs(values) < _NOTHING * (np.abs(known) @ np.abs(row))] = 0.0
    return values
