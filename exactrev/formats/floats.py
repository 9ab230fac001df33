"""Where floats of a file become rationals, and rationals become floats of a file.

Reading is exact: a float is the dyadic rational it is.  Writing rounds to nearest, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from exactrev.errors import FormatError, InputError

#: an array of any numpy type; exact ones have dtype object and hold fmpq
Array = NDArray[Any]


def rationals(array: Array) -> Array:
    """The same numbers as an object array of fmpq, exactly.

    Floats of 16, 32 and 64 bits and integers are taken; FormatError for nan, infinities and every
    other type.
    """
    kind = array.dtype.kind
    if kind == "f" and array.dtype.itemsize <= 8:
        if not np.isfinite(array).all():
            raise FormatError("holds nan or an infinity")
        pairs = [x.as_integer_ratio() for x in array.astype(np.float64).ravel().tolist()]
        return object_array([fmpq(p, q) for p, q in pairs], array.shape)
    if kind in "iu":
        return object_array([fmpq(x) for x in array.ravel().tolist()], array.shape)
    raise FormatError(f"holds {array.dtype} where floats of at most 64 bits are needed")


def object_array(entries: Iterable[Any], shape: tuple[int, ...]) -> Array:
    """An object array of this shape, filled in C order."""
    listed = list(entries)
    flat = np.empty(len(listed), dtype=object)
    for i, entry in enumerate(listed):
        flat[i] = entry
    return flat.reshape(shape)


def nearest_float(value: fmpq) -> tuple[float, bool]:
    """The float64 nearest to a rational, and whether it is equal to it.

    InputError when it is too large for a float64.
    """
    p, q = int(value.p), int(value.q)
    try:
        nearest = p / q
    except OverflowError:
        raise InputError("a weight is too large for a float64") from None
    return nearest, nearest.as_integer_ratio() == (p, q)


def float_matrix(matrix: fmpq_mat) -> tuple[NDArray[np.float64], bool]:
    """The float64 array nearest to a matrix entry by entry, and whether it is equal to it."""
    rounded = [nearest_float(x) for x in matrix.entries()]
    values = np.array([x for x, _ in rounded], dtype=np.float64)
    return values.reshape(matrix.nrows(), matrix.ncols()), all(exact for _, exact in rounded)
