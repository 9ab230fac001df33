"""Arithmetic of affine forms while a term is being read; every operation uses up its operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.vnnlib.formula import Constraint, Variable
from exactrev.vnnlib.source import Position

_ONE = fmpq(1)


@dataclass
class Affine:
    """sum of coefficient * variable + constant; coefficients may be zero."""

    coefficients: dict[Variable, fmpq]
    constant: fmpq

    @property
    def is_constant(self) -> bool:
        """Whether no variable has a nonzero coefficient."""
        return not any(self.coefficients.values())

    def terms(self) -> tuple[tuple[Variable, fmpq], ...]:
        """The nonzero coefficients, in the order of the variables."""
        return tuple(sorted((v, c) for v, c in self.coefficients.items() if c))


def one(variable: Variable) -> Affine:
    """The variable itself."""
    return Affine({variable: _ONE}, fmpq(0))


def scaled(form: Affine, factor: fmpq) -> Affine:
    """factor * form."""
    coefficients = {v: factor * c for v, c in form.coefficients.items()}
    return Affine(coefficients, factor * form.constant)


def total(forms: Sequence[Affine]) -> Affine:
    """The sum, of one form at least; the work is that of all forms but the longest, so that long
    sums nested on either side take linear time."""
    result = max(forms, key=lambda form: len(form.coefficients))
    coefficients, constant = result.coefficients, result.constant
    for form in forms:
        if form is not result:
            constant = constant + form.constant
            for variable, c in form.coefficients.items():
                coefficients[variable] = coefficients[variable] + c if (
                    variable in coefficients
                ) else c
    return Affine(coefficients, constant)


def difference(forms: Sequence[Affine]) -> Affine:
    """The first minus all others; of a single form its negative."""
    if len(forms) == 1:
        return scaled(forms[0], fmpq(-1))
    return total([forms[0], *(scaled(form, fmpq(-1)) for form in forms[1:])])


def product(forms: Sequence[Affine]) -> Affine | None:
    """The product; None when two factors are not constant: then it is not linear."""
    factor, linear = _ONE, None
    for form in forms:
        if form.is_constant:
            factor = factor * form.constant
        elif linear is None:
            linear = form
        else:
            return None
    return Affine({}, factor) if linear is None else scaled(linear, factor)


def at_least_zero(form: Affine, strict: bool, position: Position) -> Constraint:
    """form >= 0, or > 0."""
    return Constraint(form.terms(), form.constant, strict, position)
