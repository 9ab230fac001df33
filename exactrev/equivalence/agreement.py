"""Equality on a domain by a tree: on every cell the two affine maps agree, or some input tells.

>>> from exactrev import Network
>>> shifted = Network.dense([([[1], [1]], [0, -1]), ([[1, -1]], [-2]), ([[1]], [5])])
>>> search = Agreement(Comparison.of(shifted, Network.dense([([[0]], [5])])))
>>> [line for line in search.lines() if line == "same"]
['same', 'same', 'same']
>>> search = Agreement(Comparison.of(shifted, Network.dense([([[0]], [6])])))
>>> search.run(), search.witness is None
(False, False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.exactly import ExactCell
from exactrev.crews import Jobs
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import CoveringSearch, DifferenceExplorer
from exactrev.equivalence.ground import Point
from exactrev.lp import Form
from exactrev.lp.polyhedron import Polyhedron, value


class Agreement(CoveringSearch["_AgreementExplorer"]):
    """A search for a proof that two networks agree on a domain (default R^n), or a witness.

    The search ends early once ``stop`` says so.  The result does not depend
    on ``jobs``: the number of processes, or a cluster.  Raises InputError if the domain is empty or
    has another dimension.
    """

    def __init__(
        self,
        comparison: Comparison,
        domain: Polyhedron | None = None,
        stop: Callable[[], bool] = lambda: False,
        jobs: Jobs = 1,
    ) -> None:
        super().__init__(_AgreementExplorer(comparison, domain, stop), jobs)

    def lines(self) -> Iterator[str]:
        """The certificate of the claim ``equal-on``."""
        return self._explorer.certificate("equal-on", lambda: iter(()))


class _AgreementExplorer(DifferenceExplorer):
    def leaf_lines(self, cells: Cells) -> list[list[str]]:
        """``same`` for every cell on which the maps agree."""
        lines = []
        for signs, near in zip(cells.signs.tolist(), cells.points.tolist(), strict=True):
            point = tuple(fmpq(*x.as_integer_ratio()) for x in near)
            lines.append(self._line(tuple(signs), point))
        return lines

    def exact_leaf_lines(self, cell: ExactCell) -> list[str]:
        """``same`` if the maps agree on the cell."""
        return self._line(cell.signs, cell.point)

    def _line(self, signs: tuple[int, ...], point: Point) -> list[str]:
        for output in self.outputs:
            form = self.exact_output(signs, output)
            if any(form):
                self._tell_apart(form, point)
                self.found.open_branches += 1
                return ["open"]
        self.cells += 1
        return ["same"]

    def _tell_apart(self, form: Form, inside: Point) -> None:
        """Find a witness at or near a point about which the difference is this form, not 0."""
        point, step = inside, fmpq(1)
        while self.witness is None:
            whole = self.whole(point)
            if self._is_inside(point) and any(self.comparison.differences(whole)):
                self.witness = whole
            point = tuple(x + step * a for x, a in zip(inside, form[:-1], strict=True))
            step /= 16

    def _is_inside(self, point: Point) -> bool:
        return all(value(row, point) > 0 for row in self.arrangement.domain_rows_exactly)
