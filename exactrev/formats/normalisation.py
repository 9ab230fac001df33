"""Batch normalisation at inference, folded into affine forms.

Its factor scale / sqrt(variance + epsilon) is irrational for most numbers, and a network over Q
cannot hold it.  So the root is taken as a number that runtimes compute with: exactly where it is
rational, else as the float nearest to the true root, of the precision of the file (IEEE 754
square roots are rounded so).  What was rounded is said; everything after is exact.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError
from exactrev.formats.floats import Array
from exactrev.formats.unrolling import Unrolling

#: bits of the significand of float32 and float64
SINGLE, DOUBLE = 24, 53


def normalise_batch(
    tensor: Array,
    parameters: tuple[Array, Array, Array, Array],
    epsilon: fmpq,
    axis: int,
    unrolling: Unrolling,
    bits: int = SINGLE,
) -> Array:
    """scale (x - mean) / sqrt(variance + epsilon) + shift, parameters lying along ``axis``.

    ``parameters`` are (scale, shift, mean, variance).  Roots that are irrational are rounded to
    ``bits`` bits, and the unrolling notes how many.  FormatError where variance plus epsilon is
    not positive.
    """
    if tensor.ndim <= axis or any(p.shape != (tensor.shape[axis],) for p in parameters):
        raise FormatError("the parameters do not have one entry per channel")
    scale, shift, mean, variance = parameters
    roots = [nearest_root(v + epsilon, bits) for v in variance]
    rounded = sum(root * root != v + epsilon for root, v in zip(roots, variance, strict=True))
    if rounded:
        unrolling.note(
            f"batch normalisation: the square root of variance plus epsilon is irrational in "
            f"{rounded} of {len(roots)} channels and was taken as the nearest "
            f"{'float32' if bits == SINGLE else 'float64'}; the network is the one with that number"
        )
    along = [1] * tensor.ndim
    along[axis] = -1
    factors = [s / root for s, root in zip(scale, roots, strict=True)]
    factor = np.array(factors, dtype=object).reshape(along)
    return np.asarray((tensor - mean.reshape(along)) * factor + shift.reshape(along))


def nearest_root(value: fmpq, bits: int) -> fmpq:
    """The square root where it is rational, else the number of ``bits`` bits nearest to it.

    >>> nearest_root(fmpq(9, 4), 24), nearest_root(fmpq(2), 4)
    (3/2, 11/8)
    """
    p, q = int(value.p), int(value.q)
    if p <= 0:
        raise FormatError(f"variance plus epsilon is {value}, not positive")
    if isqrt(p) ** 2 == p and isqrt(q) ** 2 == q:
        return fmpq(isqrt(p), isqrt(q))
    # the root is within a factor of two of 2**place; a bit more than wanted decides the rounding
    place = (p.bit_length() - q.bit_length()) // 2
    shift = bits + 1 - place
    floor = isqrt((p << 2 * shift) // q if shift >= 0 else p // (q << -2 * shift))
    spare = floor.bit_length() - bits
    nearest = (floor + (1 << spare - 1)) >> spare  # no tie: a tie would be a rational root
    return fmpq(nearest) * fmpq(2) ** (spare - shift)
