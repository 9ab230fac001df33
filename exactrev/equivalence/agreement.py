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

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from flint import fmpq

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.chunks import TextsOf
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.forms import ON, UNDECIDED
from exactrev.crews import Jobs
from exactrev.equivalence.cancelling import Loners
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import CoveringSearch, DifferenceExplorer
from exactrev.equivalence.ground import Point
from exactrev.equivalence.lifted import Lifted, as_row
from exactrev.equivalence.likeness import ByLikeness
from exactrev.equivalence.race import Cost, cost_of, first_done
from exactrev.equivalence.resuming import nearly
from exactrev.equivalence.samples import Samples
from exactrev.equivalence.vanishing import Vanishing
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

    def knowledge(self) -> Iterator[str]:
        """Leaves ``vanishes`` as far as they were found, too."""
        yield from super().knowledge()
        attempts = self._explorer.attempts
        if not any(attempt.proved for attempt in attempts):
            for number, attempt in enumerate(attempts):
                yield from (f"tried {number} {line}" for line in attempt.lines[1:])

    def go_on(self, steps: Iterator[str], knowledge: Sequence[str]) -> None:
        """Begin with the tree and those leaves of a search that was stopped."""
        super().go_on(steps, knowledge)
        tried = (line.split(" ", 2)[1:] for line in knowledge if line.startswith("tried "))
        self._explorer.tried = [(int(number), line) for number, line in tried]


class _AgreementExplorer(DifferenceExplorer):
    def __init__(
        self, comparison: Comparison, domain: Polyhedron | None, stop: Callable[[], bool]
    ) -> None:
        super().__init__(comparison, domain, stop)
        self._loners = Loners.of(self.comparison.on(self.ground))
        self._lifted = Lifted.of(self.reduction.network, self.arrangement.coordinates)
        self.attempts: list[Vanishing] = []
        self.tried: list[tuple[int, str]] = []
        self._cost = cost_of(
            self.reduction.network, self.ground.domain, tree_first=bool(self._loners.neurons)
        )

    # -- cells on which the outputs vanish though neurons are undecided ------------------------

    def tree(self, texts_of: TextsOf) -> Iterator[str]:
        """The steps of the tree; one leaf, where cases show that no more is needed."""
        steps = super().tree(texts_of)
        if self._cost is None:
            return steps
        return self._first_done(steps, self._attempts_on_all, self._cost, 0)

    def _attempts_on_all(self) -> list[Vanishing]:
        """The searches for the leaf ``vanishes`` on the whole domain."""
        rows = list(enumerate(self.arrangement.domain_rows_exactly))
        self.attempts = self._attempts({}, rows)
        for number, attempt in enumerate(self.attempts):
            attempt.go_on([line for k, line in self.tried if k == number])
        return self.attempts

    def _attempts(
        self, decided: dict[int, bool], rows: Sequence[tuple[int, Form]]
    ) -> list[Vanishing]:
        """The searches for the leaf ``vanishes`` on a cell with these rows and decided neurons."""
        cell = [(number, as_row(row)) for number, row in rows]
        lifted = self._lifted.where(decided)
        if not self.arrangement.fit_floats:
            return [Vanishing(lifted, cell, self._is_witness)]
        samples = Samples.of(lifted, [row for _, row in cell])
        kinds = (Vanishing, ByLikeness)
        return [kind(lifted, cell, self._is_witness, samples) for kind in kinds]

    def _first_done(
        self,
        steps: Iterator[str],
        attempts: Callable[[], Sequence[Vanishing]],
        cost: Cost,
        cells: int,
    ) -> Iterator[str]:
        """The steps or an attempt's lines; ``cells`` are those of the tree so far."""
        made: list[Vanishing] = []

        def others() -> list[Vanishing]:
            made.extend(attempts())
            return made

        yield from first_done(steps, others, cost, self.stop)
        if any(attempt.proved for attempt in made):
            self.cells = cells + 1

    def _is_witness(self, point: Sequence[fmpq]) -> bool:
        """Whether the networks differ at a point of the domain's interior, or right beside it."""
        for places in (4, 20, None):
            near = point if places is None else [_rounded(x, places) for x in point]
            whole = self.whole(near)
            if self._is_inside(near) and any(self.comparison.differences(whole)):
                self.witness = whole
                return True
        return False

    # -- neurons that one network alone has ----------------------------------------------------

    def lines(self, root: Cells, texts_of: TextsOf | None = None) -> Iterator[str]:
        """The steps of the tree, which decides the loners first, if there are some."""
        if not self._loners.neurons:
            yield from super().lines(root, texts_of)
            return
        cell = self.exact.cell(root)
        assert cell is not None
        yield from self._loners_first(cell, texts_of)

    def _loners_first(self, cell: ExactCell, texts_of: TextsOf | None) -> Iterator[str]:
        """Where weights show that the networks agree once the loners are decided, no more is."""
        for neuron in self._loners.neurons:
            if cell.signs[neuron] != UNDECIDED:
                continue
            if self.stop():
                yield self.open_leaves.exact_cell(cell.centred())
                return
            steps, cells = self.exact.decided(cell, neuron)
            yield from steps
            if len(cells) > 1:
                for child in cells:
                    yield from self._loners_first(child, texts_of)
                return
            (cell,) = cells
        line = self._loners.line({i: cell.signs[i] == ON for i in self._loners.neurons})
        if line:
            self.cells += 1
            yield line
            return
        here = nearly(self.exact, cell) if self.arrangement.fit_floats else None
        below = self.exactly(cell) if here is None else super().lines(here, texts_of)
        if self._cost is None:
            yield from below
            return
        decided = {i: sign == ON for i, sign in enumerate(cell.signs) if sign != UNDECIDED}
        rows = list(zip(cell.rows, self.exact.signed_rows(cell), strict=True))
        attempts = partial(self._attempts, decided, rows)
        cost = self._cost.in_part(1 << len(self._loners.neurons))
        yield from self._first_done(below, attempts, cost, self.cells)

    # -- cells on which all neurons are decided ------------------------------------------------

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

    def _is_inside(self, point: Sequence[fmpq]) -> bool:
        return all(value(row, point) > 0 for row in self.arrangement.domain_rows_exactly)


def _rounded(x: fmpq, places: int) -> fmpq:
    """The multiple of 2^-places next to x, so that a witness is short."""
    return fmpq((x * (1 << places) + fmpq(1, 2)).floor(), 1 << places)
