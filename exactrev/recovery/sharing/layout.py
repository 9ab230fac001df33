"""How the neurons of a layer that shares weights are laid out: channels, and places of each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from exactrev.recovery.sharing.kernel import Corner, Family, Shape


def layout(
    found: Sequence[Family],
    met: set[tuple[int, Corner]],
    listed: Sequence[tuple[int, Corner]],
    below: Shape,
) -> tuple[Shape, list[tuple[int, Corner]]] | None:
    """The layout of a layer, (channels, *positions), and its neurons in C order.

    A neuron belongs to it if its window is whole, or lies among those that were met.
    """
    kept: list[tuple[int, Corner]] = []
    counts: set[tuple[int, ...]] = set()
    for number, family in enumerate(found):
        own = [
            corner for n, corner in listed
            if n == number and ((n, corner) in met or family.kernel.whole(corner, below))
        ]
        if not own:
            return None
        low, high = ([f(x) for x in zip(*own, strict=True)] for f in (min, max))
        corners = [
            corner for n, corner in listed
            if n == number
            and all(a <= x <= b for a, x, b in zip(low, corner, high, strict=True))
        ]
        axes = tuple(len({corner[a] for corner in corners}) for a in range(len(low)))
        if math.prod(axes) != len(corners):
            return None
        counts.add(axes)
        kept += [(number, corner) for corner in sorted(corners)]
    return None if len(counts) != 1 else ((len(found), *counts.pop()), kept)
