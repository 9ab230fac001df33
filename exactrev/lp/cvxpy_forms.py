"""Affine cvxpy expressions in one variable, as exact affine forms.

The expression is walked and computed over Q, so nothing is rounded on the way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational

#: Entries of an expression as affine forms: the expression's shape, then n + 1 exact numbers.
Forms = NDArray[np.object_]

#: Expressions whose entries are entries of their arguments (or 0).
_REARRANGING = frozenset(
    [
        *("index", "special_index", "reshape", "Hstack", "Vstack", "Concatenate"),
        *("transpose", "Promote", "broadcast_to", "diag_vec", "diag_mat", "upper_tri"),
    ]
)


class AffineReader:
    """Expressions in one variable as exact affine forms."""

    def __init__(self, variable: Any) -> None:
        self._variable = variable
        self._width = variable.size + 1
        self._readers: dict[str, Callable[[Any], Forms]] = {
            "Variable": self._unknown,
            "Constant": lambda e: self._numbers(e.value),
            "Parameter": self._parameter,
            "AddExpression": self._sum_of_arguments,
            "NegExpression": lambda e: -self.forms(e.args[0]),
            "Sum": self._sum_of_entries,
            "multiply": self._entrywise_product,
            "MulExpression": self._matrix_product,
            "DivExpression": self._quotient,
        }

    def forms(self, expression: Any) -> Forms:
        """The entries of an expression as affine forms."""
        kind = type(expression).__name__
        if kind in _REARRANGING:
            return self._rearranged(expression)
        if kind not in self._readers:
            what = "not affine" if not _is_affine(expression) else "an operation not supported"
            raise InputError(f"{what}: {kind} in {named(expression)}")
        return self._readers[kind](expression)

    def _unknown(self, expression: Any) -> Forms:
        forms = np.full((expression.size, self._width), fmpq(0), dtype=object)
        for j in range(expression.size):
            forms[j, j] = fmpq(1)
        return forms.reshape(*expression.shape, self._width)

    def _parameter(self, expression: Any) -> Forms:
        if expression.value is None:
            raise InputError(f"the parameter {expression.name()} has no value")
        return self._numbers(expression.value)

    def _numbers(self, numbers: Any) -> Forms:
        dense = np.asarray(numbers.toarray() if hasattr(numbers, "toarray") else numbers)
        forms = np.full((dense.size, self._width), fmpq(0), dtype=object)
        for k, number in enumerate(dense.ravel().tolist()):
            forms[k, -1] = to_rational(number)
        return forms.reshape(*dense.shape, self._width)

    def _sum_of_arguments(self, expression: Any) -> Forms:
        first, *others = aligned([self.forms(argument) for argument in expression.args])
        for other in others:
            first = first + other
        return first

    def _sum_of_entries(self, expression: Any) -> Forms:
        forms = self.forms(expression.args[0])
        axes = expression.axis
        if axes is None:
            axes = tuple(range(forms.ndim - 1))
        axes = tuple(a % (forms.ndim - 1) for a in (axes if isinstance(axes, tuple) else (axes,)))
        total: Forms = forms.sum(axis=axes, keepdims=bool(expression.keepdims))
        return total

    def _constants(self, forms: Forms, expression: Any) -> Forms:
        """The constants of forms that have no coefficients, for a factor of a product."""
        if any(forms[..., :-1].ravel().tolist()):
            raise InputError(f"not affine: {named(expression)}")
        constants: Forms = forms[..., -1:]
        return constants

    def _factors(self, expression: Any) -> tuple[Forms, Forms, bool]:
        """A product's arguments: the affine one, the constant one, and whether that is first."""
        left, right = (self.forms(argument) for argument in expression.args)
        first = expression.args[0].is_constant()
        affine, constant = (right, left) if first else (left, right)
        return affine, self._constants(constant, expression), first

    def _entrywise_product(self, expression: Any) -> Forms:
        affine, constant, _ = self._factors(expression)
        wide = np.broadcast_to(constant, (*constant.shape[:-1], self._width))
        affine, wide = aligned([affine, wide])
        product: Forms = affine * wide
        return product

    def _quotient(self, expression: Any) -> Forms:
        numerator, denominator = (self.forms(argument) for argument in expression.args)
        divisor = self._constants(denominator, expression)
        if not all(divisor.ravel().tolist()):
            raise InputError(f"division by zero: {named(expression)}")
        wide = np.broadcast_to(divisor, (*divisor.shape[:-1], self._width))
        numerator, wide = aligned([numerator, wide])
        quotient: Forms = numerator / wide
        return quotient

    def _matrix_product(self, expression: Any) -> Forms:
        affine, constant, first = self._factors(expression)
        if max(affine.ndim, constant.ndim) > 3:
            raise InputError(f"an operation not supported: {named(expression)}")
        # one matrix product for each coefficient of the forms
        factor = constant[..., 0]
        parts = [affine[..., k] for k in range(self._width)]
        products = [np.asarray(factor @ p if first else p @ factor, dtype=object) for p in parts]
        return np.stack(products, axis=-1)

    def _rearranged(self, expression: Any) -> Forms:
        """The entries that the expression picks: it is applied to their numbers, from 1."""
        arguments = [self.forms(argument) for argument in expression.args]
        entries = [[fmpq(0)] * self._width]
        numbers = []
        for forms in arguments:
            count = math.prod(forms.shape[:-1])
            shape = forms.shape[:-1]
            numbers.append(
                np.arange(len(entries), len(entries) + count, dtype=float).reshape(shape)
            )
            entries += forms.reshape(count, self._width).tolist()
        places = np.asarray(expression.numeric(numbers)).astype(int)
        picked = [entries[k] for k in places.ravel().tolist()]
        forms = np.array(picked, dtype=object).reshape(len(picked), self._width)
        return forms.reshape(*expression.shape, self._width)


def aligned(arrays: Sequence[Forms]) -> list[Forms]:
    """Arrays of forms broadcast to one shape, as numpy would the expressions."""
    shape = np.broadcast_shapes(*(array.shape[:-1] for array in arrays))
    padded = (a.reshape((1,) * (len(shape) + 1 - a.ndim) + a.shape) for a in arrays)
    return [np.broadcast_to(a, (*shape, a.shape[-1])) for a in padded]


def named(thing: Any) -> str:
    """What a message calls a constraint or an expression."""
    text = " ".join(str(thing).split())
    return text if len(text) <= 80 else text[:77] + "..."


def _is_affine(expression: Any) -> bool:
    return bool(getattr(expression, "is_affine", lambda: False)())
