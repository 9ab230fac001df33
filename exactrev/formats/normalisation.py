"""Batch normalisation at inference, where it is exact."""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpz

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats.floats import Array


def normalise_batch(
    tensor: Array, parameters: tuple[Array, Array, Array, Array], epsilon: fmpq, axis: int
) -> Array:
    """Batch normalisation at inference, (scale, shift, mean, variance) lying along ``axis``.

    Raises UnsupportedOperator where the square root is irrational: no network over Q computes it.
    """
    if tensor.ndim <= axis or any(p.shape != (tensor.shape[axis],) for p in parameters):
        raise FormatError("the parameters do not have one entry per channel")
    scale, shift, mean, variance = parameters
    factors = [s / _root(v + epsilon) for s, v in zip(scale, variance, strict=True)]
    along = [1] * tensor.ndim
    along[axis] = -1
    factor = np.array(factors, dtype=object).reshape(along)
    return np.asarray((tensor - mean.reshape(along)) * factor + shift.reshape(along))


def _root(value: fmpq) -> fmpq:
    if value <= 0:
        raise FormatError(f"variance plus epsilon is {value}, not positive")
    roots = fmpz(value.p).sqrtrem(), fmpz(value.q).sqrtrem()
    if roots[0][1] or roots[1][1]:
        raise UnsupportedOperator(
            "the square root of variance plus epsilon is irrational, so batch normalisation has no "
            "exact fold; fold it in floats before export"
        )
    return fmpq(roots[0][0], roots[1][0])
