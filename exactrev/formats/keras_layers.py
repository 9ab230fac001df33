"""The Keras layers with an exact translation, each a function on tensors of affine forms.

Layers that an exact ReLU network cannot express are not here, and so are refused by name.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.exact.rational import to_rational
from exactrev.formats import keras_windows as windows
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import demand_size, matmul
from exactrev.formats.keras_layer import Found, GraphLayer, Translation, activated
from exactrev.formats.normalisation import DOUBLE, SINGLE, normalise_batch
from exactrev.formats.piecewise import bounded_relu, leaky, maximum, minimum
from exactrev.formats.unrolling import Unrolling


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
    return activated(layer, affine if bias is None else affine + bias, unrolling)


def _activation(layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling) -> Array:
    return activated(layer, inputs[0], unrolling)


def _relu(layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling) -> Array:
    """slope x below 0, x up to max_value, max_value above; a threshold would make it jump."""
    if layer.number("threshold", 0):
        raise UnsupportedOperator(f"threshold = {layer.config['threshold']} is not supported")
    if layer.config.get("alpha"):
        raise UnsupportedOperator(f"alpha = {layer.config['alpha']} is not supported")
    given = layer.config.get("max_value")
    ceiling = None if given is None else to_rational(given)
    return bounded_relu(inputs[0], layer.number("negative_slope", 0), ceiling, unrolling)


def _leaky_relu(layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling) -> Array:
    """The slope is negative_slope, in Keras 2 alpha."""
    key = "negative_slope" if "negative_slope" in layer.config else "alpha"
    return leaky(inputs[0], layer.number(key, 0.3), unrolling)


def _parametric_relu(
    _: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling
) -> Array:
    slopes = found["alpha"][None]
    if np.broadcast_shapes(slopes.shape, inputs[0].shape) != inputs[0].shape:
        raise FormatError(f"slopes of shape {slopes.shape} for shape {inputs[0].shape}")
    return leaky(inputs[0], slopes, unrolling)


def _flatten(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    if layer.config.get("data_format") == "channels_first" and inputs[0].ndim > 2:
        raise UnsupportedOperator("channels_first is not supported")
    return inputs[0].reshape(1, -1)


def _same(_: GraphLayer, inputs: list[Array], __: Found, ___: Unrolling) -> Array:
    return inputs[0]


def _reshape(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    return inputs[0].reshape(1, *layer.config["target_shape"])


def _permute(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    return inputs[0].transpose(0, *layer.config["dims"])


def _repeat_vector(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    count = layer.config["n"]
    demand_size([count, inputs[0].size])
    return np.repeat(inputs[0][:, None, :], count, axis=1)


def _rescale(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    return np.asarray(inputs[0] * layer.number("scale", 1) + layer.number("offset", 0))


def _normalise(
    layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling
) -> Array:
    axis = layer.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if type(axis) is not int or axis % inputs[0].ndim == 0:
        raise UnsupportedOperator(f"axis {axis} is not supported")
    mean, variance = found["moving_mean"], found["moving_variance"]
    ones, zeros = rationals(np.ones(mean.shape)), rationals(np.zeros(mean.shape))
    parameters = found.get("gamma", ones), found.get("beta", zeros), mean, variance
    bits = DOUBLE if "float64" in str(layer.config.get("dtype")) else SINGLE
    epsilon = layer.number("epsilon", 1e-3)
    return normalise_batch(inputs[0], parameters, epsilon, axis % inputs[0].ndim, unrolling, bits)


def _demand_one_shape(inputs: list[Array]) -> None:
    if len(inputs) < 2 or any(x.shape != inputs[0].shape for x in inputs):
        raise FormatError("joins tensors that do not have one shape")


def _add(_: GraphLayer, inputs: list[Array], __: Found, ___: Unrolling) -> Array:
    _demand_one_shape(inputs)
    return np.asarray(reduce(add, inputs))


def _average(layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling) -> Array:
    return np.asarray(_add(layer, inputs, found, unrolling) / fmpq(len(inputs)))


def _subtract(_: GraphLayer, inputs: list[Array], __: Found, ___: Unrolling) -> Array:
    _demand_one_shape(inputs)
    first, second = inputs
    return np.asarray(first - second)


def _maximum(_: GraphLayer, inputs: list[Array], __: Found, unrolling: Unrolling) -> Array:
    _demand_one_shape(inputs)
    return maximum(inputs, unrolling)


def _minimum(_: GraphLayer, inputs: list[Array], __: Found, unrolling: Unrolling) -> Array:
    _demand_one_shape(inputs)
    return minimum(inputs, unrolling)


def _concatenate(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    return np.concatenate(inputs, axis=layer.config.get("axis", -1))


#: layers that join tensors
JOINING: dict[str, Translation] = {
    "Add": _add, "Average": _average, "Subtract": _subtract, "Maximum": _maximum,
    "Minimum": _minimum, "Concatenate": _concatenate,
}
#: layers of which the number of tensors they read is not one
INPUT_COUNTS_VARY = {"InputLayer", *JOINING}

LAYERS: dict[str, Translation] = {
    "InputLayer": _input, "Dense": _dense, "Activation": _activation, "ReLU": _relu,
    "LeakyReLU": _leaky_relu, "PReLU": _parametric_relu,
    "Flatten": _flatten, "Reshape": _reshape, "Permute": _permute, "RepeatVector": _repeat_vector,
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), _same),
    "Rescaling": _rescale, "BatchNormalization": _normalise,
    **JOINING, **windows.LAYERS,
}

#: layers that add hidden layers, and as what; ReLU only where it has parameters
REWRITTEN = {
    "LeakyReLU": "s x + (1 - s) relu(x)", "PReLU": "s x + (1 - s) relu(x)",
    "Maximum": "trees of b + relu(a - b)", "Minimum": "trees of b - relu(b - a)",
    **{
        kind: "trees of b + relu(a - b)"
        for kind in windows.LAYERS if "MaxPooling" in kind
    },
}
