"""Random formulas as trees, written in VNN-LIB and evaluated by an evaluator of their own."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import fmpq
from hypothesis import strategies as st

#: A literal is a string, a variable ("var", role, element); anything else (operator, part, ...).
Tree = Any

#: few enough values that equalities and ties happen
COORDINATES = st.sampled_from([Fraction(p, q) for p in range(-3, 4) for q in (1, 2, 10)])
literals = st.sampled_from(
    ["0", "1", "-1", "2", "0.1", "-0.5", "1.50", "3e-1", "1E1", "-2.5e+0", ".5", "2."]
)


def variables(inputs: int, outputs: int) -> st.SearchStrategy[Tree]:
    """An input ("var", "X", i) or an output ("var", "Y", i)."""
    places = [("X", i) for i in range(inputs)] + [("Y", i) for i in range(outputs)]
    return st.sampled_from(places).map(lambda place: ("var", *place))


def terms(inputs: int, outputs: int) -> st.SearchStrategy[Tree]:
    """Linear terms: products have one factor with variables at most."""
    constants = st.recursive(
        literals, lambda parts: st.tuples(st.sampled_from("+-*"), parts, parts), max_leaves=3
    )

    def larger(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        return st.one_of(
            st.tuples(st.just("-"), parts),
            st.tuples(st.sampled_from("+-"), parts, parts),
            st.tuples(st.sampled_from("+-"), parts, parts, parts),
            st.tuples(st.just("*"), constants, parts),
            st.tuples(st.just("*"), constants, parts, constants),
        )

    return st.recursive(variables(inputs, outputs) | literals, larger, max_leaves=5)


def formulas(inputs: int, outputs: int, signs: tuple[str, ...]) -> st.SearchStrategy[Tree]:
    """Formulas with comparisons of these signs."""
    some = terms(inputs, outputs)
    comparisons = st.tuples(st.sampled_from(signs), some, some)

    def larger(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.lists(parts, min_size=1, max_size=3)
        return st.tuples(st.sampled_from(["and", "or"]), several).map(lambda p: (p[0], *p[1]))

    return st.recursive(comparisons, larger, max_leaves=6)


def text(tree: Tree, names: Mapping[tuple[str, int], str]) -> str:
    """The tree in VNN-LIB, given how each variable is written."""
    if isinstance(tree, str):
        return tree
    if tree[0] == "var":
        return names[tree[1:]]
    return f"({tree[0]} {' '.join(text(part, names) for part in tree[1:])})"


def evaluate(tree: Tree, values: Mapping[tuple[str, int], Fraction]) -> Any:
    """The truth of a formula, the Fraction that a term is."""
    if isinstance(tree, str):
        return Fraction(tree if not tree.endswith(".") else tree + "0")
    if tree[0] == "var":
        return values[tree[1:]]
    first, *rest = (evaluate(part, values) for part in tree[1:])
    match tree[0]:
        case "and":
            return first and all(rest)
        case "or":
            return first or any(rest)
        case "+":
            return first + sum(rest)
        case "-":
            return first - sum(rest) if rest else -first
        case "*":
            for factor in rest:
                first = first * factor
            return first
    (second,) = rest
    return {
        "<=": first <= second, ">=": first >= second, "<": first < second, ">": first > second,
        "=": first == second, "==": first == second, "!=": first != second,
    }[tree[0]]  # fmt: skip


def rational(value: Fraction) -> fmpq:
    """The same number in flint."""
    return fmpq(value.numerator, value.denominator)
