"""The linear regions assumption: distinct activation regions carry distinct affine maps.

Two regions on which f is the same affine map make it fail.  Where such regions are neighbours f
does not bend between them, and that part of a boundary cannot be seen from f at all; where they
are not, boundaries are as visible as ever.

>>> from exactrev import Network
>>> from exactrev.arrangement import regions
>>> tent = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])   # relu(|x| - 1)
>>> found = linear_regions(regions(tent, depth=1))
>>> found.regions, found.sharing, found.holds
(4, 2, False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from exactrev.arrangement import Region, Regions
from exactrev.arrangement.forms import UNIT, Floats, NetworkRows
from exactrev.network.evaluation import AffineMap

_CHUNK = 4096


@dataclass(frozen=True)
class SharedMap:
    """Two different regions on which f is the same affine map."""

    regions: tuple[Region, Region]

    @property
    def map(self) -> AffineMap:
        """The map."""
        return self.regions[0].affine_map


@dataclass(frozen=True)
class LinearRegions:
    """Of ``regions`` regions, ``sharing`` have an affine map that another one has too.

    ``shared`` is a pair of such regions, None if there is none; ``complete``: all were compared.
    """

    regions: int
    sharing: int
    shared: SharedMap | None
    complete: bool = True

    @property
    def holds(self) -> bool:
        """Whether no two of the regions carry the same map."""
        return self.shared is None


def linear_regions(found: Regions, stop: Callable[[], bool] = lambda: False) -> LinearRegions:
    """Which of the regions found carry the same affine map, decided exactly.

    Floats with error bounds tell apart what certainly differs; the others are compared exactly.
    Once ``stop`` is true the comparison ends early.
    """
    sharing, shared, complete = 0, None, True
    for cluster in _not_told_apart(found):
        same: dict[object, list[int]] = {}
        for number in cluster:
            if stop():
                complete = False
                break
            exact = found[number].affine_map
            key = (tuple(exact.linear.entries()), tuple(exact.constant.entries()))
            same.setdefault(key, []).append(number)
        for group in same.values():
            if len(group) > 1:
                sharing += len(group)
                shared = shared or SharedMap((found[group[0]], found[group[1]]))
    return LinearRegions(len(found), sharing, shared, complete)


def _not_told_apart(found: Regions) -> Iterator[list[int]]:
    """Sets of two and more regions such that maps of regions from different sets differ."""
    low, high = _intervals(found)
    order = np.argsort(low, kind="stable")
    reach = np.maximum.accumulate(high[order])
    apart = np.flatnonzero(low[order][1:] > reach[:-1]) + 1
    for cluster in np.split(order, apart):
        if len(cluster) > 1:
            yield sorted(cluster.tolist())


def _intervals(found: Regions) -> tuple[Floats, Floats]:
    """For every region an interval that holds one fixed linear combination of its map's entries."""
    rows = NetworkRows(found.network, found.domain)
    size = found.network.outputs * (rows.n + 1)
    weights = np.random.default_rng(0).uniform(1, 2, (found.network.outputs, rows.n + 1))
    low, high = np.empty(len(found)), np.empty(len(found))
    for start in range(0, len(found), _CHUNK):
        some = slice(start, start + _CHUNK)
        with np.errstate(all="ignore"):
            maps = rows.float_forms(found.signs[some], rows.depth + 1)[-1]
            terms = maps.values * weights
            centre = terms.sum(axis=(1, 2))
            doubt = (maps.errors[:, :, None] * weights).sum(axis=(1, 2))
            doubt += (size + 2) * UNIT * (np.abs(terms).sum(axis=(1, 2)) + doubt)
            low[some] = np.nextafter(centre - doubt, -np.inf)
            high[some] = np.nextafter(centre + doubt, np.inf)
    lost = ~(np.isfinite(low) & np.isfinite(high))
    low[lost], high[lost] = -np.inf, np.inf
    return low, high
