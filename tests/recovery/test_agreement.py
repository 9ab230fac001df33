"""A candidate that is not f is found out, and what it lacks is met."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from flint import fmpq

from exactrev.network.evaluation import activation_pattern, affine_map, map_at
from exactrev.network.model import Layer, Network
from exactrev.recovery.agreement import Agreement, bends_at
from exactrev.recovery.geometry import rationals
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.survey import Survey
from tests.recovery import reference
from tests.recovery.reference import Plain

SIZES = ((3, 5, 1), (3, 4, 4, 2), (2, 3, 3, 3, 1))


def survey_of(truth: Plain, lines: int = 1) -> Survey:
    survey = Survey(PackedProbe(Oracle.of_network(reference.network(truth))), Random(5))
    for _ in range(lines):
        survey.scan_random_line()
    return survey


def shuffled(random: Random, truth: Plain) -> Plain:
    """The same function: neurons permuted and scaled."""
    layers = [([list(row) for row in rows], list(biases)) for rows, biases in truth]
    for (rows, biases), (above, _) in pairwise(layers):
        order = random.sample(range(len(rows)), len(rows))
        scale = [Fraction(random.randint(1, 9), random.randint(1, 9)) for _ in rows]
        rows[:] = [[c * x for x in rows[j]] for j, c in zip(order, scale, strict=True)]
        biases[:] = [c * biases[j] for j, c in zip(order, scale, strict=True)]
        for row in above:
            row[:] = [row[j] / c for j, c in zip(order, scale, strict=True)]
    return layers


def without(truth: Plain, number: int, neuron: int) -> Plain:
    """The network that lacks one neuron of a hidden layer (from 0)."""
    layers = [([list(row) for row in rows], list(biases)) for rows, biases in truth]
    del layers[number][0][neuron], layers[number][1][neuron]
    for row in layers[number + 1][0]:
        del row[neuron]
    return layers


def piece(layers: Plain, point: Sequence[Fraction]) -> list[list[Fraction]]:
    """The affine forms of f at a point, by hand."""
    active = reference.coordinates(len(point))
    for rows, biases in layers[:-1]:
        forms = reference.next_forms(rows, biases, active)
        off = [Fraction(0)] * (len(point) + 1)
        active = [form if reference.at(form, point) > 0 else off for form in forms]
    return reference.next_forms(*layers[-1], active)


def boundaries(layers: Plain, point: Sequence[Fraction]) -> dict[tuple[int, int], object]:
    """The hyperplane of every hidden neuron (layer from 0, index) that is not constant there."""
    active, found = reference.coordinates(len(point)), {}
    for number, (rows, biases) in enumerate(layers[:-1]):
        forms = reference.next_forms(rows, biases, active)
        for i, form in enumerate(forms):
            if any(form[:-1]):
                found[number, i] = reference.hyperplane(form)
        off = [Fraction(0)] * (len(point) + 1)
        active = [form if reference.at(form, point) > 0 else off for form in forms]
    return found


@pytest.mark.parametrize("sizes", SIZES)
def test_f_itself_agrees_however_it_is_written(sizes: tuple[int, ...]) -> None:
    random = Random(f"agrees {sizes}")
    truth = reference.random_plain(random, sizes, "dyadic")
    survey = survey_of(truth)
    agreement = Agreement(survey)
    assert agreement.disagreement(reference.network(truth)) is None
    asked = survey.probe.oracle.queries
    assert asked > 0
    twin = reference.network(shuffled(random, truth))
    assert agreement.disagreement(twin) is None


@pytest.mark.parametrize("sizes", SIZES)
def test_places_asked_serve_again_at_no_cost(sizes: tuple[int, ...]) -> None:
    truth = reference.random_plain(Random(f"again {sizes}"), sizes, "dyadic")
    survey = survey_of(truth)
    agreement = Agreement(survey)
    network = reference.network(truth)
    assert agreement.disagreement(network) is None
    asked = survey.probe.oracle.queries
    assert agreement.disagreement(network) is None
    assert survey.probe.oracle.queries == asked
    changed = [*truth[:-1], (truth[-1][0], [b + 1 for b in truth[-1][1]])]
    assert agreement.disagreement(reference.network(changed)) is not None
    assert survey.probe.oracle.queries == asked


@pytest.mark.parametrize("sizes", SIZES)
def test_a_candidate_that_lacks_a_neuron_is_found_out(sizes: tuple[int, ...]) -> None:
    """The places are right, and the kinks met on the way are f's, one of them of that neuron."""
    random = Random(f"lacks {sizes}")
    met = 0
    for _ in range(4):
        truth = reference.random_plain(random, sizes, "dyadic")
        number = random.randrange(len(sizes) - 2)
        neuron = random.randrange(sizes[number + 1])
        candidate = without(truth, number, neuron)
        survey = survey_of(truth)
        agreement = Agreement(survey)
        where = agreement.disagreement(reference.network(candidate))
        if where is None:
            continue  # hardly ever on
        place = [reference.fraction(x) for x in where.place]
        assert piece(truth, place) != piece(candidate, place)
        if where.agreeing is None:
            assert agreement.missed(reference.network(candidate), where) == []
            continue
        agreeing = [reference.fraction(x) for x in where.agreeing]
        assert piece(truth, agreeing) == piece(candidate, agreeing)
        kinks = agreement.missed(reference.network(candidate), where)
        if not kinks:
            # the candidate bends where f does not
            assert piece(truth, agreeing) == piece(truth, place)
            assert piece(candidate, agreeing) != piece(candidate, place)
            continue
        owners = []
        for kink in kinks:
            point = [reference.fraction(x) for x in rationals(kink.point)]
            key = reference.hyperplane([reference.fraction(x) for x in kink.form.entries()])
            owners += [name for name, own in boundaries(truth, point).items() if own == key]
        assert len(owners) == len(kinks)
        # what it lacks, or what stands on that
        assert any(name == (number, neuron) or name[0] > number for name in owners)
        met += 1
    assert met


def test_a_candidate_bends_at_the_kinks_of_its_own_neurons_only() -> None:
    random = Random("bends")
    truth = reference.random_plain(random, (3, 6, 2), "dyadic")
    survey = survey_of(truth, lines=2)
    candidate = reference.network(without(truth, 0, 2))
    missing = reference.hyperplane([*truth[0][0][2], truth[0][1][2]])
    seen = set()
    for kink in survey.kinks:
        key = reference.hyperplane([reference.fraction(x) for x in kink.form.entries()])
        assert bends_at(reference.network(truth), kink)
        assert bends_at(candidate, kink) == (key != missing)
        seen.add(key == missing)
    assert seen == {True, False}


def test_a_change_in_one_weight_is_seen() -> None:
    random = Random("weight")
    for sizes in SIZES:
        truth = reference.random_plain(random, sizes, "dyadic")
        for number in range(len(truth)):
            changed = [([list(row) for row in rows], list(biases)) for rows, biases in truth]
            changed[number][0][0][0] += Fraction(1, 1 << 50)
            place = [Fraction(random.gauss(0, 4)) for _ in range(sizes[0])]
            tries = 0
            while piece(truth, place) == piece(changed, place) and tries < 200:
                place = [Fraction(random.gauss(0, 4)) for _ in range(sizes[0])]
                tries += 1
            differs = piece(truth, place) != piece(changed, place)
            where = Agreement(survey_of(truth)).disagreement(reference.network(changed))
            assert where is not None or not differs


def test_the_piece_compared_is_that_of_the_network() -> None:
    """The brute force here and the program's own affine maps are the same."""
    truth = reference.random_plain(Random("maps"), (3, 4, 4, 2), "decimal")
    network: Network = reference.network(truth)
    point = [Fraction(1, 3), Fraction(-5, 7), Fraction(2)]
    own = affine_map(network, activation_pattern(network, [reference.rational(x) for x in point]))
    mine = piece(truth, point)
    for r in range(2):
        row = [own.linear[r, c] for c in range(3)] + [own.constant[r, 0]]
        assert [reference.fraction(x) for x in row] == mine[r]
        assert any(row[:-1])


def test_the_map_at_a_point_is_that_of_the_pattern_there() -> None:
    layers = [
        Layer.of({0: [["1/3", -1], [2, "5/7"], [-1, 1]]}, ["1/2", -1, 0]),
        Layer.of({0: [[1, "1/9"]], 1: [[2, -1, "3/11"]]}, ["-1/5"]),
        Layer.of({1: [[1, 1, 0], ["1/13", 0, 1]], 2: [[-2], [3]]}, [0, "7/2"]),
    ]
    network, random, patterns = Network(2, tuple(layers)), Random(5), set()
    for _ in range(40):
        point = [fmpq(random.randint(-60, 60), random.randint(1, 30)) for _ in range(2)]
        pattern, affine = map_at(network, point)
        assert pattern == activation_pattern(network, point)
        assert affine == affine_map(network, pattern)
        assert affine(point) == network(point)
        patterns.add(pattern)
    assert len(patterns) > 5
