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

from collections.abc import Callable, Iterator, Sequence

from flint import fmpq

from exactrev.arrangement.leaves import exact_point_line
from exactrev.certificate.claims import difference_certificate, domain_lines
from exactrev.crews import Jobs
from exactrev.equivalence.bounding import BoundingExplorer
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import CoveringSearch
from exactrev.equivalence.ground import Point
from exactrev.equivalence.heaviest import Carrier
from exactrev.equivalence.levels import Level
from exactrev.equivalence.straight_rays import Escape, moving_apart
from exactrev.exact.rational import parse_rational
from exactrev.lp.polyhedron import Polyhedron


class Deviation(CoveringSearch[BoundingExplorer]):
    """A search for the range of a's outputs less b's on a domain (default R^n).

    With ``within``, bounds of that size are proved instead, and the search ends at the first input
    that is beyond them.  It ends early, too, once ``stop`` says so.  The result does not depend
    on ``jobs``: the number of processes, or a cluster.  Raises InputError if the domain is empty or
    has another dimension.
    """

    def __init__(
        self,
        comparison: Comparison,
        domain: Polyhedron | None = None,
        within: fmpq | None = None,
        stop: Callable[[], bool] = lambda: False,
        jobs: Jobs = 1,
    ) -> None:
        super().__init__(BoundingExplorer(comparison, domain, within, stop), jobs)
        self.comparison = comparison
        # a search that has one ends at once
        self._explorer.escape = moving_apart(comparison, self._explorer.ground)

    @property
    def asked(self) -> str:
        """The bound asked for, if one is."""
        within = self._explorer.within
        return "" if within is None else str(within)

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
            domain_lines(self._explorer.ground.stated),
            (" ".join(["point", *map(str, escape.point)]),
             " ".join(["ray", *map(str, escape.direction)])),
        )  # fmt: skip

    def carriers(self, count: int) -> list[Carrier]:
        """Cells on which the deviation is largest, of those gone through, the largest first."""
        found = [self._explorer.carrier(cell) for cell in self._explorer.heaviest.cells()]
        found.sort(key=lambda carrier: -carrier.deviation)
        return found[:count]

    def ranges(self) -> list[tuple[fmpq | None, fmpq | None]]:
        """For each output, the least and the largest value seen (or the bounds asked for)."""
        bounds = [level.bound for level in self._explorer.levels]
        return list(zip(bounds[::2], bounds[1::2], strict=True))

    def knowledge(self) -> Iterator[str]:
        """The levels too."""
        yield from super().knowledge()
        for level in self._explorer.levels:
            if level.point is not None:
                head = f"seen {level.output} {level.side} {level.value}"
                yield exact_point_line(head, level.point)

    def go_on(self, steps: Iterator[str], knowledge: Sequence[str]) -> None:
        """Begin with the tree and the levels of a search that was stopped."""
        super().go_on(steps, knowledge)
        for output, side, value, point in seen_points(knowledge):
            for level in self._explorer.levels:
                if (level.output, level.side) == (output, side):
                    level.raise_to(value, point)

    def lines(self) -> Iterator[str]:
        """The certificate of the claim ``within``."""
        return self._explorer.certificate("within", self._last)

    def _last(self) -> Iterator[str]:
        levels = self._explorer.levels
        yield " ".join(["bounds", *(str(level.bound) for level in levels)])
        for level in levels:
            if level.point is not None:
                yield exact_point_line(f"attained {level.output}", level.point)


def seen_points(knowledge: Sequence[str]) -> Iterator[tuple[int, str, fmpq, Point]]:
    """Output, side, value and point of every line ``seen``."""
    for word, *tokens in map(str.split, knowledge):
        if word == "seen":
            common, *numerators = map(int, tokens[3:])
            point = tuple(fmpq(p, common) for p in numerators)
            yield int(tokens[0]), tokens[1], parse_rational(tokens[2]), point
