"""A program in floats, rows and columns scaled by powers of two: what a float solver is given.

Nothing that is computed from it is trusted, so entries too small or too large for a solver are cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpz
from numpy.typing import NDArray

from exactrev.lp.program import Program, Row, row_size

Floats = NDArray[np.float64]

#: Coefficients below this part of their row's largest one are left out (HiGHS's own bound: 1e-9).
_SMALL = 2.0**-28

#: Constants are cut to this times the row's largest coefficient.
_LARGE = 2.0**50

#: Entries of more bits than this are shifted before they become floats.
_BITS = 900


@dataclass(frozen=True)
class FloatModel:
    """Minimise cost.z' subject to lower <= matrix z' <= upper.

    A program's row k is two to ``row_exponents[k]`` times the row here, and its unknown z_j is
    z'_j divided by two to ``column_exponents[j]``.
    """

    matrix: Floats
    lower: Floats
    upper: Floats
    cost: Floats
    row_exponents: tuple[int, ...]
    column_exponents: tuple[int, ...]


def float_model(program: Program) -> FloatModel:
    """The program in floats: every row and every column has its largest coefficient near 1."""
    constraints = (*program.inequalities, *program.equalities)
    rows = _floats(constraints, program.sizes)
    matrix, constants = rows[:, :-1], np.clip(rows[:, -1], -_LARGE, _LARGE)
    columns = _exponents(np.abs(matrix).max(axis=0))
    matrix = np.ldexp(matrix, -columns)
    largest = np.abs(matrix).max(axis=1)
    extra = _exponents(largest)
    matrix[np.abs(matrix) < _SMALL * largest[:, None]] = 0.0
    matrix, constants = np.ldexp(matrix, -extra[:, None]), np.ldexp(constants, -extra)
    cost = (*program.objective, fmpz(0))
    objective = _floats([cost], [row_size(cost)])[0, :-1]
    upper = np.full(len(constraints), np.inf)
    upper[len(program.inequalities) :] = -constants[len(program.inequalities) :]
    return FloatModel(
        matrix,
        -constants,
        upper,
        np.ldexp(objective, -columns),
        tuple(size + int(e) for size, e in zip(program.sizes, extra, strict=True)),
        tuple(int(e) for e in columns),
    )


def _exponents(largest: Floats) -> NDArray[np.int32]:
    """The binary exponent of each number, 0 for 0."""
    exponents: NDArray[np.int32] = np.frexp(largest)[1]
    return exponents


def _floats(rows: Sequence[Row], sizes: Sequence[int]) -> Floats:
    """The rows, each divided by two to its size, as floats; huge constants are cut."""
    if max(sizes) > _BITS or any(row[-1].bit_length() > _BITS for row in rows):
        shifts = [max(0, size - _BITS) for size in sizes]
        rows = [_shortened(*pair) for pair in zip(rows, shifts, strict=True)]
        sizes = [size - shift for size, shift in zip(sizes, shifts, strict=True)]
    numbers = np.array([float(a) for row in rows for a in row]).reshape(len(rows), -1)
    scaled: Floats = np.ldexp(numbers, -np.array(sizes)[:, None])
    return scaled


def _shortened(row: Row, shift: int) -> Row:
    """The row divided by two to the shift, its constant cut to what a float can hold."""
    limit = fmpz(1) << (_BITS + 100)
    *coefficients, constant = row
    if shift:
        coefficients = [a >> shift if a else a for a in coefficients]
    return (*coefficients, max(-limit, min(limit, constant >> shift)))
