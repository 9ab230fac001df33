"""Where two neurons of adjacent layers are on together, or the proof that they nowhere are.

Where the first hidden layer takes all values that are not negative, such values are looked for, and
else inputs.  The layers above those and below the earlier neuron are gone through cell by cell.  On
a cell the later neuron is

    z = sum_m w_m relu(z_m) + b

with affine z_m.  Where w_m < 0 that is at least sum_m w_m t_m + b for any t_m >= 0 and >= z_m, and
just so much for the least such t_m; where w_m > 0 the signs of z_m are two cases.  Each case is a
linear program, decided exactly.

>>> hidden = ([[1, 0], [0, 1]], [0, 0]), ([[1, -3], [-1, 2]], [0, 1]), ([[1, -9]], [-1])
>>> together = Together(Network.dense([*hidden, ([[1]], [0])]), seconds=10)
>>> together.never(Name(2, 1), Name(3, 0)), together.never(Name(2, 0), Name(3, 0))
(True, False)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from flint import fmpq

from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.lp import Form, Point, System, solve
from exactrev.network.model import Network
from exactrev.network.reduction import Name

#: Cells of the layers below with which the search is given up.
_MOST_CELLS = 3000


class GivenUp(Exception):
    """There is too much to go through."""


@dataclass(frozen=True)
class _Cell:
    """Where all ``rows`` are > 0; ``values`` are there those of the layer gone through last.  Both
    are forms in the first layer's values, or in the inputs.
    """

    rows: tuple[Form, ...]
    values: tuple[Form, ...]


@dataclass(frozen=True)
class _Part:
    """A part of a cell, and what is sought there: neurons of the layer cut it (``inner``, affine),
    and a neuron that reads them with ``weights`` is to be on.  Those in ``undecided`` may be on.
    """

    rows: tuple[Form, ...]
    equalities: tuple[Form, ...]
    inner: tuple[Form, ...]
    weights: tuple[fmpq, ...]
    undecided: tuple[int, ...]
    falling: tuple[int, ...]


class Together:
    """Searches the hidden layers of a network each of which reads nothing but the one below.

    It is given up once ``seconds`` have passed.
    """

    def __init__(self, network: Network, seconds: float) -> None:
        self._network = network
        self._end = monotonic() + seconds
        first = network.weight(1)
        # whether any values >= 0 are the first layer's somewhere, so that inputs do not matter
        self._onto = first.rank() == first.nrows()
        self._size = first.nrows() if self._onto else network.inputs
        self._cells: dict[int, list[_Cell]] = {}

    @staticmethod
    def may_search(network: Network) -> bool:
        """Whether the hidden layers read nothing but the one below each."""
        return bool(network.hidden) and all(
            [source for source, _ in layer.weights] == [number]
            for number, layer in enumerate(network.hidden)
        )

    def never(self, earlier: Name, later: Name) -> bool:
        """Whether it is proved that the two, the later one reading the earlier, are never both
        on.
        """
        if later.layer != earlier.layer + 1:
            return False
        try:
            return self.place(earlier, self._weights(later)) is None
        except GivenUp:
            return False

    def place(
        self,
        earlier: Name,
        row: Sequence[fmpq],
        off: Collection[int] = (),
        beside: bool = False,
    ) -> list[fmpq] | None:
        """An input where a neuron that reads the earlier one's layer with this row (weights | bias)
        is on; None if there is none.

        There the earlier one is on or, if ``beside``, at its boundary, and those of its layer
        numbered in ``off`` are off.  Raises GivenUp.
        """
        for cell in self._below(earlier.layer):
            found = self._on_a_part(self._part(cell, earlier, row, off, beside))
            if found is not None:
                return self._input_with(found) if self._onto else found
        return None

    def _input_with(self, values: Sequence[fmpq]) -> list[fmpq]:
        """An input at which the first layer has these values, all > 0."""
        system = LinearSystem(self._network.inputs)
        rows = matrix_rows(self._network.weight(1))
        for row, bias, value in zip(rows, self._network.bias(1).entries(), values, strict=True):
            system.add(row, value - bias)
        return system.solution()

    def _below(self, number: int) -> list[_Cell]:
        """The cells of the layers below layer ``number``."""
        if number == 1 or (number == 2 and self._onto):
            units = tuple(_unit(k, self._size) for k in range(self._size))
            return [_Cell(units if self._onto else (), units)]
        if number not in self._cells:
            self._cells[number] = [
                finer for cell in self._below(number - 1) for finer in self._cut(cell, number - 1)
            ]
            if len(self._cells[number]) > _MOST_CELLS:
                raise GivenUp
        return self._cells[number]

    def _cut(self, cell: _Cell, number: int) -> list[_Cell]:
        """The cell cut by the boundaries of a layer."""
        parts = [_Cell(cell.rows, ())]
        for form in self._forms(cell, number):
            parts = [
                _Cell((*part.rows, row), (*part.values, value))
                for part in parts
                for row, value in ((form, form), (_negated(form), _constant(0, self._size)))
                if self._point(self._size, (*part.rows, row)) is not None
            ]
        return parts

    def _part(
        self,
        cell: _Cell,
        earlier: Name,
        row: Sequence[fmpq],
        off: Collection[int],
        beside: bool,
    ) -> _Part:
        """What is to be gone through of a cell of the layers below the earlier neuron."""
        first = earlier.layer == 1 and self._onto
        inner = cell.values if first else tuple(self._forms(cell, earlier.layer))
        own = inner[earlier.place]
        weights = [fmpq(0) if k in off else w for k, w in enumerate(row)]
        # values >= 0 are what they are, in one case
        cases = [] if first else [k for k in range(len(inner)) if k not in (*off, earlier.place)]
        return _Part(
            (*cell.rows, *(() if beside else (own,)), *(_negated(inner[k]) for k in off)),
            (own,) if beside else (),
            inner,
            tuple(weights),
            tuple(k for k in cases if row[k] > 0),
            tuple(k for k in cases if row[k] < 0),
        )

    def _on_a_part(self, part: _Part) -> list[fmpq] | None:
        """Values where the later neuron is on, if there are any."""
        if self._point(self._size, part.rows, (), part.equalities) is None:
            return None
        if part.undecided:
            k, *others = part.undecided
            off = tuple(fmpq(0) if k == i else w for i, w in enumerate(part.weights))
            on = replace(part, rows=(*part.rows, part.inner[k]), undecided=tuple(others))
            rest = replace(on, rows=(*part.rows, _negated(part.inner[k])), weights=off)
            return self._on_a_part(on) or self._on_a_part(rest)
        total = self._size + len(part.falling)
        affine = [fmpq(0) if k in part.falling else w for k, w in enumerate(part.weights)]
        z = _widened(_combined(part.inner, affine), total)
        bounds: list[Form] = []
        for t, k in enumerate(part.falling, self._size):
            bound = _unit(t, total)
            z = _sum(z, bound, part.weights[k])
            bounds += [bound, _sum(bound, _widened(part.inner[k], total), fmpq(-1))]
        strict = (*(_widened(row, total) for row in part.rows), z)
        equalities = tuple(_widened(row, total) for row in part.equalities)
        found = self._point(total, strict, tuple(bounds), equalities)
        return None if found is None else found[: self._size]

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

    def _forms(self, cell: _Cell, number: int) -> list[Form]:
        """z of a layer's neurons on a cell of those below."""
        size = self._network.architecture[number]
        return [_combined(cell.values, self._weights(Name(number, k))) for k in range(size)]

    def _weights(self, name: Name) -> list[fmpq]:
        """What a neuron reads, and its bias."""
        matrix = self._network.weight(name.layer)
        row = [matrix[name.place, k] for k in range(matrix.ncols())]
        return [*row, self._network.bias(name.layer)[name.place, 0]]


def _combined(forms: Sequence[Form], weights: Sequence[fmpq]) -> Form:
    """sum_k w_k form_k + b, for weights with b in last place."""
    *factors, bias = weights
    total = _constant(bias, len(forms[0]) - 1)
    for form, factor in zip(forms, factors, strict=True):
        if factor:
            total = _sum(total, form, factor)
    return total


def _sum(a: Form, b: Form, factor: fmpq) -> Form:
    return tuple(x + factor * y for x, y in zip(a, b, strict=True))


def _negated(form: Form) -> Form:
    return tuple(-x for x in form)


def _unit(index: int, dimension: int) -> Form:
    return tuple(fmpq(int(k == index)) for k in range(dimension + 1))


def _constant(value: fmpq | int, dimension: int) -> Form:
    return (*[fmpq(0)] * dimension, fmpq(value))


def _widened(form: Form, dimension: int) -> Form:
    """The form in more variables, on which it does not depend."""
    *coefficients, constant = form
    return (*coefficients, *[fmpq(0)] * (dimension - len(coefficients)), constant)
