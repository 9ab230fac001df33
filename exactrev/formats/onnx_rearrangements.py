"""The ONNX operators that move entries, make constants or act on shapes, without arithmetic.

Source: the ONNX operator specification, opsets 7 and later.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import as_signal, demand_size, is_signal, rationals_of
from exactrev.formats.onnx_node import Node, Operator, numeric

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


def pad(node: Node) -> Array:
    """Entries around the edges: a constant, or copies of others; negative counts cut off."""
    tensor, mode = numeric(node.argument(0)), node.get("mode", b"constant").decode()
    pads, axes = node.integers("pads", 1), node.integers("axes", 3) or list(range(tensor.ndim))
    if pads is None or len(pads) != 2 * len(axes) or mode not in _PAD_MODES:
        raise UnsupportedOperator(f"padding {pads} in mode {mode!r} is not supported")
    counts, cut = [(0, 0)] * tensor.ndim, [slice(None)] * tensor.ndim
    for axis, before, after in zip(axes, pads, pads[len(axes) :], strict=False):
        counts[axis] = max(before, 0), max(after, 0)
        cut[axis] = slice(max(-before, 0), tensor.shape[axis] - max(-after, 0))
    index = np.arange(tensor.size).reshape(tensor.shape)[tuple(cut)]
    demand_size(n + sum(count) for n, count in zip(index.shape, counts, strict=True))
    if mode != "constant":
        places = np.pad(index, counts, mode=_PAD_MODES[mode])
        return np.asarray(tensor.ravel()[places])
    places = np.pad(index, counts, constant_values=tensor.size)
    filled = np.concatenate([tensor.ravel(), _filling(node, is_signal(tensor))])
    return np.asarray(filled[places])


_PAD_MODES: dict[str, Any] = {"constant": "constant", "reflect": "reflect", "edge": "edge"}


def _filling(node: Node, signal: bool) -> Array:
    """The one constant that pads, ready to be joined to a tensor of forms or of numbers."""
    given = node.optional(2)
    value = np.float64(node.get("value", 0.0)) if given is None else given
    exact = rationals_of(np.asarray(value)).reshape(1)
    return as_signal(exact) if signal else exact


def split(node: Node) -> tuple[Array, ...]:
    tensor, axis = node.argument(0), node.get("axis", 0)
    sizes = node.integers("split", 1)
    extent = tensor.shape[axis]
    if sizes is None:
        size = -(-extent // node.outputs)
        sizes = [size] * (node.outputs - 1) + [extent - size * (node.outputs - 1)]
    if len(sizes) != node.outputs or sum(sizes) != extent or min(sizes) < 0:
        raise FormatError(f"splits {extent} entries into {sizes}")
    return tuple(np.split(tensor, np.cumsum(sizes)[:-1], axis=axis))


def expand(node: Node) -> Array:
    tensor, shape = node.argument(0), node.integers("shape", 1)
    extents = demand_size(np.broadcast_shapes(tensor.shape, tuple(shape or ())))
    return np.broadcast_to(tensor, extents)


def tile(node: Node) -> Array:
    tensor, repeats = node.argument(0), node.integers("repeats", 1) or []
    if len(repeats) != tensor.ndim:
        raise FormatError(f"repeats {repeats} of a tensor of {tensor.ndim} dimensions")
    demand_size(n * max(times, 0) for n, times in zip(tensor.shape, repeats, strict=True))
    return np.tile(tensor, repeats)


def depth_to_space(node: Node) -> Array:
    tensor, block = node.argument(0), node.get("blocksize")
    samples, channels, height, width = tensor.shape
    depth = channels // block**2
    if node.get("mode", b"DCR") == b"DCR":
        blocks = tensor.reshape(samples, block, block, depth, height, width)
        order = (0, 3, 4, 1, 5, 2)
    else:
        blocks = tensor.reshape(samples, depth, block, block, height, width)
        order = (0, 1, 4, 2, 5, 3)
    return blocks.transpose(order).reshape(samples, depth, height * block, width * block)


def space_to_depth(node: Node) -> Array:
    tensor, block = node.argument(0), node.get("blocksize")
    samples, channels, height, width = tensor.shape
    blocks = tensor.reshape(samples, channels, height // block, block, width // block, block)
    shape = (samples, channels * block**2, height // block, width // block)
    return blocks.transpose(0, 3, 5, 1, 2, 4).reshape(shape)


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


OPERATORS: dict[str, Operator] = {
    "Identity": identity, "Dropout": dropout, "Cast": cast,
    "Flatten": flatten, "Reshape": reshape, "Transpose": transpose,
    "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Concat": concat,
    "Shape": shape_of, "Gather": gather, "Slice": slice_of,
    "Pad": pad, "Split": split, "Expand": expand, "Tile": tile,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
    "Constant": constant, "ConstantOfShape": constant_of_shape,
}
