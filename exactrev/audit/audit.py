"""Everything that is proved of a victim and its extraction on a domain, in one value.

>>> from exactrev import Network, Polyhedron
>>> relu, line = Network.dense([([[1]], [0]), ([[1]], [0])]), Network.dense([([["1/2"]], ["1/3"])])
>>> found = audit(relu, line, Polyhedron.box(-1, 1, 1))
>>> found.verdict, found.claim, str(found.lower), str(found.upper), [str(x) for x in found.worst]
('different', 'within', '1/3', '1/3', ['0'])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import inf

from flint import fmpq

from exactrev.audit.matching import Matching, nearest_matching
from exactrev.bounds import BoxDeviation, box_at_once
from exactrev.crews import Jobs
from exactrev.equivalence import Comparison, Deviation, Equivalence, compare_structure
from exactrev.equivalence.covering import discard, is_proved
from exactrev.equivalence.decide import differing
from exactrev.equivalence.ground import Point
from exactrev.equivalence.heaviest import Carrier
from exactrev.equivalence.output_scale import only_output_scale
from exactrev.equivalence.straight_rays import Escape
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network

#: Takes the lines of a certificate; they must all be taken.
Write = Callable[[Iterator[str]], object]

#: Gives the context in which a search is done.
Around = Callable[[Deviation | BoxDeviation], AbstractContextManager[object]]

#: The least and the greatest value of an output's difference; None where nothing is known.
Range = tuple[fmpq | None, fmpq | None]

_CARRIERS = 8


@dataclass(frozen=True)
class Audit:
    """What is known of the difference of victim and extraction, first less second.

    ``lower`` is the largest deviation of an output that was seen, at the input ``worst``; ``upper``
    is a proved bound of all, None where none was found, and ``ranges`` are proved if it is not.
    With a ``ray`` there is no bound.  ``claim`` is the kind of the certificate, None if there is
    none; ``scaled`` says that the extraction's outputs were fitted first.
    """

    comparison: Comparison
    domain: Polyhedron | None
    scaled: bool
    verdict: str
    matching: Matching
    lower: fmpq
    upper: fmpq | None
    ranges: tuple[Range, ...]
    worst: Point | None = None
    ray: Escape | None = None
    carriers: tuple[Carrier, ...] = ()
    cells: int = 0
    claim: str | None = None

    @property
    def victim(self) -> Network:
        """The first network."""
        return self.comparison.a

    @property
    def extraction(self) -> Network:
        """The second network, as given."""
        return self.comparison.b


def audit(
    victim: Network,
    extraction: Network,
    domain: Polyhedron | None = None,
    up_to_output_scale: bool = False,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
    write: Write | None = None,
    around: Around = nullcontext,
    remaining: Callable[[], float] = lambda: inf,
    jobs: Jobs = 1,
) -> Audit:
    """Compare them on a domain (default R^n); the certificate's lines are given to ``write``.

    The search is done inside what ``around`` makes of it.  Once ``stop`` says so, or ``remaining``
    seconds are 0, what is known is returned; it does not depend on ``jobs``: the number
    of processes, or a cluster.  Raises InputError if the networks differ in inputs or outputs or if
    the domain is empty or of another dimension.
    """
    if up_to_output_scale:
        fitted = only_output_scale(victim, extraction, domain, seed)
        comparison = Comparison.of(victim, extraction, fitted.scale, fitted.shift)
        box = _box_search(comparison, domain, stop, remaining, seed, jobs)
        if box is not None:
            return _on_box(box, domain, True, write, around)
        return _searched(comparison, domain, True, None, stop, write, around, jobs)
    known = compare_structure(victim, extraction, seed, domain=domain)
    comparison = Comparison.of(victim, extraction)
    if known.verdict in ("isomorphic", "equal"):
        return _same(known, comparison, domain, write)
    box = _box_search(comparison, domain, stop, remaining, seed, jobs)
    if box is not None:
        return _on_box(box, domain, False, write, around)
    return _searched(comparison, domain, False, known.witness, stop, write, around, jobs)


def _same(
    known: Equivalence, comparison: Comparison, domain: Polyhedron | None, write: Write | None
) -> Audit:
    """The networks are the same function, as their weights show."""
    lines = known.certificate()
    assert lines is not None
    if write is not None:
        write(lines)
    isomorphism = known.isomorphism if known.reduced is None else None
    matching = nearest_matching(comparison.a, comparison.b, isomorphism)
    claim, zero = known.verdict, fmpq(0)
    ranges = ((zero, zero),) * comparison.a.outputs
    return Audit(
        comparison, domain, False, known.verdict, matching, zero, zero, ranges, claim=claim
    )


def _box_search(
    comparison: Comparison,
    domain: Polyhedron | None,
    stop: Callable[[], bool],
    remaining: Callable[[], float],
    seed: int,
    jobs: Jobs,
) -> BoxDeviation | None:
    """A search by bounds over boxes, where the domain is bounded and has too many cells."""
    if domain is None or not BoxDeviation.suits(comparison, domain):
        return None
    search = BoxDeviation(comparison, domain, None, stop, remaining, seed, jobs)
    return search if search.has_too_many_cells else None


def _on_box(
    search: BoxDeviation,
    domain: Polyhedron | None,
    scaled: bool,
    write: Write | None,
    around: Around,
) -> Audit:
    """Bounds from below and from above."""
    comparison = search.comparison
    with around(search):
        proved = is_proved(search.lines(), write or discard)
    matching = nearest_matching(
        comparison.a, comparison.b, scale=comparison.scale, shift=comparison.shift
    )
    upper = search.upper() if proved else None
    verdict = "different" if search.lower else "equal" if upper == 0 else "unknown"
    ranges: tuple[Range, ...] = tuple(search.ranges()) if proved else ()
    return Audit(
        comparison, domain, scaled, verdict, matching, search.lower, upper, ranges, search.point,
        cells=len(search.pieces), claim="within" if proved else None,
    )  # fmt: skip


def _searched(
    comparison: Comparison,
    domain: Polyhedron | None,
    scaled: bool,
    witness: Point | None,
    stop: Callable[[], bool],
    write: Write | None,
    around: Around,
    jobs: Jobs,
) -> Audit:
    """The verdict of a search for the exact deviation."""
    search = Deviation(comparison, domain, stop=stop, jobs=jobs)
    with around(search):
        proved = search.run(write or discard)
    box = None if proved or search.escape is not None else box_at_once(search, domain)
    if box is not None:
        return _on_box(box, domain, scaled, write, nullcontext)
    matching = nearest_matching(
        comparison.a, comparison.b, scale=comparison.scale, shift=comparison.shift
    )
    lower, worst = _largest(search, witness)
    verdict = "different" if lower else "equal" if proved else "unknown"
    claim = "within" if proved else None
    if search.escape is not None:
        verdict, claim = "different", "unbounded"
        worst = search.beyond(lower)
        lower = max(map(abs, comparison.differences(worst)))
        _write(write, search.escape_certificate())
    elif not proved and lower and comparison.is_plain and worst is not None:
        claim = "different"
        _write(write, differing(comparison.a, comparison.b, worst).certificate() or iter(()))
    return Audit(
        comparison,
        domain,
        scaled,
        verdict,
        matching,
        lower,
        lower if proved else None,
        tuple(search.ranges()),
        worst,
        search.escape,
        tuple(search.carriers(_CARRIERS)) if search.escape is None else (),
        search.cells,
        claim,
    )


def _write(write: Write | None, lines: Iterator[str]) -> None:
    if write is not None:
        write(lines)


def _largest(search: Deviation, witness: Point | None) -> tuple[fmpq, Point | None]:
    """The largest deviation seen, and where."""
    level = search.attained()
    points = [x for x in (None if level is None else level.point, witness) if x is not None]
    if not points:
        return fmpq(0), None
    sizes = [max(map(abs, search.comparison.differences(point))) for point in points]
    best = max(sizes)
    return best, points[sizes.index(best)]
