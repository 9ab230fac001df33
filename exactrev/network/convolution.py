"""Convolutions as what they are in the general model: sparse weight matrices with shared entries.

Values of both layers are listed in C order of (channels, *grid).

>>> from flint import fmpq
>>> edges = Convolution((fmpq(1), fmpq(-1)), (1, 1, 2), Windows.over([4], [2]))
>>> edges.input_shape, edges.output_shape, edges.parameters
((1, 4), (1, 3), 2)
>>> edges.matrix().tolist()[1]
[0, 1, -1, 0]
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.errors import InputError
from exactrev.network.windows import Windows


@dataclass(frozen=True)
class Convolution:
    """A linear convolution: kernel, windows and groups; a bias belongs to the layer.

    ``kernel`` lists a tensor of ``shape`` (out channels, in channels / groups, *window) in C order.
    """

    kernel: tuple[fmpq, ...]
    shape: tuple[int, ...]
    windows: Windows
    groups: int = 1

    def __post_init__(self) -> None:
        if self.shape[2:] != self.windows.kernel or len(self.kernel) != math.prod(self.shape):
            raise InputError(f"a kernel of shape {self.shape} does not fit its window")
        if min(self.shape) < 1 or self.groups < 1 or self.shape[0] % self.groups:
            raise InputError(f"a kernel of shape {self.shape} in {self.groups} groups")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(in channels, *grid)."""
        return (self.shape[1] * self.groups, *self.windows.grid)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """(out channels, *positions)."""
        return (self.shape[0], *self.windows.positions)

    @property
    def parameters(self) -> int:
        """The number of shared weights."""
        return len(self.kernel)

    def rows(self) -> Iterator[dict[int, fmpq]]:
        """Per output in C order: column -> nonzero weight."""
        entries, grid = self.windows.entries(), math.prod(self.windows.grid)
        deep, cells = self.shape[1], math.prod(self.shape[2:])
        for channel in range(self.shape[0]):
            first = channel // (self.shape[0] // self.groups) * deep
            at = channel * deep * cells
            taps = [
                (first + d, cell, self.kernel[at + d * cells + cell])
                for d in range(deep)
                for cell in range(cells)
                if self.kernel[at + d * cells + cell]
            ]
            for under in entries.tolist():
                yield {c * grid + under[cell]: w for c, cell, w in taps if under[cell] >= 0}

    def matrix(self) -> fmpq_mat:
        """The weight matrix, outputs as rows."""
        matrix = fmpq_mat(math.prod(self.output_shape), math.prod(self.input_shape))
        for i, row in enumerate(self.rows()):
            for j, weight in row.items():
                matrix[i, j] = weight
        return matrix


def sparse_rows(matrix: fmpq_mat) -> list[dict[int, fmpq]]:
    """Per row, column -> nonzero weight."""
    entries, width = matrix.entries(), matrix.ncols()
    return [
        {j: w for j, w in enumerate(entries[i * width : (i + 1) * width]) if w}
        for i in range(matrix.nrows())
    ]
