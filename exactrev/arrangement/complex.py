"""The cell complex of an arrangement: all faces, and which lies in the closure of which.

A face is the nonempty set of the points in the interior of the domain where every z has given
signs: a relatively open convex polyhedron.  Its closure is the union of the faces whose signs are
its own or 0 (proof in incidence.py), and all of these but itself have smaller dimension.  Closures
are taken in the interior of the domain: that is the space which the faces decompose.

>>> from exactrev import Network
>>> from exactrev.arrangement import regions
>>> lines = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
>>> plane = CellComplex.of(regions(lines, depth=2))
>>> plane.f_vector, plane.whole().alternating_sum
((1, 4, 4), 1)
>>> plane.cofaces(2)        # the crossing point lies on all four facets
[(0, 1, 2, 3)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from exactrev.arrangement.forms import Signs
from exactrev.arrangement.incidence import cofaces, plain_signs
from exactrev.arrangement.leaves import Point
from exactrev.arrangement.regions import Regions
from exactrev.errors import InputError

#: A face: its codimension, and its place among the faces of that codimension.
Face = tuple[int, int]


@dataclass(frozen=True)
class CellComplex:
    """The faces of an arrangement down to the codimension that it was searched to.

    ``signs`` are, for every codimension, the signs 1, -1, 0 of all neurons on its faces, in the
    order of :meth:`Regions.face_signs`.
    """

    found: Regions
    signs: tuple[Signs, ...]
    _cofaces: dict[int, list[tuple[int, ...]]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(found: Regions) -> CellComplex:
        """The complex of a complete search; raises InputError if the search was not complete."""
        if not found.complete:
            raise InputError("the cell complex needs a complete search for regions")
        return CellComplex(
            found,
            tuple(plain_signs(found.face_signs(k)) for k in range(len(found.counts))),
        )

    @property
    def dimension(self) -> int:
        """The dimension of the regions."""
        return self.found.network.inputs

    @property
    def depth(self) -> int:
        """The largest codimension of the faces at hand."""
        return len(self.signs) - 1

    @property
    def f_vector(self) -> tuple[int, ...]:
        """The numbers of faces of dimension 0, ..., n; raises InputError unless all are at hand."""
        return self.whole().f_vector

    @cached_property
    def points(self) -> tuple[list[Point], ...]:
        """An exact point in the relative interior of every face, by codimension."""
        return tuple(list(self.found.face_points(k)) for k in range(self.depth + 1))

    def cofaces(self, codimension: int) -> list[tuple[int, ...]]:
        """For every face of a codimension >= 1, the faces of one dimension more that it bounds."""
        if codimension not in self._cofaces:
            self._cofaces[codimension] = cofaces(
                self.found.face_signs(codimension), self.signs[codimension - 1]
            )
        return self._cofaces[codimension]

    @cached_property
    def facets_of(self) -> tuple[list[list[int]], ...]:
        """For every face, the faces of one dimension less in its closure, by codimension."""
        below: list[list[list[int]]] = [[[] for _ in signs] for signs in self.signs]
        for codimension in range(1, self.depth + 1):
            for face, larger in enumerate(self.cofaces(codimension)):
                for other in larger:
                    below[codimension - 1][other].append(face)
        return tuple(below)

    # -- closed sets ---------------------------------------------------------------------------

    def closure(self, codimension: int, faces: Iterable[int]) -> Subcomplex:
        """The union of the closures of some faces of one codimension."""
        self._require_all_faces()
        levels: list[list[int]] = [[] for _ in range(codimension)]
        levels.append(sorted(set(faces)))
        for k in range(codimension, self.depth):
            levels.append(sorted({g for f in levels[k] for g in self.facets_of[k][f]}))
        return Subcomplex(self, tuple(map(tuple, levels)))

    def whole(self) -> Subcomplex:
        """All faces: the interior of the domain."""
        self._require_all_faces()
        return Subcomplex(self, tuple(tuple(range(len(signs))) for signs in self.signs))

    def zero_set(self, neuron: int) -> Subcomplex:
        """Where z of a neuron (numbered through all hidden layers) is 0, wherever that is."""
        self._require_all_faces()
        return Subcomplex(
            self,
            tuple(tuple(np.flatnonzero(signs[:, neuron] == 0).tolist()) for signs in self.signs),
        )

    def compact(self) -> Subcomplex:
        """The union of the faces whose closure is compact (bounded, and inside the domain).

        A closed convex set of dimension d >= 2 is compact if and only if its relative boundary is
        compact and not empty: outside a compact boundary the set would be everything or nothing.
        """
        self._require_all_faces()
        n = self.dimension
        levels: list[list[int]] = []
        kept: set[int] = set()
        for k in range(n, -1, -1):
            facets = self.facets_of[k]
            kept = {
                face
                for face, boundary in enumerate(facets)
                if k == n or (len(boundary) > (k == n - 1) and kept.issuperset(boundary))
            }
            levels.append(sorted(kept))
        return Subcomplex(self, tuple(map(tuple, reversed(levels))))

    def _require_all_faces(self) -> None:
        if self.depth < self.dimension:
            raise InputError(
                f"the faces of codimension {self.depth + 1} to {self.dimension} are needed too"
            )


@dataclass(frozen=True)
class Subcomplex:
    """A closed union of faces of the complex ``cells``: their places, by codimension."""

    cells: CellComplex
    faces: tuple[tuple[int, ...], ...]

    @property
    def dimension(self) -> int:
        """The largest dimension of its faces; -1 if it is empty."""
        sizes = self.f_vector
        return max((d for d, size in enumerate(sizes) if size), default=-1)

    @property
    def f_vector(self) -> tuple[int, ...]:
        """The numbers of its faces of dimension 0, ..., n."""
        return tuple(len(level) for level in reversed(self.faces))

    @property
    def alternating_sum(self) -> int:
        """The sum of (-1)^dimension over its faces.

        This is the Euler characteristic with compact support: the Euler characteristic of a compact
        set, and (-1)^n for the interior of a domain of dimension n.
        """
        return sum((-1) ** d * size for d, size in enumerate(self.f_vector))

    def __iter__(self) -> Iterator[Face]:
        """The faces, those of smaller dimension first."""
        for codimension in range(len(self.faces) - 1, -1, -1):
            for face in self.faces[codimension]:
                yield codimension, face


def neuron_name(widths: Sequence[int], neuron: int) -> str:
    """``L:i`` (layer from 1, place from 0) of a neuron numbered through all hidden layers."""
    for layer, width in enumerate(widths, 1):
        if neuron < width:
            return f"{layer}:{neuron}"
        neuron -= width
    raise InputError("no neuron has this number")
