"""Permutation and positive scaling of hidden neurons: the symmetries no ReLU network can lack.

Scaling a neuron's incoming row by c > 0 scales its output by c; dividing its outgoing column by c
undoes it.  Networks that differ by such steps alone are *isomorphic*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational
from exactrev.network.model import Layer, Network


@dataclass(frozen=True)
class Isomorphism:
    """Per hidden layer, per neuron i of the *second* network: (index in the first, scale c > 0).

    It states that neuron i of B computes c times what neuron ``index`` of A computes.
    """

    layers: tuple[tuple[tuple[int, fmpq], ...], ...]


def transform(network: Network, isomorphism: Isomorphism) -> Network:
    """The isomorphic network whose neuron i of layer k is c times the neuron ``index`` of layer k.

    Raises InputError unless every layer is given a permutation and positive scales.
    """
    if len(isomorphism.layers) != len(network.hidden):
        raise InputError("an isomorphism names every hidden layer once")
    order: list[list[int]] = [list(range(network.inputs))]
    scale: list[list[fmpq]] = [[fmpq(1)] * network.inputs]
    for layer, match in zip(network.hidden, isomorphism.layers, strict=True):
        if sorted(index for index, _ in match) != list(range(layer.size)):
            raise InputError("an isomorphism permutes the neurons of a layer")
        if any(c <= 0 for _, c in match):
            raise InputError("an isomorphism scales by positive numbers")
        order.append([index for index, _ in match])
        scale.append([c for _, c in match])
    order.append(list(range(network.outputs)))
    scale.append([fmpq(1)] * network.outputs)
    layers = []
    for number, layer in enumerate(network.layers, 1):
        rows, row_scale = order[number], scale[number]
        weights = {}
        for source, matrix in layer.weights:
            columns, column_scale = order[source], scale[source]
            entries, width = matrix.entries(), matrix.ncols()
            if all(c == 1 for c in (*row_scale, *column_scale)):
                listed = [entries[r * width + s] for r in rows for s in columns]
                weights[source] = fmpq_mat(len(rows), width, listed)
                continue
            inverse = [1 / d for d in column_scale]
            moved = fmpq_mat(len(rows), width)
            for i, (r, c) in enumerate(zip(rows, row_scale, strict=True)):
                row = entries[r * width : (r + 1) * width]
                for j, s in enumerate(columns):
                    if row[s]:
                        moved[i, j] = row[s] * c * inverse[j]
            weights[source] = moved
        old = layer.bias.entries()
        bias = [old[r] * c for r, c in zip(rows, row_scale, strict=True)]
        layers.append(Layer.of(weights, bias))
    return Network(network.inputs, tuple(layers))


def permute(network: Network, number: int, order: Sequence[int]) -> Network:
    """Hidden layer ``number`` (1-based) with its neurons listed in ``order``."""
    return transform(network, _on_one_layer(network, number, [(i, fmpq(1)) for i in order]))


def rescale(network: Network, number: int, scales: Sequence[Any]) -> Network:
    """Hidden layer ``number`` (1-based) with neuron i's incoming row times scales[i] > 0."""
    match = [(i, to_rational(c)) for i, c in enumerate(scales)]
    return transform(network, _on_one_layer(network, number, match))


def _on_one_layer(
    network: Network, number: int, match: Sequence[tuple[int, fmpq]]
) -> Isomorphism:
    if not 1 <= number < len(network.layers):
        raise InputError(f"no hidden layer {number}")
    layers = [[(i, fmpq(1)) for i in range(layer.size)] for layer in network.hidden]
    layers[number - 1] = list(match)
    return Isomorphism(tuple(tuple(layer) for layer in layers))
