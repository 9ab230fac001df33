"""Whether floats can hold the forms of a network's neurons, whatever its neurons' signs.

Where they cannot, nothing that floats say of the forms is of use, and cells are judged exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

from flint import fmpq

from exactrev.exact.rational import magnitude
from exactrev.network.model import Network

_LARGEST = 960  # exponent of the coefficients that are held; doubles end at 1024


def floats_hold(
    network: Network, numbers: Iterable[fmpq] = (), inputs: Iterable[fmpq] = ()
) -> bool:
    """Whether no double overflows that is about a coefficient of a preactivation or output, as an
    affine form on any cell, or about one of these numbers.

    Nor a value at points whose coordinates are no larger than one of ``inputs``.
    """
    # exponents of the values and of sums of coefficients, source by source
    largest = [max(0.0, exponent(inputs) + log2(network.inputs))]
    for layer in network.layers:
        parts = [exponent(layer.bias.entries())]
        for source, matrix in layer.weights:
            parts.append(exponent(matrix.entries()) + log2(matrix.ncols() or 1) + largest[source])
        if max(parts) > _LARGEST:
            return False
        largest.append(max(parts) + log2(len(parts)))
    return max(largest) <= _LARGEST and exponent(numbers) <= _LARGEST


def exponent(numbers: Iterable[fmpq]) -> float:
    """An exponent of two that none of the numbers reaches in size."""
    return max((magnitude(x) for x in numbers if x), default=0)
