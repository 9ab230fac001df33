"""What the scanned lines show without a query: sides of boundaries, and which kinks go together."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq

from benchmarks.networks import gaussian_subject
from exactrev.exact.linear import LinearSystem
from exactrev.network.evaluation import activation_pattern, layer_maps
from exactrev.network.model import Network
from exactrev.recovery.geometry import Kink, form_key, rationals
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.proportions import by_depth
from exactrev.recovery.survey import Survey


def surveyed(network: Network, seed: int, lines: int = 3) -> Survey:
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    for _ in range(lines):
        survey.scan_random_line()
    return survey


def layer_of(network: Network, kink: Kink) -> int | None:
    """The hidden layer (from 1) of the neuron whose hyperplane the kink lies on, by the truth."""
    pattern = activation_pattern(network, rationals(kink.point))
    for number, mine in enumerate(layer_maps(network, pattern)[:-1], 1):
        for i in range(mine.linear.nrows()):
            row = [mine.linear[i, c] for c in range(network.inputs)] + [mine.constant[i, 0]]
            lead = next((x for x in row[:-1] if x), None)
            if lead and tuple(x / lead for x in row) == form_key(kink.form):
                return number
    return None


@pytest.mark.parametrize("seed", range(4))
def test_kinks_in_a_shared_proportion_are_mostly_the_last_layers(seed: int) -> None:
    network = gaussian_subject("6-8-8-8-2").load(seed)
    kinks = [k for k in surveyed(network, seed).kinks if layer_of(network, k) in (2, 3)]
    sooner, later = by_depth(kinks)
    assert sorted(map(id, [*sooner, *later])) == sorted(map(id, kinks))
    deep = [layer_of(network, kink) for kink in later]
    assert deep.count(3) * 2 > len(deep) > 0


def test_a_single_output_shows_no_proportion() -> None:
    network = gaussian_subject("6-8-8-1").load(0)
    kinks = surveyed(network, 0).kinks
    assert by_depth(kinks) == (kinks, [])


def test_the_sides_of_a_kink_are_the_pieces_on_either_side_of_it() -> None:
    network = gaussian_subject("4-5-3-2").load(1)
    for scanned in surveyed(network, 1).lines:
        for kink in scanned.kinks:
            for piece, side in zip(kink.sides, (-1, 1), strict=True):
                point = scanned.line.at(kink.position + side * fmpq(1, 1 << 200))
                value = network(point)
                for r in range(network.outputs):
                    here = sum((piece[r, c] * x for c, x in enumerate(point)), fmpq(0))
                    assert here + piece[r, network.inputs] == value[r]


def test_a_copied_system_is_added_to_apart() -> None:
    system = LinearSystem(2)
    assert system.add([1, 1], 3)
    twin = system.copy()
    assert twin.add([1, 0], 1)
    assert (twin.unit(1), system.unit(1)) == (fmpq(2), None)
    assert not twin.add([0, 1], 5)
