"""A tree of cells that a search left unfinished, gone on with.

The steps of the tree are walked through; what was decided above an open leaf says which cell it
is, and the lines of what lies below it take its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np
from flint import fmpq

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.chunks import Chunk, TextsOf
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.exactly import ExactCells
from exactrev.arrangement.explore import Explorer
from exactrev.arrangement.forms import OFF, ON, UNDECIDED, ZERO, NetworkRows
from exactrev.errors import InputError
from exactrev.exact.rational import to_float
from exactrev.lp import Motzkin, interior_point
from exactrev.lp.polyhedron import value

_BLOCK = 128  # open leaves gone into together
_SIGNS = {"on": ON, "off": OFF, "zero": ZERO}
#: Whether a step leaves the node as it is.
IsNote = Callable[[str], bool]


def is_note(step: str) -> bool:
    """Whether a step is one of the bounds that go before the end of a leaf, or of the trees of
    cases that follow the step ``vanishes``."""
    return step.startswith(("upper ", "lower ", "case ", "same ", "never "))


class Path:
    """Where a walk through the steps of a tree stands: the current cell's decisions."""

    def __init__(self, arrangement: NetworkRows, is_note: IsNote = is_note) -> None:
        self._arrangement, self._is_note = arrangement, is_note
        self._signs = [UNDECIDED] * arrangement.neurons
        self._rows = list(range(arrangement.domain_rows))
        self._decided: list[int] = []
        self._splits: list[tuple[int, int]] = []
        self.finished = False

    def follow(self, step: str) -> None:
        """Go on by one step.  Raises InputError where the tree has no place for it."""
        word, _, rest = step.partition(" ")
        if self._is_note(step):
            return
        if self.finished:
            raise InputError("steps follow the end of the tree")
        if word == "split":
            neuron = self._neuron(rest)
            self._splits.append((neuron, len(self._decided)))
            self._enter(neuron, ON)
        elif word in _SIGNS:
            self._decide(self._neuron(rest.partition(" ")[0]), _SIGNS[word])
        else:
            self._leave()

    def cell(self, step: str) -> ExactCell | None:
        """The cell of the open leaf that a step is; None if it is empty."""
        numbers = [fmpq(int(token)) for token in step.split()[1:]]
        rows = tuple(self._rows)
        if numbers:
            whole = [p / numbers[0] for p in numbers[1:]]
            point = tuple(whole[j] for j in self._arrangement.coordinates)
            return ExactCell(tuple(self._signs), rows, (), point)
        return None

    @property
    def signs(self) -> tuple[int, ...]:
        """The decisions so far."""
        return tuple(self._signs)

    @property
    def rows(self) -> tuple[int, ...]:
        """The numbers of the rows that bound the cell."""
        return tuple(self._rows)

    def _neuron(self, token: str) -> int:
        neuron = int(token) - self._arrangement.domain_rows
        if not 0 <= neuron < len(self._signs) or self._signs[neuron] != UNDECIDED:
            raise InputError(f"no undecided neuron has the row number {token}")
        return neuron

    def _decide(self, neuron: int, sign: int) -> None:
        self._signs[neuron] = sign
        self._decided.append(neuron)

    def _enter(self, neuron: int, side: int) -> None:
        self._decide(neuron, side)
        self._rows.append(neuron + self._arrangement.domain_rows)

    def _leave(self) -> None:
        """The next child that is still to come."""
        while self._splits:
            neuron, before = self._splits[-1]
            was_on = self._signs[neuron] == ON
            while len(self._decided) > before:
                self._signs[self._decided.pop()] = UNDECIDED
            del self._rows[self._rows.index(neuron + self._arrangement.domain_rows) :]
            if was_on:
                self._enter(neuron, OFF)
                return
            self._splits.pop()
        self.finished = True


@dataclass
class _Block:
    """Steps, with the open leaves among them; ``None`` marks the place of one."""

    steps: list[str | None] = field(default_factory=list)
    cells: list[ExactCell] = field(default_factory=list)


def resumed(
    explorer: Explorer, steps: Iterable[str], texts_of: TextsOf, is_note: IsNote = is_note
) -> Iterator[str]:
    """The steps of the whole tree, from those of an unfinished one.

    Raises InputError where they are not those of a tree on the explorer's network.
    """
    for block in _blocks(explorer, steps, is_note):
        texts = iter(_texts(explorer, block.cells, texts_of))
        for step in block.steps:
            if step is None:
                yield from next(texts)
            else:
                yield step


def _blocks(explorer: Explorer, steps: Iterable[str], is_note: IsNote) -> Iterator[_Block]:
    path, block = Path(explorer.arrangement, is_note), _Block()
    for step in steps:
        if step.partition(" ")[0] == "open":
            cell = path.cell(step) or _with_point(explorer, path)
            if cell is None:
                block.steps.append(_empty(explorer, path))
            else:
                block.steps.append(None)
                block.cells.append(cell)
        else:
            block.steps.append(step)
        path.follow(step)
        if len(block.cells) == _BLOCK or len(block.steps) > 64 * _BLOCK:
            yield block
            block = _Block()
    if not path.finished:
        raise InputError("the tree has no end")
    yield block


def _with_point(explorer: Explorer, path: Path) -> ExactCell | None:
    """The current cell with a point that linear programming finds in it; None if it is empty."""
    forms = [explorer.exact.forms.signed_row(path.signs, row) for row in path.rows]
    answer = interior_point(explorer.arrangement.n, forms)
    if isinstance(answer, Motzkin):
        return None
    return ExactCell(path.signs, path.rows, (), tuple(answer))


def _empty(explorer: Explorer, path: Path) -> str:
    nowhere = np.zeros(explorer.arrangement.n)
    return explorer.exact.empty_line(as_cells([ExactCell(path.signs, path.rows, (), ())], nowhere))


def _texts(explorer: Explorer, cells: list[ExactCell], texts_of: TextsOf) -> list[list[str]]:
    """The lines below each cell: by floats where its point is one of floats, else exactly."""
    texts: list[list[str]] = [[] for _ in cells]
    layers: dict[int, list[int]] = {}
    for place, cell in enumerate(cells):
        if _is_float(cell):
            layers.setdefault(_decided_layers(explorer.arrangement, cell), []).append(place)
        else:
            texts[place] = list(explorer.exactly(cell))
    for layer, places in sorted(layers.items()):
        chunk = Chunk([as_cells([cells[place] for place in places])], layer)
        for place, lines in zip(places, texts_of(iter([chunk])), strict=True):
            texts[place] = lines
    return texts


def nearly(exact: ExactCells, cell: ExactCell) -> Cells | None:
    """The cell with a point of floats; None if the ones nearest to its point are not inside."""
    cell = cell.centred()
    near = replace(cell, point=tuple(fmpq(*_nearest(x).as_integer_ratio()) for x in cell.point))
    inside = all(value(row, near.point) > 0 for row in exact.signed_rows(near))
    return as_cells([near]) if inside else None


def _is_float(cell: ExactCell) -> bool:
    return all(fmpq(*_nearest(x).as_integer_ratio()) == x for x in cell.point)


def _nearest(x: fmpq) -> float:
    near = to_float(x)
    return near if isfinite(near) else 0.0


def _decided_layers(arrangement: NetworkRows, cell: ExactCell) -> int:
    undecided = [k for k, sign in enumerate(cell.signs) if sign == UNDECIDED]
    return arrangement.layer_of(undecided[0]) if undecided else arrangement.depth


def as_cells(cells: list[ExactCell], point: np.ndarray | None = None) -> Cells:
    """The cells in arrays, ranked in their order."""
    width = max(len(cell.rows) for cell in cells)
    rows = [[*cell.rows, *[-1] * (width - len(cell.rows))] for cell in cells]
    points = [list(map(_nearest, cell.point)) for cell in cells] if point is None else [point]
    return Cells(
        np.arange(len(cells)),
        np.array([cell.signs for cell in cells], dtype=np.int8).reshape(len(cells), -1),
        np.array(points, dtype=float).reshape(len(cells), -1),
        np.array(rows, dtype=np.int64).reshape(len(cells), -1),
        np.zeros((len(cells), 0), dtype=np.int64),
    )
