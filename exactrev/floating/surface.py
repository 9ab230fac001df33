"""Following the boundary of one neuron of the next layer through the cells of the known ones.

On a cell the boundary is flat.  Where it crosses the boundary of a known neuron with form zeta,
its form changes by ``mu zeta``; one kink beyond tells mu.  If the neuron is of the last known
layer, mu is the weight to it (as long as zeta's positive side counts as on); crossing a neuron of
an earlier layer, mu mixes weights and is measured each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from exactrev.floating.lines import Kink, Line, Scanner
from exactrev.floating.oracle import FloatOracle, Floats
from exactrev.floating.prefix import Prefix, Signs

_DIRECTIONS = 400
_PLACES = 6
_FAILURES = 10  # bends that could not be measured
_MOVES = 80  # crossings without a new weight; most of them ask nothing
_DRIFT = 1e-3  # of what is loose: how far a followed form may be off, over 1 + |x|


@dataclass
class Surface:
    """A neuron's boundary as far as it was followed.

    ``weights`` to the last known layer, nan where that neuron was not crossed; ``cells`` lists
    signs and the form there, all with one scale.
    """

    prefix: Prefix
    weights: Floats
    cells: list[tuple[Signs, Floats]] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """The number of weights not known."""
        return int(np.isnan(self.weights).sum())


@dataclass(frozen=True)
class Crossing:
    """A way to cross a neuron's boundary: from a point along a direction, and how far it is."""

    neuron: int
    point: Floats
    direction: Floats
    room: float
    fitness: float


class Follower:
    """Follows boundaries through the cells of a prefix."""

    def __init__(self, oracle: FloatOracle, prefix: Prefix, random: np.random.Generator) -> None:
        self._oracle, self._prefix, self._random = oracle, prefix, random

    def follow(self, point: Floats, form: Floats) -> Surface:
        """The boundary through a point, where its form is given, as far as patience lasts."""
        form = form / np.linalg.norm(form[:-1])
        signs = self._prefix.signs(point)
        width = self._prefix.last.stop - self._prefix.last.start
        surface = Surface(self._prefix, np.full(width, np.nan), [(signs, form)])
        failures = moves = 0
        failed: set[int] = set()
        while surface.missing and failures < _FAILURES and moves < _MOVES:
            ways = self._ways(point, form, signs)
            if not ways:
                break
            way = self._choice(ways, surface, failed)
            crossed = self._cross(way, form, signs, surface)
            if crossed is None:
                failures += 1
                failed.add(way.neuron)
                continue
            fresh, point, form = crossed
            moves = 0 if fresh else moves + 1
            signs, failed = signs.copy(), set()
            signs[way.neuron] *= -1
            surface.cells.append((signs, form))
        return surface

    # -- where to cross ------------------------------------------------------------------------

    def _ways(self, point: Floats, form: Floats, signs: Signs) -> list[Crossing]:
        """Ways out of the cell within the boundary, from places in it."""
        forms = self._prefix.forms(signs)
        normal = form[:-1] / np.linalg.norm(form[:-1])
        n, place, found = len(normal), point, []
        if n < 2:
            return []
        for _ in range(_PLACES):
            directions = self._random.normal(size=(_DIRECTIONS // _PLACES, n))
            directions -= np.outer(directions @ normal, normal)
            directions /= np.linalg.norm(directions, axis=1)[:, None]
            heights = forms[:, :-1] @ place + forms[:, -1]
            steepness = directions @ forms[:, :-1].T
            with np.errstate(all="ignore"):
                reach = -heights / steepness
            reach = np.where(reach > 0, reach, np.inf)
            order = np.argsort(reach, axis=1)[:, :2]
            for k, direction in enumerate(directions):
                first = int(order[k, 0])
                near = reach[k, first]
                if not np.isfinite(near):
                    continue
                far = reach[k, order[k, 1]] if order.shape[1] > 1 else np.inf
                room = min(far - near, 10 * (1 + np.linalg.norm(place + near * direction)))
                size = np.linalg.norm(forms[first, :-1])
                angle = abs(steepness[k, first]) / size if size else 0.0
                at = place + near * direction
                fitness = min(room, 3.0) * angle / (1 + np.linalg.norm(at))
                found.append(Crossing(first, at, direction, room, fitness))
            k = int(self._random.integers(len(directions)))
            limit = min(reach[k].min(initial=np.inf), 10.0)
            place = place + directions[k] * limit * self._random.uniform(0.2, 0.8)
        return found

    def _choice(self, ways: list[Crossing], surface: Surface, failed: set[int]) -> Crossing:
        """The roomiest way to a new weight not yet tried here; else any roomy way."""
        first = self._prefix.last.start
        unknown = [
            way
            for way in ways
            if way.neuron >= first
            and way.neuron not in failed
            and np.isnan(surface.weights[way.neuron - first])
        ]
        if unknown:
            return max(unknown, key=lambda way: way.fitness)
        best: dict[int, Crossing] = {}
        for way in ways:
            if way.neuron not in best or way.fitness > best[way.neuron].fitness:
                best[way.neuron] = way
        listed = list(best.values())
        return listed[int(self._random.integers(len(listed)))]

    # -- crossing ------------------------------------------------------------------------------

    def _cross(
        self, way: Crossing, form: Floats, signs: Signs, surface: Surface
    ) -> tuple[bool, Floats, Floats] | None:
        """Whether a weight was learnt, a point beyond, and the form there; None if it failed."""
        zeta = self._prefix.forms(signs)[way.neuron]
        upwards = -signs[way.neuron]  # +1 where zeta becomes positive
        place = way.neuron - self._prefix.last.start
        known = place >= 0 and not np.isnan(surface.weights[place])
        if known:
            mu = surface.weights[place] * upwards
        else:
            measured = self._bend(way, form, zeta)
            if measured is None:
                return None
            mu = measured
            if place >= 0:
                surface.weights[place] = mu * upwards
        beyond = form + mu * zeta
        point = self._onto(way.point + way.direction * (way.room * 0.3), beyond)
        there = self._prefix.signs(point)
        expected = signs.copy()
        expected[way.neuron] *= -1
        if (there != expected).any():  # the bend leads elsewhere: stay close to the crossing
            point = self._onto(way.point + way.direction * (way.room * 1e-3), beyond)
            if (self._prefix.signs(point) != expected).any():
                return None
        return place >= 0 and not known, point, beyond

    def _onto(self, point: Floats, form: Floats) -> Floats:
        normal = form[:-1]
        return np.asarray(point - normal * (form[:-1] @ point + form[-1]) / (normal @ normal))

    def _bend(self, way: Crossing, form: Floats, zeta: Floats) -> float | None:
        """mu, measured close to the crossing first, then as far out as there is room."""
        across = _parallel_to(zeta[:-1], form[:-1])
        near = way.room * 1e-3
        scanner = self._across(way, near, across)
        reach = min(200 * near, self._clearance(way, near, across))
        for kink in scanner.kinks(-reach, reach):
            mu = self._mu(kink.point, form, zeta)
            if mu is None:
                continue
            drift = _DRIFT * self._oracle.loose * (1 + np.abs(way.point).max())
            doubt, far, confirmed = (kink.doubt + drift) / near, near * 20, False
            while far < way.room * 0.45:
                better = self._again(way, far, mu, doubt * far * 4 + drift, form, zeta, across)
                if better is None:
                    break
                (mu, doubt), confirmed = better, True
                far *= 20
            if confirmed:
                return mu
        return None

    def _again(
        self, way: Crossing, far: float, mu: float, doubt: float,
        form: Floats, zeta: Floats, across: Floats,
    ) -> tuple[float, float] | None:  # fmt: skip
        """mu from a kink where it is expected at another distance; None if there is none."""
        scanner = self._across(way, far, across)
        bent = form + mu * zeta
        slope = bent[:-1] @ across
        if slope == 0:
            return None
        at = way.point + far * way.direction
        expected = -(bent[:-1] @ at + bent[-1]) / slope
        room = self._clearance(way, far, across)
        kink = kink_near(scanner, expected, doubt, min(room - abs(expected), far))
        if kink is None:
            return None
        found = self._mu(kink.point, form, zeta)
        drift = _DRIFT * self._oracle.loose * (1 + np.abs(at).max())
        return None if found is None else (found, (kink.doubt + drift) / far)

    def _across(self, way: Crossing, far: float, across: Floats) -> Scanner:
        return Scanner(self._oracle, Line(way.point + far * way.direction, across))

    def _clearance(self, way: Crossing, far: float, across: Floats) -> float:
        """How far one may go across the boundary, both ways, without leaving the cell beyond."""
        at = way.point + far * way.direction
        signs = self._prefix.signs(at)
        forms = self._prefix.forms(signs)
        heights = forms[:, :-1] @ at + forms[:, -1]
        with np.errstate(all="ignore"):
            reach = np.abs(heights / (forms[:, :-1] @ across))
        return float(np.nan_to_num(reach, nan=np.inf).min(initial=1e3)) * 0.95

    def _mu(self, point: Floats, form: Floats, zeta: Floats) -> float | None:
        """The mu whose bent form vanishes at a point."""
        height = zeta[:-1] @ point + zeta[-1]
        if height == 0:
            return None
        return float(-(form[:-1] @ point + form[-1]) / height)


def _parallel_to(wall: Floats, normal: Floats) -> Floats:
    """The direction nearest to ``normal`` among those parallel to a wall with the other normal.

    Along it the wall stays as far as it is, so that a bend of any size is met.
    """
    along = normal - wall * (normal @ wall) / (wall @ wall)
    return np.asarray(along / np.linalg.norm(along))


def kink_near(scanner: Scanner, t: float, doubt: float, room: float) -> Kink | None:
    """The kink within ``doubt`` of t, measured on as wide a base as there is."""
    width = room
    while width > 4 * doubt and width > 1e-10 * (1 + abs(t)):
        left = scanner.piece(t - width / 2, width / 2.1)
        right = scanner.piece(t + width / 2, width / 2.1)
        if left is not None and right is not None:
            kink = scanner.kink_between(left, right)
            if kink is not None:
                return kink if abs(kink.t - t) <= doubt + kink.doubt else None
        width /= 4
    return None
