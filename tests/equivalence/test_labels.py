"""Classes that agree on a domain, with a certificate; or an input at which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

import pytest
from flint import fmpq

from exactrev.equivalence.labels import SameClasses, largest_outputs
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Layer, Network
from tests.equivalence.pairs import judged, random_network


def classes_differ(a: Network, b: Network, point: Sequence[fmpq]) -> bool:
    """Whether no output is a largest one of both networks at a point, by definition."""
    return not any(
        all(f[i] >= y for y in f) and all(g[i] >= y for y in g)
        for f, g in [(a(point), b(point))]
        for i in range(a.outputs)
    )


def with_common_part(network: Network, random: Random) -> Network:
    """3 times the outputs, plus one and the same function of the hidden layer for all of them."""
    *hidden, last = network.layers
    depth = len(hidden)
    common = [random.randint(-3, 3) for _ in range(network.architecture[depth])]
    rows = [
        [3 * x + c for x, c in zip(row, common, strict=True)]
        for row in last.weight(depth).tolist()
    ]
    bias = [3 * b + 5 for b in last.bias.entries()]
    return Network(network.inputs, (*hidden, Layer.of({depth: rows}, bias)))


@pytest.mark.parametrize("seed", range(12))
def test_a_function_common_to_all_outputs_changes_no_class(seed: int) -> None:
    random = Random(seed)
    a = random_network([random.randint(1, 2), random.randint(1, 4), random.randint(2, 4)], random)
    domain = Polyhedron.box(-1, 1, a.inputs) if seed % 2 else None
    outcome = judged(SameClasses(a, with_common_part(a, random), domain).lines())
    assert outcome.accepted and outcome.claim.startswith("same-class: "), outcome


@pytest.mark.parametrize("seed", range(12))
def test_classes_are_those_of_the_points_of_a_grid(seed: int) -> None:
    random = Random(seed)
    a, b = (random_network([2, 3, 3], random) for _ in range(2))
    search = SameClasses(a, b, Polyhedron.box(-1, 1, 2))
    grid = [[fmpq(x, 4), fmpq(y, 4)] for x, y in product(range(-4, 5), repeat=2)]
    seen = any(classes_differ(a, b, point) for point in grid)
    if search.run():
        assert not seen
    else:
        assert search.witness is not None and classes_differ(a, b, search.witness)
        assert all(-1 < x < 1 for x in search.witness)


def test_ties_are_no_differences() -> None:
    tied = Network.dense([([[0], [0], [0]], [2, 1, 2])])
    first, second = (Network.dense([([[0], [0], [0]], bias)]) for bias in ([1, 0, 0], [0, 1, 0]))
    assert largest_outputs(tied([0])) == {0, 2}
    assert SameClasses(tied, first).run() and not SameClasses(tied, second).run()
    assert judged(SameClasses(tied, first).lines()).accepted
    assert not SameClasses(first, second).run()


def test_a_stopped_search_proves_nothing() -> None:
    a = random_network([2, 4, 3], Random(0))
    search = SameClasses(a, with_common_part(a, Random(1)), stop=lambda: True)
    assert not search.run() and search.witness is None


def test_one_output_has_no_classes() -> None:
    with pytest.raises(InputError, match="one output"):
        SameClasses(*(Network.dense([([[1]], [k])]) for k in (0, 1)))
