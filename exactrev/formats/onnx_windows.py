"""The ONNX operators that slide windows over a grid: convolution and pooling.

Source: the ONNX operator specification, opsets 7 and later.
"""

from __future__ import annotations

from collections.abc import Callable

from exactrev.errors import FormatError
from exactrev.formats.convolution import average_pool, convolve, max_pool
from exactrev.formats.floats import Array
from exactrev.formats.forms import rationals_of
from exactrev.formats.onnx_node import Node, numeric
from exactrev.network.windows import Windows


def convolution(node: Node) -> Array:
    tensor, kernel, bias = numeric(node.argument(0)), node.argument(1), node.optional(2)
    if kernel.ndim < 3:
        raise FormatError(f"a kernel of shape {kernel.shape} has no spatial axis")
    exact = None if bias is None else rationals_of(bias)
    windows = _windows(node, tensor, tuple(kernel.shape[2:]))
    if tuple(node.get("kernel_shape", windows.kernel)) != windows.kernel:
        raise FormatError(f"kernel_shape is not that of a kernel of shape {kernel.shape}")
    return convolve(tensor, rationals_of(kernel), exact, windows, node.get("group", 1))


def pool_average(node: Node) -> Array:
    tensor = numeric(node.argument(0))
    counts = bool(node.get("count_include_pad", 0))
    return average_pool(tensor, _windows(node, tensor, node.attributes["kernel_shape"]), counts)


def pool_maximum(node: Node) -> Array:
    tensor = numeric(node.argument(0))
    windows = _windows(node, tensor, node.attributes["kernel_shape"])
    return max_pool(tensor, windows, node.unrolling)


def pool_average_globally(node: Node) -> Array:
    tensor = numeric(node.argument(0))
    return average_pool(tensor, Windows.over(tensor.shape[2:], tensor.shape[2:]), False)


def pool_maximum_globally(node: Node) -> Array:
    tensor = numeric(node.argument(0))
    return max_pool(tensor, Windows.over(tensor.shape[2:], tensor.shape[2:]), node.unrolling)


def _windows(node: Node, tensor: Array, kernel: tuple[int, ...]) -> Windows:
    automatic = node.get("auto_pad", b"NOTSET").decode()
    pads = node.get("pads", [0] * (2 * len(kernel))) if automatic == "NOTSET" else automatic
    return Windows.over(
        tensor.shape[2:],
        kernel,
        node.get("strides"),
        node.get("dilations"),
        pads,
        bool(node.get("ceil_mode", 0)),
    )


OPERATORS: dict[str, Callable[[Node], Array]] = {
    "Conv": convolution,
    "AveragePool": pool_average, "MaxPool": pool_maximum,
    "GlobalAveragePool": pool_average_globally, "GlobalMaxPool": pool_maximum_globally,
}
