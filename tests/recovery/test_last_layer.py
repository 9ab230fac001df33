"""The equations at the top of the network: what they determine, by ranks counted apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from flint import fmpq

from exactrev.recovery.last_layer import Fit
from exactrev.recovery.output_layer import output_bits
from exactrev.recovery.samples import Sample
from tests.recovery import reference
from tests.recovery.known_layers import Known, known, points

SIZES = ((3, 4, 5, 2), (3, 5, 3, 1), (2, 3, 3, 4, 1))


def equations(about: Known, point: Sequence[Fraction]) -> list[list[Fraction]]:
    """How each output's coefficients depend on the open weights and on the output biases."""
    active, inner, piece = about.forms(point)
    on = [reference.at(form, point) > 0 for form in inner]
    outputs = about.truth[-1][0]
    return [
        [
            *(outputs[r][j] * on[j] * active[i][c] for j, i in about.opened),
            *(Fraction(r == k and c == len(point)) for k in range(len(piece))),
        ]
        for r in range(len(piece))
        for c in range(len(point) + 1)
    ]


def determined(rows: list[list[Fraction]], unknown: int) -> bool:
    """Whether every solution has the same value there."""
    without = [row[:unknown] + row[unknown + 1 :] for row in rows]
    return reference.rank(without) < reference.rank(rows)


def pointed(about: Known) -> Fit:
    return Fit(about.layer, about.columns, about.bits, direct=None)


@pytest.mark.parametrize("sizes", SIZES)
def test_open_weights_are_determined_exactly_where_the_rank_says_so(sizes: tuple[int, ...]) -> None:
    random = Random(f"fit {sizes}")
    seen_open = seen_shut = 0
    for opened in (1, 2, 3):
        about = known(random, sizes, opened)
        fit = pointed(about)
        rows: list[list[Fraction]] = []
        for point in points(random, sizes[0], 8):
            before = reference.rank(rows)
            rows += equations(about, point)
            sample = about.sample(point)
            assert fit.tells(sample.place) == (reference.rank(rows) > before)
            assert fit.take([sample]) is None
            assert fit.system.rank == reference.rank(rows)
            left = [pair for k, pair in enumerate(about.opened) if not determined(rows, k)]
            assert fit.open_left() == left
            seen_open += len(left)
            seen_shut += len(about.opened) - len(left)
            improved = fit.improved()
            for (j, i), weight in about.weights.items():
                neuron = improved.neurons[j]
                assert (i in neuron.unknown) == ((j, i) in left)
                if (j, i) not in left:
                    assert reference.fraction(neuron.row[0, i]) == weight
    assert seen_open and seen_shut


@pytest.mark.parametrize("sizes", SIZES)
def test_a_false_sample_is_returned_and_may_be_left_out(sizes: tuple[int, ...]) -> None:
    random = Random(f"false {sizes}")
    about = known(random, sizes, 1)
    true = [about.sample(point) for point in points(random, sizes[0], 6)]
    fit = pointed(about)
    assert fit.take(true) is None
    bent = true[0].piece * fmpq(1)
    bent[0, 0] += 1
    false = Sample(true[0].place, bent)
    begun = pointed(about)
    assert begun.take(true[1:2]) is None
    rank, values = begun.system.rank, begun.system.rows()
    assert not begun.take_all([*true, false])
    assert (begun.system.rank, begun.system.rows()) == (rank, values)
    assert fit.take([*true, false]) is false
    assert fit.take_all(true)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("opened", [0, 2])
def test_a_solution_is_f_wherever_it_was_taken_from(sizes: tuple[int, ...], opened: int) -> None:
    """With a free direct connection too, where all neurons are taken to point upwards."""
    random = Random(f"solution {sizes} {opened}")
    about = known(random, sizes, opened)
    taken = points(random, sizes[0], 12)
    free = Fit(about.layer, about.columns, [0] * len(about.columns), direct=about.layer.prefix)
    for fit in (pointed(about), free):
        assert fit.take([about.sample(point) for point in taken]) is None
        rows, direct, constant = fit.solution()
        for point in taken:
            active, _, piece = about.forms(point)
            read = [reference.at(form, point) for form in active]
            for r, form in enumerate(piece):
                value = reference.fraction(constant[r])
                for j, row in enumerate(rows):
                    *weights, bias = map(reference.fraction, row)
                    z = reference.affine([weights], [bias], read)[0]
                    z = -z if fit.bits[j] else z
                    on = about.sides(point)[j] != bool(fit.bits[j])
                    value += reference.fraction(about.columns[j][r]) * z * on
                if fit.direct:
                    through = map(reference.fraction, direct[r])
                    value += sum((d * a for d, a in zip(through, read, strict=True)), Fraction(0))
                assert value == reference.at(form, point)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_neurons_that_are_turned_round_are_those_that_are(sizes: tuple[int, ...]) -> None:
    random = Random(f"bits {sizes}")
    for _ in range(3):
        about = known(random, sizes, 0)
        samples = [about.sample(point) for point in points(random, sizes[0], 25)]
        assert output_bits(samples, about.columns) == about.bits
        free = Fit(about.layer, about.columns, [0] * len(about.columns), direct=about.layer.prefix)
        assert free.take(samples) is None
        assert free.true_bits() == about.bits


@pytest.mark.parametrize("sizes", SIZES)
def test_no_bits_are_found_where_none_account_for_f(sizes: tuple[int, ...]) -> None:
    """f plus a direct connection: brute force over all bits says that none of them will do."""
    random = Random(f"direct {sizes}")
    about = known(random, sizes, 0)
    samples = []
    for point in points(random, sizes[0], 25):
        sample = about.sample(point)
        active, _, _ = about.forms(point)
        piece = sample.piece * fmpq(1)
        for c, x in enumerate(active[0]):
            piece[0, c] += reference.rational(x) / 3
        samples.append(replace(sample, piece=piece))
    assert output_bits(samples, about.columns) is None
    free = Fit(about.layer, about.columns, [0] * len(about.columns), direct=about.layer.prefix)
    assert free.take(samples) is None
    assert free.true_bits() is None
    for bits in product((0, 1), repeat=len(about.columns)):
        assert Fit(about.layer, about.columns, bits, direct=None).take(samples) is not None


def test_a_weight_that_nothing_shows_keeps_its_neuron_as_it_was_seen() -> None:
    """Neuron 0 reads two below; it was only seen off where the second is on."""
    random = Random("unseen")
    for _ in range(40):
        about = known(random, (2, 2, 2, 1), 1)
        (j, i), = about.opened
        fit = pointed(about)
        shown = [
            point
            for point in points(random, 2, 40)
            if not any(about.forms(point)[0][i]) or about.sides(point)[j] == bool(about.bits[j])
        ]
        assert fit.take([about.sample(point) for point in shown]) is None
        if (j, i) not in fit.open_left():
            continue
        assert fit.usual_side(j, i) == bool(about.bits[j])  # off
        weight = fit.solution()[0][j][i]
        assert (weight > 0) == fit.usual_side(j, i)
        assert abs(weight) > max(abs(x) for k, x in enumerate(fit.solution()[0][j]) if k != i) or (
            not any(about.layer.neurons[j].row.entries()[:-1])
        )


def test_sides_are_supposed_only_where_open_weights_matter() -> None:
    random = Random("supposed")
    supposed = 0
    for _ in range(5):
        about = known(random, (3, 4, 5, 2), 2)
        fit = pointed(about)
        for point in points(random, 3, 10):
            place = about.place(point)
            for j in range(5):
                read = [i for k, i in about.opened if k == j]
                side = fit.usual_side_on(j, place.cell)
                if any(any(about.forms(point)[0][i]) for i in read):
                    assert side == fit.usual_side(j, read[0])
                    supposed += 1
                else:
                    assert side is None
    assert supposed
