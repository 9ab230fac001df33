"""Looking at f right beside a point: is a boundary there, and how does it go on past another one?

All looks are at distances like 2^-100 with exact arithmetic, so only boundaries through the point
itself matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.linear import is_zero
from exactrev.recovery.geometry import Bend, Form, bend_between, form_key, rounded
from exactrev.recovery.probe import Piece, Probe

#: Distance of a look from its point, and the grid on which such points are rounded (powers of 2).
NEAR = 120
GRID = 320
#: How steeply, against the look's own width, a boundary may bend and still be seen (power of 2).
_STEEPNESS = 24


def dot(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    """The inner product."""
    return (fmpq_mat(1, len(a), list(a)) * fmpq_mat(len(b), 1, list(b)))[0, 0]


def combined(a: Sequence[fmpq], s: fmpq, b: Sequence[fmpq]) -> list[fmpq]:
    """a + s b."""
    return [x + s * y for x, y in zip(a, b, strict=True)]


def unit_scale(vector: Sequence[fmpq]) -> fmpq:
    """A power of two c with every |c v_i| at most 2 and one at least 1/2."""
    largest = max(abs(x) for x in vector)
    shift = largest.q.bit_length() - largest.p.bit_length()
    return fmpq(fmpz(1) << shift) if shift >= 0 else fmpq(1, fmpz(1) << -shift)


def normal(form: Form) -> list[fmpq]:
    """The gradient of a form."""
    return list(form.entries()[:-1])


def onto(form: Form, point: Sequence[fmpq]) -> list[fmpq]:
    """The point moved along the form's normal onto its zero set."""
    v = normal(form)
    value = dot(v, point) + form.entries()[-1]
    return combined(point, -value / dot(v, v), v)


def onto_both(form: Form, other: Form, point: Sequence[fmpq]) -> list[fmpq] | None:
    """The point moved onto both zero sets, within the span of their normals; None if parallel."""
    v, z = normal(form), normal(other)
    vv, vz, zz = dot(v, v), dot(v, z), dot(z, z)
    determinant = vv * zz - vz * vz
    if not determinant:
        return None
    a = dot(v, point) + form.entries()[-1]
    b = dot(z, point) + other.entries()[-1]
    moved = combined(point, -(zz * a - vz * b) / determinant, v)
    return combined(moved, -(vv * b - vz * a) / determinant, z)


def along(form: Form, direction: Sequence[fmpq]) -> list[fmpq]:
    """The direction's part along the form's zero set."""
    v = normal(form)
    return combined(direction, -dot(v, direction) / dot(v, v), v)


def sides(probe: Probe, form: Form, point: Sequence[fmpq]) -> tuple[Piece, Piece]:
    """The pieces of f right beside a point of the form's zero set: on the lower and upper side."""
    v = normal(form)
    step = fmpq(1, fmpz(1) << NEAR) * unit_scale(v)
    upper = probe.piece(rounded(combined(point, step, v), GRID))
    lower = probe.piece(rounded(combined(point, -step, v), GRID))
    return lower, upper


def bend_at(probe: Probe, form: Form, point: Sequence[fmpq]) -> Bend | None:
    """The bend of f across the form's zero set at a point of it, or None if f has none there.

    Two pieces are read.
    """
    return bend_across(form, *sides(probe, form, point))


def bend_across(form: Form, lower: Piece, upper: Piece) -> Bend | None:
    """The bend across the form's zero set between a piece below and one above it, if it is one."""
    bend = bend_between(lower, upper)
    if bend is None or form_key(bend.form) != form_key(form):
        return None
    opposite = dot(normal(bend.form), normal(form)) < 0
    return Bend(bend.form, -bend.jump) if opposite else bend


def bend_past(
    probe: Probe, form: Form, other: Form, point: Sequence[fmpq], side: int
) -> fmpq | None:
    """The mu for which the boundary ``form = 0`` goes on as ``form + mu other = 0`` past ``other
    = 0``.

    ``point`` lies on both; ``side`` (+1 or -1) is the sign of ``other`` past it.  Two pieces are
    read.  None means that no such boundary is seen: f does not bend there, or not across a
    hyperplane of that pencil.
    """
    v, z = normal(form), normal(other)
    vv, vz, zz = dot(v, v), dot(v, z), dot(z, z)
    determinant = vv * zz - vz * vz
    if not determinant:
        return None
    across = [(zz * a - vz * b) / determinant for a, b in zip(v, z, strict=True)]
    beyond = [side * (vv * b - vz * a) / determinant for a, b in zip(v, z, strict=True)]
    across = [x * unit_scale(across) for x in across]
    step = fmpq(1, fmpz(1) << NEAR)
    foot = combined(point, step * unit_scale(beyond), beyond)
    reach = step * (1 << _STEEPNESS)
    upper = probe.piece(rounded(combined(foot, reach, across), GRID))
    lower = probe.piece(rounded(combined(foot, -reach, across), GRID))
    bend = bend_between(lower, upper)
    return None if bend is None else pencil_parameter(bend.form, form, other)


def pencil_parameter(found: Form, form: Form, other: Form) -> fmpq | None:
    """The mu with ``found`` a multiple of ``form + mu other``, or None if there is none."""
    a, b, c = form.entries(), other.entries(), found.entries()
    i = next(k for k, x in enumerate(a) if x)
    j = next((k for k in range(len(a)) if a[i] * b[k] != a[k] * b[i]), None)
    if j is None:
        return None
    determinant = a[i] * b[j] - a[j] * b[i]
    alpha = (c[i] * b[j] - c[j] * b[i]) / determinant
    beta = (a[i] * c[j] - a[j] * c[i]) / determinant
    if not alpha or not is_zero(form * alpha + other * beta - found):
        return None
    return beta / alpha
