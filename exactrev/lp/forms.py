"""Sums of affine forms, and what they are made of: tuples with the constant last."""

from __future__ import annotations

from flint import fmpq

from exactrev.lp.polyhedron import Form


def added(a: Form, b: Form, factor: fmpq) -> Form:
    """One form and so many times another."""
    return tuple(x + factor * y if y else x for x, y in zip(a, b, strict=True))


def negated(form: Form) -> Form:
    """The form with the other sign."""
    return tuple(-x for x in form)


def unit_form(index: int, dimension: int) -> Form:
    """The form that is the variable ``index``."""
    return tuple(fmpq(int(k == index)) for k in range(dimension + 1))


def widened(form: Form, dimension: int) -> Form:
    """The form in more variables, on which it does not depend."""
    *coefficients, constant = form
    return (*coefficients, *[fmpq(0)] * (dimension - len(coefficients)), constant)
