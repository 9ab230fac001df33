"""Chunks of cells, which are gone into together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from exactrev.arrangement.cells import Cells

ENTRY = 128  # cells of one layer that the next one is given together

#: The lines below each cell of chunks, in order.
TextsOf = Callable[[Iterator["Chunk"]], Iterator[list[str]]]


@dataclass(frozen=True)
class Chunk:
    """Cells to be gone into together, one set a codimension; ``node`` is their rank in preorder.

    On all of them the first ``layer`` hidden layers are decided.
    """

    sets: list[Cells]
    layer: int


def chunks(leaves: list[Cells], layer: int, size: int = ENTRY) -> Iterator[Chunk]:
    """The leaves of a tree, in the order of their ranks, a chunk at a time."""
    if not leaves:
        return
    ranks = np.sort(np.concatenate([group.node for group in leaves]))
    for start in range(0, len(ranks), size):
        low, high = ranks[start], ranks[min(start + size, len(ranks)) - 1]
        some = [group.take((group.node >= low) & (group.node <= high)) for group in leaves]
        yield Chunk([part.take(np.argsort(part.node)) for part in some if len(part)], layer)
