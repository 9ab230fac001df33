"""What the recovery is tested against: plain Fractions, brute force, nothing of exactrev.recovery.

A network is a list of layers ``(rows, biases)``; an affine form v.x + beta is the list [*v, beta].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

from flint import fmpq

from exactrev.network import Network

Form = list[Fraction]
Plain = list[tuple[list[list[Fraction]], list[Fraction]]]
Bits = tuple[tuple[bool, ...], ...]


def fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def rational(x: Fraction | int) -> fmpq:
    return fmpq(x.numerator, x.denominator)


def plain(network: Network) -> Plain:
    """A dense network's numbers as Fractions."""
    assert network.is_dense
    layers = []
    for number in range(1, len(network.layers) + 1):
        matrix = network.weight(number)
        rows = [
            [fraction(matrix[i, j]) for j in range(matrix.ncols())] for i in range(matrix.nrows())
        ]
        layers.append((rows, [fraction(b) for b in network.bias(number).entries()]))
    return layers


def outputs(layers: Plain, point: Sequence[Fraction]) -> list[Fraction]:
    """f at a point."""
    values = list(point)
    for rows, biases in layers[:-1]:
        values = [max(z, Fraction(0)) for z in affine(rows, biases, values)]
    return affine(*layers[-1], values)


def value(network: Network, point: Sequence[Fraction]) -> list[Fraction]:
    """f at a point, also where layers read others than the one before."""
    values = [list(point)]
    for layer in network.layers:
        total = [fraction(b) for b in layer.bias.entries()]
        for source, matrix in layer.weights:
            for i in range(matrix.nrows()):
                total[i] += sum(
                    (fraction(matrix[i, j]) * a for j, a in enumerate(values[source])), Fraction(0)
                )
        values.append([max(z, Fraction(0)) for z in total])
    return total


def affine(
    rows: Sequence[Sequence[Fraction]], biases: Sequence[Fraction], values: Sequence[Fraction]
) -> list[Fraction]:
    return [
        sum((w * a for w, a in zip(row, values, strict=True)), b)
        for row, b in zip(rows, biases, strict=True)
    ]


def at(form: Form, point: Sequence[Fraction]) -> Fraction:
    """The value of a form."""
    return sum((v * x for v, x in zip(form[:-1], point, strict=True)), form[-1])


def next_forms(
    rows: list[list[Fraction]], biases: list[Fraction], active: list[Form]
) -> list[Form]:
    """The forms of a layer's z from those of the activations it reads."""
    width = len(active[0])
    constant = [Fraction(0)] * (width - 1) + [Fraction(1)]
    return [
        [
            sum((w * form[k] for w, form in zip(row, active, strict=True)), b * constant[k])
            for k in range(width)
        ]
        for row, b in zip(rows, biases, strict=True)
    ]


def coordinates(inputs: int) -> list[Form]:
    """The forms x_0, ..., x_(n-1)."""
    return [[Fraction(i == k) for k in range(inputs + 1)] for i in range(inputs)]


@dataclass(frozen=True)
class Stretch:
    """An open interval of a line's parameter on which no preactivation changes sign."""

    start: Fraction
    stop: Fraction
    bits: Bits
    forms: tuple[tuple[tuple[Fraction, ...], ...], ...]

    @property
    def piece(self) -> tuple[tuple[Fraction, ...], ...]:
        """The forms of the last layer."""
        return self.forms[-1]


def stretches(
    layers: Plain,
    base: Sequence[Fraction],
    direction: Sequence[Fraction],
    start: Fraction,
    stop: Fraction,
) -> list[Stretch]:
    """Split [start, stop] wherever a neuron of a layer but the last changes sign."""

    def point(t: Fraction) -> list[Fraction]:
        return [b + t * d for b, d in zip(base, direction, strict=True)]

    def split(
        depth: int,
        lo: Fraction,
        hi: Fraction,
        active: list[Form],
        bits: Bits,
        below: tuple[tuple[tuple[Fraction, ...], ...], ...],
    ) -> Iterator[Stretch]:
        forms = next_forms(*layers[depth], active)
        below = (*below, tuple(map(tuple, forms)))
        if depth == len(layers) - 1:
            yield Stretch(lo, hi, bits, below)
            return
        roots = set()
        for form in forms:
            left, right = at(form, point(lo)), at(form, point(hi))
            if left * right < 0:
                roots.add(lo + (hi - lo) * left / (left - right))
        ends = [lo, *sorted(roots), hi]
        for a, b in pairwise(ends):
            middle = point((a + b) / 2)
            on = tuple(at(form, middle) > 0 for form in forms)
            zero = [Fraction(0)] * len(active[0])
            rectified = [f if bit else zero for f, bit in zip(forms, on, strict=True)]
            yield from split(depth + 1, a, b, rectified, (*bits, on), below)

    return list(split(0, start, stop, coordinates(len(base)), (), ()))


def visible(parts: Sequence[Stretch]) -> list[Stretch]:
    """The stretches with neighbours joined on which f is the same affine map."""
    joined = [parts[0]]
    for part in parts[1:]:
        last = joined[-1]
        if part.piece == last.piece:
            joined[-1] = Stretch(last.start, part.stop, last.bits, last.forms)
        else:
            joined.append(part)
    return joined


def hyperplane(form: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Equal for forms that vanish at the same points."""
    lead = next(x for x in form if x)
    return tuple(x / lead for x in form)


def random_plain(random: Random, sizes: Sequence[int], kind: str) -> Plain:
    """A random network whose numbers are ``dyadic``, ``integer``, ``decimal`` or ``tiny``."""

    def number() -> Fraction:
        if kind == "integer":
            return Fraction(random.randint(-3, 3))
        if kind == "decimal":
            return Fraction(random.randint(-30, 30), random.choice((10, 100, 3, 7)))
        scale = Fraction(1, 1 << 60) if kind == "tiny" else Fraction(1)
        return scale * Fraction(random.gauss(0, 1))

    return [
        ([[number() for _ in range(fan)] for _ in range(width)], [number() for _ in range(width)])
        for fan, width in pairwise(sizes)
    ]


def network(layers: Plain) -> Network:
    """The same numbers as the program's own network."""
    return Network.dense([
        ([[rational(x) for x in row] for row in rows], [rational(b) for b in biases])
        for rows, biases in layers
    ])


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """By elimination."""
    work = [list(row) for row in rows]
    found = 0
    for column in range(len(work[0]) if work else 0):
        pivot = next((i for i in range(found, len(work)) if work[i][column]), None)
        if pivot is None:
            continue
        work[found], work[pivot] = work[pivot], work[found]
        for i in range(found + 1, len(work)):
            factor = work[i][column] / work[found][column]
            work[i] = [a - factor * b for a, b in zip(work[i], work[found], strict=True)]
        found += 1
    return found
