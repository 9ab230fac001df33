"""cvxpy constraints are read as exactly what they say, or refused by name."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from exactrev.errors import InputError
from exactrev.lp.certificates import Optimum
from exactrev.lp.cvxpy_domain import read_constraints, read_polyhedron
from exactrev.lp.optimum import minimise
from exactrev.lp.polyhedron import value

cp = pytest.importorskip("cvxpy")

MATRIX = np.arange(6.0).reshape(2, 3) - 2
X = cp.Variable(3, name="x")
COLUMN = cp.Variable((3, 1), name="c")

AFFINE = {
    "matrix": MATRIX @ X <= 1,
    "matrix on the right": X @ MATRIX.T >= 1,
    "index": X[0] + 2 * X[1] == 3,
    "slices": X[1:] <= X[:2],
    "special index": X[[2, 0]] >= X[0],
    "entrywise": cp.multiply([1, 2, 3], X) >= -1,
    "quotient": X / 4 <= 1,
    "quotient by a vector": X / np.array([1.0, 2.0, -8.0]) <= 1,
    "negation": -X <= 0.5,
    "sum": cp.sum(X) >= 0,
    "sum of rows": cp.sum(cp.vstack([X, 2 * X]), axis=0) <= 3,
    "sum of columns": cp.sum(cp.vstack([X, 2 * X]), axis=1, keepdims=True) <= 3,
    "hstack": cp.hstack([X, X[0]]) <= 2,
    "bmat": cp.bmat([[X[0], X[1]], [X[1], 4]]) <= 1,
    "reshape": cp.reshape(X, (3, 1), order="F") <= np.array([[1.0], [2.0], [3.0]]),
    "transpose": cp.vstack([X, 2 * X]).T <= 1,
    "reshape by rows": cp.reshape(cp.vstack([X, 2 * X]), (3, 2), order="C") <= MATRIX.T,
    "diagonal": cp.diag(X) >= -1,
    "difference": cp.diff(X) >= 0,
    "constants": cp.Constant([1, 2, 3]) @ X <= cp.Constant(2) * cp.Constant(3),
    "scalar": 0.25 * X[2] >= 1,
    "nonneg": cp.constraints.NonNeg(X - 1),
    "zero": cp.constraints.Zero(X - 1),
    "column": COLUMN.T @ np.ones((3, 1)) <= COLUMN[0, 0],
    "column product": MATRIX @ COLUMN >= -1,
}


def sides(constraint: Any) -> np.ndarray[Any, Any]:
    """What must be >= 0 or = 0, in cvxpy's own numbers, all exact for short dyadics."""
    arguments = [np.asarray(a.value) for a in constraint.args]
    if len(arguments) == 2:
        return np.asarray(arguments[1] - arguments[0])
    return arguments[0]


@pytest.mark.parametrize("name", AFFINE)
def test_forms_have_the_values_that_cvxpy_computes(name: str) -> None:
    constraint = AFFINE[name]
    system = read_constraints([constraint])
    (variable,) = constraint.variables()
    random = Random(3)
    for _ in range(3):
        point = [random.randint(-99, 99) / 8 for _ in range(3)]
        variable.value = np.array(point).reshape(variable.shape)
        forms = system.rows or system.equalities
        exact = [fmpq(int(8 * x), 8) for x in point]
        computed = sides(constraint).ravel().tolist()
        assert [value(form, exact) for form in forms] == [
            fmpq(*map(int, float(x).as_integer_ratio())) for x in computed
        ]
    assert bool(system.equalities) == (type(constraint).__name__ in ("Equality", "Zero"))


def test_floats_are_the_dyadics_they_are() -> None:
    x = cp.Variable(2)
    system = read_constraints([0.1 * x[0] + 0.2 * x[0] <= 0.3, x[1] / 3 >= 0])
    tenth, fifth, third = (fmpq(*map(int, f.as_integer_ratio())) for f in (0.1, 0.2, 0.3))
    assert system.rows[0] == (-tenth - fifth, 0, third)
    assert system.rows[1] == (0, fmpq(1, 3), 0)


def test_a_domain_as_a_polyhedron() -> None:
    x = cp.Variable(2, nonneg=True)
    domain = read_polyhedron([x[0] + x[1] == 1])
    assert domain.contains([1, 0]) and domain.contains(["1/3", "2/3"])
    assert not domain.contains([2, -1]) and not domain.contains([1, 1])
    assert read_polyhedron(x[0] <= 1).contains([1, 7])
    assert not read_polyhedron([cp.Variable(1, nonpos=True) <= 1]).contains(["1/2"])
    system = read_constraints([x <= 2, x[0] + 2 * x[1] >= 3])
    least = minimise((fmpq(1), fmpq(1), fmpq(0)), system)
    assert isinstance(least, Optimum) and least.value == fmpq(3, 2)


def test_parameters_have_values() -> None:
    x, p = cp.Variable(2), cp.Parameter(2, name="p")
    with pytest.raises(InputError, match="parameter p"):
        read_constraints([x <= p])
    p.value = np.array([0.5, 2])
    assert read_constraints([x <= p]).rows == ((-1, 0, fmpq(1, 2)), (0, -1, 2))


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (cp.abs(X) <= 1, "not affine: abs"),
        (cp.norm(X) <= 1, "not affine: Pnorm"),
        (cp.maximum(X, 0) <= 1, "not affine: maximum"),
        (cp.sum_squares(X) <= 1, "not affine"),
        (cp.multiply(X, X) <= 1, "not affine"),
        (X @ X <= 1, "not affine|QuadForm|not supported"),
        (1 / X <= 1, "not affine|not supported"),
        (cp.cumsum(X) <= 1, "not supported: cumsum"),
        (cp.SOC(X[0], X[1:]), "not an affine"),
        (cp.norm1(X) <= 1, "not affine"),
        (X + np.array([1.0, np.nan, 0.0]) >= 0, "not a finite number"),
        (X + cp.Variable(3, name="y") <= 1, "exactly one variable, not on: x, y"),
        (cp.Constant(1) <= cp.Constant(2), "exactly one variable, not on: none"),
        (cp.Variable((2, 2), name="m") <= 1, "m is a matrix"),
        (cp.Variable(2, name="k", integer=True) <= 1, "k has the attribute integer"),
        (cp.Variable(2, name="b", bounds=[0, 1]) <= 1, "b has the attribute bounds"),
        (True, "not a cvxpy constraint: True"),
    ],
    ids=str,
)
def test_anything_else_is_refused(constraint: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_constraints([constraint])


def test_no_constraints_are_refused() -> None:
    with pytest.raises(InputError, match="exactly one variable"):
        read_constraints([])
