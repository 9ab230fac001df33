"""A neuron of a hidden layer as far as its weights are known."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.recovery.geometry import Form
from exactrev.recovery.lines import Line
from exactrev.recovery.prefix import Cell, Prefix


@dataclass(frozen=True)
class Neuron:
    """A neuron's (weights | bias); ``unknown`` weights stand as 0.

    It says where its boundary is on every cell where no neuron with an unknown weight is on.
    """

    row: fmpq_mat
    unknown: frozenset[int] = frozenset()

    def known_on(self, cell: Cell) -> bool:
        """Whether no neuron whose weight is unknown is on in a cell: then the row tells there."""
        return not any(cell.top_signs[i] for i in self.unknown)

    def crossings(self, prefix: Prefix, line: Line) -> list[tuple[fmpq, Form]]:
        """Where the boundary must cross a line, and its form there, as far as the weights tell."""
        return prefix.crossings(line, self.row, self.unknown)
