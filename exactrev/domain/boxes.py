"""Domains that are products of intervals."""

from __future__ import annotations

from flint import fmpq

from exactrev.lp.polyhedron import Polyhedron

Interval = tuple[fmpq, fmpq]
Box = tuple[Interval, ...]


def ends_of(domain: Polyhedron) -> tuple[dict[int, fmpq], dict[int, fmpq]]:
    """The largest lower and the least upper bound of inputs by rows that read one input alone."""
    low: dict[int, fmpq] = {}
    high: dict[int, fmpq] = {}
    for row in domain.rows:
        places = [j for j, a in enumerate(row[:-1]) if a]
        if len(places) != 1:
            continue
        (j,) = places
        end = -row[-1] / row[j]
        if row[j] > 0:
            low[j] = max(low.get(j, end), end)
        else:
            high[j] = min(high.get(j, end), end)
    return low, high


def is_product(domain: Polyhedron) -> bool:
    """Whether each row reads one input alone."""
    return all(len([a for a in row[:-1] if a]) == 1 for row in domain.rows)


def bounding_box(domain: Polyhedron) -> list[Interval] | None:
    """The intervals that a domain is the product of; None if it is no product of intervals."""
    if not is_product(domain):
        return None
    low, high = ends_of(domain)
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
