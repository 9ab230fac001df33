"""Pairs of networks for comparing: equal by geometry alone, or nearly equal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

import z3
from flint import fmpq

from benchmarks.pairs import Form
from benchmarks.pairs import moved as moved
from benchmarks.pairs import tournament as tournament
from exactrev.arrangement import Region, regions
from exactrev.checker import Outcome, check
from exactrev.equivalence import Comparison
from exactrev.lp import Optimum, System, minimise
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.network.evaluation import AffineMap, layer_maps

RELU = Network.dense([([[1]], [0]), ([[1]], [0])])
LINE = Network.dense([([[1]], [0])])


def judged(lines: Iterable[str]) -> Outcome:
    """What the checker says of a certificate."""
    return check(io.BytesIO("".join(line + "\n" for line in lines).encode()))


def random_forms(count: int, inputs: int, random: Random, size: int = 9) -> list[Form]:
    """Affine forms with small integer coefficients, constants last."""
    return [[fmpq(random.randint(-size, size)) for _ in range(inputs + 1)] for _ in range(count)]


def random_network(sizes: Sequence[int], random: Random, size: int = 5) -> Network:
    """A dense network with small rational weights."""

    def number() -> fmpq:
        return fmpq(random.randint(-size, size), random.randint(1, 3))

    return Network.dense(
        (
            [[number() for _ in range(below)] for _ in range(width)],
            [number() for _ in range(width)],
        )
        for below, width in pairwise(sizes)
    )


def ranges_by_regions(pair: Comparison, domain: Polyhedron) -> list[tuple[fmpq, fmpq]]:
    """The least and largest value of every output, by a linear program on every closed region."""
    found = [ranges_on_region(region, domain) for region in regions(pair.stacked, domain)]
    return [
        (min(low for low, _ in ends), max(high for _, high in ends))
        for ends in zip(*found, strict=True)
    ]


def ranges_on_region(region: Region, domain: Polyhedron) -> list[tuple[fmpq, fmpq]]:
    """The least and largest value of every output on a closed region in a bounded domain."""
    maps = layer_maps(region.network, region.pattern)
    rows = list(domain.rows)
    for layer, pattern in zip(maps, region.pattern, strict=False):
        for form, on in zip(_forms(layer), pattern, strict=True):
            rows.append(tuple((x if on else -x) for x in form))
    system = System(region.network.inputs, rows=tuple(rows))
    ends = []
    for form in _forms(maps[-1]):
        low, high = (minimise(tuple(sign * x for x in form), system) for sign in (1, -1))
        assert isinstance(low, Optimum) and isinstance(high, Optimum)
        ends.append((low.value, -high.value))
    return ends


def _forms(affine: AffineMap) -> list[Form]:
    rows = zip(affine.linear.tolist(), affine.constant.entries(), strict=True)
    return [[*linear, constant] for linear, constant in rows]


def outputs_in_z3(network: Network, inputs: list[z3.ArithRef]) -> list[z3.ArithRef]:
    """The outputs of a dense network as terms over exact reals."""
    values = inputs
    for number, layer in enumerate(network.layers, 1):
        rows = zip(network.weight(number).tolist(), layer.bias.entries(), strict=True)
        values = [
            z3.Sum([z3.Q(int(w.p), int(w.q)) * v for w, v in zip(row, values, strict=True)])
            + z3.Q(int(bias.p), int(bias.q))
            for row, bias in rows
        ]
        if number < len(network.layers):
            values = [z3.If(z > 0, z, z3.RealVal(0)) for z in values]
    return values
