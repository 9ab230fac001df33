"""How far two networks are apart on a domain: the exact range of every output of the difference.

On each cell the difference is affine, so its range there is a linear program.  Floats prove most
cells to be below the best value known; on a cell that may be above, exact linear programming finds
the optimum.  In the end the proved bounds are attained.

>>> from exactrev import Network
>>> relu, line = Network.dense([([[1]], [0]), ([[1]], [0])]), Network.dense([([["1/2"]], ["1/3"])])
>>> search = Deviation(Comparison.of(relu, line), Polyhedron.box(-1, 1, 1))
>>> search.run(), search.ranges()
(True, [(-1/3, 1/6)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from exactrev.arrangement.cells import Cells, Integers, signed_rows
from exactrev.arrangement.exactly import ExactCell
from exactrev.arrangement.forms import Floats, Forms
from exactrev.arrangement.leaves import exact_point_line
from exactrev.arrangement.local import integer_pairs
from exactrev.arrangement.proofs import Answers, Bounded
from exactrev.certificate.claims import difference_certificate, domain_lines
from exactrev.equivalence.close_pairs import PairedForms, near_pairs
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import CoveringSearch, DifferenceExplorer, Point
from exactrev.equivalence.levels import Level
from exactrev.equivalence.slopes import prove
from exactrev.lp import Motzkin, System, Unbounded, minimise
from exactrev.lp.polyhedron import Polyhedron


@dataclass(frozen=True)
class Escape:
    """A ray in a domain, ``point`` + t ``direction`` for t >= 0, along which an output of the
    difference grows for ever."""

    point: Point
    direction: Point
    output: int


class Deviation(CoveringSearch["_DeviationExplorer"]):
    """A search for the range of a's outputs less b's on a domain (default R^n).

    With ``within``, bounds of that size are proved instead, and the search ends at the first input
    that is beyond them.  It ends early, too, once ``stop`` says so.  Raises InputError if the
    domain has no interior points or another dimension.
    """

    def __init__(
        self,
        comparison: Comparison,
        domain: Polyhedron | None = None,
        within: fmpq | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(_DeviationExplorer(comparison, domain, within, stop))
        self.comparison = comparison

    @property
    def escape(self) -> Escape | None:
        """A ray on which the deviation is infinite, if one was found."""
        return self._explorer.escape

    def attained(self) -> Level | None:
        """The output and side with the largest deviation that was seen, and where."""
        best: Level | None = None
        for level in self._explorer.levels:
            if level.point is not None and (best is None or level.reached > best.reached):
                best = level
        return best

    def largest(self) -> fmpq | None:
        """The largest deviation that was seen."""
        level = self.attained()
        return None if level is None else level.value

    def beyond(self, size: fmpq | int) -> Point:
        """A point on the ray of escape at which the deviation is larger than ``size``."""
        escape, step = self.escape, fmpq(0)
        assert escape is not None
        while True:
            point = tuple(
                x + step * d for x, d in zip(escape.point, escape.direction, strict=True)
            )
            if max(map(abs, self.comparison.differences(point))) > size:
                return point
            step = 2 * step + 1

    def escape_certificate(self) -> Iterator[str]:
        """The certificate of an infinite deviation (claim ``unbounded``)."""
        escape, comparison = self.escape, self.comparison
        assert escape is not None
        return difference_certificate(
            "unbounded", comparison.a, comparison.b, comparison.scale, comparison.shift,
            domain_lines(self._explorer.arrangement.domain),
            (" ".join(["point", *map(str, escape.point)]),
             " ".join(["ray", *map(str, escape.direction)])),
        )  # fmt: skip

    def ranges(self) -> list[tuple[fmpq | None, fmpq | None]]:
        """For each output, the least and the largest value seen (or the bounds asked for)."""
        bounds = [level.bound for level in self._explorer.levels]
        return list(zip(bounds[::2], bounds[1::2], strict=True))

    def lines(self) -> Iterator[str]:
        """The certificate of the claim ``within``."""
        return self._explorer.certificate("within", self._last)

    def _last(self) -> Iterator[str]:
        levels = self._explorer.levels
        yield " ".join(["bounds", *(str(level.bound) for level in levels)])
        for level in levels:
            if level.point is not None:
                yield exact_point_line(f"attained {level.output}", level.point)


class _DeviationExplorer(DifferenceExplorer):
    def __init__(
        self,
        comparison: Comparison,
        domain: Polyhedron | None,
        within: fmpq | None,
        stop: Callable[[], bool],
    ) -> None:
        super().__init__(comparison, domain, lambda: self._settled() or stop())
        self.levels = [Level(i, sign, within) for i in self.outputs for sign in (-1, 1)]
        self.escape: Escape | None = None
        self._within = within
        self._paired = PairedForms(self.arrangement, near_pairs(self.arrangement))

    def _settled(self) -> bool:
        """Whether nothing that is still to be seen can change the verdict."""
        beyond = any(level.point is not None for level in self.levels)
        return self.escape is not None or (self._within is not None and beyond)

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
        lines: list[list[str]] = [[] for _ in range(len(cells))]
        for level in self.levels:
            output = Forms(outputs.values[:, level.output], outputs.errors[:, level.output])
            self._bound(level, cells, bounded, output, lines)
        for k, text in enumerate(lines):
            lines[k] = self._closed(text)
        return lines

    def _closed(self, bounds: list[str]) -> list[str]:
        if self._settled() or len(bounds) < len(self.levels):
            self.found.open_branches += 1
            return ["open"]
        self.cells += 1
        return [*bounds, "bounded"]

    def _bound(
        self,
        level: Level,
        cells: Cells,
        bounded: Bounded,
        output: Forms,
        lines: list[list[str]],
    ) -> None:
        """One line for each cell; exact linear programs raise the level until floats suffice."""
        left = np.arange(len(cells))
        if level.value is None:
            best = int((output.at(cells.points)[0] * level.sign).argmax())
            lines[best].append(self._exact_line(level, self._exact_cell(cells, best)))
            left = np.delete(left, best)
        while len(left) and not self._settled():
            targets = level.slack(Forms(output.values[left], output.errors[left]))
            answers = prove(bounded.take(left), targets)
            for k in np.flatnonzero(answers.positive).tolist():
                lines[left[k]].append(_combination_line(level, cells.rows[left[k]], answers, k))
            rest = np.flatnonzero(~answers.positive)
            above = _seen_above(targets, cells.points[left], answers)[rest]
            now = rest[[int(above.argmax())]] if (above > 0).any() else rest
            for k in now.tolist():
                lines[left[k]].append(self._exact_line(level, self._exact_cell(cells, left[k])))
            left = np.delete(left, np.concatenate([np.flatnonzero(answers.positive), now]))

    def _exact_cell(self, cells: Cells, k: int) -> ExactCell:
        cell = self.exact.cell(cells.take(slice(k, k + 1)))
        assert cell is not None
        return cell

    # -- one cell ------------------------------------------------------------------------------

    def exact_leaf_lines(self, cell: ExactCell) -> list[str]:
        """Bounds of every output on the cell."""
        lines = [self._exact_line(level, cell) for level in self.levels]
        return self._closed([line for line in lines if line])

    def _exact_line(self, level: Level, cell: ExactCell) -> str:
        """The bound of one output on the cell by its maximum, which is taken in."""
        objective = level.objective(self.exact_output(cell.signs, level.output))
        system = System(self.arrangement.n, rows=tuple(self.exact.signed_rows(cell)))
        answer = minimise(objective, system)
        assert not isinstance(answer, Motzkin)
        lifted = self.arrangement.lifted
        if isinstance(answer, Unbounded):
            self.escape = Escape(lifted(answer.point), lifted(answer.ray), level.output)
            return ""
        level.raise_to(-answer.value, lifted(answer.point))
        c, pairs = integer_pairs(list(zip(cell.rows, answer.rows, strict=True)))
        tokens = [f"{k} {y}" for k, y in pairs]
        return " ".join([f"{level.side} {level.output} {c} 0", *tokens])


def _seen_above(slack: Forms, points: Floats, answers: Answers) -> Floats:
    """How far above the level each cell was seen to reach, roughly; 0 where it was not."""
    here = -slack.at(points)[0]
    with np.errstate(all="ignore"):
        there = np.where(answers.crossed, -slack.at(answers.far)[0], 0.0)
    return np.maximum(np.maximum(here, there), 0.0)


def _combination_line(level: Level, rows: Integers, answers: Answers, k: int) -> str:
    """The bound by the floats' combination ``k`` of a cell's rows."""
    y = answers.y[k]
    used = np.flatnonzero(y)
    pairs = sorted(zip(rows[used].tolist(), y[used].tolist(), strict=True))
    tokens = [f"{row} {factor:.0f}" for row, factor in pairs]
    head = f"{level.side} {level.output} {answers.c[k]:.0f} {answers.e[k]:.0f}"
    return " ".join([head, *tokens])
