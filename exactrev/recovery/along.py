"""What a prefix does along lines: the cells that one crosses, and where a neuron above vanishes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flint import fmpq, fmpq_mat

from exactrev.recovery.cells import Cell, Segment
from exactrev.recovery.geometry import Form
from exactrev.recovery.lines import Line

if TYPE_CHECKING:
    from exactrev.recovery.prefix import Prefix


class Along:
    """Lines cut by the layers of a prefix; what was found once is kept."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._paths: dict[Line, list[Segment]] = {}
        self._crossings: dict[tuple[Any, ...], tuple[list[Form], list[tuple[fmpq, Form]]]] = {}

    def path(self, line: Line, keep: bool = True) -> list[Segment]:
        """The cells that a line crosses between its ends, in order."""
        below = self._prefix.below
        if below is None:
            return [Segment(line.start, line.stop, Cell((), (), ()))]
        if line in self._paths:
            return self._paths[line]
        pieces = [
            piece
            for segment in below.path(line, keep)
            for piece in segment.cut(line, *self._prefix.forms_on(segment.cell))
        ]
        if keep:
            self._paths[line] = pieces
        return pieces

    def crossings(
        self, line: Line, row: fmpq_mat, open: Sequence[Form]
    ) -> list[tuple[fmpq, Form]]:
        """Where a neuron with this row vanishes, with its form there; not where ``open`` matter."""
        # rows are kept beside what they cross so that their ids stay their own
        rows = [row, *open]
        key = (line, *map(id, rows))
        if key not in self._crossings:
            self._crossings[key] = rows, self._crossings_of(line, row, open)
        return self._crossings[key][1]

    def _crossings_of(
        self, line: Line, row: fmpq_mat, open: Sequence[Form]
    ) -> list[tuple[fmpq, Form]]:
        prefix, found = self._prefix, []
        for segment in self.path(line):
            if not prefix.certain(segment.cell) or not prefix.vanish(segment.cell, open):
                continue
            form = prefix.local_form(segment.cell, row)
            t = line.crossing(form)
            if t is not None and segment.start < t <= segment.stop:
                found.append((t, form))
        return found
