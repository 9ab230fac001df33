"""Is this weight block a convolution?  Rows may be in any order and scaled by positive numbers.

The columns are known: they list (channels, *grid) in C order.  A row of a convolution is a piece of
grid times a kernel, so rows of one channel are translates of each other except where a window
hangs over the edge.  The geometry is read off the rows whose window is whole; then every window of
every channel must claim one row that is a positive multiple of it, and all rows must be claimed.
That assignment is the proof: :meth:`Recognition.proves` compares every number with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.network.recognised import Recognition, Row
from exactrev.network.translates import Block, Search, divisors

_ZERO = fmpq(0)


def recognise(
    rows: Sequence[Row], biases: Sequence[fmpq] | None, shape: Sequence[int] | int
) -> Recognition | None:
    """The convolution that these rows are, with a proof, or None where none with fewer numbers is.

    ``shape`` is (channels, *grid); from a mere number of columns, every one-dimensional and
    two-dimensional layout is tried, and the one with the fewest parameters wins.  Without
    ``biases`` they count as zero.  Kernels whose outermost taps are zero in every channel are cut
    down; a grid without one whole window is not recognised.
    """
    shifts = [_ZERO] * len(rows) if biases is None else list(biases)
    block = Block.of(rows, shifts)
    best: Recognition | None = None
    for channels, *grid in layouts(shape) if isinstance(shape, int) else [list(shape)]:
        # of two that are as short, the one with fewer axes, which come later, is the simpler
        limit = block.nonzero if best is None else best.convolution.parameters + 1
        found = Search(block, channels, tuple(grid)).find(limit) if grid else None
        if found is not None and found.convolution.parameters < limit:
            best = found
    return best if best is not None and best.proves(rows, shifts) else None


def layouts(columns: int) -> list[list[int]]:
    """Every (channels, length) and (channels, height, width) of so many values, squares first."""
    found = [
        [columns // length, *([length // width] if width < length else []), width]
        for length in divisors(columns) for width in divisors(length) if width > 1
    ]
    return sorted(found, key=lambda x: (-len(x), x[0], abs(x[1] - x[-1])))
