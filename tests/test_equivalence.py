"""Verdicts on pairs of networks, each with a certificate that the checker accepts."""

from __future__ import annotations

import io

import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exactrev.checker import check
from exactrev.equivalence import (
    Equivalence,
    compare_structure,
    equiv,
    find_difference,
    find_isomorphism,
)
from exactrev.errors import InputError
from exactrev.network import Network
from exactrev.network.reduction import reduce_structurally
from exactrev.network.symmetry import transform
from tests.strategies import isomorphisms, networks, perturbed
from tests.test_canonical import null_reads_null

IDENTITY = Network.dense([([[1]], [0])])


def accepted(found: Equivalence) -> bool:
    """Whether the checker accepts the certificate, and as a proof of this very verdict."""
    lines = found.certificate()
    assert lines is not None
    text = "".join(line + "\n" for line in lines)
    outcome = check(io.BytesIO(text.encode()), (found.a.sha256, found.b.sha256))
    by_tree = found.verdict == "equal" and found.isomorphism is None
    kind = "equal-on" if by_tree else found.verdict
    return outcome.accepted and outcome.claim.startswith(f"{kind}: ")


@settings(deadline=None)
@given(st.data())
def test_permuted_and_scaled_networks_are_isomorphic(data: st.DataObject) -> None:
    a = data.draw(networks())
    assume(not null_reads_null(a))
    b = transform(a, data.draw(isomorphisms(a)))
    found = equiv(a, b)
    assert found.verdict == "isomorphic" and found.same_function
    assert found.isomorphism is not None and transform(a, found.isomorphism) == b
    assert accepted(found)


@settings(deadline=None)
@given(st.data())
def test_one_changed_number_is_noticed(data: st.DataObject) -> None:
    """Compared through a third, scaled copy, so that nothing matches by accident of form."""
    a = data.draw(networks())
    changed = data.draw(perturbed(a))
    b = transform(changed, data.draw(isomorphisms(changed)))
    found = equiv(a, b)
    if find_isomorphism(a, changed) is None:
        assert found.verdict != "isomorphic"
    if found.verdict == "different":
        assert found.witness is not None and a(found.witness) != b(found.witness)
        assert found.outputs == (a(found.witness), b(found.witness))
    if found.verdict == "unknown":
        assert found.certificate() is None and not found.same_function
    else:
        assert accepted(found)


@settings(deadline=None)
@given(st.data())
def test_networks_are_equal_to_their_reductions(data: st.DataObject) -> None:
    a = data.draw(networks())
    assume(not null_reads_null(a))
    reduced = reduce_structurally(a).network
    b = transform(reduced, data.draw(isomorphisms(reduced)))
    found = equiv(a, b)
    assert found.verdict in ("isomorphic", "equal")
    assert accepted(found)


@pytest.mark.parametrize("place", range(4))
def test_a_last_bit_makes_networks_different(place: int) -> None:
    numbers = [fmpq(3, 7), fmpq(1, 3), fmpq(5, 11), fmpq(2, 13)]
    changed = [x + fmpq(place == k, 1 << 200) for k, x in enumerate(numbers)]

    def network(v: list[fmpq]) -> Network:
        return Network.dense([([[v[0]], [-1]], [v[1], 1]), ([[v[2], 1]], [v[3]])])

    found = equiv(network(numbers), network(changed))
    assert found.verdict == "different" and accepted(found)


def test_branches_that_cancel_equal_a_constant() -> None:
    twins = Network.dense(
        [
            ([[1, 2], [3, 4], [1, 2], [3, 4]], [1, -1, 1, -1]),
            ([[1, -2, 0, 0], [-1, 3, 0, 0], [0, 0, 1, -2], [0, 0, -1, 3]], [1, 2, 1, 2]),
            ([[1, 1, -1, -1]], [5]),
        ]
    )
    constant = Network.dense([([[0, 0]], [5])])
    for pair in ((twins, constant), (constant, twins)):
        found = equiv(*pair)
        assert found.verdict == "equal" and accepted(found)
    assert equiv(twins, Network.dense([([[0, 0]], [6])])).verdict == "different"


def test_opposite_neurons_make_the_identity() -> None:
    split = Network.dense([([[1], [-1]], [0, 0]), ([[1, -1]], [0])])
    found = equiv(split, IDENTITY)
    assert found.verdict == "equal" and accepted(found)


def test_a_split_neuron_equals_the_whole() -> None:
    whole = Network.dense([([[2, 1]], [1]), ([[3]], [0])])
    split = Network.dense([([[2, 1], [4, 2]], [1, 2]), ([[1, 1]], [0])])
    assert find_isomorphism(whole, split) is None
    found = equiv(whole, split)
    assert found.verdict == "equal" and accepted(found)


def test_a_neuron_that_points_the_other_way_is_turned() -> None:
    """|x| as relu(x) + relu(-x), and with a second layer that is always on."""
    absolute = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [0])])
    maximum = Network.dense([([[1], [-1]], [0, 0]), ([[1, -1], [0, 1]], [0, 0]), ([[1, 1]], [0])])
    found = equiv(absolute, maximum)
    assert found.verdict == "equal" and accepted(found)


def test_what_the_rules_cannot_see_is_left_to_a_tree() -> None:
    """relu(x) - relu(x - 1) is at most 1, so that the second layer is off; no sign shows it."""
    hidden = Network.dense([([[1], [1]], [0, -1]), ([[1, -1]], [-2]), ([[1]], [5])])
    constant = Network.dense([([[0]], [5])])
    assert [hidden([x]) == constant([x]) for x in (-2, 0, 3)] == [True] * 3
    found = compare_structure(hidden, constant)
    assert found.verdict == "unknown"
    assert found.certificate() is None
    found = equiv(hidden, constant)
    assert found.verdict == "equal" and found.isomorphism is None and accepted(found)


def test_a_difference_beyond_far_kinks_is_found() -> None:
    """relu(x - 2^20) against 0: seen only to the right of 2^20."""
    far = Network.dense([([[1]], [-(1 << 20)]), ([[1]], [0])])
    found = equiv(far, Network.dense([([[0]], [0])]))
    assert found.verdict == "different" and accepted(found)


def test_no_difference_between_a_network_and_itself() -> None:
    assert find_difference(IDENTITY, IDENTITY) is None


def test_the_same_seed_finds_the_same_witness() -> None:
    a = Network.dense([([[1, 2]], [1])])
    b = Network.dense([([[1, 3]], [1])])
    assert find_difference(a, b, 5) == find_difference(a, b, 5)


def test_time_out_is_unknown() -> None:
    other = Network.dense([([[2]], [0])])
    assert equiv(IDENTITY, other, timeout=-1).verdict == "unknown"
    assert equiv(IDENTITY, other).verdict == "different"


@pytest.mark.parametrize("other", [[([[1, 1]], [0])], [([[1], [1]], [0, 0])]])
def test_other_dimensions_cannot_be_compared(other: list) -> None:
    with pytest.raises(InputError, match="cannot be compared"):
        equiv(IDENTITY, Network.dense(other))
    with pytest.raises(InputError, match="cannot be compared"):
        find_difference(IDENTITY, Network.dense(other))
