"""What bounds over boxes tell at once, where another search was stopped."""

from __future__ import annotations

from exactrev.bounds.deviation import BoxDeviation
from exactrev.equivalence.deviation import Deviation
from exactrev.lp.polyhedron import Polyhedron


def box_at_once(stopped: Deviation, domain: Polyhedron | None) -> BoxDeviation | None:
    """A search that ends with the bounds over the box about the domain and knows where the other
    one saw the largest deviation; None if the domain does not suit it."""
    if domain is None or not BoxDeviation.suits(stopped.comparison, domain):
        return None
    search = BoxDeviation(stopped.comparison, domain, None, lambda: True)
    level = stopped.attained()
    if level is not None and level.point is not None:
        search.consider(level.point)
    return search
