"""Whether two neurons are ever on together: against the list of all regions, and at the places."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

import exactrev
from exactrev.network import Network
from exactrev.network.evaluation import preactivations
from exactrev.network.reduction import Name
from exactrev.recovery.ascent import Aim, ascents
from exactrev.recovery.together import GivenUp, Together

_SHAPES = [(4, 3, 3, 2, 1), (3, 3, 4, 3, 1), (2, 4, 3, 2, 1), (1, 3, 3, 2, 1)]


def _drawn(sizes: tuple[int, ...], seed: int) -> Network:
    """A network in which neurons are mostly off, so that some pairs are never on together."""
    random = Random(f"{sizes} {seed}")
    layers = [
        (
            [[fmpq(random.randint(-9, 5), 4) for _ in range(width)] for _ in range(height)],
            [fmpq(random.randint(-6, 6), 4) for _ in range(height)],
        )
        for width, height in pairwise(sizes)
    ]
    return Network.dense(layers)


def _row(network: Network, name: Name) -> list[fmpq]:
    matrix: fmpq_mat = network.weight(name.layer)
    row = [matrix[name.place, k] for k in range(matrix.ncols())]
    return [*row, network.bias(name.layer)[name.place, 0]]


def _pairs(network: Network) -> list[tuple[Name, Name]]:
    sizes = network.architecture
    return [
        (Name(number, i), Name(number + 1, j))
        for number in range(1, len(sizes) - 2)
        for i in range(sizes[number])
        for j in range(sizes[number + 1])
    ]


def _seen_together(network: Network, pairs: list[tuple[Name, Name]]) -> list[bool]:
    """From the list of all regions."""
    on = np.array([region.pattern for region in exactrev.regions(network)], dtype=object)
    flat = [[bit for layer in pattern for bit in layer] for pattern in on.tolist()]
    starts = np.cumsum([0, *network.architecture[1:-1]])
    numbers = [[starts[n.layer - 1] + n.place for n in pair] for pair in pairs]
    return [any(row[a] and row[b] for row in flat) for a, b in numbers]


@pytest.mark.parametrize("sizes", _SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_never_is_what_the_list_of_regions_says(sizes: tuple[int, ...], seed: int) -> None:
    network = _drawn(sizes, seed)
    pairs = _pairs(network)
    together = Together(network, seconds=60)
    assert [not together.never(*pair) for pair in pairs] == _seen_together(network, pairs)


def test_some_pairs_are_and_some_are_not() -> None:
    said = [
        together.never(*pair)
        for sizes in _SHAPES
        for network in [_drawn(sizes, 0)]
        for together in [Together(network, seconds=60)]
        for pair in _pairs(network)
    ]
    assert any(said) and not all(said)


@pytest.mark.parametrize("sizes", _SHAPES)
def test_a_place_is_where_it_was_asked_for(sizes: tuple[int, ...]) -> None:
    network = _drawn(sizes, 1)
    together = Together(network, seconds=60)
    found = 0
    for earlier, later in _pairs(network):
        others = [k for k in range(network.architecture[earlier.layer]) if k != earlier.place]
        for off in ((), others[:1]):
            place = together.place(earlier, _row(network, later), off, beside=True)
            if place is not None:
                found += 1
                z = preactivations(network, place)
                assert z[earlier.layer - 1][earlier.place] == 0
                assert z[later.layer - 1][later.place] > 0
                assert all(z[earlier.layer - 1][k] < 0 for k in off)
    assert found


def test_nothing_is_proved_without_time_or_of_other_pairs() -> None:
    network = Network.dense([([[1]], [0]), ([[-1]], [-1]), ([[-1]], [-1]), ([[1]], [0])])
    assert Together(network, seconds=60).never(Name(1, 0), Name(2, 0))
    assert not Together(network, seconds=-1).never(Name(1, 0), Name(2, 0))
    assert not Together(network, seconds=60).never(Name(1, 0), Name(3, 0))
    with pytest.raises(GivenUp):
        Together(network, seconds=-1).place(Name(1, 0), [fmpq(1), fmpq(0)])


def test_networks_with_skips_are_not_searched() -> None:
    plain = _drawn(_SHAPES[0], 0)
    read = exactrev.network.model.Layer.of({0: [[1] * 4] * 3, 1: [[1] * 3] * 3}, [0, 0, 0])
    skipping = Network(4, (plain.layers[0], read, *plain.layers[2:]))
    assert Together.may_search(plain) and not Together.may_search(skipping)


@pytest.mark.parametrize("beside", [True, False])
def test_ascents_lead_to_what_they_aim_at(beside: bool) -> None:
    network = _drawn((4, 3, 3, 2, 1), 1)
    reached = 0
    for earlier, later in _pairs(network):
        aim = Aim((earlier.layer,), _row(network, later), earlier, (), beside)
        for ascent in ascents(network, aim, fmpq(1), Random(3)):
            z = preactivations(network, ascent.after)
            here = z[earlier.layer - 1][earlier.place]
            assert abs(here) < fmpq(1, 1000) * max(map(abs, ascent.after)) if beside else here > 0
            assert z[later.layer - 1][later.place] > 0
            reached += 1
        if Together(network, seconds=60).never(earlier, later) and not beside:
            assert not ascents(network, aim, fmpq(1), Random(3))
    assert reached
