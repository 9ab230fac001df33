"""Layers put on what was found out later of those below them."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from tests.recovery import reference


def row_of(entries: list[Fraction]) -> fmpq_mat:
    return fmpq_mat([[reference.rational(x) for x in entries]])


@pytest.mark.parametrize("seed", range(6))
def test_a_layer_stands_anew_on_weights_found_later(seed: int) -> None:
    """Every value that a next layer would read is then the true one; before, some were not."""
    random = Random(seed)
    truth = reference.random_plain(random, (3, 4, 5, 2), "dyadic")
    (first, b1), (second, b2), _ = truth
    prefix = Prefix(3).with_layer(
        fmpq_mat([[*map(reference.rational, r), reference.rational(b)]
                  for r, b in zip(first, b1, strict=True)])
    )
    turns = [Fraction(random.choice((-2, 1))) for _ in second]
    whole = [[t * x for x in (*r, b)] for t, r, b in zip(turns, second, b2, strict=True)]
    below = Layer(prefix)
    for j, row in enumerate(whole):
        unknown = frozenset([j % 4] if j < 3 else [])
        known = [Fraction(0) if i in unknown else x for i, x in enumerate(row)]
        below.neurons.append(Neuron.partly(row_of(known), unknown))
    upper = Layer(below.extended().oriented([t < 0 for t in turns]))
    upper.neurons.append(Neuron(row_of([Fraction(k) for k in range(6)])))
    for j in range(3):
        below.neurons[j] = Neuron(row_of(whole[j]))
    anew = upper.over(below)
    assert anew.neurons == upper.neurons and anew.prefix.depth == 2
    changed = 0
    for _ in range(20):
        point = [Fraction(random.gauss(0, 2)) for _ in range(3)]
        place = [reference.rational(x) for x in point]
        read = [max(x, Fraction(0)) for x in reference.affine(first, b1, point)]
        values = [max(x, Fraction(0)) for x in reference.affine(second, b2, read)]
        scaled = [abs(t) * x for t, x in zip(turns, values, strict=True)]
        assert anew.prefix.certain(anew.prefix.cell(place))
        for layer in (anew, upper):
            forms = layer.prefix.cell(place).activations(-1)
            column = fmpq_mat(4, 1, [*place, fmpq(1)])
            mine = [reference.fraction(x) for x in (forms * column).entries()]
            assert layer is upper or mine == scaled
            changed += mine != scaled
    assert changed
