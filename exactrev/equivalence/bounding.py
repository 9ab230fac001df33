"""Bounds of the outputs of a difference on every cell of a domain, and where they are attained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from typing import Any, Self

import numpy as np
from flint import fmpq

from exactrev.arrangement.cells import Cells, Integers, signed_rows
from exactrev.arrangement.chunks import Chunk
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.forms import Floats, Forms
from exactrev.arrangement.local import integer_pairs, pairs_line
from exactrev.arrangement.proofs import Answers, Booleans, Bounded
from exactrev.equivalence.close_pairs import PairedForms, near_pairs
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import DifferenceExplorer
from exactrev.equivalence.ground import Point
from exactrev.equivalence.heaviest import Carrier, Heaviest
from exactrev.equivalence.levels import Level
from exactrev.equivalence.rays import last_stretch
from exactrev.equivalence.slopes import prove
from exactrev.equivalence.straight_rays import Escape
from exactrev.exact.rational import to_float
from exactrev.lp import Optimum, Unbounded
from exactrev.lp.polyhedron import Polyhedron

_ROUND = 8  # chunks worked out from the same levels
_KEPT = 32  # cells with the largest deviations that are remembered


@dataclass
class _Leaves:
    """Cells on which outputs are bounded: the lines, and about the largest value, of each.

    ``exact`` gives a cell by its place.
    """

    cells: Cells
    bounded: Bounded
    exact: Callable[[int], ExactCell]
    lines: list[list[str]] = field(init=False)
    heights: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.lines = [[] for _ in range(len(self.cells))]
        self.heights = np.full(len(self.cells), -np.inf)


class BoundingExplorer(DifferenceExplorer):
    """Goes through the cells of a domain, raising a level for each side of each output."""

    def __init__(
        self,
        comparison: Comparison,
        domain: Polyhedron | None,
        within: fmpq | None,
        stop: Callable[[], bool],
    ) -> None:
        super().__init__(comparison, domain, stop)
        self.levels = [Level(i, sign, within) for i in self.outputs for sign in (-1, 1)]
        self.escape: Escape | None = None
        self.heaviest = Heaviest(_KEPT)
        self.within = within
        self._paired = PairedForms(self.arrangement, near_pairs(self.arrangement))

    def remaker(self) -> Callable[[Callable[[], bool]], BoundingExplorer]:
        """Makes the same explorer in another process."""
        return partial(BoundingExplorer, self.comparison, self._domain, self.within)

    def rounds(self, chunks: Iterator[Chunk]) -> Iterator[Iterator[Chunk]]:
        """Few chunks at first: they raise the levels, from which all later ones profit."""
        size = 1
        while some := list(islice(chunks, size)):
            yield iter(some)
            size = min(2 * size, _ROUND)

    def knowledge(self) -> list[Level]:
        """The levels."""
        return deepcopy(self.levels)

    def branch(self, knowledge: list[Level]) -> Self:
        """One that starts from these levels."""
        child = super().branch(knowledge)
        child.levels, child.escape, child.heaviest = deepcopy(knowledge), None, Heaviest(_KEPT)
        return child

    def outcome(self) -> Any:
        """What was found."""
        return super().outcome(), self.levels, self.escape, self.heaviest

    def take_in(self, outcome: Any) -> None:
        """Take in what a branch found."""
        common, levels, escape, heaviest = outcome
        super().take_in(common)
        self.escape = self.escape or escape
        self.heaviest.merge(heaviest)
        for ours, theirs in zip(self.levels, levels, strict=True):
            if theirs.point is not None:
                ours.raise_to(theirs.reached, theirs.point)

    def settled(self) -> bool:
        """Whether nothing that is still to be seen can change the verdict."""
        beyond = any(level.point is not None for level in self.levels)
        return self.escape is not None or (self.within is not None and beyond)

    # -- many cells ----------------------------------------------------------------------------

    def leaf_lines(self, cells: Cells) -> list[list[str]]:
        """Bounds of every output on every cell."""
        forms = self.arrangement.neuron_forms(cells.signs, self.arrangement.depth)
        rows, walls = signed_rows(self.arrangement, cells, forms, np.arange(len(cells)))
        norm = None
        if self.norm is not None:
            norm, available = self.norm.forms(cells.signs)
            norm.values[~available] = np.nan
        bounded = Bounded(rows, walls, cells.points, norm)
        outputs = self._paired.outputs(cells.signs, forms)
        leaves = _Leaves(cells, bounded, cache(partial(self._with_vertices, cells)))
        for level in self.levels:
            output = Forms(outputs.values[:, level.output], outputs.errors[:, level.output])
            self._bound(level, leaves, output)
        for k in self.heaviest.offer(leaves.heights):
            self.heaviest.keep(float(leaves.heights[k]), self._exact_cell(cells, k))
        return [self._closed(text) for text in leaves.lines]

    def _closed(self, bounds: list[str]) -> list[str]:
        if self.settled() or len(bounds) < len(self.levels):
            self.found.open_branches += 1
            return ["open"]
        self.cells += 1
        return [*bounds, "bounded"]

    def _bound(self, level: Level, leaves: _Leaves, output: Forms) -> None:
        """One line for each cell; exact optima raise the level until floats suffice."""
        cells, lines, heights = leaves.cells, leaves.lines, leaves.heights
        left = np.arange(len(cells))

        def exactly(k: int) -> None:
            line, reached = self._exact_line(level, leaves.exact(k))
            lines[k].append(line)
            heights[k] = max(heights[k], reached)

        if level.value is None:
            best = int((output.at(cells.points)[0] * level.sign).argmax())
            exactly(best)
            left = np.delete(left, best)
        while len(left) and not self.settled():
            targets = level.slack(Forms(output.values[left], output.errors[left]))
            answers = prove(leaves.bounded.take(left), targets)
            for k in np.flatnonzero(answers.positive).tolist():
                lines[left[k]].append(_combination_line(level, cells.rows[left[k]], answers, k))
            reached = np.where(answers.positive, to_float(level.reached) - answers.least, -np.inf)
            heights[left] = np.maximum(heights[left], reached)
            rest = np.flatnonzero(~answers.positive)
            above = _seen_above(targets, cells.points[left], answers)[rest]
            now = rest[[int(above.argmax())]] if (above > 0).any() else rest
            for k, basis in zip(left[now].tolist(), answers.basis[now], strict=True):
                line = self._line_from(level, cells, k, basis)
                if line:
                    lines[k].append(line)
                else:
                    exactly(k)
            left = np.delete(left, np.concatenate([np.flatnonzero(answers.positive), now]))

    def _exact_cell(self, cells: Cells, k: int) -> ExactCell:
        cell = self.exact.cell(cells.take(slice(k, k + 1)))
        assert cell is not None
        return cell

    def _with_vertices(self, cells: Cells, k: int) -> ExactCell:
        return self.exact.with_vertices(self._exact_cell(cells, k), 0)

    def _line_from(self, level: Level, cells: Cells, k: int, basis: Booleans) -> str:
        """The bound by the rows that floats would combine, if it is not above the level."""
        signs = tuple(cells.signs[k].tolist())
        rows = cells.rows[k][basis[: cells.rows.shape[1]]].tolist()
        objective = level.objective(self.exact_output(signs, level.output))
        found = self.exact.combined(signs, objective, rows)
        if found is None or -found[0] > level.reached:
            return ""
        return _exact_bound_line(level, found[1])

    # -- one cell ------------------------------------------------------------------------------

    def exact_leaf_lines(self, cell: ExactCell) -> list[str]:
        """Bounds of every output on the cell."""
        found = [self._exact_line(level, cell) for level in self.levels]
        self.heaviest.keep(max(reached for _, reached in found), cell)
        return self._closed([line for line, _ in found if line])

    def _exact_line(self, level: Level, cell: ExactCell) -> tuple[str, float]:
        """The bound of one output on the cell by its maximum, which is taken in, and about that."""
        answer = self._greatest(level, cell)
        if isinstance(answer, Unbounded):
            ray = self.ground.lifted_direction(self.arrangement.lifted(answer.ray))
            # the reduced network is affine along all of it, the two networks are from somewhere on
            start = last_stretch(self.comparison.stacked, self.whole(answer.point), ray)
            self.escape = Escape(start, ray, level.output)
            return "", np.inf
        level.raise_to(-answer.value, self.whole(answer.point))
        line = _exact_bound_line(level, dict(zip(cell.rows, answer.rows, strict=True)))
        return line, to_float(-answer.value)

    def _greatest(self, level: Level, cell: ExactCell) -> Optimum | Unbounded:
        """The maximum of a side of an output on the closed cell, as a minimum of its negative."""
        return self.exact.least(cell, level.objective(self.exact_output(cell.signs, level.output)))

    def carrier(self, cell: ExactCell) -> Carrier:
        """The largest deviation on a cell on which the outputs are bounded."""
        best: tuple[fmpq, Level, Point] | None = None
        for level in self.levels:
            answer = self._greatest(level, cell)
            if isinstance(answer, Optimum) and (best is None or -answer.value > best[0]):
                best = -answer.value, level, tuple(answer.point)
        assert best is not None
        size, level, point = best
        return Carrier(self.whole(cell.point), level.output, size, self.whole(point))


def _seen_above(slack: Forms, points: Floats, answers: Answers) -> Floats:
    """How far above the level each cell was seen to reach, roughly; 0 where it was not."""
    here = -slack.at(points)[0]
    with np.errstate(all="ignore"):
        there = np.where(answers.crossed, -slack.at(answers.far)[0], 0.0)
    return np.maximum(np.maximum(here, there), 0.0)


def _exact_bound_line(level: Level, multipliers: Mapping[int, fmpq]) -> str:
    """The bound by a combination of rows that leaves no residual."""
    c, pairs = integer_pairs(list(multipliers.items()))
    return pairs_line(f"{level.side} {level.output} {c} 0", pairs)


def _combination_line(level: Level, rows: Integers, answers: Answers, k: int) -> str:
    """The bound by the floats' combination ``k`` of a cell's rows."""
    y = answers.y[k]
    used = np.flatnonzero(y)
    pairs = sorted(zip(rows[used].tolist(), y[used].tolist(), strict=True))
    tokens = [f"{row} {factor:.0f}" for row, factor in pairs]
    head = f"{level.side} {level.output} {answers.c[k]:.0f} {answers.e[k]:.0f}"
    return " ".join([head, *tokens])
