"""Exact linear algebra over Q on top of python-flint: solution spaces and what they determine.

>>> from flint import fmpq_mat
>>> system = LinearSystem(3)
>>> system.add([1, 1, 0], 2)
True
>>> system.add([0, 1, 1], 3)
True
>>> system.value([1, 0, -1])          # x - z is determined, x alone is not
-1
>>> system.value([1, 0, 0]) is None
True
>>> system.gain([[1, 0, -1], [1, 0, 0], [0, 1, 0]])     # one of them tells the other unknowns
1
>>> system.add([1, 0, -1], 5)         # contradicts what is known
False
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from exactrev.exact.residues import Residues

#: With more variables in a form that may be chosen it is first looked at modulo a prime.
_FEW = 4
#: With so many numbers in the equations' tails, forms are reduced by one product of integers, once
#: so many have been reduced since the equations last changed.
_LONG, _OFTEN = 100, 3
_ZERO = fmpq(0)


def row_vector(entries: Sequence[fmpq]) -> fmpq_mat:
    """A 1 x n matrix."""
    return fmpq_mat(1, len(entries), list(entries))


def matrix_rows(matrix: fmpq_mat) -> list[list[fmpq]]:
    """The entries of a matrix, row by row."""
    entries, width = matrix.entries(), matrix.ncols()
    return [entries[i * width : (i + 1) * width] for i in range(matrix.nrows())]


def stack(blocks: Sequence[fmpq_mat]) -> fmpq_mat:
    """Matrices of equal width on top of each other."""
    entries: list[fmpq] = []
    for block in blocks:
        entries += block.entries()
    return fmpq_mat(sum(b.nrows() for b in blocks), blocks[0].ncols(), entries)


def echelon_rows(rows: Sequence[Sequence[fmpq]]) -> list[list[fmpq]]:
    """The rows of the reduced row echelon form that are not zero."""
    if not rows:
        return []
    echelon, rank = fmpq_mat([list(row) for row in rows]).rref()
    return matrix_rows(echelon)[:rank]


def is_zero(matrix: fmpq_mat) -> bool:
    """Whether every entry is zero."""
    return not any(matrix.entries())


class LinearSystem:
    """Linear equations over Q in ``unknowns`` variables, kept reduced as they arrive.

    Each kept row is scaled to have 1 at its pivot and 0 at every other kept row's pivot, so what is
    determined can be read off.
    """

    def __init__(self, unknowns: int) -> None:
        self.unknowns = unknowns
        self._rows: dict[int, fmpq_mat] = {}
        self._span: Residues | None = None
        # per pivot, what its row holds elsewhere; None while that has to be listed anew
        self._tails: dict[int, list[tuple[int, fmpq]]] | None = None
        # the variables that may be chosen and that some row speaks of
        self._touched: set[int] = set()
        self._length = self._asked = 0
        self._product: _Product | None = None

    @property
    def rank(self) -> int:
        """The number of independent equations."""
        return len(self._rows)

    def copy(self) -> LinearSystem:
        """The same equations, to be added to apart."""
        twin = LinearSystem(self.unknowns)
        twin._rows = dict(self._rows)
        return twin

    def with_unknown(self) -> LinearSystem:
        """The same equations with one more variable, in last place, that they say nothing of."""
        wider = LinearSystem(self.unknowns + 1)
        for pivot, row in self._rows.items():
            entries = row.entries()
            wider._rows[pivot] = fmpq_mat(1, self.unknowns + 2, [*entries[:-1], 0, entries[-1]])
        return wider

    def without_last_unknown(self) -> LinearSystem:
        """What the equations say of the others, where they determine the last variable."""
        narrower = LinearSystem(self.unknowns - 1)
        for pivot, row in self._rows.items():
            entries = row.entries()
            if not entries[-2]:
                narrower._rows[pivot] = fmpq_mat(1, self.unknowns, [*entries[:-2], entries[-1]])
        return narrower

    def _reduced(self, row: fmpq_mat) -> fmpq_mat:
        for pivot, kept in self._rows.items():
            factor = row[0, pivot]
            if factor:
                row = row - kept * factor
        return row

    def add(self, coefficients: Sequence[fmpq | int], value: fmpq | int) -> bool:
        """Take in one equation; False, and no change, if it contradicts the others."""
        row = self._reduced(fmpq_mat(1, self.unknowns + 1, [*coefficients, value]))
        entries = row.entries()
        pivot = next((j for j, entry in enumerate(entries) if entry), None)
        if pivot is None:
            return True
        if pivot == self.unknowns:
            return False
        row = row * (1 / entries[pivot])
        self._tails = self._product = None
        if self._span is not None:
            self._span.add(row.entries()[:-1])
        for other, kept in self._rows.items():
            if kept[0, pivot]:
                self._rows[other] = kept - row * kept[0, pivot]
        self._rows[pivot] = row
        return True

    def value(self, coefficients: Sequence[fmpq | int]) -> fmpq | None:
        """The value of a linear form on every solution, or None where solutions differ."""
        tails = self._listed_tails()
        loose = [j for j, x in enumerate(coefficients) if x and j not in tails]
        if not self._touched.issuperset(loose):
            return None
        if len(loose) > _FEW and self._residues().excludes([fmpq(x) for x in coefficients]):
            return None
        self._asked += 1
        if self._length > _LONG and self._asked > _OFTEN:
            if self._product is None:
                self._product = _Product(self.unknowns, tails)
            return self._product.value(coefficients)
        left = self._left(coefficients)
        value = -left.pop(self.unknowns, _ZERO)
        return None if any(left.values()) else value

    def _left(self, coefficients: Sequence[fmpq | int]) -> dict[int, fmpq]:
        """A form less the equations that tell of it: what is left at variables that may be chosen.

        Less its value, in place ``unknowns``.
        """
        tails = self._listed_tails()
        left: dict[int, fmpq] = {}
        for j, x in enumerate(coefficients):
            if not x:
                continue
            if j not in tails:
                left[j] = left.get(j, _ZERO) + x
                continue
            for k, y in tails[j]:
                left[k] = left.get(k, _ZERO) - y * x
        return left

    def _listed_tails(self) -> dict[int, list[tuple[int, fmpq]]]:
        """What each row holds besides its pivot, the value in place ``unknowns``."""
        if self._tails is None:
            self._tails = {
                pivot: [(j, x) for j, x in enumerate(row.entries()) if x and j != pivot]
                for pivot, row in self._rows.items()
            }
            self._touched = {j for tail in self._tails.values() for j, _ in tail}
            self._length = sum(map(len, self._tails.values()))
            self._asked = 0
        return self._tails

    def gain(self, rows: Sequence[Sequence[fmpq | int]]) -> int:
        """How many more linear forms would be known if these were."""
        left = [self._left(row) for row in rows]
        places = sorted({k for each in left for k in each if k < self.unknowns})
        entries = [each.get(k, _ZERO) for each in left for k in places]
        return int(fmpq_mat(len(rows), len(places), entries).rank())

    def _residues(self) -> Residues:
        """The coefficients of the equations modulo a prime."""
        if self._span is None:
            self._span = Residues(self.unknowns)
            for row in self._rows.values():
                self._span.add(row.entries()[:-1])
        return self._span

    def unit(self, index: int) -> fmpq | None:
        """The value of one variable, or None where it is not determined."""
        row = self._rows.get(index)
        if row is None:
            return None
        entries = row.entries()
        if any(entry for j, entry in enumerate(entries[:-1]) if j != index):
            return None
        return entries[-1]

    def solution(self) -> list[fmpq]:
        """One solution: the one in which every variable that may be chosen is 0."""
        values = [fmpq(0)] * self.unknowns
        for pivot, row in self._rows.items():
            values[pivot] = row[0, self.unknowns]
        return values

    def directions(self) -> list[list[fmpq]]:
        """A basis of the changes that keep every equation, one for each variable that may be
        chosen.
        """
        found = []
        for free in range(self.unknowns):
            if free not in self._rows:
                change = [fmpq(int(j == free)) for j in range(self.unknowns)]
                for pivot, row in self._rows.items():
                    change[pivot] = -row[0, free]
                found.append(change)
        return found

    def keeps(self, change: Sequence[fmpq]) -> bool:
        """Whether adding a change to a solution gives one again."""
        column = fmpq_mat(self.unknowns + 1, 1, [*change, fmpq(0)])
        return all(not (row * column)[0, 0] for row in self._rows.values())

    def rows(self) -> list[list[fmpq]]:
        """The reduced equations, each as coefficients followed by the value."""
        return [self._rows[pivot].entries() for pivot in sorted(self._rows)]


class _Product:
    """Reduced equations as integers: what is left of a form is one product with them.

    Each column of what stands beside the pivots is over a common denominator, which hardly grows:
    numbers of a reduced system are quotients by the same determinant.
    """

    def __init__(self, unknowns: int, tails: Mapping[int, Sequence[tuple[int, fmpq]]]) -> None:
        self._pivots = list(tails)
        self._free = sorted({j for tail in tails.values() for j, _ in tail} - {unknowns})
        rows = [dict(tail) for tail in tails.values()]
        columns = [[row.get(k, _ZERO) for row in rows] for k in (*self._free, unknowns)]
        entries: list[fmpz] = []
        self._denominators: list[fmpz] = []
        for column in columns:
            numerators, denominator = row_vector(column).numer_denom()
            entries += numerators.entries()
            self._denominators.append(denominator)
        self._columns = fmpz_mat(len(columns), len(rows), entries)

    def value(self, coefficients: Sequence[fmpq | int]) -> fmpq | None:
        """As ``LinearSystem.value``, of a form without variables that no equation speaks of."""
        numerators, denominator = row_vector(list(map(fmpq, coefficients))).numer_denom()
        form = numerators.entries()
        heads = fmpz_mat(len(self._pivots), 1, [form[pivot] for pivot in self._pivots])
        *sums, total = (self._columns * heads).entries()
        *scales, scale = self._denominators
        for k, found, unit in zip(self._free, sums, scales, strict=True):
            if found != form[k] * unit:
                return None
        return fmpq(total, denominator * scale)
