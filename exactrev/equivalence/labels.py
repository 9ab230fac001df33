"""Do two networks put every input of a domain into the same class, that of a largest output?

Ties are no differences: the classes agree at an input if some output is a largest one of both.

>>> from exactrev import Network
>>> a = Network.dense([([[1], [0]], [0, 0])])                                # x against 0
>>> b = Network.dense([([[1]], [0]), ([[2], [0]], [0, 0])])                 # 2 relu(x) against 0
>>> search = SameClasses(a, b)
>>> search.run(), search.witness
(True, None)
>>> search = SameClasses(a, Network.dense([([[1], [0]], [-1, 0])]))
>>> search.run(), 0 < search.witness[0] < 1
(False, True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations

from flint import fmpq, fmpq_mat

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.forms import OFF, ON
from exactrev.certificate.claims import same_class_certificate
from exactrev.crews import Jobs
from exactrev.equivalence.covering import CoveringExplorer, CoveringSearch, outputs_hidden
from exactrev.equivalence.difference import require_same_shape
from exactrev.equivalence.ground import Ground
from exactrev.equivalence.stacking import smallest_reduction, stacked
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network


class SameClasses(CoveringSearch["_ClassExplorer"]):
    """A search for a proof that the classes agree on a domain (default R^n), or a witness.

    It ends early once ``stop`` says so.  The result does not depend
    on ``jobs``: the number of processes, or a cluster.  Raises InputError if the networks differ in
    inputs or outputs or have one output, or if the domain is empty or has another dimension.
    """

    def __init__(
        self,
        a: Network,
        b: Network,
        domain: Polyhedron | None = None,
        stop: Callable[[], bool] = lambda: False,
        jobs: Jobs = 1,
    ) -> None:
        require_same_shape(a, b)
        if a.outputs < 2:
            raise InputError("networks with one output put everything into the same class")
        self.a, self.b = a, b
        super().__init__(_ClassExplorer(a, b, domain, stop), jobs)

    def lines(self) -> Iterator[str]:
        """The certificate of the claim ``same-class``."""
        explorer = self._explorer
        return same_class_certificate(
            self.a, self.b, explorer.preliminaries(), explorer.steps()
        )


def largest_outputs(values: Sequence[fmpq]) -> frozenset[int]:
    """The numbers of the largest outputs."""
    return frozenset(i for i, y in enumerate(values) if y == max(values))


class _ClassExplorer(CoveringExplorer):
    """Decides the sign of every difference of two outputs of one network."""

    def __init__(
        self, a: Network, b: Network, domain: Polyhedron | None, stop: Callable[[], bool]
    ) -> None:
        self._pairs = list(combinations(range(a.outputs), 2))
        self._classes = range(a.outputs)
        ground = Ground.of(a.inputs, domain)
        pair = ground.restricted(a), ground.restricted(b)
        reduction = smallest_reduction(_with_pairs(*pair, self._pairs))
        network = outputs_hidden(reduction.network)
        super().__init__(reduction, network, ground, stop)
        self._question = a, b, domain

    def remaker(self) -> Callable[[Callable[[], bool]], _ClassExplorer]:
        """Makes the same explorer in another process."""
        return partial(_ClassExplorer, *self._question)

    def leaf_lines(self, cells: Cells) -> list[list[str]]:
        """The class of every cell, as long as there is one."""
        lines = []
        for signs, near in zip(cells.signs.tolist(), cells.points.tolist(), strict=True):
            lines.append(self._line(signs, [fmpq(*x.as_integer_ratio()) for x in near]))
        return lines

    def exact_leaf_lines(self, cell: ExactCell) -> list[str]:
        """The class of a cell."""
        return self._line(cell.signs, cell.point)

    def _line(self, signs: Sequence[int], point: Sequence[fmpq]) -> list[str]:
        count = len(self._pairs)
        ours = self._largest(signs[-2 * count : -count])
        both = ours & self._largest(signs[-count:])
        if not both:
            self.witness = self.whole(point)
            self.found.open_branches += 1
            return ["open"]
        self.cells += 1
        return [f"class {min(both)}"]

    def _largest(self, signs: Sequence[int]) -> set[int]:
        """The classes that no other is above, by the signs of f_i - f_j."""
        largest = set(self._classes)
        for (i, j), sign in zip(self._pairs, signs, strict=True):
            largest -= {j} if sign == ON else {i} if sign == OFF else set()
        return largest


def _with_pairs(a: Network, b: Network, pairs: Sequence[tuple[int, int]]) -> Network:
    """The network whose outputs are f_i - f_j of a for all pairs, then those of b."""
    count = len(pairs)
    factors = fmpq_mat(2 * count, a.outputs), fmpq_mat(2 * count, a.outputs)
    for k, (i, j) in enumerate(pairs):
        for place, matrix in ((k, factors[0]), (k + count, factors[1])):
            matrix[place, i], matrix[place, j] = fmpq(1), fmpq(-1)
    return stacked((a, b), factors, [0] * (2 * count))
