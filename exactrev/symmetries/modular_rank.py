"""Which of many integer rows are independent, decided modulo one prime.

Independent rows modulo a prime are independent over Q.  The converse may fail for primes that
divide a minor, so the rank found is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from flint import fmpz, fmpz_mat, nmod_mat

#: The first prime after pi 2^59: not of a form that would divide numbers like 2^60 + 1/2.
PRIME = 1811004864519280733

Name = TypeVar("Name")


class ModularRank(Generic[Name]):
    """Independent integer rows, found modulo a prime."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.chosen: list[Name] = []
        self.columns: list[int] = []
        self._rows: list[list[fmpz]] = []
        self._reduced = nmod_mat(0, width, PRIME)

    @property
    def rank(self) -> int:
        """How many there are; their minor of ``columns`` is not 0 modulo the prime."""
        return len(self._rows)

    def add(self, names: Sequence[Name], rows: fmpz_mat) -> bool:
        """Keep those rows that are independent of the earlier ones; whether there were any."""
        rest = self._rest(rows)
        if not any(map(int, rest.entries())):
            return False
        _, new = _echelon(rest.transpose())
        listed = rows.tolist()
        for k in new:
            self.chosen.append(names[k])
            self._rows.append(listed[k])
        entries = [*self._reduced.entries(), *rest.entries()]
        height = self._reduced.nrows() + rest.nrows()
        self._reduced, self.columns = _echelon(nmod_mat(height, self.width, entries, PRIME))
        return True

    def _rest(self, rows: fmpz_mat) -> nmod_mat:
        """The rows less what of them lies in the span of the earlier ones."""
        entries = [int(x % PRIME) for x in rows.entries()]
        width, count = self.width, rows.nrows()
        modular = nmod_mat(count, width, entries, PRIME)
        shares = [entries[i * width + j] for i in range(count) for j in self.columns]
        return modular - nmod_mat(count, self.rank, shares, PRIME) * self._reduced

    def kernel(self) -> fmpz_mat:
        """A basis of the kernel of the rows, as columns without common factors."""
        entries = [x for row in self._rows for x in row]
        basis, nullity = fmpz_mat(self.rank, self.width, entries).nullspace()
        columns = []
        for column in basis.transpose().tolist()[:nullity]:
            common = fmpz(0)
            for x in column:
                common = common.gcd(x)
            columns.append([x // common for x in column])
        return fmpz_mat(nullity, self.width, [x for c in columns for x in c]).transpose()


def _echelon(matrix: nmod_mat) -> tuple[nmod_mat, list[int]]:
    """The reduced row echelon form without its zero rows, and its pivots' columns."""
    reduced, rank = matrix.rref()
    rows = reduced.tolist()[:rank]
    pivots = [next(j for j, x in enumerate(row) if int(x)) for row in rows]
    return nmod_mat(rank, matrix.ncols(), [x for row in rows for x in row], PRIME), pivots
