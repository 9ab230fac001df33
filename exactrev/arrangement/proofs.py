"""Which side of zero an affine form takes on a cell: proofs and witnesses for many cells at once.

Linear programs in floats propose; a proposal counts only if a bound on every rounding error shows
that the exact statement holds.  What floats leave open is said to be open.

The proof that a form t is positive on a cell is a combination of the certificate format: integers
c, e, y_k with ``c t = e h + sum_k y_k row_k + rho``, where the linear part of rho has a 1-norm of
at most e and its constant is not negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.arrangement.forms import UNIT, Floats, Forms
from exactrev.lp.batched import OPTIMAL, UNBOUNDED, Optima, minimise

Booleans = NDArray[np.bool_]

_NO_MULTIPLIER = 1e-10  # what rounding leaves of a multiplier that is 0
_LONGEST = 2.0**200  # a multiplier beyond this is left to exact arithmetic


@dataclass(frozen=True)
class Bounded:
    """K cells as linear programs see them: rows (K x M), walls, a point inside, and h."""

    rows: Forms
    walls: Forms
    points: Floats
    norm: Forms | None  # K forms h; a NaN constant where h is not available

    def take(self, which: NDArray[np.int64]) -> Bounded:
        """Some of the cells, with repetitions."""

        def part(forms: Forms) -> Forms:
            return Forms(forms.values[which], forms.errors[which])

        norm = None if self.norm is None else part(self.norm)
        return Bounded(part(self.rows), part(self.walls), self.points[which], norm)


@dataclass(frozen=True)
class Answers:
    """For each cell and form: proved positive, with the combination; or crossed; or open.

    ``c``, ``e`` (K) and ``y`` (K x (M + walls)) are integers held in floats.  Where ``crossed``,
    ``near`` and ``far`` are in the cell, the form is positive at the one and negative at the other,
    and ``wall`` is beside its zero set.
    ``basis`` (K x (M + walls)) marks the rows that floats would combine, for where both are False;
    ``least`` is the form's least value on the cell, as floats have it.
    """

    positive: Booleans
    crossed: Booleans
    c: Floats
    e: Floats
    y: Floats
    near: Floats
    far: Floats
    wall: Floats
    basis: Booleans
    least: Floats


def decide(cells: Bounded, targets: Forms) -> Answers:
    """Judge one form on each cell; the form must be positive at the cell's point."""
    optima, scales = _propose(cells, targets)
    here, _ = targets.at(cells.points)
    c, e, y = _multipliers(cells, targets, optima, scales)
    positive = (optima.status == OPTIMAL) & combination_holds(cells, targets, c, e, y)
    near, far, wall = _beyond(cells, optima, scales.targets, here)
    crossed = ~positive & _is_inside(cells, far) & certainly_negative(targets, far)
    moved = _is_inside(cells, near) & certainly_negative(negated(targets), near)
    near = np.where(moved[:, None], near, cells.points)
    basis = np.abs(optima.multipliers[:, 0]) > _NO_MULTIPLIER
    least = np.where(optima.status == OPTIMAL, optima.value[:, 0] * scales.targets, -np.inf)
    return Answers(positive, crossed, c, e, y, near, far, wall, basis, least)


@dataclass(frozen=True)
class _Scales:
    rows: Floats
    walls: Floats
    targets: Floats


def _size(linear: Floats) -> Floats:
    """A power of two near the largest coefficient (1 where all are 0)."""
    largest = np.abs(linear).max(axis=-1, initial=0.0)
    return np.exp2(np.round(np.log2(np.where(largest > 0, largest, 1.0))))


def _propose(cells: Bounded, targets: Forms) -> tuple[Optima, _Scales]:
    rows, walls = cells.rows.values, cells.walls.values
    scales = _Scales(
        _size(rows[..., :-1]), _size(walls[..., :-1]), _size(targets.values[:, :-1])
    )
    slack = cells.rows.at(cells.points[:, None, :])[0] / scales.rows
    forms = [_at_origin(targets, cells.points) / scales.targets[:, None]]
    if cells.norm is not None:
        forms.append(np.nan_to_num(_at_origin(cells.norm, cells.points)))
    return minimise(
        rows[..., :-1] / scales.rows[..., None],
        np.maximum(slack, 0.0),
        walls[..., :-1] / scales.walls[..., None],
        np.stack(forms, axis=1),
    ), scales


def _at_origin(forms: Forms, points: Floats) -> Floats:
    """The forms as functions of the displacement from the points."""
    moved = forms.values.copy()
    moved[:, -1] = (forms.values[:, :-1] * points).sum(axis=1) + forms.values[:, -1]
    return moved


def _multipliers(
    cells: Bounded, targets: Forms, optima: Optima, scales: _Scales
) -> tuple[Floats, Floats, Floats]:
    """Integers c, e, y that ought to combine to the target, as short as the slack allows."""
    m = cells.rows.values.shape[1]
    scale = np.concatenate([scales.rows, scales.walls], axis=1)
    y = optima.multipliers[:, 0] * (scales.targets[:, None] / scale)
    y[np.abs(optima.multipliers[:, 0]) <= _NO_MULTIPLIER] = 0.0
    slack = optima.value[:, 0] * scales.targets
    everything = np.concatenate([cells.rows.values, cells.walls.values], axis=1)
    used = y != 0
    sizes = np.abs(everything)
    linear = np.einsum("kmi,km->k", sizes[..., :-1], used.astype(float))
    constant = np.einsum("km,km->k", sizes[..., -1], used.astype(float))
    with np.errstate(all="ignore"):
        if cells.norm is None:
            e = np.zeros(len(y))
            c = np.exp2(np.ceil(np.log2(np.maximum(constant / slack, 1.0))))
            drift = np.zeros_like(y)
        else:
            drift = optima.multipliers[:, 1] / scale
            share = np.where((drift > 0) & used, y / drift, np.inf)[:, :m]
            share = share.min(axis=1, initial=np.inf)
            epsilon = np.minimum(share, slack / optima.value[:, 1]) / 2
            epsilon = np.where(np.isfinite(epsilon) & (epsilon > 0), epsilon, 0.0)
            left = slack - epsilon * optima.value[:, 1]
            c = np.maximum((linear + 2) / epsilon, np.maximum(constant / left, 1.0))
            c = np.exp2(np.ceil(np.log2(np.where(np.isfinite(c), c, 1.0))))
            e = np.where(epsilon > 0, np.floor(c * epsilon), 0.0)
        whole = np.rint(c[:, None] * y - e[:, None] * drift * used)
    whole[:, :m] = np.maximum(whole[:, :m], 0.0)
    return c, e, whole


def combination_holds(
    cells: Bounded, targets: Forms, c: Floats, e: Floats, y: Floats
) -> Booleans:
    """Whether c t = e h + sum y row + rho certainly, rho as the certificate format asks."""
    m, k = cells.rows.values.shape[1], cells.walls.values.shape[1]
    n = targets.values.shape[1] - 1
    with np.errstate(all="ignore"):
        rho = c[:, None] * targets.values - (y[:, None, :m] @ cells.rows.values)[:, 0]
        size = np.abs(y)
        magnitude = c[:, None] * np.abs(targets.values)
        magnitude += (size[:, None, :m] @ np.abs(cells.rows.values))[:, 0]
        error = c * targets.errors + (size[:, :m] * cells.rows.errors).sum(axis=1)
        if k:
            rho -= (y[:, None, m:] @ cells.walls.values)[:, 0]
            magnitude += (size[:, None, m:] @ np.abs(cells.walls.values))[:, 0]
            error += (size[:, m:] * cells.walls.errors).sum(axis=1)
        if cells.norm is not None:
            use = (e > 0)[:, None]
            rho -= np.where(use, e[:, None] * cells.norm.values, 0.0)
            magnitude += np.where(use, e[:, None] * np.abs(cells.norm.values), 0.0)
            error += np.where(e > 0, e * cells.norm.errors, 0.0)
        else:
            e = np.zeros_like(e)
        bound = (m + k + 4) * UNIT * magnitude + error[:, None] * (1 + 1e-9)
        miss = (np.abs(rho[:, :n]) + bound[:, :n]).sum(axis=1) * (1 + (n + 2) * UNIT)
        holds = (miss <= e) & (rho[:, n] - bound[:, n] >= 0)
    short = (size < _LONGEST).all(axis=1) & (c < _LONGEST) & (e < _LONGEST)
    return np.asarray(holds & short & (c > 0))


def _beyond(
    cells: Bounded, optima: Optima, target_scales: Floats, here: Floats
) -> tuple[Floats, Floats, Floats]:
    """Points well before and well past the form's zero set, and the one between where it is 0."""
    value = optima.value[:, 0] * target_scales
    with np.errstate(all="ignore"):
        move = optima.displacement
        unbounded = optima.status == UNBOUNDED
        if unbounded.any():
            wanted = np.minimum(value, -here)
            fall = np.where(unbounded, optima.slope * target_scales, 1.0)
            time = np.where(unbounded, (value - wanted) / fall, 0.0)
            move = move + time[:, None] * optima.ray
            value = np.where(unbounded, wanted, value)
        crossing = here / (here - value)
        wall = cells.points + crossing[:, None] * move
        far = cells.points + ((1 + crossing) / 2)[:, None] * move
        return _drawn_in(wall, cells.points), _drawn_in(wall, far), wall


def _drawn_in(wall: Floats, points: Floats) -> Floats:
    """Points on the way from the wall, no farther from it than it is from the origin, plus one.

    Without this, points in unbounded cells would run away and floats lose sight of the walls.
    """
    away = points - wall
    distance = np.abs(away).max(axis=1, initial=0.0)
    reach = 1.0 + np.abs(wall).max(axis=1, initial=0.0)
    return np.where((distance > reach)[:, None], wall + away * (reach / distance)[:, None], points)


def _is_inside(cells: Bounded, points: Floats) -> Booleans:
    """Whether the points certainly satisfy every row strictly (walls are not looked at)."""
    with np.errstate(all="ignore"):
        value, error = cells.rows.at(points[:, None, :])
        return np.asarray((value > error).all(axis=1))


def negated(forms: Forms) -> Forms:
    """The forms with the other sign."""
    return Forms(-forms.values, forms.errors)


def certainly_negative(targets: Forms, points: Floats) -> Booleans:
    """Whether each form is negative at its point, whatever the rounding."""
    with np.errstate(all="ignore"):
        value, error = targets.at(points)
        return value < -error
