"""What is taken for a first-layer hyperplane is one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from flint import fmpq

from benchmarks.networks import gaussian
from exactrev.formats import read_network
from exactrev.recovery import recover
from exactrev.recovery.first_layer import FirstLayer
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.survey import Survey
from tests.recovery import reference

NETS = Path(__file__).parents[2] / "examples" / "nets"
SEEDS = range(20)

Plane = tuple[Fraction, ...]


def found_and_true(
    sizes: tuple[int, ...], seed: int, lines: int
) -> tuple[list[Plane], list[Plane]]:
    """The hyperplanes reported after some lines, and those of all first-layer neurons."""
    network = gaussian(sizes, seed)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    first = FirstLayer(survey)
    for _ in range(lines):
        survey.scan_random_line()
    found = [
        reference.hyperplane([*map(reference.fraction, form.entries())]) for form in first.forms()
    ]
    rows, biases = reference.plain(network)[0]
    return found, [reference.hyperplane([*row, b]) for row, b in zip(rows, biases, strict=True)]


@pytest.mark.parametrize("sizes", [(3, 4, 3, 1), (5, 5, 4, 2)])
def test_only_true_hyperplanes_each_once_and_nearly_all(sizes: tuple[int, ...]) -> None:
    complete = 0
    for seed in SEEDS:
        found, true = found_and_true(sizes, seed, lines=3)
        assert set(found) <= set(true), f"seed {seed}"
        assert len(found) == len(set(found)), f"seed {seed}"
        complete += len(found) == len(true)
    assert complete >= 14  # hidden ones and missed ones are for later lines


def test_with_one_hidden_layer_every_hyperplane_seen_is_one() -> None:
    for seed in SEEDS:
        found, true = found_and_true((4, 6, 1), seed, lines=3)
        assert set(found) == set(true)


def test_no_line_no_hyperplane() -> None:
    found, _ = found_and_true((3, 4, 1), 0, lines=0)
    assert found == []


@pytest.mark.parametrize("seed", range(6))
def test_a_first_layer_seen_in_half_lines_only_is_found_with_few_queries(seed: int) -> None:
    """Both boundaries end where they meet the second layer's, which bend there."""
    network = read_network(NETS / "victim_32-2-2-1.npz")
    recovery = recover(network, seed=seed)
    assert recovery.proof == "isomorphism"
    assert recovery.queries <= 10 * network.parameters


def test_what_was_accepted_stays_accepted() -> None:
    network = gaussian((5, 5, 4, 2), 3)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(3))
    first = FirstLayer(survey)
    before: list[tuple[fmpq, ...]] = []
    for _ in range(4):
        survey.scan_random_line()
        forms = [tuple(form.entries()) for form in first.forms()]
        assert forms[: len(before)] == before
        before = forms
    queries = survey.probe.oracle.queries
    first.forms()
    assert survey.probe.oracle.queries == queries  # what was decided is not asked again
