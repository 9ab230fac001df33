"""The working form of a network, its reductions and matches (format, sections 5 and 6).

Each rule is one method: it holds and changes the rows as the format says, or it is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import gcd

from exactrev.checker.lines import Ratio, Refused
from exactrev.checker.network import ONE, Layered, Row

_UNIT: Ratio = (1, 1)


def add(x: Ratio, y: Ratio) -> Ratio:
    """x + y in lowest terms."""
    p, q = x[0] * y[1] + y[0] * x[1], x[1] * y[1]
    factor = gcd(p, q)
    return p // factor, q // factor


def multiply(x: Ratio, y: Ratio) -> Ratio:
    """x times y in lowest terms."""
    p, q = x[0] * y[0], x[1] * y[1]
    factor = gcd(p, q)
    return p // factor, q // factor


def add_multiple(row: Row, factor: Ratio, other: Row) -> None:
    """Add ``factor`` times ``other`` to ``row``, which keeps no zero coefficient."""
    for value, coefficient in other.items():
        total = add(row.pop(value, (0, 1)), multiply(factor, coefficient))
        if total[0]:
            row[value] = total


def is_multiple(
    row: Row, scale: Ratio, other: Row, inputs: int, partners: Mapping[int, tuple[int, Ratio]]
) -> bool:
    """Whether ``row`` is ``scale`` times ``other`` once its neurons are renamed by ``partners``.

    A partner (m, d) says that the neuron is d times m; inputs and ONE stand for themselves.
    """
    if len(row) != len(other):
        return False
    c, e = scale
    for value, (p, q) in row.items():
        partner = (value, _UNIT) if value < inputs else partners.get(value)
        if partner is None:
            return False
        m, (d, f) = partner
        x, y = other.get(m, (0, 1))
        if p * d * e * y != x * c * f * q:
            return False
    return True


class WorkingForm:
    """The neurons that are left of a network, with their rows and the outputs' rows."""

    def __init__(self, network: Layered) -> None:
        self._network = network
        self._layer = {value: layer for value, layer, _ in network.hidden()}
        self._rows: dict[int, Row] = {}
        self._outputs: list[Row] | None = None
        self.inputs = network.inputs

    def neurons(self) -> list[int]:
        """The value numbers of the neurons left, in ascending order."""
        return list(self._layer)

    def row(self, neuron: int) -> Row:
        """The row of a neuron; refused unless it is left."""
        if neuron not in self._layer:
            raise Refused("the neuron was removed by an earlier step")
        if self._outputs is not None:
            return self._rows[neuron]
        layer = self._layer[neuron]
        return self._network.row(layer, neuron - self._network.first[layer])

    def layer(self, neuron: int) -> int:
        """The layer of a neuron that is left."""
        return self._layer[neuron]

    def output_rows(self) -> list[Row]:
        """The rows of the outputs."""
        return self._network.output_rows() if self._outputs is None else self._outputs

    def _load(self) -> None:
        """Parse every row once, so that steps can change them."""
        if self._outputs is None:
            self._rows = {neuron: self.row(neuron) for neuron in self._layer}
            self._outputs = self._network.output_rows()

    def _readers(self, neuron: int) -> list[Row]:
        rows = [*self._rows.values(), *(self._outputs or [])]
        return [row for row in rows if neuron in row]

    def _remove(self, neuron: int) -> None:
        del self._layer[neuron], self._rows[neuron]

    def replace(self, neuron: int, form: Row) -> None:
        """Put a form in the place of a neuron's value."""
        self._load()
        for reader in self._readers(neuron):
            add_multiple(reader, reader.pop(neuron), form)
        self._remove(neuron)

    def unread(self, neuron: int) -> None:
        self._load()
        self.row(neuron)
        if self._readers(neuron):
            raise Refused("the neuron has a reader")
        self._remove(neuron)

    def off(self, neuron: int) -> None:
        self._load()
        if any(ONE < value < self.inputs or p > 0 for value, (p, _) in self.row(neuron).items()):
            raise Refused("the neuron's row does not show that it is always off")
        self.replace(neuron, {})

    def on(self, neuron: int) -> None:
        self._load()
        row = self.row(neuron)
        if any(ONE < value < self.inputs or p < 0 for value, (p, _) in row.items()):
            raise Refused("the neuron's row does not show that it is always on")
        self.replace(neuron, row)

    def merge(self, neuron: int, into: int, scale: Ratio) -> None:
        self._load()
        row, other = self.row(neuron), self.row(into)
        if neuron == into or self._layer[into] > self._layer[neuron]:
            raise Refused("a neuron merges into another one of its own or an earlier layer")
        kept = {value: (value, _UNIT) for value in self._layer}
        if scale[0] <= 0 or not is_multiple(row, scale, other, self.inputs, kept):
            raise Refused("the neuron's row is not the stated positive multiple of the other's")
        self.replace(neuron, {into: scale})

    def flip(self, neuron: int) -> None:
        self._load()
        row = self.row(neuron)
        for reader in self._readers(neuron):
            add_multiple(reader, reader[neuron], row)
        self._rows[neuron] = {value: (-p, q) for value, (p, q) in row.items()}

    def restrict(self, coordinates: Collection[int]) -> None:
        """Take the inputs other than these to be 0."""
        self._load()
        for row in (*self._rows.values(), *(self._outputs or [])):
            for value in [j for j in row if ONE < j < self.inputs and j not in coordinates]:
                del row[value]

    def reweigh(self, neuron: int, source: int, weight: Ratio) -> None:
        """Change a coefficient; that it does not matter was proved."""
        self._load()
        row = self.row(neuron)
        row.pop(source, None)
        if weight[0]:
            row[source] = weight
