"""What a linear system says, against elimination with Fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.exact.linear import LinearSystem, is_zero, matrix_rows, row_vector, stack
from tests.recovery.reference import fraction, rank, rational

numbers = st.one_of(
    st.integers(-2, 2).map(Fraction),
    st.fractions(-3, 3, max_denominator=5),
    st.builds(Fraction, st.integers(-(1 << 60), 1 << 60), st.just(1 << 53)),
)
Equation = tuple[list[Fraction], Fraction]


@st.composite
def systems(draw: st.DrawFn) -> tuple[int, list[Equation]]:
    """Equations, some of which follow from others and some of which contradict them."""
    unknowns: int = draw(st.integers(1, 5))
    rows = st.tuples(st.lists(numbers, min_size=unknowns, max_size=unknowns), numbers)
    equations = draw(st.lists(rows, max_size=5))
    for _ in range(draw(st.integers(0, 3)) if equations else 0):
        a, b = (draw(st.sampled_from(equations)) for _ in range(2))
        c = draw(numbers)
        combined = [x + c * y for x, y in zip(a[0], b[0], strict=True)]
        equations.append((combined, a[1] + c * b[1] + draw(st.sampled_from([0, 0, 1]))))
    return unknowns, draw(st.permutations(equations))


def add(system: LinearSystem, equation: Equation) -> bool:
    return system.add([*map(rational, equation[0])], rational(equation[1]))


def solvable(equations: Sequence[Equation]) -> bool:
    return rank([a for a, _ in equations]) == rank([[*a, b] for a, b in equations])


def determined(kept: Sequence[Equation], form: Sequence[Fraction]) -> bool:
    """Whether all solutions agree on the form: it lies in the span of the left-hand sides."""
    left = [a for a, _ in kept]
    return not any(form) or rank([*left, form]) == rank(left)


def taken(unknowns: int, equations: Sequence[Equation]) -> tuple[LinearSystem, list[Equation]]:
    """The system with every equation offered, and those that ought to be in it."""
    system = LinearSystem(unknowns)
    kept: list[Equation] = []
    for equation in equations:
        fits = solvable([*kept, equation])
        assert add(system, equation) == fits
        if fits:
            kept.append(equation)
        assert system.rank == rank([a for a, _ in kept])
    return system, kept


@settings(deadline=None)
@given(systems(), st.data())
def test_values_are_those_that_all_solutions_share(
    drawn: tuple[int, list[Equation]], data: st.DataObject
) -> None:
    unknowns, equations = drawn
    system, kept = taken(unknowns, equations)
    form = data.draw(st.lists(numbers, min_size=unknowns, max_size=unknowns))
    if kept and data.draw(st.booleans()):  # one that is determined
        a, b = (data.draw(st.sampled_from(kept))[0] for _ in range(2))
        form = [x - 3 * y for x, y in zip(a, b, strict=True)]
    value = system.value([*map(rational, form)])
    assert (value is not None) == determined(kept, form)
    if value is not None:
        assert solvable([*kept, (form, fraction(value))])
        assert not solvable([*kept, (form, fraction(value) + 1)])


@settings(deadline=None)
@given(systems())
def test_a_unit_is_the_value_of_a_variable(drawn: tuple[int, list[Equation]]) -> None:
    unknowns, equations = drawn
    system, kept = taken(unknowns, equations)
    for i in range(unknowns):
        form = [Fraction(k == i) for k in range(unknowns)]
        assert system.unit(i) == system.value([*map(rational, form)])
        assert (system.unit(i) is not None) == determined(kept, form)


@settings(deadline=None)
@given(systems())
def test_the_rows_say_the_same_as_the_equations(drawn: tuple[int, list[Equation]]) -> None:
    unknowns, equations = drawn
    system, kept = taken(unknowns, equations)
    rows = [[fraction(x) for x in row] for row in system.rows()]
    given_rows = [[*a, b] for a, b in kept]
    assert len(rows) == rank(rows) == rank(given_rows) == rank([*rows, *given_rows])


@settings(deadline=None)
@given(systems(), st.data())
def test_one_more_unknown_is_free(drawn: tuple[int, list[Equation]], data: st.DataObject) -> None:
    unknowns, equations = drawn
    system, _ = taken(unknowns, equations)
    wider = system.with_unknown()
    assert (wider.unknowns, wider.rank) == (unknowns + 1, system.rank)
    assert wider.unit(unknowns) is None
    for i in range(unknowns):
        assert wider.unit(i) == system.unit(i)
    form = data.draw(st.lists(numbers, min_size=unknowns, max_size=unknowns))
    extended = [*map(rational, form), fmpq(0)]
    assert wider.value(extended) == system.value(extended[:-1])
    assert wider.without_last_unknown().rows() == system.rows()


@settings(deadline=None)
@given(systems(), numbers, st.data())
def test_a_last_unknown_that_is_determined_leaves_without_loss(
    drawn: tuple[int, list[Equation]], last: Fraction, data: st.DataObject
) -> None:
    unknowns, equations = drawn
    system, kept = taken(unknowns, equations)
    unit = [Fraction(0)] * (unknowns - 1) + [Fraction(1)]
    if system.unit(unknowns - 1) is None:
        assert add(system, (unit, last))
        kept.append((unit, last))
    narrower = system.without_last_unknown()
    assert (narrower.unknowns, narrower.rank) == (unknowns - 1, system.rank - 1)
    form = data.draw(st.lists(numbers, min_size=unknowns - 1, max_size=unknowns - 1))
    if data.draw(st.booleans()):
        form = data.draw(st.sampled_from(kept))[0][:-1]
    short = [*map(rational, form)]
    assert narrower.value(short) == system.value([*short, fmpq(0)])


def test_a_contradiction_changes_nothing() -> None:
    system = LinearSystem(2)
    assert system.add([1, 2], 3)
    before = system.rows()
    assert not system.add([2, 4], 7)
    assert not system.add([0, 0], 1)
    assert system.rows() == before and system.rank == 1
    assert system.add([0, 0], 0) and system.rank == 1


def test_the_matrix_pieces_are_what_their_names_say() -> None:
    a, b = row_vector([fmpq(1), fmpq(2)]), row_vector([fmpq(0), fmpq(0)])
    assert matrix_rows(stack([a, b, a])) == [[1, 2], [0, 0], [1, 2]]
    assert is_zero(b) and not is_zero(a)


def test_the_same_as_sympy() -> None:
    sympy = pytest.importorskip("sympy")
    equations = [([3, -1, 2, 0], 5), ([1, 1, 0, 1], 2), ([2, -2, 2, -1], 3)]
    system = LinearSystem(4)
    for coefficients, value in equations:
        assert system.add(coefficients, value)
    x = sympy.symbols("x0:4")
    solution = sympy.solve([
        sum(a * v for a, v in zip(row, x, strict=True)) - value for row, value in equations
    ])
    expression = sum((a * v for a, v in zip([5, -3, 4, -1], x, strict=True)), sympy.Integer(0))
    expected = sympy.simplify(expression.subs(solution))
    assert expected.is_Rational
    assert system.value([5, -3, 4, -1]) == fmpq(int(expected.p), int(expected.q))
    assert not sympy.simplify(x[0].subs(solution)).is_Rational
    assert system.unit(0) is None
