"""The ONNX operators that reduce axes: sums and means are affine, maxima and minima trees of ReLUs.

Source: the ONNX operator specification, opsets 7 and later.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError
from exactrev.formats.floats import Array, object_array
from exactrev.formats.forms import Form, as_signal, combinations
from exactrev.formats.onnx_node import Node, numeric
from exactrev.formats.piecewise import maxima


def _reduced(node: Node, reduce: Callable[[list[list[Form]]], list[Form]]) -> Array:
    """``reduce`` of the groups of entries that fall together."""
    tensor, axes = numeric(node.argument(0)), node.integers("axes", 1)
    if not axes:
        if node.get("noop_with_empty_axes", 0):
            return tensor
        axes = list(range(tensor.ndim))
    gone = sorted({axis % tensor.ndim for axis in axes})
    kept = [axis for axis in range(tensor.ndim) if axis not in gone]
    shape = [1 if axis in gone else n for axis, n in enumerate(tensor.shape)]
    if not node.get("keepdims", 1):
        shape = [tensor.shape[axis] for axis in kept]
    size = int(np.prod([tensor.shape[axis] for axis in gone], dtype=np.int64))
    if not size:
        raise FormatError("reduces an axis without entries")
    rows = as_signal(tensor).transpose([*kept, *gone]).reshape(-1, size)
    return object_array(reduce(rows.tolist()), tuple(shape))


def _weighted(weight: fmpq) -> Callable[[list[list[Form]]], list[Form]]:
    return lambda groups: [combinations(x, [[weight] * len(x)])[0] for x in groups]


def reduce_sum(node: Node) -> Array:
    return _reduced(node, _weighted(fmpq(1)))


def reduce_mean(node: Node) -> Array:
    def means(groups: list[list[Form]]) -> list[Form]:
        return _weighted(fmpq(1, len(groups[0])))(groups) if groups else []

    return _reduced(node, means)


def reduce_max(node: Node) -> Array:
    return _reduced(node, lambda groups: maxima(groups, node.unrolling))


def reduce_min(node: Node) -> Array:
    def minima(groups: list[list[Form]]) -> list[Form]:
        return [-x for x in maxima([[-x for x in group] for group in groups], node.unrolling)]

    return _reduced(node, minima)


OPERATORS: dict[str, Callable[[Node], Array]] = {
    "ReduceSum": reduce_sum, "ReduceMean": reduce_mean,
    "ReduceMax": reduce_max, "ReduceMin": reduce_min,
}
