"""A network as a smaller one with the same outputs, and the proof that they are the same.

First by rules that weights show to hold; then by linear dependences among what the neurons compute.
Those are seen at sample points only, so that each smaller network is proved equal before it counts;
an input where it differs is one more sample point.

>>> shifted = Network.dense([([[1], [1]], [0, 0]), ([[1, -1], [1, 1]], [1, 1]), ([[1, 1]], [0])])
>>> found = reduce(shifted)                                 # the second layer is always on
>>> found.network.architecture, found.irreducible, found.proof.verdict
((1, 1, 1), True, 'equal')
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from random import Random
from time import monotonic

from flint import fmpq

from exactrev.equivalence import Equivalence, equiv
from exactrev.irreducible.dependence import Point, dependences, without
from exactrev.network.model import Network
from exactrev.network.reduction import reduce_structurally

_LARGEST = 1500  # columns of the matrix of values
#: Points are small integers times 2^k for these k: networks bend at very different scales.
_EXPONENTS = (0, -3, 4, -8, 10)


@dataclass(frozen=True)
class Reduced:
    """A network equal to ``original``, by ``proof`` (an equivalence of ``original`` and it).

    ``irreducible``: what its neurons compute, the inputs and the constant 1 are linearly
    independent as functions, so that no neuron can be replaced by others.
    """

    original: Network
    network: Network
    proof: Equivalence
    irreducible: bool


def reduce(network: Network, seed: int = 0, timeout: float | None = None) -> Reduced:
    """The network without the neurons that the others can replace.

    It is not irreducible only if ``timeout`` seconds have passed, or if the network is too large
    for its dependences to be looked for.  Skip connections may come in.
    """
    deadline = inf if timeout is None else monotonic() + timeout
    best = reduce_structurally(network).network
    proof = equiv(network, best, seed)
    irreducible = False
    points: list[Point] = []
    random = Random(seed)
    while not irreducible and _columns(best) <= _LARGEST and monotonic() < deadline:
        points += _samples(best, 2 * _columns(best) + 32 - len(points), random)
        dependent = dependences(best, points)
        if not dependent:
            irreducible = True
            break
        smaller = reduce_structurally(without(best, dependent)).network
        left = None if timeout is None else max(deadline - monotonic(), 1e-3)
        found = equiv(network, smaller, seed, left)
        if found.witness is not None:
            points += [found.witness, *_around(found.witness, random)]
        elif found.same_function:
            best, proof = smaller, found
        else:
            break
    return Reduced(network, best, proof, irreducible)


def _columns(network: Network) -> int:
    return 1 + sum(network.architecture[:-1])


def _samples(network: Network, count: int, random: Random) -> list[Point]:
    return [
        tuple(fmpq(random.randint(-64, 64)) * scale for _ in range(network.inputs))
        for _ in range(count)
        for scale in [fmpq(2) ** random.choice(_EXPONENTS)]
    ]


def _around(point: Point, random: Random) -> list[Point]:
    """Points near a point, so that a small region is seen whole."""
    step = fmpq(1, 1 << 20)
    return [
        tuple(x + step * random.randint(-64, 64) for x in point) for _ in range(len(point) + 1)
    ]
