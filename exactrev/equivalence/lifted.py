"""A network's function by what its neurons' values satisfy: v >= 0 and v >= z, the inputs free.

In the space of inputs and values a neuron can be taken to be on (v = z > 0) or off (v = 0 >= z)
though what it reads is not decided.  A branch has decided some; there every row is an affine form
in the inputs and in the values that are left.

>>> net = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])
>>> lifted = Lifted.of(net, range(1))
>>> branch = Branch(lifted, {0: True, 1: False})
>>> branch.z(2), branch.value(2)                     # the input is 0, the neurons are 1, 2 and 3
({0: 1, -1: -1}, {3: 1})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flint import fmpq

from exactrev.lp.polyhedron import Form
from exactrev.network.model import Network
from exactrev.network.reduction import Name

#: The number of the constant 1, whose coefficient is the constant of a row.
ONE = -1

#: Coefficients by number: the inputs, then the neurons in ascending order.  No zeros.
Row = dict[int, fmpq]


class Multiple(NamedTuple):
    """That a neuron's z is a number other than 0 times that of an earlier one."""

    of: int
    factor: fmpq


#: What is known of a neuron on a branch: whether it is on, or that it follows another one.
Decision = bool | Multiple
Decided = Mapping[int, Decision]


@dataclass(frozen=True)
class Lifted:
    """The neurons' and the outputs' rows, in the space of some inputs (the others being 0)."""

    inputs: int
    names: tuple[Name, ...]
    rows: tuple[Row, ...]
    outputs: tuple[Row, ...]

    @staticmethod
    def of(network: Network, coordinates: Sequence[int]) -> Lifted:
        """Those of a network, whose inputs of these numbers become 0, 1, ..."""
        sizes, n = network.architecture, len(coordinates)
        first = [0, *(n + sum(sizes[1:k]) for k in range(1, len(sizes)))]
        names = [
            Name(k, i) for k, layer in enumerate(network.hidden, 1) for i in range(layer.size)
        ]
        rows = [
            _row(network, k, i, coordinates, first)
            for k, layer in enumerate(network.layers, 1)
            for i in range(layer.size)
        ]
        return Lifted(n, tuple(names), tuple(rows[: len(names)]), tuple(rows[len(names) :]))

    def where(self, decided: Decided) -> Lifted:
        """The same where some neurons are on or not, without these."""
        branch = Branch(self, decided)
        places = {j: j for j in range(ONE, self.inputs)}
        places |= {self.inputs + k: self.inputs + i for i, k in enumerate(branch.undecided)}

        def renumbered(row: Row) -> Row:
            return {places[number]: a for number, a in row.items()}

        return Lifted(
            self.inputs,
            tuple(self.names[k] for k in branch.undecided),
            tuple(renumbered(branch.z(k)) for k in branch.undecided),
            tuple(renumbered(branch.expanded(row)) for row in self.outputs),
        )


def _row(
    network: Network, number: int, place: int, coordinates: Sequence[int], first: Sequence[int]
) -> Row:
    """The row of one neuron or output; ``first`` are the numbers of the layers' first neurons."""
    row: Row = {}
    for source, weights in network.layers[number - 1].weights:
        columns = range(weights.ncols()) if source else coordinates
        for j, column in enumerate(columns):
            if weights[place, column]:
                row[first[source] + j] = weights[place, column]
    bias = network.bias(number)[place, 0]
    return {**row, ONE: bias} if bias else row


def targets_of(lifted: Lifted) -> list[Row]:
    """What is nowhere > 0 if all outputs are 0: each of them, then times -1."""
    return [
        {number: sign * a for number, a in row.items()}
        for row in lifted.outputs
        for sign in (fmpq(1), fmpq(-1))
    ]


def as_row(form: Form) -> Row:
    """A form of the inputs as a row."""
    *linear, constant = form
    row = {j: a for j, a in enumerate(linear) if a}
    return {**row, ONE: constant} if constant else row


class Branch:
    """Rows where some neurons, by their numbers 0, 1, ..., are on or not, or follow others."""

    def __init__(self, lifted: Lifted, decided: Decided) -> None:
        self.lifted, self.decided = lifted, decided
        self.on = [k for k in sorted(decided) if decided[k] is True]
        self.off = [k for k in sorted(decided) if decided[k] is False]
        #: the neurons whose values are unknowns
        self.undecided = [k for k in range(len(lifted.rows)) if k not in decided]
        self._z: dict[int, Row] = {}

    def moved(self, decided: Decided) -> Branch:
        """The branch of other decisions; rows below the first that is another one are the same."""
        other = Branch(self.lifted, decided)
        neurons = range(len(self.lifted.rows))
        changed = (k for k in neurons if self.decided.get(k) != decided.get(k))
        first = next(changed, len(neurons))
        other._z = {k: row for k, row in self._z.items() if k <= first}
        return other

    def z(self, neuron: int) -> Row:
        """A neuron's preactivation."""
        if neuron not in self._z:
            self._z[neuron] = self.expanded(self.lifted.rows[neuron])
        return self._z[neuron]

    def value(self, neuron: int) -> Row:
        """A neuron's value: z if it is on, 0 if it is off, else an unknown or what it follows."""
        decision = self.decided.get(neuron)
        if decision is None:
            return {self.lifted.inputs + neuron: fmpq(1)}
        if isinstance(decision, bool):
            return self.z(neuron) if decision else {}
        other, factor = decision
        total: Row = {}
        add_to(total, self.value(other), abs(factor))
        if factor < 0:  # relu(c z) = c z - c relu(z)
            add_to(total, self.z(other), factor)
        return total

    def expanded(self, row: Row) -> Row:
        """A row with the values of the neurons that it reads written out."""
        total: Row = {}
        for number, coefficient in row.items():
            neuron = number - self.lifted.inputs
            if neuron < 0 or neuron not in self.decided:
                _add_entry(total, number, coefficient)
            elif self.decided[neuron] is not False:
                add_to(total, self.value(neuron), coefficient)
        return total


def add_to(total: Row, row: Row, factor: fmpq) -> None:
    """Add ``factor`` times ``row`` to ``total``."""
    for number, coefficient in row.items():
        _add_entry(total, number, factor * coefficient)


def _add_entry(total: Row, number: int, summand: fmpq) -> None:
    entry = total.pop(number, None)
    if entry is not None:
        summand = entry + summand
    if summand:
        total[number] = summand
