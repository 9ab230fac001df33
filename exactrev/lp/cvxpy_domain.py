"""Affine cvxpy constraints (<=, >=, ==) over one vector variable, read exactly.

The expressions are walked and computed over Q, so nothing is rounded on the way: a float that cvxpy
holds is the dyadic rational it is.  cvxpy itself is never imported here; whoever has constraints
has it.

    x = cvxpy.Variable(2)
    read_constraints([x >= 0, x[0] + 2 * x[1] <= 1])     # a System of three rows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flint import fmpq

from exactrev.errors import InputError
from exactrev.lp.cvxpy_forms import AffineReader, aligned, named
from exactrev.lp.polyhedron import Form, Polyhedron
from exactrev.lp.system import System


def read_constraints(constraints: Iterable[Any]) -> System:
    """The system that the constraints describe, inequalities as rows >= 0.

    Its coordinates are the variable's entries in order.  Bounds that belong to the variable itself
    (nonneg, nonpos) are rows too.  Raises InputError, naming the constraint or expression, for
    anything that is not affine, for more than one variable or none, and for other attributes.
    """
    listed = [constraints] if hasattr(constraints, "args") else list(constraints)
    variable = _variable(listed)
    reader = AffineReader(variable)
    rows = _attribute_rows(variable)
    equalities: list[Form] = []
    for constraint in listed:
        is_equality, forms = _read(constraint, reader)
        (equalities if is_equality else rows).extend(forms)
    return System(variable.size, rows=tuple(rows), equalities=tuple(equalities))


def read_polyhedron(constraints: Iterable[Any]) -> Polyhedron:
    """The same as a polyhedron: an equality becomes two opposite rows."""
    system = read_constraints(constraints)
    opposite = (tuple(sign * a for a in form) for form in system.equalities for sign in (1, -1))
    return Polyhedron(system.dimension, (*system.rows, *opposite))


def _variable(constraints: list[Any]) -> Any:
    """The one variable of the constraints."""
    found: dict[int, Any] = {}
    for constraint in constraints:
        if not hasattr(constraint, "variables"):
            raise InputError(f"not a cvxpy constraint: {named(constraint)}")
        found.update((variable.id, variable) for variable in constraint.variables())
    if len(found) != 1:
        names = ", ".join(sorted(v.name() for v in found.values())) or "none"
        raise InputError(f"a domain needs constraints on exactly one variable, not on: {names}")
    (variable,) = found.values()
    if sum(side > 1 for side in variable.shape) > 1:
        raise InputError(f"the variable {variable.name()} is a matrix; a vector is needed")
    return variable


def _attribute_rows(variable: Any) -> list[Form]:
    """The rows of the variable's own bounds."""
    rows: list[Form] = []
    for name, setting in variable.attributes.items():
        if setting is None or setting is False:
            continue
        if name not in ("nonneg", "nonpos"):
            raise InputError(f"the variable {variable.name()} has the attribute {name}")
        sign = fmpq(1 if name == "nonneg" else -1)
        rows.extend(
            tuple(sign if i == j else fmpq(0) for i in range(variable.size + 1))
            for j in range(variable.size)
        )
    return rows


def _read(constraint: Any, reader: AffineReader) -> tuple[bool, list[Form]]:
    """Whether it is an equality (or an inequality), and its forms (= 0 or >= 0)."""
    kind = type(constraint).__name__
    if kind not in ("Inequality", "Equality", "NonNeg", "NonPos", "Zero"):
        raise InputError(f"not an affine <=, >= or ==: {named(constraint)}")
    sides = aligned([reader.forms(argument) for argument in constraint.args])
    forms = sides[1] - sides[0] if len(sides) == 2 else sides[0]  # Inequality: left <= right
    if kind == "NonPos":
        forms = -forms
    listed = forms.reshape(-1, forms.shape[-1]).tolist()
    return kind in ("Equality", "Zero"), [tuple(form) for form in listed]
