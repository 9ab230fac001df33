"""Whether two neurons are ever on together: against the list of all regions, and at the places."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

import exactrev
from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.lp import Motzkin, Point, System, solve
from exactrev.network import Network
from exactrev.network.evaluation import preactivations
from exactrev.network.model import Layer
from exactrev.network.reduction import Name
from exactrev.recovery import together
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


def _skipping(seed: int, *reads: tuple[int, ...]) -> Network:
    """As drawn, of three neurons a layer, each of which reads several layers below."""
    random = Random(f"{reads} {seed}")

    def numbers(low: int, high: int) -> list[fmpq]:
        return [fmpq(random.randint(low, high), 4) for _ in range(3)]

    layers = [
        Layer.of({k: [numbers(-9, 5) for _ in range(3)] for k in sources}, numbers(-6, 6))
        for sources in reads
    ]
    return Network(3, (*layers, Layer.of({len(reads): [[1] * 3]}, [0])))


SKIPPING = [
    _skipping(seed, *reads)
    for reads in [
        ((0,), (1,), (1, 2)), ((0,), (0, 1), (1, 2)), ((0,), (1,), (0, 2)), ((0,), (1,), (0, 1, 2))
    ]
    for seed in range(2)
]


def _row(network: Network, name: Name) -> Row:
    return neuron_rows(network, name.layer)[name.place]


def _pairs(network: Network) -> list[tuple[Name, Name]]:
    return [
        (Name(*source), Name(number, j))
        for number in range(2, len(network.layers))
        for j, row in enumerate(neuron_rows(network, number))
        for source in row
        if source is not None and source[0]
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
    search = Together(network, seconds=60)
    assert [not search.never(*pair) for pair in pairs] == _seen_together(network, pairs)


@pytest.mark.parametrize("network", SKIPPING)
def test_also_where_a_layer_reads_several(network: Network) -> None:
    pairs = _pairs(network)
    search = Together(network, seconds=60)
    assert [not search.never(*pair) for pair in pairs] == _seen_together(network, pairs)


def test_some_pairs_are_and_some_are_not() -> None:
    said = [
        search.never(*pair)
        for network in [*(_drawn(sizes, 0) for sizes in _SHAPES), *SKIPPING]
        for search in [Together(network, seconds=60)]
        for pair in _pairs(network)
    ]
    assert any(said) and not all(said)


@pytest.mark.parametrize("network", [*(_drawn(sizes, 1) for sizes in _SHAPES), *SKIPPING])
def test_a_place_is_where_it_was_asked_for(network: Network) -> None:
    search = Together(network, seconds=60)
    found = set()
    for earlier, later in _pairs(network):
        sizes = enumerate(network.architecture[1 : later.layer], 1)
        others = [Name(number, k) for number, size in sizes for k in range(size)]
        others.remove(earlier)
        for sides in ({}, {others[0]: False}, {others[-1]: True}, {others[0]: True}):
            place = search.place(earlier, _row(network, later), sides, beside=True)
            if place is not None:
                found.add((len(sides), *sides.values()))
                z = preactivations(network, place)
                assert z[earlier.layer - 1][earlier.place] == 0
                assert z[later.layer - 1][later.place] > 0
                for name, on in sides.items():
                    assert z[name.layer - 1][name.place] * (1 if on else -1) > 0
    assert found == {(0,), (1, False), (1, True)}


def test_nothing_is_proved_without_time_or_of_other_pairs() -> None:
    network = Network.dense([([[1]], [0]), ([[-1]], [-1]), ([[-1]], [-1]), ([[1]], [0])])
    assert Together(network, seconds=60).never(Name(1, 0), Name(2, 0))
    assert not Together(network, seconds=-1).never(Name(1, 0), Name(2, 0))
    assert not Together(network, seconds=60).never(Name(1, 0), Name(3, 0))
    with pytest.raises(GivenUp):
        Together(network, seconds=-1).place(Name(1, 0), {(1, 0): fmpq(1)})


def _listed(network: Network, name: Name) -> list[fmpq]:
    matrix: fmpq_mat = network.weight(name.layer)
    row = [matrix[name.place, k] for k in range(matrix.ncols())]
    return [*row, network.bias(name.layer)[name.place, 0]]


@pytest.mark.parametrize("beside", [True, False])
def test_ascents_lead_to_what_they_aim_at(beside: bool) -> None:
    network = _drawn((4, 3, 3, 2, 1), 1)
    reached = 0
    for earlier, later in _pairs(network):
        row = _listed(network, later)
        aim = Aim((earlier.layer,), row, earlier, (), beside)
        for ascent in ascents(network, aim, fmpq(1), Random(3)):
            z = preactivations(network, ascent.after)
            here = z[earlier.layer - 1][earlier.place]
            assert abs(here) < fmpq(1, 1000) * max(map(abs, ascent.after)) if beside else here > 0
            assert z[later.layer - 1][later.place] > 0
            reached += 1
        if Together(network, seconds=60).never(earlier, later) and not beside:
            assert not ascents(network, aim, fmpq(1), Random(3))
    assert reached


def test_what_is_empty_is_found_to_be_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []

    def recorded(system: System) -> Point | Motzkin:
        answers.append(solve(system))
        return answers[-1]

    monkeypatch.setattr(together, "solve", recorded)
    network = _drawn((3, 3, 4, 3, 1), 1)
    search = Together(network, seconds=60)
    row = {**_row(network, Name(3, 0)), None: fmpq(-(10**6))}  # on nowhere near
    assert search.place(Name(2, 0), row, beside=True) is None
    asked = len(answers)
    assert any(isinstance(answer, Point) for answer in answers)
    assert search.place(Name(2, 0), row, beside=True) is None
    assert 0 < len(answers) - asked < asked  # only of the cases in parts that are not empty
