"""The least value against Fourier-Motzkin elimination, with every proof checked."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.errors import InputError
from exactrev.lp.certificates import Motzkin, Optimum, Unbounded
from exactrev.lp.optimum import minimise
from exactrev.lp.system import System
from tests.lp.brute_force import fraction, has_point, infimum
from tests.lp.systems import MODES, bounded, dyadics, proposals, small, systems

mode = st.sampled_from(MODES)


@settings(deadline=None, max_examples=250)
@given(systems(max_dimension=2, max_forms=5, strict=False), mode, st.booleans(), st.data())
def test_the_least_value(system: System, proposing: str, in_box: bool, data: st.DataObject) -> None:
    if in_box:
        system = bounded(system)
    entries = data.draw(st.sampled_from([small, dyadics]))
    objective = tuple(data.draw(entries) for _ in range(system.dimension + 1))
    with proposals(proposing):
        answer = minimise(objective, system)
    if isinstance(answer, Motzkin):
        assert answer.verify(system) and not has_point(system)
        return
    assert answer.verify(objective, system)
    least = infimum(objective, system)
    if isinstance(answer, Unbounded):
        assert least is None
    else:
        assert least == fraction(answer.value)


@pytest.mark.parametrize("proposing", MODES)
@pytest.mark.parametrize("dimension", [1, 3, 7])
def test_known_values(proposing: str, dimension: int) -> None:
    """The l1 ball and the simplex, whose vertices are known."""
    random = Random(dimension)
    c = [fmpq(random.randint(-99, 99), random.randint(1, 9)) for _ in range(dimension)]
    units = [[int(i == j) for i in range(dimension)] for j in range(dimension)]
    corner = System.of(
        dimension, rows=[*([*unit, 0] for unit in units), [-1] * dimension + [fmpq(5, 3)]]
    )
    with proposals(proposing):
        answer = minimise((*c, fmpq(1)), corner)
        assert isinstance(answer, Optimum) and answer.verify((*c, fmpq(1)), corner)
        assert answer.value == 1 + fmpq(5, 3) * min(0, *c, 0)
        cone = System(dimension, rows=corner.rows[:-1])
        falling = (*(-abs(a) - 1 for a in c), fmpq(0))
        ray = minimise(falling, cone)
        assert isinstance(ray, Unbounded) and ray.verify(falling, cone)
        rising = tuple(-a for a in falling)
        assert minimise(rising, cone).verify(rising, cone)  # type: ignore[arg-type, call-arg]
        everywhere = minimise((*c[:-1], fmpq(1), fmpq(0)), System(dimension))
        assert isinstance(everywhere, Unbounded)


@pytest.mark.parametrize("proposing", MODES)
def test_degenerate_programs(proposing: str) -> None:
    with proposals(proposing):
        nothing = System.of(0, rows=[[0], [2]])
        assert minimise((fmpq(3),), System(0)) == Optimum(fmpq(3), ())
        assert minimise((fmpq(3),), nothing) == Optimum(fmpq(3), (), (fmpq(0), fmpq(0)))
        flat = System.of(2, equalities=[[1, 1, -1], [2, 2, -2]])
        objective = (fmpq(3), fmpq(3), fmpq(0))
        answer = minimise(objective, flat)
        assert isinstance(answer, Optimum) and answer.value == 3
        assert answer.verify(objective, flat)
        slope = (fmpq(1), fmpq(0), fmpq(0))
        ray = minimise(slope, flat)
        assert isinstance(ray, Unbounded) and ray.verify(slope, flat)
        contradictory = System.of(2, equalities=[[1, 1, -1], [2, 2, -3]])
        assert isinstance(minimise(objective, contradictory), Motzkin)
        empty = System.of(1, rows=[[0, -1]])
        assert minimise((fmpq(0), fmpq(0)), empty) == Motzkin(rows=(fmpq(1),))
        modulus = System.of(2, equalities=[[1, 1, 0], [1, 1 << 61, 5]])  # equal modulo 2^61 - 1
        constant = (fmpq(1), fmpq(0), fmpq(0))
        answer = minimise(constant, modulus)
        assert isinstance(answer, Optimum) and answer.verify(constant, modulus)


def test_beale_s_example_does_not_cycle() -> None:
    """E. Beale (1955): Dantzig's rule returns to its first basis after six pivots."""
    system = System.of(
        4,
        rows=[
            ["-1/4", 8, 1, -9, 0],
            ["-1/2", 12, "1/2", -3, 0],
            [0, 0, -1, 0, 1],
            *([int(i == j) for i in range(4)] + [0] for j in range(4)),
        ],
    )
    objective = (fmpq(-3, 4), fmpq(20), fmpq(-1, 2), fmpq(6), fmpq(0))
    for proposing in MODES:
        with proposals(proposing):
            answer = minimise(objective, system)
        assert isinstance(answer, Optimum) and answer.verify(objective, system)
        assert answer.value == fmpq(-5, 4)


def test_strict_rows_and_other_dimensions_are_refused() -> None:
    with pytest.raises(InputError, match="closed"):
        minimise((fmpq(1), fmpq(0)), System.of(1, strict=[[1, 0]]))
    with pytest.raises(InputError, match="coefficients"):
        minimise((fmpq(1),), System(1))
