"""Hypothesis strategies for small exact networks, degenerate ones on purpose."""

from __future__ import annotations

from typing import Any

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from exactrev.network.model import Layer, Network
from exactrev.network.symmetry import Isomorphism

Draw = Any
Matrix = list[list[fmpq]]

integers = st.integers(-3, 3).map(fmpq)
fractions = st.builds(fmpq, st.integers(-12, 12), st.integers(1, 8))
dyadics = st.builds(
    lambda p, k: fmpq(p, 1 << k), st.integers(-(1 << 20), 1 << 20), st.integers(0, 40)
)
numbers = st.sampled_from([integers, fractions, dyadics])
positive = st.builds(fmpq, st.integers(1, 20), st.integers(1, 20))

#: What is done on purpose to one neuron of a layer (or a pair of them).
DEGENERATIONS = ("duplicate", "parallel", "opposite", "shifted", "zero row", "off", "on", "unread")


@st.composite
def networks(
    draw: Draw, max_inputs: int = 3, max_width: int = 4, max_depth: int = 3, skips: bool = True
) -> Network:
    """A network of at most ``max_depth`` hidden layers; every second one is degenerate."""
    entries = draw(numbers)
    sizes = [draw(st.integers(1, max_inputs))]
    sizes += [draw(st.integers(1, max_width)) for _ in range(draw(st.integers(0, max_depth)))]
    sizes.append(draw(st.integers(1, 2)))
    layers: list[tuple[dict[int, Matrix], list[fmpq]]] = []
    for number in range(1, len(sizes)):
        sources = {number - 1}
        if skips and number > 1 and draw(st.integers(0, 3)) == 0:
            sources.add(draw(st.integers(0, number - 1)))
        weights = {
            source: [[draw(entries) for _ in range(sizes[source])] for _ in range(sizes[number])]
            for source in sources
        }
        layers.append((weights, [draw(entries) for _ in range(sizes[number])]))
    for _ in range(draw(st.integers(0, 2)) if len(sizes) > 2 else 0):
        number = draw(st.integers(1, len(sizes) - 2))
        degenerate(draw(st.sampled_from(DEGENERATIONS)), layers, number, draw)
    return Network(sizes[0], tuple(Layer.of(weights, bias) for weights, bias in layers))


def degenerate(
    kind: str, layers: list[tuple[dict[int, Matrix], list[fmpq]]], number: int, draw: Draw
) -> None:
    """Make a neuron of hidden layer ``number`` degenerate in the way ``kind`` names."""
    weights, bias = layers[number - 1]
    i = draw(st.integers(0, len(bias) - 1))
    j = draw(st.integers(0, len(bias) - 1))
    if kind == "unread":
        for later, _ in layers[number:]:
            for row in later.get(number, []):
                row[i] = fmpq(0)
        return
    scale = {"parallel": draw(positive), "opposite": -draw(positive)}.get(kind, fmpq(1))
    sign = {"zero row": 0, "off": -1, "on": 1}.get(kind)
    for rows in weights.values():
        if sign is None:
            rows[i] = [scale * w for w in rows[j]]
        else:
            rows[i] = [sign * abs(w) for w in rows[i]]
    if sign is None:
        bias[i] = scale * bias[j] + (kind == "shifted")
    elif sign:
        bias[i] = sign * abs(bias[i])


@st.composite
def isomorphisms(draw: Draw, network: Network) -> Isomorphism:
    """Permutations and positive scales for every hidden layer of a network."""
    return Isomorphism(
        tuple(
            tuple((i, draw(positive)) for i in draw(st.permutations(range(layer.size))))
            for layer in network.hidden
        )
    )


@st.composite
def points(draw: Draw, inputs: int) -> list[fmpq]:
    """A point with short rational coordinates."""
    return [draw(fractions) for _ in range(inputs)]


@st.composite
def perturbed(draw: Draw, network: Network) -> Network:
    """The network with one bias or weight changed by 2^-40."""
    number = draw(st.integers(0, len(network.layers) - 1))
    layer = network.layers[number]
    bias = layer.bias.entries()
    rows = {source: _rows(matrix) for source, matrix in layer.weights}
    i = draw(st.integers(0, layer.size - 1))
    source = draw(st.sampled_from([None, *rows]))
    target = bias if source is None else rows[source][i]
    place = i if source is None else draw(st.integers(0, len(target) - 1))
    target[place] += fmpq(1, 1 << 40)
    changed = Layer.of(rows, bias)
    layers = [*network.layers[:number], changed, *network.layers[number + 1 :]]
    return Network(network.inputs, tuple(layers))


def _rows(matrix: fmpq_mat) -> Matrix:
    return [[matrix[i, j] for j in range(matrix.ncols())] for i in range(matrix.nrows())]
