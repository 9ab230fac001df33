"""Inputs that may have a property, found by climbing in floats; what counts is exact.

From a point inside the domain, steps go up the gradient of the bound that holds least, in the
metric of the domain's barrier (Dikin's ellipsoid), which keeps them inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from flint import fmpq

from exactrev.arrangement.coordinates import to_float
from exactrev.arrangement.forms import Floats, float_matrix
from exactrev.arrangement.leaves import Point
from exactrev.lp.polyhedron import Polyhedron, value
from exactrev.network.model import Network
from exactrev.verification.flatten import Flat
from exactrev.verification.instance import Bound, Part
from exactrev.verification.search import restricted_network

_STARTS, _STEPS = 6, 25
#: How far a step goes, as shares of the way to the border of the domain.
_SHARES = np.array([1 / 16, 1 / 4, 1 / 2, 7 / 8, 63 / 64])
_FAR = 2.0**10  # the way to a border that is not there
_BITS = (8, 16, 32, 52)  # digits of the points that are tried
_LARGEST = 2000  # inputs


def find_satisfying(
    joint: Network, part: Part, flat: Flat, seed: int, stop: Callable[[], bool]
) -> Point | None:
    """An exact input at which a conjunction of the part holds, or None if none was found."""
    network = restricted_network(joint, part, flat)
    first = 0
    if any(_holds(bounds, network, flat, flat.inside, part) for bounds in part.conjunctions[:1]):
        return flat.lifted(flat.inside)
    if not network.inputs or network.inputs > _LARGEST:
        return None
    floats = FloatNetwork(network)
    random = np.random.default_rng(seed)
    for conjunction in part.conjunctions:
        outputs = range(first, first + len(conjunction))
        first = outputs.stop
        for near in _climbs(floats, flat, outputs, random):
            for point in _rounded(near):
                if _holds(conjunction, network, flat, point, part):
                    return flat.lifted(point)
            if stop():
                return None
    return None
