"""A domain without interior points, in the inputs that it leaves free (certificate format, 10.2).

>>> from exactrev.lp import Polyhedron
>>> flat = flatten(Polyhedron.of(2, [[1, 1, -1], [-1, -1, 1], [1, 0, 0]]))    # x + y = 1, x >= 0
>>> flat.lines, flat.free, [str(x) for x in flat.lifted([fmpq(3)])]
(('pin 0 0 0 1 1 1',), (1,), ['-2', '3'])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.arrangement.local import Pairs, integer_pairs, pairs_line
from exactrev.domain.boxes import bounding_box
from exactrev.lp import Form, Motzkin, Polyhedron, interior_point
from exactrev.network.model import Layer, Network

#: Coefficients by input, the constant under the number of inputs; no zeros.
_Sparse = dict[int, fmpq]


@dataclass(frozen=True)
class Flat:
    """A domain in its free inputs, with a point inside; every input is ``linear`` t + ``constant``.

    ``lines`` are the certificate's steps that take the other inputs out.
    """

    lines: tuple[str, ...]
    free: tuple[int, ...]
    linear: fmpq_mat
    constant: fmpq_mat
    domain: Polyhedron
    inside: tuple[fmpq, ...]

    def lifted(self, point: Sequence[fmpq]) -> tuple[fmpq, ...]:
        """A point with all its coordinates."""
        column = fmpq_mat(len(point), 1, list(point))
        return tuple((self.linear * column + self.constant).entries())

    def restricted(self, network: Network) -> Network:
        """The network as one of the free inputs."""
        layers = []
        for layer in network.layers:
            blocks, bias = dict(layer.weights), layer.bias
            if 0 in blocks:
                bias = bias + blocks[0] * self.constant
                blocks[0] = blocks[0] * self.linear
            layers.append(Layer.of(blocks, bias.entries()))
        return Network(self.linear.ncols(), tuple(layers))

    def __reduce__(self) -> tuple[Any, ...]:
        """Other processes are told the matrices by their entries."""
        entries = (self.linear.entries(), self.constant.entries())
        return _flat, (self.lines, self.free, *entries, self.domain, self.inside)


def _flat(
    lines: tuple[str, ...], free: tuple[int, ...], linear: list[fmpq], constant: list[fmpq],
    domain: Polyhedron, inside: tuple[fmpq, ...],
) -> Flat:  # fmt: skip
    height = len(constant)
    matrices = fmpq_mat(height, len(free), linear), fmpq_mat(height, 1, constant)
    return Flat(lines, free, *matrices, domain, inside)


@dataclass(frozen=True)
class Vacant:
    """A domain without points; ``lines`` prove it."""

    lines: tuple[str, ...]


def flatten(domain: Polyhedron) -> Flat | Vacant:
    """The domain in free inputs, in which it has interior points; or a proof that it is empty."""
    work = _Working(domain)
    for pairs in opposite_rows(domain):
        work.pin(pairs)
    while True:
        numbers, rows = work.proper()
        bad = [number for number in numbers if work.is_impossible(number)]
        if bad:
            return Vacant((*work.lines, pairs_line("vacant", ((bad[0], 1),))))
        middle = work.middle(rows)
        if middle is not None:
            return work.flat(rows, middle)
        found = interior_point(domain.dimension, rows)
        if not isinstance(found, Motzkin):
            return work.flat(rows, found.coordinates)
        _, pairs = integer_pairs(list(zip(numbers, found.strict, strict=True)))
        if work.total(pairs) < 0:
            return Vacant((*work.lines, pairs_line("vacant", pairs)))
        work.pin(pairs)


def opposite_rows(domain: Polyhedron) -> Iterator[Pairs]:
    """Combinations of two rows that are 0, as those of an equality written as two inequalities."""
    seen: dict[Form, tuple[int, fmpq]] = {}
    for number, row in enumerate(domain.rows):
        size = next((abs(a) for a in row[:-1] if a), None)
        if size is None:
            continue
        found = seen.get(tuple(-a / size for a in row))
        seen[tuple(a / size for a in row)] = (number, 1 / size)
        if found is not None:
            yield integer_pairs([found, (number, 1 / size)])[1]


class _Working:
    """The rows of a domain with inputs taken out, as forms of all inputs."""

    def __init__(self, domain: Polyhedron) -> None:
        self.lines: list[str] = []
        self._n = domain.dimension
        self._rows = [{j: a for j, a in enumerate(row) if a} for row in domain.rows]
        self._pinned: dict[int, _Sparse] = {}

    def proper(self) -> tuple[list[int], list[Form]]:
        """The rows that are no constants >= 0, with their numbers."""
        numbers = [
            number
            for number, row in enumerate(self._rows)
            if any(j < self._n for j in row) or self.is_impossible(number)
        ]
        return numbers, [self._dense(self._rows[number]) for number in numbers]

    def middle(self, rows: Sequence[Form]) -> list[fmpq] | None:
        """The middle of the box that the rows make of the free inputs, if they do and it has
        interior points."""
        free = [j for j in range(self._n) if j not in self._pinned]
        kept = tuple((*(row[j] for j in free), row[-1]) for row in rows)
        box = bounding_box(Polyhedron(len(free), kept))
        if box is None or any(low >= high for low, high in box):
            return None
        point = [fmpq(0)] * self._n
        for j, (low, high) in zip(free, box, strict=True):
            point[j] = fmpq(1, 2) * (low + high)
        return point

    def is_impossible(self, number: int) -> bool:
        """Whether a row is a constant < 0."""
        row = self._rows[number]
        return list(row) == [self._n] and row[self._n] < 0

    def total(self, pairs: Pairs) -> fmpq:
        """The constant of a combination whose other coefficients are 0."""
        return sum((y * self._rows[k].get(self._n, fmpq(0)) for k, y in pairs), fmpq(0))

    def pin(self, pairs: Pairs) -> None:
        """Take an input out by a row of a combination that shows its rows to be 0."""
        number = next((k for k, _ in pairs if any(j < self._n for j in self._rows[k])), None)
        if number is None:
            return
        row = dict(self._rows[number])
        place = min(row)
        slope = row.pop(place)
        form = {j: -a / slope for j, a in row.items()}
        self.lines.append(pairs_line(f"pin {number} {place}", pairs))
        self._rows = [_substituted(row, place, form) for row in self._rows]
        self._pinned = {j: _substituted(row, place, form) for j, row in self._pinned.items()}
        self._pinned[place] = form

    def flat(self, rows: Sequence[Form], point: Sequence[fmpq]) -> Flat:
        """What is left, given a point where all rows that are left are > 0."""
        n, free = self._n, [j for j in range(self._n) if j not in self._pinned]
        forms = [self._dense(self._pinned.get(j, {j: fmpq(1)})) for j in range(n)]
        linear = fmpq_mat(n, len(free), [form[j] for form in forms for j in free])
        constant = fmpq_mat(n, 1, [form[-1] for form in forms])
        kept = tuple((*(row[j] for j in free), row[-1]) for row in rows)
        inside = tuple(point[j] for j in free)
        domain = Polyhedron(len(free), kept)
        return Flat(tuple(self.lines), tuple(free), linear, constant, domain, inside)

    def _dense(self, row: _Sparse) -> Form:
        return tuple(row.get(j, fmpq(0)) for j in range(self._n + 1))


def _substituted(row: _Sparse, place: int, form: _Sparse) -> _Sparse:
    """The row with a form in the place of one input."""
    if place not in row:
        return row
    found = dict(row)
    factor = found.pop(place)
    for j, a in form.items():
        total = found.pop(j, fmpq(0)) + factor * a
        if total:
            found[j] = total
    return found
