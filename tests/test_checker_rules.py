"""Every rule that the checker accepts keeps the function, whoever proposes it and in any order."""

from __future__ import annotations

import io

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.checker.lines import Lines, Ratio, Refused
from exactrev.checker.network import ONE, Network, combination, read_network
from exactrev.checker.rows import WorkingForm, add, is_multiple, multiply
from exactrev.network import Network as Model
from tests.strategies import networks, points

RULES = ("off", "on", "unread", "flip", "merge")
SCALES: list[Ratio] = [(1, 1), (2, 1), (1, 2), (-1, 1), (0, 1)]


def embedded(model: Model) -> Network:
    """The network as the checker reads it."""
    lines = [f"network A {model.sha256}", *model.text(), "proof"]
    stream = io.BytesIO("".join(line + "\n" for line in lines).encode())
    return read_network(Lines(stream), "A")


def outputs(form: WorkingForm, point: list[Ratio]) -> list[Ratio]:
    """The outputs of a working form, straight from its rows."""
    values = {ONE: (1, 1), **dict(enumerate(point))}
    for neuron in form.neurons():
        z = combination(form.row(neuron), values)
        values[neuron] = z if z[0] > 0 else (0, 1)
    return [combination(row, values) for row in form.output_rows()]


def ratios(point: list[fmpq]) -> list[Ratio]:
    return [(int(x.p), int(x.q)) for x in point]


@settings(deadline=None)
@given(st.data())
def test_evaluation_agrees_with_the_other_implementation(data: st.DataObject) -> None:
    model = data.draw(networks())
    point = data.draw(points(model.inputs))
    assert embedded(model).evaluate(ratios(point)) == ratios(list(model(point)))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_random_proposals_never_change_the_function(data: st.DataObject) -> None:
    model = data.draw(networks())
    network = embedded(model)
    form = WorkingForm(network)
    neurons = form.neurons()
    for _ in range(data.draw(st.integers(0, 8)) if neurons else 0):
        rule, neuron = data.draw(st.sampled_from(RULES)), data.draw(st.sampled_from(neurons))
        try:
            if rule == "merge":
                into = data.draw(st.sampled_from(neurons))
                form.merge(neuron, into, data.draw(st.sampled_from(SCALES)))
            else:
                getattr(form, rule)(neuron)
        except Refused:
            pass
    for _ in range(2):
        point = ratios(data.draw(points(model.inputs)))
        assert outputs(form, point) == network.evaluate(point)


def test_a_refused_rule_changes_nothing() -> None:
    network = embedded(Model.dense([([[1], [2]], [0, 1]), ([[1, 1]], [0])]))
    form = WorkingForm(network)
    for attempt in (form.off, form.on, form.unread, lambda n: form.merge(n, 2, (2, 1))):
        with pytest.raises(Refused):
            attempt(1)
    assert form.neurons() == [1, 2]
    assert [form.row(n) for n in (1, 2)] == [network.row(1, 0), network.row(1, 1)]


@pytest.mark.parametrize(
    ("row", "scale", "other", "holds"),
    [
        ({}, (1, 1), {}, True),
        ({0: (2, 1)}, (2, 1), {0: (1, 1)}, True),
        ({0: (2, 1)}, (2, 1), {}, False),
        ({}, (2, 1), {0: (1, 1)}, False),
        ({0: (2, 1)}, (2, 1), {1: (1, 1)}, False),
        ({ONE: (1, 3)}, (1, 6), {ONE: (2, 1)}, True),
        ({ONE: (1, 3)}, (1, 6), {0: (2, 1)}, False),
        ({5: (1, 1)}, (1, 1), {7: (3, 1)}, True),  # neuron 5 is 3 times neuron 7
        ({5: (1, 1)}, (1, 1), {7: (1, 3)}, False),
        ({5: (1, 1)}, (1, 1), {5: (1, 1)}, False),
        ({6: (1, 1)}, (1, 1), {6: (1, 1)}, False),  # a neuron without a partner
        ({5: (1, 1), 0: (1, 1)}, (1, 1), {7: (3, 1), 6: (1, 1)}, False),
    ],
)
def test_multiples_of_rows(row: dict, scale: Ratio, other: dict, holds: bool) -> None:
    assert is_multiple(row, scale, other, 2, {5: (7, (3, 1))}) == holds


@given(*[st.fractions(max_denominator=50)] * 2)
def test_arithmetic_is_that_of_fractions(x, y) -> None:  # type: ignore[no-untyped-def]
    total, product = x + y, x * y
    pair_x, pair_y = (x.numerator, x.denominator), (y.numerator, y.denominator)
    assert add(pair_x, pair_y) == (total.numerator, total.denominator)
    assert multiply(pair_x, pair_y) == (product.numerator, product.denominator)
