"""The canonical form is the same for all networks equal up to permutation and scaling."""

from __future__ import annotations

from itertools import pairwise, permutations, product

import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exactrev.network import Network
from exactrev.network.canonical import canonical_form, canonical_sha256
from exactrev.network.gauge import canonical_scales
from exactrev.network.symmetry import Isomorphism, transform
from tests.strategies import isomorphisms, networks, points


def null_reads_null(network: Network) -> bool:
    """The corner in which the scales may depend on the scaling (see exactrev.network.gauge)."""
    null: set[tuple[int, int]] = set()
    found = False
    for number, layer in enumerate(network.hidden, 1):
        for i, bias in enumerate(layer.bias.entries()):
            read = [
                (source, j)
                for source, matrix in layer.weights
                for j in range(matrix.ncols())
                if matrix[i, j]
            ]
            if not bias and all(value in null for value in read):
                null.add((number, i))
                found = found or bool(read)
    return found


@settings(deadline=None)
@given(st.data())
def test_permuted_and_scaled_networks_share_the_hash(data: st.DataObject) -> None:
    network = data.draw(networks())
    assume(not null_reads_null(network))
    other = transform(network, data.draw(isomorphisms(network)))
    assert canonical_sha256(other) == canonical_sha256(network)


@settings(deadline=None)
@given(st.data())
def test_the_form_is_the_stated_transform_and_the_same_function(data: st.DataObject) -> None:
    network = data.draw(networks())
    form, isomorphism = canonical_form(network)
    assert form.layers == transform(network, isomorphism).layers
    point = data.draw(points(network.inputs))
    assert form(point) == network(point)


@settings(deadline=None)
@given(networks())
def test_largest_incoming_weight_is_one(network: Network) -> None:
    form, _ = canonical_form(network)
    scales = canonical_scales(form)
    assume(not null_reads_null(network))
    assert all(t == 1 for layer in scales for t in layer)


@settings(deadline=None)
@given(st.data())
def test_equal_hashes_only_for_isomorphic_networks(data: st.DataObject) -> None:
    """Against brute force: all permutations of one hidden layer, at fixed scales."""
    entry = st.integers(-1, 1)
    width = data.draw(st.integers(1, 4))

    def draw() -> Network:
        rows = [[data.draw(entry), 1] for _ in range(width)]
        biases = [data.draw(entry) for _ in range(width)]
        return Network.dense([(rows, biases), ([[data.draw(entry) for _ in range(width)]], [0])])

    a, b = draw(), draw()
    one = fmpq(1)
    reachable = any(
        transform(a, Isomorphism((tuple((i, one) for i in order),))) == b
        for order in permutations(range(width))
    )
    assert (canonical_sha256(a) == canonical_sha256(b)) == reachable


def least_listing(network: Network) -> list[list[fmpq]]:
    """The canonical form as proofs/coq/TheoryCanonical.v defines it: of all listings of the
    network with every neuron divided by its size, the one whose rows come first."""
    scales = canonical_scales(network)
    orders = product(*(permutations(range(len(layer))) for layer in scales))
    contents = []
    for order in orders:
        pairs = zip(order, scales, strict=True)
        listed = transform(
            network, Isomorphism(tuple(tuple((i, 1 / t[i]) for i in o) for o, t in pairs))
        )
        rows = [[] for layer in listed.layers for _ in range(layer.size)]
        first = 0
        for number, layer in enumerate(listed.layers, 1):
            for i, bias in enumerate(layer.bias.entries()):
                rows[first + i].append(bias)
                for source in range(number):
                    matrix = listed.weight(number, source)
                    rows[first + i] += [matrix[i, j] for j in range(matrix.ncols())]
            first += layer.size
        contents.append(rows)
    return min(contents)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_equal_hashes_exactly_for_equal_least_listings(data: st.DataObject) -> None:
    """Two hidden layers with many ties; the second network is the first with few changes."""
    widths = [data.draw(st.integers(1, 3)) for _ in range(2)]
    entry = st.integers(-1, 1)
    sizes = [1, *widths, 1]
    layers = [
        ([[data.draw(entry) for _ in range(n)] for _ in range(m)], [1] * m)
        for n, m in pairwise(sizes)
    ]
    a = Network.dense(layers)
    row = data.draw(st.sampled_from(layers[data.draw(st.integers(0, 2))][0]))
    row[data.draw(st.integers(0, len(row) - 1))] = data.draw(entry)
    b = transform(Network.dense(layers), data.draw(isomorphisms(a)))
    same = least_listing(a) == least_listing(b)
    assert (canonical_sha256(a) == canonical_sha256(b)) == same


def cycle_network(length: int, start: int = 0) -> Network:
    """Every neuron of layer 2 reads two neighbours on a cycle of alike neurons: many mirrors."""
    ones = [[1]] * length
    order = [(start + 2 * k + k // length) % length for k in range(length)]
    ring = [[int((i - j) % length in (0, 1)) for j in order] for i in range(length)]
    return Network.dense([(ones, [1] * length), (ring, [0] * length), ([[1] * length], [0])])


@pytest.mark.parametrize("length", [3, 5, 9, 25])
def test_symmetric_ties_are_searched(length: int) -> None:
    """All neurons tie at first, and no two are twins."""
    assert canonical_sha256(cycle_network(length)) == canonical_sha256(cycle_network(length, 1))


def test_ties_that_refinement_cannot_break() -> None:
    """One cycle of six against two of three: alike for colour refinement, not isomorphic."""
    one = [[int((i - j) % 6 in (0, 1)) for j in range(6)] for i in range(6)]
    two = [[int(i // 3 == j // 3 and (i - j) % 3 in (0, 1)) for j in range(6)] for i in range(6)]
    hashes = {
        canonical_sha256(Network.dense([([[1]] * 6, [1] * 6), (ring, [0] * 6), ([[1] * 6], [0])]))
        for ring in (one, two)
    }
    assert len(hashes) == 2


def test_many_twins_need_no_search() -> None:
    twins = Network.dense([([[1, 2]] * 200, [1] * 200), ([[1] * 200] * 3, [0, 0, 0])])
    assert canonical_form(twins)[0].architecture == (2, 200, 3)


def test_null_neurons_take_their_scale_from_what_they_feed() -> None:
    def network(scale: int) -> Network:
        return Network.dense([([[1], [0]], [1, 0]), ([[1, 7 * scale]], [0])])

    assert canonical_sha256(network(1)) == canonical_sha256(network(3))


@pytest.mark.parametrize(
    "layers",
    [
        [([[0, 0]], [0]), ([[0]], [0])],
        [([[0, 0]], [3]), ([[0], [1]], [0, 1])],
        [([[1, 2]], [3])],
    ],
)
def test_degenerate_networks_have_a_form(layers: list) -> None:
    network = Network.dense(layers)
    assert canonical_form(network)[0]([5, 7]) == network([5, 7])


def test_empty_layers_have_a_form() -> None:
    network = Network.dense([([], []), ([[]], [4])], inputs=2)
    assert canonical_form(network)[0] == network


def test_ranks_are_those_of_sorting() -> None:
    """Also where floats see no difference, and where integers are too long for floats."""
    from exactrev.network.ordering import _ascending

    near = {(2**60 + k, q) for k in range(5) for q in (1, 3)} | {(-(2**60) - 1, 7), (0, 1)}
    for values in (near, near | {(10**400, 1)}, {(1, 2)}, set()):
        assert _ascending(values) == sorted(values)
