"""Structural reductions: a smaller network that is the same function, by steps seen from weights.

The rules are *unread*, *off*, *on*, *merge* and *flip* of proofs/certificate-format.md, section 6.

>>> net = Network.dense([([[1], [2]], [0, 0]), ([[2, -1]], [3])])   # two copies that cancel
>>> reduction = reduce_structurally(net)
>>> reduction.network.architecture
(1, 1)
>>> [step.line("A") for step in reduction.steps]
['merge A 1:1 1:0 2', 'unread A 1:0']
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import NamedTuple

from flint import fmpq, fmpq_mat

from exactrev.network.model import Layer, Network

#: The value number of the constant 1, whose coefficient is the bias.
_ONE = -1

#: Coefficients by value number: inputs first, then the neurons layer by layer.  No zeros.
_Row = dict[int, fmpq]


class Name(NamedTuple):
    """A hidden neuron: ``layer`` counts from 1, ``place`` (in the layer) from 0."""

    layer: int
    place: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.place}"


@dataclass(frozen=True)
class Step:
    """One rule applied to one neuron, named as in the network that is reduced."""

    rule: str
    neuron: Name
    into: Name | None = None
    scale: fmpq | None = None

    def line(self, network: str) -> str:
        """The step as a line of a certificate about the network of this name."""
        target = "" if self.into is None else f" {self.into} {self.scale}"
        return f"{self.rule} {network} {self.neuron}{target}"


@dataclass(frozen=True)
class Reduction:
    """The reduced network, the steps to it, and per hidden layer the names its neurons had."""

    network: Network
    steps: tuple[Step, ...]
    names: tuple[tuple[Name, ...], ...]


def reduce_structurally(
    network: Network, orient: bool = False, turned: Container[Name] = ()
) -> Reduction:
    """Apply the rules until none removes a neuron; the result is the same function.

    Afterwards no neuron is always off or always on by the signs of its weights, no two have rows
    that are positive multiples of each other, each is read, and each stands in the first layer
    that comes after all it reads (so no layer is empty).  Reading past always-on neurons makes
    skip connections.

    With ``orient``, every neuron whose bias (or, if that is 0, whose first input weight) is
    negative is first turned round by relu(z) = z + relu(-z): this finds what neurons with opposite
    rows have in common, at the price of skip connections.  Neurons named in ``turned`` are turned
    round as well.
    """
    work = _Working(network)
    for neuron in list(work.rows):
        work.simplify(neuron, orient, turned)
    for neuron in reversed(list(work.rows)):
        work.drop_if_unread(neuron)
    return _assembled(network, work)


def without_unread(network: Network) -> Network:
    """The same function; if some neuron is read by nothing, a structurally reduced network."""
    readers: list[set[int]] = [set() for _ in network.architecture]
    for layer in network.layers:
        for source, matrix in layer.weights:
            width = matrix.ncols()
            readers[source] |= {k % width for k, w in enumerate(matrix.entries()) if w}
    whole = all(
        len(readers[number]) == layer.size for number, layer in enumerate(network.hidden, 1)
    )
    return network if whole else reduce_structurally(network).network


class _Working:
    """The rows of the neurons left and of the outputs, and the steps that led to them."""

    def __init__(self, network: Network) -> None:
        self.inputs = network.inputs
        self.names: dict[int, Name] = {}
        self.rows: dict[int, _Row] = {}
        self.outputs: list[_Row] = []
        self.steps: list[Step] = []
        self._representatives: dict[tuple[object, ...], list[int]] = {}
        first = [0]
        for size in network.architecture:
            first.append(first[-1] + size)
        for number, layer in enumerate(network.layers, 1):
            rows = _layer_rows(layer, first)
            if number == len(network.layers):
                self.outputs = rows
                break
            for index, row in enumerate(rows):
                self.names[first[number] + index] = Name(number, index)
                self.rows[first[number] + index] = row

    def simplify(self, neuron: int, orient: bool, turned: Container[Name]) -> None:
        """Remove the neuron by its signs or into an equal one; else keep it."""
        row = self.rows[neuron]
        if not any(0 <= value < self.inputs for value in row):
            if all(c <= 0 for c in row.values()):
                self._remove(neuron, "off", {})
                return
            if all(c >= 0 for c in row.values()):
                self._remove(neuron, "on", row)
                return
        if (orient and self._points_down(row)) or self.names[neuron] in turned:
            self._flip(neuron)
            self.simplify(neuron, orient=False, turned=())
            return
        alike = self._representatives.setdefault(_shape(row), [])
        for other in alike:
            scale = _multiple(row, self.rows[other])
            if scale is not None:
                self._remove(neuron, "merge", {other: scale}, Name(*self.names[other]), scale)
                return
        alike.append(neuron)

    def drop_if_unread(self, neuron: int) -> None:
        """Remove the neuron if nothing reads it."""
        if not any(neuron in row for row in self._all_rows()):
            self._remove(neuron, "unread", {})

    def _all_rows(self) -> list[_Row]:
        return [*self.rows.values(), *self.outputs]

    def _remove(
        self,
        neuron: int,
        rule: str,
        instead: _Row,
        into: Name | None = None,
        scale: fmpq | None = None,
    ) -> None:
        """Remove the neuron, whose value is the affine form ``instead``."""
        del self.rows[neuron]
        for reader in self._all_rows():
            weight = reader.pop(neuron, None)
            if weight is not None:
                _add_multiple(reader, weight, instead)
        self.steps.append(Step(rule, self.names[neuron], into, scale))

    def _flip(self, neuron: int) -> None:
        row = self.rows[neuron]
        for reader in self._all_rows():
            weight = reader.get(neuron)
            if weight is not None:
                _add_multiple(reader, weight, row)
        self.rows[neuron] = {value: -c for value, c in row.items()}
        self.steps.append(Step("flip", self.names[neuron]))

    def _points_down(self, row: _Row) -> bool:
        bias = row.get(_ONE)
        if bias is not None:
            return bool(bias < 0)
        first = min(row)
        return first < self.inputs and bool(row[first] < 0)


def _layer_rows(layer: Layer, first: list[int]) -> list[_Row]:
    rows: list[_Row] = [{_ONE: bias} if bias else {} for bias in layer.bias.entries()]
    for source, matrix in layer.weights:
        entries, width = matrix.entries(), matrix.ncols()
        for i, row in enumerate(rows):
            for value, w in enumerate(entries[i * width : (i + 1) * width], first[source]):
                if w:
                    row[value] = w
    return rows


def _add_multiple(row: _Row, factor: fmpq, other: _Row) -> None:
    for value, c in other.items():
        total = row.pop(value, fmpq(0)) + factor * c
        if total:
            row[value] = total


def _shape(row: _Row) -> tuple[object, ...]:
    """Equal for rows that are positive multiples of each other, and seldom otherwise."""
    support = sorted(row)
    ratio = row[support[-1]] / row[support[0]]
    return (bool(row[support[0]] > 0), str(ratio), *support)


def _multiple(row: _Row, other: _Row) -> fmpq | None:
    """The c > 0 with row = c other, if there is one; both have the same shape."""
    some = next(iter(row))
    scale = row[some] / other[some]
    return scale if all(c == scale * other[value] for value, c in row.items()) else None


def _assembled(network: Network, work: _Working) -> Reduction:
    """The rows left as a network, each neuron in the first layer after all it reads."""
    place: dict[int, tuple[int, int]] = {value: (0, value) for value in range(network.inputs)}
    levels: list[list[int]] = []
    for neuron, row in work.rows.items():
        level = 1 + max(place[value][0] for value in row if value != _ONE)
        while len(levels) < level:
            levels.append([])
        place[neuron] = (level, len(levels[level - 1]))
        levels[level - 1].append(neuron)
    sizes = [network.inputs, *map(len, levels)]
    layers = [_layer([work.rows[neuron] for neuron in level], place, sizes) for level in levels]
    layers.append(_layer(work.outputs, place, sizes))
    names = tuple(tuple(work.names[neuron] for neuron in level) for level in levels)
    return Reduction(Network(network.inputs, tuple(layers)), tuple(work.steps), names)


def _layer(rows: list[_Row], place: dict[int, tuple[int, int]], sizes: list[int]) -> Layer:
    zero = fmpq(0)
    sources = sorted({place[value][0] for row in rows for value in row if value != _ONE})
    blocks = {source: [[zero] * sizes[source] for _ in rows] for source in sources}
    for i, row in enumerate(rows):
        for value, c in row.items():
            if value != _ONE:
                source, index = place[value]
                blocks[source][i][index] = c
    bias = fmpq_mat(len(rows), 1, [row.get(_ONE, zero) for row in rows])
    matrices = (
        (source, fmpq_mat(len(rows), sizes[source], [w for row in block for w in row]))
        for source, block in sorted(blocks.items())
    )
    return Layer(bias, tuple(matrices))
