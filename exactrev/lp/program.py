"""Linear programs in integers: coprime rows, and which of them are independent.

Positive scaling changes neither a row's sign nor a basis, and integers of one row need no common
factor: so every row is carried as coprime integers and the factor that it was multiplied by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat, nmod_mat

from exactrev.lp.polyhedron import Form

#: Coefficients, then the constant.
Row = tuple[fmpz, ...]

#: Rows independent modulo a prime are independent over Q.
_PRIME = (1 << 61) - 1


class IntegerRow(NamedTuple):
    """Coprime integers: ``entries`` is ``factor`` > 0 times the form that the row stands for.

    ``size`` is the number of bits of the largest coefficient, 0 where all are 0.
    """

    entries: Row
    factor: fmpq
    size: int


def integer_row(form: Form) -> IntegerRow:
    """The form as coprime integers."""
    entries, factor = coprime(form)
    return IntegerRow(tuple(entries), factor, row_size(entries))


def coprime(numbers: Sequence[fmpq]) -> tuple[list[fmpz], fmpq]:
    """Coprime integers, and the factor > 0 that makes them of the numbers."""
    numerators, denominator = fmpq_mat(1, len(numbers), numbers).numer_denom()
    entries = numerators.entries()
    content = fmpz(0)
    for entry in entries:
        content = content.gcd(entry)
        if content == 1:
            break
    if content > 1:
        entries = (numerators / content).entries()
    return entries, fmpq(denominator, content or 1)


def row_size(row: Sequence[fmpz]) -> int:
    """The number of bits of the largest coefficient."""
    return max(map(fmpz.bit_length, row[:-1]), default=0)


@dataclass(frozen=True)
class Program:
    """Minimise objective.z subject to inequalities >= 0 and equalities = 0.

    Rows are numbered through: inequalities, equalities, pins.  A *pin* z_j = p_j is no constraint;
    it stands in a basis until a constraint takes its place, and never comes back.
    """

    inequalities: tuple[Row, ...]
    equalities: tuple[Row, ...]
    pins: tuple[Row, ...]
    objective: Row

    @property
    def unknowns(self) -> int:
        return len(self.objective)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return (*self.inequalities, *self.equalities, *self.pins)

    @cached_property
    def matrix(self) -> fmpz_mat:
        """All rows, constants in the last column."""
        entries = [entry for row in self.rows for entry in row]
        return fmpz_mat(len(self.rows), self.unknowns + 1, entries)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Per inequality, then per equality, the number of bits of its largest coefficient."""
        return tuple(map(row_size, (*self.inequalities, *self.equalities)))

    def is_inequality(self, number: int) -> bool:
        return number < len(self.inequalities)

    def is_pin(self, number: int) -> bool:
        return number >= len(self.inequalities) + len(self.equalities)

    def independent(self, preferred: Iterable[int] = ()) -> tuple[int, ...]:
        """As many independent rows as there are unknowns: equalities first, then the preferred.

        Pins fill what is left; the preferred rows and the pins must span the space.  An equality
        may be missing even though it is independent: where the prime says otherwise.
        """
        first_pin = len(self.inequalities) + len(self.equalities)
        equalities = range(len(self.inequalities), first_pin)
        order = [*equalities, *preferred, *range(first_pin, len(self.rows))]
        entries = [a for k in order[: -len(self.pins) or None] for a in self.rows[k][:-1]]
        # the prime may divide the factor of a pin
        entries += [fmpz(bool(a)) for pin in self.pins for a in pin[:-1]]
        columns = fmpz_mat(len(order), self.unknowns, entries).transpose()
        return tuple(order[i] for i in _pivots(columns))


def pins_at(point: Sequence[fmpq], unknowns: int) -> tuple[Row, ...]:
    """The pins that hold the first unknowns at the coordinates of a point."""
    pins = []
    for j, coordinate in enumerate(point):
        pin = [fmpz(0)] * (unknowns + 1)
        pin[j], pin[-1] = coordinate.q, -coordinate.p
        pins.append(tuple(pin))
    return tuple(pins)


def shifted(x: fmpq, exponent: int) -> fmpq:
    """x times two to the exponent."""
    power = fmpz(1) << abs(exponent)
    return x * power if exponent >= 0 else x / power


def _pivots(matrix: fmpz_mat) -> list[int]:
    """The columns that are independent, modulo the prime, of all columns before them."""
    echelon, rank = nmod_mat(matrix, _PRIME).rref()
    pivots, column = [], 0
    for i in range(rank):
        while not echelon[i, column]:
            column += 1
        pivots.append(column)
    return pivots
