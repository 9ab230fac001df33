"""One boundary of the layer above the prefix, followed from cell to cell (R&K, T3).

On a cell the boundary is the zero set of ``form = sum_i e_i z_i + b``, where z_i are the (known)
forms of the last known layer's neurons and ``e_i`` is w_i where neuron i is on, 0 where it is
off.  Where the boundary crosses the boundary of neuron i, the form jumps by ``+-w_i z_i``; where
it crosses that of an earlier neuron, the jump is a known combination of the e_i. Each is one
linear equation for the unknown weights, all in one scale: that of the kink where the walk began.

If the last layer is not oriented, its bits s_i only tell sides: neuron i is relu(z_i) or
relu(-z_i), hence e_i = w_i s_i - u_i with u_i = 0 or w_i.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.recovery.geometry import Form, Kink, form_at, rationals
from exactrev.recovery.prefix import Cell, Prefix


@dataclass(frozen=True)
class Passage:
    """A place where a boundary crosses that of a neuron of the prefix: ``wall``, past it
    ``side``.
    """

    place: tuple[fmpq, ...]
    wall: Form
    side: int


@dataclass(frozen=True)
class Waypoint:
    """A point of the boundary inside a cell, with the boundary's form there.

    ``origin`` and ``passage`` say how it was reached: from another waypoint straight to the
    passage, and from there past a boundary of the prefix.
    """

    point: tuple[fmpq, ...]
    cell: Cell
    form: Form
    origin: Waypoint | None = None
    passage: Passage | None = None


class Surface:
    """What is known of the neuron behind one boundary: equations for (w, b) and places on it.

    Attributes: ``consistent`` turns False when the equations contradict each other, so that the
    boundary is of no neuron that reads this prefix alone.
    """

    def __init__(self, prefix: Prefix, kink: Kink, oriented: bool) -> None:
        self.prefix = prefix
        self.kink = kink
        self.oriented = oriented
        self.system = LinearSystem(prefix.width * (1 if oriented else 2) + 1)
        self.consistent = True
        point = tuple(rationals(kink.point))
        self.waypoints = [Waypoint(point, prefix.cell(point), kink.form)]
        self._start(self.waypoints[0])

    def _start(self, here: Waypoint) -> None:
        values = here.form.entries()
        columns = self._activation_columns(here.cell)
        for j, column in enumerate(columns):
            equation = self.effect(here.cell.top_signs, column)
            if j == len(values) - 1:
                equation[self.prefix.width] = fmpq(1)
            self.consistent &= self.system.add(equation, values[j])

    def _activation_columns(self, cell: Cell) -> list[list[fmpq]]:
        forms = cell.forms[-1]
        width = forms.ncols()
        entries = forms.entries()
        return [entries[j::width] for j in range(width)]

    def effect(self, signs: Sequence[bool], factors: Sequence[fmpq]) -> list[fmpq]:
        """sum_i e_i factors_i, for these bits of the last layer, as a form in the unknowns."""
        on = [f if bit else fmpq(0) for f, bit in zip(factors, signs, strict=True)]
        sides = [] if self.oriented else [-f for f in factors]
        return [*on, fmpq(0), *sides]

    def jump(self, before: Cell, after: Cell, layer: int, neuron: int) -> list[fmpq]:
        """mu as a form in the unknowns, where the form becomes ``form + mu z`` past a boundary
        z.
        """
        top = len(before.forms) - 1
        if layer == top:
            sign = -1 if before.signs[top][neuron] else 1
            unit = [fmpq(0)] * self.system.unknowns
            unit[neuron] = fmpq(sign)
            return unit
        crossed = before.form(layer, neuron).entries()
        pivot = next(j for j, x in enumerate(crossed) if x)
        old, new = (matrix_rows(cell.forms[top]) for cell in (before, after))
        factors = [
            (b[pivot] - a[pivot]) / crossed[pivot] for a, b in zip(old, new, strict=True)
        ]
        return self.effect(before.top_signs, factors)

    def absorb(self, kink: Kink) -> bool:
        """Take in a kink seen elsewhere if it must be of the same neuron; whether it is.

        Its own scale is one more unknown.  It must be consistent with all that is known and
        fulfil at least one equation that another neuron's kink would fail.
        """
        point = tuple(rationals(kink.point))
        cell = self.prefix.cell(point)
        if not self.prefix.certain(cell):
            return False
        known = self.form_on(cell)
        if known is not None and not kink.lies_on(known.entries()):
            return False
        joint = self.system.with_unknown()
        values = kink.form.entries()
        before = joint.rank
        for j, column in enumerate(self._activation_columns(cell)):
            equation = self.effect(cell.top_signs, column)
            equation[self.prefix.width] = fmpq(int(j == len(values) - 1))
            if not joint.add([*equation, -values[j]], 0):
                return False
        scale = joint.unit(self.system.unknowns)
        # any neuron's form lies in the span of what is on here: only what is beyond that tells
        if not scale or joint.rank - before >= self.prefix.span(cell):
            return False
        self.system = joint.without_last_unknown()
        self.waypoints.append(Waypoint(point, cell, kink.form * scale))
        return True

    def merge(self, other: Surface) -> bool:
        """Take in all that another boundary tells if it must be of the same neuron; whether it
        is.
        """
        joint = self.system.with_unknown()
        before = joint.rank
        rows = other.system.rows()
        for row in rows:
            if not joint.add([*row[:-1], -row[-1]], 0):
                return False
        scale = joint.unit(self.system.unknowns)
        if not scale or joint.rank - before >= len(rows):
            return False
        self.system = joint.without_last_unknown()
        self.waypoints += [
            Waypoint(place.point, place.cell, place.form * scale) for place in other.waypoints
        ]
        return True

    def form_on(self, cell: Cell) -> Form | None:
        """The boundary's form on any cell, or None where the weights that matter are not
        determined.

        The boundary need not pass through the cell.
        """
        if not self.prefix.certain(cell):
            return None
        columns = self._activation_columns(cell)
        entries = []
        for j, column in enumerate(columns):
            combination = self.effect(cell.top_signs, column)
            combination[self.prefix.width] = fmpq(int(j == len(columns) - 1))
            value = self.system.value(combination)
            if value is None:
                return None
            entries.append(value)
        return fmpq_mat(1, len(entries), entries)

    def contains(self, kink: Kink) -> bool:
        """Whether a kink lies on the boundary, as far as that is determined."""
        form = self.form_on(self.prefix.cell(rationals(kink.point)))
        return form is not None and kink.lies_on(form.entries())

    def learn(self, equation: Sequence[fmpq], value: fmpq) -> bool:
        """Take in a measured jump; False if it contradicts what is known."""
        self.consistent &= self.system.add(equation, value)
        return self.consistent

    def weight(self, neuron: int) -> fmpq | None:
        """w_i in the surface's own scale, or None while it is not determined."""
        return self.system.unit(neuron)

    def missing(self) -> list[int]:
        """The neurons of the last layer whose weight is not determined yet."""
        return [i for i in range(self.prefix.width) if self.weight(i) is None]

    def row(self) -> fmpq_mat | None:
        """(w | b), or None while it is not determined."""
        values = [self.system.unit(i) for i in range(self.prefix.width + 1)]
        known = [value for value in values if value is not None]
        return fmpq_mat(1, len(values), known) if len(known) == len(values) else None

    def reoriented(self, prefix: Prefix) -> Surface:
        """The same boundary over the prefix whose last layer is now oriented."""
        twin = Surface(prefix, self.kink, oriented=True)
        for i in range(prefix.width):
            weight = self.weight(i)
            if weight is not None:
                unit = [fmpq(0)] * twin.system.unknowns
                unit[i] = fmpq(1)
                twin.learn(unit, weight)
        twin.waypoints += [
            Waypoint(old.point, prefix.cell(old.point), old.form) for old in self.waypoints[1:]
        ]
        return twin

    def distance(self, here: Waypoint, neuron: int) -> float:
        """How far a waypoint is from the boundary of a neuron of the last layer, roughly."""
        form = here.cell.form(len(here.cell.forms) - 1, neuron)
        size = sum(abs(float(x)) for x in form.entries()[:-1])
        return abs(float(form_at(form, here.point))) / size if size else float("inf")

