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


def blurred(network: Network, places: int, random: Random) -> Network:
    """The network with every weight and bias off by less than 2^-places of itself."""

    def near(x: fmpq) -> fmpq:
        return x + x * fmpq(random.randint(-(1 << 20), 1 << 20), 1 << (places + 20))

    layers = []
    for layer in network.layers:
        blocks = {k: [list(map(near, row)) for row in m.tolist()] for k, m in layer.weights}
        layers.append(Layer.of(blocks, map(near, layer.bias.entries())))
    return Network(network.inputs, tuple(layers))


def asleep(network: Network, bias: int, factor: int) -> Network:
    """A dense network whose neuron 1:0 has this bias, and is read with weights times a factor.

    Where the bias keeps it off, neither matters.
    """
    first, second = network.layers[:2]
    biases, weights = first.bias.entries(), network.weight(2).tolist()
    biases[0] = fmpq(bias)
    for row in weights:
        row[0] *= factor
    changed = Layer.of(dict(first.weights), biases), Layer.of({1: weights}, second.bias.entries())
    return Network(network.inputs, (*changed, *network.layers[2:]))


def rewritten(network: Network) -> Network:
    """An equal network with more neurons, from a dense one.

    Neuron 1:0 is split in two, 1:1 turned round (relu(z) = z + relu(-z)), 1:2 read by two neurons
    that cancel, and a neuron that nothing reads stands beside them.
    """
    first, second = network.layers[:2]
    rows, biases = network.weight(1).tolist(), first.bias.entries()
    weights, constants = network.weight(2).tolist(), second.bias.entries()
    turned, turned_bias = rows[1], biases[1]
    through = [[row[1] * x for x in turned] for row in weights]
    constants = [c + row[1] * turned_bias for c, row in zip(constants, weights, strict=True)]
    rows = [rows[0], [-x for x in turned], *rows[2:], [3 * x for x in rows[0]], rows[2], rows[2]]
    biases = [biases[0], -turned_bias, *biases[2:], 3 * biases[0], biases[2], biases[2]]
    weights = [[row[0] / 2, *row[1:], row[0] / 6, fmpq(1), fmpq(-1)] for row in weights]
    layers = (
        Layer.of({0: [*rows, rows[0]]}, [*biases, fmpq(1)]),
        Layer.of({0: through, 1: [[*row, fmpq(0)] for row in weights]}, constants),
    )
    return Network(network.inputs, (*layers, *network.layers[2:]))


def shuffled(network: Network, random: Random) -> Network:
    """The network with its hidden neurons permuted and scaled by powers of two and thirds."""
    layers = []
    for layer in network.hidden:
        order = random.sample(range(layer.size), layer.size)
        scales = [fmpq(1 << random.randint(0, 6), random.choice((1, 3))) for _ in order]
        layers.append(tuple(zip(order, scales, strict=True)))
    return transform(network, Isomorphism(tuple(layers)))


def tent(inputs: int, height: fmpq, random: Random) -> tuple[Network, list[fmpq]]:
    """A network whose one output is the relu of a height less the sum of |l| over as many random
    affine forms l as inputs; and the point where all of these are 0, where it is the height, if
    that is positive, and largest.
    """
    peak = [fmpq(random.randint(-8, 8), 16) for _ in range(inputs)]
    rows, biases = [], []
    for _ in range(inputs):
        row = [fmpq(random.randint(-9, 9)) for _ in range(inputs)]
        there = sum((w * x for w, x in zip(row, peak, strict=True)), fmpq(0))
        rows += [row, [-w for w in row]]
        biases += [-there, there]
    network = Network.dense([(rows, biases), ([[-1] * len(rows)], [height]), ([[1]], [0])])
    return network, peak


def lowered(network: Network, layer: int, neuron: int, by: fmpq) -> Network:
    """The network with the bias of one neuron of a layer (from 1) lowered."""
    layers = list(network.layers)
    old = layers[layer - 1]
    biases = old.bias.entries()
    biases[neuron] -= by
    layers[layer - 1] = Layer.of(dict(old.weights), biases)
    return Network(network.inputs, tuple(layers))
