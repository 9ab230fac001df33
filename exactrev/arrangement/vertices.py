"""The vertices of bounded cells in exact arithmetic: with them, every question is a product.

A form's sign on a cell, its least value and the multipliers that prove it are read off the values
at the vertices, where linear programming would have to search.  Worth it in few dimensions, and
most of all for slivers, whose vertices are as easily had as those of other cells.  Source of the
step from one cell to the next: Motzkin, Raiffa, Thompson and Thrall, The double description method,
1953; Fukuda and Prodon, Double description method revisited, 1996.

>>> rows = [[1, 0, 0], [-1, 0, 1], [0, 1, 0], [0, -1, 2], [-1, -1, 1]]
>>> *sides, diagonal = (tuple(map(fmpq, row)) for row in rows)    # 1 - x - y >= 0
>>> corner = CellVertices(sides, 2).of([(4, diagonal)])
>>> len(corner), [str(x) for x in corner.centre()]
(3, ['1/3', '1/3'])
>>> least = corner.least((fmpq(1), fmpq(2), fmpq(3)))    # of x + 2 y + 3
>>> str(least.value), {row: str(y) for row, y in least.multipliers.items()}
('3', {0: '1', 2: '2'})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from exactrev.lp import Optimum, System, minimise
from exactrev.lp.polyhedron import Form
from exactrev.lp.program import IntegerRow, integer_row

_MOST_INPUTS, _MOST_VERTICES = 6, 500
_KEPT = 1000  # cells

_Ray = tuple[fmpz, ...]  # p_1 ... p_n q: the point p/q, q > 0


@dataclass(frozen=True)
class Least:
    """The least value of a form on a cell, where it is taken, and the proof: the form less the
    multipliers' combination of rows, all >= 0, is the value."""

    value: fmpq
    point: tuple[fmpq, ...]
    multipliers: Mapping[int, fmpq]


@dataclass(frozen=True)
class Vertices:
    """All vertices of a bounded full-dimensional closed cell.

    ``points`` are p_1 ... p_n q, of the point p/q with q > 0; ``tight`` are sets of row numbers, as
    the bits of an integer: all the rows that are 0 there; ``rows`` are the cell's rows.
    """

    points: tuple[_Ray, ...]
    tight: tuple[int, ...]
    rows: Mapping[int, IntegerRow]

    def __len__(self) -> int:
        return len(self.points)

    def values(self, form: Form) -> list[fmpz]:
        """The form's values at the vertices, each times a positive number of its own."""
        return self._values(integer_row(form))

    def centre(self) -> tuple[fmpq, ...]:
        """A point inside the cell, the vertices' mean with some weights."""
        *total, weight = (sum(some, fmpz(0)) for some in zip(*self.points, strict=True))
        return tuple(fmpq(p, weight) for p in total)

    def least(self, form: Form) -> Least:
        """The least value of a form on the cell."""
        whole = integer_row(form)
        values = [
            fmpq(value, point[-1])
            for value, point in zip(self._values(whole), self.points, strict=True)
        ]
        value = min(values)
        place = values.index(value)
        *p, q = self.points[place]
        multipliers = self._multipliers(whole, place)
        scaled = {k: y * self.rows[k].factor / whole.factor for k, y in multipliers.items() if y}
        return Least(value / whole.factor, tuple(fmpq(x, q) for x in p), scaled)

    def parted(self, number: int, form: Form) -> tuple[Vertices | None, Vertices | None]:
        """The parts where a form, from now on row ``number``, is >= 0 and where it is <= 0.

        None where the interior of the cell has no such points.
        """
        row = integer_row(form)
        values = self._values(row)
        above = [k for k, value in enumerate(values) if value > 0]
        below = [k for k, value in enumerate(values) if value < 0]
        negative = IntegerRow(tuple(-x for x in row.entries), row.factor, row.size)
        if not above or not below:
            signed = row if above else negative
            whole = self._with(number, signed, range(len(self)), values, [])
            return (whole if above else None), (whole if below else None)
        between = self._between(above, below, values, 1 << number)
        sides = [k for k, value in enumerate(values) if value >= 0], [
            k for k, value in enumerate(values) if value <= 0
        ]
        return (
            self._with(number, row, sides[0], values, between),
            self._with(number, negative, sides[1], values, between),
        )

    def _values(self, row: IntegerRow) -> list[fmpz]:
        width = len(row.entries)
        flat = [x for point in self.points for x in point]
        matrix = fmpz_mat(len(self.points), width, flat)
        return list((matrix * fmpz_mat(width, 1, list(row.entries))).entries())

    def _between(
        self, above: Sequence[int], below: Sequence[int], values: Sequence[fmpz], bit: int
    ) -> list[tuple[_Ray, int]]:
        """The points where the form is 0 on edges between vertices of both signs."""
        n, found = len(self.points[0]) - 1, []
        for k in above:
            for m in below:
                common = self.tight[k] & self.tight[m]
                if common.bit_count() >= n - 1 and self._is_edge(k, m, common):
                    up, down = values[k], -values[m]
                    pairs = zip(self.points[m], self.points[k], strict=True)
                    found.append((_primitive([up * x + down * y for x, y in pairs]), common | bit))
        return found

    def _is_edge(self, k: int, m: int, common: int) -> bool:
        """Whether no third vertex is on all the rows that these two are on."""
        return not any(
            tight & common == common and place not in (k, m)
            for place, tight in enumerate(self.tight)
        )

    def _with(
        self, number: int, row: IntegerRow, kept: Sequence[int], values: Sequence[fmpz],
        new: Sequence[tuple[_Ray, int]],
    ) -> Vertices:  # fmt: skip
        points = [self.points[k] for k in kept]
        tight = [self.tight[k] | (0 if values[k] else 1 << number) for k in kept]
        return Vertices(
            (*points, *(point for point, _ in new)),
            (*tight, *(rows for _, rows in new)),
            {**self.rows, number: row},
        )

    def _multipliers(self, form: IntegerRow, place: int) -> dict[int, fmpq]:
        """Multipliers of the rows at a vertex where the form is least that prove it to be."""
        numbers = [k for k in self.rows if self.tight[place] >> k & 1]
        n, entries = len(form.entries) - 1, [self.rows[k].entries for k in numbers]
        if len(numbers) == n:
            columns = fmpz_mat(n, n, [row[j] for j in range(n) for row in entries])
            y = columns.solve(fmpz_mat(n, 1, list(form.entries[:n]))).entries()
            return dict(zip(numbers, y, strict=True))
        rows = tuple(tuple(map(fmpq, row)) for row in entries)
        answer = minimise(tuple(map(fmpq, form.entries)), System(n, rows=rows))
        assert isinstance(answer, Optimum)
        return dict(zip(numbers, answer.rows, strict=True))


@dataclass
class _Known:
    """The vertices of a cell, if they are not too many, and what is known of its parts by rows."""

    vertices: Vertices | None
    after: dict[tuple[int, Form], _Known] = field(default_factory=dict)


class CellVertices:
    """Finds the vertices of cells of a domain; those of their first rows are kept for the next.

    ``rows`` are the domain's, which have the numbers 0, 1, ...
    """

    def __init__(self, rows: Sequence[Form], n: int) -> None:
        self._domain = dict(enumerate(rows))
        self._ends = _tightest(self._domain, n)
        self._bounded = n <= _MOST_INPUTS and len(self._ends) == 2 * n
        self._n = n
        self._root: _Known | None = None
        self._kept = 0

    def of(self, rows: Sequence[tuple[int, Form]]) -> Vertices | None:
        """The vertices of the domain's part where these rows too, by their numbers, are >= 0.

        None if no box bounds the domain, if the part has no interior, or if it is too much work.
        """
        if not self._bounded:
            return None
        if self._root is None or self._kept > _KEPT:
            self._root, self._kept = _Known(self._whole), 0
        known = self._root
        for row in rows:
            after = known.after.get(row)
            if after is None:
                after = known.after[row] = _Known(_cut(known.vertices, *row))
                self._kept += 1
            known = after
        return known.vertices

    @cached_property
    def _whole(self) -> Vertices | None:
        sides = [(self._ends[j, 1], self._ends[j, -1]) for j in range(self._n)]
        found = _box(sides, self._domain)
        for number in sorted(self._domain.keys() - self._ends.values()):
            found = _cut(found, number, self._domain[number])
        return found


def _cut(vertices: Vertices | None, number: int, row: Form) -> Vertices | None:
    if vertices is None or len(vertices) > _MOST_VERTICES:
        return None
    return vertices.parted(number, row)[0]


def _tightest(rows: Mapping[int, Form], n: int) -> dict[tuple[int, int], int]:
    """For each input and side, 1 below and -1 above, the row that bounds it most, if one does."""
    best: dict[tuple[int, int], tuple[fmpq, int]] = {}
    for number, row in rows.items():
        places = [j for j in range(n) if row[j]]
        if len(places) == 1:
            (j,) = places
            side = 1 if row[j] > 0 else -1
            entry = (side * -row[n] / row[j], number)
            best[j, side] = max(best.get((j, side), entry), entry)
    return {place: number for place, (_, number) in best.items()}


def _box(sides: Sequence[tuple[int, int]], rows: Mapping[int, Form]) -> Vertices | None:
    """The box that these rows bound, the lower and the upper one of every input."""
    n = len(sides)
    values = [[-rows[k][n] / rows[k][j] for k in side] for j, side in enumerate(sides)]
    if any(low >= high for low, high in values):
        return None
    points, tight = [], []
    for ends in product((0, 1), repeat=n):
        corner = [values[j][end] for j, end in enumerate(ends)]
        numerators, common = fmpq_mat(1, n, corner).numer_denom()
        points.append((*numerators.entries(), fmpz(common)))
        tight.append(sum(1 << sides[j][end] for j, end in enumerate(ends)))
    whole = {k: integer_row(rows[k]) for side in sides for k in side}
    return Vertices(tuple(points), tuple(tight), whole)


def _primitive(ray: Sequence[fmpz]) -> _Ray:
    content = fmpz(0)
    for x in ray:
        content = content.gcd(x)
        if content == 1:
            return tuple(ray)
    return tuple(x // content for x in ray)
