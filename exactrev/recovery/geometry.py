"""Points, affine forms and kinks: what the pieces of f on the two sides of a boundary say of it.

An affine form is a 1 x (n+1) matrix (v | beta) and stands for x |-> v.x + beta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.linear import is_zero, matrix_rows
from exactrev.recovery.points import DyadicPoint
from exactrev.recovery.probe import Piece

#: v.x + beta as the 1 x (n+1) matrix (v | beta)
Form = fmpq_mat


def form_key(form: Form) -> tuple[fmpq, ...]:
    """A hashable value, equal for forms whose zero sets are the same hyperplane."""
    entries = form.entries()
    lead = next(x for x in entries if x)
    return tuple(x / lead for x in entries)


def homogeneous(point: Sequence[fmpq]) -> fmpq_mat:
    """The column (x, 1), on which a form is a product."""
    return fmpq_mat(len(point) + 1, 1, [*point, fmpq(1)])


def homogeneous_direction(direction: Sequence[fmpq]) -> fmpq_mat:
    """The column (direction, 0): a form times it is the form's rate of change along the way."""
    return fmpq_mat(len(direction) + 1, 1, [*direction, fmpq(0)])


def form_at(form: Form, point: Sequence[fmpq]) -> fmpq:
    """The value of a form at a point."""
    return (form * homogeneous(point))[0, 0]


def slope(form: Form, direction: Sequence[fmpq]) -> fmpq:
    """The rate of change of a form along a direction."""
    return (form * homogeneous_direction(direction))[0, 0]


def rounded(point: Sequence[fmpq], exponent: int) -> DyadicPoint:
    """The dyadic point at or just below ``point`` on the grid of 2^-exponent."""
    return DyadicPoint(tuple((x.p << exponent) // x.q for x in point), exponent)


def rationals(point: DyadicPoint) -> list[fmpq]:
    """The coordinates as rationals."""
    scale = fmpz(1) << point.exponent
    return [fmpq(x, scale) for x in point.numerators]


@dataclass(frozen=True)
class Bend:
    """A jump of the pieces across one hyperplane: ``upper - lower = jump (x) form``.

    ``lower`` holds where the form is negative and ``upper`` where it is positive, so that near the
    hyperplane f = lower + jump relu(form).
    """

    form: Form
    jump: fmpq_mat  # m x 1


def bend_between(lower: Piece, upper: Piece) -> Bend | None:
    """The hyperplane across which ``lower`` turns into ``upper``, or None if they are no such pair.

    The form is scaled so that its first nonzero coefficient is 1.
    """
    difference = upper - lower
    rows = matrix_rows(difference)
    lead_row = next((row for row in rows if any(row)), None)
    if lead_row is None or not any(lead_row[:-1]):
        return None
    pivot = next(j for j, x in enumerate(lead_row) if x)
    form = fmpq_mat(1, len(lead_row), lead_row) * (1 / lead_row[pivot])
    jump = fmpq_mat(len(rows), 1, [row[pivot] for row in rows])
    if len(rows) > 1 and not is_zero(jump * form - difference):
        return None
    return Bend(form, jump)


@dataclass(frozen=True)
class Kink:
    """A point where a scanned line crosses a boundary, exact up to the rounding of ``point``.

    ``point`` lies within 2^-exponent of the boundary; ``bend`` and ``position``, the line's
    parameter there, are exact; ``sides`` are the pieces just before and just after it, nothing
    where it was not found on a line.
    """

    point: DyadicPoint
    bend: Bend
    position: fmpq
    sides: tuple[Piece, ...] = ()

    @property
    def form(self) -> Form:
        """The boundary's hyperplane at this point."""
        return self.bend.form

    @cached_property
    def key(self) -> tuple[fmpq, ...]:
        """The hyperplane as ``form_key`` writes it."""
        return form_key(self.form)

    def lies_on(self, entries: Sequence[fmpq]) -> bool:
        """Whether a form with these entries vanishes on the kink's hyperplane and nowhere else."""
        pivot = next(j for j, x in enumerate(self.key) if x)
        lead = entries[pivot]
        return bool(lead) and all(
            x == lead * y for x, y in zip(entries, self.key, strict=True)
        )


def in_scale_of(bend: Bend, form: Form) -> tuple[fmpq, ...]:
    """The jump of a bend when its form is written as ``form``, a multiple of it."""
    pivot = next(j for j, x in enumerate(bend.form.entries()) if x)
    factor = abs(form.entries()[pivot] / bend.form.entries()[pivot])
    return tuple(jump / factor for jump in bend.jump.entries())


def coordinates(inputs: int) -> fmpq_mat:
    """The inputs themselves as forms, a row each."""
    return fmpq_mat([[fmpq(int(i == j)) for j in range(inputs + 1)] for i in range(inputs)])
