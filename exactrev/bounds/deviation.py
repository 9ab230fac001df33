"""How far two networks are apart on a bounded domain, from both sides, where cells are too many.

Bounds of the difference over the box about the domain, from those of the gaps between neurons that
resemble each other; then the box is cut where they are weakest.  Source: Paulsen, Wang and Wang,
ReluDiff, ICSE 2020; here with zonotopes, and with exact arithmetic in the end.

>>> from exactrev import Network
>>> a = Network.dense([([[1], [1]], [0, -1]), ([[1, -1]], [0])])
>>> b = Network.dense([([[1], [1]], [0, -1]), ([[1, "-3/4"]], [0])])
>>> search = BoxDeviation(Comparison.of(a, b), Polyhedron.box(0, 3, 1))
>>> search.run(), str(search.lower), 0 <= search.upper() - search.lower < fmpq(1, 10**6)
(True, '1/2', True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, takewhile
from math import comb, frexp, inf
from time import monotonic

from flint import fmpq

from exactrev.arrangement.float_range import floats_hold
from exactrev.arrangement.leaves import exact_point_line
from exactrev.arrangement.local import pairs_line
from exactrev.bounds.bench import Bench, bench_elsewhere, best_cut, exact_bounds
from exactrev.bounds.ground import Ground
from exactrev.bounds.pieces import Piece, Pieces
from exactrev.bounds.proposals import Proposals
from exactrev.certificate.claims import difference_certificate, domain_lines
from exactrev.crews import Crew, Jobs, hire
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import NotProved
from exactrev.equivalence.deviation import seen_points
from exactrev.equivalence.ground import Point
from exactrev.equivalence.nearest_neurons import nearest_neurons
from exactrev.errors import InputError
from exactrev.exact.rational import to_float
from exactrev.lp.polyhedron import Polyhedron

_ALIKE = 0.9  # the least cosine of the angle between rows of neurons that are paired
_PLACES = 72  # binary places of exact bounds beyond the first of the bound in floats
_AT_ONCE = 8  # pieces that are cut in one round, however many processes there are
_EVERY = 8  # rounds between two looks at how long exact bounds take, and for larger deviations
_CLOSED = 2.0**-24  # the relative gap at which the search ends
_APART = 1.5  # times a deviation seen, bounds leave room for another one
_QUITE_MANY, _MANY = 10**6, 10**7  # cells


class BoxDeviation:
    """A search for bounds of a's outputs less b's on a bounded domain.

    It ends when they have met but for a relative 2^-24, when ``stop`` says so, or so long before
    ``remaining`` seconds are 0 that the exact bounds can be had in time.  At ``point`` the
    deviation of ``output`` is ``lower``, the largest that was seen.  When the search is over,
    ``inexact`` is how many pieces still wait for their exact bounds.  With ``within``, it ends
    when the bounds are that small, or a deviation is larger.  Nothing but the time it takes depends
    on ``jobs``: the number of processes, or a cluster.  Raises InputError if the domain is
    unbounded, empty, or of another dimension than the networks.
    """

    def __init__(
        self,
        comparison: Comparison,
        domain: Polyhedron,
        within: fmpq | None = None,
        stop: Callable[[], bool] = lambda: False,
        remaining: Callable[[], float] = lambda: inf,
        seed: int = 0,
        jobs: Jobs = 1,
    ) -> None:
        ground = Ground.of(domain)
        if ground is None or domain.dimension != comparison.a.inputs:
            raise InputError("the domain is unbounded, empty, or of another dimension")
        box = ground.hull.box
        self.comparison, self._ground = comparison, ground
        self._within, self._stop, self._remaining = within, stop, remaining
        self.matches = nearest_neurons(comparison.a, comparison.b, _ALIKE)
        self._bench, self._jobs = Bench(comparison, self.matches, box), jobs
        self.pieces = Pieces(self._bench.cuts, box, ground.vacancy.proof)
        self._cost = 0.0  # seconds for a unit of load
        self.proposals = Proposals(self._bench.floats, ground.inside, seed)
        self.inexact = 0
        self.point, self.lower, self.output = ground.centre, fmpq(-1), 0
        self.consider(self.point)

    @staticmethod
    def suits(comparison: Comparison, domain: Polyhedron | None) -> bool:
        """Whether the domain is a bounded one on which floats hold the networks."""
        ground = Ground.of(domain)
        if ground is None:
            return False
        corners = list(chain.from_iterable(ground.hull.box))
        factors = [*comparison.scale, *comparison.shift]
        return all(floats_hold(net, factors, corners) for net in (comparison.a, comparison.b))

    @property
    def has_too_many_cells(self) -> bool:
        """Whether it is hopeless to go through all cells, as far as can be told."""
        return self._cells_at_most() > _MANY

    def _cells_at_most(self) -> int:
        """About the largest number of cells that there may be."""
        unstable, n = self.pieces.root.found.unstable, self._ground.dimension
        return sum(comb(unstable, k) for k in range(min(n, unstable) + 1))

    @property
    def estimate(self) -> float:
        """The upper bound as floats see it."""
        return self.pieces.worst.size

    def ranges(self) -> list[tuple[fmpq, fmpq]]:
        """The exact bounds of every output, where all pieces have them."""
        return self.pieces.ranges()

    def upper(self) -> fmpq:
        """The exact bound of every output's deviation."""
        return max(max(-low, high) for low, high in self.ranges())

    def run(self) -> bool:
        """Search; whether bounds are proved (of the size asked for, if one is)."""
        try:
            for _ in self.lines():
                pass
        except NotProved:
            return False
        return True

    def lines(self) -> Iterator[str]:
        """The certificate (claim ``within``); the search goes before its proof.

        Raises NotProved if there is none of the size asked for.
        """
        comparison = self.comparison
        yield from difference_certificate(
            "within", comparison.a, comparison.b, comparison.scale, comparison.shift,
            self._preliminaries(), self._steps(),
        )  # fmt: skip

    def is_refuted_at_once(self) -> bool:
        """Whether a deviation larger than the size asked for is seen before anything is cut.

        A program is asked only where there may be so many cells that going through all takes long.
        """
        self.consider(self.proposals.climbed(self.pieces.root))
        if not self._is_refuted() and self._cells_at_most() > _QUITE_MANY:
            self._take(self.proposals.programmed)
        return self._is_refuted()

    # -- the search ----------------------------------------------------------------------------

    def _search(self) -> None:
        make = partial(bench_elsewhere, self.comparison, self.matches, self.pieces.root.box)
        with hire(self._jobs, make, self._stop, self._bench) as crew:
            self._search_with(crew)

    def _search_with(self, crew: Crew) -> None:
        self.consider(self.proposals.climbed(self.pieces.root))
        while True:
            self._divide(crew)
            self._make_exact(crew)
            loose = [leaf for leaf in self.pieces.root.leaves() if not self._is_small(leaf)]
            if not loose:
                return
            if self._stop() or self._remaining() <= 0 or self._is_refuted():
                raise NotProved("the bounds asked for are not proved")
            self._cut(loose, crew)

    def _divide(self, crew: Crew) -> None:
        """Cut pieces until their bounds, in floats, are small enough or time is short."""
        rounds = 0
        while not (self._is_settled() or self._stop() or self._is_late()):
            worst = self.pieces.worst_ones(_AT_ONCE, self._enough)
            if rounds % _EVERY == 0:
                self._bound(worst[: crew.size], crew)
                self.consider(self.proposals.climbed(worst[0]))
                self._take(self.proposals.in_turn)
            rounds += 1
            self._cut(worst, crew)

    def _take(self, propose: Callable[[Pieces, float, Callable[[], bool]], Point | None]) -> None:
        """Take in what a program proposes, if the bounds leave room for a larger deviation."""
        least = to_float(self.lower if self._within is None else max(self.lower, self._within))
        if self.estimate > _APART * to_float(self.lower):
            found = propose(self.pieces, least, lambda: self._stop() or self._is_late())
            if found is not None:
                self.consider(found)

    def _cut(self, pieces: Sequence[Piece], crew: Crew) -> None:
        tasks = ((piece.box, piece.size) for piece in pieces)
        self.pieces.divide(pieces, list(crew.answers(best_cut, tasks)))

    def _is_settled(self) -> bool:
        return self._is_refuted() or self.estimate <= self._enough

    @property
    def _enough(self) -> float:
        """The bound in floats at which the search ends."""
        if self._within is not None:
            return to_float(self._within) / (1 + _CLOSED)
        return to_float(self.lower) * (1 + _CLOSED)

    def _is_refuted(self) -> bool:
        return self._within is not None and self.lower > self._within

    def _is_late(self) -> bool:
        return self._remaining() < 1.25 * self._cost * self.pieces.load + 0.25

    def _is_small(self, leaf: Piece) -> bool:
        return self._within is None or leaf.is_within(self._within)

    def _make_exact(self, crew: Crew) -> None:
        missing = [leaf for leaf in self.pieces.root.leaves() if not leaf.exact]
        self.inexact = len(missing)
        self._bound(missing, crew)

    def _bound(self, pieces: Sequence[Piece], crew: Crew) -> None:
        """Give pieces their exact bounds, and see how long it takes."""
        start = monotonic()
        for piece in pieces:
            _, exponent = frexp(piece.size)
            piece.places = max(0, _PLACES - exponent)
        found = crew.answers(exact_bounds, ((piece.box, piece.places) for piece in pieces))
        for piece, exact in zip(pieces, found, strict=True):
            self._stop()  # tells how it goes
            piece.exact = exact
            self.inexact = max(self.inexact - 1, 0)
        if pieces:
            spent = (monotonic() - start) / sum(piece.load for piece in pieces)
            self._cost = spent if self._cost == 0 else (self._cost + spent) / 2

    def consider(self, point: Point) -> None:
        """Take in a point of the domain, which may have a larger deviation."""
        sizes = [abs(difference) for difference in self.comparison.differences(point)]
        if max(sizes) > self.lower:
            self.lower, self.point = max(sizes), point
            self.output = sizes.index(self.lower)

    # -- the certificate -----------------------------------------------------------------------

    def _preliminaries(self) -> Iterator[str]:
        yield f"pairs {len(self.matches)}"
        for match in self.matches:
            yield match.line()
        yield from domain_lines(self._ground.domain)

    def _steps(self) -> Iterator[str]:
        self._search()
        yield from self._pieces_lines()
        yield " ".join(["bounds", *(str(x) for ends in self.ranges() for x in ends)])
        yield exact_point_line(f"reached {self.output}", self.point)

    def _pieces_lines(self) -> Iterator[str]:
        yield from self._ground.hull.lines()
        for piece in self.pieces.root.walk():
            if piece.vacant is not None:
                yield pairs_line("vacant", piece.vacant)
            elif piece.cut is None:
                yield f"enclosed {piece.places}"
            else:
                place, value = piece.cut
                yield f"cut {place} {value.q} {value.p}"

    # -- a search in pieces --------------------------------------------------------------------

    def question(self) -> Iterator[str]:
        """The certificate up to its proof, and the bound asked for."""
        yield str(self._within)
        yield from takewhile(lambda line: line != "proof", self.lines())

    def record(self, put: Callable[[str], object]) -> None:
        """Nothing: the steps are known at the end only."""

    def knowledge(self) -> Iterator[str]:
        """The pieces, and where the largest deviation was seen."""
        yield from self._pieces_lines()
        yield f"cells {len(self.pieces)}"
        yield exact_point_line(f"seen {self.output} upper {self.lower}", self.point)

    def go_on(self, steps: Iterator[str], knowledge: Sequence[str]) -> None:
        """Begin with the pieces of a search that was stopped; their bounds are found anew.

        Raises InputError where they are none.
        """
        nodes = (step for step in steps if not step.startswith("sum "))
        self.pieces.restore(map(_cut_of, nodes))
        for _, _, _, point in seen_points(knowledge):
            if self._ground.domain.contains(point):
                self.consider(point)


def _cut_of(step: str) -> tuple[int, fmpq] | None:
    """The input and the place of a step ``cut``."""
    word, *tokens = step.split()
    if word != "cut":
        return None
    place, q, p = map(int, tokens)
    return place, fmpq(p, q)
