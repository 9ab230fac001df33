"""A deeper hidden layer: its neurons by following their boundaries, then the signs of the layer
below it.

A neuron of the next layer is ``sum_i w_i relu(zeta_i) + sum_i o_i w_i (-zeta_i) + b``: zeta_i are
the forms of the layer before, whose rows may be backwards (o_i = 1), as relu(-z) = relu(z) - z.
The w_i are known from the crossings, so o and the b solve linear equations, one set a cell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.errors import RecoveryError
from exactrev.floating.first_layer import hyperplanes
from exactrev.floating.oracle import FloatOracle, Floats
from exactrev.floating.prefix import Prefix
from exactrev.floating.samples import ScannedLine
from exactrev.floating.surface import Follower, Surface

_MOST_MISSING = 2  # weights to neurons whose boundary does not meet this one
_ATTEMPTS = 2  # at following the boundary of one kink
_PARALLEL = 1e-10  # 1 - |cosine|


def unexplained(scanned: ScannedLine, prefix: Prefix) -> list[int]:
    """The kinks of a line on no boundary of a known neuron."""
    if not scanned.kinks:
        return []
    points = np.array([kink.point for kink in scanned.kinks])
    values = prefix.values(points)
    scale = 1 + np.abs(points).max(axis=1)
    on = (np.abs(values) <= scanned.oracle.loose * scale[:, None]).any(axis=1)
    return np.flatnonzero(~on).tolist()


def first_layer(lines: list[ScannedLine], inputs: int) -> Prefix:
    """The first layer, each row as long as 1, some of them backwards."""
    forms = np.array([plane.form for plane in hyperplanes(lines)]).reshape(-1, inputs + 1)
    return Prefix(inputs).extended(forms[:, :-1], forms[:, -1])


class LayerSearch:
    """The neurons of the layer after a prefix, as far as their boundaries could be followed."""

    def __init__(self, oracle: FloatOracle, prefix: Prefix, random: np.random.Generator) -> None:
        self._follower = Follower(oracle, prefix, random)
        self._oracle, self._prefix = oracle, prefix
        self._surfaces: list[Surface] = []
        self._tried: Counter[tuple[int, int]] = Counter()

    @property
    def found(self) -> int:
        """The number of neurons."""
        return len(self._surfaces)

    def search(self, lines: list[ScannedLine], known: Prefix) -> bool:
        """Follow the boundaries of kinks that ``known`` does not explain; whether any was new."""
        before = self.found
        for number, scanned in enumerate(lines):
            for k in unexplained(scanned, known):
                point = scanned.kinks[k].point
                if self._tried[number, k] >= _ATTEMPTS or any(
                    _contains(surface, point, self._oracle.loose) for surface in self._surfaces
                ):
                    continue
                self._tried[number, k] += 1
                form = scanned.form(k)
                if form is None:
                    continue
                surface = self._follower.follow(point, form)
                if surface.missing <= _MOST_MISSING and self._is_right(surface):
                    self._surfaces.append(surface)
        return self.found > before

    def _is_right(self, surface: Surface) -> bool:
        loose = self._oracle.loose
        return _bends(surface, loose) and _consistent(surface, loose)

    def extended(self, lines: list[ScannedLine]) -> tuple[Prefix, list[int]]:
        """The prefix with its last layer turned the right way and the layer found; the neurons of
        the layer below to which weights stay open (0 stands for them).

        Raises RecoveryError if the neurons found do not tell the signs of the layer below.
        """
        self._surfaces = _without_repetitions(self._surfaces)
        solved = _solve(self._surfaces)
        turned = self._prefix.turned(solved.backwards)
        size = np.linalg.norm(solved.weights, axis=1)
        layer = turned.extended(solved.weights / size[:, None], solved.biases / size)
        if not solved.open:
            right = ~_contradicted(layer, lines)
            if right.any() and not right.all():
                self._surfaces = [s for s, keep in zip(self._surfaces, right, strict=True) if keep]
                return self.extended(lines)
        return layer, solved.open


def _contradicted(prefix: Prefix, lines: list[ScannedLine]) -> NDArray[np.bool_]:
    """Which neurons of the last layer would bend a line where it is straight."""
    wrong = np.zeros(prefix.widths[-1], dtype=bool)
    for scanned in lines:
        places = [scanned.reach[0], *(kink.t for kink in scanned.kinks), scanned.reach[1]]
        middles = (np.array(places[1:]) + np.array(places[:-1])) / 2
        on = prefix.values(scanned.line.at(middles))[:, prefix.last] > 0
        if not scanned.kinks:
            continue
        points = np.array([kink.point for kink in scanned.kinks])
        near = 1e3 * scanned.oracle.loose * (1 + np.abs(points).max(axis=1))
        seen = np.abs(prefix.values(points)[:, prefix.last]) <= near[:, None]
        wrong |= ((on[1:] != on[:-1]) & ~seen).any(axis=0)
    return wrong


def _without_repetitions(surfaces: list[Surface]) -> list[Surface]:
    """One surface for each neuron: the same may have been followed twice, either way round."""
    kept: list[Surface] = []
    for surface in sorted(surfaces, key=lambda surface: surface.missing):
        if not any(_proportional(surface.weights, other.weights) for other in kept):
            kept.append(surface)
    return kept


def _proportional(a: Floats, b: Floats) -> bool:
    known = ~np.isnan(a) & ~np.isnan(b)
    u, v = a[known], b[known]
    size = np.linalg.norm(u) * np.linalg.norm(v)
    if known.sum() < 2 or size == 0:
        return False
    return bool(size - abs(u @ v) < _PARALLEL * size)


@dataclass(frozen=True)
class _Solved:
    """Which rows below are backwards, all weights and biases, and neurons with open weights."""

    backwards: NDArray[np.bool_]
    weights: Floats
    biases: Floats
    open: list[int]


def _solve(surfaces: list[Surface]) -> _Solved:
    """The signs of the layer below, from all cells of all boundaries.

    A weight w_i that no crossing told shows as ``w_i (s_i - o_i)`` in every cell, s_i being 1 where
    zeta_i > 0: one more unknown.  Where this factor is 0 the weight stays open.
    """
    width = len(surfaces[0].weights)
    missing = [
        (k, int(i))
        for k, surface in enumerate(surfaces)
        for i in np.flatnonzero(np.isnan(surface.weights))
    ]
    unknowns = width + len(surfaces) + len(missing)
    rows, right = [], []
    for number, surface in enumerate(surfaces):
        weights = np.nan_to_num(surface.weights)
        for signs, form in surface.cells:
            zetas = surface.prefix.forms(signs)[surface.prefix.last]
            on = signs[surface.prefix.last] > 0
            block = np.zeros((len(form), unknowns))
            block[:, :width] = (-weights[:, None] * zetas).T
            block[-1, width + number] = 1.0
            for place, (k, i) in enumerate(missing):
                if k == number:
                    block[:, width + len(surfaces) + place] = zetas[i]
            rest = form - (weights * on) @ zetas
            size = np.linalg.norm(rest[:-1]) + np.abs(weights).max()
            rows.append(block / size)
            right.append(rest / size)
    matrix = np.concatenate(rows)
    solution, _, rank, _ = np.linalg.lstsq(matrix, np.concatenate(right), rcond=1e-9)
    layer = len(surfaces[0].prefix.layers)
    if rank < unknowns:
        raise RecoveryError(f"the signs of layer {layer} are not determined")
    flips = solution[:width]
    if np.abs(flips - np.rint(flips)).max() > 1e-3 or not set(np.rint(flips)) <= {0.0, 1.0}:
        raise RecoveryError(f"no signs of layer {layer} fit what was seen")
    backwards = np.rint(flips) == 1
    complete = np.array([np.nan_to_num(surface.weights) for surface in surfaces])
    still_open = set()
    for (k, i), seen in zip(missing, solution[width + len(surfaces) :], strict=True):
        signs = surfaces[k].cells[0][0][surfaces[k].prefix.last]
        factor = float(signs[i] > 0) - float(backwards[i])
        if factor:
            complete[k, i] = seen / factor
        else:
            still_open.add(i)
    biases = solution[width : width + len(surfaces)]
    return _Solved(np.asarray(backwards), complete, biases, sorted(still_open))


def _contains(surface: Surface, point: Floats, loose: float) -> bool:
    """Whether a point lies on the followed boundary, as far as the cells tell it.

    The point's own form follows from the first cell's by the weights, where only neurons of the
    last layer lie between.
    """
    signs = surface.prefix.signs(point)
    last = surface.prefix.last
    for known, form in surface.cells:
        if (known[: last.start] == signs[: last.start]).all():
            zetas = surface.prefix.forms(signs)[last]
            change = (signs[last] - known[last]) / 2
            there = form + (np.nan_to_num(surface.weights) * change) @ zetas
            value = abs(there[:-1] @ point + there[-1])
            scale = np.linalg.norm(there[:-1]) * (1 + np.abs(point).max())
            return bool(value <= loose * scale)
    return False


def _bends(surface: Surface, loose: float) -> bool:
    """Whether it bends anywhere; if not it is a hyperplane, and of the first layer."""
    return bool(np.nanmax(np.abs(surface.weights), initial=0.0) > loose)


def _consistent(surface: Surface, loose: float) -> bool:
    """Whether the cells' forms agree with the weights (they do unless something was mistaken)."""
    last = surface.prefix.last
    (first, form), zetas = surface.cells[0], None
    for signs, other in surface.cells[1:]:
        if (signs[: last.start] != first[: last.start]).any():
            continue
        zetas = surface.prefix.forms(signs)[last]
        change = (signs[last] - first[last]) / 2
        expected = form + (np.nan_to_num(surface.weights) * change) @ zetas
        if np.abs(expected - other).max() > loose * np.abs(other).max():
            return False
    return True
