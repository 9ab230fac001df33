"""Random exact points of a polyhedron: on chords through a point inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from flint import fmpq

from exactrev.domain.flatten import Flat, flatten
from exactrev.lp.certificates import Motzkin
from exactrev.lp.feasibility import interior_point
from exactrev.lp.polyhedron import Polyhedron, value
from exactrev.network.evaluation import Batch

_CHORDS = 24
#: Where on a chord points are taken, as shares of the way from its middle point to its end.
_SHARES = (fmpq(1, 64), fmpq(1, 4), fmpq(5, 8), fmpq(15, 16))
_FAR = fmpq(64)  # the end of a chord that has none


def chords(domain: Polyhedron, random: Random) -> Iterator[Batch]:
    """Batches of points of the domain, the first a single one; none if the domain is empty."""
    found = interior_point(domain.dimension, domain.rows)
    if isinstance(found, Motzkin):
        yield from _flat_chords(domain, random)
    else:
        yield from _chords(domain, tuple(found), random)


def _flat_chords(domain: Polyhedron, random: Random) -> Iterator[Batch]:
    """The same, of a domain without interior points."""
    flat = flatten(domain)
    if isinstance(flat, Flat):
        for batch in _chords(flat.domain, flat.inside, random):
            yield Batch.of([flat.lifted(point) for point in batch.columns()], domain.dimension)


def _chords(domain: Polyhedron, middle: Sequence[fmpq], random: Random) -> Iterator[Batch]:
    yield Batch.of([middle], domain.dimension)
    for _ in range(_CHORDS):
        direction = [fmpq(random.randint(-64, 64)) for _ in middle]
        back = [-d for d in direction]
        ends = [_length(domain, middle, direction), -_length(domain, middle, back)]
        yield Batch.of(
            [
                [x + share * end * d for x, d in zip(middle, direction, strict=True)]
                for end in ends
                for share in _SHARES
            ],
            domain.dimension,
        )


def _length(domain: Polyhedron, start: Sequence[fmpq], direction: Sequence[fmpq]) -> fmpq:
    """The largest t, up to a limit, for which start + t direction is in the domain."""
    length = _FAR
    for row in domain.rows:
        slope = value((*row[:-1], fmpq(0)), direction)
        if slope < 0:
            length = min(length, -value(row, start) / slope)
    return length
