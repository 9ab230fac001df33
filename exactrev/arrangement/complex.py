"""The cell complex of an arrangement: all faces, and which lies in the closure of which.

A face is the nonempty set of the points in the interior of the domain where every z has given
signs.  The signs alone tell closures: G lies in the closure of F if and only if every sign of G is
0 or that of F; otherwise no point of G does.

*Only if*: a point where z > 0 has only such points near it, and the same for z < 0; so if one point
of G is a limit of points of F, each sign of G is that of F or 0.

*If*: let z^F be the affine form that z is on F, and x in G.  Layer by layer z(x) = z^F(x): where F
has z_j > 0, z_j(x) = z_j^F(x) >= 0 by the signs of G, so z_j is passed on at x as on F; elsewhere
z_j(x) <= 0 and nothing is passed on, at x as on F; so the forms of the next layer agree at x too.
Hence x satisfies the conditions s z^F >= 0 (s = +-1) and z^F = 0 of F weakly, and for any p in F
the half-open segment from p towards x, all of it but x, satisfies them strictly (the interior of
the domain is convex): it lies in F, and ends in x.

So closures are unions of faces, F is convex, and G below F has smaller dimension.  Closures are
taken in the interior of the domain: that is the space which the faces decompose.

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
from numpy.typing import NDArray

from exactrev.arrangement.forms import WALL, ZERO, Signs
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


def plain_signs(signs: Signs) -> Signs:
    """Signs 1, -1, 0: without telling the neurons that vanish apart."""
    return np.where((signs == ZERO) | (signs == WALL), 0, signs).astype(np.int8)


def cofaces(faces: Signs, larger: Signs) -> list[tuple[int, ...]]:
    """For every face, which of ``larger`` (signs 1, -1, 0; of one dimension more) it bounds.

    Where only independent equations vanish on a face of codimension k, every choice of signs of
    these k neurons occurs beside it: on each, their forms differ from those on the face by
    multiples of earlier ones, so they stay independent.  There the faces of one dimension more are
    those with one of the k signs changed to 1 or -1.  Other faces are compared with all.
    """
    number = {row.tobytes(): k for k, row in enumerate(larger)}
    degenerate = (faces == ZERO).any(axis=1)
    plain = plain_signs(faces)
    found: list[tuple[int, ...]] = [()] * len(faces)
    for k in np.flatnonzero(~degenerate).tolist():
        beside = []
        row = plain[k].copy()
        for wall in np.flatnonzero(faces[k] == WALL).tolist():
            for sign in (1, -1):
                row[wall] = sign
                beside.append(number[row.tobytes()])
            row[wall] = 0
        found[k] = tuple(sorted(beside))
    above, below = _words(larger == 1), _words(larger == -1)
    on, off = _words(plain == 1), _words(plain == -1)
    for k in np.flatnonzero(degenerate).tolist():
        kept = ((on[k] & ~above) | (off[k] & ~below)) == 0
        found[k] = tuple(np.flatnonzero(kept.all(axis=1)).tolist())
    return found


def _words(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows of bits packed into words of 64."""
    rows, width = bits.shape
    padded = np.zeros((rows, -(-width // 64) * 64), dtype=bool)
    padded[:, :width] = bits
    return np.packbits(padded, axis=1).view(np.uint64)


def neuron_name(widths: Sequence[int], neuron: int) -> str:
    """``L:i`` (layer from 1, place from 0) of a neuron numbered through all hidden layers."""
    for layer, width in enumerate(widths, 1):
        if neuron < width:
            return f"{layer}:{neuron}"
        neuron -= width
    raise InputError("no neuron has this number")
