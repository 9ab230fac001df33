"""The weights and biases of a network by name, and the network with some of them changed.

>>> net = Network.dense([([[1], [2]], [0, 0]), ([[3, 4]], [5])])
>>> [str(parameter) for parameter in parameters(net)][:4]
['bias of 1:0', 'bias of 1:1', '1:0 <- 0:0', '1:1 <- 0:0']
>>> str(changed(net, {Parameter(2, 0, 1, 1): fmpq(1, 2)}).weight(2)[0, 1])
'9/2'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flint import fmpq

from exactrev.network.model import Layer, Network
from exactrev.symmetries.jacobian import parameter_sources


class Parameter(NamedTuple):
    """The weight with which neuron (layer, neuron) reads (source, place); its bias if source is -1.

    Layers count from 1, the output layer is the last one; source 0 is the input.
    """

    layer: int
    neuron: int
    source: int = -1
    place: int = 0

    def __str__(self) -> str:
        if self.source < 0:
            return f"bias of {self.layer}:{self.neuron}"
        return f"{self.layer}:{self.neuron} <- {self.source}:{self.place}"


def parameters(network: Network) -> Iterator[Parameter]:
    """In the order of the Jacobian's columns (:mod:`exactrev.symmetries.jacobian`)."""
    for number, layer in enumerate(network.layers, 1):
        for index in range(layer.size):
            yield Parameter(number, index)
        for source in parameter_sources(network, number):
            for index in range(layer.size):
                for place in range(network.architecture[source]):
                    yield Parameter(number, index, source, place)


def changed(network: Network, differences: Mapping[Parameter, fmpq]) -> Network:
    """The network with these differences added to its parameters."""
    layers = []
    for number, layer in enumerate(network.layers, 1):
        bias = layer.bias.entries()
        blocks = {source: matrix.tolist() for source, matrix in layer.weights}
        for (own, index, source, place), difference in differences.items():
            if own != number:
                continue
            if source < 0:
                bias[index] += difference
                continue
            if source not in blocks:
                width = network.architecture[source]
                blocks[source] = [[fmpq(0)] * width for _ in range(layer.size)]
            blocks[source][index][place] += difference
        layers.append(Layer.of(blocks, bias))
    return Network(network.inputs, tuple(layers))


def readers(network: Network, number: int) -> Iterator[int]:
    """The layers that read a layer."""
    for reader, layer in enumerate(network.layers, 1):
        if layer.weight(number) is not None:
            yield reader
