"""Several networks as one, each with inputs and outputs of its own; and networks made smaller or
larger at the ends: forms of the inputs and outputs as outputs, inputs as forms of fewer ones.

>>> line = Network.dense([([[2]], [1])])
>>> both = side_by_side([line, Network.dense([([[1, -1]], [0]), ([[3]], [0])])])
>>> both.architecture, [str(y) for y in both([1, 5, 4])]
((3, 1, 2), ['3', '3'])
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from exactrev.network.model import Layer, Network


def side_by_side(networks: Sequence[Network]) -> Network:
    """The network of all inputs and all outputs; hidden layer k holds all of layer k in turn."""
    if len(networks) == 1:
        return networks[0]
    depth = max(len(network.layers) for network in networks)
    layers = [_joint_layer(networks, number, depth) for number in range(1, depth + 1)]
    return Network(sum(network.inputs for network in networks), tuple(layers))


def _joint_layer(networks: Sequence[Network], number: int, depth: int) -> Layer:
    """Layer ``number`` of all, the last one being every network's output layer."""
    there = [
        network.layers[-1]
        if number == depth
        else network.layers[number - 1] if number < len(network.layers) else None
        for network in networks
    ]
    bias = [entry for layer in there if layer for entry in layer.bias.entries()]
    blocks = {}
    for source in range(number):
        widths = [
            network.architecture[source] if source < len(network.layers) else 0
            for network in networks
        ]
        blocks[source] = _diagonal(there, widths, source)
    return Layer.of(blocks, bias)


def _diagonal(layers: Sequence[Layer | None], widths: Sequence[int], source: int) -> fmpq_mat:
    """The weights with which the layers read a source, each its own part of it."""
    entries: list[fmpq] = []
    height = 0
    for place, layer in enumerate(layers):
        if layer is None:
            continue
        height += layer.size
        before, after = sum(widths[:place]), sum(widths[place + 1 :])
        matrix = layer.weight(source) or fmpq_mat(layer.size, widths[place])
        for row in matrix.tolist():
            entries += [fmpq(0)] * before + row + [fmpq(0)] * after
    return fmpq_mat(height, sum(widths), entries)


def with_outputs(network: Network, inputs: fmpq_mat, outputs: fmpq_mat, constants: fmpq_mat) -> Network:
    """The network whose outputs are ``inputs`` x + ``outputs`` y + ``constants``."""
    last = network.layers[-1]
    blocks = {source: outputs * matrix for source, matrix in last.weights}
    blocks[0] = blocks[0] + inputs if 0 in blocks else inputs
    bias = outputs * last.bias + constants
    return Network(network.inputs, (*network.layers[:-1], Layer.of(blocks, bias.entries())))


def with_inputs(network: Network, linear: fmpq_mat, constant: fmpq_mat) -> Network:
    """The network at ``linear`` t + ``constant``, as one of t."""
    layers = []
    for layer in network.layers:
        blocks, bias = dict(layer.weights), layer.bias
        if 0 in blocks:
            bias = bias + blocks[0] * constant
            blocks[0] = blocks[0] * linear
        layers.append(Layer.of(blocks, bias.entries()))
    return Network(linear.ncols(), tuple(layers))
