"""Affine forms as integers (proofs/certificate-format.md, section 9).

A form is its n coefficients, then its constant, all times one positive integer, the scale, that is
the same for every form of a certificate and large enough to make them integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd
from operator import mul

Form = tuple[int, ...]


def combination(factors: Sequence[int], forms: Iterable[Sequence[int]]) -> Form:
    """The sum of factor times form."""
    return tuple([sum(map(mul, factors, column)) for column in zip(*forms, strict=True)])


def at(form: Form, point: Sequence[int]) -> int:
    """q times the form's value at a point x that is given as q times (x, 1)."""
    return sum(map(mul, form, point))


class Span:
    """The span of forms with independent linear parts, added and dropped as on a stack."""

    def __init__(self) -> None:
        self._echelon: list[tuple[int, Form]] = []

    def __len__(self) -> int:
        return len(self._echelon)

    def reduced(self, form: Form) -> Form:
        """A nonzero multiple of the form plus one of the span, 0 where the pivots are.

        It is 0 exactly if the form is in the span, and its linear part is 0 exactly if the form's
        linear part is in the span of theirs.
        """
        for pivot, row in self._echelon:
            if form[pivot]:
                form = combination((row[pivot], -form[pivot]), (form, row))
        return form

    def push(self, form: Form) -> None:
        """Add a form; its linear part must be independent."""
        form = self.reduced(form)
        content = gcd(*form)
        pivot = next(place for place, value in enumerate(form) if value)
        self._echelon.append((pivot, tuple(value // content for value in form)))

    def pop(self) -> None:
        """Drop the form that was added last."""
        self._echelon.pop()
