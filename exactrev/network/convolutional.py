"""The convolutions hidden in a network whose neurons come in any order and scale.

A recovered network lists the outputs of a convolution as single neurons, shuffled and scaled.
Layer by layer they are recognised and listed anew as (channels, *grid), which is what the next
layer needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.network.convolution import Convolution, sparse_rows
from exactrev.network.model import Network
from exactrev.network.recognised import Recognition
from exactrev.network.recognition import recognise
from exactrev.network.symmetry import Isomorphism, transform


@dataclass(frozen=True)
class Convolutional:
    """An isomorphic listing of a network in which its convolutions can be seen.

    ``network`` is ``transform(original, isomorphism)``, and ``network.shapes`` says how its values
    are laid out.  Per hidden layer, ``convolutions`` holds what its weights are, or None; the bias
    of such a layer is one number a channel.
    """

    network: Network
    isomorphism: Isomorphism
    convolutions: tuple[Convolution | None, ...]


def convolutional(network: Network, shape: Sequence[int] | None = None) -> Convolutional:
    """The hidden layers that are convolutions of one earlier layer, up to order and scale.

    ``shape`` is the layout of the input, (channels, *grid); without it every layout is tried.  A
    layer whose weights are no convolution stays as it is, and what reads it is not looked at.
    Every answer was checked by rebuilding the weights from it.
    """
    current = network
    layouts: list[Sequence[int] | int | None] = [network.inputs if shape is None else shape]
    found: list[Convolution | None] = []
    steps = []
    for number in range(1, len(network.layers)):
        recognition = _recognised(current, number, layouts)
        identity = [(i, fmpq(1)) for i in range(network.architecture[number])]
        match = identity if recognition is None else _match(recognition)
        steps.append(tuple(match))
        if recognition is None:
            found.append(None)
            layouts.append(None)
            continue
        layers = [[(i, fmpq(1)) for i in range(layer.size)] for layer in network.hidden]
        layers[number - 1] = match
        current = transform(current, Isomorphism(tuple(map(tuple, layers))))
        found.append(recognition.convolution)
        layouts.append(recognition.convolution.output_shape)
        if layouts[0] == network.inputs:  # what layer 1 says about the input
            layouts[0] = recognition.convolution.input_shape
    return Convolutional(
        Network(network.inputs, current.layers, network.notes, _shapes(current, layouts)),
        Isomorphism(tuple(steps)),
        tuple(found),
    )


def _recognised(
    network: Network, number: int, layouts: list[Sequence[int] | int | None]
) -> Recognition | None:
    layer = network.layers[number - 1]
    if len(layer.weights) != 1:
        return None
    ((source, matrix),) = layer.weights
    layout = layouts[source]
    if layout is None:
        return None
    return recognise(sparse_rows(matrix), layer.bias.entries(), layout)


def _match(recognition: Recognition) -> list[tuple[int, fmpq]]:
    return list(zip(recognition.order, recognition.scales, strict=True))


def _shapes(
    network: Network, layouts: list[Sequence[int] | int | None]
) -> tuple[tuple[int, ...], ...]:
    """The layouts that are known, and plain rows for the rest, the output among them."""
    known = [*layouts, None]
    return tuple(
        (size,) if shape is None or isinstance(shape, int) else tuple(shape)
        for size, shape in zip(network.architecture, known, strict=True)
    )
