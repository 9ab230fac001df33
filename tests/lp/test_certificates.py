"""What is refused as a proof: every answer, changed a little."""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from exactrev.lp.certificates import Motzkin, Nonnegative, Optimum, Point, Unbounded
from exactrev.lp.system import System

ONE = fmpq(1)
# x > 0, 1 - x - y >= 0, y >= 0, z = 1
SYSTEM = System.of(
    3, strict=[[1, 0, 0, 0]], rows=[[-1, -1, 0, 1], [0, 1, 0, 0]], equalities=[[0, 0, 1, -1]]
)
CLOSED = replace(SYSTEM, strict=())
# x > 0 and -x >= 0, and the same with -x - 1
EMPTY = System.of(1, strict=[[1, 0]], rows=[[-1, 0], [-1, -1]])


def test_points() -> None:
    assert Point((fmpq(1, 2), fmpq(1, 2), ONE)).verify(SYSTEM)
    assert not Point((fmpq(0), fmpq(0), ONE)).verify(SYSTEM)
    assert Point((fmpq(0), fmpq(0), ONE)).verify(CLOSED)
    assert not Point((ONE, fmpq(1, 9), ONE)).verify(SYSTEM)
    assert not Point((fmpq(1, 2), fmpq(0), fmpq(2))).verify(SYSTEM)
    assert not Point((fmpq(1, 2), fmpq(0))).verify(SYSTEM)


def test_motzkin() -> None:
    zero, two = fmpq(0), fmpq(2)
    assert Motzkin((ONE,), (ONE, zero)).verify(EMPTY)
    assert Motzkin((ONE,), (zero, ONE)).verify(EMPTY)
    closed = System(1, rows=(*EMPTY.rows, *EMPTY.strict))
    assert not Motzkin((), (ONE, zero, ONE)).verify(closed)  # 0 without a strict row
    assert Motzkin((), (zero, ONE, ONE)).verify(closed)
    assert not Motzkin((ONE,), (two, zero)).verify(EMPTY)  # -x is left
    assert not Motzkin((-ONE,), (-ONE, zero)).verify(EMPTY)
    assert not Motzkin((zero,), (zero, zero)).verify(EMPTY)
    assert not Motzkin().verify(EMPTY)
    assert not Motzkin((ONE,), (ONE,)).verify(EMPTY)
    assert not Motzkin((ONE, ONE), (ONE, zero)).verify(EMPTY)
    positive = System.of(1, strict=[[0, 1]])
    assert not Motzkin((ONE,)).verify(positive)
    free = System.of(1, equalities=[[0, 1]])
    assert Motzkin(equalities=(-ONE,)).verify(free)
    assert not Motzkin(equalities=(ONE,)).verify(free)


def test_signs() -> None:
    form = (fmpq(3), ONE, ONE, ONE)  # 3 x + y + (z - 1) + 2
    proof = Nonnegative((fmpq(3),), (fmpq(0), ONE), (ONE,), fmpq(2))
    assert proof.verify(form, SYSTEM)
    assert (proof.multipliers, proof.equality_multipliers) == ((3, 0, 1), (1,))
    assert not replace(proof, constant=fmpq(3)).verify(form, SYSTEM)
    assert not replace(proof, strict=(fmpq(0),)).verify(form, SYSTEM)
    assert not replace(proof, strict=()).verify(form, SYSTEM)
    assert not proof.verify((*form[:-1], fmpq(-2)), SYSTEM)
    assert not replace(proof, constant=-ONE).verify((*form[:-1], fmpq(-2)), SYSTEM)
    assert not proof.verify(form[1:], SYSTEM)
    half = System(1, strict=((ONE, fmpq(0)),), equalities=((fmpq(0), ONE),))
    assert not Nonnegative((-ONE,), (), (fmpq(0),)).verify((-ONE, fmpq(0)), half)
    line = System(1, equalities=((ONE, fmpq(0)),))
    assert Nonnegative((), (), (-ONE,)).verify((-ONE, fmpq(0)), line)


def test_optima() -> None:
    objective = (fmpq(0), -ONE, fmpq(0), fmpq(0))
    closed = replace(CLOSED, rows=(*CLOSED.rows, *SYSTEM.strict))
    proof = Optimum(-ONE, (fmpq(0), ONE, ONE), (ONE, fmpq(0), ONE), (fmpq(0),))
    assert proof.verify(objective, closed)
    assert not replace(proof, value=fmpq(-2)).verify(objective, closed)
    assert not replace(proof, point=(fmpq(0), fmpq(2), ONE)).verify(objective, closed)
    assert not replace(proof, point=(fmpq(0), fmpq(1, 2), ONE)).verify(objective, closed)
    assert not replace(proof, rows=(ONE, fmpq(0), fmpq(0))).verify(objective, closed)
    assert not proof.verify((fmpq(0), ONE, fmpq(0), fmpq(0)), closed)
    assert not proof.verify(objective, replace(closed, strict=SYSTEM.strict))


def test_rays() -> None:
    objective = (ONE, fmpq(0), fmpq(0), fmpq(0))
    start = (fmpq(-1), fmpq(0), ONE)
    proof = Unbounded(start, (-ONE, ONE, fmpq(0)))
    assert proof.verify(objective, CLOSED)
    assert not replace(proof, point=(ONE, ONE, ONE)).verify(objective, CLOSED)
    assert not replace(proof, ray=(-ONE, fmpq(2), fmpq(0))).verify(objective, CLOSED)
    assert not replace(proof, ray=(-ONE, fmpq(0), ONE)).verify(objective, CLOSED)
    assert not replace(proof, ray=(fmpq(0), fmpq(0), fmpq(0))).verify(objective, CLOSED)
    assert not replace(proof, ray=(-ONE,)).verify(objective, CLOSED)
    assert not proof.verify((-ONE, fmpq(0), fmpq(0), fmpq(0)), CLOSED)
    assert not proof.verify(objective, SYSTEM)
