"""Domains that are products of intervals."""

from __future__ import annotations

from flint import fmpq

from exactrev.lp.polyhedron import Polyhedron

Interval = tuple[fmpq, fmpq]
Box = tuple[Interval, ...]


def bounding_box(domain: Polyhedron) -> list[Interval] | None:
    """The intervals that a domain is the product of; None if it is no product of intervals."""
    low: dict[int, fmpq] = {}
    high: dict[int, fmpq] = {}
    for row in domain.rows:
        places = [j for j, a in enumerate(row[:-1]) if a]
        if len(places) != 1:
            return None
        (j,) = places
        end = -row[-1] / row[j]
        if row[j] > 0:
            low[j] = max(low.get(j, end), end)
        else:
            high[j] = min(high.get(j, end), end)
    if not len(low) == len(high) == domain.dimension:
        return None
    return [(low[j], high[j]) for j in range(domain.dimension)]


def is_box(domain: Polyhedron | None) -> bool:
    """Whether a domain is a product of intervals that has more than one point."""
    box = None if domain is None else bounding_box(domain)
    return (
        box is not None
        and all(low <= high for low, high in box)
        and any(low < high for low, high in box)
    )
