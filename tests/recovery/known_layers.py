"""A random network with its hidden layers as a recovery would know them, some weights left open.

The last hidden layer's neurons are turned round and scaled at random, as recovery finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from flint import fmpq, fmpq_mat

from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.samples import Place, Sample, place_at
from exactrev.recovery.survey import Survey
from tests.recovery import reference
from tests.recovery.reference import Form, Plain

Pair = tuple[int, int]


@dataclass(frozen=True)
class Known:
    """``layer`` is the last hidden one of ``truth``; neuron j's row is ``factors[j]`` times z_j."""

    truth: Plain
    layer: Layer
    factors: tuple[Fraction, ...]
    opened: tuple[Pair, ...]

    @property
    def columns(self) -> list[list[fmpq]]:
        """The output weights in the scale of the layer's rows."""
        rows = self.truth[-1][0]
        return [
            [reference.rational(row[j] / abs(c)) for row in rows]
            for j, c in enumerate(self.factors)
        ]

    @property
    def bits(self) -> tuple[int, ...]:
        """Which of the rows are turned round."""
        return tuple(int(c < 0) for c in self.factors)

    @property
    def weights(self) -> dict[Pair, Fraction]:
        """What the open weights are in truth, in the scale of the layer's rows."""
        rows = self.truth[-2][0]
        return {(j, i): self.factors[j] * rows[j][i] for j, i in self.opened}

    def forms(self, point: Sequence[Fraction]) -> tuple[list[Form], list[Form], list[Form]]:
        """At a point: what the last hidden layer reads, its z, and the outputs, all as forms."""
        active = reference.coordinates(len(point))
        for rows, biases in self.truth[:-2]:
            active = _on(reference.next_forms(rows, biases, active), point)
        inner = reference.next_forms(*self.truth[-2], active)
        return active, inner, reference.next_forms(*self.truth[-1], _on(inner, point))

    def sides(self, point: Sequence[Fraction]) -> tuple[bool, ...]:
        """On which side of each row's boundary a point lies."""
        _, inner, _ = self.forms(point)
        return tuple(
            c * reference.at(form, point) > 0 for c, form in zip(self.factors, inner, strict=True)
        )

    def place(self, point: Sequence[Fraction]) -> Place:
        """The place at a point with its true sides."""
        place = place_at(self.layer, [reference.rational(x) for x in point])
        return Place(place.point, place.cell, place.forms, self.sides(point))

    def sample(self, point: Sequence[Fraction]) -> Sample:
        """The true piece of f at a point."""
        _, _, piece = self.forms(point)
        rows = [[reference.rational(x) for x in row] for row in piece]
        return Sample(self.place(point), fmpq_mat(rows))

    def survey(self, seed: int) -> Survey:
        """A survey of the network."""
        probe = PackedProbe(Oracle.of_network(reference.network(self.truth)))
        return Survey(probe, Random(seed))


def _on(forms: list[Form], point: Sequence[Fraction]) -> list[Form]:
    return [
        form if reference.at(form, point) > 0 else [Fraction(0)] * len(form) for form in forms
    ]


def known(random: Random, sizes: Sequence[int], opened: int) -> Known:
    """A network of these sizes, up to ``opened`` weights of whose last hidden layer are open."""
    truth = reference.random_plain(random, sizes, "dyadic")
    prefix = Prefix(sizes[0])
    for rows, biases in truth[:-2]:
        prefix = prefix.with_layer(_matrix(rows, biases))
    width, reads = sizes[-2], sizes[-3]
    # one open weight a neuron at most: a row must say something
    neurons = random.sample(range(width), opened)
    pairs = tuple(sorted((j, random.randrange(reads)) for j in neurons))
    factors = tuple(Fraction(random.choice((-3, -1, 1, 2)), 2) for _ in range(width))
    layer = Layer(prefix)
    for j, (row, bias) in enumerate(zip(*truth[-2], strict=True)):
        unknown = frozenset(i for k, i in pairs if k == j)
        entries = [Fraction(0) if i in unknown else factors[j] * w for i, w in enumerate(row)]
        layer.neurons.append(Neuron.partly(_matrix([entries], [factors[j] * bias]), unknown))
    return Known(truth, layer, factors, pairs)


def points(random: Random, inputs: int, count: int) -> list[list[Fraction]]:
    """Random points near and far, on none of the boundaries."""
    return [
        [Fraction(random.gauss(0, size)) for _ in range(inputs)]
        for size in (random.choice((1, 4, 16)) for _ in range(count))
    ]


def _matrix(rows: Sequence[Sequence[Fraction]], biases: Sequence[Fraction]) -> fmpq_mat:
    return fmpq_mat([
        [reference.rational(x) for x in (*row, bias)]
        for row, bias in zip(rows, biases, strict=True)
    ])
