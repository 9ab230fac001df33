"""Boundaries are sought where they must go through, and left alone where neurons are dormant."""

from __future__ import annotations

import pytest
from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.recovery.both_sides import marked_or_met
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import owners
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker
from tests.recovery.test_dormant import corner, known
from tests.recovery.test_parts import rows_of


def _partly_followed(seed: int, neuron: int, value: int) -> tuple[Survey, Layer, list[fmpq]]:
    """The second layer's neuron, known but for the weight of a value; its row."""
    network = corner(seed)
    survey, _ = known(network, seed)
    prefix = Prefix(3).with_layer(rows_of(network, 1))
    seen = dict(zip(owners(network, survey.kinks), survey.kinks, strict=True))
    row = matrix_rows(rows_of(network, 2))[neuron]
    surface = Surface(prefix, seen[2, neuron], oriented=True)
    # all weights but one, in the scale of the kink where the surface began
    scale = next(x / y for x, y in zip(
        surface.waypoints[0].form.entries(),
        prefix.local_form(surface.waypoints[0].cell, fmpq_mat([row])).entries(),
        strict=True,
    ) if y)
    for k, weight in enumerate(row):
        if k != value:
            surface.learn([fmpq(int(j == k)) for j in range(len(row))], weight * scale)
    entries = [fmpq(0) if k == value else x for k, x in enumerate(row)]
    return survey, Layer(prefix, [Neuron.partly(fmpq_mat([entries]), {value})], [surface]), row


def test_weights_are_read_where_boundaries_are_on_both_sides() -> None:
    """Where f hides the crossing nothing is learned; what is learned is right."""
    learned = 0
    for neuron, value in [(1, 4), (1, 6), (2, 5), (3, 4), (3, 6), (4, 4), (4, 5)]:
        survey, layer, row = _partly_followed(1, neuron, value)
        assert not layer.surfaces[0].waypoints[0].cell.on(1, value)
        marked = marked_or_met(Walker(survey), layer)
        (found,) = layer.neurons
        if found.open:
            assert marked == found.open[0].dormant
            continue
        assert marked
        learned += 1
        mine = found.row.entries()
        lead = next(k for k, x in enumerate(row) if x)
        assert [x * row[lead] for x in mine] == [x * mine[lead] for x in row]
    assert learned > 2


@pytest.mark.parametrize("seed", range(2))
def test_what_is_dormant_is_not_sought(seed: int) -> None:
    survey, layer = known(corner(seed), seed)
    asked = survey.probe.oracle.queries
    assert marked_or_met(Walker(survey), layer)
    (direction,) = layer.neurons[0].open
    assert direction.dormant and survey.probe.oracle.queries == asked
    assert not marked_or_met(Walker(survey), layer)
