"""What is open at the top of the network, as linear equations that pieces of f give.

With the output weights C_j known from kinks, f is sum_j C_j relu(z_j) + D a + b, where a is what
the last hidden layer reads and D a direct connection.  On a cell where every neuron's side is
known this is linear in the open weights w_ji, in D and in b, and one piece of f gives an equation
for every output and every coefficient of its affine form.

relu(z) = z + relu(-z) makes either direction of a neuron as good as the other beside a free D.  If
D is -sum_j o_j C_j w_j with bits o_j, the bits say which neurons really point the other way, and
nothing else is direct.  Otherwise neurons that are always on, or pairs of opposite ones, are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flint import fmpq, fmpq_mat

from exactrev.exact.lattice import binary_solution
from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.samples import Place, Sample

#: How much larger than its others an open weight is taken that keeps a neuron on or off.
_LARGE = 64

#: The output weights of each neuron of the last hidden layer.
Columns = Sequence[Sequence[fmpq]]


class Fit:
    """The equations on a layer's open weights, on D where it is ``direct``, and on b.

    ``bits`` flag the neurons that are relu(-z).  D reads the values of the prefix ``direct``, which
    has the same layers as that below this one.  The unknowns stand in the order of ``opened``
    (pairs of a neuron and a value that it reads), then D row by row, then b.
    """

    def __init__(
        self, layer: Layer, columns: Columns, bits: Sequence[int], direct: Prefix | None
    ) -> None:
        self.layer = layer
        self.columns = columns
        self.bits = tuple(bits)
        self.direct = direct
        self.outputs = len(columns[0])
        self.reads = direct.width if direct else 0
        self.directions = [
            (j, direction) for j, neuron in enumerate(layer.neurons) for direction in neuron.open
        ]
        self.opened = [(j, direction.value) for j, direction in self.directions]
        self.system = LinearSystem(len(self.opened) + self.outputs * (self.reads + 1))
        self._met: set[tuple[int, int]] = set()

    def take(self, samples: Iterable[Sample]) -> Sample | None:
        """Take in samples up to the first that contradicts the others; it is returned."""
        for sample in samples:
            targets = matrix_rows(sample.piece - self._known_part(sample.place))
            for (r, c), terms in self._terms(sample.place):
                if not self.system.add(terms, targets[r][c]):
                    return sample
            self._met |= {
                (j, direction.value)
                for j, direction in self.directions
                if sample.place.sides[j] != bool(self.bits[j])
                and not self.layer.prefix.vanish(sample.place.cell, [direction.row])
            }
        return None

    def take_all(self, samples: Iterable[Sample]) -> bool:
        """Take in all samples, or none if they contradict what is known."""
        before, met = self.system.copy(), set(self._met)
        if self.take(samples) is None:
            return True
        self.system, self._met = before, met
        return False

    def tells(self, place: Place) -> bool:
        """Whether the piece of f at a place would determine anything more."""
        return self.system.rank < self.system.unknowns and any(
            self.system.value(terms) is None for _, terms in self._terms(place)
        )

    def _weights_on(self, place: Place) -> list[list[fmpq]]:
        """By how much each output changes with each z_j at a place, as one row per output."""
        return [
            [
                self.columns[j][r] * (1 - 2 * bit) if side != bool(bit) else fmpq(0)
                for j, (bit, side) in enumerate(zip(self.bits, place.sides, strict=True))
            ]
            for r in range(self.outputs)
        ]

    def _known_part(self, place: Place) -> fmpq_mat:
        """What the neurons with open weights taken as 0 add to the piece."""
        return fmpq_mat(self._weights_on(place)) * place.forms

    def _terms(self, place: Place) -> Iterable[tuple[tuple[int, int], list[fmpq]]]:
        """For each output and coefficient of its form, how it depends on the unknowns."""
        prefix = self.layer.prefix
        inner = [
            prefix.local_form(place.cell, direction.row).entries()
            for _, direction in self.directions
        ]
        read = matrix_rows(self.direct.value_forms(place.cell)) if self.direct else []
        weights = self._weights_on(place)
        zero = fmpq(0)
        for r in range(self.outputs):
            for c in range(self.layer.prefix.inputs + 1):
                opened = [
                    weights[r][j] * form[c]
                    for (j, _), form in zip(self.directions, inner, strict=True)
                ]
                direct = [
                    read[i][c] if r == k else zero
                    for k in range(self.outputs)
                    for i in range(self.reads)
                ]
                last = c == self.layer.prefix.inputs
                constant = [fmpq(int(last and r == k)) for k in range(self.outputs)]
                yield (r, c), [*opened, *direct, *constant]

    def matters_on(self, value: int) -> bool:
        """Whether open weights of a value matter where it is on, not where it is off."""
        return all(d.on for _, d in self.directions if d.value == value)

    def usual_side(self, neuron: int, below: int) -> bool:
        """The side of a neuron's boundary that is to be expected where one below is on."""
        return ((neuron, below) in self._met) != bool(self.bits[neuron])

    def usual_side_on(self, neuron: int, cell: Cell) -> bool | None:
        """The side to be expected on a cell where open weights matter; None if that is not clear.
        """
        sides = {
            self.usual_side(j, direction.value)
            for j, direction in self.directions
            if j == neuron and not self.layer.prefix.vanish(cell, [direction.row])
        }
        return sides.pop() if len(sides) == 1 else None

    # -- what follows --------------------------------------------------------------------------

    def open_left(self) -> list[tuple[int, int]]:
        """The open weights that are not determined yet."""
        return [pair for k, pair in enumerate(self.opened) if self.system.unit(k) is None]

    def improved(self) -> Layer:
        """The layer with the weights that are determined now."""
        left = set(self.open_left())
        solution = self.system.solution()
        neurons = []
        for j, neuron in enumerate(self.layer.neurons):
            row = neuron.row
            for k, (owner, direction) in enumerate(self.directions):
                if owner == j and (j, direction.value) not in left:
                    row = row + direction.row * solution[k]
            still = tuple(d for d in neuron.open if (j, d.value) in left)
            neurons.append(Neuron(row, still))
        return replace(self.layer, neurons=neurons)

    def solution(self) -> tuple[list[list[fmpq]], list[list[fmpq]], list[fmpq]]:
        """Rows of the layer, D (one row per output), and b.

        An open weight is taken such that the neuron stays as it was always seen where the one
        below is on: off, or on if D allows for no more to be told.  Else what is open is 0.
        """
        rows = [neuron.row.entries() for neuron in self.layer.neurons]
        settled = self.system.copy()
        for k in range(settled.unknowns):
            if settled.unit(k) is not None:
                continue
            value = fmpq(0)
            if k < len(self.opened):
                j, i = self.opened[k]
                towards = 1 if self.usual_side(j, i) else -1
                value = towards * _LARGE * max(map(abs, rows[j][:-1]))
            settled.add([int(k == other) for other in range(settled.unknowns)], value)
        values = settled.solution()
        for (j, direction), value in zip(self.directions, values, strict=False):
            for place, x in enumerate(direction.row.entries()):
                rows[j][place] += value * x
        start = len(self.opened)
        direct = [
            values[start + r * self.reads : start + (r + 1) * self.reads]
            for r in range(self.outputs)
        ]
        return rows, direct, values[start + self.outputs * self.reads :]

    def true_bits(self) -> tuple[int, ...] | None:
        """Bits with which D is -sum_j o_j C_j w_j, for a direct fit without bits; or None."""
        equations = self._bit_equations()
        return None if equations is None else binary_solution(equations, len(self.columns))

    def _bit_equations(self) -> list[tuple[list[fmpq], fmpq]] | None:
        """The equations on the bits alone, or None if they are contradictory.

        What is eliminated: open weights w_ji, the products o_j w_ji, and b.
        """
        count, width = len(self.opened), len(self.columns)
        start, stop = count, count + self.outputs * self.reads
        nuisances = 2 * count + self.outputs
        known = [neuron.row.entries() for neuron in self.layer.neurons]
        system = LinearSystem(nuisances + width)
        for row in self.system.rows():
            factors = row[start:stop]

            def part(j: int, i: int, factors: Sequence[fmpq] = factors) -> fmpq:
                return -sum(
                    (factors[r * self.reads + i] * self.columns[j][r] for r in range(self.outputs)),
                    fmpq(0),
                )

            products = [part(j, i) for j, i in self.opened]
            bits = [
                sum((part(j, i) * known[j][i] for i in range(self.reads)), fmpq(0))
                for j in range(width)
            ]
            if not system.add([*row[:start], *products, *row[stop:-1], *bits], row[-1]):
                return None
        return [
            (row[nuisances:-1], row[-1]) for row in system.rows() if not any(row[:nuisances])
        ]
