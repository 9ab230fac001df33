"""What HiGHS proposes: a point, tight rows and multipliers, all in floats, none of it trusted.

Without highspy installed nothing is proposed and the exact methods work alone.  Everything here is
deterministic: a :class:`Proposer` starts afresh, and then each answer depends only on the programs
that it was given before.

References: https://highs.dev; traps: it drops |a| < 1e-9 with a warning, its status is wrong on
thin sets, and a rejected model leaves debris that makes the next run hang.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from flint import fmpq

from exactrev.exact.rational import to_rational
from exactrev.lp.float_model import FloatModel, Floats, float_model
from exactrev.lp.program import Program, shifted

#: Coefficients up to this are to be left out: below its own bound of 1e-9 HiGHS answers nothing.
DROPPED = 2.0**-29

#: Binary places that a multiplier is rounded to.
_DIGITS = 30

#: An answer with numbers beyond this is none.
_HUGE = 2.0**200

#: Programs of so few unknowns are solved exactly in less time than HiGHS needs to be called.
_FEW_UNKNOWNS = 4

#: As many changed rows are replaced in the model at hand rather than the model passed again.
_FEW = 2


@dataclass(frozen=True)
class Proposal:
    """A point, the rows in HiGHS's basis (fewer than unknowns where some stay free), multipliers.

    The numbers are the floats that HiGHS gave, as exact dyadics in the program's own units;
    multipliers are rounded to ``_DIGITS`` binary places and known up to a common positive factor.
    """

    point: tuple[fmpq, ...]
    tight: tuple[int, ...]
    multipliers: dict[int, fmpq]


class Proposer:
    """Proposals for one program after the other, warm where little has changed since the last."""

    def __init__(self) -> None:
        self._highs: Any = None
        self._last: FloatModel | None = None

    def propose(self, program: Program) -> Proposal | None:
        """What HiGHS makes of the program; None if there is no answer or no gain from asking."""
        if program.unknowns <= _FEW_UNKNOWNS or not program.inequalities or not is_installed():
            return None
        model = float_model(program)
        if not self._load(model):
            self._last = None
            return None
        self._last = model
        self._highs.run()
        return self._answer(program, model)

    def _load(self, model: FloatModel) -> bool:
        """Give HiGHS the model; False, and nothing kept, unless it took every part of it."""
        changed = self._changed(model)
        if changed is None:
            self._highs = _new_highs()
            return self._pass(model)
        ok = highspy_module().HighsStatus.kOk
        for i in changed:
            for j, a in enumerate(model.matrix[i]):
                if self._highs.changeCoeff(i, j, a) != ok:
                    return False
            if self._highs.changeRowBounds(i, model.lower[i], model.upper[i]) != ok:
                return False
        return True

    def _changed(self, model: FloatModel) -> list[int] | None:
        """The few rows in which the model differs from the last one, or None."""
        last = self._last
        if (
            last is None
            or last.matrix.shape != model.matrix.shape
            or not np.array_equal(last.cost, model.cost)
            or last.column_exponents != model.column_exponents
        ):
            return None
        same = (last.matrix == model.matrix).all(axis=1)
        same &= (last.lower == model.lower) & (last.upper == model.upper)
        changed = np.flatnonzero(~same)
        return [int(i) for i in changed] if len(changed) <= _FEW else None

    def _pass(self, model: FloatModel) -> bool:
        rows, columns = model.matrix.shape
        infinite = np.full(columns, np.inf)
        indices = np.arange(columns, dtype=np.int32)
        status = self._highs.passModel(
            columns,
            rows,
            rows * columns,
            2,  # row-wise
            1,  # minimise
            0.0,
            model.cost,
            -infinite,
            infinite,
            model.lower,
            model.upper,
            np.arange(0, rows * columns + 1, columns, dtype=np.int32),
            np.tile(indices, rows),
            model.matrix.ravel(),
            np.zeros(columns, dtype=np.int32),
        )
        return bool(status == highspy_module().HighsStatus.kOk)

    def _answer(self, program: Program, model: FloatModel) -> Proposal | None:
        solution, basis = self._highs.getSolution(), self._highs.getBasis()
        point = np.array(solution.col_value)
        duals = np.array(solution.row_dual)
        if len(point) != program.unknowns or len(duals) != len(model.lower) or not basis.valid:
            return None
        if not (np.abs(point).max() < _HUGE and np.abs(duals).max() < _HUGE):  # nan: no answer
            return None
        basic = highspy_module().HighsBasisStatus.kBasic
        tight = tuple(k for k, status in enumerate(basis.row_status) if status != basic)
        coordinates = zip(point.tolist(), model.column_exponents, strict=True)
        return Proposal(
            tuple(shifted(to_rational(x), -exponent) for x, exponent in coordinates),
            tight,
            {k: _short(float(duals[k]), -model.row_exponents[k]) for k in tight},
        )


def solved_in_floats(
    matrix: Floats, lower: Floats, cost: Floats
) -> tuple[Floats, Floats] | None:
    """A point that minimises the cost where matrix z >= lower, and the rows' multipliers.

    In floats; None if there is no answer.
    """
    if not is_installed() or not np.isfinite(matrix).all() or not np.isfinite(lower).all():
        return None
    rows, columns = matrix.shape
    proposer = Proposer()
    proposer._highs = _new_highs()
    model = FloatModel(
        matrix, lower, np.full(rows, np.inf), cost, (0,) * rows, (0,) * columns
    )
    if not proposer._pass(model):
        return None
    proposer._highs.run()
    solution = proposer._highs.getSolution()
    point, duals = np.array(solution.col_value), np.array(solution.row_dual)
    if len(point) != columns or len(duals) != rows:
        return None
    sane = np.abs(point).max() < _HUGE and np.abs(duals).max() < _HUGE
    return (point, duals) if sane else None


def is_installed() -> bool:
    """Whether anything will ever be proposed."""
    return highspy_module() is not None


@cache
def highspy_module() -> Any:
    """The module, or None where it is not installed."""
    try:
        import highspy
    except ImportError:
        return None
    return highspy


def silent_highs() -> Any:
    """A fresh solver that prints nothing; highspy has to be installed."""
    # the class beneath: Highs itself prints a banner before it can be told to be silent
    highs = highspy_module().Highs.__mro__[1]()
    highs.setOptionValue("output_flag", False)
    return highs


def _new_highs() -> Any:
    highs = silent_highs()
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("simplex_iteration_limit", 10_000)
    return highs


def _short(x: float, exponent: int) -> fmpq:
    """x rounded to ``_DIGITS`` binary places, times two to the exponent."""
    return shifted(fmpq(round(math.ldexp(x, _DIGITS))), exponent - _DIGITS)
