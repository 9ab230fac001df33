"""The ONNX operators with an exact translation, each a function from its arguments to its output.

Affine operators act on tensors of forms; ReLU and its kin add a hidden layer; the rest is in
:mod:`exactrev.formats.onnx_rearrangements`.
Source: the ONNX operator specification, opsets 7 and later.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.exact.rational import to_rational
from exactrev.formats import onnx_rearrangements as rearrangements
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import as_signal, demand_size, is_signal, matmul, rationals_of
from exactrev.formats.normalisation import normalise_batch
from exactrev.formats.onnx_node import Node, numeric


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
    """x < 0: alpha x, else x; that is alpha x + (1 - alpha) relu(x)."""
    alpha = to_rational(node.get("alpha", float(np.float32(0.01))))
    tensor = as_signal(numeric(node.argument(0)))
    return np.asarray(node.unrolling.relu(tensor) * (1 - alpha) + tensor * alpha)


def maximum(node: Node) -> Array:
    """max(a, b) = b + relu(a - b), argument by argument."""
    result = numeric(node.argument(0))
    for index in range(1, len(node.arguments)):
        pair = Node({}, [result, node.argument(index)], node.opset, node.unrolling)
        result = node.unrolling.relu(sub(pair)) + numeric(node.argument(index))
    return np.asarray(result)


def batch_normalization(node: Node) -> Array:
    """scale (x - mean) / sqrt(variance + epsilon) + shift, where that root is rational."""
    if node.get("training_mode", 0) or not node.get("spatial", 1):
        raise UnsupportedOperator("training mode and spatial=0 are not supported")
    tensor = node.argument(0)
    scale, shift, mean, variance = (rationals_of(node.argument(i)) for i in range(1, 5))
    epsilon = to_rational(node.get("epsilon", float(np.float32(1e-5))))
    return normalise_batch(numeric(tensor), (scale, shift, mean, variance), epsilon, axis=1)


OPERATORS: dict[str, Callable[[Node], Array]] = {
    "Add": add, "Sub": sub, "Mul": mul, "Div": div, "Neg": neg, "Sum": total,
    "Gemm": gemm, "MatMul": multiply_matrices, "BatchNormalization": batch_normalization,
    "Relu": relu, "LeakyRelu": leaky_relu, "Max": maximum,
    **rearrangements.OPERATORS,
}
