"""The leaf ``vanishes`` of ``equal-on``: no output is > 0 or < 0 on a cell (format, section 11)."""

from __future__ import annotations

from math import gcd

from exactrev.checker.cases import Cases, Question
from exactrev.checker.lines import Ratio, Refused
from exactrev.checker.network import ONE, Layered, Row
from exactrev.checker.rows import WorkingForm
from exactrev.checker.tree import Tree


class Vanishing:
    """The trees of cases of such a leaf, two for each output: first of it, then of it times -1.

    ``form`` is the network's working form at the current node of ``tree``, on whose slice all rows
    are taken.
    """

    def __init__(self, network: Layered, form: WorkingForm, tree: Tree) -> None:
        form.restrict(tree.coordinates)
        self._tree = tree
        self._open = [
            Cases(Question(network, form, row, network.layers, cell=self._row))
            for output in reversed(form.output_rows())
            for row in ({value: (-p, q) for value, (p, q) in output.items()}, output)
        ]

    @property
    def closed(self) -> bool:
        """Whether every branch of every tree has ended."""
        return not self._open

    def step(self, line: str) -> None:
        """One node of a tree."""
        self._open[-1].step(line)
        if self._open[-1].closed:
            self._open.pop()

    def _row(self, number: int) -> Row:
        """A row that is > 0 on the cell; refused if it has no row of this number."""
        cell = self._tree.cell
        if not cell.has_row(number):
            raise Refused("a row is named that the cell does not have")
        *linear, constant = cell.row(number)
        places = [*self._tree.coordinates, ONE]
        pairs = zip(places, [*linear, constant], strict=True)
        return {value: _ratio(p, cell.scale) for value, p in pairs if p}


def _ratio(p: int, q: int) -> Ratio:
    factor = gcd(p, q)
    return p // factor, q // factor
