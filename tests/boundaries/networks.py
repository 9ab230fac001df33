"""Small networks with Gaussian dyadic weights, and ways to make them degenerate."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from flint import fmpq

from exactrev.network.model import Network

Rows = list[list[fmpq]]


def gaussian(sizes: tuple[int, ...], seed: int) -> Network:
    """A network of this architecture; weights have 40 bits."""
    return Network.dense(gaussian_layers(sizes, seed))


def gaussian_layers(sizes: tuple[int, ...], seed: int) -> list[tuple[Rows, list[fmpq]]]:
    """Its layers, to be changed by hand."""
    random = Random(seed)

    def draw(spread: float) -> fmpq:
        return fmpq(int(random.gauss(0, spread) * (1 << 40)), 1 << 40)

    return [
        ([[draw(n**-0.5) for _ in range(n)] for _ in range(m)], [draw(0.3) for _ in range(m)])
        for n, m in pairwise(sizes)
    ]
