"""The search behind :mod:`exactrev.network.recognition`, for one layout of the columns.

Rows with a whole window are grouped into classes of translates; the steps between their corners are
the stride, the steps between their entries the dilation.  Where windows begin and end is tried in
every way, and a way counts only if each window of each channel claims a row of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from exactrev.network.convolution import Convolution
from exactrev.network.recognised import Recognition, Row
from exactrev.network.windows import Windows

#: the weights of a row in the order of their columns and the bias, divided by the largest |weight|
_Weights = tuple[tuple[fmpq, ...], fmpq]
#: the columns of a row, and which weights it has
_Key = tuple[tuple[int, ...], int]
_ZERO = fmpq(0)


@dataclass(frozen=True, eq=False)
class Block:
    """The rows, each with a key: its columns, and a number for its weights up to a factor."""

    rows: Sequence[Row]
    biases: Sequence[fmpq]
    keys: Sequence[_Key]
    shapes: Mapping[_Weights, int]
    columns: NDArray[np.int64]  # of all rows that have any, one after the other
    starts: NDArray[np.int64]  # where each of these rows begins
    filled: Sequence[int]  # which rows these are

    @staticmethod
    def of(rows: Sequence[Row], biases: Sequence[fmpq]) -> Block:
        shapes: dict[_Weights, int] = {}
        keys = []
        for row, bias in zip(rows, biases, strict=True):
            columns, weights = _normalised(row, bias)
            keys.append((columns, shapes.setdefault(weights, len(shapes))))
        filled = [i for i, row in enumerate(rows) if row]
        lengths = np.array([len(rows[i]) for i in filled], dtype=np.int64)
        joined = np.array([j for i in filled for j in keys[i][0]], dtype=np.int64)
        return Block(rows, biases, keys, shapes, joined, np.cumsum(lengths) - lengths, filled)

    @property
    def nonzero(self) -> int:
        """The number of nonzero weights."""
        return len(self.columns)

    def key(self, row: Row, bias: fmpq) -> _Key | None:
        """The key that rows with these weights have, or None where no row has them."""
        columns, weights = _normalised(row, bias)
        number = self.shapes.get(weights)
        return None if number is None else (columns, number)


def _normalised(row: Row, bias: fmpq) -> tuple[tuple[int, ...], _Weights]:
    factor = max(map(abs, row.values()), default=abs(bias)) or fmpq(1)
    columns = tuple(sorted(row))
    return columns, (tuple(row[j] / factor for j in columns), bias / factor)


class Search:
    """The search for one layout of the columns."""

    def __init__(self, block: Block, channels: int, grid: tuple[int, ...]) -> None:
        self._block, self._channels, self._grid = block, channels, grid
        self._size = math.prod(grid)
        #: (axis, entry) and, per row that has any entry, (axis, row)
        self._places = np.array(np.unravel_index(block.columns % self._size, grid))
        if block.filled:
            self._low = np.minimum.reduceat(self._places, block.starts, axis=1)
            self._high = np.maximum.reduceat(self._places, block.starts, axis=1)
        self._unclaimed: dict[_Key, list[int]] = {}
        for i in reversed(range(len(block.rows))):
            self._unclaimed.setdefault(block.keys[i], []).append(i)

    def find(self, limit: int) -> Recognition | None:
        """The first geometry whose windows claim every row, if it has fewer than ``limit``
        weights."""
        if not self._block.filled:
            return None
        span = (self._high - self._low).max(axis=1)
        whole = np.flatnonzero((self._high - self._low == span[:, None]).all(axis=0)).tolist()
        translates = self._translates(whole)
        weights = sum(len(self._block.rows[self._block.filled[k[0]]]) for k in translates.values())
        if not whole or weights >= limit:  # every class of translates has weights of its own
            return None
        for windows in self._geometries(span.tolist(), list(translates.values()), limit):
            if (found := self._claimed(windows)) is not None:
                return found
        return None

    def _translates(self, whole: list[int]) -> dict[_Key, list[int]]:
        """Rows with a whole window, in classes of translates; numbers among those not empty."""
        classes: dict[_Key, list[int]] = {}
        for place in whole:
            columns, shape = self._block.keys[self._block.filled[place]]
            corner = int(np.ravel_multi_index(tuple(self._low[:, place]), self._grid))
            classes.setdefault((tuple(j - corner for j in columns), shape), []).append(place)
        return classes

    def _geometries(
        self, span: list[int], translates: list[list[int]], limit: int
    ) -> Iterator[Windows]:
        """The windows that whole rows allow: steps from their corners, padding in every way.

        The most windows, which means the fewest channels, come first.
        """
        lengths = np.diff(np.append(self._block.starts, self._block.nonzero))
        offsets = self._places - np.repeat(self._low, lengths, axis=1)
        axes: list[dict[int, list[tuple[int, ...]]]] = []
        cells = 1
        for a, extent in enumerate(self._grid):
            dilation = int(np.gcd.reduce(offsets[a])) or 1
            cells *= span[a] // dilation + 1
            corners = [self._low[a, group] for group in translates]
            step = int(np.gcd.reduce(np.concatenate([x - x.min() for x in corners])))
            first, last = min(int(x.min()) for x in corners), max(int(x.max()) for x in corners)
            axes.append({})
            for stride in [step] if step else range(1, extent + 1):
                for start in range(first, -span[a] - 1, -stride):
                    least, most = (last - start) // stride + 1, (extent - 1 - start) // stride + 1
                    for count in range(least, most + 1):
                        if start <= 0 and (count > 1 or stride in (1, extent)):
                            way = span[a] // dilation + 1, stride, dilation, start, count
                            axes[a].setdefault(count, []).append(way)
        for counts in sorted(product(*axes), key=lambda x: -math.prod(x)):
            channels, rest = divmod(len(self._block.rows), math.prod(counts))
            if rest or math.prod(counts) == 1:
                continue
            if len(translates) <= channels and channels * cells < limit:
                for chosen in product(*(axes[a][count] for a, count in enumerate(counts))):
                    windows = self._windows(chosen)
                    if windows is not None:
                        yield windows

    def _windows(self, chosen: Sequence[tuple[int, ...]]) -> Windows | None:
        kernel, strides, dilations, starts, counts = zip(*chosen, strict=True)
        before = tuple(-start for start in starts)
        after = tuple(
            max(0, start + (count - 1) * stride + (size - 1) * dilation + 1 - extent)
            for size, stride, dilation, start, count, extent in zip(
                kernel, strides, dilations, starts, counts, self._grid, strict=True
            )
        )
        windows = Windows(self._grid, kernel, strides, dilations, before, after)
        return windows if windows.positions == counts else None

    def _claimed(self, windows: Windows) -> Recognition | None:
        """Every row claimed by a window of a channel, or None."""
        entries, block = windows.entries().tolist(), self._block
        free = set(range(len(block.rows)))
        kernels, biases = [], []
        claims: list[list[int]] = []
        for i in self._largest_first():
            if i not in free:
                continue
            for kernel in self._kernels(i, windows):
                claim = self._claim(kernel, block.biases[i], entries)
                if claim is not None:
                    break
            else:
                for taken in claims:
                    self._give_back(taken)
                return None
            free -= set(claim)
            kernels.append(kernel)
            biases.append(block.biases[i])
            claims.append(claim)
        return self._recognition(windows, kernels, biases, claims)

    def _largest_first(self) -> list[int]:
        """The rows, those with the largest box first, each kind in order."""
        volumes = dict.fromkeys(range(len(self._block.rows)), 0)
        boxes = (self._high - self._low + 1).prod(axis=0).tolist()
        volumes.update(zip(self._block.filled, boxes, strict=True))
        return sorted(volumes, key=lambda i: -volumes[i])

    def _claim(
        self, kernel: Mapping[tuple[int, int], fmpq], bias: fmpq, entries: list[list[int]]
    ) -> list[int] | None:
        """One unclaimed row for every window of a kernel; None, and none taken, where one lacks.

        The kernel is right up to a positive factor that each row has for itself.
        """
        claim: list[int] = []
        for under in entries:
            row = {
                c * self._size + under[cell]: w
                for (c, cell), w in kernel.items() if under[cell] >= 0
            }
            key = self._block.key(row, bias)
            if key is None or not self._unclaimed.get(key):
                self._give_back(claim)
                return None
            claim.append(self._unclaimed[key].pop())
        return claim

    def _give_back(self, claim: list[int]) -> None:
        for i in reversed(claim):
            self._unclaimed[self._block.keys[i]].append(i)

    def _kernels(self, i: int, windows: Windows) -> Iterator[dict[tuple[int, int], fmpq]]:
        """The kernels, (channel, cell) -> weight, that the row may be a whole window of."""
        columns = np.array(sorted(self._block.rows[i]), dtype=np.int64)
        places = np.array(np.unravel_index(columns % self._size, self._grid))
        if not columns.size:
            yield {}
            return
        taps = (places - places.min(axis=1)[:, None]) // np.array(windows.dilations)[:, None]
        room = np.array(windows.kernel) - 1 - taps.max(axis=1)
        for shift in product(*(range(n + 1) for n in room.tolist())):
            cells = np.ravel_multi_index(tuple(taps + np.array(shift)[:, None]), windows.kernel)
            yield {
                (j // self._size, cell): self._block.rows[i][j]
                for j, cell in zip(columns.tolist(), cells.tolist(), strict=True)
            }

    def _recognition(
        self,
        windows: Windows,
        kernels: list[dict[tuple[int, int], fmpq]],
        biases: list[fmpq],
        claims: list[list[int]],
    ) -> Recognition:
        """Channels in the order of their first rows, sorted into as many groups as there are."""
        groups = self._groups(kernels)
        deep, cells = self._channels // groups, math.prod(windows.kernel)
        home = [min((c for c, _ in kernel), default=0) // deep for kernel in kernels]
        listed = sorted(range(len(kernels)), key=lambda c: (home[c], claims[c][0]))
        flat = tuple(
            kernels[c].get((home[c] * deep + d, cell), _ZERO)
            for c in listed for d in range(deep) for cell in range(cells)
        )
        shape = (len(kernels), deep, *windows.kernel)
        convolution = Convolution(flat, shape, windows, groups)
        order = [i for c in listed for i in claims[c]]
        shifts = [biases[c] for c in listed for _ in claims[c]]
        scales = [
            _ratio(expected, bias, self._block.rows[i], self._block.biases[i])
            for expected, bias, i in zip(convolution.rows(), shifts, order, strict=True)
        ]
        shared = tuple(biases[c] for c in listed)
        return Recognition(convolution, shared, tuple(order), tuple(scales))

    def _groups(self, kernels: list[dict[tuple[int, int], fmpq]]) -> int:
        """The most groups that every kernel keeps to, each with as many channels."""
        for groups in reversed(divisors(math.gcd(self._channels, len(kernels)))):
            deep = self._channels // groups
            homes = [{c // deep for c, _ in kernel} for kernel in kernels]
            if all(len(home) == 1 for home in homes):
                joined = [min(home) for home in homes]
                if all(joined.count(g) * groups == len(kernels) for g in range(groups)):
                    return groups
        return 1


def _ratio(expected: Row, expected_bias: fmpq, row: Row, bias: fmpq) -> fmpq:
    """The factor that takes a row to its positive multiple; 1 where both are zero."""
    if row:
        j = next(iter(row))
        return expected[j] / row[j]
    return expected_bias / bias if bias else fmpq(1)


def divisors(n: int) -> list[int]:
    """The divisors of n, ascending."""
    return [d for d in range(1, n + 1) if n % d == 0]
