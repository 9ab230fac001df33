"""The same questions to z3 (exact) and to cvxpy with HiGHS (floats)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from flint import fmpq

from exactrev.lp.certificates import Optimum, Point
from exactrev.lp.feasibility import solve
from exactrev.lp.optimum import minimise
from exactrev.lp.system import System
from tests.lp.systems import MODES, bounded, proposals


def integer_system(random: Random, dimension: int, strict: bool) -> System:
    """A system that is feasible about as often as not, with rows that depend on others."""
    shift = random.randint(-3, 6)
    rows = [
        [random.randint(-4, 4) for _ in range(dimension)] + [shift + random.randint(-2, 2)]
        for _ in range(2 * dimension + 2)
    ]
    rows += [[a - b for a, b in zip(rows[0], rows[1], strict=True)]]
    equalities = rows[2:3] if random.randint(0, 2) == 0 else []
    kinds = [row for row in rows if random.randint(0, 1)]
    rest = [row for row in rows if row not in kinds]
    return System.of(dimension, kinds if strict else (), rest, equalities)


@pytest.mark.parametrize("proposing", MODES)
def test_z3_agrees_on_feasibility(proposing: str) -> None:
    z3 = pytest.importorskip("z3")
    random = Random(7)
    outcomes = set()
    for trial in range(40):
        system = integer_system(random, 2 + trial % 5, strict=True)
        unknowns = [z3.Real(f"x{j}") for j in range(system.dimension)]

        def form(row: tuple[fmpq, ...], unknowns: list[Any] = unknowns) -> Any:
            terms = [z3.Q(int(a.p), int(a.q)) * x for a, x in zip(row, unknowns, strict=False)]
            return z3.Sum(*terms) + z3.Q(int(row[-1].p), int(row[-1].q))

        solver = z3.Solver()
        solver.add(*(form(row) > 0 for row in system.strict))
        solver.add(*(form(row) >= 0 for row in system.rows))
        solver.add(*(form(row) == 0 for row in system.equalities))
        with proposals(proposing):
            answer = solve(system)
        assert answer.verify(system)
        assert isinstance(answer, Point) == (solver.check() == z3.sat)
        outcomes.add(type(answer))
    assert len(outcomes) == 2


def test_cvxpy_agrees_on_the_least_value() -> None:
    cp = pytest.importorskip("cvxpy")
    random = Random(11)
    outcomes = set()
    for trial in range(25):
        n = 2 + trial % 6
        system = integer_system(random, n, strict=False)
        if trial % 2:
            system = bounded(system)
        objective = tuple(fmpq(random.randint(-5, 5)) for _ in range(n + 1))
        answer = minimise(objective, system)
        x = cp.Variable(n)

        def side(row: tuple[fmpq, ...], x: Any = x) -> Any:
            numbers = [float(a.p) / float(a.q) for a in row]
            return numbers[:-1] @ x + numbers[-1]

        constraints = [side(row) >= 0 for row in system.rows]
        constraints += [side(row) == 0 for row in system.equalities]
        problem = cp.Problem(cp.Minimize(side(objective)), constraints)
        problem.solve(solver=cp.HIGHS)
        expected = {"Optimum": "optimal", "Unbounded": "unbounded", "Motzkin": "infeasible"}
        kind = type(answer).__name__
        assert problem.status in (expected[kind], "infeasible_or_unbounded")
        if isinstance(answer, Optimum):
            assert problem.value == pytest.approx(float(answer.value.p) / float(answer.value.q))
        outcomes.add(kind)
    assert len(outcomes) == 3
