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

    ``bits`` flag the neurons that are relu(-z).  The unknowns stand in the order of ``opened``
    (pairs of a neuron and one below), then D row by row, then b.
    """

    def __init__(self, layer: Layer, columns: Columns, bits: Sequence[int], direct: bool) -> None:
        self.layer = layer
        self.columns = columns
        self.bits = tuple(bits)
        self.direct = direct
        self.outputs = len(columns[0])
        self.reads = layer.prefix.width if direct else 0
        self.opened = [(j, i) for j, neuron in enumerate(layer.neurons) for i in neuron.unknown]
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
                (j, i)
                for j, i in self.opened
                if sample.place.cell.top_signs[i] and sample.place.sides[j] != bool(self.bits[j])
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
        inner = inner_forms(self.layer.prefix, place.cell)
        weights = self._weights_on(place)
        zero = fmpq(0)
        for r in range(self.outputs):
            for c in range(self.layer.prefix.inputs + 1):
                opened = [weights[r][j] * inner[i][c] for j, i in self.opened]
                direct = [
                    inner[i][c] if r == k else zero
                    for k in range(self.outputs)
                    for i in range(self.reads)
                ]
                last = c == self.layer.prefix.inputs
                constant = [fmpq(int(last and r == k)) for k in range(self.outputs)]
                yield (r, c), [*opened, *direct, *constant]

    def usual_side(self, neuron: int, below: int) -> bool:
        """The side of a neuron's boundary that is to be expected where one below is on."""
        return ((neuron, below) in self._met) != bool(self.bits[neuron])

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
            entries = neuron.row.entries()
            for k, (owner, i) in enumerate(self.opened):
                if owner == j and (j, i) not in left:
                    entries[i] = solution[k]
            unknown = frozenset(i for i in neuron.unknown if (j, i) in left)
            neurons.append(Neuron(fmpq_mat(1, len(entries), entries), unknown))
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
        for (j, i), value in zip(self.opened, values, strict=False):
            rows[j][i] = value
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


def inner_forms(prefix: Prefix, cell: Cell) -> list[list[fmpq]]:
    """What a layer above the prefix reads, as forms on a cell."""
    if prefix.depth:
        return matrix_rows(cell.activations())
    n = prefix.inputs
    return [[fmpq(int(i == j)) for j in range(n + 1)] for i in range(n)]
