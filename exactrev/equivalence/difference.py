"""A point where two networks have different outputs: short random points first, then kinks."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from random import Random
from time import monotonic

from flint import fmpq, fmpz, fmpz_mat

from exactrev.equivalence.sampling import chords
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import Batch, evaluate_batch, preactivation_batches
from exactrev.network.model import Network

Point = tuple[fmpq, ...]

_BATCH = 32
_LINES = 8
#: So short that slopes taken over it are seldom across a kink (they are only hints).
_STEP = fmpq(1, 1 << 60)
#: Points are small integers times 2^k for these k: networks bend at very different scales.
_EXPONENTS = (0, -3, 4, -8, 10, -20, 24)


def require_same_shape(a: Network, b: Network) -> None:
    """Raises InputError unless the networks have the same numbers of inputs and of outputs."""
    if (a.inputs, a.outputs) != (b.inputs, b.outputs):
        raise InputError(
            f"networks from {a.inputs} inputs to {a.outputs} outputs and from {b.inputs} to "
            f"{b.outputs} cannot be compared"
        )


def find_difference(
    a: Network,
    b: Network,
    seed: int = 0,
    deadline: float = inf,
    domain: Polyhedron | None = None,
) -> Point | None:
    """A point where the exact outputs of a and b differ, or None if none was found.

    Tried are the origin and random points at several scales, then points on both sides of where
    neurons of either network switch along random lines; in a domain, random points in it.  None
    proves nothing.  The search ends at ``deadline`` (on the clock of time.monotonic).  Raises
    InputError if the networks differ in inputs or outputs.
    """
    require_same_shape(a, b)
    random = Random(seed)
    for batch in sample_batches(a, b, random, domain):
        if monotonic() > deadline:
            return None
        point = _first_difference(a, b, batch)
        if point is not None:
            return point
    return None


def sample_batches(
    a: Network, b: Network, random: Random, domain: Polyhedron | None = None
) -> Iterator[Batch]:
    """Points at which networks that differ are likely to show it, in a domain or anywhere."""
    if domain is not None:
        yield from chords(domain, random)
        return
    for exponent in _EXPONENTS:
        yield _random_points(a.inputs, exponent, random)
    for _ in range(_LINES):
        for network in (a, b):
            points = list(_beside_kinks(network, random))
            if points:
                yield Batch.of(points, a.inputs)


def _random_points(inputs: int, exponent: int, random: Random) -> Batch:
    """The origin, then points with integer coordinates in [-64, 64] times 2^exponent."""
    entries = [
        0 if column == 0 else random.randint(-64, 64)
        for _ in range(inputs)
        for column in range(_BATCH)
    ]
    if exponent >= 0:
        entries = [entry << exponent for entry in entries]
    denominator = fmpz(1) << max(0, -exponent)
    return Batch(fmpz_mat(inputs, _BATCH, entries), denominator)


def _beside_kinks(network: Network, random: Random) -> Iterator[Point]:
    """Points near where some neurons switch on a line, as extrapolated from one point of it."""
    scale = fmpq(2) ** random.choice(_EXPONENTS)
    start = [scale * random.randint(-64, 64) for _ in range(network.inputs)]
    direction = [fmpq(random.randint(-64, 64)) for _ in range(network.inputs)]

    def at(t: fmpq) -> Point:
        return tuple(x + t * d for x, d in zip(start, direction, strict=True))

    batches = preactivation_batches(network, Batch.of([at(fmpq(0)), at(_STEP)], network.inputs))
    kinks = []
    for batch in batches[:-1]:
        for here, ahead in zip(*batch.columns(), strict=True):
            if here != ahead:
                kinks.append(_rounded(here / (here - ahead) * _STEP))
    for kink in random.sample(kinks, min(len(kinks), _BATCH // 2)):
        yield at(kink - fmpq(1, 64))
        yield at(kink + fmpq(1, 64))


def _rounded(t: fmpq) -> fmpq:
    """A nearby multiple of 2^-8, so that the witness stays short."""
    return fmpq((t * 256).floor(), 256)


def _first_difference(a: Network, b: Network, batch: Batch) -> Point | None:
    ours, theirs = evaluate_batch(a, batch), evaluate_batch(b, batch)
    gap = ours.numerators * theirs.denominator - theirs.numerators * ours.denominator
    points = gap.ncols()
    differing = [place % points for place, entry in enumerate(gap.entries()) if entry]
    return batch.columns()[min(differing)] if differing else None
