"""Hypothesis strategies for small networks, dense and with skip connections."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from flint import fmpq
from hypothesis import strategies as st

from exactrev.network import Layer, Network

Numbers = st.SearchStrategy[fmpq]

rationals: Numbers = st.builds(
    lambda p, q: fmpq(p, q), st.integers(-(10**30), 10**30), st.integers(1, 10**12)
)
#: floats that float64 holds, subnormal and huge ones included; the zero of both signs is 0
doubles: Numbers = st.floats(allow_nan=False, allow_infinity=False).map(
    lambda x: fmpq(*x.as_integer_ratio())
)
singles: Numbers = st.floats(width=32, allow_nan=False, allow_infinity=False).map(
    lambda x: fmpq(*x.as_integer_ratio())
)
#: with an expansion in base ten that ends
decimals: Numbers = st.builds(
    lambda p, e: fmpq(p) * fmpq(10) ** e, st.integers(-(10**20), 10**20), st.integers(-30, 30)
)
_SPARSE = st.sampled_from([fmpq(0), fmpq(1), fmpq(-1)])


def numbers(base: Numbers) -> Numbers:
    """``base`` with many zeros and ones, so that degenerate networks are common."""
    return st.one_of(base, _SPARSE)


@st.composite
def dense_networks(draw: Callable[..., object], base: Numbers, least: int = 1) -> Network:
    """Dense networks of up to three hidden layers, each with ``least`` to 4 neurons."""
    entry = numbers(base)
    sizes = [
        draw(st.integers(1, 4)),
        *draw(st.lists(st.integers(least, 4), max_size=3)),
        draw(st.integers(1, 3)),
    ]
    layers = []
    for width, height in pairwise(sizes):
        row = st.lists(entry, min_size=width, max_size=width)
        weight = draw(st.lists(row, min_size=height, max_size=height))
        layers.append((weight, draw(st.lists(entry, min_size=height, max_size=height))))
    built, width = [], sizes[0]
    for k, (weight, bias) in enumerate(layers):
        matrix = [list(r) for r in weight]
        built.append(Layer.of({k: matrix} if matrix and width else {}, bias))
        width = len(bias)
    return Network(sizes[0], tuple(built))


@st.composite
def skip_networks(draw: Callable[..., object], base: Numbers) -> Network:
    """Networks in which a layer reads any set of earlier ones, none at all included."""
    entry = numbers(base)
    sizes = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(2, 5)))]
    layers = []
    for k, height in enumerate(sizes[1:]):
        blocks = {}
        for source in draw(st.sets(st.integers(0, k))):
            row = st.lists(entry, min_size=sizes[source], max_size=sizes[source])
            blocks[source] = draw(st.lists(row, min_size=height, max_size=height))
        layers.append(Layer.of(blocks, draw(st.lists(entry, min_size=height, max_size=height))))
    return Network(sizes[0], tuple(layers))
