"""The regions of a network on a domain, as a search has found them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from exactrev.arrangement.forms import ON, Signs
from exactrev.arrangement.found import Found
from exactrev.arrangement.leaves import Point
from exactrev.exact.rational import from_floats
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import AffineMap, Pattern, affine_map
from exactrev.network.model import Network

if TYPE_CHECKING:
    from exactrev.network.symbolic import SymbolicRegion


@dataclass(frozen=True, repr=False)
class Region:
    """A full-dimensional cell on which the activation pattern is constant, with a point inside."""

    network: Network
    pattern: Pattern
    point: Point

    @cached_property
    def affine_map(self) -> AffineMap:
        """The network's map on the region."""
        return affine_map(self.network, self.pattern)

    def to_sympy(self, symbols: Sequence[Any] | None = None) -> SymbolicRegion:
        """The closed region's inequalities, and the outputs on it, as exact sympy expressions."""
        from exactrev.network.symbolic import region_to_sympy

        return region_to_sympy(self, symbols)

    def __repr__(self) -> str:
        signs = "|".join("".join("+" if on else "-" for on in layer) for layer in self.pattern)
        return f"<Region {signs} at ({', '.join(map(str, self.point))})>"


@dataclass(frozen=True, repr=False)
class Regions:
    """The regions of a network that meet the interior of a domain.

    ``counts`` are the numbers of faces of codimension 0 (the regions), 1 (the facets), ... down to
    the depth asked for; all of them if ``complete``, else ``open_branches`` are left, of which
    ``open_regions`` hold at least one more region each.
    """

    network: Network
    domain: Polyhedron
    counts: tuple[int, ...]
    open_branches: int
    open_regions: int
    _found: Found

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.open_branches == 0

    def __len__(self) -> int:
        return self.counts[0]

    def __iter__(self) -> Iterator[Region]:
        for pattern, point in zip(self.patterns(), self.face_points(0), strict=True):
            yield Region(self.network, pattern, point)

    def __getitem__(self, index: int) -> Region:
        return Region(self.network, self.pattern(index), self.point(index))

    @cached_property
    def signs(self) -> Signs:
        """1 (on), -1 (off) or 2 (identically zero) for every region and neuron."""
        return self.face_signs(0)

    def face_signs(self, codimension: int) -> Signs:
        """The signs of every face of a codimension: 1, -1, or 2 and 3 where z is 0 on the face."""
        blocks = self._found.signs[codimension]
        width = sum(layer.size for layer in self.network.hidden)
        return np.concatenate(blocks) if blocks else np.zeros((0, width), dtype=np.int8)

    def face_points(self, codimension: int) -> Iterator[Point]:
        """A point in the relative interior of every face, in the order of :meth:`face_signs`."""
        for block in self._found.points[codimension]:
            if isinstance(block, np.ndarray):
                for row in block.tolist():
                    yield from_floats(row)
            else:
                yield from block

    @cached_property
    def _points(self) -> list[Point]:
        return list(self.face_points(0))

    def point(self, index: int) -> Point:
        """An exact point inside a region."""
        return self._points[index]

    def pattern(self, index: int) -> Pattern:
        """The activation pattern of a region."""
        return pattern_of(self.network, self.signs[index].tolist())

    def patterns(self) -> Iterator[Pattern]:
        """The activation pattern of every region, in order."""
        return map(self.pattern, range(len(self)))

    def __repr__(self) -> str:
        state = "" if self.complete else f", {self.open_branches} branches open"
        return f"<Regions of {self.network!r}: {', '.join(map(str, self.counts))}{state}>"


def pattern_of(network: Network, signs: Sequence[int]) -> Pattern:
    """Which neurons are on, layer by layer."""
    pattern, start = [], 0
    for layer in network.hidden:
        pattern.append(tuple(sign == ON for sign in signs[start : start + layer.size]))
        start += layer.size
    return tuple(pattern)
