"""One boundary of the layer above the prefix, followed from cell to cell (R&K, T3).

On a cell the boundary is the zero set of ``form = sum_v w_v a_v + b``, where a_v are the (known)
forms of the values that the layer may read: relu(z) of the last layer's neurons or, over a wide
prefix, the inputs and relu(z) of all neurons below.  Where the boundary crosses that of a known
neuron with preactivation z, each a_v jumps by a known multiple c_v of z (1 or -1 for the neuron
itself, 0 for its peers and what is below, more for what reads it), so that the form jumps by
``(sum_v w_v c_v) z``.  Form and jumps are linear equations for the unknown weights, all in one
scale: that of the kink where the walk began.

Where everything may be read, the first cell's form determines the weights of the inputs once the
others are known, and each crossing of a neuron's boundary tells its weight once those of the layers
above that neuron's are known.  So crossing the boundary of every neuron below once determines
everything.

If the last layer of a prefix that is not wide is not oriented, its bits s_i only tell sides:
neuron i is relu(z_i) or relu(-z_i), hence has e_i z_i in the form with e_i = w_i s_i - u_i, u_i
being 0 or w_i.  If z_i is known but for some t_m d_m (d_m forms) that matter only where s_i = 0,
-u_i t_m d_m is added, each u_i t_m being one more unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import LinearSystem
from exactrev.exact.rational import to_float
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

    def scaled(self, factor: fmpq) -> Waypoint:
        """The same place, with the form in another scale."""
        return Waypoint(self.point, self.cell, self.form * factor)


class Surface:
    """What is known of the neuron behind one boundary: equations for (w, b) and places on it.

    Attributes: ``consistent`` turns False when the equations contradict each other, so that the
    boundary is of no neuron that reads this prefix alone.  Whatever was followed over a wide prefix
    is ``oriented``.  ``sought`` are the values at whose boundaries it was sought by climbing;
    ``climbed_at`` at what rank of the equations that last found nothing for a value.  ``seen`` are
    the places, after the first one, where f was asked; ``told`` is what the equations say of the
    orientation below, by how many there are and what is known of it elsewhere.
    """

    def __init__(self, prefix: Prefix, kink: Kink, oriented: bool) -> None:
        self.prefix = prefix
        self.kink = kink
        self.oriented = oriented
        unknowns = prefix.width if oriented else 2 * prefix.width + len(prefix.dormant)
        self.system = LinearSystem(unknowns + 1)
        self.consistent = True
        self.sought: set[int] = set()
        self.climbed_at: dict[int, int] = {}
        self.told: dict[
            tuple[int, tuple[tuple[int, int], ...]], list[tuple[list[fmpq], fmpq]] | None
        ] = {}
        # kinks that are not known to be of the same neuron, with how much was known then; each is
        # kept so that its id stays its own
        self._apart: dict[int, tuple[Kink, int]] = {}
        point = tuple(rationals(kink.point))
        self.waypoints = [Waypoint(point, prefix.cell(point), kink.form)]
        self.seen: list[Waypoint] = []
        self._start(self.waypoints[0])

    def _start(self, here: Waypoint) -> None:
        for equation, value in zip(self._equations(here.cell), here.form.entries(), strict=True):
            self.consistent &= self.system.add(equation, value)

    def _equations(self, cell: Cell) -> list[list[fmpq]]:
        """The coefficients of the boundary's form on a cell, each as a form in the unknowns."""
        return [self._equation(cell, column) for column in range(self.prefix.inputs + 1)]

    def _equation(self, cell: Cell, column: int) -> list[fmpq]:
        """One coefficient of the boundary's form on a cell as a form in the unknowns."""
        if self.oriented:
            return _column(self.prefix.value_forms(cell), column)
        equation = self.effect(cell.top_signs, _column(self.prefix.top_forms(cell), column))
        if column == self.prefix.inputs:
            equation[self.prefix.width] = fmpq(1)
        start = 2 * self.prefix.width + 1
        for m, form in enumerate(self.prefix.dormant_forms(cell)):
            equation[start + m] = -form[column]
        return equation

    def effect(self, signs: Sequence[bool], factors: Sequence[fmpq]) -> list[fmpq]:
        """sum_i e_i factors_i, for these bits of the last layer, as a form in the unknowns."""
        on = [f if bit else fmpq(0) for f, bit in zip(factors, signs, strict=True)]
        if self.oriented:
            return [*on, fmpq(0)]
        products = [fmpq(0)] * len(self.prefix.dormant)
        return [*on, fmpq(0), *(-f for f in factors), *products]

    def jump(self, before: Cell, after: Cell, layer: int, neuron: int) -> list[fmpq]:
        """mu as a form in the unknowns, where the form becomes ``form + mu z`` past a boundary
        z.
        """
        wall = before.forms[layer]
        pivot = next(j for j in range(wall.ncols()) if wall[neuron, j])
        old, new = (self._equation(cell, pivot) for cell in (before, after))
        scale = 1 / wall[neuron, pivot]
        return [(b - a) * scale if a != b else a - b for a, b in zip(old, new, strict=True)]

    def absorb(self, kink: Kink) -> bool:
        """Take in a kink seen elsewhere if it must be of the same neuron; whether it is.

        Its own scale is one more unknown.  It must be consistent with all that is known and
        fulfil at least one equation that another neuron's kink would fail.
        """
        if self._apart.get(id(kink), (kink, -1))[1] == self.system.rank:
            return False
        taken = self._absorb(kink)
        if not taken:
            self._apart[id(kink)] = (kink, self.system.rank)
        return taken

    def _absorb(self, kink: Kink) -> bool:
        point = tuple(rationals(kink.point))
        cell = self.prefix.cell(point)
        if not self.prefix.certain(cell):
            return False
        known = self.form_on(cell)
        if known is not None and not kink.lies_on(known.entries()):
            return False
        # any neuron's form lies in the span of what is on here: only what is beyond that tells
        span, equations = self.prefix.span(cell), self._equations(cell)
        if self.system.gain(equations) >= span:
            return False
        joint = self.system.with_unknown()
        before = joint.rank
        for equation, value in zip(equations, kink.form.entries(), strict=True):
            if not joint.add([*equation, -value], 0):
                return False
        scale = joint.unit(self.system.unknowns)
        if not scale or joint.rank - before >= span:
            return False
        self.system = joint.without_last_unknown()
        self.waypoints.append(Waypoint(point, cell, kink.form * scale))
        self.seen.append(self.waypoints[-1])
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
        self.waypoints += [place.scaled(scale) for place in other.waypoints]
        self.seen += [place.scaled(scale) for place in (other.waypoints[0], *other.seen)]
        return True

    def form_on(self, cell: Cell) -> Form | None:
        """The boundary's form on any cell, or None where the weights that matter are not
        determined.

        The boundary need not pass through the cell.
        """
        if not self.prefix.certain(cell):
            return None
        entries = []
        for equation in self._equations(cell):
            value = self.system.value(equation)
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

    def weight(self, value: int) -> fmpq | None:
        """w_v in the surface's own scale, or None while it is not determined."""
        return self.system.unit(value)

    def missing(self) -> list[int]:
        """The values, but for the inputs, whose weight is not determined yet."""
        return [
            v for v, (layer, _) in enumerate(self.prefix.values)
            if layer and self.weight(v) is None
        ]

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

    def over(self, prefix: Prefix) -> Surface:
        """The same boundary, of a neuron that may read more of the same layers.

        What was followed over a single layer told nothing but where it is; over more layers it may
        have been taken to be where it is not.
        """
        twin = Surface(prefix, self.kink, oriented=True)
        if self.prefix.depth == 1:
            for place in self.waypoints[1:]:
                twin._start(place)
                twin.waypoints.append(place)
        return twin

    def widened(self, prefix: Prefix) -> Surface:
        """The same boundary over an oriented layer with more neurons, which are off along it."""
        twin = Surface(prefix, self.kink, oriented=True)
        for i in range(self.prefix.width):
            weight = self.weight(i)
            if weight is not None:
                twin.learn([fmpq(int(k == i)) for k in range(twin.system.unknowns)], weight)
        twin.waypoints += [
            Waypoint(old.point, prefix.cell(old.point), old.form) for old in self.waypoints[1:]
        ]
        return twin

    def retold(self, prefix: Prefix, oriented: bool = False) -> Surface:
        """The same boundary over other layers, of which it may be that f shows: what was seen of
        it, and not what followed from that over these ones.
        """
        twin = Surface(prefix, self.kink, oriented)
        for place in self.seen:
            here = Waypoint(place.point, prefix.cell(place.point), place.form)
            twin._start(here)
            twin.waypoints.append(here)
            twin.seen.append(here)
        return twin


def distance(here: Waypoint, target: tuple[int, int]) -> float:
    """How far a waypoint is from the boundary of a neuron (layer from 1, index), roughly."""
    layer, index = target
    form = here.cell.form(layer - 1, index)
    size = sum(abs(x) for x in form.entries()[:-1])
    return to_float(abs(form_at(form, here.point)) / size) if size else inf


def _column(matrix: fmpq_mat, column: int) -> list[fmpq]:
    return [matrix[row, column] for row in range(matrix.nrows())]
