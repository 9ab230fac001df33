"""Convolution and pooling of tensors of affine forms: (batch, channels, *grid) throughout.

A convolution and an average are affine; a maximum is a tree of ReLUs.  Padding adds nothing to a
sum and is left out of a maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from flint import fmpq

from exactrev.errors import FormatError
from exactrev.formats.floats import Array, object_array
from exactrev.formats.forms import Form, as_signal, combinations, demand_size
from exactrev.formats.piecewise import maxima
from exactrev.formats.unrolling import Unrolling
from exactrev.network.windows import PADDING, Windows


def convolve(
    tensor: Array, kernel: Array, bias: Array | None, windows: Windows, groups: int = 1
) -> Array:
    """The cross-correlation that every framework calls convolution, exactly.

    ``kernel`` is (out channels, in channels / groups, *window), ``bias`` (out channels,), both of
    exact numbers.  The result is (batch, out channels, *positions).
    """
    demand_grid(tensor, windows)
    batch, channels = tensor.shape[:2]
    if (
        kernel.shape[2:] != windows.kernel
        or groups < 1
        or channels != kernel.shape[1] * groups
        or kernel.shape[0] % groups
        or (bias is not None and bias.shape != kernel.shape[:1])
    ):
        raise FormatError(
            f"a kernel of shape {kernel.shape} in {groups} groups with its bias does not fit "
            f"{channels} channels"
        )
    entries = windows.entries()
    demand_size((batch, kernel.shape[0], *windows.positions))
    flat = as_signal(tensor).reshape(batch, groups, kernel.shape[1], -1)
    weights = kernel.reshape(groups, -1, kernel.shape[1], entries.shape[1])
    result = np.empty((batch, groups, weights.shape[1], len(entries)), dtype=object)
    for place, under in enumerate(entries):
        inside = under >= 0
        rows = weights[..., inside].reshape(*weights.shape[:2], -1).tolist()
        for sample in range(batch):
            for group in range(groups):
                forms = flat[sample, group][:, under[inside]].ravel().tolist()
                result[sample, group, :, place] = object_array(
                    combinations(forms, rows[group]), (len(rows[group]),)
                )
    shaped = result.reshape(batch, kernel.shape[0], *windows.positions)
    if bias is None:
        return shaped
    return np.asarray(shaped + bias.reshape(-1, *(1 for _ in windows.grid)))


def average_pool(tensor: Array, windows: Windows, count_padding: bool) -> Array:
    """The mean under every window, per channel; ``count_padding`` counts padding as zeros."""
    least = PADDING if count_padding else 0

    def mean(forms: Sequence[Form], under: Array) -> Form:
        count = int((under >= least).sum())
        if not count:
            raise FormatError("a window covers nothing but padding")
        return combinations(forms, [[fmpq(1, count)] * len(forms)])[0]

    return _pooled(tensor, windows, lambda groups, unders: list(map(mean, groups, unders)))


def max_pool(tensor: Array, windows: Windows, unrolling: Unrolling) -> Array:
    """The maximum under every window, per channel, as trees of ReLUs."""

    def largest(groups: Sequence[list[Form]], _: Array) -> list[Form]:
        return maxima(groups, unrolling)

    return _pooled(tensor, windows, largest)


def _pooled(
    tensor: Array,
    windows: Windows,
    pool: Callable[[Sequence[list[Form]], Array], list[Form]],
) -> Array:
    """``pool`` of (the forms under every window, what is under it) for all channels at once."""
    demand_grid(tensor, windows)
    entries = windows.entries()
    shape = (*tensor.shape[:2], *windows.positions)
    demand_size((*tensor.shape[:2], *entries.shape))
    flat = as_signal(tensor).reshape(-1, int(np.prod(windows.grid)))
    groups = [row[under[under >= 0]].tolist() for row in flat for under in entries]
    return object_array(pool(groups, np.tile(entries, (len(flat), 1))), shape)


def demand_grid(tensor: Array, windows: Windows) -> None:
    """FormatError unless the tensor is a batch of channels of the grid of the windows."""
    if tensor.ndim < 3 or tensor.shape[2:] != windows.grid:
        raise FormatError(f"windows over {windows.grid} in a tensor of shape {tensor.shape}")
