"""Pieces of the box about a domain that have no point of it, and the proof of that."""

from __future__ import annotations

from flint import fmpq

from exactrev.arrangement.local import Pairs, integer_pairs
from exactrev.bounds.pieces import Piece, Side
from exactrev.domain.boxes import is_product
from exactrev.lp.certificates import Motzkin
from exactrev.lp.feasibility import solve
from exactrev.lp.polyhedron import Form, Polyhedron
from exactrev.lp.system import System


class Vacancy:
    """Tells whether a piece has points of the domain, to whose rows ``sums`` further ones came."""

    def __init__(self, domain: Polyhedron, sums: int) -> None:
        self._domain, self._first = domain, len(domain.rows) + sums
        self._is_box = is_product(domain)

    def proof(self, piece: Piece) -> Pairs | None:
        """Rows of the piece with multipliers that show that it has no point; None if it has one."""
        if self._is_box or self._domain.contains(
            [fmpq(1, 2) * (low + high) for low, high in piece.box]
        ):
            return None
        nearest: dict[tuple[int, int], int] = {}
        for number, (place, sign, _) in enumerate(piece.sides):
            nearest[place, sign] = number  # a later one is nearer
        kept = sorted(nearest.values())
        rows = [*self._domain.rows, *(self._row(piece.sides[k]) for k in kept)]
        numbers = [*range(len(self._domain.rows)), *(self._first + k for k in kept)]
        found = solve(System.of(self._domain.dimension, rows=rows))
        if not isinstance(found, Motzkin):
            return None
        used = [(k, y) for k, y in zip(numbers, found.rows, strict=True) if y]
        return integer_pairs(used)[1]

    def _row(self, side: Side) -> Form:
        """The row that a cut has added."""
        place, sign, at = side
        row = [fmpq(0)] * (self._domain.dimension + 1)
        row[place], row[-1] = fmpq(sign), -sign * at
        return tuple(row)
