"""All regions of a network on a domain, with the lines of a certificate that none is missing.

Layer by layer, each layer on chunks of the cells that the layers before it left, so that the tree's
text comes out in preorder while only one chunk of the first layer's cells is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import numpy as np

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.chunks import ENTRY, Chunk, TextsOf, chunks
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.exactly import ExactCells
from exactrev.arrangement.forms import Forms, NetworkRows
from exactrev.arrangement.found import Found, OpenLeaves
from exactrev.arrangement.leaves import (
    exact_point_line,
    inner_points,
    onto_wall,
    point_line,
    wall_points,
)
from exactrev.arrangement.norm import Norm, choose_norm
from exactrev.arrangement.stage import Stage
from exactrev.arrangement.tree import Tree
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network


@dataclass
class Explorer:
    """Goes through every cell of a network; ``stop`` is asked between pieces of work.

    Once it says yes, what is left is closed with the step ``open`` and counted as open branches.
    Another claim than ``regions`` overrides :meth:`leaf_lines` and :meth:`exact_leaf_lines`.
    """

    arrangement: NetworkRows
    norm: Norm | None
    depth: int
    found: Found
    stop: Callable[[], bool]
    exact: ExactCells = field(init=False)
    open_leaves: OpenLeaves = field(init=False)

    #: how many cells of the first layer are gone into together
    entry = ENTRY

    def __post_init__(self) -> None:
        self.exact = ExactCells(self.arrangement)
        self.open_leaves = OpenLeaves(self.arrangement, self.found)

    # -- chunks worked out apart ---------------------------------------------------------------

    def remaker(self) -> Callable[[Callable[[], bool]], Explorer]:
        """Makes the same explorer in another process, given what to ask whether to stop."""
        return partial(_remade, self.arrangement.network, self.arrangement.domain, self.depth)

    def rounds(self, chunks: Iterator[Chunk]) -> Iterator[Iterator[Chunk]]:
        """The chunks, in parts that are worked out from the same knowledge."""
        yield chunks

    def knowledge(self) -> Any:
        """What the lines of a chunk depend on, besides its cells."""
        return None

    def branch(self, knowledge: Any) -> Self:
        """One that has found nothing yet, for a chunk to be worked out from this knowledge."""
        child = copy(self)
        child.found = Found.nothing(self.depth)
        child.open_leaves = OpenLeaves(
            self.arrangement, child.found, self.open_leaves.closing
        )
        return child

    def outcome(self) -> Any:
        """What was found, for another explorer to take in."""
        return self.found

    def take_in(self, outcome: Any) -> None:
        """Take in what a branch found."""
        self.found.merge(outcome)

    # -- the tree ------------------------------------------------------------------------------

    def lines(self, root: Cells, texts_of: TextsOf | None = None) -> Iterator[str]:
        """The steps of the tree on a domain with a point inside, in preorder.

        ``texts_of`` may have the chunks of the first layer's cells worked out apart.
        """
        if not self.arrangement.depth:
            yield from self.leaf_lines(root)[0]
            return
        tree, leaves = self._stage(root, 0)
        texts = texts_of(chunks(leaves, 1, self.entry)) if texts_of else self._leaf_texts(leaves, 1)
        for node in tree.preorder(0):
            yield from tree.lines[node]
            if tree.is_open_leaf(node):
                yield from next(texts)

    def exactly(self, cell: ExactCell) -> Iterator[str]:
        """The steps of the tree on one cell, in exact arithmetic alone."""
        yield from self.exact.explore(
            cell, self.depth, self.exact_leaf_lines, self.open_leaves.exact_cell, self.stop
        )

    def _texts(self, cells: Cells, layer: int) -> list[list[str]]:
        """For each cell, the lines of what lies below it, all earlier layers being decided."""
        if layer == self.arrangement.depth:
            return self.leaf_lines(cells)
        if self.stop():
            return [[line] for line in self.open_leaves.cells(cells, layer + 1)]
        tree, leaves = self._stage(cells, layer)
        texts = self._leaf_texts(leaves, layer + 1)
        whole = []
        for root in range(len(cells)):
            lines: list[str] = []
            for node in tree.preorder(root):
                lines += tree.lines[node]
                if tree.is_open_leaf(node):
                    lines += next(texts)
            whole.append(lines)
        return whole

    def _stage(self, cells: Cells, layer: int) -> tuple[Tree, list[Cells]]:
        """The tree of one layer on the cells, and its leaves by codimension.

        A leaf's ``node`` is its rank in preorder.
        """
        tree = Tree()
        tree.grow(len(cells))
        own = Cells(np.arange(len(cells)), cells.signs, cells.points, cells.rows, cells.walls)
        stage = Stage(
            self.arrangement,
            self.norm,
            layer,
            self.depth,
            tree,
            self.exact,
            self.exact_leaf_lines,
            self.open_leaves,
            self.stop,
        )
        stage.run(own)
        rank = np.zeros(len(tree.lines), dtype=np.int64)
        order = [node for root in range(len(cells)) for node in tree.preorder(root)]
        rank[order] = np.arange(len(order))
        return tree, [
            Cells(rank[part.node], part.signs, part.points, part.rows, part.walls)
            for parts in stage.decided
            if parts
            for part in [Cells.joined(parts)]
        ]

    def _leaf_texts(self, leaves: list[Cells], layer: int) -> Iterator[list[str]]:
        """The lines below each leaf, in the order of their ranks, worked out a chunk at a time."""
        for chunk in chunks(leaves, layer):
            yield from self.chunk_texts(chunk)

    def chunk_texts(self, chunk: Chunk) -> list[list[str]]:
        """The lines below each of some cells, in the order of their ranks."""
        texts: dict[int, list[str]] = {}
        for cells in chunk.sets:
            texts.update(zip(cells.node.tolist(), self._texts(cells, chunk.layer), strict=True))
        return [texts[rank] for rank in sorted(texts)]

    def leaf_lines(self, cells: Cells) -> list[list[str]]:
        """The line of a point inside each finished cell."""
        if cells.codimension > 1:
            return [[self._line_by_exact_point(cells, k)] for k in range(len(cells))]
        forms = self.arrangement.neuron_forms(cells.signs, self.arrangement.depth)
        if cells.codimension:
            return self._facet_lines(cells, forms)
        return self._region_lines(cells, forms)

    def _region_lines(self, cells: Cells, forms: Forms) -> list[list[str]]:
        points, certain = inner_points(self.arrangement, cells, forms)
        whole = self.arrangement.lifted_floats(points)
        if certain.all():
            self.found.add(0, cells.signs, whole)
            return [[point_line("cell", row, self.arrangement)] for row in points.tolist()]
        lines = []
        for k, row in enumerate(points.tolist()):
            if certain[k]:
                self.found.add(0, cells.signs[k : k + 1], whole[k : k + 1])
                lines.append([point_line("cell", row, self.arrangement)])
            else:
                lines.append([self._line_by_exact_point(cells, k)])
        return lines

    def _facet_lines(self, cells: Cells, forms: Forms) -> list[list[str]]:
        near, pivots, certain = wall_points(self.arrangement, cells, forms)
        lines = []
        for k, (coordinates, pivot) in enumerate(zip(near.tolist(), pivots.tolist(), strict=True)):
            if not certain[k]:
                lines.append([self._line_by_exact_point(cells, k)])
                continue
            neuron = int(cells.walls[k, 0]) - self.arrangement.domain_rows
            wall = self.exact.form(cells.signs[k].tolist(), neuron)
            point = self.arrangement.lifted(onto_wall(coordinates, pivot, wall))
            self.found.add(1, cells.signs[k : k + 1], [point])
            lines.append([exact_point_line("cell", point)])
        return lines

    def _line_by_exact_point(self, cells: Cells, k: int) -> str:
        """The line that ends one cell, its point found in exact arithmetic."""
        cell = cells.take(slice(k, k + 1))
        whole = self.exact.cell(cell)
        if whole is None:
            return self.exact.empty_line(cell)
        point = self.arrangement.lifted(whole.point)
        self.found.add(cells.codimension, cell.signs, [point])
        return exact_point_line("cell", point)

    def exact_leaf_lines(self, cell: ExactCell) -> list[str]:
        """The line of a point inside a cell that was finished in exact arithmetic."""
        signs = np.array([cell.signs], dtype=np.int8).reshape(1, -1)
        point = self.arrangement.lifted(cell.point)
        self.found.add(len(cell.walls), signs, [point])
        return [exact_point_line("cell", point)]


def _remade(
    network: Network, domain: Polyhedron, depth: int, stop: Callable[[], bool]
) -> Explorer:
    rows = NetworkRows(network, domain)
    return Explorer(rows, choose_norm(rows), depth, Found.nothing(depth), stop)
