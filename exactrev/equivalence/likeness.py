"""The leaf ``vanishes`` by what neurons of both networks have in common, from below.

Where points suggest that two neurons' z are multiples of each other, or that a neuron never
switches, this is proved first: the undecided neurons that hide it are decided, the last ones first,
and once the rows are proportional one value stands for both.  So what is read by many has to be
understood once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from exactrev.equivalence.contradiction import Contradiction
from exactrev.equivalence.lifted import Branch, Multiple, Row
from exactrev.equivalence.lifted_floats import FloatBranch, Floats
from exactrev.equivalence.samples import Samples
from exactrev.equivalence.vanishing import NOTHING, Found, Node, Vanishing

#: Cosines of angles that are taken for 0 are larger than this.
_ALIGNED = 1.0 - 1e-11


class ByLikeness(Vanishing):
    """A search for this leaf that makes neurons alike before it looks at the outputs."""

    def _by_floats(self, samples: Samples, here: Contradiction, node: Node) -> Found | None:
        near = FloatBranch(samples.problem, node.decided)
        found: Found | None = self._follower(here.branch, near)
        if found is not None:
            return found
        goal = near.expanded(samples.targets[node.target])
        seen = bool(samples.here(node.decided).any())
        neuron = self._hidden(near) if seen and goal.any() else None
        if neuron is not None:
            return neuron
        answer = near.answer(goal)
        if answer is None or answer.least < NOTHING:
            return None if answer is None else here.proposed(answer)
        self._learn(samples, answer)
        if not samples.here(node.decided).any():
            neuron = near.loosest_below(answer.inputs, answer.values)
        elif not seen:
            neuron = self._hidden(near)
        return self._loosest(near, goal, answer) if neuron is None else neuron

    # -- likeness ------------------------------------------------------------------------------

    def _follower(self, branch: Branch, near: FloatBranch) -> tuple[int, Multiple] | None:
        """An undecided neuron whose row on the branch is a multiple of an earlier one's."""
        for other, neuron in _aligned(near.z, range(len(near.z))):
            if neuron not in near.decided:
                factor = _quotient(branch.z(neuron), branch.z(other))
                if factor is not None:
                    return neuron, Multiple(other, factor)
        return None

    def _hidden(self, near: FloatBranch) -> int | None:
        """The neuron to decide next, so that the lowest likeness that is still hidden shows."""
        for neuron, other, factor in self._likenesses:
            if neuron in near.decided:
                continue
            if other is None:
                below = self._lowest(near, near.z[neuron])
                return neuron if below is None else below
            rows = near.z[neuron], near.z[other]
            rest = rows[0] - factor * rows[1]
            rest[np.abs(rest) < NOTHING * np.abs(rows[0]).max()] = 0.0
            found = self._lowest(near, rest)
            if found is not None:
                return found
        return None

    def _lowest(self, near: FloatBranch, row: Floats) -> int | None:
        """The first undecided neuron that a row reads, or that is read by those that it reads."""
        n = near.problem.inputs
        read = row[n:-1] != 0.0
        for k in reversed(near.undecided):
            if read[k]:
                read |= near.z[k, n:-1] != 0.0
        return int(np.flatnonzero(read)[0]) if read.any() else None

    @cached_property
    def _likenesses(self) -> list[tuple[int, int | None, float]]:
        """Neurons with earlier ones whose z are multiples of theirs at all points, and by which
        factor; and neurons that never switch there (None); the lowest first."""
        assert self._samples is not None
        z = self._samples.z
        still = (z > 0.0).all(axis=0) | (z <= 0.0).all(axis=0)
        found: list[tuple[int, int | None, float]] = [(k, None, 0.0) for k in _places(still)]
        switching = _places(~still)
        for j, k in _aligned(z[:, switching].T, switching):
            found.append((k, j, float(z[:, k] @ z[:, j] / (z[:, j] @ z[:, j]))))
        return sorted(found, key=lambda like: (like[0], -1 if like[1] is None else like[1]))


def _places(chosen: NDArray[np.bool_] | np.bool_) -> list[int]:
    return [int(k) for k in np.flatnonzero(chosen)]


def _aligned(rows: Floats, names: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The names of rows that seem to be multiples of each other, the earlier one first."""
    sizes = np.linalg.norm(rows, axis=1)
    there = np.flatnonzero(sizes > 0.0)
    units = rows[there] / sizes[there, None]
    close = np.triu(np.abs(units @ units.T) > _ALIGNED, 1)
    for i, j in sorted(np.argwhere(close).tolist(), key=lambda pair: (pair[1], pair[0])):
        yield names[there[i]], names[there[j]]


def _quotient(row: Row, other: Row) -> fmpq | None:
    """The number that a row is times another one, which is not 0; None if there is none."""
    if not other or row.keys() != other.keys():
        return None
    key = next(iter(other))
    factor = row[key] / other[key]
    return factor if all(row[k] == factor * a for k, a in other.items()) else None
