"""The Keras layers with an exact translation, each a function on tensors of affine forms.

Layers that an exact ReLU network cannot express are not here, and so are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.exact.rational import to_rational
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import matmul
from exactrev.formats.normalisation import normalise_batch
from exactrev.formats.unrolling import Unrolling

_ACTIVATIONS = {"relu", "linear", None}
#: of a ReLU layer: what has to hold for it to be max(0, x)
_PLAIN_RELU: dict[str, tuple[Any, ...]] = {
    "max_value": (None,), "negative_slope": (0, None), "threshold": (0, None), "alpha": (0, None),
}

#: the variables of a layer as exact arrays, by their roles
Found = dict[str, Array]


@dataclass(frozen=True, eq=False)
class GraphLayer:
    """One layer of the graph: class, unique name, configuration, names of the layers it reads."""

    kind: str
    name: str
    config: Mapping[str, Any]
    sources: tuple[str, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The variables the layer has, in the order Keras lists them."""
        if self.kind == "Dense":
            return ("kernel", "bias") if self.config.get("use_bias", True) else ("kernel",)
        if self.kind == "BatchNormalization":
            scale = ("gamma",) if self.config.get("scale", True) else ()
            center = ("beta",) if self.config.get("center", True) else ()
            return (*scale, *center, "moving_mean", "moving_variance")
        return ()


def _input(layer: GraphLayer, _: list[Array], __: Found, unrolling: Unrolling) -> Array:
    shape = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
    if isinstance(shape, dict):  # a tuple, as Keras 2 spells it
        shape = shape.get("items")
    if not isinstance(shape, list) or len(shape) < 2:
        raise FormatError("the input has no shape")
    if any(type(extent) is not int or extent < 1 for extent in shape[1:]):
        raise FormatError(f"the input has an open shape {shape}")
    return unrolling.input((1, *shape[1:]))


def _dense(layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling) -> Array:
    for key in ("quantization_config", "lora_rank"):
        if layer.config.get(key) is not None:
            raise UnsupportedOperator(f"{key} is not supported")
    kernel, bias = found["kernel"], found.get("bias")
    if kernel.ndim != 2 or (bias is not None and bias.shape != kernel.shape[1:]):
        raise FormatError(f"kernel of shape {kernel.shape} with a bias that does not fit")
    affine = matmul(inputs[0], kernel)
    return _activated(layer, affine if bias is None else affine + bias, unrolling)


def _activated(layer: GraphLayer, tensor: Array, unrolling: Unrolling) -> Array:
    activation = layer.config.get("activation")
    if isinstance(activation, dict) or activation not in _ACTIVATIONS:
        raise UnsupportedOperator(f"activation {str(activation)[:60]!r} is not supported")
    return unrolling.relu(tensor) if activation == "relu" else tensor


def _activation(layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling) -> Array:
    return _activated(layer, inputs[0], unrolling)


def _relu(layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling) -> Array:
    for key, allowed in _PLAIN_RELU.items():
        if layer.config.get(key) not in allowed:
            raise UnsupportedOperator(f"{key} = {layer.config[key]} is not supported")
    return unrolling.relu(inputs[0])


def _flatten(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    if layer.config.get("data_format") == "channels_first" and inputs[0].ndim > 3:
        raise UnsupportedOperator("channels_first is not supported")
    return inputs[0].reshape(1, -1)


def _same(_: GraphLayer, inputs: list[Array], __: Found, ___: Unrolling) -> Array:
    return inputs[0]


def _normalise(
    layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling
) -> Array:
    axis = layer.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (-1, inputs[0].ndim - 1):
        raise UnsupportedOperator(f"axis {axis} is not supported")
    mean, variance = found["moving_mean"], found["moving_variance"]
    ones, zeros = rationals(np.ones(mean.shape)), rationals(np.zeros(mean.shape))
    parameters = found.get("gamma", ones), found.get("beta", zeros), mean, variance
    epsilon = to_rational(layer.config.get("epsilon", 1e-3))
    return normalise_batch(inputs[0], parameters, epsilon, inputs[0].ndim - 1, unrolling)


def _add(_: GraphLayer, inputs: list[Array], __: Found, ___: Unrolling) -> Array:
    if len(inputs) < 2 or any(x.shape != inputs[0].shape for x in inputs):
        raise FormatError("adds tensors that do not have one shape")
    return np.asarray(sum(inputs[1:], start=inputs[0]))


def _concatenate(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    return np.concatenate(inputs, axis=layer.config.get("axis", -1))


#: layers of which the number of tensors they read is not one
INPUT_COUNTS_VARY = {"InputLayer", "Add", "Concatenate"}

LAYERS: dict[str, Callable[[GraphLayer, list[Array], Found, Unrolling], Array]] = {
    "InputLayer": _input, "Dense": _dense, "Activation": _activation, "ReLU": _relu,
    "Flatten": _flatten, "Dropout": _same, "BatchNormalization": _normalise,
    "Add": _add, "Concatenate": _concatenate,
}
