"""The Keras layers that slide windows over a grid, and those that pad, crop and repeat it.

Keras lists channels last unless told otherwise; here tensors are turned to (1, channels, *grid) and
back.  Source: the Keras files ``layers/convolutional``, ``layers/pooling``, ``layers/reshaping``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats.convolution import average_pool, convolve, max_pool
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import as_signal, demand_size
from exactrev.formats.keras_layer import Found, GraphLayer, Translation, activated
from exactrev.formats.unrolling import Unrolling
from exactrev.network.windows import Windows

_PADDING = {"valid": "VALID", "same": "SAME_UPPER"}


def channels_first(layer: GraphLayer) -> bool:
    """Whether the layer lists channels before the grid; FormatError for another word."""
    order = layer.config.get("data_format") or "channels_last"
    if order not in ("channels_first", "channels_last"):
        raise FormatError(f"data_format {str(order)[:40]!r} is unknown")
    return bool(order == "channels_first")


def _on_grid(layer: GraphLayer, tensor: Array, act: Callable[[Array], Array]) -> Array:
    """``act`` on the tensor as (1, channels, *grid), its result as the layer lists it."""
    if tensor.ndim < 3:
        raise FormatError(f"a tensor of shape {tensor.shape} has no grid")
    if channels_first(layer):
        return act(tensor)
    return np.moveaxis(act(np.moveaxis(tensor, -1, 1)), 1, -1)


def _extents(value: Any, axes: int) -> list[int]:
    """One integer for every axis, from one for all or a list."""
    listed = [value] * axes if type(value) is int else value
    if not isinstance(listed, list) or any(type(x) is not int for x in listed):
        raise FormatError(f"{str(value)[:40]} is not a list of {axes} integers")
    return listed


def _windows(layer: GraphLayer, tensor: Array, kernel: list[int], strides: list[int]) -> Windows:
    axes, rule = tensor.ndim - 2, layer.config.get("padding", "valid")
    dilations = _extents(layer.config.get("dilation_rate", 1), axes)
    if rule == "causal":
        pads: list[int] | str = [(n - 1) * d for n, d in zip(kernel, dilations, strict=True)]
        pads = [*pads, *([0] * axes)]
    elif rule in _PADDING:
        pads = _PADDING[rule]
    else:
        raise UnsupportedOperator(f"padding {str(rule)[:40]!r} is not supported")
    return Windows.over(tensor.shape[2:], kernel, strides, dilations, pads)


def _convolved(
    layer: GraphLayer, tensor: Array, kernel: Array, bias: Array | None, groups: int
) -> Array:
    """Keras lists a kernel as (*window, in channels / groups, out channels)."""
    for key in ("quantization_config", "lora_rank"):
        if layer.config.get(key) is not None:
            raise UnsupportedOperator(f"{key} is not supported")
    if kernel.ndim != tensor.ndim:
        raise FormatError(f"a kernel of shape {kernel.shape} on a tensor of {tensor.ndim} axes")

    def act(grid: Array) -> Array:
        weights = np.moveaxis(kernel, (-1, -2), (0, 1))
        strides = _extents(layer.config.get("strides", 1), grid.ndim - 2)
        windows = _windows(layer, grid, list(weights.shape[2:]), strides)
        return convolve(grid, weights, bias, windows, groups)

    return _on_grid(layer, tensor, act)


def convolution(
    layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling
) -> Array:
    groups = layer.config.get("groups", 1)
    result = _convolved(layer, inputs[0], found["kernel"], found.get("bias"), groups)
    return activated(layer, result, unrolling)


def depthwise(layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling) -> Array:
    """Every channel by itself with kernels of its own: as many groups as channels."""
    kernel = _per_channel(found["kernel"])
    result = _convolved(layer, inputs[0], kernel, found.get("bias"), found["kernel"].shape[-2])
    return activated(layer, result, unrolling)


def separable(layer: GraphLayer, inputs: list[Array], found: Found, unrolling: Unrolling) -> Array:
    """Depthwise, then 1 x 1 across the channels."""
    kernel = _per_channel(found["depthwise_kernel"])
    groups = found["depthwise_kernel"].shape[-2]
    deep = _convolved(layer, inputs[0], kernel, None, groups)
    config = {"data_format": layer.config.get("data_format")}
    pointwise = GraphLayer(layer.kind, layer.name, config, layer.sources)
    result = _convolved(pointwise, deep, found["pointwise_kernel"], found.get("bias"), 1)
    return activated(layer, result, unrolling)


def _per_channel(kernel: Array) -> Array:
    """(*window, channels, multiplier) as (*window, 1, channels times multiplier)."""
    return kernel.reshape(*kernel.shape[:-2], 1, kernel.shape[-2] * kernel.shape[-1])


def _pooled(layer: GraphLayer, tensor: Array, pool: Callable[[Array, Windows], Array]) -> Array:
    def act(grid: Array) -> Array:
        kernel = _extents(layer.config.get("pool_size", 2), grid.ndim - 2)
        strides = _extents(layer.config.get("strides") or kernel, grid.ndim - 2)
        return pool(grid, _windows(layer, grid, kernel, strides))

    return _on_grid(layer, tensor, act)


def pool_maximum(
    layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling
) -> Array:
    return _pooled(layer, inputs[0], lambda grid, windows: max_pool(grid, windows, unrolling))


def pool_average(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    return _pooled(layer, inputs[0], lambda grid, windows: average_pool(grid, windows, False))


def _pooled_globally(
    layer: GraphLayer, tensor: Array, pool: Callable[[Array, Windows], Array]
) -> Array:
    def act(grid: Array) -> Array:
        return pool(grid, Windows.over(grid.shape[2:], grid.shape[2:]))

    pooled = _on_grid(layer, tensor, act)
    return pooled if layer.config.get("keepdims") else pooled.reshape(1, -1)


def pool_maximum_globally(
    layer: GraphLayer, inputs: list[Array], _: Found, unrolling: Unrolling
) -> Array:
    return _pooled_globally(layer, inputs[0], lambda x, w: max_pool(x, w, unrolling))


def pool_average_globally(
    layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling
) -> Array:
    return _pooled_globally(layer, inputs[0], lambda x, w: average_pool(x, w, False))


def _sides(layer: GraphLayer, key: str, axes: int) -> list[tuple[int, int]]:
    """(before, after) for every axis, from an integer, a pair (one axis), or a list of either."""
    value: Any = layer.config.get(key, 1)
    listed: list[Any] = [value] * axes if type(value) is int else value
    if axes == 1 and isinstance(listed, list) and len(listed) == 2:
        listed = [listed]
    sides = []
    for entry in listed:
        before, after = [entry] * 2 if type(entry) is int else entry
        sides.append((int(before), int(after)))
    if len(sides) != axes or min(map(min, sides)) < 0:
        raise FormatError(f"{key} {value} does not fit {axes} spatial axes")
    return sides


def pad_with_zeros(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    def act(grid: Array) -> Array:
        counts = [(0, 0), (0, 0), *_sides(layer, "padding", grid.ndim - 2)]
        demand_size(n + sum(count) for n, count in zip(grid.shape, counts, strict=True))
        places = np.pad(
            np.arange(grid.size).reshape(grid.shape), counts, constant_values=grid.size
        )
        zero = as_signal(rationals(np.zeros(1)))
        return np.asarray(np.concatenate([as_signal(grid).ravel(), zero])[places])

    return _on_grid(layer, inputs[0], act)


def crop(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    def act(grid: Array) -> Array:
        sides = _sides(layer, "cropping", grid.ndim - 2)
        spans = zip(sides, grid.shape[2:], strict=True)
        return grid[:, :, *(slice(before, n - after) for (before, after), n in spans)]

    return _on_grid(layer, inputs[0], act)


def repeat(layer: GraphLayer, inputs: list[Array], _: Found, __: Unrolling) -> Array:
    """Upsampling by the nearest entry."""
    rule = layer.config.get("interpolation", "nearest")
    if rule != "nearest":
        raise UnsupportedOperator(f"interpolation {str(rule)[:40]!r} is not supported")

    def act(grid: Array) -> Array:
        times = _extents(layer.config.get("size", 2), grid.ndim - 2)
        demand_size([*grid.shape, *times])
        for axis, count in enumerate(times, 2):
            grid = np.repeat(grid, count, axis=axis)
        return grid

    return _on_grid(layer, inputs[0], act)


def _in_dimensions(stem: str, counts: str, layer: Translation) -> dict[str, Translation]:
    return {f"{stem}{count}D": layer for count in counts}


LAYERS: dict[str, Translation] = {
    **_in_dimensions("Conv", "123", convolution),
    **_in_dimensions("DepthwiseConv", "12", depthwise),
    **_in_dimensions("SeparableConv", "12", separable),
    **_in_dimensions("MaxPooling", "123", pool_maximum),
    **_in_dimensions("AveragePooling", "123", pool_average),
    **_in_dimensions("GlobalMaxPooling", "123", pool_maximum_globally),
    **_in_dimensions("GlobalAveragePooling", "123", pool_average_globally),
    **_in_dimensions("ZeroPadding", "123", pad_with_zeros),
    **_in_dimensions("Cropping", "123", crop),
    **_in_dimensions("UpSampling", "123", repeat),
}
