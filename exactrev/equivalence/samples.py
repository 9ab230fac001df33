"""Which neurons have to be decided, as points in general position tell.

At a point where the neurons decided so far have the signs of a branch, an undecided one whose value
raises the target there, its true value being raised, leaves the branch open: the target may be
larger than it is.  In floats, so these are hints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from exactrev.equivalence.lifted_floats import FloatLifted, Floats

_POINTS = 2048
_STEEP = 1e-9


class Samples:
    """Points of a cell, the signs of all neurons there, and the slopes of targets in their values."""

    def __init__(self, problem: FloatLifted, targets: Sequence[Floats]) -> None:
        self._problem, self._targets = problem, targets
        points = problem.points(_POINTS)
        self._on, self._slopes = self._seen(points)

    def _seen(self, points: Floats) -> tuple[Floats, list[Floats]]:
        """Of points (N x inputs): which neurons are on (N x neurons), and for every target the
        slopes (N x neurons)."""
        n, rows = self._problem.inputs, np.array(self._problem.rows)
        known = np.zeros((len(points), rows.shape[1]))
        known[:, :n], known[:, -1] = points, 1.0
        for k, row in enumerate(rows):
            known[:, n + k] = np.maximum(known @ row, 0.0)
        on = known[:, n:-1] > 0.0
        slopes = []
        for target in self._targets:
            found = np.tile(target[n:-1], (len(points), 1))
            for k in reversed(range(len(rows))):
                found += np.outer(found[:, k] * on[:, k], rows[k, n:-1])
            slopes.append(found)
        return on, slopes

    def needed(self, target: int, decided: Mapping[int, bool]) -> int | None:
        """The last undecided neuron whose value raises a target at one of the points that have the
        signs decided; None if there is none."""
        here = self._here(decided)
        if not here.any():
            return None
        steep = (self._slopes[target][here] > _STEEP).any(axis=0)
        steep[list(decided)] = False
        return int(np.flatnonzero(steep)[-1]) if steep.any() else None

    def _here(self, decided: Mapping[int, bool]) -> Floats:
        chosen = list(decided)
        return (self._on[:, chosen] == np.array([decided[k] for k in chosen], bool)).all(axis=1)

    def add(self, inputs: Floats) -> None:
        """One more point."""
        on, slopes = self._seen(inputs[None, :])
        self._on = np.concatenate([self._on, on])
        self._slopes = [
            np.concatenate([old, new]) for old, new in zip(self._slopes, slopes, strict=True)
        ]
