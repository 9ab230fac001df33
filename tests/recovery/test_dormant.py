"""Neurons that are wholly on, or off, where weights matter that their boundaries do not show."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.network import Network
from exactrev.recovery.dormant import mark_dormant
from exactrev.recovery.hidden_layer import grow
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import owners
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.orienting import Oriented, Orienter
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.standing import let_parts_stand
from exactrev.recovery.steps import torn
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker
from exactrev.recovery.woken import with_open_parts
from tests.recovery.test_parts import APART, kinks_apart, rows_of

#: The weight of 1:3 in 2:0.  The boundary of 2:0 lies where x > 3, that of 1:3 where x = -1.
HIDDEN = 2


def corner(seed: int) -> Network:
    """2:0 is off in a wedge only, x > 3 + 4 relu(|y| - 1); all else is random."""
    random = Random(f"corner {seed}")

    def draw(rows: int, columns: int, size: int) -> list[list[Fraction]]:
        return [
            [Fraction(random.randint(-size, size), 64) for _ in range(columns)]
            for _ in range(rows)
        ]

    first = [[1, 0, 0], [0, 1, 0], [0, -1, 0], [-1, 0, 0], *draw(4, 3, 64)]
    second = [[-1, 4, 4, HIDDEN, 0, 0, 0, 0], *draw(5, 8, 64)]
    return Network.dense(
        [
            (first, [0, -1, -1, -1, *draw(1, 4, 64)[0]]),
            (second, [3, *draw(1, 5, 64)[0]]),
            (draw(6, 6, 64), draw(1, 6, 128)[0]),
            (draw(3, 6, 64), [0, 0, 0]),
        ]
    )


def known(network: Network, seed: int, lines: int = 3) -> tuple[Survey, Layer]:
    """What some lines show, and the second layer with one weight of 2:0 open."""
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    for _ in range(lines):
        survey.scan_random_line()
    prefix = Prefix(3).with_layer(rows_of(network, 1))
    layer = Layer(prefix)
    seen = dict(zip(owners(network, survey.kinks), survey.kinks, strict=True))
    for j, row in enumerate(matrix_rows(rows_of(network, 2))):
        layer.surfaces.append(Surface(prefix, seen.get((2, j), survey.kinks[0]), oriented=True))
        layer.neurons.append(Neuron(fmpq_mat([row])))
    row = [x if i != 3 else fmpq(0) for i, x in enumerate(layer.neurons[0].row.entries())]
    layer.neurons[0] = Neuron.partly(fmpq_mat([row]), {3})
    return survey, layer


@pytest.mark.parametrize("seed", range(3))
def test_the_boundary_does_not_show_the_weight_and_rays_tell_the_side(seed: int) -> None:
    network = corner(seed)
    survey, layer = known(network, seed)
    assert mark_dormant(survey, layer)
    (direction,) = layer.neurons[0].open
    assert direction.dormant and direction.value == 3
    (truth,) = matrix_rows(rows_of(network, 2))[:1]
    # 2:0 is on where 1:3 is: the row is turned round
    assert layer.neurons[0].row.entries() == [-x if i != 3 else 0 for i, x in enumerate(truth)]
    assert not mark_dormant(survey, layer)


def test_a_side_is_not_told_where_the_boundary_meets_what_is_open() -> None:
    """The weight of 1:1 is shown by the boundary: taken as open, it matters on both sides."""
    network = corner(0)
    survey, layer = known(network, 0, lines=8)
    layer.neurons[0] = Neuron(layer.neurons[0].row, (Direction.weight(1, 9),))
    mark_dormant(survey, layer)
    assert not any(direction.dormant for direction in layer.neurons[0].open)


@pytest.mark.parametrize("seed", range(3))
def test_a_dormant_neuron_is_off_where_what_is_open_of_it_matters(seed: int) -> None:
    survey, layer = known(corner(seed), seed)
    mark_dormant(survey, layer)
    prefix = layer.extended()
    assert prefix.dormant and not prefix.open
    awake = prefix.oriented([True] + [False] * 5)
    assert awake.open and not awake.dormant
    for _ in range(50):
        point = [4 * x for x in survey.random_vector()]
        cell = prefix.cell(point)
        matters = cell.signs[0][3]
        assert prefix.certain(cell) and awake.certain(awake.cell(point)) != matters
        assert not matters or not (cell.top_signs[0] or any(cell.form(1, 0).entries()))
        assert matters or cell.form(1, 0) == layer.prefix.local_form(cell, layer.neurons[0].row)


def oriented(survey: Survey, layer: Layer, network: Network) -> Oriented:
    """The second layer oriented by the kinks of the third."""
    deeper = [
        kink
        for kink, owner in zip(survey.kinks, owners(network, survey.kinks), strict=True)
        if owner is not None and owner[0] > 2
    ]
    found = Orienter(survey, Walker(survey)).orient(layer.extended(), deeper)
    assert found is not None and list(found.flips) == [True] + [False] * 5
    return found


@pytest.mark.parametrize("seed", (1, 2))
def test_the_layer_above_tells_the_weight(seed: int) -> None:
    network = corner(seed)
    survey, layer = known(network, seed, lines=4)
    mark_dormant(survey, layer)
    found = oriented(survey, layer, network)
    assert list(found.parts) == [fmpq(-HIDDEN)]
    assert with_open_parts(layer, found.parts)
    truth = matrix_rows(rows_of(network, 2))[0]
    assert layer.complete and layer.neurons[0].row.entries() == [-x for x in truth]
    assert not with_open_parts(layer, ())


def test_nothing_is_told_where_no_boundary_above_meets_the_neurons() -> None:
    """The lines show three boundaries of the third layer, all away from the wedge of 2:0."""
    network = corner(0)
    survey, layer = known(network, 0, lines=4)
    mark_dormant(survey, layer)
    found = oriented(survey, layer, network)
    assert all(surface.weight(0) is None for surface in found.surfaces)
    assert list(found.parts) == [None] and not with_open_parts(layer, found.parts)
    assert not layer.complete


def right_part(seed: int) -> Layer:
    """A layer whose neuron is known by the right one of two parts of its boundary."""
    survey = Survey(PackedProbe(Oracle.of_network(APART)), Random(seed))
    _, right = kinks_apart(survey)
    layer = Layer(Prefix(2).with_layer(rows_of(APART, 1)))
    grow(survey, Walker(survey), layer, right)
    return layer


@pytest.mark.parametrize("seed", range(2))
def test_a_part_stands_for_its_neuron_where_it_tells(seed: int) -> None:
    layer = right_part(seed)
    assert let_parts_stand(layer) and not layer.parts
    (neuron,) = layer.neurons
    truth, prefix = rows_of(APART, 2), layer.prefix
    # 1:2 and 1:3 are off all along, and 1:0, 1:1 and 1:6 give one sum with the bias
    assert len(neuron.open) == 3 and neuron.unknown == {0, 1, 2, 3, 6}
    assert len({direction.value for direction in neuron.open}) == 3
    known = apart = 0
    for place in [[fmpq(x), fmpq(y)] for x in range(-9, 9) for y in (-7, -2, 3, 8)]:
        cell = prefix.cell(place)
        found = [prefix.local_form(cell, row).entries() for row in (neuron.row, truth)]
        if neuron.known_on(prefix, cell):
            assert fmpq_mat(found).rank() == 1
            known += 1
        apart += fmpq_mat(found).rank() == 2
    assert known and apart
    assert not let_parts_stand(layer)


def test_the_part_that_stands_is_dormant_where_the_other_part_lies() -> None:
    """2:0 is on to the far right and to the far left: what was seen of it says it is off there."""
    layer = right_part(0)
    let_parts_stand(layer)
    survey = Survey(PackedProbe(Oracle.of_network(APART)), Random(0))
    assert mark_dormant(survey, layer)
    prefix = layer.extended()
    right, left = (prefix.cell([fmpq(x), fmpq(1, 3)]) for x in (9, -9))
    assert right.top_signs == (True,) and left.top_signs == (False,)
    assert prefix.certain(left) and torn(prefix, right, left) and not torn(prefix, left, right)
