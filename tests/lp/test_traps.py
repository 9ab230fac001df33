"""Systems on which floats are wrong, each with the answer that its construction gives it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from flint import fmpq

from exactrev.lp.certificates import Point
from exactrev.lp.feasibility import interior_point, solve
from exactrev.lp.polyhedron import Form, value
from exactrev.lp.system import System
from tests.lp.systems import MODES, bounded, proposals

Trap = tuple[str, System, bool]


def form(random: Random, dimension: int, bits: int = 53) -> Form:
    return tuple(
        fmpq(random.getrandbits(bits) - (1 << bits - 1), 1 << bits - 2)
        for _ in range(dimension + 1)
    )


def around(forms: list[Form], point: list[fmpq]) -> tuple[Form, ...]:
    """The forms or their negatives, so that all are >= 0 at the point."""
    return tuple(f if value(f, point) >= 0 else tuple(-a for a in f) for f in forms)


def through(f: Form, point: list[fmpq]) -> Form:
    return (*f[:-1], f[-1] - value(f, point))


def slabs(random: Random, dimension: int) -> Iterator[Trap]:
    """0 < a.x + b < width, cut by rows that hold at a point of it."""
    point = [fmpq(random.randint(-99, 99), 64) for _ in range(dimension)]
    others = around([form(random, dimension) for _ in range(2 * dimension)], point)
    low = through(form(random, dimension), point)
    for exponent in (60, 200):
        for width, feasible in ((1, True), (0, False), (-1, False)):
            high = (*(-a for a in low[:-1]), fmpq(width, 1 << exponent) - low[-1])
            inside = System(dimension, strict=(low, high, *others))
            yield f"slab of width {width}/2^{exponent}", inside, feasible
            thin = System(dimension, rows=(low, high, *others))
            yield f"closed slab of width {width}/2^{exponent}", thin, width >= 0


def cones(random: Random, dimension: int) -> Iterator[Trap]:
    """Rows through one point: the best relief is exactly 0, or the cone has an interior."""
    apex = [fmpq(random.randint(-9, 9), 4) for _ in range(dimension)]
    inside = [x + fmpq(random.randint(1, 99), 1 << 40) for x in apex]
    rows = around([through(form(random, dimension), apex) for _ in range(dimension + 3)], inside)
    yield "cone", System(dimension, strict=rows), True
    total = tuple(-sum((row[j] for row in rows), fmpq(0)) for j in range(dimension + 1))
    yield "cone without interior", System(dimension, strict=(*rows, total)), False
    yield "cone that is its apex", System(dimension, rows=(*rows, total)), True
    yield "the apex is not strict", System(dimension, strict=rows[:1], rows=(*rows, total)), False
    moved = (*total[:-1], total[-1] - fmpq(1, 1 << 200))
    yield "cone and a row just beyond", System(dimension, rows=(*rows, moved)), False


def scaled(random: Random, dimension: int) -> Iterator[Trap]:
    """Rows times 10^k and 2^-300, small coefficients, repeated and zero rows."""
    point = [fmpq(random.randint(-99, 99), 64) for _ in range(dimension)]
    rows = around([form(random, dimension) for _ in range(2 * dimension)], point)
    factors = [fmpq(10) ** 12, 1 / fmpq(10) ** 12, 1 / fmpq(2) ** 300, fmpq(2) ** 300]
    wild = tuple(
        tuple(factor * a for a in row)
        for row, factor in zip(rows, random.choices(factors, k=len(rows)), strict=True)
    )
    nothing = (*[fmpq(0)] * dimension, fmpq(0))
    constant = (*[fmpq(0)] * dimension, 1 / fmpq(2) ** 400)
    yield "scaled rows", System(dimension, strict=(*wild, *rows)), True
    opposite = tuple(-a for a in wild[0])
    yield "opposite rows", System(dimension, strict=(*wild, opposite)), False
    yield "a zero row", System(dimension, strict=(*rows, nothing)), False
    yield "a zero row that may be 0", System(dimension, strict=rows, rows=(nothing,)), True
    yield "a tiny constant", System(dimension, strict=(*rows, constant)), True
    negative = tuple(-a for a in constant)
    yield "a tiny negative constant", System(dimension, rows=(*rows, negative)), False
    yield "an equality 0 = tiny", System(dimension, equalities=(constant,)), False
    small = (fmpq(1), *[fmpq(1, 10**10)] * (dimension - 1), fmpq(0))  # HiGHS drops the 1e-10
    far = (fmpq(-1), *[fmpq(1, 10**10)] * (dimension - 1), fmpq(-1))
    yield "small coefficients matter", System(dimension, strict=(small, far)), dimension > 1
    column = tuple((row[0] / fmpq(2) ** 300, *row[1:]) for row in rows)
    moved = tuple(through(c, point) for c in column)
    shifted = tuple((*m[:-1], m[-1] + 1) for m in moved)
    yield "a column of small coefficients", System(dimension, strict=shifted), True


def flat(random: Random, dimension: int) -> Iterator[Trap]:
    """Domains of lower dimension, and equalities that repeat or contradict each other."""
    point = [fmpq(random.randint(-99, 99), 64) for _ in range(dimension)]
    plane = through(form(random, dimension), point)
    double = tuple(fmpq(10) ** 9 * a for a in plane)
    beside = (*double[:-1], double[-1] + 1 / fmpq(2) ** 200)
    opposite = tuple(-a for a in plane)
    others = around([form(random, dimension) for _ in range(dimension)], point)
    yield "a plane as two rows", System(dimension, rows=(plane, opposite, *others)), True
    yield "a plane", System(dimension, strict=others, equalities=(plane, double)), True
    yield "two planes", System(dimension, equalities=(plane, beside)), False
    yield "off the plane", System(dimension, strict=(plane,), equalities=(double,)), False
    coordinates = tuple(
        (*[fmpq(int(i == j)) for i in range(dimension)], -x) for j, x in enumerate(point)
    )
    yield "one point", System(dimension, strict=others, equalities=coordinates), True
    outside = tuple(-a for a in others[0])
    yield "not that point", System(dimension, rows=(outside,), equalities=coordinates), False
    prime = (1 << 61) - 1  # the one that independence is tested with
    if dimension > 1:
        rest = [fmpq(0)] * (dimension - 2)
        alike = ((fmpq(1), fmpq(1), *rest, fmpq(0)), (fmpq(1), fmpq(1 + prime), *rest, fmpq(5)))
        yield "equal modulo the prime", System(dimension, equalities=alike), True
    sliver = System.of(
        dimension, strict=[[0] * (dimension - 1) + [prime, 0], [0] * (dimension - 1) + [-prime, 1]]
    )
    yield "a sliver of prime width", sliver, True


def traps() -> Iterator[Trap]:
    for dimension in (1, 2, 5):
        for kind in (slabs, cones, scaled, flat):
            for name, system, feasible in kind(Random(dimension), dimension):
                yield f"{name}, n={dimension}", system, feasible


ALL = list(traps())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trap", ALL, ids=[name for name, _, _ in ALL])
def test_trap(trap: Trap, mode: str) -> None:
    _, system, feasible = trap
    with proposals(mode):
        answer = solve(system)
        assert answer.verify(system)
        assert isinstance(answer, Point) == feasible
        boxed = bounded(system, 1 << 20)
        answer = solve(boxed)
        assert answer.verify(boxed)
        if not feasible:
            assert not isinstance(answer, Point)


@pytest.mark.parametrize("mode", MODES)
def test_unbounded_and_far_away(mode: str) -> None:
    far = fmpq(10) ** 40
    with proposals(mode):
        for n in (1, 4):
            rows = [(*[fmpq(int(i == j)) for i in range(n)], -far * (j + 1)) for j in range(n)]
            answer = interior_point(n, rows)
            assert isinstance(answer, Point)
            assert all(x > far * (j + 1) for j, x in enumerate(answer.coordinates))


@pytest.mark.parametrize("mode", MODES)
def test_more_rows_and_dimensions(mode: str) -> None:
    random = Random(5)
    with proposals(mode):
        for n, m in ((6, 20), (9, 20)):
            rows = [form(random, n) for _ in range(m)]
            point = [fmpq(random.randint(-9, 9), 8) for _ in range(n)]
            for chosen in (tuple(rows), around(rows, point)):
                answer = interior_point(n, chosen)
                assert answer.verify(System(n, strict=chosen))
            assert isinstance(answer, Point)
