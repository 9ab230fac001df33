"""A layer with weights open, settled so that the layers above it can be found all the same.

Let z be a neuron's preactivation as far as its boundary shows it, and r = relu(z_i) or relu(-z_i) a
value that is 0 all along that boundary, so that its weight u is open: the neuron is relu(z + u r).
Where r > 0 there is no boundary, so that the neuron is off or on there, whichever it is where r
begins.  If off, any u that keeps it off does not matter.  If on, relu(z + u r) = relu(z) + u r for
every u that keeps it on: one u differs from another by a multiple of r, and whatever reads this
layer and all that it reads can make up for that.  So for layers above that read everything, a u
that keeps the neuron as it is where r begins is as good as the true one.

r = relu(+-z_i) with an affine z_i grows with the distance from where it begins, and z changes by no
more than its steepness that way times the distance: u as large as this keeps the sign.

A boundary in several parts leaves sums of such values open that are 0 along all of them.  There the
multiples that keep the sides are found by linear programming (``kept_sides``).

A side may have been seen wrongly, or a part of the boundary not at all; then the layers above do
not fit what f shows.  Nothing reaches a verdict without a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flint import fmpq, fmpz

from exactrev.recovery.geometry import Form, form_at
from exactrev.recovery.kept_sides import keeping_sides
from exactrev.recovery.layer import Layer
from exactrev.recovery.local import combined, dot, normal, unit_scale
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.reach import Reach

#: How far beside a boundary its sides are looked at.
_ASIDE = fmpq(1, fmpz(1) << 200)
#: How large against its others an open weight is taken that is of a neuron above the first layer.
_LARGE = 64


def reads_everything(layer: Layer) -> bool:
    """Whether a layer's neurons may read the inputs and all layers below."""
    return layer.prefix.reads == tuple(range(layer.prefix.depth + 1))


def settled(reach: Reach, layer: Layer) -> Layer:
    """The layer, which reads everything, with its open weights settled.

    What stays open is what is on in one place where it begins to matter and off in another, or
    where no place tells.
    """
    borders = _Borders(reach, layer.prefix)
    neurons = [_settled_neuron(borders, neuron) for neuron in layer.neurons]
    return replace(layer, neurons=neurons)


class _Borders:
    """Where the values of a prefix begin to be on, or off: each place with its cell before that."""

    def __init__(self, reach: Reach, prefix: Prefix) -> None:
        self.reach = reach
        self.prefix = prefix
        self._known: dict[tuple[int, bool], list[tuple[list[fmpq], Cell]]] = {}

    def of(self, direction: Direction) -> list[tuple[list[fmpq], Cell]]:
        """Where a direction begins to matter."""
        key = (direction.value, direction.on)
        if key not in self._known:
            self._known[key] = list(self._found(*key))
        return self._known[key]

    def _found(self, value: int, on: bool) -> Iterator[tuple[list[fmpq], Cell]]:
        number, index = self.prefix.values[value]
        for place in self.reach.boundary_points(self.prefix.layers[number - 1], index):
            v = normal(self.prefix.cell(place).form(number - 1, index))
            step = unit_scale(v) * _ASIDE
            cell = self.prefix.cell(combined(place, -step if on else step, v))
            if self.prefix.certain(cell):
                yield place, cell


def _settled_neuron(borders: _Borders, neuron: Neuron) -> Neuron:
    one_sided = _one_sided(borders, neuron)
    if not one_sided.open:
        return one_sided
    survey, prefix = borders.reach.survey, borders.prefix
    kept = keeping_sides(survey, prefix, one_sided.row, one_sided.open)
    return one_sided if kept is None else Neuron(kept)


def _one_sided(borders: _Borders, neuron: Neuron) -> Neuron:
    """The neuron with weights for those open that are of a single relu(z_i) or relu(-z_i)."""
    prefix, row = borders.prefix, neuron.row
    left = [direction for direction in neuron.open if _single(prefix, direction)]
    others = tuple(direction for direction in neuron.open if direction not in left)
    while left:
        sides = [_side(borders, Neuron(row, others), left, direction) for direction in left]
        if all(side is None for side in sides):
            break
        for side, direction in zip(sides, left, strict=True):
            if side is not None:
                size = _enough(prefix, neuron.row, direction.value)
                row = row + direction.row * (size if side else -size)
        # where one of them matters the side is known now too, so that others may follow
        pairs = zip(sides, left, strict=True)
        left = [direction for side, direction in pairs if side is None]
    return Neuron(row, (*left, *others))


def _single(prefix: Prefix, direction: Direction) -> bool:
    """Whether a direction is relu(z_i) or relu(-z_i) for its value i."""
    return not direction.on or direction == Direction.weight(direction.value, prefix.width + 1)


def _side(
    borders: _Borders, neuron: Neuron, open: Sequence[Direction], begins: Direction
) -> bool | None:
    """Whether a neuron is on where a direction begins to matter, and no other ``open`` one does.

    None if it is so in one place and not in another, or if no place tells.
    """
    prefix = borders.prefix
    unmet = [(prefix.values[direction.value], direction.on) for direction in open]
    sides = set()
    for place, cell in borders.of(begins):
        off = all(cell.on(*value) != on for value, on in unmet)
        if off and neuron.known_on(prefix, cell):
            sides.add(bool(form_at(prefix.local_form(cell, neuron.row), place) > 0))
    return sides.pop() if len(sides) == 1 else None


def _enough(prefix: Prefix, row: Form, value: int) -> fmpq:
    """A weight for relu(z_i), i being a value, that outweighs how a row changes where z_i grows."""
    number, index = prefix.values[value]
    weights = [abs(x) for x in row.entries()[:-1]]
    if number > 1:
        return _LARGE * max(weights)
    way = normal(prefix.layers[0].row(index))
    rates = _rates(prefix, way)
    changes = (w * rates[v] for w, v in zip(weights, prefix.values, strict=True))
    size = sum(changes, fmpq(0)) / dot(way, way)
    return fmpq((size.p + size.q - 1) // size.q)


def _rates(prefix: Prefix, way: Sequence[fmpq]) -> dict[tuple[int, int], fmpq]:
    """How fast, at most, the values up to the prefix's last layer change along a direction."""
    rates = {(0, k): abs(x) for k, x in enumerate(way)}
    for layer in prefix.layers:
        assert layer.below is not None
        for index in range(layer.size):
            weights = layer.row(index).entries()[:-1]
            if layer.depth == 1:
                rates[1, index] = abs(dot(weights, way))
            else:
                read = zip(weights, layer.below.values, strict=True)
                rates[layer.depth, index] = sum((abs(w) * rates[v] for w, v in read), fmpq(0))
    return rates
