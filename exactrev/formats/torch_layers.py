"""The layers of a torch state dict, described in a companion file beside it.

A state dict holds tensors by name and nothing about what joins them: no stride, no padding, no
activation.  ``NAME.pt.json`` beside ``NAME.pt`` says it (docs/formats.md); the layers carry torch's
own names and parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError, InputError, UnsupportedOperator
from exactrev.formats.convolution import average_pool, convolve, max_pool
from exactrev.formats.exact_json import Integer, demand_known, exact_numbers, read_document
from exactrev.formats.files import PathLike
from exactrev.formats.floats import Array, rationals
from exactrev.formats.forms import matmul
from exactrev.formats.normalisation import DOUBLE, SINGLE, normalise_batch
from exactrev.formats.piecewise import absolute, clip, leaky, maximum, minimum
from exactrev.formats.unrolling import Unrolling
from exactrev.network import Network
from exactrev.network.windows import Windows

FORMAT, VERSION = "exactrev-torch-layers", 1
_PLACE = {"type", "name", "inputs", "as"}


@dataclass(frozen=True)
class TorchLayer:
    """One layer of the description, with the tensors of the state dict that are its own."""

    settings: Mapping[str, Any]
    tensors: Mapping[str, Array]
    unrolling: Unrolling

    def tensor(self, name: str) -> Array:
        """A tensor it must have, exactly."""
        if name not in self.tensors:
            raise FormatError(f"the state dict holds no {name} for it")
        return rationals(self.tensors[name])

    def optional(self, name: str) -> Array | None:
        """A tensor it may lack."""
        return rationals(self.tensors[name]) if name in self.tensors else None

    def number(self, key: str, default: str) -> fmpq:
        """A number among its settings, exactly."""
        return exact_numbers([self.settings.get(key, default)], f'"{key}"')[0]

    def integers(self, key: str, default: int | Sequence[int], axes: int) -> list[int]:
        """One integer for every axis, from one for all of them or a list."""
        given = self.settings.get(key, default)
        listed = given if isinstance(given, (list, tuple)) else [given] * axes
        if len(listed) != axes or not all(isinstance(x, (int, Integer)) for x in listed):
            raise FormatError(f'"{key}" is not a list of {axes} integers')
        return [int(x) for x in listed]

    def integer(self, key: str, default: int) -> int:
        """An integer among its settings."""
        return self.integers(key, default, 1)[0]

    def flag(self, key: str, default: bool) -> bool:
        """A truth value among its settings."""
        given = self.settings.get(key, default)
        if not isinstance(given, bool):
            raise FormatError(f'"{key}" is neither true nor false')
        return given


def _linear(layer: TorchLayer, x: Array) -> Array:
    product = matmul(x, layer.tensor("weight").T)
    bias = layer.optional("bias")
    return product if bias is None else np.asarray(product + bias)


def _windows(layer: TorchLayer, x: Array, kernel: Sequence[int], stride: Sequence[int]) -> Windows:
    axes = x.ndim - 2
    if layer.settings.get("padding") == "same":
        pads: list[int] | str = "SAME_UPPER"
    else:
        pads = layer.integers("padding", 0, axes) * 2
    strides = layer.integers("stride", list(stride), axes)
    dilations = layer.integers("dilation", 1, axes)
    ceiling = layer.flag("ceil_mode", False)
    return Windows.over(x.shape[2:], kernel, strides, dilations, pads, ceiling)


def _convolution(layer: TorchLayer, x: Array) -> Array:
    kernel, groups = layer.tensor("weight"), layer.integer("groups", 1)
    windows = _windows(layer, x, kernel.shape[2:], [1] * (x.ndim - 2))
    return convolve(x, kernel, layer.optional("bias"), windows, groups)


def _pool_windows(layer: TorchLayer, x: Array) -> Windows:
    if "kernel_size" not in layer.settings:
        raise FormatError('needs "kernel_size"')
    kernel = layer.integers("kernel_size", 1, x.ndim - 2)
    return _windows(layer, x, kernel, kernel)


def _max_pool(layer: TorchLayer, x: Array) -> Array:
    return max_pool(x, _pool_windows(layer, x), layer.unrolling)


def _average_pool(layer: TorchLayer, x: Array) -> Array:
    return average_pool(x, _pool_windows(layer, x), layer.flag("count_include_pad", True))


def _adaptive_average_pool(layer: TorchLayer, x: Array) -> Array:
    if set(layer.integers("output_size", 1, x.ndim - 2)) != {1}:
        raise UnsupportedOperator("output sizes other than 1 are not supported")
    return average_pool(x, Windows.over(x.shape[2:], x.shape[2:]), False)


def _batch_norm(layer: TorchLayer, x: Array) -> Array:
    mean, variance = layer.tensor("running_mean"), layer.tensor("running_var")
    scale, shift = layer.optional("weight"), layer.optional("bias")
    ones, zeros = rationals(np.ones(mean.shape)), rationals(np.zeros(mean.shape))
    parameters = (ones if scale is None else scale, zeros if shift is None else shift)
    bits = DOUBLE if layer.tensors["running_var"].dtype.itemsize == 8 else SINGLE
    epsilon = layer.number("eps", "0.00001")
    return normalise_batch(x, (*parameters, mean, variance), epsilon, 1, layer.unrolling, bits)


def _leaky_relu(layer: TorchLayer, x: Array) -> Array:
    return leaky(x, layer.number("negative_slope", "0.01"), layer.unrolling)


def _parametric_relu(layer: TorchLayer, x: Array) -> Array:
    slopes = layer.tensor("weight")
    return leaky(x, slopes.reshape(1, -1, *([1] * (x.ndim - 2))), layer.unrolling)


def _hard_tanh(layer: TorchLayer, x: Array) -> Array:
    return clip(x, layer.number("min_val", "-1"), layer.number("max_val", "1"), layer.unrolling)


def _flatten(layer: TorchLayer, x: Array) -> Array:
    first, last = layer.integer("start_dim", 1), layer.integer("end_dim", -1) % x.ndim
    return x.reshape(*x.shape[:first], -1, *x.shape[last + 1 :])


def _concatenate(layer: TorchLayer, *tensors: Array) -> Array:
    return np.concatenate(tensors, axis=layer.integer("dim", 1))


def _add(_: TorchLayer, *tensors: Array) -> Array:
    return np.asarray(reduce(add, tensors))


def _same(_: TorchLayer, x: Array) -> Array:
    return x


_WINDOW = frozenset({"stride", "padding", "dilation"})
_POOL = _WINDOW | {"kernel_size", "ceil_mode"}


def _in_dimensions(stem: str, act: Any, keys: Any = frozenset()) -> dict[str, Any]:
    return {f"{stem}{axes}d": (act, frozenset(keys)) for axes in "123"}


#: type -> (what it does to the tensors it reads, the settings it has)
LAYERS: dict[str, tuple[Callable[..., Array], frozenset[str]]] = {
    "Linear": (_linear, frozenset()),
    **_in_dimensions("Conv", _convolution, _WINDOW | {"groups"}),
    **_in_dimensions("MaxPool", _max_pool, _POOL),
    **_in_dimensions("AvgPool", _average_pool, (_POOL - {"dilation"}) | {"count_include_pad"}),
    **_in_dimensions("AdaptiveAvgPool", _adaptive_average_pool, {"output_size"}),
    **_in_dimensions("BatchNorm", _batch_norm, {"eps"}),
    **dict.fromkeys(("Identity", "Dropout", "Dropout1d", "Dropout2d"), (_same, frozenset())),
    "ReLU": (lambda layer, x: layer.unrolling.relu(x), frozenset()),
    "ReLU6": (lambda layer, x: clip(x, fmpq(0), fmpq(6), layer.unrolling), frozenset()),
    "LeakyReLU": (_leaky_relu, frozenset({"negative_slope"})),
    "PReLU": (_parametric_relu, frozenset()),
    "Hardtanh": (_hard_tanh, frozenset({"min_val", "max_val"})),
    "Abs": (lambda layer, x: absolute(x, layer.unrolling), frozenset()),
    "Flatten": (_flatten, frozenset({"start_dim", "end_dim"})),
    "Add": (_add, frozenset()),
    "Concat": (_concatenate, frozenset({"dim"})),
    "Maximum": (lambda layer, *x: maximum(x, layer.unrolling), frozenset()),
    "Minimum": (lambda layer, *x: minimum(x, layer.unrolling), frozenset()),
}
_JOINING = {"Add", "Concat", "Maximum", "Minimum"}


def described_network(companion: PathLike, tensors: dict[str, Array]) -> Network:
    """The network that the companion file makes of the tensors of a state dict.

    Raises UnsupportedOperator for unknown layers, by name; FormatError for what does not fit, and
    for tensors that no layer uses.
    """
    document = read_document(
        companion, FORMAT, VERSION, {"format", "version", "input", "layers"}
    )
    entries, shape = document.get("layers"), document.get("input")
    if not isinstance(entries, list) or not entries:
        raise FormatError('"layers" is missing, empty or not a list')
    if not isinstance(shape, list) or not shape or not all(map(_is_extent, shape)):
        raise FormatError('"input" is not the shape of one input, a list of positive integers')
    unrolling = Unrolling()
    outputs = {"input": unrolling.input((1, *map(int, shape)))}
    last, used = "input", set()
    for number, entry in enumerate(entries, 1):
        name = f"layer {number}"
        try:
            kind, prefix, sources, last = _place(entry, last, number)
            own = {key.removeprefix(prefix): t for key, t in tensors.items()
                   if prefix and key.startswith(prefix) and "." not in key.removeprefix(prefix)}
            used |= {prefix + key for key in own}
            missing = [source for source in sources if source not in outputs]
            if missing or last in outputs:
                raise FormatError(f"reads {missing[0]!r}" if missing else f"{last!r} twice")
            layer = TorchLayer(entry, own, unrolling)
            outputs[last] = LAYERS[kind][0](layer, *(outputs[source] for source in sources))
        except InputError as error:
            raise type(error)(f"{companion}, {name}: {error}") from None
        except (ValueError, TypeError, IndexError) as error:  # numpy judges shapes
            raise FormatError(f"{companion}, {name}: {error}") from None
    unused = [key for key in tensors if key not in used]
    if unused:
        raise FormatError(f"no layer of the description uses {unused[0]}")
    notes = [f"joined as the companion file says: {_listed(entries)}"]
    return unrolling.network(outputs[last], notes)


def _is_extent(value: Any) -> bool:
    return isinstance(value, Integer) and len(value) < 10 and int(value) > 0


def _place(entry: Any, last: str, number: int) -> tuple[str, str, list[str], str]:
    """(type, prefix of its tensors, names of what it reads, name of its output)."""
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise FormatError('is not an object with a "type"')
    kind = entry["type"]
    if kind not in LAYERS:
        raise UnsupportedOperator(f"layer type {kind!r} is not supported")
    demand_known(entry, _PLACE | LAYERS[kind][1])
    sources = entry.get("inputs", [last])
    if not isinstance(sources, list) or any(type(source) is not str for source in sources):
        raise FormatError('"inputs" is not a list of names')
    if (len(sources) != 1 and kind not in _JOINING) or not sources:
        raise FormatError(f"reads {len(sources)} tensors")
    name = entry.get("name", "")
    output = entry.get("as", name or f"#{number}")
    if type(name) is not str or type(output) is not str:
        raise FormatError('"name" or "as" is not a string')
    return kind, f"{name}." if name else "", sources, output


def _listed(entries: list[dict[str, Any]]) -> str:
    return ", ".join(str(entry["type"]) for entry in entries)
