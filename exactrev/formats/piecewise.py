"""Piecewise linear functions that are ReLU networks, exactly.

    max(a, b) = b + relu(a - b)                 min(a, b) = a - relu(a - b)
    |x| = 2 relu(x) - x                         leaky: s x + (1 - s) relu(x)
    clip to [l, h]: l + relu(x - l) - relu(x - h) where l <= h

A function here adds one hidden layer to the unrolling, a maximum of n one for every level of its
tree; a tensor that does not depend on the input adds none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats.floats import Array, object_array
from exactrev.formats.forms import Form, as_signal, demand_size, is_signal, rationals_of
from exactrev.formats.unrolling import Unrolling


def leaky(tensor: Array, slope: Array | fmpq, unrolling: Unrolling) -> Array:
    """x where x >= 0 and slope x elsewhere; ``slope`` broadcasts."""
    return np.asarray(unrolling.relu(tensor) * (1 - slope) + tensor * slope)


def absolute(tensor: Array, unrolling: Unrolling) -> Array:
    """|x|."""
    return np.asarray(unrolling.relu(tensor) * fmpq(2) - tensor)


def clip(tensor: Array, low: fmpq | None, high: fmpq | None, unrolling: Unrolling) -> Array:
    """min(max(x, low), high), None being no bound; one hidden layer, of both bounds' neurons."""
    if low is not None and high is not None and low > high:
        raise FormatError(f"clips to [{low}, {high}], which is empty")
    if low is None and high is None:
        return tensor
    if high is None:
        return np.asarray(unrolling.relu(tensor - low) + low)
    if low is None:
        return np.asarray(tensor - unrolling.relu(tensor - high))
    above = unrolling.relu(np.stack([np.asarray(tensor - low), np.asarray(tensor - high)]))
    return np.asarray(above[0] - above[1] + low)


def bounded_relu(
    tensor: Array, slope: fmpq, high: fmpq | None, unrolling: Unrolling
) -> Array:
    """Leaky ReLU with a ceiling, as Keras's ReLU layer has it; ``high`` >= 0."""
    if high is None:
        return leaky(tensor, slope, unrolling) if slope else unrolling.relu(tensor)
    if high < 0:
        raise UnsupportedOperator(f"a ReLU with the negative ceiling {high} is not supported")
    positive, above = unrolling.relu(np.stack([tensor, np.asarray(tensor - high)]))
    bounded = positive - above
    return np.asarray(bounded + (tensor - positive) * slope if slope else bounded)


def maximum(tensors: Sequence[Array], unrolling: Unrolling) -> Array:
    """The entrywise maximum of tensors that broadcast together."""
    shape = demand_size(np.broadcast_shapes(*(tensor.shape for tensor in tensors)))
    if not any(is_signal(tensor) for tensor in tensors):
        exact = [np.broadcast_to(rationals_of(t), shape).ravel().tolist() for t in tensors]
        return object_array((max(entries) for entries in zip(*exact, strict=True)), shape)
    forms = [np.broadcast_to(as_signal(t), shape).ravel().tolist() for t in tensors]
    return object_array(maxima([list(x) for x in zip(*forms, strict=True)], unrolling), shape)


def minimum(tensors: Sequence[Array], unrolling: Unrolling) -> Array:
    """The entrywise minimum: -max(-a, -b)."""
    signs = [-(t if is_signal(t) else rationals_of(t)) for t in tensors]
    return np.asarray(-maximum(signs, unrolling))


def maxima(groups: Sequence[Sequence[Form]], unrolling: Unrolling) -> list[Form]:
    """The maximum of every group, a balanced tree: one hidden layer for each level of pairs.

    A pair that several groups hold in one place is compared once.  FormatError for an empty group.
    """
    level = [list(group) for group in groups]
    if not all(level):
        raise FormatError("the maximum of nothing")
    while any(len(group) > 1 for group in level):
        pairs = {
            (id(a), id(b)): (a, b)
            for group in level
            for a, b in zip(group[::2], group[1::2], strict=False)
        }
        differences = object_array((a - b for a, b in pairs.values()), (len(pairs),))
        above = dict(zip(pairs, unrolling.relu(differences).tolist(), strict=True))
        larger = {pair: b + above[pair] for pair, (_, b) in pairs.items()}
        level = [_next_level(group, larger) for group in level]
    return [group[0] for group in level]


def _next_level(group: list[Form], larger: dict[tuple[int, int], Form]) -> list[Form]:
    halved = [
        larger[id(a), id(b)] for a, b in zip(group[::2], group[1::2], strict=False)
    ]
    return halved + group[2 * len(halved) :]
