"""What an answer is worth: points and multipliers, each with the exact check that proves it.

There is one multiplier for each form of the system, kind by kind.  Farkas: if a nonnegative
combination of rows >= 0, plus any combination of equalities, is a constant < 0, no point satisfies
them all.  Motzkin: the constant may be 0 where a strict row takes part.
Source: A. Schrijver, Theory of Linear and Integer Programming, section 7.8.

>>> system = System.of(1, strict=[[1, 0], [-1, 0]])                      # x > 0 and -x > 0
>>> Motzkin(strict=(fmpq(1), fmpq(1))).verify(system)
True
>>> Motzkin(strict=(fmpq(1), fmpq(2))).verify(system)                    # leaves -x
False
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.lp.polyhedron import Form, value
from exactrev.lp.system import System

Multipliers = tuple[fmpq, ...]

_ZERO = fmpq(0)


@dataclass(frozen=True)
class Point:
    """A point that satisfies a system; it iterates over its coordinates."""

    coordinates: tuple[fmpq, ...]

    def __iter__(self) -> Iterator[fmpq]:
        return iter(self.coordinates)

    def verify(self, system: System) -> bool:
        """Whether the point satisfies every condition of the system."""
        return system.contains(self.coordinates)


@dataclass(frozen=True)
class Combination:
    """A multiplier for each form of a system: >= 0 for inequalities, any number for equalities."""

    strict: Multipliers = ()
    rows: Multipliers = ()
    equalities: Multipliers = ()

    @property
    def multipliers(self) -> Multipliers:
        """Those of the inequalities: strict rows, then rows."""
        return (*self.strict, *self.rows)

    @property
    def equality_multipliers(self) -> Multipliers:
        """Those of the equalities."""
        return self.equalities

    def of(self, system: System) -> Form | None:
        """The combined form; None for another number of forms or a negative multiplier."""
        kinds = (
            (self.strict, system.strict),
            (self.rows, system.rows),
            (self.equalities, system.equalities),
        )
        if any(len(multipliers) != len(forms) for multipliers, forms in kinds):
            return None
        if any(y < 0 for y in self.multipliers):
            return None
        total = [_ZERO] * (system.dimension + 1)
        for multipliers, forms in kinds:
            for y, form in zip(multipliers, forms, strict=True):
                if y:
                    total = [t + y * a for t, a in zip(total, form, strict=True)]
        return tuple(total)


@dataclass(frozen=True)
class Motzkin(Combination):
    """Multipliers whose combination of a system's forms shows that it has no point."""

    def verify(self, system: System) -> bool:
        """Whether the combination is a constant < 0, or 0 with a strict row in it."""
        total = self.of(system)
        if total is None or any(total[:-1]):
            return False
        return total[-1] < 0 or (total[-1] == 0 and any(self.strict))


@dataclass(frozen=True)
class Nonnegative(Combination):
    """A form = combination of rows and equalities, plus ``constant`` >= 0."""

    constant: fmpq = _ZERO

    def verify(self, form: Form, system: System) -> bool:
        """Whether the identity holds and so proves form >= 0 wherever the system holds."""
        total = self.of(system)
        return total is not None and self.constant >= 0 and _difference(form, total, self.constant)


@dataclass(frozen=True)
class Optimum:
    """The least value of an objective on a system without strict rows, taken at ``point``.

    The objective is the multipliers' combination of rows and equalities, plus ``value``.
    """

    value: fmpq
    point: tuple[fmpq, ...]
    rows: Multipliers = ()
    equalities: Multipliers = ()

    def verify(self, objective: Form, system: System) -> bool:
        """Whether the point attains the value and the multipliers bound the objective by it."""
        total = Combination((), self.rows, self.equalities).of(system)
        return (
            total is not None
            and not system.strict
            and system.contains(self.point)
            and value(objective, self.point) == self.value
            and _difference(objective, total, self.value)
        )


@dataclass(frozen=True)
class Unbounded:
    """A point of a system and a ray from it, inside the system, on which an objective falls."""

    point: tuple[fmpq, ...]
    ray: tuple[fmpq, ...]

    def verify(self, objective: Form, system: System) -> bool:
        """Whether the point is in the system, the ray stays there and the objective falls."""
        return (
            len(self.ray) == system.dimension
            and not system.strict
            and system.contains(self.point)
            and all(_slope(form, self.ray) >= 0 for form in system.rows)
            and all(_slope(form, self.ray) == 0 for form in system.equalities)
            and _slope(objective, self.ray) < 0
        )


def _slope(form: Form, ray: Sequence[fmpq]) -> fmpq:
    return value((*form[:-1], fmpq(0)), ray)


def _difference(form: Form, combination: Sequence[fmpq], constant: fmpq) -> bool:
    """Whether form - combination is the constant."""
    if len(form) != len(combination):
        return False
    *slopes, rest = (a - b for a, b in zip(form, combination, strict=True))
    return not any(slopes) and rest == constant
