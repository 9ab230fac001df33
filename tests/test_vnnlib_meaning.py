"""What is read means what is written: against an evaluator of its own, and against z3."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Any

import z3
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.vnnlib import And, Constraint, Formula, Query, Variable, cases, parse_vnnlib
from tests.vnnlib_texts import COORDINATES, evaluate, formulas, rational, text

INPUTS, OUTPUTS = 3, 2
PLACES = [("X", i) for i in range(INPUTS)] + [("Y", i) for i in range(OUTPUTS)]
SIGNS = ("<=", ">=", "<", ">", "=", "==", "!=")
SMT_SIGNS = ("<=", ">=", "<", ">", "=")
DECLARED_1 = [f"(declare-const {name}_{i} Real)" for name, i in PLACES]
NAMES_1 = {place: f"{place[0]}_{place[1]}" for place in PLACES}
DECLARED_2 = [
    "(vnnlib-version <2.0>)",
    "(declare-network f (declare-input X real [1,3]) (declare-output Y real [2,1]))",
]
NAMES_2 = {("X", i): f"X[0,{i}]" for i in range(3)} | {("Y", i): f"Y [ {i} , 0 ]" for i in range(2)}

points = st.fixed_dictionaries(dict.fromkeys(PLACES, COORDINATES))


def values(point: dict[tuple[str, int], Fraction]) -> dict[Variable, fmpq]:
    return {Variable(*place): rational(x) for place, x in point.items()}


def in_some_case(query: Query, point: dict[tuple[str, int], Fraction]) -> bool:
    assignment = values(point)
    inputs = [assignment[variable] for variable in query.inputs]
    return any(
        case.domain.contains(inputs) and all(c.holds(assignment) for c in case.constraints)
        for case in cases(query)
    )


@settings(max_examples=60)
@given(formulas(INPUTS, OUTPUTS, SIGNS), st.booleans(), st.lists(points, min_size=4, max_size=4))
def test_a_formula_and_its_cases_hold_where_the_evaluator_says(
    tree: Any, second: bool, where: list[dict[tuple[str, int], Fraction]]
) -> None:
    declared, names = (DECLARED_2, NAMES_2) if second else (DECLARED_1, NAMES_1)
    query = parse_vnnlib([*declared, f"(assert {text(tree, names)})"])
    for point in where:
        expected = evaluate(tree, point)
        assert query.assertion.holds(values(point)) == expected
        assert in_some_case(query, point) == expected


@settings(max_examples=40)
@given(st.lists(formulas(2, 1, SIGNS), max_size=3), points)
def test_assertions_are_all_meant_in_any_layout(trees: list[Any], point: Any) -> None:
    asserted = [f"(assert\t{text(tree, NAMES_1)}) ; (a comment)" for tree in trees]
    shared = " ".join(DECLARED_1 + [line.split(";")[0] for line in asserted])
    torn = "\n".join(DECLARED_1 + asserted).replace("(", "\n(\n").replace("; \n(\na", "; (a")
    for query in (parse_vnnlib([shared]), parse_vnnlib(torn.splitlines(keepends=True))):
        expected = all(evaluate(tree, point) for tree in trees)
        assert query.assertion.holds(values(point)) == expected


def z3_formula(formula: Formula) -> Any:
    """A formula of ours for z3, in exact reals."""
    if isinstance(formula, Constraint):
        total = z3.Q(int(formula.constant.p), int(formula.constant.q))
        for (tensor, i), c in formula.terms:
            total = total + z3.Q(int(c.p), int(c.q)) * z3.Real(f"{tensor}_{i}")
        return total > 0 if formula.strict else total >= 0
    parts = [z3_formula(part) for part in formula.parts]
    return z3.And(parts) if isinstance(formula, And) else z3.Or(parts)


def smt(tree: Any) -> str:
    """SMT-LIB has no negative literals and no exponents."""
    if isinstance(tree, str):
        x = Fraction(tree + "0" if tree.endswith(".") else tree)
        return f"(/ {x.numerator} {x.denominator})" if x >= 0 else f"(- {smt(str(-x))})"
    if tree[0] == "var":
        return NAMES_1[tree[1:]]
    return f"({tree[0]} {' '.join(smt(part) for part in tree[1:])})"


@settings(max_examples=30)
@given(formulas(INPUTS, OUTPUTS, SMT_SIGNS))
def test_z3_proves_that_its_own_reading_is_the_same(tree: Any) -> None:
    theirs = z3.And(z3.parse_smt2_string("\n".join([*DECLARED_1, f"(assert {smt(tree)})"])))
    query = parse_vnnlib([*DECLARED_1, f"(assert {text(tree, NAMES_1)})"])
    solver = z3.Solver()
    solver.add(z3_formula(query.assertion) != theirs)
    assert solver.check() == z3.unsat


@given(st.from_regex(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?",
                     fullmatch=True))
def test_a_decimal_is_that_decimal(literal: str) -> None:
    query = parse_vnnlib(["(declare-const X_0 Real)", f"(assert (>= X_0 {literal}))"])
    assert isinstance(query.assertion, Constraint)
    assert query.assertion.terms == ((Variable("X", 0), fmpq(1)),)
    # an independent reading: digits as integers, times a power of ten
    mantissa, _, exponent = literal.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    shift = int(exponent or 0) - len(decimals)
    expected = Fraction(int(whole + decimals)) * Fraction(10) ** shift
    assert query.assertion.constant == -rational(expected)


def test_a_decimal_is_not_the_double_next_to_it() -> None:
    query = parse_vnnlib(["(declare-const X_0 Real)", "(assert (>= X_0 0.1))"])
    assert query.assertion.holds({Variable("X", 0): fmpq(1, 10)})
    below = fmpq(*float.as_integer_ratio(0.09999999999999999))
    assert not query.assertion.holds({Variable("X", 0): below})
    tenth = fmpq(*float.as_integer_ratio(0.1))
    assert tenth > fmpq(1, 10)
    query = parse_vnnlib(["(declare-const X_0 Real)", "(assert (<= X_0 0.1))"])
    assert not query.assertion.holds({Variable("X", 0): tenth})


def test_cases_are_made_one_at_a_time_and_share_their_domain() -> None:
    choices = [f"(assert (or (<= Y_0 {i}) (>= Y_1 {i})))" for i in range(200)]
    inputs = ["(assert (or (<= X_0 0) (>= X_0 1)))", "(assert (< X_1 2))"]
    query = parse_vnnlib([*DECLARED_1, *choices, *inputs])
    first = list(islice(cases(query), 100))  # of 2^201
    assert len({id(case.domain) for case in first}) == 1
    assert first[0].domain.contains([0, 2, 0])  # the closure; the strict row is a constraint
    assert not first[0].domain.contains([1, 0, 0])
    assert not first[0].domain.contains([0, 3, 0])
    assert all(len(case.constraints) == 201 for case in first)
    assert len({case.constraints for case in first}) == 100


def test_what_is_always_false_is_a_domain_without_points() -> None:
    query = parse_vnnlib([*DECLARED_1, "(assert (<= 1 (- X_0 X_0)))", "(assert (<= 0 1))"])
    (case,) = cases(query)
    assert not case.domain.contains([0, 0, 0])
    assert len(case.domain.rows) == 1


def test_nothing_asserted_is_true_everywhere() -> None:
    (case,) = cases(parse_vnnlib(DECLARED_1))
    assert (case.domain.dimension, case.domain.rows, case.constraints) == (3, (), ())


def test_long_sums_nested_one_in_the_other() -> None:
    count = 1500
    declared = [f"(declare-const X_{i} Real)" for i in range(count)]
    for operator, sign in ("+", 1), ("-", -1):
        nested = "".join(f"({operator} X_{i} " for i in range(count)) + "0.5" + ")" * count
        query = parse_vnnlib([*declared, f"(assert (>= {nested} 0))"])
        assert isinstance(query.assertion, Constraint)
        assert len(query.assertion.terms) == count
        assert dict(query.assertion.terms)[Variable("X", 3)] == (sign if operator == "-" else 1)
        assert query.assertion.constant == fmpq(1, 2)
