"""The difference of two networks as a network, and its float forms by pairs of neurons."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.arrangement import regions
from exactrev.equivalence.close_pairs import Pair, PairedForms, near_pairs
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.covering import DifferenceExplorer
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.equivalence.pairs import moved, random_network
from tests.strategies import fractions, networks


@settings(deadline=None)
@given(st.data())
def test_stacked_and_reduced_networks_are_the_difference(data: st.DataObject) -> None:
    a, b = data.draw(networks()), data.draw(networks())
    if (a.inputs, a.outputs) != (b.inputs, b.outputs):
        with pytest.raises(InputError, match="cannot be compared"):
            Comparison.of(a, b)
        return
    scale = [data.draw(fractions.filter(bool)) for _ in range(a.outputs)]
    shift = [data.draw(fractions) for _ in range(a.outputs)]
    comparison = Comparison.of(a, b, scale, shift)
    assert comparison.stacked.hidden == comparison.stacked.layers[:-1]
    for _ in range(3):
        x = [data.draw(fractions) for _ in range(a.inputs)]
        terms = zip(a(x), b(x), scale, shift, strict=True)
        expected = tuple(f - s * g - t for f, g, s, t in terms)
        assert comparison.differences(x) == expected
        assert comparison.stacked(x) == expected
        assert comparison.reduction.network(x) == expected


def test_what_is_common_to_both_goes() -> None:
    a = random_network([3, 6, 5, 2], Random(4))
    assert not Comparison.of(a, a).reduction.network.hidden
    last = moved(a, 3, fmpq(1, 7))
    assert Comparison.of(a, last).reduction.network.architecture == (3, 6, 1, 2)
    opposite = Network.dense([([[1], [-1]], [0, 0]), ([[1, 0]], [0])])
    turned = Network.dense([([[-2]], [0]), ([["1/2"]], [0])])
    assert Comparison.of(opposite, turned).reduction.network.architecture[1] == 1


@pytest.mark.parametrize("ratio", [fmpq(1), fmpq(7, 3)])
@pytest.mark.parametrize("bits", [2, 60])
def test_float_forms_of_pairs_are_as_exact_as_they_say(bits: int, ratio: fmpq) -> None:
    """Also for pairs that are not near at all, and neurons that are off, on or zero on a cell."""
    a = random_network([2, 4, 3, 2], Random(bits))
    first, second, last = (a.layers[k] for k in range(3))
    scaled = Network.dense(
        [
            ((first.weight(0) * ratio).tolist(), (first.bias * ratio).entries()),
            ((second.weight(1) / ratio).tolist(), second.bias.entries()),
            (last.weight(2).tolist(), last.bias.entries()),
        ]
    )
    b = moved(scaled, 1, fmpq(1, 3 << bits))
    box = Polyhedron.box(-3, 3, 2)
    explorer = DifferenceExplorer(Comparison.of(a, b), box, lambda: False)
    rows = explorer.arrangement
    near = near_pairs(rows)
    assert near
    signs = regions(rows.network, box).signs
    for pairs in (near, [Pair(0, 2, fmpq(5, 3))], []):
        forms = PairedForms(rows, pairs).outputs(signs, rows.neuron_forms(signs, rows.depth))
        for k, state in enumerate(signs.tolist()):
            for i in range(2):
                error = fmpq(*float(forms.errors[k, i]).as_integer_ratio())
                for exact, near_it in zip(
                    explorer.exact_output(tuple(state), i), forms.values[k, i].tolist(), strict=True
                ):
                    assert abs(exact - fmpq(*near_it.as_integer_ratio())) <= error
        if pairs is near and bits == 60:
            assert np.median(forms.errors) < 1e-26
