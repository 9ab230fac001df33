"""A neuron of a hidden layer as far as its weights are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from flint import fmpq, fmpq_mat

from exactrev.recovery.geometry import Form
from exactrev.recovery.lines import Line
from exactrev.recovery.prefix import Cell, Prefix


@dataclass(frozen=True)
class Direction:
    """A row that may be added, in any multiple, to a neuron's without changing what is known.

    It is the weight of one ``value`` that the neuron reads, as it is where that value is off: then
    it matters where the value is ``on`` only.  If that neuron was always seen on, it is
    relu(z) - z = relu(-z), with z written out in what else is read, and matters where it is off.

    It is ``dormant`` if it matters only where the neuron's own z is negative, as far as was seen.
    """

    value: int
    row: Form
    on: bool = True
    dormant: bool = False

    @staticmethod
    def weight(value: int, width: int) -> Direction:
        """The weight of a value, in a row of this width."""
        return Direction(value, unit_row(value, width))

    @property
    def is_weight(self) -> bool:
        """Whether it is the weight of one value and nothing else."""
        return sum(map(bool, self.row.entries())) == 1


@dataclass(frozen=True)
class Neuron:
    """A neuron's (weights | bias) over what its layer reads, up to multiples of ``open``.

    The row says where the boundary is on every cell where all open directions are 0.
    """

    row: fmpq_mat
    open: tuple[Direction, ...] = ()

    @staticmethod
    def partly(row: fmpq_mat, unknown: Iterable[int]) -> Neuron:
        """A neuron of whose weights some may be any number; they stand as 0."""
        width = row.ncols()
        return Neuron(row, tuple(Direction.weight(value, width) for value in sorted(unknown)))

    @cached_property
    def unknown(self) -> frozenset[int]:
        """The values whose weights are not determined."""
        return frozenset(
            value
            for direction in self.open
            for value, x in enumerate(direction.row.entries()[:-1])
            if x
        )

    @property
    def directions(self) -> list[Form]:
        """The rows of what is open."""
        return [direction.row for direction in self.open]

    def known_on(self, prefix: Prefix, cell: Cell) -> bool:
        """Whether the row tells on a cell."""
        return prefix.vanish(cell, self.directions)

    def crossings(self, prefix: Prefix, line: Line) -> list[tuple[fmpq, Form]]:
        """Where the boundary must cross a line, and its form there, as far as the weights tell."""
        return prefix.crossings(line, self.row, self.directions)


def unit_row(index: int, width: int) -> Form:
    """The row that is 1 in one place."""
    return fmpq_mat(1, width, [fmpq(int(j == index)) for j in range(width)])


def as_row(prefix: Prefix, value: int) -> Form | None:
    """z of the neuron that is a value, as a row over the values; None if it reads others."""
    layer, index = prefix.values[value]
    if layer == 0:
        return None
    own = prefix.layers[layer - 1]
    assert own.below is not None
    places = {place: number for number, place in enumerate(prefix.values)}
    entries = [fmpq(0)] * prefix.width + [own.row(index).entries()[-1]]
    for place, weight in zip(own.below.values, own.row(index).entries(), strict=False):
        if weight and place not in places:
            return None
        if weight:
            entries[places[place]] = weight
    return fmpq_mat(1, len(entries), entries)
