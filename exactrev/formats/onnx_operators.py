"""The ONNX operators with an exact translation, each a function from its arguments to its output.

Affine operators act on tensors of forms; ReLU and its kin (:mod:`exactrev.formats.piecewise`) add
hidden layers.  Convolutions and pools are in :mod:`exactrev.formats.onnx_windows`, reductions in
:mod:`exactrev.formats.onnx_reductions`, the rest in :mod:`exactrev.formats.onnx_rearrangements`.
Source: the ONNX operator specification, opsets 7 and later.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.exact.rational import to_rational
from exactrev.formats import onnx_rearrangements as rearrangements
from exactrev.formats import onnx_reductions as reductions
from exactrev.formats import onnx_windows as windows
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import demand_size, is_signal, matmul, rationals_of
from exactrev.formats.normalisation import DOUBLE, SINGLE, normalise_batch
from exactrev.formats.onnx_node import Node, Operator, numeric
from exactrev.formats.piecewise import absolute, clip, leaky, maximum, minimum


def _operands(node: Node) -> tuple[Array, Array]:
    a, b = numeric(node.argument(0)), numeric(node.argument(1))
    demand_size(np.broadcast_shapes(a.shape, b.shape))
    if (a.dtype == object) != (b.dtype == object):
        a, b = (x if x.dtype == object else rationals(x) for x in (a, b))
    return a, b


def add(node: Node) -> Array:
    a, b = _operands(node)
    return np.asarray(a + b)


def sub(node: Node) -> Array:
    a, b = _operands(node)
    return np.asarray(a - b)


def mul(node: Node) -> Array:
    a, b = _operands(node)
    return np.asarray(a * b)


def div(node: Node) -> Array:
    a, b = _operands(node)
    if b.dtype != object:
        raise UnsupportedOperator("division of integers is not supported")
    return np.asarray(a / b)


def neg(node: Node) -> Array:
    return np.asarray(-numeric(node.argument(0)))


def total(node: Node) -> Array:
    result = numeric(node.argument(0))
    for index in range(1, len(node.arguments)):
        result = add(Node({}, [result, node.argument(index)], node.opset, node.unrolling))
    return result


def gemm(node: Node) -> Array:
    a, b, c = numeric(node.argument(0)), numeric(node.argument(1)), node.optional(2)
    if a.ndim != 2 or b.ndim != 2:
        raise FormatError(f"Gemm of tensors of shapes {a.shape} and {b.shape}")
    a = a.T if node.get("transA", 0) else a
    b = b.T if node.get("transB", 0) else b
    product = matmul(a, b) * to_rational(node.get("alpha", 1.0))
    if c is None:
        return np.asarray(product)
    if np.broadcast_shapes(product.shape, c.shape) != product.shape:
        raise FormatError(f"Gemm adds shape {c.shape} to shape {product.shape}")
    exact = c if is_signal(c) else rationals_of(c)
    return np.asarray(product + exact * to_rational(node.get("beta", 1.0)))


def multiply_matrices(node: Node) -> Array:
    return matmul(numeric(node.argument(0)), numeric(node.argument(1)))


def relu(node: Node) -> Array:
    return node.unrolling.relu(numeric(node.argument(0)))


def leaky_relu(node: Node) -> Array:
    slope = to_rational(node.get("alpha", float(np.float32(0.01))))
    return leaky(numeric(node.argument(0)), slope, node.unrolling)


def parametric_relu(node: Node) -> Array:
    tensor, slope = numeric(node.argument(0)), rationals_of(node.argument(1))
    if np.broadcast_shapes(tensor.shape, slope.shape) != tensor.shape:
        raise FormatError(f"slopes of shape {slope.shape} for shape {tensor.shape}")
    return leaky(tensor, slope, node.unrolling)


def absolute_value(node: Node) -> Array:
    return absolute(numeric(node.argument(0)), node.unrolling)


def clip_to_bounds(node: Node) -> Array:
    low = _bound(node, "min", 1)
    return clip(numeric(node.argument(0)), low, _bound(node, "max", 2), node.unrolling)


def _bound(node: Node, name: str, index: int) -> fmpq | None:
    """A bound, an attribute in older opsets; None where there is none or it is infinite."""
    given = node.get(name)
    tensor = node.optional(index) if given is None else np.float64(given)
    if tensor is None:
        return None
    if np.size(tensor) != 1:
        raise FormatError(f"{name} has {np.size(tensor)} entries")
    if tensor.dtype.kind == "f" and np.isinf(tensor).all():
        if (tensor > 0) == (name == "min"):
            raise FormatError(f"{name} is an infinity of the wrong sign")
        return None
    bound: fmpq = rationals_of(np.asarray(tensor)).ravel()[0]
    return bound


def hard_sigmoid(node: Node) -> Array:
    """max(0, min(1, alpha x + beta))."""
    alpha = to_rational(node.get("alpha", float(np.float32(0.2))))
    beta = to_rational(node.get("beta", 0.5))
    affine = np.asarray(numeric(node.argument(0)) * alpha + beta)
    return clip(affine, fmpq(0), fmpq(1), node.unrolling)


def _arguments(node: Node) -> list[Array]:
    return [numeric(node.argument(i)) for i in range(len(node.arguments))]


def largest(node: Node) -> Array:
    return maximum(_arguments(node), node.unrolling)


def smallest(node: Node) -> Array:
    return minimum(_arguments(node), node.unrolling)


def mean(node: Node) -> Array:
    return np.asarray(total(node) / fmpq(len(node.arguments)))


def batch_normalization(node: Node) -> Array:
    """scale (x - mean) / sqrt(variance + epsilon) + shift in real numbers but for the root."""
    if node.get("training_mode", 0) or not node.get("spatial", 1):
        raise UnsupportedOperator("training mode and spatial=0 are not supported")
    tensor = node.argument(0)
    scale, shift, mean, variance = (rationals_of(node.argument(i)) for i in range(1, 5))
    epsilon = to_rational(node.get("epsilon", float(np.float32(1e-5))))
    bits = DOUBLE if node.argument(4).dtype == np.float64 else SINGLE
    parameters = scale, shift, mean, variance
    return normalise_batch(numeric(tensor), parameters, epsilon, 1, node.unrolling, bits)


OPERATORS: dict[str, Operator] = {
    "Add": add, "Sub": sub, "Mul": mul, "Div": div, "Neg": neg, "Sum": total,
    "Gemm": gemm, "MatMul": multiply_matrices, "BatchNormalization": batch_normalization,
    "Mean": mean, "Relu": relu, "LeakyRelu": leaky_relu, "PRelu": parametric_relu,
    "Abs": absolute_value, "Clip": clip_to_bounds, "HardSigmoid": hard_sigmoid,
    "Max": largest, "Min": smallest,
    **windows.OPERATORS,
    **reductions.OPERATORS,
    **rearrangements.OPERATORS,
}
