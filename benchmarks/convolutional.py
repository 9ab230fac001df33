"""Seeded Gaussian networks of convolutions and dense layers."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from benchmarks.networks import BIAS_DEVIATION
from exactrev.exact.rational import to_rational
from exactrev.network import Network
from exactrev.network.convolution import Convolution
from exactrev.network.windows import Windows

#: The networks measured (see :func:`convolving`).
CONVOLUTIONAL = (
    "1x12-2c3-2c3-2",
    "1x6x6-2c3x3-1",
    "1x7x7-3c3x3s2-2",
    "1x5x5-2c3x3p1-2c2x2-3",
    "2x5x5-3c2x2-2c2x2-2",
    "1x5x5-2c3x3-6-2",
    "1x8x8-2c3x3-2c3x3-2c2x2-3",
    "1x8x8-3c3x3-2c3x3-4",
)


def convolving(name: str, seed: int) -> Network:
    """A Gaussian network of convolutions and then dense layers, float64 weights taken exactly.

    ``name`` is the layout of the inputs, then for each convolution its channels and its kernel,
    with a stride and a padding where there are any (``3c3x3s2p1``), then the widths of dense
    layers.
    Weights are N(0, 1/fan_in); biases as ever, one a channel.

    >>> convolving("1x6x6-2c3x3s2p1-4", 0).shapes
    ((1, 6, 6), (2, 3, 3), (4,))
    """
    first, *parts = name.split("-")
    shapes = [tuple(map(int, first.split("x")))]
    rng = np.random.default_rng(seed)
    layers: list[tuple[Any, Any]] = []
    for part in parts:
        fan_in = math.prod(shapes[-1])
        if "c" not in part:
            shapes.append((int(part),))
            layers.append((
                rng.normal(0.0, fan_in**-0.5, (int(part), fan_in)),
                rng.normal(0.0, BIAS_DEVIATION, int(part)),
            ))
            continue
        convolution, bias = _convolution(part, shapes[-1], rng)
        shapes.append(convolution.output_shape)
        repeated = np.repeat(bias, math.prod(convolution.output_shape[1:]))
        layers.append((convolution.matrix(), repeated))
    dense = Network.dense(layers)
    return Network(dense.inputs, dense.layers, (), tuple(shapes))


def _convolution(
    part: str, below: tuple[int, ...], rng: np.random.Generator
) -> tuple[Convolution, np.ndarray]:
    """A convolution of values of a shape, and a bias for each of its channels."""
    match = re.fullmatch(r"(\d+)c(\d+(?:x\d+)*)(?:s(\d+))?(?:p(\d+))?", part)
    if match is None:
        raise ValueError(f"{part!r} is no convolution")
    channels, kernel = int(match[1]), tuple(map(int, match[2].split("x")))
    steps, pads = int(match[3] or 1), int(match[4] or 0)
    windows = Windows.over(
        below[1:], kernel, [steps] * len(kernel), None, [pads] * 2 * len(kernel)
    )
    fan_in = below[0] * math.prod(kernel)
    weights = rng.normal(0.0, fan_in**-0.5, channels * fan_in)
    shape = (channels, below[0], *kernel)
    numbers = tuple(to_rational(float(w)) for w in weights)
    return Convolution(numbers, shape, windows), rng.normal(0.0, BIAS_DEVIATION, channels)
