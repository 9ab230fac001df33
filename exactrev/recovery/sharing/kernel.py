"""Rows that are shifted copies of each other, and the rows that they lead one to expect.

Values are listed in C order of a shape (channels, *grid).  A row of a convolution is a kernel laid
over the grid at some corner; what hangs over the edge is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from flint import fmpq, fmpq_mat

from exactrev.network.recognition import layouts

#: A kernel seen so many times less often than another is not believed.
_RARE = 3

#: A position on the grid.
Corner = tuple[int, ...]
#: (channel, *grid) lengths.
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Kernel:
    """Weights at (channel, *offset) and a bias; the lowest offset along each axis is 0."""

    taps: tuple[tuple[tuple[int, ...], fmpq], ...]
    bias: fmpq

    @property
    def size(self) -> tuple[int, ...]:
        """How far the kernel reaches along each axis of the grid."""
        return tuple(max(x) + 1 for x in zip(*(tap[1:] for tap, _ in self.taps), strict=True))

    @property
    def parameters(self) -> int:
        """Weights and bias."""
        return len(self.taps) + 1

    def at(self, corner: Corner, shape: Shape) -> fmpq_mat | None:
        """The row (weights | bias) of the kernel laid at a corner; None if all of it hangs over."""
        row = [fmpq(0)] * (math.prod(shape) + 1)
        row[-1] = self.bias
        for (channel, *offset), weight in self.taps:
            place = [c + o for c, o in zip(corner, offset, strict=True)]
            if all(0 <= p < extent for p, extent in zip(place, shape[1:], strict=True)):
                row[flat((channel, *place), shape)] = weight
        return fmpq_mat(1, len(row), row) if any(row[:-1]) else None

    def whole(self, corner: Corner, shape: Shape) -> bool:
        """Whether nothing of the kernel hangs over the edge."""
        return all(
            c >= 0 and c + size <= extent
            for c, size, extent in zip(corner, self.size, shape[1:], strict=True)
        )


def flat(place: Sequence[int], shape: Shape) -> int:
    """The index of a place (channel, *position) in C order."""
    index = 0
    for x, extent in zip(place, shape, strict=True):
        index = index * extent + x
    return index


def places(shape: Shape) -> list[tuple[int, ...]]:
    """All (channel, *position) in C order."""
    return list(product(*map(range, shape)))


def read(row: fmpq_mat, shape: Shape) -> tuple[Kernel, Corner]:
    """The kernel that a row is, its first weight scaled to 1, and the corner where it lies."""
    *weights, bias = row.entries()
    taps = [(place, w) for place, w in zip(places(shape), weights, strict=True) if w]
    corner = tuple(min(x) for x in list(zip(*(place for place, _ in taps), strict=True))[1:])
    lead = taps[0][1]
    shifted = tuple(
        ((place[0], *(p - c for p, c in zip(place[1:], corner, strict=True))), w / lead)
        for place, w in taps
    )
    return Kernel(shifted, bias / lead), corner


@dataclass(frozen=True)
class Family:
    """A kernel and the corners where it was seen."""

    kernel: Kernel
    corners: frozenset[Corner]


def families(rows: Iterable[fmpq_mat], shape: Shape) -> list[Family]:
    """Kernels of at least two weights seen at two places or more, those most seen first.

    What is only the part of another kernel that does not hang over the edge is left out.
    """
    seen: dict[Kernel, set[Corner]] = {}
    for row in rows:
        kernel, corner = read(row, shape)
        seen.setdefault(kernel, set()).add(corner)
    shared = [
        Family(kernel, frozenset(corners))
        for kernel, corners in seen.items()
        if len(corners) > 1 and len(kernel.taps) > 1
    ]
    shared.sort(key=lambda family: (-len(family.corners), family.kernel.size))
    whole = without_parts(shared)
    # where the layers below are on in the same way, a deeper boundary is a copy of another too
    return [family for family in whole if _RARE * len(family.corners) >= len(whole[0].corners)]


def without_parts(found: Sequence[Family]) -> list[Family]:
    """The families but for those whose kernel is only a part of another's.

    Beside an edge, or where neurons below are off, no more of it shows.
    """
    return [
        family for family in found
        if not any(_is_part(family.kernel, other.kernel) for other in found)
    ]


def _is_part(part: Kernel, whole: Kernel) -> bool:
    """Whether the weights of one, shifted and all in one proportion, are among the other's."""
    weights = dict(whole.taps)
    if len(part.taps) >= len(weights):
        return False
    (first, weight), *rest = part.taps
    for start, w in whole.taps:
        shift = [a - b for a, b in zip(start, first, strict=True)]
        factor = w / weight
        if shift[0] == 0 and whole.bias == factor * part.bias and all(
            weights.get(tuple(a + b for a, b in zip(tap, shift, strict=True))) == factor * x
            for tap, x in rest
        ):
            return True
    return False


def lattice(found: Sequence[Family]) -> Mapping[int, int]:
    """Per axis the step between corners that all sights of these families allow; 0 for none."""
    axes = len(next(iter(found[0].corners)))
    steps = {}
    for axis in range(axes):
        offsets = [
            corner[axis] - min(c[axis] for c in family.corners)
            for family in found for corner in family.corners
        ]
        steps[axis] = math.gcd(*offsets)
    return steps


def expected(found: Sequence[Family], shape: Shape) -> dict[tuple[int, Corner], fmpq_mat]:
    """The rows that families of one layer lead to expect, by (family, corner).

    Every corner in step with those seen counts, also where the kernel hangs over the edge.
    """
    steps = lattice(found)
    rows: dict[tuple[int, Corner], fmpq_mat] = {}
    for number, family in enumerate(found):
        anchor = min(family.corners)
        axes = []
        for axis, (extent, size) in enumerate(zip(shape[1:], family.kernel.size, strict=True)):
            step = steps[axis] or 1
            first = anchor[axis] - (anchor[axis] + size - 1) // step * step
            axes.append(range(first, extent, step))
        for corner in product(*axes):
            row = family.kernel.at(corner, shape)
            if row is not None:
                rows[number, corner] = row
    return rows


def likely_shape(rows: Sequence[fmpq_mat]) -> Shape | None:
    """The layout of the columns in which the fewest and most compact kernels make up the rows.

    None where nothing is shared.
    """
    best: tuple[tuple[int, int], Shape] | None = None
    for layout in layouts(rows[0].ncols() - 1) if rows else []:
        shape = tuple(layout)
        kernels = {read(row, shape)[0] for row in rows}
        weights = sum(len(kernel.taps) for kernel in kernels)
        volume = sum(math.prod(kernel.size) * shape[0] for kernel in kernels)
        if best is None or (weights, volume) < best[0]:
            best = ((weights, volume), shape)
    return None if best is None or not families(rows, best[1]) else best[1]
