"""One cell in exact arithmetic, and what may be said of a neuron on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flint import fmpq

from exactrev.arrangement.forms import OFF, ON, ZERO
from exactrev.arrangement.leaves import Point
from exactrev.arrangement.local import Pairs, integer_pairs, pairs_line
from exactrev.arrangement.vertices import Vertices
from exactrev.lp.forms import negated
from exactrev.lp.polyhedron import Form


@dataclass(frozen=True)
class ExactCell:
    """A relatively open polyhedron: signs of all neurons, bounding rows, walls, a point inside.

    Where ``vertices`` are known, they are those of its closure, whose questions they answer.
    """

    signs: tuple[int, ...]
    rows: tuple[int, ...]
    walls: tuple[int, ...]
    point: Point
    vertices: Vertices | None = field(default=None, compare=False, repr=False)

    def decided(self, neuron: int, sign: int) -> ExactCell:
        """The same with one more neuron decided."""
        signs = (*self.signs[:neuron], sign, *self.signs[neuron + 1 :])
        return replace(self, signs=signs)

    def centred(self) -> ExactCell:
        """The same with a point that its vertices, if they are known, have between them."""
        return self if self.vertices is None else replace(self, point=self.vertices.centre())


@dataclass(frozen=True)
class Proof:
    """A neuron keeps one sign on the cell: ``c t = sum of y row + a constant >= 0``, integers."""

    sign: int
    c: int
    pairs: Pairs

    def line(self, row: int) -> str:
        """The certificate's step."""
        word = "on" if self.sign == ON else "off"
        return pairs_line(f"{word} {row} {self.c} 0", self.pairs)


@dataclass(frozen=True)
class Split:
    """A neuron takes both signs on the cell, at these points inside it; at its boundary where the
    vertices are known."""

    on: Point
    off: Point


def seen_at(vertices: Vertices, form: Form) -> int | Proof | Split:
    """What a neuron's form is on a cell, from its values at the vertices.

    Two of these are the points of a split.
    """
    values = vertices.values(form)
    low, high = min(values), max(values)
    if low < 0 < high:
        ends = (vertices.points[values.index(end)] for end in (high, low))
        return Split(*(tuple(fmpq(p, point[-1]) for p in point[:-1]) for point in ends))
    if low == high == 0:
        return ZERO
    sign = ON if high > 0 else OFF
    found = vertices.least(form if sign == ON else negated(form))
    return Proof(sign, *integer_pairs(list(found.multipliers.items())))
