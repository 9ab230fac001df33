"""Preactivations as affine forms of the input (proofs/certificate-format.md, section 9).

Where every neuron of the earlier layers is decided, the z of a neuron is one affine form: its bias,
its coefficients of the inputs, and weight times z of each earlier neuron that is on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from math import lcm, prod
from operator import mul

from exactrev.checker.forms import Form
from exactrev.checker.network import ONE, Layered, Row


@dataclass(frozen=True)
class Layer:
    """A hidden layer, whose neurons are numbered ``first`` to ``end - 1``.

    Its numbers are integers: what they are in the network, times ``denominator``.  ``affine`` holds
    the constant of each neuron under -1 and its coefficients of the coordinates under 0, 1, ...;
    ``weights`` those of all earlier neurons, which are numbered from ``base``.
    """

    first: int
    end: int
    denominator: int
    affine: list[dict[int, int]]
    weights: list[list[int]]
    base: int


def hidden_layers(network: Layered, first: int, coordinates: Sequence[int]) -> list[Layer]:
    """The hidden layers that have neurons; these are numbered in ascending order from ``first``.

    Inputs other than the coordinates are left out.
    """
    places = {ONE: -1} | {j: place for place, j in enumerate(coordinates)}
    shift = first - network.inputs
    layers = []
    for number in range(1, network.layers):
        rows = [network.row(number, index) for index in range(network.sizes[number])]
        if rows:
            layers.append(_layer(rows, network.first[number], shift, places, network.inputs))
    return layers


def _layer(
    rows: list[Row], first: int, shift: int, places: Mapping[int, int], inputs: int
) -> Layer:
    common = lcm(*(q for row in rows for _, q in row.values()))
    scaled = [{value: p * (common // q) for value, (p, q) in row.items()} for row in rows]
    affine = [{places[v]: w for v, w in row.items() if v in places} for row in scaled]
    weights = [[row.get(value, 0) for value in range(inputs, first)] for row in scaled]
    start = first + shift
    return Layer(start, start + len(rows), common, affine, weights, inputs + shift)


def denominator(layers: list[Layer]) -> int:
    """A number that makes every coefficient of every preactivation, on every cell, an integer.

    With S_k = d_k S_(k-1), d_k the denominator of layer k: S_k z_k is d_k times integers times
    S_(k-1), S_(k-1) z_j, both integral.
    """
    return prod(layer.denominator for layer in layers)


class OpenLayer:
    """The forms of a layer's neurons on one cell of the earlier layers, each computed once.

    ``on`` holds the forms of the neurons that are on; only those of earlier layers are read, which
    do not change while the layer is open.
    """

    def __init__(self, layer: Layer, on: Mapping[int, Form], dimension: int, scale: int) -> None:
        self.first, self.end = layer.first, layer.end
        self._layer, self._dimension, self._scale = layer, dimension, scale
        self._on = on
        self._columns: list[Sequence[int]] = []
        self._selected: list[bool] = []
        self._forms: dict[int, Form] = {}

    def form(self, neuron: int) -> Form:
        """The z of a neuron of the layer."""
        form = self._forms.get(neuron)
        if form is None:
            form = self._forms[neuron] = self._compute(neuron - self.first)
        return form

    def _compute(self, index: int) -> Form:
        if not self._columns:
            self._read_what_is_on()
        factors = list(compress(self._layer.weights[index], self._selected))
        form = [sum(map(mul, factors, column)) for column in self._columns]
        unit = self._scale // self._layer.denominator
        for place, value in self._layer.affine[index].items():
            form[place] += value * unit
        return tuple(form)

    def _read_what_is_on(self) -> None:
        """Which earlier neurons are on and, coefficient by coefficient, their forms divided by
        this layer's denominator: integers."""
        common = self._layer.denominator
        earlier = range(self._layer.base, self.first)
        self._selected = [neuron in self._on for neuron in earlier]
        read = compress(earlier, self._selected)
        shares = [[value // common for value in self._on[neuron]] for neuron in read]
        self._columns = list(zip(*shares, strict=True)) or [()] * (self._dimension + 1)
