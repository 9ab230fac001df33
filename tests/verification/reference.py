"""Queries about small networks, and z3 in exact reals as the judge of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3
from flint import fmpq

from exactrev.network import Network
from exactrev.verification import Instance, bind
from exactrev.vnnlib import parse_vnnlib
from tests.vnnlib_texts import evaluate, text

#: All of them: equalities make domains flat, strict ones open.
SIGNS = ("<=", ">=", "<", ">", "=", "==", "!=")


def number(x: fmpq) -> Any:
    return z3.Q(int(x.p), int(x.q))


def z3_outputs(network: Network, inputs: list[Any]) -> list[Any]:
    """The outputs of a network as terms of z3."""
    active, found = [inputs], []
    for layer in network.layers:
        found = [number(b) for b in layer.bias.entries()]
        for source, matrix in layer.weights:
            for i, row in enumerate(matrix.tolist()):
                for weight, x in zip(row, active[source], strict=True):
                    if weight:
                        found[i] = found[i] + number(weight) * x
        active.append([z3.If(z > 0, z, 0) for z in found])
    return found


def z3_formula(tree: Any, values: Mapping[tuple[str, int], Any]) -> Any:
    """A formula for z3; its terms are evaluated by the tests' own evaluator."""
    if tree[0] in ("and", "or"):
        parts = [z3_formula(part, values) for part in tree[1:]]
        return z3.And(parts) if tree[0] == "and" else z3.Or(parts)
    left, right = (_term(part, values) for part in tree[1:])
    return {
        "<=": left <= right, ">=": left >= right, "<": left < right, ">": left > right,
        "=": left == right, "==": left == right, "!=": left != right,
    }[tree[0]]  # fmt: skip


def _term(tree: Any, values: Mapping[tuple[str, int], Any]) -> Any:
    if isinstance(tree, str):
        x = evaluate(tree, {})
        return z3.Q(x.numerator, x.denominator)
    if tree[0] == "var":
        return values[tree[1:]]
    first, *rest = (_term(part, values) for part in tree[1:])
    for other in rest:
        first = (
            first + other if tree[0] == "+" else first - other if tree[0] == "-" else first * other
        )
    return -first if tree[0] == "-" and not rest else first


def satisfiable(network: Network, tree: Any) -> bool:
    """Whether some input has the property, says z3."""
    inputs = [z3.Real(f"X_{i}") for i in range(network.inputs)]
    values = {("X", i): x for i, x in enumerate(inputs)}
    values |= {("Y", i): y for i, y in enumerate(z3_outputs(network, inputs))}
    solver = z3.Solver()
    solver.add(z3_formula(tree, values))
    answer = solver.check()
    assert answer != z3.unknown
    return bool(answer == z3.sat)


def instance(network: Network, tree: Any) -> Instance:
    """The query that asserts a formula of one network, as it would be read from a file."""
    places = [("X", i) for i in range(network.inputs)] + [("Y", i) for i in range(network.outputs)]
    names = {(name, i): f"{name}_{i}" for name, i in places}
    declared = [f"(declare-const {name} Real)" for name in names.values()]
    return bind(parse_vnnlib([*declared, f"(assert {text(tree, names)})"]), {"": network})


def box(inputs: int) -> list[Any]:
    """Formulas that confine every input to [-1, 1]."""
    return [
        (sign, ("var", "X", i), bound)
        for i in range(inputs)
        for sign, bound in ((">=", "-1"), ("<=", "1"))
    ]
