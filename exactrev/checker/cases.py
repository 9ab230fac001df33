"""Trees of cases that prove a row to be nowhere > 0 (format, sections 6.1 and 11).

Values of neurons that are not decided are unknowns v, of which no more is used than v >= 0 and
v >= z, and that they are multiples of each other where the z are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exactrev.checker.lines import Ratio, Refused, natural, number
from exactrev.checker.network import ONE, Layered, Row
from exactrev.checker.reductions import neuron_number
from exactrev.checker.rows import WorkingForm, add_multiple

_UNIT: Ratio = (1, 1)
_MINUS: Ratio = (-1, 1)

#: What is known of a neuron on a branch: that it is on or not, or that its z is a number times
#: that of another one.
Decision = bool | tuple[int, Ratio]


@dataclass(frozen=True)
class Question:
    """Whether a row of a working form is nowhere > 0, where the neuron ``source`` is on, if any.

    ``limit`` is the layer that neurons named must be before; ``cell`` gives the rows, by number,
    that are > 0 on a cell of a tree, which leaves may use as well.
    """

    network: Layered
    form: WorkingForm
    row: Row
    limit: int
    source: int | None = None
    cell: Callable[[int], Row] | None = None

    def neuron(self, token: str) -> int:
        """The neuron of this name; refused unless it is left and in a layer before the limit."""
        neuron = neuron_number(self.network, token)
        self.form.row(neuron)
        if self.form.layer(neuron) >= self.limit:
            raise Refused("the neuron is not in a layer before that of the one that reads it")
        return neuron

    def cell_row(self, number: int) -> Row:
        """The row of the cell that has this number; refused if there is none."""
        if self.cell is None:
            raise Refused("there is no cell whose rows could be named")
        return self.cell(number)


class Cases:
    """Where the proof stands in the tree of a question."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._open: list[dict[int, Decision]] = [{}]

    @property
    def closed(self) -> bool:
        """Whether every branch has ended."""
        return not self._open

    def step(self, line: str) -> None:
        """One node of the tree."""
        word, *tokens = line.split(" ")
        decided = self._open.pop()
        if word == "case" and len(tokens) == 1:
            neuron = self._question.neuron(tokens[0])
            if neuron in decided:
                raise Refused("the neuron is decided already")
            self._open += [{**decided, neuron: False}, {**decided, neuron: True}]
        elif word == "same" and len(tokens) == 3 and self._question.cell is not None:
            self._open.append(self._same(decided, tokens))
        elif word == "never":
            self._never(decided, tokens)
        else:
            raise Refused("expected 'case' or 'never' until the tree is closed")

    def _same(self, decided: Mapping[int, Decision], tokens: list[str]) -> dict[int, Decision]:
        """The decisions where a neuron's z is found to be a number times that of an earlier one."""
        neuron, other = map(self._question.neuron, tokens[:2])
        factor = number(tokens[2])
        if neuron in decided or other >= neuron or not factor[0]:
            raise Refused("expected an undecided neuron, an earlier one and a number other than 0")
        where, form = _Branch(self._question, decided), self._question.form
        rest = where.expanded(form.row(neuron))
        add_multiple(rest, (-factor[0], factor[1]), where.expanded(form.row(other)))
        if rest:
            raise Refused("the neuron's row is not the stated multiple of the other's")
        return {**decided, neuron: (other, factor)}

    def _never(self, decided: Mapping[int, Decision], tokens: list[str]) -> None:
        """A leaf: a combination of what is > 0 and what is >= 0 that is 0 or less."""
        question, where = self._question, _Branch(self._question, decided)
        factors = [number(token) for token in tokens[:2]]
        if len(factors) != 2 or any(p < 0 for p, _ in factors):
            raise Refused("expected 'never' and two numbers that are not negative")
        values, above, rows = self._parts(tokens[2:])
        total: Row = {}
        strict = any(p for p, _ in factors) or bool(rows)
        add_multiple(total, factors[0], where.expanded(question.row))
        if question.source is not None:
            add_multiple(total, factors[1], where.value(question.source))
        elif factors[1][0]:
            raise Refused("there is no second neuron")
        for neuron, factor in self._neurons(values):
            on = decided.get(neuron)
            if on is None:
                add_multiple(total, factor, {neuron: _UNIT})
                continue
            if not isinstance(on, bool):
                raise Refused("the neuron's value is said to be that of another one")
            z = where.expanded(question.form.row(neuron))
            strict |= on
            add_multiple(total, factor if on else (-factor[0], factor[1]), z)
        for neuron, factor in self._neurons(above):
            if neuron in decided:
                raise Refused("the neuron after 'above' is decided")
            bound: Row = {neuron: _UNIT}
            add_multiple(bound, _MINUS, where.expanded(question.form.row(neuron)))
            add_multiple(total, factor, bound)
        for row, factor in self._rows(rows):
            add_multiple(total, factor, row)
        constant = total.pop(ONE, (0, 1))[0]
        if total or constant > 0 or (constant == 0 and not strict):
            raise Refused("the combination is no contradiction")

    def _parts(self, tokens: list[str]) -> tuple[list[str], list[str], list[str]]:
        """What stands before 'above', between that and 'rows', and after 'rows'."""
        end = tokens.index("rows") if "rows" in tokens else len(tokens)
        middle = tokens.index("above") if "above" in tokens[:end] else end
        if self._question.cell is None and end < len(tokens):
            raise Refused("there is no cell whose rows could be named")
        if middle + 1 == end or end + 1 == len(tokens):
            raise Refused("nothing stands after 'above' or 'rows'")
        return tokens[:middle], tokens[middle + 1 : end], tokens[end + 1 :]

    def _neurons(self, tokens: Sequence[str]) -> Iterator[tuple[int, Ratio]]:
        """Neurons, each with its number."""
        return _pairs(tokens, self._question.neuron)

    def _rows(self, tokens: Sequence[str]) -> Iterator[tuple[Row, Ratio]]:
        """Rows of the cell, each with its number."""
        for index, factor in _pairs(tokens, natural):
            yield self._question.cell_row(index), factor


def _pairs(
    tokens: Sequence[str], named: Callable[[str], int]
) -> Iterator[tuple[int, Ratio]]:
    """What tokens name, in ascending order, each with a positive number."""
    if len(tokens) % 2:
        raise Refused("expected pairs of a name and a number")
    last = -1
    for name, token in zip(tokens[::2], tokens[1::2], strict=True):
        index, factor = named(name), number(token)
        if index <= last or factor[0] <= 0:
            raise Refused("what is named stands in ascending order with positive numbers")
        last = index
        yield index, factor


class _Branch:
    """Rows as forms in the inputs and the values not decided, where some neurons are on or off."""

    def __init__(self, question: Question, decided: Mapping[int, Decision]) -> None:
        self._inputs, self._form = question.network.inputs, question.form
        self._decided = decided
        self._values: dict[int, Row] = {}

    def value(self, neuron: int) -> Row:
        """relu(z) of a neuron: 0 where it is off, z where it is on, else itself, or what another
        one's value says."""
        decision = self._decided.get(neuron)
        if decision is None:
            return {neuron: _UNIT}
        if neuron not in self._values:
            self._values[neuron] = self._decided_value(neuron, decision)
        return self._values[neuron]

    def _decided_value(self, neuron: int, decision: Decision) -> Row:
        if isinstance(decision, bool):
            return self.expanded(self._form.row(neuron)) if decision else {}
        other, factor = decision
        found: Row = {}
        add_multiple(found, factor, self.value(other))
        if factor[0] < 0:  # relu(c z) = c (z - relu(z))
            found = {value: (-p, q) for value, (p, q) in found.items()}
            add_multiple(found, factor, self.expanded(self._form.row(other)))
        return found

    def expanded(self, row: Row) -> Row:
        """A row with the values of the neurons that it reads written out."""
        total: Row = {}
        for value, coefficient in row.items():
            read = {value: _UNIT} if value < self._inputs else self.value(value)
            add_multiple(total, coefficient, read)
        return total
