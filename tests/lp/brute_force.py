"""Small linear systems by Fourier-Motzkin elimination with Fractions: slow, and nothing shared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import fmpq

from exactrev.lp.system import System

#: Coefficients and constant, and whether it is > 0 rather than >= 0.
Condition = tuple[tuple[Fraction, ...], bool]


def fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def conditions(system: System) -> set[Condition]:
    """All conditions as inequalities; an equality is two."""

    def exact(form: Iterable[fmpq], sign: int = 1) -> tuple[Fraction, ...]:
        return tuple(sign * fraction(a) for a in form)

    found = {(exact(form), True) for form in system.strict}
    found |= {(exact(form), False) for form in system.rows}
    found |= {(exact(form, sign), False) for form in system.equalities for sign in (1, -1)}
    return found


def eliminated(rows: set[Condition], place: int) -> set[Condition]:
    """The conditions on the other variables under which the one at this place exists."""
    below = [row for row in rows if row[0][place] > 0]
    above = [row for row in rows if row[0][place] < 0]
    kept = {row for row in rows if row[0][place] == 0}
    for low, low_strict in below:
        for high, high_strict in above:
            a, b = low[place], -high[place]
            total = tuple(x / a + y / b for x, y in zip(low, high, strict=True))
            size = next((abs(x) for x in total if x), Fraction(1))
            kept.add((tuple(x / size for x in total), low_strict or high_strict))
    return kept


def has_point(system: System) -> bool:
    """Whether some point satisfies the system."""
    rows = conditions(system)
    for place in range(system.dimension):
        rows = eliminated(rows, place)
    return all(row[-1] > 0 or (row[-1] == 0 and not strict) for row, strict in rows)


def infimum(objective: Sequence[fmpq], system: System) -> Fraction | None:
    """The infimum of an objective on a system that has a point; None if there is none."""
    form = [fraction(a) for a in objective]
    # one more variable t, in front, with t = objective
    rows = {((Fraction(0), *row), strict) for row, strict in conditions(system)}
    rows |= {((sign * Fraction(-1), *(sign * a for a in form)), False) for sign in (1, -1)}
    for place in range(1, system.dimension + 1):
        rows = eliminated(rows, place)
    return max((-row[-1] / row[0] for row, _ in rows if row[0] > 0), default=None)
