"""Betti numbers over GF(2) of closed unions of faces, bounded or not, exactly.

A closed union X of faces has the homotopy type of the order complex of its poset P of faces: X is
the colimit of the closures of its faces, the boundary of a closure is a cofibration in it, so the
colimit is a homotopy colimit, and closures are convex, hence contractible (projection lemma and
homotopy lemma: G. Ziegler, R. Živaljević, "Homotopy types of subspace arrangements via diagrams of
spaces", 1993).  Nothing here asks the faces to be bounded, or to have vertices.

The order complex is large, but it is built by adding the faces F in order of dimension, and each
one adds a cone over the order complex of P_<F, the faces below it.  The chain complex of a cone
over L is, up to quasi-isomorphism, L's with one more generator of degree k+1 for each class of a
basis of the reduced homology H_k(L), bounded by any cycle of that class.  So the homology of X is
that of a complex with few generators: for a face with a compact closure P_<F is a sphere and F
gets one generator of its own dimension, as in cellular homology; for one that is like a half-space
P_<F is acyclic and F gets none; for one without faces below (a line, all of R^n) P_<F is empty and
F gets one of degree 0.  The generators of F depend on the faces below F alone, so they serve every
closed set that F belongs to.

>>> from exactrev import Network
>>> from exactrev.arrangement import regions
>>> from exactrev.arrangement.complex import CellComplex
>>> line = Network.dense([([[1, 0]], [0]), ([[1]], [0])])    # its zero set is a line in the plane
>>> plane = CellComplex.of(regions(line, depth=2))
>>> Homology(plane).betti(plane.zero_set(0))
(1, 0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exactrev.arrangement.complex import CellComplex, Face, Subcomplex
from exactrev.errors import InputError


@dataclass(frozen=True)
class Generator:
    """A generator of a chain complex over GF(2), and the numbers of those its boundary sums."""

    degree: int
    boundary: tuple[int, ...]


#: A homology class: its degree, and the numbers of the generators that one of its cycles sums.
Cycle = tuple[int, tuple[int, ...]]


class Homology:
    """Homology over GF(2) of the closed unions of faces of one complex."""

    def __init__(self, cells: CellComplex) -> None:
        self.cells = cells
        self._generators: list[Generator] = []
        self._of: dict[Face, tuple[int, ...]] = {}

    def betti(self, closed: Subcomplex) -> tuple[int, ...]:
        """The ranks of H_0, ..., H_d of a closed set of dimension d; () if it is empty.

        Raises InputError if the set is part of another complex.
        """
        if closed.cells is not self.cells:
            raise InputError("the set belongs to another complex")
        numbers: list[int] = []
        for face in closed:
            if face not in self._of:
                self._of[face] = self._attach(face)
            numbers += self._of[face]
        if not numbers:
            return ()
        ranks = [0] * (closed.dimension + 1)
        for degree, _ in reduced_homology({g: self._generators[g] for g in numbers}):
            ranks[degree] += 1
        ranks[0] += 1
        return tuple(ranks)

    def _attach(self, face: Face) -> tuple[int, ...]:
        """Generators for the cone over the faces below one; those have theirs already."""
        below = [g for other in self._below(face) for g in self._of[other]]
        added = []
        for degree, cycle in reduced_homology({g: self._generators[g] for g in below}):
            added.append(len(self._generators))
            self._generators.append(Generator(degree + 1, cycle))
        return tuple(added)

    def _below(self, face: Face) -> Iterable[Face]:
        """All faces in the closure of a face but itself, those of smaller dimension first."""
        codimension, place = face
        levels, level = [], {place}
        for k in range(codimension, self.cells.depth):
            level = {g for f in level for g in self.cells.facets_of[k][f]}
            levels.append([(k + 1, f) for f in sorted(level)])
        return [face for level_faces in reversed(levels) for face in level_faces]


def reduced_homology(generators: dict[int, Generator]) -> list[Cycle]:
    """A basis of the reduced homology of a chain complex over GF(2), generators by number.

    Degree 0 is augmented; the empty complex has one class, of degree -1.  Columns are reduced from
    left to right by their last entries; a column that becomes 0 is a new cycle, and a class of the
    basis unless some reduced column of the next degree ends at it.  Source: H. Edelsbrunner,
    D. Letscher, A. Zomorodian, "Topological persistence and simplification", 2002.
    """
    if not generators:
        return [(-1, ())]
    degrees: dict[int, list[int]] = {}
    for number, generator in generators.items():
        degrees.setdefault(generator.degree, []).append(number)
    cycles: dict[int, dict[int, int]] = {}
    killed: dict[int, set[int]] = {}
    for degree, numbers in degrees.items():
        rows = degrees.get(degree - 1, [])
        place = {number: k for k, number in enumerate(rows)}
        columns = [_sum_of(place[g] for g in generators[number].boundary) for number in numbers]
        if degree == 0:
            columns = [1] * len(numbers)  # the augmentation
        cycles[degree], killed[degree - 1] = reduce_columns(columns)
    basis = []
    for degree in sorted(degrees):
        for last, combination in cycles[degree].items():
            if last not in killed.get(degree, ()):
                basis.append((degree, tuple(_chosen(combination, degrees[degree]))))
    return basis


def reduce_columns(columns: Sequence[int]) -> tuple[dict[int, int], set[int]]:
    """The kernel and the image of a matrix over GF(2) given by its columns (bits are rows).

    The kernel as {last column: set of columns that sum to 0, as bits}, the image as the rows in
    which the reduced columns have their last entries: as many as the rank.
    """
    ending: dict[int, tuple[int, int]] = {}
    kernel = {}
    for k, column in enumerate(columns):
        combination = 1 << k
        while column:
            last = column.bit_length() - 1
            if last not in ending:
                ending[last] = column, combination
                break
            other, others = ending[last]
            column, combination = column ^ other, combination ^ others
        else:
            kernel[k] = combination
    return kernel, set(ending)


def _sum_of(places: Iterable[int]) -> int:
    total = 0
    for place in places:
        total ^= 1 << place
    return total


def _chosen(bits: int, numbers: Sequence[int]) -> Iterable[int]:
    while bits:
        lowest = bits & -bits
        yield numbers[lowest.bit_length() - 1]
        bits ^= lowest
