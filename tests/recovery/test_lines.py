"""A line scan finds exactly the kinks that splitting the line by brute force finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from exactrev.recovery.geometry import Kink
from exactrev.recovery.lines import Line, scan
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe, PlainProbe
from tests.recovery import reference
from tests.recovery.reference import Plain, Stretch

SIZES = ((1, 5, 1), (3, 6, 1), (2, 4, 4, 1), (3, 5, 4, 2), (2, 3, 3, 3, 1))


def duplicated(layers: Plain, random: Random) -> None:
    """Two neurons of the first layer become scaled copies of two others."""
    rows, biases = layers[0]
    for target, source, scale in ((0, 1, Fraction(5, 3)), (2, 1, Fraction(1, 2))):
        rows[target] = [scale * w for w in rows[source]]
        biases[target] = scale * biases[source]


def negated(layers: Plain, random: Random) -> None:
    """One neuron looks the other way across another's boundary."""
    rows, biases = layers[0]
    rows[0], biases[0] = [-2 * w for w in rows[1]], -2 * biases[1]


def parallel(layers: Plain, random: Random) -> None:
    """Three neurons have parallel boundaries, close to each other."""
    rows, biases = layers[0]
    for k in (0, 2):
        rows[k] = [Fraction(3, 2) * w for w in rows[1]]
        biases[k] = Fraction(3, 2) * biases[1] + Fraction(k - 1, 10**6)


def silent(layers: Plain, random: Random) -> None:
    """One neuron reads nothing, one is never read."""
    rows, _ = layers[0]
    rows[0] = [Fraction(0)] * len(rows[0])
    for row in layers[1][0]:
        row[1] = Fraction(0)


def unchanged(layers: Plain, random: Random) -> None:
    """Nothing."""


CHANGES = (unchanged, duplicated, negated, parallel, silent)


def random_line(random: Random, inputs: int) -> tuple[list[Fraction], list[Fraction]]:
    base, direction = (
        [Fraction(int(random.gauss(0, 1) * 1000) * 2 + 1, 1 << 10) for _ in range(inputs)]
        for _ in range(2)
    )
    return base, direction


def scanned(
    layers: Plain,
    base: list[Fraction],
    direction: list[Fraction],
    ends: tuple[Fraction, Fraction],
    stations: list[Fraction],
    probe_type: type = PackedProbe,
    found: Callable[[int], None] = lambda count: None,
) -> list[Kink]:
    line = Line(
        tuple(map(reference.rational, base)),
        tuple(map(reference.rational, direction)),
        *map(reference.rational, ends),
    )
    probe = probe_type(Oracle.of_network(reference.network(layers)))
    return scan(probe, line, [reference.rational(t) for t in stations], Random(0), found)


def places(kinks: list[Kink]) -> list[tuple[Fraction, tuple[Fraction, ...]]]:
    """Position and hyperplane of every kink."""
    return [
        (
            reference.fraction(k.position),
            reference.hyperplane([reference.fraction(x) for x in k.form.entries()]),
        )
        for k in kinks
    ]


def true_places(parts: list[Stretch]) -> list[tuple[Fraction, tuple[Fraction, ...]]]:
    """The same by brute force: where stretches meet, and by what their pieces differ."""
    found = []
    for left, right in pairwise(parts):
        changes = [
            [b - a for a, b in zip(*rows, strict=True)]
            for rows in zip(left.piece, right.piece, strict=True)
        ]
        first = next(change for change in changes if any(change))
        found.append((right.start, reference.hyperplane(first)))
    return found


def cases(
    count: int, change: Callable[[Plain, Random], None], kind: str = "dyadic"
) -> Iterator[tuple[Plain, list[Fraction], list[Fraction]]]:
    """``count`` networks of every size, each with a line."""
    for sizes in SIZES:
        random = Random(f"{sizes} {change.__name__} {kind}")
        for _ in range(count):
            layers = reference.random_plain(random, sizes, kind)
            change(layers, random)
            base, direction = random_line(random, sizes[0])
            yield layers, base, direction


ENDS = (Fraction(-50), Fraction(50))
STATIONS = [Fraction(t, 7) for t in (-60, -13, 1, 11, 64)]


@pytest.mark.parametrize("change", CHANGES)
def test_all_kinks_are_found_where_no_bump_is_hidden(change: Callable[..., None]) -> None:
    """No affine map occurs twice along the line, so none of its changes can be overlooked."""
    whole = kinks = 0
    for layers, base, direction in cases(6, change):
        parts = reference.visible(reference.stretches(layers, base, direction, *ENDS))
        seen = places(scanned(layers, base, direction, ENDS, STATIONS))
        if len({part.piece for part in parts}) == len(parts):
            assert seen == true_places(parts)
            whole += 1
            kinks += len(seen)
        else:
            assert set(seen) <= set(true_places(parts))
    assert whole >= 15 and kinks >= 50  # most cases are of the first kind


@pytest.mark.parametrize("kind", ["dyadic", "integer", "decimal"])
def test_a_station_on_every_stretch_shows_every_kink(kind: str) -> None:
    """Whatever f does in between, where each affine piece of it is probed once."""
    for layers, base, direction in cases(5, unchanged, kind):
        parts = reference.visible(reference.stretches(layers, base, direction, *ENDS))
        stations = [(part.start + part.stop) / 2 for part in parts]
        kinks = scanned(layers, base, direction, ENDS, stations)
        assert places(kinks) == true_places(parts)


def test_the_plain_probe_finds_the_same() -> None:
    for layers, base, direction in cases(2, unchanged):
        parts = reference.visible(reference.stretches(layers, base, direction, *ENDS))
        stations = [(part.start + part.stop) / 2 for part in parts]
        kinks = scanned(layers, base, direction, ENDS, stations, PlainProbe)
        assert places(kinks) == true_places(parts)


def test_the_jump_and_the_point_of_a_kink_are_exact() -> None:
    """f is ``lower`` where the form is negative and gains jump times the form beyond."""
    checked = 0
    for layers, base, direction in cases(3, unchanged):
        parts = reference.visible(reference.stretches(layers, base, direction, *ENDS))
        stations = [(part.start + part.stop) / 2 for part in parts]
        kinks = scanned(layers, base, direction, ENDS, stations)
        for kink, left, right in zip(kinks, parts[:-1], parts[1:], strict=True):
            form = [reference.fraction(x) for x in kink.form.entries()]
            jump = [reference.fraction(x) for x in kink.bend.jump.entries()]
            rate = reference.at([*form[:-1], Fraction(0)], direction)
            lower, upper = (left, right) if rate > 0 else (right, left)
            for below, above, c in zip(lower.piece, upper.piece, jump, strict=True):
                assert [y - x for x, y in zip(below, above, strict=True)] == [c * v for v in form]
            scale = 1 << kink.point.exponent
            for x, b, d in zip(kink.point.numerators, base, direction, strict=True):
                exact = b + right.start * d
                assert 0 <= exact - Fraction(int(x), scale) < Fraction(1, scale)
            checked += 1
    assert checked >= 50


def test_progress_counts_the_kinks() -> None:
    layers, base, direction = next(cases(1, unchanged))
    told: list[int] = []
    kinks = scanned(layers, base, direction, ENDS, STATIONS, found=told.append)
    assert told == list(range(1, len(kinks) + 1))


def test_kinks_very_close_to_each_other_are_told_apart() -> None:
    """Boundaries 2^-30 apart on a line of length 2^12."""
    one, tiny = Fraction(1), Fraction(1, 1 << 30)
    rows = [[one], [one], [one]]
    biases = [Fraction(-1, 3), Fraction(-1, 3) - tiny, Fraction(-1, 3) + tiny]
    layers = [(rows, biases), ([[one, Fraction(3), Fraction(7)]], [one])]
    ends = (Fraction(-2048), Fraction(2048))
    kinks = scanned(layers, [Fraction(0)], [one], ends, [Fraction(1, 7), Fraction(5, 7)])
    assert [position for position, _ in places(kinks)] == sorted(-b for b in biases)


def test_an_affine_map_has_no_kinks() -> None:
    layers: Plain = [([[Fraction(1, 3), Fraction(2)]], [Fraction(5)])]
    assert scanned(layers, [Fraction(0)] * 2, [Fraction(1)] * 2, ENDS, STATIONS) == []


def test_a_bump_between_two_stations_with_equal_pieces_is_hidden() -> None:
    """What the docstring admits: relu(x) - 2 relu(x - 1) + relu(x - 2) is 0 outside 0..2."""
    one = Fraction(1)
    layers = [([[one]] * 3, [Fraction(0), -one, Fraction(-2)]), ([[one, -2 * one, one]], [one])]
    far = [Fraction(-9), Fraction(9)]
    assert scanned(layers, [Fraction(0)], [one], ENDS, far) == []
    near = [Fraction(-9), Fraction(1, 3), Fraction(9)]
    kinks = scanned(layers, [Fraction(0)], [one], ENDS, near)
    assert [position for position, _ in places(kinks)] == [0, 1, 2]
