"""Layers that read several: cells and boundaries over them, and whole recoveries."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.networks import skipping
from exactrev.network.evaluation import preactivations
from exactrev.network.symmetry import permute, rescale
from exactrev.recovery import recover
from exactrev.recovery.assembly import hidden_part, prefix_of
from exactrev.recovery.geometry import Bend, Kink, form_at, rationals, rounded
from exactrev.recovery.layer import Layer
from exactrev.recovery.levels import peers_of_the_last, take_in
from exactrev.recovery.neuron import Neuron, as_row
from exactrev.recovery.plainest import plainest, turned
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface
from tests.recovery.test_recover import assert_same_function, judged

SHAPES = ("3-4-3-1+0>2", "2-3-3-3-2+1>3+0>4", "3-4-4-2+1=2", "2-3-2-3-1+0>3+1>3")


def place(random: Random, inputs: int) -> list[fmpq]:
    return [fmpq(random.randint(-(1 << 20), 1 << 20), 1 << 18) for _ in range(inputs)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_prefix_gives_every_preactivation(shape: str) -> None:
    network = skipping(shape, 1)
    prefix, random = prefix_of(network), Random(shape)
    assert hidden_part(prefix).hidden == network.hidden
    for _ in range(20):
        point = place(random, network.inputs)
        cell = prefix.cell(point)
        for number, values in enumerate(preactivations(network, point)[:-1]):
            mine = [form_at(cell.form(number, i), point) for i in range(len(values))]
            assert tuple(mine) == values
            assert cell.signs[number] == tuple(bool(z > 0) for z in values)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_may_be_read_contains_the_values_of_turned_neurons(shape: str) -> None:
    """z as a row over the values is z; none can be given where z reads something else."""
    network = skipping(shape, 2)
    prefix, random = prefix_of(network), Random(shape)
    for wider in prefix.wider():
        point = place(random, network.inputs)
        cell = wider.cell(point)
        for value, (layer, index) in enumerate(wider.values):
            row = as_row(wider, value)
            assert (row is None) == (layer == 0) or wider.reads != tuple(range(prefix.depth + 1))
            if row is not None:
                assert wider.local_form(cell, row) == cell.form(layer - 1, index)
    dense = prefix.reading([prefix.depth])
    assert all(as_row(dense, value) is None for value in range(dense.width))


def surface_through(prefix: Prefix, row: fmpq_mat, random: Random) -> Surface:
    """A boundary begun at a place of it."""
    while True:
        point = place(random, prefix.inputs)
        form = prefix.local_form(prefix.cell(point), row)
        v = form.entries()[:-1]
        value = form_at(form, point)
        length = sum((x * x for x in v), fmpq(0))
        moved = [x - value * y / length for x, y in zip(point, v, strict=True)] if length else []
        if moved and prefix.local_form(prefix.cell(moved), row) == form:
            kink = Kink(rounded(moved, 300), Bend(form, fmpq_mat([[1]])), fmpq(0))
            if prefix.cell(rationals(kink.point)) == prefix.cell(moved):
                return Surface(prefix, kink, oriented=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_jumps_are_those_of_the_true_row(shape: str) -> None:
    """Past any boundary below, the form is the old one and the jump's multiple of the crossed z."""
    random = Random(shape)
    prefix = prefix_of(skipping(shape, 3))
    prefix = prefix.reading(range(prefix.depth + 1))
    row = fmpq_mat([[fmpq(random.randint(-50, 50), 16) for _ in range(prefix.width + 1)]])
    surface = surface_through(prefix, row, random)
    crossed = 0
    while crossed < 12:
        before = prefix.cell(place(random, prefix.inputs))
        after = prefix.cell(place(random, prefix.inputs))
        changed = [
            (layer, i)
            for layer, (a, b) in enumerate(zip(before.signs, after.signs, strict=True))
            for i, (x, y) in enumerate(zip(a, b, strict=True))
            if x != y
        ]
        if len(changed) != 1:
            continue
        crossed += 1
        equation = surface.jump(before, after, *changed[0])
        mu = (fmpq_mat([equation]) * row.transpose())[0, 0]
        old, new = prefix.local_form(before, row), prefix.local_form(after, row)
        assert new == old + before.form(*changed[0]) * mu
        assert surface.learn(equation, mu)
    unit = [fmpq(0)] * surface.system.unknowns
    known = next((v for v in range(prefix.width) if surface.weight(v) is not None), None)
    if known is not None:
        assert surface.weight(known) == row[0, known]
        unit[known] = fmpq(1)
        assert not surface.learn(unit, row[0, known] + 1)


def test_a_neuron_that_reads_nothing_of_the_last_layer_is_its_peer() -> None:
    network = skipping("2-3-2-1+0>2", 0)
    prefix = prefix_of(network)
    below = Layer(prefix.layers[0].reading([0, 1]))
    above = Layer(prefix.reading([0, 1, 2]))
    rows = [[1, 2, 3, 0, -1, 0, 0, 5], [1, 2, 3, 4, 5, 0, 6, 7]]
    for row in rows:
        form = fmpq_mat([[1, 1, 1]])
        kink = Kink(rounded([fmpq(0), fmpq(-1)], 4), Bend(form, fmpq_mat([[1]])), fmpq(0))
        above.neurons.append(Neuron(fmpq_mat([row])))
        above.surfaces.append(Surface(above.prefix, kink, oriented=True))
    assert peers_of_the_last(above) == [0]
    assert take_in(below, above, [0])
    assert below.neurons == [Neuron(fmpq_mat([[1, 2, 3, 0, -1, 5]]))]
    dense = Layer(prefix.layers[0].reading([1]))
    assert not take_in(dense, above, [0]) and not dense.neurons


@pytest.mark.parametrize("seed", range(4))
def test_skip_connections_that_only_turned_neurons_cause_are_taken_away(seed: int) -> None:
    """All turns of the last hidden layer of a dense network lead back to it."""
    network = skipping("2-3-3-2", seed)
    for bits in product((0, 1), repeat=3):
        other = turned(network, 2, bits)
        assert_same_function(network, other)
        assert other.is_dense == (not any(bits))
        assert plainest(other) == network == turned(other, 2, bits)


def test_true_skip_connections_stay() -> None:
    network = skipping("3-4-4-2+0>2+1>3", 0)
    assert plainest(network) == network


@pytest.mark.parametrize("shape", ["4-5-5-2+1=2", "4-5-5-2+0>2", "4-5-5-2+0>2+1>3", "4-5-5-1+0>3"])
@pytest.mark.parametrize("seed", range(2))
def test_skip_connections_are_recovered_and_never_wrongly(shape: str, seed: int) -> None:
    network = skipping(shape, seed)
    judged(network, recover(network, seed=seed))


def test_a_network_with_skips_is_recovered_whatever_its_order_and_scale() -> None:
    network = skipping("5-6-6-2+0>2", 0)
    scales = [Fraction(k + 1, 3) for k in range(6)]
    other = rescale(permute(network, 1, [5, 4, 3, 2, 1, 0]), 2, scales)
    for subject in (network, other):
        result = judged(subject, recover(subject, seed=0))
        assert result.verdict == "recovered"
        assert result.network is not None
        sources = [[source for source, _ in layer.weights] for layer in result.network.layers]
        assert sources == [[0], [0, 1], [2]]


def test_a_skip_to_the_output_is_found_as_it_is() -> None:
    network = skipping("6-8-8-2+0>3", 3)
    assert judged(network, recover(network, seed=3)).isomorphic


def test_a_function_with_skips_is_found_without_its_network() -> None:
    network = skipping("4-5-5-2+0>2", 1)
    result = recover(lambda x: [Fraction(int(y.p), int(y.q)) for y in network(x)], inputs=4, seed=1)
    assert result.proof == "unproved" and result.network is not None
    assert_same_function(network, result.network)
