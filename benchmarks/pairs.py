"""Pairs of networks to compare: equal by geometry alone, shuffled, or off by one weight."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from flint import fmpq

from exactrev.network import Layer, Network
from exactrev.network.symmetry import Isomorphism, transform

#: An affine form: coefficients, then a constant.
Form = list[fmpq]


def tournament(forms: Sequence[Form], order: Sequence[int]) -> Network:
    """max of the forms, two by two in this order: max(a, b) = a + relu(b - a).

    Whatever the order the function is the same, but no weight shows it.
    """
    values: list[tuple[dict[tuple[int, int], fmpq], Form]] = [({}, list(forms[i])) for i in order]
    layers: list[list[tuple[dict[tuple[int, int], fmpq], Form]]] = []
    while len(values) > 1:
        neurons, winners = [], []
        for (a, ours), (b, theirs) in zip(values[::2], values[1::2], strict=False):
            reads = {k: b.get(k, fmpq(0)) - a.get(k, fmpq(0)) for k in a | b}
            neurons.append((reads, [q - p for p, q in zip(ours, theirs, strict=True)]))
            winners.append((a | {(len(layers) + 1, len(neurons) - 1): fmpq(1)}, ours))
        layers.append(neurons)
        values = winners + values[len(neurons) * 2 :]
    sizes = [len(forms[0]) - 1, *map(len, layers)]
    return Network(sizes[0], tuple(_layer(rows, sizes) for rows in [*layers, values]))


def _layer(rows: list[tuple[dict[tuple[int, int], fmpq], Form]], sizes: list[int]) -> Layer:
    sources = {0} | {source for reads, _ in rows for source, _ in reads}
    blocks = {source: [[fmpq(0)] * sizes[source] for _ in rows] for source in sources}
    for i, (reads, form) in enumerate(rows):
        blocks[0][i] = form[:-1]
        for (source, j), weight in reads.items():
            blocks[source][i][j] = weight
    return Layer.of(blocks, [form[-1] for _, form in rows])


def moved(network: Network, layer: int, by: fmpq, neuron: int = 0) -> Network:
    """The network with the first weight of one neuron of a layer (from 1) moved."""
    layers = list(network.layers)
    old = layers[layer - 1]
    rows = network.weight(layer).tolist()
    rows[neuron][0] += by
    layers[layer - 1] = Layer.of({layer - 1: rows}, old.bias.entries())
    return Network(network.inputs, tuple(layers))


def shuffled(network: Network, random: Random) -> Network:
    """The network with its hidden neurons permuted and scaled by powers of two and thirds."""
    layers = []
    for layer in network.hidden:
        order = random.sample(range(layer.size), layer.size)
        scales = [fmpq(1 << random.randint(0, 6), random.choice((1, 3))) for _ in order]
        layers.append(tuple(zip(order, scales, strict=True)))
    return transform(network, Isomorphism(tuple(layers)))
