"""Weight sharing: copies are predicted and tested, never trusted; convolutions come out whole."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.convolutional import convolving
from benchmarks.networks import gaussian
from exactrev.errors import InputError
from exactrev.exact.linear import matrix_rows, row_vector, stack
from exactrev.network import Layer, Network
from exactrev.network.canonical import canonical_sha256
from exactrev.network.convolution import Convolution
from exactrev.network.windows import Windows
from exactrev.recovery import recover
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.sharing.attempt import Sharing
from exactrev.recovery.sharing.kernel import expected, families, likely_shape
from exactrev.recovery.sharing.patches import Patch, directions
from exactrev.recovery.sharing.predictions import predictions
from exactrev.recovery.sharing.sweep import Sweep, combination
from exactrev.recovery.sharing.top import TopEquations, assembled
from exactrev.recovery.survey import Survey


def survey_of(network: Network, seed: int = 0) -> Survey:
    return Survey(PackedProbe(Oracle.of_network(network)), Random(seed))


def first_rows(network: Network) -> list[fmpq_mat]:
    rows = zip(matrix_rows(network.weight(1)), network.bias(1).entries(), strict=True)
    return [row_vector([*row, bias]) for row, bias in rows]


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Convolution, list[fmpq]]:
    """A convolution with a kernel without zeros, of one or two axes, and a bias a channel."""
    axes = draw(st.integers(1, 2))
    grid = [draw(st.integers(3, 5)) for _ in range(axes)]
    kernel = [draw(st.integers(2, 3)) for _ in range(axes)]
    strides = [draw(st.integers(1, 2)) for _ in range(axes)]
    pads = [draw(st.integers(0, 1)) for _ in range(axes)]
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *kernel)
    windows = Windows.over(grid, kernel, strides, None, [*pads, *pads])
    size = 1
    for length in shape:
        size *= length
    # distinct primes: no kernel is a part of another, or its own copy
    primes = [p for p in range(2, 400) if all(p % q for q in range(2, p))]
    numbers = draw(st.permutations(primes[: size + shape[0]]))
    weights = tuple(fmpq(p) for p in numbers[:size])
    return Convolution(weights, shape, windows), [fmpq(p) for p in numbers[size:]]


@given(convolutions())
def test_every_row_is_expected_from_those_seen(case: tuple[Convolution, list[fmpq]]) -> None:
    convolution, biases = case
    positions = convolution.output_shape
    count = 1
    for length in positions[1:]:
        count *= length
    rows = []
    for i, row in enumerate(matrix_rows(convolution.matrix())):
        rows.append(row_vector([*row, biases[i // count]]))
    found = families(rows, convolution.input_shape)
    keys = {tuple(row.entries()) for row in rows}
    for number, family in enumerate(found):
        scaled = expected([family], convolution.input_shape)
        for corner in family.corners:
            row = scaled[0, corner].entries()
            lead = next(x for x in row if x)
            assert any(
                tuple(x * (next(y for y in key if y) / lead) for x in row) == key for key in keys
            ), number


def test_rows_that_are_no_copies_make_no_family() -> None:
    rows = first_rows(gaussian([9, 12, 1], 0))
    assert families(rows, (1, 3, 3)) == []
    assert likely_shape(rows) is None


@pytest.mark.parametrize("name", ["1x6x6-2c3x3-1", "1x12-2c3-2", "2x5x5-3c2x2-2"])
def test_the_layout_is_found(name: str) -> None:
    network = convolving(name, 0)
    assert likely_shape(first_rows(network)) == network.shapes[0]


def test_false_predictions_are_refused() -> None:
    """Only true boundaries are seen, whatever else is predicted."""
    network = convolving("1x6x6-2c3x3-1", 1)
    rows = first_rows(network)
    wrong = [row + row_vector([fmpq(0)] * 36 + [fmpq(1, 7)]) for row in rows[:6]]
    survey = survey_of(network)
    sweep = Sweep(survey, survey.random_line(), survey.stations, "line")
    trial = Prefix(36).with_layer(stack([*rows, *wrong]))
    settled = sweep.settle(predictions(trial, sweep.line))
    assert settled.seen == set(range(len(rows)))
    assert settled.unknown == []


def test_what_is_not_predicted_is_left_over() -> None:
    network = convolving("1x6x6-2c3x3-1", 2)
    rows = first_rows(network)
    survey = survey_of(network)
    sweep = Sweep(survey, survey.random_line(), survey.stations, "line")
    settled = sweep.settle(predictions(Prefix(36).with_layer(stack(rows[1:])), sweep.line))
    kinks = [kink for part in settled.unknown for kink in sweep.resolve(*part)]
    assert [kink.lies_on(rows[0].entries()) for kink in kinks] == [True]


def test_combination_needs_one_answer() -> None:
    a, b = row_vector([fmpq(1), fmpq(2), fmpq(0)]), row_vector([fmpq(0), fmpq(1), fmpq(1)])
    assert combination([a, b], a * 3 - b) == fmpq_mat([[3, -1]])
    assert combination([a, b], row_vector([fmpq(0), fmpq(0), fmpq(1)])) is None
    assert combination([a, b, a + b], a) is None


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("1x12-2c3-2c3-2", 2),
        ("1x6x6-2c3x3-1", 0),
        ("1x7x7-3c3x3s2-2", 0),
        ("1x5x5-2c3x3p1-2", 0),
        ("2x4x4-2c2x2-2c2x2-2", 1),
    ],
)
def test_convolutions_come_out_whole(name: str, seed: int) -> None:
    network = convolving(name, seed)
    result = recover(network, seed=seed, shape=network.shapes[0])
    assert (result.verdict, result.proof) == ("recovered", "isomorphism")
    assert result.network is not None
    assert canonical_sha256(result.network) == canonical_sha256(network)
    shapes = [c.output_shape for c in result.convolutions if c is not None]
    assert shapes == [shape for shape in network.shapes[1:] if len(shape) > 1]
    for number, found in enumerate(result.convolutions, 1):
        if found is not None:
            assert result.network.weight(number) == found.matrix()


def test_sharing_saves_most_queries() -> None:
    network = convolving("1x5x5-2c3x3-1", 0)
    shared = recover(network, shape=(1, 5, 5))
    dense = recover(network, sharing=False)
    assert shared.verdict == dense.verdict == "recovered"
    assert 2 * shared.queries < dense.queries


def test_a_single_row_that_is_no_copy_is_recovered_as_it_is() -> None:
    """One weight differs from its kernel's: what is predicted for that row is dropped."""
    network = convolving("1x5x5-2c3x3-2", 0)
    matrix = network.weight(1)
    matrix[4, 7] += fmpq(1, 3)
    changed = Network(25, (Layer.of({0: matrix}, network.bias(1).entries()), network.layers[1]))
    result = recover(changed, shape=(1, 5, 5))
    assert result.verdict == "recovered"
    assert result.network is not None
    assert canonical_sha256(result.network) == canonical_sha256(changed)
    assert not any(result.convolutions)


def test_a_dense_layer_above_a_convolution() -> None:
    network = convolving("1x4x4-2c2x2-3-2", 0)
    result = recover(network, shape=(1, 4, 4))
    assert result.verdict == "recovered"
    assert [found is not None for found in result.convolutions] == [True, False]


def test_without_copies_nothing_is_asked_for_sharing() -> None:
    network = gaussian([6, 8, 1], 0)
    with_sharing, without = (recover(network, sharing=sharing) for sharing in (True, False))
    assert with_sharing.queries == without.queries
    assert with_sharing.convolutions == ()


def test_any_function_may_be_asked() -> None:
    network = convolving("1x6x6-2c3x3-1", 0)
    result = recover(lambda point: network(point), inputs=36)
    assert result.proof == "unproved"
    assert result.network is not None
    assert canonical_sha256(result.network) == canonical_sha256(network)
    assert [found is not None for found in result.convolutions] == [True]


@pytest.mark.parametrize("shape", [(36,), (1, 5, 5), (1, 0, 36), (-1, -6, 6)])
def test_a_shape_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        recover(convolving("1x6x6-2c3x3-1", 0), shape=shape)


def test_the_output_layer_needs_places_on_both_sides() -> None:
    network = gaussian([3, 4, 2], 1)
    prefix = Prefix(3).with_layer(stack(first_rows(network)))
    equations = TopEquations(prefix, 4)
    survey = survey_of(network)
    place = survey.random_point()
    equations.take(place, piece_of(network, place))
    assert not equations.determined
    assert equations.solution() is None
    for _ in range(40):
        place = survey.random_point()
        equations.take(place, piece_of(network, place))
    found = equations.solution()
    assert found is not None
    assert canonical_sha256(assembled(prefix, found)) == canonical_sha256(network)


def piece_of(network: Network, place: list[fmpq]) -> fmpq_mat:
    from exactrev.network.evaluation import activation_pattern, affine_map

    found = affine_map(network, activation_pattern(network, place))
    rows = zip(matrix_rows(found.linear), found.constant.entries(), strict=True)
    return fmpq_mat([[*row, last] for row, last in rows])


def test_channels_point_the_way_that_kinks_allow() -> None:
    """The first layer negated channel by channel is turned back, up to all of its kinks' proof."""
    network = convolving("2x4x4-2c2x2-2c2x2-2", 0)
    truth = Prefix(32).with_layer(stack(first_rows(network)))
    turned = truth.oriented([True] * 9 + [False] * 9)
    survey = survey_of(network)
    sweep = Sweep(survey, survey.random_line(), survey.stations, "line")
    settled = sweep.settle(predictions(turned, sweep.line))
    kinks = [kink for part in settled.unknown for kink in sweep.resolve(*part)]
    patches = [Patch.of(turned, (2, 4, 4), kink) for kink in kinks]
    assert directions(patches, (2, 3, 3))[0] == [True] * 9 + [False] * 9
    assert directions([], (2, 3, 3)) == []


def test_an_interrupted_attempt_is_a_partial_recovery() -> None:
    network = convolving("1x6x6-2c3x3-1", 0)
    result = recover(network, max_queries=20)
    assert (result.verdict, result.queries) == ("partial", 20)


def test_the_attempt_says_what_it_met() -> None:
    network = convolving("1x6x6-2c3x3-1", 0)
    sharing = Sharing(survey_of(network), (1, 6, 6))
    assert sharing.attempt() is not None
    assert sharing.shapes == [(1, 6, 6), (2, 4, 4)]
    assert sharing.seen == [(32, 32)]
