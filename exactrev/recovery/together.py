"""Where two neurons are on together, or the proof that they nowhere are.

Where the first hidden layer takes all values that are not negative and no later one reads the
inputs, such values are looked for, and else inputs.  The layers below the last that the later
neuron reads are gone through cell by cell.  On a cell that neuron is

    z = sum_m w_m relu(z_m) + (what else it reads, affine)

with affine z_m, m being the neurons of that last layer.  Where w_m < 0 that is at least as large
with any t_m >= 0 and >= z_m in the place of relu(z_m) as with more, and as large as it gets with
the least such t_m; where w_m > 0 the signs of z_m are two cases.  Each case is a linear program,
decided exactly.

>>> hidden = ([[1, 0], [0, 1]], [0, 0]), ([[1, -3], [-1, 2]], [0, 1]), ([[1, -9]], [-1])
>>> together = Together(Network.dense([*hidden, ([[1]], [0])]), seconds=10)
>>> together.never(Name(2, 1), Name(3, 0)), together.never(Name(2, 0), Name(3, 0))
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from flint import fmpq

from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.lp import Form, Point, System, solve
from exactrev.lp.forms import added, negated, unit_form, widened
from exactrev.lp.polyhedron import value
from exactrev.network.model import Network
from exactrev.network.reduction import Name

#: Cells of the layers below with which the search is given up.
_MOST_CELLS = 3000


class GivenUp(Exception):
    """There is too much to go through."""


@dataclass(frozen=True)
class _Cell:
    """A cell of some of the layers: where each of its neurons is ``on`` or not, z and the value.

    Forms are in the first layer's values, or in the inputs.
    """

    on: Mapping[Name, bool]
    inner: Mapping[Name, Form]
    values: Mapping[tuple[int, int], Form]
    #: a point of it, where one is known
    inside: Sequence[fmpq] | None = None

    @property
    def rows(self) -> tuple[Form, ...]:
        """What is > 0 on it."""
        return tuple(z if self.on[name] else negated(z) for name, z in self.inner.items())


@dataclass(frozen=True)
class _Part:
    """A part of a cell (``strict`` rows > 0, ``rows`` >= 0), and what is sought there: that z > 0
    for ``z`` and, for neurons with these forms, their ``weights`` times relu of them, in sum.
    """

    strict: tuple[Form, ...]
    rows: tuple[Form, ...]
    equalities: tuple[Form, ...]
    z: Form
    rising: tuple[tuple[Form, fmpq], ...]
    falling: tuple[tuple[Form, fmpq], ...]


class Together:
    """Searches the hidden layers of a network, of which there is one at least.

    It is given up once ``seconds`` have passed.
    """

    def __init__(self, network: Network, seconds: float) -> None:
        self._network = network
        self._end = monotonic() + seconds
        first = network.weight(1)
        later = network.hidden[1:]
        # whether any values >= 0 are the first layer's somewhere, so that inputs do not matter
        self._all = first.rank() == first.nrows() and not any(layer.weight(0) for layer in later)
        self._rows = [neuron_rows(network, k) for k in range(1, len(network.hidden) + 1)]
        self._cells: dict[tuple[int, bool], list[_Cell]] = {}
        # by the number of a cell and by the part of it
        self._points: dict[tuple[int, tuple[object, ...]], list[fmpq] | None] = {}

    def never(self, earlier: Name, later: Name) -> bool:
        """Whether it is proved that the two, the later one reading the earlier, are never both
        on.
        """
        row = self._rows[later.layer - 1][later.place]
        if earlier not in row:
            return False
        try:
            return self.place(earlier, row) is None
        except GivenUp:
            return False

    def place(
        self,
        earlier: Name,
        row: Row,
        sides: Mapping[Name, bool] | None = None,
        beside: bool = False,
    ) -> list[fmpq] | None:
        """An input where a neuron that reads with this row is on; None if there is none.

        There the earlier neuron is on or, if ``beside``, at its boundary, and others are on the
        ``sides`` given.  Raises GivenUp.
        """
        read = [layer for layer, _ in filter(None, row)]
        top = max([earlier.layer, *read, *(name.layer for name in sides or ())])
        # where the inputs are read the first layer is like any other
        free = self._all and 0 not in read
        size = self._network.architecture[1 if free else 0]
        wanted = {**(sides or {}), earlier: not beside}
        where = top, free, beside, earlier, frozenset(wanted.items())
        for number, cell in enumerate(self._below(top, free)):
            part = self._part(cell, top, row, wanted, earlier if beside else None, free)
            if part is None:
                continue
            # the sum that is sought is another one each time, the part of the cell is not
            if (number, where) not in self._points:
                self._points[number, where] = self._inside(part, size)
            found = self._on_a_part(part, size, self._points[number, where])
            if found is not None:
                return self._input_with(found, earlier if beside else None) if free else found
        return None

    def _input_with(self, values: Sequence[fmpq], beside: Name | None) -> list[fmpq]:
        """An input at which the first layer has these values, and one of it is at its boundary."""
        system = LinearSystem(self._network.inputs)
        rows = matrix_rows(self._network.weight(1))
        biases = self._network.bias(1).entries()
        for k, (row, bias, y) in enumerate(zip(rows, biases, values, strict=True)):
            off = fmpq(0) if Name(1, k) == beside else fmpq(-1)
            system.add(row, (y or off) - bias)
        return system.solution()

    def _below(self, top: int, free: bool) -> list[_Cell]:
        """The cells of the layers below layer ``top``, but for the first where it is ``free``."""
        size = self._network.architecture[1 if free else 0]
        if top <= (2 if free else 1):
            return [_Cell({}, {}, {(int(free), k): unit_form(k, size) for k in range(size)})]
        if (top, free) not in self._cells:
            cells: list[_Cell] = []
            for cell in self._below(top - 1, free):
                cells += self._cut(cell, top - 1)
                if len(cells) > _MOST_CELLS:
                    raise GivenUp
            self._cells[top, free] = cells
        return self._cells[top, free]

    def _cut(self, cell: _Cell, number: int) -> list[_Cell]:
        """The cell cut by the boundaries of a layer."""
        parts = [cell]
        for name, z in self._forms(cell, number):
            finer = (self._side(part, name, z, on) for part in parts for on in (True, False))
            parts = [each for each in finer if each is not None]
        return parts

    def _side(self, cell: _Cell, name: Name, z: Form, on: bool) -> _Cell | None:
        """The part of a cell where a neuron is on, or not; None if that is empty."""
        side = _Cell(
            {**cell.on, name: on},
            {**cell.inner, name: z},
            {**cell.values, name: z if on else _zero(z)},
            cell.inside,
        )
        if cell.inside is not None and value(side.rows[-1], cell.inside) > 0:
            return side
        inside = self._point(len(z) - 1, side.rows)
        return None if inside is None else replace(side, inside=inside)

    def _part(
        self,
        cell: _Cell,
        top: int,
        row: Row,
        wanted: Mapping[Name, bool],
        beside: Name | None,
        free: bool,
    ) -> _Part | None:
        """What is to be gone through of a cell of the layers below ``top``; None if it is on the
        wrong side of a neuron.  The one that is to be at its boundary is taken to be off.
        """
        if any(cell.on.get(name, on) != on for name, on in wanted.items()):
            return None
        strict = [
            z if cell.on[name] else negated(z)
            for name, z in cell.inner.items()
            if name != beside
        ]
        equalities = [z for name, z in cell.inner.items() if name == beside]
        rows: list[Form] = []
        if free:
            for (_, place), unit in ((key, v) for key, v in cell.values.items() if key[0] == 1):
                on = wanted.get(Name(1, place))
                (rows if on is None else strict if on else equalities).append(unit)
        own = {} if top == 1 and free else dict(self._forms(cell, top))
        values = dict(cell.values)
        for name, on in wanted.items():
            if name in own:
                z = own.pop(name)
                values[name] = z if on else _zero(z)
                if name == beside:
                    equalities.append(z)
                else:
                    strict.append(z if on else negated(z))
        known = {key: w for key, w in row.items() if key is None or key in values}
        cases = [(z, row[name]) for name, z in own.items() if row.get(name)]
        size = len(next(iter(values.values()))) - 1
        return _Part(
            tuple(strict), tuple(rows), tuple(equalities), _written(known, values, size),
            tuple(case for case in cases if case[1] > 0),
            tuple(case for case in cases if case[1] < 0),
        )

    def _inside(self, part: _Part, size: int) -> list[fmpq] | None:
        """A point of the part; None if there is none."""
        return self._point(size, part.strict, part.rows, part.equalities)

    def _on_a_part(
        self, part: _Part, size: int, inside: list[fmpq] | None
    ) -> list[fmpq] | None:
        """Values where the later neuron is on, if there are any; ``inside`` is a point of the part,
        or None if that is empty.
        """
        if inside is None:
            return None
        if part.rising:
            (z, weight), *others = part.rising
            under = replace(part, rising=tuple(others))
            on = replace(under, strict=(*part.strict, z), z=added(part.z, z, weight))
            off = replace(under, strict=(*part.strict, negated(z)))
            for case in on, off:
                known: list[fmpq] | None = inside
                if value(case.strict[-1], inside) <= 0:
                    known = self._inside(case, size)
                found = self._on_a_part(case, size, known)
                if found is not None:
                    return found
            return None
        total = size + len(part.falling)
        goal = widened(part.z, total)
        bounds = [widened(row, total) for row in part.rows]
        for t, (z, weight) in enumerate(part.falling, size):
            bound = unit_form(t, total)
            goal = added(goal, bound, weight)
            bounds += [bound, added(bound, widened(z, total), fmpq(-1))]
        strict = (*(widened(row, total) for row in part.strict), goal)
        equalities = tuple(widened(row, total) for row in part.equalities)
        found = self._point(total, strict, tuple(bounds), equalities)
        return None if found is None else found[:size]

    def _point(
        self,
        dimension: int,
        strict: tuple[Form, ...],
        rows: tuple[Form, ...] = (),
        equalities: tuple[Form, ...] = (),
    ) -> list[fmpq] | None:
        if monotonic() > self._end:
            raise GivenUp
        found = solve(System(dimension, strict, rows, equalities))
        return list(found) if isinstance(found, Point) else None

    def _forms(self, cell: _Cell, number: int) -> Iterator[tuple[Name, Form]]:
        """z of a layer's neurons on a cell of those below."""
        size = len(next(iter(cell.values.values()))) - 1
        for place, row in enumerate(self._rows[number - 1]):
            yield Name(number, place), _written(row, cell.values, size)


def _written(row: Row, values: Mapping[tuple[int, int], Form], dimension: int) -> Form:
    """A row with the values that it reads written out."""
    total: Form = (*[fmpq(0)] * dimension, row.get(None, fmpq(0)))
    for key, weight in row.items():
        if key is not None:
            total = added(total, values[key], weight)
    return total


def _zero(form: Form) -> Form:
    return tuple(fmpq(0) for _ in form)
