"""Affine forms of the inputs, and two points of a flat at which one has different values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import fmpq, fmpq_mat

from exactrev.checker.lines import Ratio, Refused
from exactrev.checker.network import ONE, Row
from exactrev.exact.linear import matrix_rows

#: Coefficients of the inputs, then the constant.
Form = list[fmpq]


def form_of(row: Row, inputs: int, values: Mapping[int, Form]) -> Form:
    """A row with the forms of the values that it reads beside inputs put in."""
    form = [fmpq(0)] * (inputs + 1)
    for value, (p, q) in row.items():
        weight = fmpq(p, q)
        if value == ONE:
            form[-1] += weight
        elif value < inputs:
            form[value] += weight
        else:
            form = [x + weight * y for x, y in zip(form, values[value], strict=True)]
    return form


def value_at(form: Sequence[fmpq], point: Sequence[fmpq]) -> fmpq:
    """The value of a form at a point."""
    return sum((a * x for a, x in zip(form, point, strict=False)), form[-1])


def ratio(value: fmpq) -> Ratio:
    """A number as scripts take it."""
    return int(value.p), int(value.q)


def two_points(form: Form, zero: Sequence[Form]) -> tuple[Form, Form]:
    """Points at which the forms ``zero`` are 0 and the form has two values.

    Refused if it is constant there, or if there is no such point.
    """
    inputs = len(form) - 1
    if not zero:
        steep = next((j for j in range(inputs) if form[j]), None)
        if steep is None:
            raise Refused("a split where the neuron's sign is constant")
        return [fmpq(0)] * inputs, [fmpq(int(j == steep)) for j in range(inputs)]
    reduced, rank = fmpq_mat([[*row[:-1], -row[-1]] for row in zero]).rref()
    rows = matrix_rows(reduced)[:rank]
    pivots = [next(j for j, x in enumerate(row) if x) for row in rows]
    if inputs in pivots:
        raise Refused("walls without a common point")
    start = [fmpq(0)] * inputs
    for row, pivot in zip(rows, pivots, strict=True):
        start[pivot] = row[-1]
    for free in (j for j in range(inputs) if j not in pivots):
        direction = [fmpq(int(j == free)) for j in range(inputs)]
        for row, pivot in zip(rows, pivots, strict=True):
            direction[pivot] = -row[free]
        if sum((a * u for a, u in zip(form, direction, strict=False)), fmpq(0)):
            return start, [x + u for x, u in zip(start, direction, strict=True)]
    raise Refused("a split where the neuron's sign is constant on the walls")
