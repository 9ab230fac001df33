"""Is each output of one network a multiple of the other's, plus a constant?  If nearly, which?

Two inputs at which an output of b differs fix the only scale and shift that can be right; any third
input may refute them.

>>> from exactrev import Network
>>> a = Network.dense([([[1]], [0]), ([[6]], [1])])
>>> b = Network.dense([([[1]], [0]), ([[2]], [0])])
>>> found = only_output_scale(a, b)
>>> found.scale, found.shift, found.refutation
((3,), (1,), None)
>>> only_output_scale(a, Network.dense([([[1]], [0])])).refutation is None
False
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from flint import fmpq

from exactrev.equivalence.difference import require_same_shape, sample_batches
from exactrev.equivalence.ground import Point
from exactrev.errors import DomainError
from exactrev.exact.rational import rounded
from exactrev.lp import Optimum, System, minimise
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import evaluate_batch
from exactrev.network.model import Network

_BATCHES = 12
_BITS = 50  # of a scale or shift that is only near
_PLACES = 53  # of the values that it is fitted to


@dataclass(frozen=True)
class OutputScale:
    """a's outputs may be ``scale`` times b's plus ``shift``, and nothing else; ``fixed`` are two
    inputs for each output at which this is so.

    With a ``refutation``, three inputs, no scale other than 0 and no shift are right for some
    output; the scale and shift are then some that come near.
    """

    scale: tuple[fmpq, ...]
    shift: tuple[fmpq, ...]
    fixed: tuple[tuple[Point, Point], ...]
    refutation: tuple[Point, Point, Point] | None = None


@dataclass(frozen=True)
class _Samples:
    points: list[Point]
    ours: list[tuple[fmpq, ...]]
    theirs: list[tuple[fmpq, ...]]

    @staticmethod
    def of(a: Network, b: Network, domain: Polyhedron | None, seed: int) -> _Samples:
        samples = _Samples([], [], [])
        for batch in islice(sample_batches(a, b, Random(seed), domain), _BATCHES):
            samples.points.extend(batch.columns())
            samples.ours.extend(evaluate_batch(a, batch).columns())
            samples.theirs.extend(evaluate_batch(b, batch).columns())
        return samples

    def pairs(self, output: int) -> list[tuple[fmpq, fmpq]]:
        """The values of an output of a and of b."""
        return [(f[output], g[output]) for f, g in zip(self.ours, self.theirs, strict=True)]


def only_output_scale(
    a: Network, b: Network, domain: Polyhedron | None = None, seed: int = 0
) -> OutputScale:
    """The scale and shift, output by output, that a few inputs in the domain leave possible.

    Raises InputError if the networks differ in inputs or outputs or the domain is empty.
    """
    require_same_shape(a, b)
    samples = _Samples.of(a, b, domain, seed)
    if not samples.points:
        raise DomainError("the domain is empty")
    scales, shifts, fixed = [], [], []
    refutation: tuple[Point, Point, Point] | None = None
    for output in range(a.outputs):
        pairs = samples.pairs(output)
        p, q = _two_that_differ(pairs)
        scale, shift = _line(pairs[p], pairs[q])
        wrong = [k for k, (f, g) in enumerate(pairs) if f != scale * g + shift]
        if not scale or wrong:
            r = wrong[0] if wrong else q
            refutation = (samples.points[p], samples.points[q], samples.points[r])
            scale, shift = _nearest(pairs)
        scales.append(scale)
        shifts.append(shift)
        fixed.append((samples.points[p], samples.points[q]))
    return OutputScale(tuple(scales), tuple(shifts), tuple(fixed), refutation)


def _two_that_differ(pairs: Sequence[tuple[fmpq, fmpq]]) -> tuple[int, int]:
    """Two places with different values of b's output; if there are none, of a's."""
    for side in (1, 0):
        for k, pair in enumerate(pairs):
            if pair[side] != pairs[0][side]:
                return 0, k
    return 0, 0


def _line(one: tuple[fmpq, fmpq], other: tuple[fmpq, fmpq]) -> tuple[fmpq, fmpq]:
    """The scale and shift that two values leave; a scale of 1 where they leave it open."""
    (f, g), (h, k) = one, other
    scale = (f - h) / (g - k) if g != k else fmpq(1)
    return scale, f - scale * g


def _nearest(pairs: Sequence[tuple[fmpq, fmpq]]) -> tuple[fmpq, fmpq]:
    """The scale and shift for which the largest deviation at the samples is the least, nearly."""
    rows = []
    for f, g in ((rounded(f, _PLACES), rounded(g, _PLACES)) for f, g in pairs):
        rows.append((g, fmpq(1), fmpq(1), -f))
        rows.append((-g, fmpq(-1), fmpq(1), f))
    least = minimise((fmpq(0), fmpq(0), fmpq(1), fmpq(0)), System(3, rows=tuple(set(rows))))
    if not isinstance(least, Optimum) or not least.point[0]:
        return fmpq(1), fmpq(0)
    return rounded(least.point[0], _BITS), rounded(least.point[1], _BITS)
