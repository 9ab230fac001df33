"""Seeded networks each of which breaks one assumption of the theorem (R&K, section 3) on purpose.

Networks are drawn with Gaussian weights, rounded to 2^-16, and then changed in one place.  Changes
go by a pair of parallel neurons of the first layer: u, and either -u - s, which is never on
together with it, or u + s, which is never less; then signs of weights alone decide what the others
may do.  ``neurons`` are those that break the assumption; the tests check each by brute force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

from exactrev.network import Network

_UNIT = 1 << 16
_SMALL = Fraction(1, 16)

#: (rows, biases) of every layer.
Draft = list[tuple[list[list[Fraction]], list[Fraction]]]
Change = Callable[[Draft, Random], tuple[str, ...]]


@dataclass(frozen=True)
class Degraded:
    """A network, the assumption that it breaks, and how and where it does."""

    assumption: str
    how: str
    seed: int
    network: Network
    neurons: tuple[str, ...]

    @property
    def name(self) -> str:
        """Assumption, way, shape and seed."""
        shape = "-".join(map(str, self.network.architecture))
        return f"{self.assumption} ({self.how}) {shape} seed {self.seed}"


@dataclass(frozen=True)
class Kind:
    """One way to break an assumption, on networks of several shapes."""

    assumption: str
    how: str
    shapes: tuple[tuple[int, ...], ...]
    change: Change

    def networks(self, seeds: int) -> Iterator[Degraded]:
        """One network a shape and seed."""
        for sizes in self.shapes:
            for seed in range(seeds):
                yield self.network(sizes, seed)

    def network(self, sizes: Sequence[int], seed: int) -> Degraded:
        """The network of one shape and seed."""
        random = Random(f"{self.assumption} {self.how} {list(sizes)} {seed}")
        draft = _drawn(random, sizes)
        neurons = self.change(draft, random)
        return Degraded(self.assumption, self.how, seed, Network.dense(draft), neurons)


def suite(seeds: int) -> Iterator[Degraded]:
    """Every network of the suite."""
    for kind in KINDS:
        yield from kind.networks(seeds)


def _drawn(random: Random, sizes: Sequence[int]) -> Draft:
    return [
        (
            [[_gauss(random, fan_in**-0.5) for _ in range(fan_in)] for _ in range(width)],
            [_gauss(random, 0.5) for _ in range(width)],
        )
        for fan_in, width in pairwise(sizes)
    ]


def _gauss(random: Random, deviation: float) -> Fraction:
    return Fraction(round(random.gauss(0, deviation) * _UNIT), _UNIT)


# -- changes ---------------------------------------------------------------------------------------


def _facing_away(draft: Draft) -> None:
    """Make neuron 1:1 -u - 1, for u that of 1:0: they are never on together."""
    rows, biases = draft[0]
    rows[1], biases[1] = [-w for w in rows[0]], -biases[0] - 1


def _ahead(draft: Draft) -> None:
    """Make neuron 1:1 u + 1, for u that of 1:0: it is never less, and on where 1:0 is."""
    rows, biases = draft[0]
    rows[1], biases[1] = list(rows[0]), biases[0] + 1


def _set_signs(draft: Draft, layer: int, neuron: int, sign: int, but: Sequence[int] = ()) -> None:
    """Give a neuron's weights, but some, and its bias one sign."""
    rows, biases = draft[layer - 1]
    rows[neuron] = [
        w if i in but else sign * abs(w) for i, w in enumerate(rows[neuron])
    ]
    biases[neuron] = sign * (abs(biases[neuron]) + _SMALL)


def _disconnected(draft: Draft, random: Random) -> tuple[str, ...]:
    """2:0 is on in two places: where 1:0 is, and where 1:1 is."""
    _facing_away(draft)
    _set_signs(draft, 2, 0, -1)
    row = draft[1][0][0]
    row[:] = [_SMALL * w for w in row]
    row[0], row[1] = Fraction(1), 1 + _SMALL
    return ("2:0",)


def _on_beyond(draft: Draft, random: Random) -> tuple[str, ...]:
    """2:0 is on wherever 1:1 is off, and so wherever 1:0 switches."""
    _facing_away(draft)
    _set_signs(draft, 2, 0, 1)
    row = draft[1][0][0]
    row[:] = [_SMALL * w for w in row]
    row[1] = Fraction(-1)
    return "1:0", "2:0"


def _off_beyond(draft: Draft, random: Random) -> tuple[str, ...]:
    """2:0 is off wherever 1:1 is off, and so wherever 1:0 is on."""
    _facing_away(draft)
    _set_signs(draft, 2, 0, -1)
    row = draft[1][0][0]
    row[:] = [_SMALL * w for w in row]
    row[1] = Fraction(1)
    return "1:0", "2:0"


def _masked(draft: Draft, random: Random) -> tuple[str, ...]:
    """Some neurons of the last hidden layer alone read neuron 0 below; they are off where it is."""
    depth = len(draft) - 1
    rows, _ = draft[depth - 1]
    readers = (len(rows) + 1) // 2
    for j, row in enumerate(rows):
        if j < readers:
            _set_signs(draft, depth, j, -1)
            row = draft[depth - 1][0][j]
            row[:] = [_SMALL * w for w in row]
            row[0] = 1 + _SMALL * j
        else:
            row[0] = Fraction(0)
    return (f"{depth - 1}:0",)


def _signed(layer: int, sign: int) -> Change:
    def change(draft: Draft, random: Random) -> tuple[str, ...]:
        _set_signs(draft, layer, 0, sign)
        return (f"{layer}:0",)

    return change


def _against(sign: int) -> Change:
    """2:0 reads relu(u) - relu(u + 1) <= 0, or its negative, and else weights of one sign."""

    def change(draft: Draft, random: Random) -> tuple[str, ...]:
        _ahead(draft)
        _set_signs(draft, 2, 0, sign)
        row = draft[1][0][0]
        row[0], row[1] = Fraction(-sign), Fraction(sign)
        return ("2:0",)

    return change


def _constant(sign: int) -> Change:
    def change(draft: Draft, random: Random) -> tuple[str, ...]:
        rows, biases = draft[0]
        rows[0], biases[0] = [Fraction(0)] * len(rows[0]), sign * (abs(biases[0]) + _SMALL)
        return ("1:0",)

    return change


def _multiple(layer: int, factor: Fraction) -> Change:
    """Make neuron 1 of a layer a multiple of its neuron 0."""

    def change(draft: Draft, random: Random) -> tuple[str, ...]:
        rows, biases = draft[layer - 1]
        rows[1], biases[1] = [factor * w for w in rows[0]], factor * biases[0]
        return f"{layer}:0", f"{layer}:1"

    return change


def _sparse(draft: Draft, random: Random) -> tuple[str, ...]:
    """Half of the weights are 0, but none of a permutation's, so that all are read and read."""
    for rows, _ in draft:
        kept = set()
        height, width = len(rows), len(rows[0])
        for k in range(max(height, width)):
            kept.add((k % height, k % width))
        for i, row in enumerate(rows):
            row[:] = [
                w if (i, j) in kept or random.random() < 0.4 else Fraction(0)
                for j, w in enumerate(row)
            ]
    return ()


def _blocks(draft: Draft, random: Random) -> tuple[str, ...]:
    """Two networks side by side, neurons of even and of odd number; only the ends are shared."""
    for rows, _ in draft[1:-1]:
        for i, row in enumerate(rows):
            row[:] = [w if (i + j) % 2 == 0 else Fraction(0) for j, w in enumerate(row)]
    return ()


def _as_drawn(draft: Draft, random: Random) -> tuple[str, ...]:
    return ()


_TWO, _THREE = (3, 4, 3, 1), (2, 4, 3, 3, 2)
_TWICE, _MINUS = Fraction(2), Fraction(-3, 2)

KINDS = (
    Kind("disconnected boundary", "two parts", (_TWO, _THREE), _disconnected),
    Kind("boundaries that never meet", "one on beyond", (_TWO, _THREE), _on_beyond),
    Kind("boundaries that never meet", "one off beyond", (_TWO, _THREE), _off_beyond),
    Kind("masked neurons", "by all its readers", (_TWO, _THREE), _masked),
    Kind("dead neurons", "by weights", ((3, 4, 1), _TWO, _THREE), _constant(-1)),
    Kind("dead neurons", "by weights in layer 2", (_TWO, _THREE), _signed(2, -1)),
    Kind("dead neurons", "by geometry", (_TWO, _THREE), _against(-1)),
    Kind("always-on neurons", "by weights", ((3, 4, 1), _TWO), _constant(1)),
    Kind("always-on neurons", "by weights in layer 2", (_TWO, _THREE), _signed(2, 1)),
    Kind("always-on neurons", "by geometry", (_TWO, _THREE), _against(1)),
    Kind("equal neurons", "in layer 1", ((3, 4, 1), _TWO, _THREE), _multiple(1, _TWICE)),
    Kind("equal neurons", "in layer 2", (_TWO, _THREE), _multiple(2, _TWICE)),
    Kind("opposite neurons", "in layer 1", ((3, 4, 1), _TWO, _THREE), _multiple(1, _MINUS)),
    Kind("opposite neurons", "in layer 2", (_TWO, _THREE), _multiple(2, _MINUS)),
    Kind("zero weights", "half of them", (_TWO, _THREE), _sparse),
    Kind("zero weights", "two blocks", ((3, 4, 4, 1), (2, 4, 4, 2)), _blocks),
    Kind("bottleneck", "as drawn", ((3, 4, 1, 3, 1), (3, 4, 2, 4, 2)), _as_drawn),
    Kind("layer wider than all before", "as drawn", ((2, 3, 5, 1), (2, 3, 4, 5, 2)), _as_drawn),
    Kind("one input", "as drawn", ((1, 5, 1), (1, 3, 3, 1), (1, 3, 3, 3, 2)), _as_drawn),
    Kind("two inputs", "as drawn", ((2, 5, 1), (2, 4, 4, 1), (2, 3, 3, 3, 2)), _as_drawn),
)
