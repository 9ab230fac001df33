"""Seeded small networks of every kind that is hard on an arrangement.

A *kind* draws numbers (Gaussian, integer, ...); a *degeneration* then spoils some neurons on
purpose (duplicates, slivers, concurrent boundaries, ...); a *shape* fixes the layers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from random import Random

from exactrev.network import Network
from exactrev.network.model import Layer
from tests.arrangement.brute_force import PatternForms, signs_at
from tests.recovery.reference import at, rational

Rows = list[list[Fraction]]


@dataclass
class Draft:
    """A layer while it is drawn: weight rows per source layer, and biases."""

    weights: dict[int, Rows]
    biases: list[Fraction]

    @property
    def size(self) -> int:
        """The number of neurons."""
        return len(self.biases)

    def copy_neuron(self, source: int, target: int, scale: Fraction) -> None:
        """Make neuron ``target`` the neuron ``source`` times a number."""
        for rows in self.weights.values():
            rows[target] = [scale * w for w in rows[source]]
        self.biases[target] = scale * self.biases[source]

    def set_row(self, i: int, weight: Callable[[Fraction], Fraction]) -> None:
        """Replace every weight w of neuron ``i`` by weight(w)."""
        for rows in self.weights.values():
            rows[i] = [weight(w) for w in rows[i]]


def build(inputs: int, drafts: Sequence[Draft]) -> Network:
    """The network of these layers."""
    layers = [
        Layer.of(
            {s: [[rational(w) for w in row] for row in rows] for s, rows in draft.weights.items()},
            [rational(b) for b in draft.biases],
        )
        for draft in drafts
    ]
    return Network(inputs, tuple(layers))


# -- kinds of numbers ----------------------------------------------------------------------------


def _gaussian(random: Random, variance: float) -> Fraction:
    return Fraction(random.gauss(0, variance**0.5))


def _quantised(denominator: int) -> Callable[[Random, float], Fraction]:
    def draw(random: Random, variance: float) -> Fraction:
        return Fraction(round(random.gauss(0, variance**0.5) * denominator), denominator)

    return draw


#: Numbers by name: called with the generator and the variance that a Gaussian one would have.
KINDS: dict[str, Callable[[Random, float], Fraction]] = {
    "gaussian": _gaussian,
    "integer": lambda random, _: Fraction(random.randint(-3, 3)),
    "ternary": lambda random, _: Fraction(random.randint(-1, 1)),
    "halves": _quantised(2),
    "eighths": _quantised(8),
}

# -- degenerations -------------------------------------------------------------------------------


def _two(random: Random, layer: Draft) -> tuple[int, int] | None:
    """Two neurons of a layer, if it has two."""
    if layer.size < 2:
        return None
    i, j = random.sample(range(layer.size), 2)
    return i, j


def _copies(scale: Callable[[Random], Fraction]) -> Callable[[Random, Draft], None]:
    def spoil(random: Random, layer: Draft) -> None:
        chosen = _two(random, layer)
        if chosen:
            layer.copy_neuron(*chosen, scale(random))

    return spoil


def _shifts(shift: Callable[[Random], Fraction], side: int = 1) -> Callable[[Random, Draft], None]:
    """Make a neuron parallel to another one (the opposite of it if ``side`` is -1), shifted."""

    def spoil(random: Random, layer: Draft) -> None:
        chosen = _two(random, layer)
        if chosen:
            layer.copy_neuron(*chosen, Fraction(side))
            layer.biases[chosen[1]] += shift(random)

    return spoil


def _one(change: Callable[[Random, Draft, int], None]) -> Callable[[Random, Draft], None]:
    def spoil(random: Random, layer: Draft) -> None:
        if layer.size:
            change(random, layer, random.randrange(layer.size))

    return spoil


def _rescale(random: Random, layer: Draft, i: int) -> None:
    layer.copy_neuron(i, i, Fraction(10) ** random.choice((-12, -6, 6, 12, 30)))


def _zero_row(random: Random, layer: Draft, i: int) -> None:
    layer.set_row(i, lambda w: w * 0)
    if random.random() < 0.5:
        layer.biases[i] = Fraction(0)


def _dead(random: Random, layer: Draft, i: int) -> None:
    """Off wherever its inputs are not negative: everywhere, beyond the first layer."""
    layer.set_row(i, lambda w: -abs(w))
    layer.biases[i] = -abs(layer.biases[i])


def _tilt(random: Random, layer: Draft) -> None:
    """Two boundaries that differ by 2^-60 in one weight."""
    chosen = _two(random, layer)
    if chosen:
        layer.copy_neuron(*chosen, Fraction(1))
        for rows in layer.weights.values():
            row = rows[chosen[1]]
            if row:
                row[random.randrange(len(row))] += Fraction(1, 1 << 60)


def _bias_free(random: Random, layer: Draft) -> None:
    layer.biases = [Fraction(0)] * layer.size


def _rank_one(random: Random, layer: Draft) -> None:
    """All neurons of the layer read one and the same combination."""
    for rows in layer.weights.values():
        for i, row in enumerate(rows[1:], 1):
            factor = Fraction(random.randint(-2, 2))
            rows[i] = [factor * w for w in rows[0]] if row else row


#: What can be done to a hidden layer, by name.
DEGENERATIONS: dict[str, Callable[[Random, Draft], None]] = {
    "bias-free": _bias_free,
    "duplicated": _copies(lambda random: Fraction(random.randint(1, 3))),
    "opposite": _copies(lambda random: Fraction(-random.randint(1, 3))),
    "rescaled": _one(_rescale),
    "parallel": _shifts(lambda random: Fraction(random.randint(-2, 2), 2)),
    "sliver": _shifts(lambda _: Fraction(1, 1 << 60)),
    "opposite sliver": _shifts(lambda random: Fraction(random.choice((-1, 1)), 1 << 60), -1),
    "tilted": _tilt,
    "zero row": _one(_zero_row),
    "dead": _one(_dead),
    "rank one": _rank_one,
}


def concurrent(random: Random, inputs: int, drafts: Sequence[Draft], gap: Fraction) -> None:
    """Move the boundaries of most neurons to within ``gap`` (0: exactly) of one point.

    Layer by layer: the bias makes z = -gap, 0 or gap at the point.
    """
    point = [Fraction(random.randint(-8, 8), 8) for _ in range(inputs)]
    for number, draft in enumerate(drafts[:-1], 1):
        network = build(inputs, drafts)
        before = tuple(
            tuple(sign > 0 for sign in layer) for layer in signs_at(network, point)[: number - 1]
        )
        for i, form in enumerate(PatternForms(network).of_layer(before)):
            if random.random() < 0.8:
                draft.biases[i] += random.choice((-1, 0, 1)) * gap - at(form, point)


# -- networks ------------------------------------------------------------------------------------


def draw_layers(random: Random, kind: str, sizes: Sequence[int], skips: bool) -> list[Draft]:
    """Layers of these sizes (inputs first, outputs last): weights N(0, 1/fan-in), biases N(0, .09)
    for the Gaussian kind, numbers of about that size for the others."""
    number = KINDS[kind]
    drafts = []
    for index, (fan, width) in enumerate(pairwise(sizes)):
        sources = {index: fan}
        if skips and index and random.random() < 0.7:
            source = random.randrange(index)
            sources[source] = sizes[source]
        total = max(1, sum(sources.values()))
        weights = {
            source: [[number(random, 1 / total) for _ in range(read)] for _ in range(width)]
            for source, read in sources.items()
        }
        drafts.append(Draft(weights, [number(random, 0.09) for _ in range(width)]))
    return drafts


#: Inputs, hidden widths, outputs: at most 4 inputs and 12 hidden neurons.
SHAPES: tuple[tuple[int, ...], ...] = (
    (1, 6, 1),
    (1, 4, 4, 1),
    (1, 3, 3, 3, 1),
    (2, 7, 1),
    (2, 5, 4, 1),
    (2, 3, 4, 3, 1),
    (2, 1, 5, 1),
    (3, 6, 1),
    (3, 4, 4, 1),
    (3, 2, 5, 1),
    (3, 1, 3, 2, 2),
    (4, 5, 1),
    (4, 4, 3, 1),
    (4, 2, 4, 1),
)

#: Shapes with hidden layers of no neurons, or with no hidden layer at all.
EMPTY_SHAPES: tuple[tuple[int, ...], ...] = (
    (2, 1),
    (1, 0, 1),
    (2, 3, 0, 1),
    (2, 0, 3, 1),
    (3, 2, 0, 2, 1),
)


def plain(kind: str, sizes: Sequence[int], seed: int, skips: bool = False) -> Network:
    """The seeded network of a kind of numbers, with nothing spoilt."""
    random = Random(f"{kind} {sizes} {seed} {skips}")
    return build(sizes[0], draw_layers(random, kind, sizes, skips))


def spoilt(degeneration: str, kind: str, sizes: Sequence[int], seed: int) -> Network:
    """The seeded network with one or two degenerations of this name in every hidden layer."""
    random = Random(f"{degeneration} {kind} {sizes} {seed}")
    drafts = draw_layers(random, kind, sizes, random.random() < 0.3)
    for layer in drafts[:-1]:
        for _ in range(random.randint(1, 2)):
            DEGENERATIONS[degeneration](random, layer)
    return build(sizes[0], drafts)


def near_concurrent(gap: Fraction, kind: str, sizes: Sequence[int], seed: int) -> Network:
    """The seeded network whose boundaries pass within ``gap`` of a point (0: through it)."""
    random = Random(f"concurrent {gap} {kind} {sizes} {seed}")
    drafts = draw_layers(random, kind, sizes, False)
    concurrent(random, sizes[0], drafts, gap)
    return build(sizes[0], drafts)


Recipe = Callable[[str, Sequence[int], int], Network]

#: How to draw a network from a kind of numbers, a shape and a seed, by name.
RECIPES: dict[str, Recipe] = {
    "plain": plain,
    "skips": partial(plain, skips=True),
    **{name: partial(spoilt, name) for name in DEGENERATIONS},
    "concurrent": partial(near_concurrent, Fraction(0)),
    **{f"concurrent to 1e-{k}": partial(near_concurrent, Fraction(1, 10**k)) for k in (6, 9, 12)},
}
