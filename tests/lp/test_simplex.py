"""The simplex method from bases that are feasible in no sense: every end proves itself."""

from __future__ import annotations

from itertools import islice
from random import Random

from flint import fmpq, fmpz
from hypothesis import given
from hypothesis import strategies as st

from exactrev.lp.basis import Basis
from exactrev.lp.dual_simplex import Infeasible
from exactrev.lp.primal_simplex import Descent
from exactrev.lp.program import Program, Row, pins_at
from exactrev.lp.simplex import simplex

entries = st.integers(-3, 3).map(fmpz)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs of all kinds, many of them degenerate, infeasible or without an optimum."""
    unknowns = draw(st.integers(1, 4))
    row = st.tuples(*[entries] * (unknowns + 1))
    rows = draw(st.lists(row.filter(lambda r: any(r[:-1])), max_size=8))
    equalities = draw(st.integers(0, min(2, len(rows))))
    return Program(
        tuple(rows[equalities:]),
        tuple(rows[:equalities]),
        pins_at([fmpq(0)] * unknowns, unknowns),
        draw(st.tuples(*[entries] * unknowns)),
    )


def combined(program: Program, multipliers: dict[int, fmpq]) -> list[fmpq]:
    width = program.unknowns + 1
    rows = program.rows
    return [sum((y * rows[k][j] for k, y in multipliers.items()), fmpq(0)) for j in range(width)]


def value(row: Row, point: tuple[fmpq, ...]) -> fmpq:
    return sum((a * x for a, x in zip(row, point, strict=False)), fmpq(row[-1]))


def constraints(program: Program) -> tuple[Row, ...]:
    return (*program.inequalities, *program.equalities)


def assert_signs(program: Program, multipliers: dict[int, fmpq]) -> None:
    for k, y in multipliers.items():
        assert y >= 0 or not program.is_inequality(k)
        assert y == 0 or not program.is_pin(k)


def assert_feasible(program: Program, point: tuple[fmpq, ...]) -> None:
    assert all(value(row, point) >= 0 for row in program.inequalities)
    assert all(value(row, point) == 0 for row in program.equalities)


@given(programs(), st.randoms(use_true_random=False))
def test_from_any_basis_to_an_end_that_proves_itself(program: Program, random: Random) -> None:
    order = random.sample(range(len(program.inequalities)), len(program.inequalities))
    start = Basis.of(program, program.independent(order))
    *_, last = simplex(start)
    if isinstance(last, Infeasible):
        assert_signs(program, last.multipliers)
        *coefficients, constant = combined(program, last.multipliers)
        assert not any(coefficients)
        assert constant < 0
    elif isinstance(last, Descent):
        assert_feasible(program, last.point)
        rays = [value((*row[:-1], fmpz(0)), last.ray) for row in constraints(program)]
        assert min(rays, default=0) >= 0
        assert not any(rays[len(program.inequalities) :])
        assert value((*program.objective, fmpz(0)), last.ray) < 0
    else:
        assert last.program is program
        assert_feasible(program, last.vertex.entries)
        multipliers = dict(zip(last.members, last.multipliers, strict=True))
        assert_signs(program, multipliers)
        assert combined(program, multipliers)[:-1] == list(program.objective)


def cube(objective: list[int]) -> Program:
    """0 <= x_j <= 1: the rows x_j, then the rows 1 - x_j."""
    n = len(objective)
    low = [tuple(fmpz(int(i == j)) for i in range(n + 1)) for j in range(n)]
    high = [tuple(fmpz(1 if i == n else -int(i == j)) for i in range(n + 1)) for j in range(n)]
    pins = pins_at([fmpq(0)] * n, n)
    return Program((*low, *high), (), pins, tuple(map(fmpz, objective)))


def test_one_wrong_multiplier_takes_one_pivot() -> None:
    program = cube([1] * 19 + [-1])
    start = Basis.of(program, tuple(range(20)))
    assert not start.is_dual_feasible
    first, second = simplex(start)
    assert isinstance(first, Basis) and isinstance(second, Basis)
    assert first.members == start.members
    assert second.members == (*range(19), 39)
    assert second.is_dual_feasible


def test_neither_feasible_nor_dual_feasible() -> None:
    program = cube([1, 2, -3])
    beyond = (fmpz(-1), fmpz(-1), fmpz(-1), fmpz(2))  # cuts off the corner where all are 1
    program = Program((*program.inequalities, beyond), (), program.pins, program.objective)
    start = Basis.of(program, (3, 4, 5))
    assert not start.is_dual_feasible
    assert any(v < 0 for v in start.values[:7])
    *_, last = simplex(start)
    assert isinstance(last, Basis)
    assert last.vertex.entries == (0, 0, 1)


def test_without_wrong_multipliers_is_for_another_objective() -> None:
    start = Basis.of(cube([2, -3]), (0, 1))
    right = start.without_wrong_multipliers()
    assert right.is_dual_feasible
    assert right.program.objective == (2, 0)
    assert right.multipliers == (2, 0)
    assert not start.is_dual_feasible


def test_the_caller_may_stop_before_the_end() -> None:
    start = Basis.of(cube([-1] * 6), tuple(range(6)))
    assert [b.is_dual_feasible for b in islice(simplex(start), 3) if isinstance(b, Basis)] == [
        False
    ] * 3
