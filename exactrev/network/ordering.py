"""An order of a network's hidden neurons that does not depend on how they were listed.

The network is a layered graph with numbers on its edges.  *Colour refinement* tells neurons apart
by the multiset of (colour, weight) of what they read and of what reads them.  Where it leaves ties,
one tied neuron at a time is singled out, the rest refined again, and the least result kept
(individualise and refine: McKay and Piperno, "Practical graph isomorphism, II", 2014, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exactrev.network.model import Network

Colours = list[NDArray[np.int64]]


def canonical_order(network: Network) -> list[list[int]]:
    """Per hidden layer, its neurons in an order that only the network's shape and weights decide.

    Two networks that are equal up to permutation become equal when listed so, unless the search
    among ties was cut off (thousands of refinements, fewer the larger the network): then the order
    is still some order, the same for the same network.
    """
    graph = _Graph.of(network)
    search = _Search(graph, budget=min(2000, max(20, 10_000_000 // graph.edges)))
    leaf = search.least(graph.refined(graph.first_colours()))
    return [np.argsort(colours, kind="stable").tolist() for colours in leaf[1:-1]]


def _ascending(values: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sorted values; floats, which keep the order of integers, part most of them."""
    listed = list(values)
    try:
        keys = np.array([float(p) for p, _ in listed])
    except OverflowError:
        return sorted(listed)
    order = np.argsort(keys, kind="stable")
    found = [listed[k] for k in order.tolist()]
    starts = np.flatnonzero(np.diff(keys[order], prepend=np.nan, append=np.nan)).tolist()
    for start, stop in pairwise(starts):
        if stop - start > 1:
            found[start:stop] = sorted(found[start:stop])
    return found


@dataclass(frozen=True)
class _Graph:
    """Weights as ranks: equal ranks exactly where the rational numbers are equal.

    ``biases[k]`` has shape (n_k,), ``blocks[k]`` holds (source, (n_k, n_source)) for layer k + 1.
    """

    sizes: tuple[int, ...]
    biases: tuple[NDArray[np.int64], ...]
    blocks: tuple[tuple[tuple[int, NDArray[np.int64]], ...], ...]
    ranks: int
    edges: int

    @staticmethod
    def of(network: Network) -> _Graph:
        """The graph of a network."""
        matrices = [m for layer in network.layers for m in (layer.bias, *_matrices(layer))]
        # any total order on rationals will do, as long as it looks at nothing but their value
        zero = (0, 1)
        values = [[(int(x.p), int(x.q)) if x else zero for x in m.entries()] for m in matrices]
        distinct = _ascending({value for column in values for value in column})
        rank = {value: place for place, value in enumerate(distinct)}
        ranked = iter(
            np.array([rank[value] for value in column], dtype=np.int64).reshape(
                matrix.nrows(), matrix.ncols()
            )
            for matrix, column in zip(matrices, values, strict=True)
        )
        biases, blocks = [], []
        for layer in network.layers:
            biases.append(next(ranked)[:, 0])
            blocks.append(tuple((source, next(ranked)) for source, _ in layer.weights))
        edges = sum(len(column) for column in values)
        return _Graph(network.architecture, tuple(biases), tuple(blocks), len(distinct), edges)

    @property
    def hidden(self) -> range:
        """The numbers of the hidden layers."""
        return range(1, len(self.sizes) - 1)

    def readers(self, number: int) -> list[tuple[int, NDArray[np.int64]]]:
        """(reading layer, ranks with a row for each neuron of layer ``number``)."""
        return [
            (reader, block.T)
            for reader, blocks in enumerate(self.blocks, 1)
            for source, block in blocks
            if source == number
        ]

    def first_colours(self) -> Colours:
        """Inputs and outputs all distinct; hidden neurons alike, except among twins.

        Twins have the same row and the same column: exchanging them changes nothing, so they may
        be told apart in any way.
        """
        colours: Colours = [np.arange(size) for size in self.sizes]
        for number in self.hidden:
            columns = [self.biases[number - 1][:, None]]
            columns += [block for _, block in self.blocks[number - 1]]
            columns += [block for _, block in self.readers(number)]
            classes = _classes(columns)
            order = np.argsort(classes, kind="stable")
            starts = np.searchsorted(classes[order], classes[order])
            ordinal = np.empty_like(classes)
            ordinal[order] = np.arange(len(classes)) - starts
            colours[number] = ordinal
        return colours

    def refined(self, colours: Colours) -> Colours:
        """The coarsest stable colouring that refines ``colours`` and keeps its order."""
        colours = list(colours)
        count = -1
        while count != (count := sum(_count(layer) for layer in colours)):
            for number in self.hidden:
                bias = self.biases[number - 1]
                self._split(colours, number, [bias[:, None]], list(self.blocks[number - 1]))
            if _is_discrete(colours):
                break
            for number in reversed(self.hidden):
                self._split(colours, number, [], self.readers(number))
        return colours

    def _split(
        self,
        colours: Colours,
        number: int,
        own: list[NDArray[np.int64]],
        neighbours: list[tuple[int, NDArray[np.int64]]],
    ) -> None:
        columns = [colours[number][:, None], *own]
        for other, block in neighbours:
            columns.append(np.sort(colours[other][None, :] * self.ranks + block, axis=1))
        colours[number] = _classes(columns)

    def content(self, colours: Colours) -> bytes:
        """The ranks, listed in the order of discrete colours: equal for isomorphic listings."""
        order = [np.argsort(layer, kind="stable") for layer in colours]
        parts = []
        for number, (bias, blocks) in enumerate(zip(self.biases, self.blocks, strict=True), 1):
            parts.append(bias[order[number]])
            parts += [block[np.ix_(order[number], order[source])] for source, block in blocks]
        return b"".join(part.astype(">i8").tobytes() for part in parts)


class _Search:
    """Individualise and refine, within a number of refinements."""

    def __init__(self, graph: _Graph, budget: int) -> None:
        self._graph = graph
        self._budget = budget

    def least(self, colours: Colours) -> Colours:
        """The discrete refinement of ``colours`` with the least content."""
        tied = _first_tie(colours)
        if tied is None:
            return colours
        best: tuple[bytes, Colours] | None = None
        seen: set[bytes] = set()
        for member in tied[1]:
            if best is not None and self._budget <= 0:
                break
            child = self._single_out(colours, tied[0], member)
            mark = self._graph.content(self._any(child))
            if mark in seen:  # a mirror image of a member already explored: same least content
                continue
            seen.add(mark)
            leaf = self.least(child)
            candidate = (self._graph.content(leaf), leaf)
            if best is None or candidate[0] < best[0]:
                best = candidate
        assert best is not None
        return best[1]

    def _any(self, colours: Colours) -> Colours:
        """Some discrete refinement: the first of the tied, again and again."""
        while (tied := _first_tie(colours)) is not None:
            colours = self._single_out(colours, tied[0], tied[1][0])
        return colours

    def _single_out(self, colours: Colours, number: int, member: int) -> Colours:
        layer = colours[number] * 2 + 1
        layer[member] -= 1
        split = [*colours[:number], layer, *colours[number + 1 :]]
        if self._budget <= 0:  # out of budget: order the tied as they come, without refining
            order = np.argsort(layer, kind="stable")
            split[number] = np.empty_like(layer)
            split[number][order] = np.arange(len(layer))
            return split
        self._budget -= 1
        return self._graph.refined(split)


def _matrices(layer: Any) -> list[Any]:
    return [matrix for _, matrix in layer.weights]


def _classes(columns: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Per row of the joined columns, the rank of that row among the distinct rows."""
    table = np.concatenate(columns, axis=1)
    if len(table) == 0:
        return np.zeros(0, dtype=np.int64)
    _, inverse = np.unique(table, axis=0, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64).reshape(-1)


def _count(layer: NDArray[np.int64]) -> int:
    return len(np.unique(layer))


def _is_discrete(colours: Colours) -> bool:
    return all(_count(layer) == len(layer) for layer in colours)


def _first_tie(colours: Colours) -> tuple[int, list[int]] | None:
    """The first layer with a tie and the neurons that share its least tied colour."""
    for number, layer in enumerate(colours):
        found, counts = np.unique(layer, return_counts=True)
        if len(found) < len(layer):
            colour = found[np.argmax(counts > 1)]
            return number, np.flatnonzero(layer == colour).tolist()
    return None
