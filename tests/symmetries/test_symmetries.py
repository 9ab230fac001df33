"""Partners: proved equal, not isomorphic by brute force, the known kinds found, and no others."""

from __future__ import annotations

import io
from itertools import combinations, permutations, product
from random import Random

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.certificate import not_isomorphic_certificate
from exactrev.checker import check
from exactrev.errors import InputError
from exactrev.lp import Polyhedron
from exactrev.network import Layer, Network
from exactrev.network.symmetry import transform
from exactrev.symmetries import Partner, symmetries
from exactrev.symmetries.apart import told_apart
from exactrev.theorem.turned import turning_matrices
from tests.strategies import isomorphisms, networks, perturbed
from tests.theorem import networks as known

PAIR = Network.dense(
    [([[1, 0], [-1, 0], [0, 1], [2, 0], [1, 1]], [0, 0, 0, -2, 3]), ([[1, 2, 3, 4, 5]], [0])]
)
TURNED = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), ([[1, 1, -1]], [0])])
#: the second neuron carries what turning the first one leaves: relu(x) next to x
SKIP = Network(1, (Layer.of({0: [[1], [1]]}, [0, 1]), Layer.of({0: [[1]], 1: [[1, 2]]}, [0])))
#: 2:0 is off for x > -1, where 1:0 is on only for x > 0
SEPARATED = Network.dense(
    [([[1], [-1]], [0, 0]), ([["-1/2", 1], [1, 3]], [-1, -1]), ([[1, 1]], [0])]
)
NEVER = Network.dense([([[1], [1]], [0, 1]), ([[-1, -2], [1, 3]], [0, -1]), ([[1, 1]], [0])])


def accepted(partner: Partner) -> bool:
    hashes = (partner.proof.a.sha256, partner.network.sha256)
    texts = ["".join(f"{line}\n" for line in lines)
             for lines in (partner.certificate(), partner.apart_certificate())]  # fmt: skip
    judged = [check(io.BytesIO(text.encode()), hashes) for text in texts]
    assert judged[1].claim.startswith("not-isomorphic: ")
    return all(outcome.accepted for outcome in judged)


def isomorphic(a: Network, b: Network) -> bool:
    """By all permutations; scales follow from the first weight that is not 0."""
    if a.architecture != b.architecture:
        return False
    for orders in product(*(permutations(range(layer.size)) for layer in a.hidden)):
        order = [range(a.inputs), *orders, range(a.outputs)]
        if _scaled(a, b, order):
            return True
    return False


def _scaled(a: Network, b: Network, order: list) -> bool:  # type: ignore[type-arg]
    scales = [[fmpq(1)] * a.inputs]
    for number, layer in enumerate(a.layers, 1):
        mine: list[fmpq] = []
        for i in range(layer.size):
            rows = [(b.bias(number)[i, 0], a.bias(number)[order[number][i], 0])]
            for source in range(number):
                ours, theirs = b.weight(number, source), a.weight(number, source)
                rows += [
                    (ours[i, j] * scales[source][j], theirs[order[number][i], order[source][j]])
                    for j in range(ours.ncols())
                ]
            ratios = {x / y for x, y in rows if x and y}
            if any(bool(x) != bool(y) for x, y in rows) or len(ratios) > 1:
                return False
            scale = ratios.pop() if ratios else fmpq(1)
            if scale <= 0 or (number == len(a.layers) and scale != 1):
                return False
            mine.append(scale)
        scales.append(mine)
    return True


def has_null_neurons(network: Network) -> bool:
    """Whether a neuron has no bias and reads nothing but such neurons."""
    null: set[tuple[int, int]] = set()
    for number, layer in enumerate(network.hidden, 1):
        for i, bias in enumerate(layer.bias.entries()):
            read = [
                (source, j)
                for source, matrix in layer.weights
                for j in range(matrix.ncols())
                if matrix[i, j]
            ]
            if not bias and null.issuperset(read):
                null.add((number, i))
    return bool(null)


@pytest.mark.parametrize(
    ("network", "kind", "neurons"),
    [
        (known.UNREAD, "unread", ("1:1",)),
        (known.ALWAYS_ON, "always on", ("2:0",)),
        (known.TWINS, "related", ("1:0", "1:1")),
        (NEVER, "never on", ("2:0",)),
        (SEPARATED, "never on together", ("1:0", "2:0")),
        (PAIR, "turned", ("1:3",)),
        (TURNED, "turned", ("1:0", "1:1", "1:2")),
        (SKIP, "turned", ("1:0",)),
        (known.TENT, "family", None),
    ],
)
def test_the_known_kinds_are_found(
    network: Network, kind: str, neurons: tuple[str, ...] | None
) -> None:
    found = symmetries(network)
    assert found.verdict == "found"
    ours = [p for p in found.partners if p.kind == kind]
    assert ours and (neurons is None or neurons in [p.neurons for p in ours])
    for partner in found.partners:
        assert accepted(partner) and not isomorphic(network, partner.network)
        assert partner.network.architecture == network.architecture
        assert partner.canonical[0] != partner.canonical[1]


@pytest.mark.parametrize("network", [known.CROSSING, known.PARALLEL, known.APART])
def test_there_are_none(network: Network) -> None:
    found = symmetries(network)
    assert (found.verdict, found.partners, found.open) == ("none", (), ())


def test_a_weight_is_free_up_to_an_exact_number() -> None:
    """relu(-x) <= 1 is where 2:0 is off; with weight w of relu(x) it is w x - 1 for x > 0."""
    partner = next(p for p in symmetries(SEPARATED).partners if p.kind == "never on together")
    assert partner.sentence.endswith("any number up to 0")
    assert partner.network.weight(2)[0, 0] == 0


def test_a_domain_makes_neurons_constant() -> None:
    box = Polyhedron.box(1, 2, 2)
    found = symmetries(known.CROSSING, box)
    assert {p.kind for p in found.partners} >= {"always on"}
    assert all(accepted(p) and p.proof.domain == box for p in found.partners)
    assert any(p.network([-9, -9]) != known.CROSSING([-9, -9]) for p in found.partners)
    with pytest.raises(InputError, match="interior"):
        symmetries(known.CROSSING, Polyhedron.box(1, 1, 2))


@settings(max_examples=40, deadline=None)
@given(networks(max_inputs=2, max_width=3, max_depth=2))
def test_partners_are_equal_and_not_isomorphic(network: Network) -> None:
    found = symmetries(network, most=4)
    for partner in found.partners:
        assert not isomorphic(network, partner.network)
        assert accepted(partner)
    if found.verdict == "none":
        assert found.dimension is not None and found.dimension.generic


@pytest.mark.parametrize("seed", range(25))
def test_none_means_that_no_set_can_be_turned(seed: int) -> None:
    random = Random(seed)
    n, m = random.randint(1, 2), random.randint(2, 5)
    rows = [[random.randint(-2, 2) for _ in range(n)] for _ in range(m)]
    bias = [random.randint(-3, 3) for _ in range(m)]
    out = [[random.choice((-1, 1, 2)) for _ in range(m)]]
    network = Network.dense([(rows, bias), (out, [0])])
    matrices = turning_matrices(network, 1)
    some = any(
        not any(sum(entries) for entries in zip(*chosen, strict=True))
        for size in range(1, m + 1)
        for chosen in combinations(matrices, size)
    )
    found = symmetries(network)
    assert found.verdict != "unknown"
    if some:
        assert found.verdict == "found"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_isomorphic_networks_are_not_told_apart(data: st.DataObject) -> None:
    network = data.draw(networks())
    other = transform(network, data.draw(isomorphisms(network)))
    assert told_apart(network, other) is None


@settings(max_examples=100, deadline=None)
@given(networks(max_inputs=2, max_width=3, max_depth=2), networks(2, 3, 2), st.data())
def test_what_is_told_apart_is_not_isomorphic(a: Network, b: Network, data: st.DataObject) -> None:
    for other in (b, data.draw(perturbed(a))):
        if (a.inputs, a.outputs) != (other.inputs, other.outputs):
            continue
        steps = told_apart(a, other)
        assert steps is None or not isomorphic(a, other)
        if not has_null_neurons(a):  # such have any scale, which the brute force does not know
            assert steps is not None or isomorphic(a, other)
        if steps is not None:
            lines = not_isomorphic_certificate(a, other, steps)
            text = "".join(f"{line}\n" for line in lines)
            assert check(io.BytesIO(text.encode())).accepted


def test_time_may_run_out() -> None:
    found = symmetries(known.CROSSING, timeout=1e-9)
    assert found.verdict == "unknown" and found.open
