"""Differences that are 0 on a cell because neurons of two networks cancel, undecided as they are.

Where networks differ in few neurons of the first layer that reads the input, it may be enough to
decide these: with each of them on or off, the difference's weights may show that it is 0 (the
certificate's leaf ``cancels``), though most of its neurons take both signs on the cell.

>>> from exactrev import Network
>>> turns = [[k, 1 - k * k, 1] for k in range(-3, 4)]
>>> a, b = (
...     Network.dense([
...         ([row[:2] for row in turns] + [[0, 1]], [row[2] for row in turns] + [bias]),
...         ([[(j * i * i) % 5 - 2 for j in range(1, 8)] + [w] for i in range(1, 9)], range(8)),
...         ([range(1, 9)], [0]),
...     ])
...     for bias, w in ((-5, 1), (-7, 4))
... )
>>> loners = Loners.of(Comparison.of(a, b))
>>> loners.neurons
(7, 8)
>>> loners.line({7: False, 8: False})[:34], loners.line({7: True, 8: False})
('cancels merge 2:8 2:0 1 merge 2:9 ', '')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb

from flint import fmpq, fmpq_mat

from exactrev.equivalence.comparison import Comparison
from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Name, Reduction, reduce_structurally

_FEW = 6  # neurons that may be decided first
_MANY = 300  # cells, as many as hyperplanes in general position have: fewer are gone through


@dataclass(frozen=True)
class Loners:
    """The neurons of a reduced difference's first layer that one of the two networks alone has."""

    network: Network
    neurons: tuple[int, ...]
    _lines: dict[tuple[tuple[int, bool], ...], str] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(comparison: Comparison) -> Loners:
        """Those of two networks; none if they are too many to be decided first, or all, or if the
        difference has few cells, whose tree more programs can judge."""
        reduction = comparison.reduction
        layers = [layer.size for layer in comparison.a.hidden]

        def is_of_first(name: Name) -> bool:
            return name.layer <= len(layers) and name.place < layers[name.layer - 1]

        shared = {
            step.into
            for step in reduction.steps
            if step.into is not None and is_of_first(step.into) != is_of_first(step.neuron)
        }
        first = reduction.names[0] if reduction.names else ()
        alone = tuple(i for i, name in enumerate(first) if name not in shared)
        neurons, n = sum(map(len, reduction.names)), comparison.a.inputs
        cells = sum(comb(neurons, k) for k in range(min(n, neurons) + 1))
        chosen = len(alone) <= min(_FEW, neurons - 1) and cells > _MANY
        return Loners(reduction.network, alone if chosen else ())

    def line(self, on: Mapping[int, bool]) -> str:
        """The leaf where these neurons of the first layer, not others, are on or not; "" if the
        weights do not show that the outputs are 0 there."""
        key = tuple(sorted(on.items()))
        if key not in self._lines:
            self._lines[key] = self._found(on)
        return self._lines[key]

    def _found(self, on: Mapping[int, bool]) -> str:
        there = with_decided(self.network, on)
        gone = {Name(1, i) for i in on}
        for orient in (False, True):
            reduction = reduce_structurally(there, orient)
            if _is_zero(reduction.network):
                return " ".join(["cancels", *_words(reduction, gone)])
        return ""


def with_decided(network: Network, on: Mapping[int, bool]) -> Network:
    """What the network is where these neurons of its first hidden layer are on or not.

    They keep their places, with rows of zeros, and nothing reads them.
    """
    first = network.hidden[0]
    rows, bias = network.weight(1, 0), fmpq_mat(first.bias)
    left = fmpq_mat(rows)
    for i in on:
        bias[i, 0] = fmpq(0)
        for j in range(rows.ncols()):
            left[i, j] = fmpq(0)
    kept = [i for i, is_on in on.items() if is_on]
    values = fmpq_mat(len(kept), rows.ncols() + 1, [
        x for i in kept for x in (*(rows[i, j] for j in range(rows.ncols())), first.bias[i, 0])
    ])  # fmt: skip
    layers = [Layer.of({0: left}, bias.entries())]
    layers += [_reading(layer, on, kept, values) for layer in network.layers[1:]]
    return Network(network.inputs, tuple(layers))


def _reading(
    layer: Layer, on: Mapping[int, bool], kept: Sequence[int], values: fmpq_mat
) -> Layer:
    """A later layer that reads affine values, constants last, in the place of neurons decided."""
    blocks = dict(layer.weights)
    weights = blocks.get(1)
    if weights is None:
        return layer
    height, n = weights.nrows(), values.ncols() - 1
    read = fmpq_mat(height, len(kept), [weights[k, i] for k in range(height) for i in kept])
    through = (read * values).tolist()
    constants = [b + row[n] for b, row in zip(layer.bias.entries(), through, strict=True)]
    affine = fmpq_mat(height, n, [x for row in through for x in row[:n]])
    blocks[0] = blocks[0] + affine if 0 in blocks else affine
    blocks[1] = fmpq_mat(weights)
    for k in range(height):
        for i in on:
            blocks[1][k, i] = fmpq(0)
    return Layer.of(blocks, constants)


def _is_zero(network: Network) -> bool:
    last = network.layers[-1]
    return not last.weights and not any(last.bias.entries())


def _words(reduction: Reduction, gone: set[Name]) -> list[str]:
    """The steps, without those on neurons that are decided and those that change no row."""
    words = []
    for step in reduction.steps:
        if step.neuron not in gone and step.rule != "unread":
            into = [] if step.into is None else [str(step.into), str(step.scale)]
            words += [step.rule, str(step.neuron), *into]
    return words
