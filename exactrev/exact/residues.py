"""Rational rows modulo a prime: a quick and certain no to whether one is a combination of others.

If rows whose denominators the prime p does not divide are independent modulo p, they generate all
of their span's vectors over the rationals with denominators prime to p.  So a vector of that kind
which is no combination of theirs modulo p is none at all.  A yes modulo p proves nothing.

>>> from flint import fmpq
>>> span = Residues(3)
>>> span.add([fmpq(1, 2), fmpq(1), fmpq(0)])
>>> span.excludes([fmpq(1), fmpq(1), fmpq(0)])
True
>>> span.excludes([fmpq(1), fmpq(2), fmpq(0)])
False
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, nmod_mat

#: A Mersenne prime.
PRIME = (1 << 61) - 1


def residue(x: fmpq) -> int:
    """A rational modulo the prime; raises ValueError if that divides the denominator.

    >>> (2 * residue(fmpq(1, 2))) % PRIME
    1
    """
    p, q = int(x.p), int(x.q)
    return p % PRIME if q == 1 else p * pow(q, -1, PRIME) % PRIME


class Residues:
    """Independent rows of ``width`` entries, added one by one, modulo a prime.

    Should the prime divide a denominator, or the rows be dependent modulo it, nothing is excluded
    any more.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._pivots: list[int] = []
        self._rows: nmod_mat | None = None
        self._broken = False

    def add(self, row: Sequence[fmpq]) -> None:
        """Take in a row that is independent of those before."""
        if self._broken:
            return
        reduced = self._reduced(row)
        entries = [] if reduced is None else [int(x) for x in reduced.entries()]
        pivot = next((j for j, x in enumerate(entries) if x), None)
        if reduced is None or pivot is None:
            self._broken = True
            return
        new = reduced * pow(entries[pivot], -1, PRIME)
        if self._rows is None:
            self._rows = new
        else:
            count = self._rows.nrows()
            column = [self._rows[i, pivot] for i in range(count)]
            cleared = self._rows - nmod_mat(count, 1, column, PRIME) * new
            self._rows = nmod_mat(
                count + 1, self.width, [*cleared.entries(), *new.entries()], PRIME
            )
        self._pivots.append(pivot)

    def excludes(self, row: Sequence[fmpq]) -> bool:
        """Whether a row certainly is no combination of those added."""
        if self._broken:
            return False
        reduced = self._reduced(row)
        return reduced is not None and any(map(int, reduced.entries()))

    def _reduced(self, row: Sequence[fmpq]) -> nmod_mat | None:
        """The row less its multiples of the others; None if the prime divides a denominator."""
        entries = []
        for x in row:
            p, q = int(x.p), int(x.q)
            if not q % PRIME:
                return None
            entries.append(p if q == 1 else p * pow(q, -1, PRIME))
        found = nmod_mat(1, self.width, [x % PRIME for x in entries], PRIME)
        if self._rows is None:
            return found
        factors = [found[0, pivot] for pivot in self._pivots]
        return found - nmod_mat(1, len(factors), factors, PRIME) * self._rows
