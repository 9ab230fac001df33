"""Which way the last known layer's neurons point, from the patches that may be of the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.patches import Patch
from exactrev.boundaries.pooling import pooled
from exactrev.recovery.orientation import Contradiction, direct_bits, orientation
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface

#: Signs that may all be tried: two to this power.
_MOST_FREE = 8


def consistent(told: Mapping[Patch, Surface]) -> dict[Patch, Surface]:
    """Those of the patches (strongest first) that do not contradict stronger ones on the signs."""
    agreed: dict[Patch, Surface] = {}
    for patch, surface in told.items():
        try:
            orientation([*agreed.values(), surface], surface.prefix.width)
        except Contradiction:
            continue
        agreed[patch] = surface
    return agreed


def only_flips(
    prefix: Prefix,
    cells: Sequence[BoundaryCell],
    agreed: Mapping[Patch, Surface],
    check_time: Callable[[], None],
) -> list[bool] | None:
    """True for each neuron to be negated, or None if patches allow several ways, or none.

    Where few signs are open all are tried: with short weights lattice reduction does not commit
    itself.
    """
    surfaces = list(agreed.values())
    flips = orientation(surfaces, prefix.width)
    if flips is not None:
        return flips
    known = direct_bits(surfaces, prefix.width)
    free = [i for i in range(prefix.width) if i not in known]
    if len(free) > _MOST_FREE:
        return None
    left = []
    for bits in product((0, 1), repeat=len(free)):
        whole = known | dict(zip(free, bits, strict=True))
        left.append([bool(whole[i]) for i in range(prefix.width)])
    for patch in agreed:
        check_time()
        left = [flips for flips in left if _allows(patch, cells, prefix.oriented(flips))]
    return left[0] if len(left) == 1 else None


def _allows(patch: Patch, cells: Sequence[BoundaryCell], prefix: Prefix) -> bool:
    surface = pooled(prefix, cells, patch, oriented=True)
    return surface is None or surface.consistent


def why_open(number: int, prefix: Prefix, surfaces: Sequence[Surface]) -> str:
    """Why the signs of hidden layer ``number`` are not determined."""
    if not surfaces:
        return f"none of them is that of a neuron that reads layer {number} alone"
    unmet = [
        f"{number}:{i}"
        for i in range(prefix.width)
        if all(surface.weight(i) is None for surface in surfaces)
    ]
    if unmet:
        return f"none of them meets the boundary of {', '.join(unmet)}, whose signs stay open"
    return f"their equations do not determine the signs of layer {number}"
