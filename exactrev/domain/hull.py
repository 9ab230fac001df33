"""The smallest box about a bounded polyhedron, with the sums of its rows that show it (format, 11).

>>> triangle = Polyhedron.of(2, [[1, 0, 0], [0, 1, 0], [-2, -1, 2]])   # 2 x + y <= 2
>>> found = hull(triangle)
>>> [(str(low), str(high)) for low, high in found.box], found.lines()
([('0', '1'), ('0', '2')], ['sum 1 1 2 1', 'sum 0 2 2 1'])
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from exactrev.arrangement.local import Pairs, integer_pairs, pairs_line
from exactrev.domain.boxes import Box, bounding_box, ends_of
from exactrev.lp.certificates import Optimum
from exactrev.lp.optimum import minimise
from exactrev.lp.polyhedron import Polyhedron
from exactrev.lp.system import System

_TIGHTENED = 32  # inputs up to which ends that rows give already are looked at too


@dataclass(frozen=True)
class Hull:
    """A box about a domain; each of ``sums``, made of the domain's rows, bounds one input."""

    box: Box
    sums: tuple[Pairs, ...] = ()

    def lines(self) -> list[str]:
        """The certificate's steps by which the box's ends are rows."""
        return [pairs_line("sum", pairs) for pairs in self.sums]


def hull(domain: Polyhedron) -> Hull | None:
    """The box about a domain, None if that is unbounded or has no point.

    It is the smallest one up to 32 inputs; beyond, ends that single rows give are taken as they
    are.
    """
    box = bounding_box(domain)
    if box is not None:
        return Hull(tuple(box)) if all(low <= high for low, high in box) else None
    low, high = ends_of(domain)
    system = System.of(domain.dimension, rows=domain.rows)
    ends: list[list[fmpq]] = []
    sums: list[Pairs] = []
    for j in range(domain.dimension):
        ends.append([])
        for sign, known in ((1, low), (-1, high)):
            if j in known and domain.dimension > _TIGHTENED:
                ends[j].append(known[j])
                continue
            objective = [fmpq(0)] * (domain.dimension + 1)
            objective[j] = fmpq(sign)
            found = minimise(tuple(objective), system)
            if not isinstance(found, Optimum):
                return None
            ends[j].append(sign * found.value)
            if known.get(j) != ends[j][-1]:
                positive = [(k, y) for k, y in enumerate(found.rows) if y]
                sums.append(integer_pairs(positive)[1])
    return Hull(tuple((a, b) for a, b in ends), tuple(sums))
