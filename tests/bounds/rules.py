"""The rules for boxes as the format states them (10.2, 11), entry by entry, to check others by."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, lcm

from exactrev.network import Network

Interval = tuple[Fraction, Fraction]
Row = tuple[Fraction, dict[int, Fraction]]  # constant, weights by value number


class Form:
    """Coefficients by symbol, the constant under 0, and the error."""

    def __init__(self, entries: dict[int, int], error: int) -> None:
        self.entries, self.error = entries, error
        self.radius = sum(abs(x) for j, x in entries.items() if j) + error

    @property
    def least(self) -> int:
        return self.entries.get(0, 0) - self.radius

    @property
    def largest(self) -> int:
        return self.entries.get(0, 0) + self.radius


class Rules:
    """The forms of values, layer by layer; ``symbols`` is how many there are."""

    def __init__(self, box: Sequence[Interval], places: int) -> None:
        self.places, self.symbols = places, len(box)
        self.values = [
            Form({0: floor((a + b) * 2**places / 2), j: floor((b - a) * 2**places / 2)}, 2)
            for j, (a, b) in enumerate(box, 1)
        ]
        self.z: dict[int, Form] = {}

    def read(self, rows: Sequence[Row]) -> list[Form]:
        """The forms of z of a layer."""
        values = {v for _, weights in rows for v, w in weights.items() if w}
        worst = max((self.values[v].error for v in values), default=0)
        return [self._combined(row, worst) for row in rows]

    def _combined(self, row: Row, worst: int) -> Form:
        constant, weights = row
        total = {0: constant * 2**self.places}
        for v, w in weights.items():
            for j, x in self.values[v].entries.items():
                total[j] = total.get(j, Fraction(0)) + w * x
        whole = lcm(constant.denominator, *(w.denominator for w in weights.values()))
        size = sum(abs(w) for w in weights.values()) * whole
        error = ceil(Fraction(worst * size, whole)) + self.symbols + 1
        return Form({j: floor(x) for j, x in total.items()}, error)

    def layer(self, rows: Sequence[Row], partners: Sequence[int | None] = ()) -> None:
        """Take in the values of a layer's neurons."""
        before = self.symbols
        for place, z in enumerate(self.read(rows)):
            partner = partners[place] if partners else None
            self.z[len(self.values)] = z
            value = self._relu(z, before) if partner is None else self._gap(z, self.z[partner])
            self.values.append(value)

    def _relu(self, z: Form, before: int) -> Form:
        low, high = z.least, z.largest
        if low >= 0:
            return z
        if high <= 0:
            return Form({}, 0)
        g = floor(Fraction(65536 * high, high - low))
        h = ceil(Fraction(max(-g * low, (65536 - g) * high), 131072))
        self.symbols += 1
        entries = {j: floor(Fraction(g * x, 65536)) for j, x in z.entries.items()}
        entries[0] = entries.get(0, 0) + h
        entries[self.symbols] = h
        return Form(entries, ceil(Fraction(g * z.error, 65536)) + before + 1)

    def _gap(self, z: Form, base: Form) -> Form:
        if base.least >= 0 and base.least + z.least >= 0:
            return z
        if base.largest <= 0 and base.largest + z.largest <= 0:
            return Form({}, 0)
        low, high = min(z.least, 0), max(z.largest, 0)
        self.symbols += 1
        middle = floor(Fraction(low + high, 2))
        return Form({0: middle, self.symbols: high - middle}, 0)


def network_rows(network: Network) -> list[list[Row]]:
    """The rows of every layer, the outputs last."""
    starts = [sum(network.architecture[:k]) for k in range(len(network.architecture))]
    found = []
    for number, layer in enumerate(network.layers, 1):
        rows = [(fraction(b), {}) for b in layer.bias.entries()]
        for source in range(number):
            for (_, weights), given in zip(
                rows, network.weight(number, source).tolist(), strict=True
            ):
                weights.update({starts[source] + i: fraction(w) for i, w in enumerate(given) if w})
        found.append(rows)
    return found


def fraction(x: object) -> Fraction:
    return Fraction(str(x))


def output_bounds(
    network: Network, box: Sequence[Interval], places: int
) -> list[tuple[int, int]]:
    """Lower and upper bounds of the outputs, times 2^places."""
    rules = Rules(box, places)
    *hidden, outputs = network_rows(network)
    for rows in hidden:
        rules.layer(rows)
    return [(form.least, form.largest) for form in rules.read(outputs)]
