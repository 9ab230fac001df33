"""Orientation of the first layer from boundaries of the second, against trying all signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from exactrev.recovery.geometry import Kink
from exactrev.recovery.lines import Line, scan
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.orientation import Contradiction, bit_equations, orientation
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.surface import Surface
from tests.recovery import reference
from tests.recovery.reference import Plain, fraction, rational

FAR = Fraction(64)


@dataclass(frozen=True)
class Seen:
    """A kink of a second-layer neuron: the neuron, its true form, and the first-layer bits."""

    kink: Kink
    neuron: int
    form: tuple[Fraction, ...]
    bits: tuple[bool, ...]


@dataclass(frozen=True)
class Case:
    """A network, its first layer as found (rows turned and scaled), and kinks of the second."""

    layers: Plain
    flips: tuple[bool, ...]
    scales: tuple[Fraction, ...]
    rows: list[list[Fraction]]
    seen: list[Seen]

    @property
    def prefix(self) -> Prefix:
        matrix = fmpq_mat([[rational(x) for x in row] for row in self.rows])
        return Prefix(len(self.rows[0]) - 1).with_layer(matrix)

    def weights(self, neuron: int) -> list[Fraction]:
        """The weights with which a second-layer neuron reads the rows as found."""
        row = self.layers[1][0][neuron]
        return [w / c for w, c in zip(row, self.scales, strict=True)]


def case(seed: str, sizes: tuple[int, ...], kind: str = "dyadic", lines: int = 3) -> Case:
    random = Random(seed)
    layers = reference.random_plain(random, sizes, kind)
    flips = tuple(random.random() < 0.5 for _ in range(sizes[1]))
    scales = tuple(Fraction(random.randint(1, 9), random.randint(1, 9)) for _ in range(sizes[1]))
    rows = [
        [(-c if flip else c) * x for x in [*row, b]]
        for row, b, flip, c in zip(*layers[0], flips, scales, strict=True)
    ]
    oracle = Oracle.of_network(reference.network(layers))
    seen = []
    for _ in range(lines):
        base, direction = (
            [Fraction(2 * random.randint(-3000, 3000) + 1, 2048) for _ in range(sizes[0])]
            for _ in range(2)
        )
        seen += kinks_of_second_layer(layers, oracle, base, direction)
    return Case(layers, flips, scales, rows, seen)


def kinks_of_second_layer(
    layers: Plain, oracle: Oracle, base: list[Fraction], direction: list[Fraction]
) -> list[Seen]:
    parts = reference.stretches(layers, base, direction, -FAR, FAR)
    line = Line(
        tuple(map(rational, base)), tuple(map(rational, direction)), rational(-FAR), rational(FAR)
    )
    stations = [rational((part.start + part.stop) / 2) for part in parts]
    kinks = {fraction(k.position): k for k in scan(PackedProbe(oracle), line, stations, Random(0))}
    found = []
    for left, right in pairwise(parts):
        kink = kinks.get(right.start)
        changed = [i for i, b in enumerate(left.bits[1]) if b != right.bits[1][i]]
        if kink is not None and left.bits[0] == right.bits[0] and len(changed) == 1:
            (neuron,) = changed
            found.append(Seen(kink, neuron, left.forms[1][neuron], left.bits[0]))
    return found


def sides(case: Case, bits: Sequence[bool]) -> list[bool]:
    """On which side of the rows as found a place with these true bits lies."""
    return [bit != flip for bit, flip in zip(bits, case.flips, strict=True)]


def fits_span(case: Case, seen: Seen, flips: Sequence[bool]) -> bool:
    """Whether some weights of the neurons that would be on there make up the kink's normal."""
    on = [s != o for s, o in zip(sides(case, seen.bits), flips, strict=True)]
    normals = [row[:-1] for row, bit in zip(case.rows, on, strict=True) if bit]
    normal = list(seen.form[:-1])
    return bool(normals) and reference.rank([*normals, normal]) == reference.rank(normals)


def fits_weights(case: Case, seen: Seen, form: Sequence[Fraction], flips: Sequence[bool]) -> bool:
    """Whether the known weights, with these signs, make up the kink's normal."""
    weights = case.weights(seen.neuron)
    total = [Fraction(0)] * (len(form) - 1)
    for w, s, o, row in zip(weights, sides(case, seen.bits), flips, case.rows, strict=True):
        # relu(z) is z where z > 0, relu(-z) is -z elsewhere
        slope = w * (int(s) - int(o))
        total = [a + slope * x for a, x in zip(total, row, strict=False)]
    return total == list(form[:-1])


def with_weights(case: Case, seen: Seen, hidden: Sequence[int] = ()) -> Surface:
    """The kink's surface, told the weights in its own scale, but those ``hidden``."""
    surface = Surface(case.prefix, seen.kink, oriented=False)
    assert surface.consistent
    mine = [fraction(x) for x in seen.kink.form.entries()]
    pivot = next(k for k, x in enumerate(mine) if x)
    scale = mine[pivot] / seen.form[pivot]
    for i, w in enumerate(case.weights(seen.neuron)):
        if i in hidden:
            continue
        unit = [fmpq(0)] * surface.system.unknowns
        unit[i] = fmpq(1)
        assert surface.learn(unit, rational(w * scale))
    return surface


@pytest.mark.parametrize("seed", range(12))
def test_no_more_neurons_than_inputs_are_oriented_by_single_kinks(seed: int) -> None:
    """Where the only signs consistent with every kink are the true ones, they are found."""
    drawn = case(f"narrow {seed}", (5, 4, 4, 1), lines=6)
    surfaces = [Surface(drawn.prefix, seen.kink, oriented=False) for seen in drawn.seen]
    assert all(surface.consistent for surface in surfaces)
    consistent = [
        flips
        for flips in product((False, True), repeat=4)
        if all(fits_span(drawn, seen, flips) for seen in drawn.seen)
    ]
    assert drawn.flips in consistent
    answer = orientation(surfaces, 4)
    assert answer is None or tuple(answer) == drawn.flips
    if len(consistent) == 1:
        assert answer is not None


@pytest.mark.parametrize("sizes", [(2, 6, 3, 1), (3, 8, 3, 1), (4, 9, 2, 1), (1, 4, 3, 1)])
def test_known_weights_give_the_signs_of_wide_layers(sizes: tuple[int, ...]) -> None:
    """One surface has fewer equations than signs: the lattice finds the only solution there is."""
    answered = 0
    for seed in range(6):
        drawn = case(f"wide {sizes} {seed}", sizes)
        for seen in drawn.seen[:3]:
            solutions = [
                flips
                for flips in product((False, True), repeat=sizes[1])
                if fits_weights(drawn, seen, seen.form, flips)
            ]
            assert solutions == [drawn.flips]
            answer = orientation([with_weights(drawn, seen)], sizes[1])
            assert answer is None or tuple(answer) == drawn.flips
            answered += answer is not None
        if drawn.seen:
            surfaces = [with_weights(drawn, seen) for seen in drawn.seen]
            assert orientation(surfaces, sizes[1]) == list(drawn.flips)
    assert answered >= 4


@pytest.mark.parametrize("sizes", [(3, 6, 4, 1), (4, 8, 3, 1)])
def test_signs_that_are_settled_help_where_a_weight_is_not_known(sizes: tuple[int, ...]) -> None:
    """No surface knows all weights; signs that some tell leave fewer unknowns to the others."""
    answered = settled = 0
    for seed in range(8):
        drawn = case(f"in turn {sizes} {seed}", sizes, lines=4)
        surfaces = [with_weights(drawn, seen, [k % 2]) for k, seen in enumerate(drawn.seen[:6])]
        answer = orientation(surfaces, sizes[1])
        assert answer is None or tuple(answer) == drawn.flips
        answered += answer is not None
        alone = orientation(surfaces[:1], sizes[1])
        assert alone is None or tuple(alone) == drawn.flips
        settled += alone is not None
    assert answered >= 6 and settled < answered


def test_a_known_sign_leaves_more_equations_on_the_others() -> None:
    """Where its neuron's weight is not known; the true signs satisfy them all."""
    more = 0
    for seed in range(6):
        drawn = case(f"one known {seed}", (4, 8, 3, 1))
        for seen in drawn.seen[:4]:
            surface = with_weights(drawn, seen, [0, 1])
            known = {0: int(drawn.flips[0]), 1: int(drawn.flips[1])}
            rest = drawn.flips[2:]
            equations = bit_equations(surface, known)
            for row, value in equations:
                assert sum((a for a, flip in zip(row, rest, strict=True) if flip), fmpq(0)) == value
            more += len(equations) - len(bit_equations(surface, {}))
    assert more > 0


@pytest.mark.parametrize("seed", range(8))
def test_short_numbers_never_give_signs_that_do_not_fit(seed: int) -> None:
    """Integer weights leave several choices open; whatever is answered is one of them."""
    drawn = case(f"integers {seed}", (2, 5, 3, 1), kind="integer")
    surfaces = [with_weights(drawn, seen) for seen in drawn.seen if any(drawn.weights(seen.neuron))]
    answer = orientation(surfaces, 5)
    if answer is not None:
        assert all(fits_weights(drawn, seen, seen.form, answer) for seen in drawn.seen)


def test_surfaces_of_something_else_give_no_signs() -> None:
    """A form that no signs make up: a contradiction, or no answer; never signs."""
    refused = 0
    for seed in range(10):
        drawn = case(f"foreign {seed}", (3, 5, 3, 1))
        other = case(f"other {seed}", (3, 5, 3, 1))
        for seen in drawn.seen[:2]:
            surface = with_weights(drawn, seen)
            for foreign in other.seen[:2]:
                wrong = Seen(foreign.kink, seen.neuron, foreign.form, foreign.bits)
                form = [fraction(x) for x in foreign.kink.form.entries()]
                assert not any(
                    fits_weights(drawn, wrong, form, flips)
                    for flips in product((False, True), repeat=5)
                )
                spoilt = spoil(drawn, surface, foreign.kink)
                if spoilt is None:
                    refused += 1
                    continue
                try:
                    assert orientation([surface, spoilt], 5) is None
                except Contradiction:
                    refused += 1
    assert refused >= 10


def spoil(drawn: Case, surface: Surface, foreign: Kink) -> Surface | None:
    """The foreign kink taken for one with the weights of ``surface``; None if that cannot be."""
    spoilt = Surface(drawn.prefix, foreign, oriented=False)
    consistent = spoilt.consistent
    for i in range(5):
        unit = [fmpq(0)] * spoilt.system.unknowns
        unit[i] = fmpq(1)
        weight = surface.weight(i)
        assert weight is not None
        consistent &= spoilt.learn(unit, weight)
    return spoilt if consistent else None


def test_nothing_seen_gives_no_signs() -> None:
    assert orientation([], 3) is None
    assert orientation([], 0) == []


def test_a_surface_over_an_oriented_layer_knows_its_row_when_told_the_weights() -> None:
    drawn = case("oriented", (3, 5, 3, 1), lines=5)
    assert drawn.seen
    for seen in drawn.seen:
        surface = with_weights(drawn, seen)
        assert surface.weight(0) is not None and surface.missing() == []
        oriented = surface.reoriented(drawn.prefix.oriented(drawn.flips))
        row = oriented.row()
        assert row is not None
        true = [*drawn.weights(seen.neuron), drawn.layers[1][1][seen.neuron]]
        found = [fraction(x) for x in row.entries()]
        pivot = next(k for k, x in enumerate(true) if x)
        assert [x * true[pivot] for x in found] == [x * found[pivot] for x in true]


def test_kinks_of_one_neuron_are_absorbed_and_foreign_ones_are_not() -> None:
    """``absorb`` joins kinks only if one neuron explains them all."""
    joined = 0
    for seed in range(10):
        drawn = case(f"absorb {seed}", (4, 5, 4, 1), lines=4)
        prefix = drawn.prefix.oriented(drawn.flips)
        for a in drawn.seen:
            surface = Surface(prefix, a.kink, oriented=True)
            for b in drawn.seen:
                if b is not a and surface.absorb(b.kink):
                    assert b.neuron == a.neuron
                    joined += 1
            true = [*drawn.weights(a.neuron), drawn.layers[1][1][a.neuron]]
            row = surface.row()
            if row is not None:
                found = [fraction(x) for x in row.entries()]
                pivot = next(k for k, x in enumerate(true) if x)
                assert [x * true[pivot] for x in found] == [x * found[pivot] for x in true]
    assert joined >= 10
