"""Windows that slide over a grid: which entry of the grid lies under each cell of each window.

Convolution and pooling in any number of dimensions, with strides, padding and dilation, are all
sums or maxima over such windows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exactrev.errors import InputError

#: what lies under a cell that hangs over the edge: padding, or nothing at all (beyond the padding)
PADDING, BEYOND = -1, -2
#: more cells than this are refused: a few numbers of a damaged file ask for them
MAX_CELLS = 1 << 24


@dataclass(frozen=True)
class Windows:
    """Windows over a grid; every tuple has one entry per axis.

    ``before`` and ``after`` are how far the grid is padded.  With ``ceiling`` a last window may
    hang over the padding's end, as long as it starts before it.
    """

    grid: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    ceiling: bool = False

    @staticmethod
    def over(
        grid: Sequence[int],
        kernel: Sequence[int],
        strides: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        pads: Sequence[int] | str = "VALID",
        ceiling: bool = False,
    ) -> Windows:
        """Windows with strides and dilations 1 where left out.

        ``pads`` lists all that is before, then all that is after, or is "VALID" (none),
        "SAME_UPPER" or "SAME_LOWER": so many that there is one window a stride, an odd one after
        or before.  InputError where the numbers do not fit together.
        """
        ones = (1,) * len(grid)
        shape, steps = tuple(kernel), tuple(strides or ones)
        spacing = tuple(dilations or ones)
        if isinstance(pads, str):
            pads = _automatic(grid, shape, steps, spacing, pads)
        if any(len(x) != len(grid) for x in (shape, steps, spacing)) or len(pads) != 2 * len(grid):
            raise InputError(f"a window {list(shape)} does not fit {len(grid)} spatial axes")
        if min((*shape, *steps, *spacing), default=1) < 1 or min(pads, default=0) < 0:
            raise InputError("a window needs positive extents, strides and dilations")
        axes = len(grid)
        windows = Windows(
            tuple(grid), shape, steps, spacing, tuple(pads[:axes]), tuple(pads[axes:]), ceiling
        )
        if min(windows.positions, default=1) < 1:
            raise InputError(f"a window {list(shape)} is larger than the grid {list(grid)}")
        return windows

    @property
    def positions(self) -> tuple[int, ...]:
        """How many windows there are along each axis."""
        counts = []
        for axis, extent in enumerate(self.grid):
            padded = self.before[axis] + extent + self.after[axis]
            room = padded - (self.kernel[axis] - 1) * self.dilations[axis] - 1
            step = self.strides[axis]
            count = (-(-room // step) if self.ceiling else room // step) + 1
            if self.ceiling and (count - 1) * step >= self.before[axis] + extent:
                count -= 1  # that window would begin in the padding after the grid
            counts.append(count if room >= 0 else 0)
        return tuple(counts)

    def entries(self) -> NDArray[np.int64]:
        """(windows, cells): the flat index of the grid entry there, else PADDING or BEYOND.

        Windows and cells are in C order.
        """
        axes, counts = len(self.grid), self.positions
        size = math.prod(counts), math.prod(self.kernel)
        if math.prod(size) > MAX_CELLS:
            raise InputError(f"{size[0]} windows of {size[1]} cells are too many")
        flat = np.zeros((1,) * (2 * axes), dtype=np.int64)
        padded = beyond = np.zeros((1,) * (2 * axes), dtype=bool)
        for axis, extent in enumerate(self.grid):
            starts = np.arange(counts[axis]) * self.strides[axis] - self.before[axis]
            cells = np.arange(self.kernel[axis]) * self.dilations[axis]
            along = [1] * (2 * axes)
            along[axis], along[axes + axis] = counts[axis], self.kernel[axis]
            place = (starts[:, None] + cells[None, :]).reshape(along)
            flat = flat * extent + place
            padded = padded | (place < 0) | (place >= extent)
            beyond = beyond | (place >= extent + self.after[axis])
        flat = np.where(beyond, BEYOND, np.where(padded, PADDING, flat))
        return flat.reshape(size)


def _automatic(
    grid: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    rule: str,
) -> list[int]:
    if rule == "VALID":
        return [0] * (2 * len(grid))
    if rule not in ("SAME_UPPER", "SAME_LOWER"):
        raise InputError(f"padding {rule!r} is unknown")
    before, after = [], []
    for extent, size, step, spacing in zip(grid, kernel, strides, dilations, strict=True):
        reach = (-(-extent // step) - 1) * step + (size - 1) * spacing + 1
        total = max(0, reach - extent)
        first = total // 2 if rule == "SAME_UPPER" else total - total // 2
        before.append(first)
        after.append(total - first)
    return [*before, *after]
