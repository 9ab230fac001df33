"""One hidden layer on many cells: every neuron is proved on or off there, or splits the cell.

Works on the cells of one codimension at a time; walls, the cells that a split leaves on the
neuron's zero set, are collected for the next codimension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from exactrev.arrangement.cells import Cells, Integers, signed_rows
from exactrev.arrangement.exact_cell import ExactCell, Proof, Split
from exactrev.arrangement.exactly import ExactCells
from exactrev.arrangement.forms import (
    OFF,
    ON,
    UNDECIDED,
    WALL,
    ZERO,
    Floats,
    Forms,
    NetworkRows,
)
from exactrev.arrangement.norm import Norm
from exactrev.arrangement.proof_lines import record_proofs
from exactrev.arrangement.proofs import Answers, Booleans, Bounded, decide
from exactrev.arrangement.tree import Tree

_CHUNK = 4096  # linear programs run together
_ENTRIES = 2**22  # numbers in the rows of all cells of one round, so that memory stays small


class LeaveOpen(Protocol):
    """What is said of cells that a search breaks off at."""

    def cells(self, cells: Cells, layers: int) -> list[str]:
        """The lines of cells that are bounded by rows of the first ``layers`` layers."""

    def exact_cell(self, cell: ExactCell) -> str:
        """The line of a cell of exact arithmetic."""


@dataclass
class Stage:
    """The splitting of cells by hidden layer ``layer`` (from 0), in a tree of its own.

    ``decided`` receives the cells on which the whole layer is decided, by codimension.  What floats
    cannot judge, ``exact`` does; cells too thin for floats it finishes, ``finished`` giving
    the lines of their leaves.
    """

    arrangement: NetworkRows
    norm: Norm | None
    layer: int
    depth: int
    tree: Tree
    exact: ExactCells
    finished: Callable[[ExactCell], Iterable[str]]
    leave_open: LeaveOpen
    stop: Callable[[], bool]
    decided: list[list[Cells]] = field(default_factory=list)
    #: the norm on the entry cells, once the first layer is decided
    _entry_norm: Forms | None = None

    def __post_init__(self) -> None:
        self.decided = [[] for _ in range(self.depth + 1)]

    def run(self, entry: Cells) -> None:
        """Decide the layer on cells of one codimension on which all earlier layers are decided."""
        forms = self.arrangement.neuron_forms(entry.signs, self.layer + 1)
        base = np.arange(len(entry))
        pending: list[list[tuple[Cells, Integers]]] = [[] for _ in range(self.depth + 2)]
        if self.layer:
            self._entry_norm = self._norm_on(entry)
            entry = self._settle_stable(entry, forms)
        pending[entry.codimension].append((entry, base))
        for codimension in range(entry.codimension, self.depth + 1):
            while pending[codimension]:
                cells, base = pending[codimension].pop()
                if self.stop():
                    lines = self.leave_open.cells(cells, self.layer + 1)
                    for node, line in zip(cells.node.tolist(), lines, strict=True):
                        self.tree.close(node, line)
                    continue
                if len(cells) > self._at_once(cells):
                    half = len(cells) // 2
                    pending[codimension] += [
                        (cells.take(slice(half, None)), base[half:]),
                        (cells.take(slice(half)), base[:half]),
                    ]
                    continue
                for grown in self._advance(cells, base, forms):
                    pending[grown[0].codimension].append(grown)

    # -- one round -----------------------------------------------------------------------------

    def _advance(
        self, cells: Cells, base: Integers, forms: Forms
    ) -> list[tuple[Cells, Integers]]:
        """Decide one more neuron on every cell; the cells that are left, and their walls."""
        neurons = self._next_neuron(cells)
        done = neurons < 0
        if done.any():
            self.decided[cells.codimension].append(cells.take(done))
            cells, base, neurons = cells.take(~done), base[~done], neurons[~done]
            if not len(cells):
                return []
        bounded = self._bounded(cells, base, forms)
        targets, signs, sure = oriented(forms, base, neurons, cells.points)
        answers = decide(bounded, targets)
        positive = answers.positive & sure
        crossed = answers.crossed & sure
        shift = self.arrangement.domain_rows
        record_proofs(self.tree, shift, cells, neurons, signs, answers, np.flatnonzero(positive))
        settled = np.where(positive, signs, UNDECIDED).astype(np.int8)
        for k in np.flatnonzero(~positive & ~crossed).tolist():
            cell = cells.take(slice(k, k + 1))
            verdict = self._judge_exactly(cell, int(neurons[k]), signs[k], answers.basis[k])
            if isinstance(verdict, int):
                settled[k] = verdict
            else:
                self._finish_exactly(cell, verdict)
        kept = settled != UNDECIDED
        grown = []
        if kept.any():
            grown.append((cells.take(kept).decided(neurons[kept], settled[kept]), base[kept]))
        if crossed.any():
            grown += self._split(cells, base, neurons, signs, answers, np.flatnonzero(crossed))
        same = [part for part in grown if part[0].codimension == cells.codimension]
        walls = [part for part in grown if part[0].codimension != cells.codimension]
        if len(same) > 1:
            joined = Cells.joined([part for part, _ in same])
            same = [(joined, np.concatenate([which for _, which in same]))]
        return same + walls

    def _judge_exactly(
        self, cell: Cells, neuron: int, sign: float, basis: Booleans
    ) -> int | ExactCell | None:
        """The sign of a neuron on one cell, recorded; the cell if it takes both; None if empty."""
        node, row = int(cell.node[0]), neuron + self.arrangement.domain_rows
        support = np.concatenate([cell.rows[0], cell.walls[0]])[basis].tolist()
        state, side = cell.signs[0].tolist(), ON if sign > 0 else OFF
        verdict: int | Proof | Split | None = self.exact.proof_from(
            state, neuron, side, support, cell.walls[0].tolist()
        )
        if verdict is None:
            whole = self.exact.cell(cell)
            if whole is None:
                return None
            whole = self.exact.with_vertices(whole, self.depth)
            verdict = self.exact.judge(whole, neuron)
            if isinstance(verdict, Split):
                return whole
        assert not isinstance(verdict, Split)
        if isinstance(verdict, Proof):
            self.tree.lines[node].append(verdict.line(row))
            return verdict.sign
        self.tree.lines[node].append(f"zero {row}")
        return ZERO

    def _finish_exactly(self, cell: Cells, whole: ExactCell | None) -> None:
        """Close one cell with all the lines of what is below it; None says that it is empty."""
        lines = (
            [self.exact.empty_line(cell)]
            if whole is None
            else self.exact.explore(
                whole, self.depth, self.finished, self.leave_open.exact_cell, self.stop
            )
        )
        self.tree.close(int(cell.node[0]), *lines)

    def _at_once(self, cells: Cells) -> int:
        """How many such cells one round takes."""
        size: int = (cells.rows.shape[1] + 1) * (self.arrangement.n + 1)
        return max(1, min(4 * _CHUNK, _ENTRIES // size))

    def _next_neuron(self, cells: Cells) -> Integers:
        """The neuron to decide next on each cell, -1 where the layer is decided."""
        first = self.arrangement.first[self.layer]
        undecided = cells.signs[:, self.arrangement.layer_slice(self.layer)] == UNDECIDED
        order = np.arange(undecided.shape[1])
        if self.layer == 0 and self.norm is not None:  # h is available after these
            early = np.array(self.norm.neurons, dtype=np.int64)
            order = np.concatenate([early, np.setdiff1d(order, early)])
        if not len(order):
            return np.full(len(cells), -1)
        place = undecided[:, order].argmax(axis=1)
        return np.where(undecided.any(axis=1), order[place] + first, -1)

    def _bounded(self, cells: Cells, base: Integers, forms: Forms) -> Bounded:
        rows, walls = signed_rows(self.arrangement, cells, forms, base)
        if self._entry_norm is None:
            norm = self._norm_on(cells)
        else:
            norm = Forms(self._entry_norm.values[base], self._entry_norm.errors[base])
        return Bounded(rows, walls, cells.points, norm)

    def _norm_on(self, cells: Cells) -> Forms | None:
        """The norm on each cell, nan where it cannot be used yet; None if there is none."""
        if self.norm is None:
            return None
        norm, available = self.norm.forms(cells.signs)
        norm.values[~available] = np.nan
        return norm

    def _settle_stable(self, cells: Cells, forms: Forms) -> Cells:
        """Decide, once for all that follows, the neurons that do not cross the entry cells."""
        first = self.arrangement.first
        neurons = np.arange(first[self.layer], first[self.layer + 1])
        if not len(cells) or not len(neurons):
            return cells
        base = np.arange(len(cells))
        bounded = self._bounded(cells, base, forms)
        signs = cells.signs.copy()
        step = max(1, _CHUNK // len(neurons))
        for start in range(0, len(cells), step):
            if self.stop():
                break
            some = np.arange(start, min(start + step, len(cells)))
            which = np.repeat(some, len(neurons))
            tested = np.tile(neurons, len(some))
            new = signs[which, tested] == UNDECIDED  # in a cell that a search broke off at
            which, tested = which[new], tested[new]
            if not len(which):
                continue
            targets, sides, sure = oriented(forms, which, tested, cells.points[which])
            answers = decide(bounded.take(which), targets)
            settled = np.flatnonzero(answers.positive & sure)
            taken = cells.take(which)
            record_proofs(
                self.tree, self.arrangement.domain_rows, taken, tested, sides, answers, settled
            )
            signs[which[settled], tested[settled]] = sides[settled]
            for k in np.flatnonzero(~answers.positive & ~answers.crossed).tolist():
                cell = cells.take(slice(which[k], which[k] + 1))
                sign = self._judge_exactly(cell, int(tested[k]), sides[k], answers.basis[k])
                signs[which[k], tested[k]] = sign if isinstance(sign, int) else UNDECIDED
        return Cells(cells.node, signs, cells.points, cells.rows, cells.walls)

    def _split(
        self,
        cells: Cells,
        base: Integers,
        neurons: Integers,
        signs: Floats,
        answers: Answers,
        which: Integers,
    ) -> list[tuple[Cells, Integers]]:
        """The two sides of each split, joined, then the walls where they are asked for."""
        parents, neuron, near = cells.take(which), neurons[which], signs[which]
        count, shift = len(which), self.arrangement.domain_rows
        walls = parents.codimension < self.depth
        children = np.array(self.tree.grow(count * (2 + walls))).reshape(count, -1)
        for node, row, kids in zip(
            parents.node.tolist(), (neuron + shift).tolist(), children.tolist(), strict=True
        ):
            self.tree.split(node, row, kids)
        bounded = parents.with_row(neuron + shift)
        close, far = answers.near[which], answers.far[which]
        above = (near > 0)[:, None]
        on = bounded.decided(neuron, np.full(count, ON, dtype=np.int8))
        off = bounded.decided(neuron, np.full(count, OFF, dtype=np.int8))
        on = Cells(
            children[:, -2], on.signs, np.where(above, close, far), on.rows, on.walls
        )
        off = Cells(
            children[:, -1], off.signs, np.where(above, far, close), off.rows, off.walls
        )
        grown = [(Cells.joined([on, off]), np.concatenate([base[which], base[which]]))]
        if walls:
            wall = parents.decided(neuron, np.full(count, WALL, dtype=np.int8))
            listed = np.concatenate([parents.walls, (neuron + shift)[:, None]], axis=1)
            points = answers.wall[which]
            walled = Cells(children[:, 0], wall.signs, points, wall.rows, listed)
            grown.append((walled, base[which]))
        return grown


def oriented(
    forms: Forms, base: Integers, neurons: Integers, points: Floats
) -> tuple[Forms, Floats, np.ndarray]:
    """Each cell's form for one neuron, turned so that it is positive at the point.

    Also the sign it was turned by, and whether the sign at the point is beyond doubt.
    """
    raw = Forms(forms.values[base, neurons], forms.errors[base, neurons])
    value, error = raw.at(points)
    signs = np.where(value > 0, 1.0, -1.0)
    return Forms(raw.values * signs[:, None], raw.errors), signs, np.abs(value) > error
