"""Systems of affine conditions over Q: strict rows > 0, rows >= 0, equalities = 0.

>>> System.of(1, strict=[[2, -1]], rows=[[-1, 1]]).contains([1])        # 1/2 < x <= 1
True
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational
from exactrev.lp.polyhedron import Form, Polyhedron, value

Forms = Iterable[Iterable[Any]]


@dataclass(frozen=True)
class System:
    """The points x of R^n with a.x + b > 0, >= 0 or = 0 for the forms (a, b) of each kind.

    Raises InputError where a form has not n coefficients and a constant.
    """

    dimension: int
    strict: tuple[Form, ...] = ()
    rows: tuple[Form, ...] = ()
    equalities: tuple[Form, ...] = ()

    def __post_init__(self) -> None:
        if self.dimension < 0:
            raise InputError(f"a dimension is not negative: {self.dimension}")
        for form in (*self.strict, *self.rows, *self.equalities):
            check_form(form, self.dimension)

    @staticmethod
    def of(dimension: int, strict: Forms = (), rows: Forms = (), equalities: Forms = ()) -> System:
        """A system from forms (a_1, ..., a_n, b) of any exact numbers."""
        return System(dimension, _exact(strict), _exact(rows), _exact(equalities))

    @staticmethod
    def within(polyhedron: Polyhedron) -> System:
        """The system whose points are those of the polyhedron."""
        return System(polyhedron.dimension, rows=polyhedron.rows)

    def contains(self, point: Sequence[Any]) -> bool:
        """Whether the point satisfies every condition."""
        exact = [to_rational(x) for x in point]
        return (
            len(exact) == self.dimension
            and all(value(form, exact) > 0 for form in self.strict)
            and all(value(form, exact) >= 0 for form in self.rows)
            and all(value(form, exact) == 0 for form in self.equalities)
        )


def check_form(form: Form, dimension: int) -> None:
    """Raise InputError unless the form has ``dimension`` coefficients and a constant."""
    if len(form) != dimension + 1:
        raise InputError(f"a form needs {dimension} coefficients and a constant, not {len(form)}")


def _exact(forms: Forms) -> tuple[Form, ...]:
    return tuple(tuple(to_rational(x) for x in form) for form in forms)
