"""Which neurons leave a layer again: those that f does not show where they would have to be."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import fmpq_mat

from exactrev.recovery.geometry import Bend, Kink, rounded
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.sifting import sift
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import seen_of_predicted
from tests.recovery import reference
from tests.recovery.known_layers import known


def layer_with_a_stranger(seed: int) -> tuple[Survey, Layer]:
    """True neurons of a last hidden layer, all that lines cross, and in last place one that f knows
    nothing of.
    """
    random = Random(f"stranger {seed}")
    about = known(random, (3, 4, 4, 2), 0)
    survey = about.survey(seed)
    for _ in range(6):
        survey.scan_random_line()
    layer = about.layer
    layer.neurons = [n for n in layer.neurons if seen_of_predicted(survey, layer.prefix, n)[0]]
    # it is 0 where all that it reads is about 1
    strange = [Fraction(random.randint(-64, 64), 64) for _ in range(4)]
    row = [*strange, -sum(strange)]
    layer.neurons.append(Neuron(fmpq_mat([[reference.rational(x) for x in row]])))
    layer.surfaces += [begun(survey, layer.prefix, neuron) for neuron in layer.neurons]
    return survey, layer


def begun(survey: Survey, prefix: Prefix, neuron: Neuron) -> Surface:
    """A boundary begun where a scanned line crosses it."""
    line, (t, form) = next(
        (scanned.line, crossing)
        for scanned in survey.lines
        for crossing in neuron.crossings(prefix, scanned.line)
    )
    bend = Bend(form, fmpq_mat([[1], [1]]))
    return Surface(prefix, Kink(rounded(line.at(t), 300), bend, t), oriented=True)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_missed_at_most_places_goes_and_the_others_stay(seed: int) -> None:
    survey, layer = layer_with_a_stranger(seed)
    *true, strange = layer.neurons
    key = layer.surfaces[-1].kink.key
    seen, predicted = seen_of_predicted(survey, layer.prefix, strange)
    assert not seen and predicted
    assert sift(survey, layer)
    assert layer.neurons == true and len(layer.surfaces) == len(true)
    assert key in layer.refused
    assert not sift(survey, layer)


def test_what_was_refused_before_and_came_back_is_left_alone() -> None:
    """It was found above the layer then, as one that reads nothing of it."""
    survey, layer = layer_with_a_stranger(0)
    layer.refused.add(layer.surfaces[-1].kink.key)
    before = list(layer.neurons)
    assert not sift(survey, layer)
    assert layer.neurons == before


@pytest.mark.parametrize("seed", range(3))
def test_true_neurons_are_mostly_seen_where_they_are_predicted(seed: int) -> None:
    survey, layer = layer_with_a_stranger(seed)
    for neuron in layer.neurons[:-1]:
        seen, predicted = seen_of_predicted(survey, layer.prefix, neuron)
        assert 2 * seen > predicted
