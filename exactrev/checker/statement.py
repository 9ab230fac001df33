"""What a property says of networks that stand side by side (format, section 10.2).

The inputs of the networks, one network after the other, are the inputs of all; so are the outputs.
A property holds at the points of a domain where all constraints of one conjunction do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exactrev.checker.lines import Lines, Ratio, Refused, natural, numbers_after
from exactrev.checker.network import ONE, Network, Row, combination
from exactrev.checker.rows import add_multiple
from exactrev.checker.stack import Stack, in_free_inputs, renamed


@dataclass(frozen=True)
class Constraint:
    """A form of the inputs and outputs that is to be positive (``strict``) or not negative.

    Under ``outputs`` are its coefficients of the outputs, counted from 0.
    """

    strict: bool
    inputs: Row
    outputs: Row

    def holds(self, point: Sequence[Ratio], outputs: Sequence[Ratio]) -> bool:
        """Whether it holds at a point with these outputs."""
        row = {ONE: at(self.inputs, point)}
        add_multiple(row, (1, 1), {ONE: combination(self.outputs, dict(enumerate(outputs)))})
        value = row.get(ONE, (0, 1))[0]
        return value > 0 if self.strict else value >= 0


@dataclass(frozen=True)
class Part:
    """The points where the rows of a domain are >= 0 and all constraints of one conjunction hold.

    A row of the domain has its coefficients of the inputs under their numbers.
    """

    domain: list[Row]
    conjunctions: list[list[Constraint]]


def read_part(lines: Lines, inputs: int, outputs: int) -> Part:
    """The part that the next lines state."""
    domain = read_domain(lines, inputs)
    conjunctions = []
    for _ in range(count_after("conjunctions", lines.take())):
        constraints = range(count_after("conjunction", lines.take()))
        conjunctions.append([_constraint(lines.take(), inputs, outputs) for _ in constraints])
    return Part(domain, conjunctions)


def read_domain(lines: Lines, inputs: int) -> list[Row]:
    """The rows of the domain that the next lines state."""
    return [
        _row(numbers_after("row", lines.take(), inputs + 1), inputs)
        for _ in range(count_after("domain", lines.take()))
    ]


def at(row: Row, point: Sequence[Ratio]) -> Ratio:
    """The value of a form of the inputs at a point."""
    return combination(row, {ONE: (1, 1)} | dict(enumerate(point)))


def count_after(word: str, line: str) -> int:
    """The natural number on a line that is this word and the number."""
    head, _, token = line.partition(" ")
    if head != word:
        raise Refused(f"expected a line {word!r} with a natural number")
    return natural(token)


def _constraint(line: str, inputs: int, outputs: int) -> Constraint:
    word = line.partition(" ")[0]
    if word not in ("positive", "nonnegative"):
        raise Refused("expected 'positive' or 'nonnegative' with the numbers of a constraint")
    numbers = numbers_after(word, line, inputs + outputs + 1)
    of_outputs = {i: x for i, x in enumerate(numbers[inputs:-1]) if x[0]}
    return Constraint(
        word == "positive", _row([*numbers[:inputs], numbers[-1]], inputs), of_outputs
    )


def _row(numbers: Sequence[Ratio], inputs: int) -> Row:
    row = {j: x for j, x in enumerate(numbers[:inputs]) if x[0]}
    return row | ({ONE: numbers[-1]} if numbers[-1][0] else {})


class SideBySide:
    """Networks as one, hidden layer k of which holds the neurons of layer k of each in turn."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = networks
        self.inputs = sum(network.inputs for network in networks)
        self.outputs = sum(network.outputs for network in networks)
        self._places: list[dict[int, int]] = []
        first = 0
        for network in networks:
            self._places.append({ONE: ONE} | {j: first + j for j in range(network.inputs)})
            first += network.inputs
        self._layers: list[list[Row]] = []
        following = self.inputs
        for layer in range(1, max(network.layers for network in networks)):
            rows = []
            for network, places in zip(networks, self._places, strict=True):
                for index in range(network.sizes[layer] if layer < network.layers else 0):
                    places[network.first[layer] + index] = following
                    following += 1
                    rows.append(renamed(network.row(layer, index), places))
            self._layers.append(rows)

    @property
    def neurons(self) -> int:
        """The number of hidden neurons of all."""
        return sum(map(len, self._layers))

    def output_rows(self) -> list[Row]:
        """The rows of the outputs."""
        return [
            renamed(row, places)
            for network, places in zip(self.networks, self._places, strict=True)
            for row in network.output_rows()
        ]

    def restricted(
        self, constraints: Sequence[Constraint], pinned: Mapping[int, Row], free: Sequence[int]
    ) -> Stack:
        """All with the constraints as a last hidden layer and no outputs, in the free inputs only.

        The other inputs are the forms ``pinned`` of the free ones.
        """
        outputs = self.output_rows()
        last = []
        for constraint in constraints:
            row = dict(constraint.inputs)
            for index, coefficient in constraint.outputs.items():
                add_multiple(row, coefficient, outputs[index])
            last.append(row)
        whole = Stack(self.inputs, [*self._layers, last, []])
        return in_free_inputs(whole, pinned, free)
