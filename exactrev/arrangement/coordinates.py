"""Inputs that tell points apart as far as a network on a domain does.

Where fewer rows read the input than it has dimensions, every region is a cylinder over a slice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from exactrev.exact.rational import to_float
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network

Floats = NDArray[np.float64]


def independent_coordinates(network: Network, domain: Polyhedron) -> tuple[int, ...]:
    """Coordinates, at least one, that tell points apart as far as the rows that read the input do.

    All of them where these rows span R^n; else as many as their rank, in ascending order, such
    that the columns of these coordinates are independent.
    """
    n = network.inputs
    rows = [list(row[:n]) for row in domain.rows]
    for layer in network.hidden:
        matrix = layer.weight(0)
        if matrix is not None:
            entries = matrix.entries()
            rows += [entries[i * n : (i + 1) * n] for i in range(matrix.nrows())]
    if len(rows) >= n and len(domain.rows) >= n and _rank(domain.rows, range(n)) == n:
        return tuple(range(n))
    rank = _rank(rows, range(n))
    if rank == n or not rank:
        return tuple(range(n if rank else 1))
    floats = np.array([[to_float(x) for x in row] for row in rows])
    chosen = sorted(greedily_independent(floats.T, rank))
    if len(chosen) == rank and _rank(rows, chosen) == rank:
        return tuple(chosen)
    reduced, _ = fmpq_mat(len(rows), n, [x for row in rows for x in row]).rref()
    return tuple(next(j for j in range(n) if reduced[i, j]) for i in range(rank))


def _rank(rows: Sequence[Sequence[fmpq]], columns: Sequence[int]) -> int:
    entries = [row[j] for row in rows for j in columns]
    return int(fmpq_mat(len(rows), len(columns), entries).rank()) if rows else 0


def greedily_independent(matrix: Floats, limit: int) -> list[int]:
    """Up to ``limit`` row numbers, each picked for its distance from the span of those before.

    Rows count by their direction only.  A hint: the floats may take dependent rows for others.
    """
    with np.errstate(all="ignore"):
        size = np.sqrt((matrix**2).sum(axis=1))[:, None]
        rest = np.divide(matrix, size, out=np.zeros_like(matrix), where=size > 0)
    chosen: list[int] = []
    for _ in range(limit):
        length = (rest**2).sum(axis=1)
        if not len(length) or length.max() < 1e-16:  # only a hint: callers test the rank exactly
            break
        best = int(length.argmax())
        chosen.append(best)
        unit = rest[best] / np.sqrt(length[best])
        rest = rest - (rest @ unit)[:, None] * unit
    return chosen
