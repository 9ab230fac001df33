"""What never happens: steps ``apart``, ``dead`` and ``alive`` of ``equal`` (format, section 6.1).

Under each is a tree of cases.  Values of neurons that are not decided are unknowns v, of which no
more is used than v >= 0 and v >= z.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exactrev.checker.lines import Ratio, Refused, number
from exactrev.checker.network import ONE, Layered, Row
from exactrev.checker.reductions import neuron_number
from exactrev.checker.rows import WorkingForm, add_multiple

_UNIT: Ratio = (1, 1)
_MINUS: Ratio = (-1, 1)


STEPS = ("apart", "dead", "alive")


class Never:
    """One of these steps, and the tree that follows it: a row is nowhere > 0 (where a neuron is
    on).
    """

    def __init__(
        self, rule: str, network: Layered, form: WorkingForm, operands: Sequence[str]
    ) -> None:
        """Read what the step names; the tree's lines follow."""
        if len(operands) != (3 if rule == "apart" else 1):
            raise Refused("expected the network, neurons and number of this step")
        self._rule, self._network, self._form = rule, network, form
        self._reader = neuron_number(network, operands[0])
        self._source: int | None = None
        self._weight: Ratio = (0, 1)
        self._row = dict(form.row(self._reader))
        if rule == "apart":
            self._source, self._weight = neuron_number(network, operands[1]), number(operands[2])
            self._require_below(self._source)
            self._take_larger(self._source)
        elif rule == "alive":
            self._row = {value: (-p, q) for value, (p, q) in self._row.items()}
        self._open: list[dict[int, bool]] = [{}]

    def _take_larger(self, source: int) -> None:
        """The row with the larger of both coefficients."""
        old = self._row.pop(source, (0, 1))
        (p, q), (r, s) = self._weight, old
        larger = self._weight if p * s > r * q else old
        if larger[0]:
            self._row[source] = larger

    @property
    def closed(self) -> bool:
        """Whether every branch has ended."""
        return not self._open

    def apply(self) -> None:
        """Change the working form as the tree allows."""
        if self._source is not None:
            self._form.reweigh(self._reader, self._source, self._weight)
        elif self._rule == "dead":
            self._form.replace(self._reader, {})
        else:
            self._form.replace(self._reader, self._form.row(self._reader))

    def step(self, line: str) -> None:
        """One node of the tree."""
        word, *tokens = line.split(" ")
        decided = self._open.pop()
        if word == "case" and len(tokens) == 1:
            neuron = neuron_number(self._network, tokens[0])
            self._require_below(neuron)
            if neuron in decided:
                raise Refused("the neuron is decided already")
            self._open += [{**decided, neuron: False}, {**decided, neuron: True}]
        elif word == "never":
            self._never(decided, tokens)
        else:
            raise Refused("expected 'case' or 'never' until the tree is closed")

    def _require_below(self, neuron: int) -> None:
        """Refused unless the neuron is left and in a layer before that of the reader."""
        self._form.row(neuron)
        if self._form.layer(neuron) >= self._form.layer(self._reader):
            raise Refused("the neuron is not in a layer before that of the one that reads it")

    def _never(self, decided: dict[int, bool], tokens: list[str]) -> None:
        """A leaf: a combination of what is > 0 and what is >= 0 that is 0 or less."""
        where = _Branch(self._network.inputs, self._form, decided)
        factors = [number(token) for token in tokens[:2]]
        if len(factors) != 2 or any(p < 0 for p, _ in factors):
            raise Refused("expected 'never' and two numbers that are not negative")
        total: Row = {}
        strict = any(p for p, _ in factors)
        add_multiple(total, factors[0], where.expanded(self._row))
        if self._source is not None:
            add_multiple(total, factors[1], where.value(self._source))
        elif factors[1][0]:
            raise Refused("this step names no second neuron")
        rest = tokens[2:]
        split = rest.index("above") if "above" in rest else len(rest)
        for neuron, factor in self._pairs(rest[:split]):
            if neuron not in decided:
                add_multiple(total, factor, {neuron: _UNIT})
                continue
            z = where.expanded(self._form.row(neuron))
            strict |= decided[neuron]
            add_multiple(total, factor if decided[neuron] else (-factor[0], factor[1]), z)
        for neuron, factor in self._pairs(rest[split + 1 :]):
            if neuron in decided:
                raise Refused("the neuron after 'above' is decided")
            bound: Row = {neuron: _UNIT}
            add_multiple(bound, _MINUS, where.expanded(self._form.row(neuron)))
            add_multiple(total, factor, bound)
        constant = total.pop(ONE, (0, 1))[0]
        if total or constant > 0 or (constant == 0 and not strict):
            raise Refused("the combination is no contradiction")

    def _pairs(self, tokens: Sequence[str]) -> Iterator[tuple[int, Ratio]]:
        """Neurons in ascending order, each with a positive number."""
        if len(tokens) % 2:
            raise Refused("expected pairs of a neuron and a number")
        last = -1
        for name, token in zip(tokens[::2], tokens[1::2], strict=True):
            neuron, factor = neuron_number(self._network, name), number(token)
            self._require_below(neuron)
            if neuron <= last or factor[0] <= 0:
                raise Refused("neurons stand in ascending order with positive numbers")
            last = neuron
            yield neuron, factor


class _Branch:
    """Rows as forms in the inputs and the values not decided, where some neurons are on or off."""

    def __init__(self, inputs: int, form: WorkingForm, decided: dict[int, bool]) -> None:
        self._inputs, self._form, self._decided = inputs, form, decided
        self._values: dict[int, Row] = {}

    def value(self, neuron: int) -> Row:
        """relu(z) of a neuron: 0 where it is off, z where it is on, else itself."""
        if neuron not in self._decided:
            return {neuron: _UNIT}
        if neuron not in self._values:
            on = self._decided[neuron]
            self._values[neuron] = self.expanded(self._form.row(neuron)) if on else {}
        return self._values[neuron]

    def expanded(self, row: Row) -> Row:
        """A row with the values of the neurons that it reads written out."""
        total: Row = {}
        for value, coefficient in row.items():
            read = {value: _UNIT} if value < self._inputs else self.value(value)
            add_multiple(total, coefficient, read)
        return total
