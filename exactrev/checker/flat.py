"""A domain, with inputs taken out where it has no interior points, or cut (format, section 10.2).

Where a sum of a domain's rows is a constant that is not positive, each of these rows is 0 at every
point of the domain; one of them then gives an input as a form of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from exactrev.checker.lines import Ratio, Refused
from exactrev.checker.network import ONE, Row, combination
from exactrev.checker.rows import add_multiple
from exactrev.checker.stack import substituted


class Flat:
    """The rows of a domain, with inputs taken out of them one by one."""

    def __init__(self, domain: Sequence[Row], inputs: int) -> None:
        self._rows = [dict(row) for row in domain]
        self._inputs = inputs
        self.pinned: dict[int, Row] = {}

    @property
    def free(self) -> list[int]:
        """The inputs that are left."""
        return [j for j in range(self._inputs) if j not in self.pinned]

    def pin(self, number: int, place: int, pairs: list[int]) -> None:
        """Take an input out by a row that the combination shows to be 0."""
        if self._constant(pairs)[0] > 0 or number not in pairs[::2]:
            raise Refused("the combination does not show that the row is 0")
        row = dict(self._rows[number])
        slope = row.pop(place, (0, 1))
        if place == ONE or not slope[0]:
            raise Refused("the row has no coefficient of the input")
        p, q = slope
        form: Row = {}
        add_multiple(form, (-q, p) if p > 0 else (q, -p), row)
        self._rows = [substituted(row, {place: form}) for row in self._rows]
        self.pinned = {j: substituted(row, {place: form}) for j, row in self.pinned.items()}
        self.pinned[place] = form

    def halves(self, place: int, value: Ratio) -> tuple[Flat, Flat]:
        """The domain where an input that is left is >= a value, and where it is <= it."""
        if place not in self.free:
            raise Refused("there is no such input left")
        p, q = value
        above, below = Flat(self._rows, self._inputs), Flat(self._rows, self._inputs)
        for half, sign in ((above, 1), (below, -1)):
            half.pinned = dict(self.pinned)
            row = {place: (sign, 1)}
            add_multiple(row, (-sign, 1), {ONE: (p, q)} if p else {})
            half._rows.append(row)
        return above, below

    def box(self) -> list[tuple[Ratio, Ratio]]:
        """The bounds of each free input by rows that read it alone; refused unless there are."""
        bounds: list[tuple[Ratio, Ratio]] = []
        for j in self.free:
            mine = [row for row in self._rows if set(row) - {ONE} == {j}]
            ends = [(row[j][0] > 0, _zero(row[j], row.get(ONE, (0, 1)))) for row in mine]
            low = [Fraction(*end) for positive, end in ends if positive]
            high = [Fraction(*end) for positive, end in ends if not positive]
            if not low or not high or max(low) > min(high):
                raise Refused(f"input {j} is not bounded by rows that read it alone")
            bounds.append((max(low).as_integer_ratio(), min(high).as_integer_ratio()))
        return bounds

    def add_sum(self, pairs: list[int]) -> None:
        """Append the sum of multiplier times row, which is >= 0 where the rows are."""
        self._rows.append(self._sum(pairs))

    def require_vacant(self, pairs: list[int]) -> None:
        """Refused unless the combination shows that the domain has no point."""
        if self._constant(pairs)[0] >= 0:
            raise Refused("the combination does not show that the domain is empty")

    def _constant(self, pairs: list[int]) -> Ratio:
        """The sum of multiplier times row, which must be a constant."""
        total = self._sum(pairs)
        if any(value != ONE for value in total):
            raise Refused("the combination is not constant")
        return total.get(ONE, (0, 1))

    def _sum(self, pairs: list[int]) -> Row:
        """The sum of multiplier times row."""
        numbers, multipliers = pairs[::2], pairs[1::2]
        if numbers != sorted(set(numbers)) or any(k >= len(self._rows) for k in numbers):
            raise Refused("rows of the domain are named once each, in ascending order")
        total: Row = {}
        for number, multiplier in zip(numbers, multipliers, strict=True):
            add_multiple(total, (multiplier, 1), self._rows[number])
        return total

    def interior(self, point: Sequence[Ratio]) -> list[list[Ratio]]:
        """The rows that are no constants, as lists; refused unless they are > 0 at the point, which
        has the free inputs' values, and the constants are >= 0."""
        there = {ONE: (1, 1)} | dict(zip(self.free, point, strict=True))
        kept = []
        for row in self._rows:
            constant = all(value == ONE for value in row)
            found = combination(row, there)[0]
            if found < 0 or (found == 0 and not constant):
                raise Refused("the point is not in the interior of the domain")
            if not constant:
                kept.append([row.get(j, (0, 1)) for j in (*self.free, ONE)])
        return kept


def _zero(slope: Ratio, constant: Ratio) -> tuple[int, int]:
    """Where slope x + constant is 0: numerator and denominator, not in lowest terms."""
    p, q = -constant[0] * slope[1], constant[1] * slope[0]
    return p, q
