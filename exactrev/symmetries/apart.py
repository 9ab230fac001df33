"""A proof that two networks are not isomorphic: an invariant in which they differ.

Every neuron is scaled as :mod:`exactrev.network.gauge` says, which removes the freedom of scaling.
Then neurons get colours: at first their layer, in each round a hash of their colour and of the
multiset of (weight, colour) of what they read and of what reads them.  Isomorphisms keep colours,
so networks with different multisets of colours are not isomorphic.  That of networks which are
not isomorphic may be the same: then nothing is said.

A neuron that is 0 by its row (no bias, reads nothing but such neurons) has no scale of its own:
of the weights with which it is read only the signs count, of its own row nothing does.

>>> one = Network.dense([([[1], [1]], [0, 1]), ([[2, 3]], [0])])
>>> other = Network.dense([([[4], [1]], [4, 0]), ([["3/4", 2]], [0])])
>>> shifted = Network.dense([([[1], [1]], [0, 1]), ([[2, 3]], [1])])
>>> are_told_apart(one, other), are_told_apart(one, shifted)
(False, True)
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from flint import fmpq

from exactrev.network.gauge import canonical_scales
from exactrev.network.model import Network

#: (layer, index): what an edge ends in, with its weight as text.
_Edges = dict[tuple[int, int], list[tuple[str, tuple[int, int]]]]


def are_told_apart(a: Network, b: Network) -> bool:
    """Whether an invariant differs, so that the networks are certainly not isomorphic."""
    if a.architecture != b.architecture:
        return True
    rounds = 2 * len(a.layers)
    return Counter(_colours(a, rounds).values()) != Counter(_colours(b, rounds).values())


def _colours(network: Network, rounds: int) -> dict[tuple[int, int], str]:
    """Of every input, hidden neuron and output."""
    reads, read_by, biases = _edges(network)
    last = len(network.layers)
    colours = {}
    for number, size in enumerate(network.architecture):
        for i in range(size):
            fixed = i if number in (0, last) else ""  # inputs and outputs keep their places
            colours[number, i] = f"{number} {fixed} {biases.get((number, i), '')}"
    for _ in range(rounds):
        colours = {
            node: _hash(
                colour,
                *sorted(f"< {w} {colours[other]}" for w, other in reads.get(node, [])),
                *sorted(f"> {w} {colours[other]}" for w, other in read_by.get(node, [])),
            )
            for node, colour in colours.items()
        }
    return colours


def _hash(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def _edges(network: Network) -> tuple[_Edges, _Edges, dict[tuple[int, int], str]]:
    """Weights and biases of the scaled network, from reader to read and back."""
    null = _null_neurons(network)
    scales = [[fmpq(1)] * network.inputs, *canonical_scales(network), [fmpq(1)] * network.outputs]
    reads: _Edges = {}
    read_by: _Edges = {}
    biases = {}
    for number, layer in enumerate(network.layers, 1):
        for i, bias in enumerate(layer.bias.entries()):
            biases[number, i] = str(bias / scales[number][i])
        for source, matrix in layer.weights:
            width = matrix.ncols()
            for position, w in enumerate(matrix.entries()):
                reader, read = (number, position // width), (source, position % width)
                if not w or reader in null:
                    continue
                scaled = w * scales[source][read[1]] / scales[number][reader[1]]
                text = ("+" if w > 0 else "-") if read in null else str(scaled)
                reads.setdefault(reader, []).append((text, read))
                read_by.setdefault(read, []).append((text, reader))
    return reads, read_by, biases


def _null_neurons(network: Network) -> set[tuple[int, int]]:
    null: set[tuple[int, int]] = set()
    for number, layer in enumerate(network.hidden, 1):
        for i, bias in enumerate(layer.bias.entries()):
            read = (
                (source, j)
                for source, matrix in layer.weights
                for j in range(matrix.ncols())
                if matrix[i, j]
            )
            if not bias and all(neuron in null for neuron in read):
                null.add((number, i))
    return null
