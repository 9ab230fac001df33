"""The ONNX operators that move entries, make constants or act on shapes, without arithmetic.

Source: the ONNX operator specification, opsets 7 and later.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import as_signal, demand_size, is_signal, rationals_of
from exactrev.formats.onnx_node import Node, numeric

_FLOAT_TYPES = {1: np.float32, 10: np.float16, 11: np.float64}
_INTEGER_TYPES = {6: np.int32, 7: np.int64}


def identity(node: Node) -> Array:
    return node.argument(0)


def dropout(node: Node) -> Array:
    training = node.optional(2)
    if training is not None and training.any():
        raise UnsupportedOperator("training mode is not supported")
    return node.argument(0)


def flatten(node: Node) -> Array:
    tensor = node.argument(0)
    axis = node.get("axis", 1)
    if not -tensor.ndim <= axis <= tensor.ndim:
        raise FormatError(f"axis {axis} of a tensor of {tensor.ndim} dimensions")
    rows = int(np.prod(tensor.shape[:axis], dtype=np.int64)) if axis else 1
    return tensor.reshape(rows, -1)


def reshape(node: Node) -> Array:
    tensor, shape = node.argument(0), node.integers("shape", 1)
    if shape is None:
        raise FormatError("shape is missing")
    if not node.get("allowzero", 0):
        shape = [tensor.shape[i] if extent == 0 else extent for i, extent in enumerate(shape)]
    return tensor.reshape(shape)


def transpose(node: Node) -> Array:
    return node.argument(0).transpose(node.get("perm"))


def squeeze(node: Node) -> Array:
    axes = node.integers("axes", 1)
    return node.argument(0).squeeze(None if axes is None else tuple(axes))


def unsqueeze(node: Node) -> Array:
    axes = node.integers("axes", 1)
    if axes is None:
        raise FormatError("axes are missing")
    return np.expand_dims(node.argument(0), tuple(axes))


def concat(node: Node) -> Array:
    tensors = [numeric(node.argument(i)) for i in range(len(node.arguments))]
    if any(is_signal(tensor) for tensor in tensors):
        tensors = [as_signal(tensor) for tensor in tensors]
    elif any(tensor.dtype == object for tensor in tensors):
        tensors = [rationals_of(tensor) for tensor in tensors]
    return np.concatenate(tensors, axis=node.attributes["axis"])


def shape_of(node: Node) -> Array:
    extents = node.argument(0).shape[node.get("start", 0) : node.get("end")]
    return np.array(extents, dtype=np.int64)


def gather(node: Node) -> Array:
    indices = node.argument(1)
    if indices.dtype.kind not in "iu":
        raise FormatError("indices are not constant integers")
    tensor, axis = node.argument(0), node.get("axis", 0)
    axis = axis + tensor.ndim if axis < 0 else axis
    demand_size((*tensor.shape[:axis], *indices.shape, *tensor.shape[axis + 1 :]))
    return np.asarray(np.take(tensor, indices, axis=axis))


def slice_of(node: Node) -> Array:
    tensor = node.argument(0)
    starts, ends = node.integers("starts", 1), node.integers("ends", 2)
    if starts is None or ends is None:
        raise FormatError("starts or ends are missing")
    axes = node.integers("axes", 3) or list(range(len(starts)))
    steps = node.integers("steps", 4) or [1] * len(starts)
    selection = [slice(None)] * tensor.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        selection[axis] = slice(start, end, step)
    return tensor[tuple(selection)]


def constant(node: Node) -> Array:
    if len(node.attributes) != 1:
        raise FormatError("a constant needs exactly one value")
    ((kind, value),) = node.attributes.items()
    if kind == "value":
        return np.asarray(value)
    if kind in {"value_float", "value_floats"}:
        return np.array(value, dtype=np.float64)
    if kind in {"value_int", "value_ints"}:
        return np.array(value, dtype=np.int64)
    raise UnsupportedOperator(f"a constant given as {kind} is not supported")


def constant_of_shape(node: Node) -> Array:
    shape = node.integers("shape", 0)
    value = np.asarray(node.get("value", np.zeros(1, np.float32)))
    return np.full(demand_size(shape or ()), value.ravel()[0])


def cast(node: Node) -> Array:
    tensor, target = node.argument(0), node.get("to")
    if target in _INTEGER_TYPES and tensor.dtype.kind in "iu":
        return tensor.astype(np.int64)
    if target not in _FLOAT_TYPES:
        raise UnsupportedOperator(f"a cast to element type {target} is not supported")
    if is_signal(tensor):
        return tensor
    exact = rationals_of(tensor)
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float64) if exact.size == 0 else _rounded(exact, target)
    if (rationals(rounded) != exact).any():
        raise UnsupportedOperator("a cast that rounds a constant is not supported")
    return exact


def _rounded(exact: Array, target: int) -> Array:
    floats = [int(x.p) / int(x.q) for x in exact.flat]
    return np.array(floats, np.float64).astype(_FLOAT_TYPES[target]).reshape(exact.shape)


OPERATORS: dict[str, Callable[[Node], Array]] = {
    "Identity": identity, "Dropout": dropout, "Cast": cast,
    "Flatten": flatten, "Reshape": reshape, "Transpose": transpose,
    "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Concat": concat,
    "Shape": shape_of, "Gather": gather, "Slice": slice_of,
    "Constant": constant, "ConstantOfShape": constant_of_shape,
}
