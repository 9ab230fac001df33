"""Equality on a domain by a tree: proofs that the checker accepts, or exact witnesses."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq

from exactrev.equivalence import Agreement, Comparison, compare_structure, equiv
from exactrev.equivalence.covering import NotProved
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.equivalence.pairs import LINE, RELU, judged, random_forms, random_network, tournament


@pytest.mark.parametrize(
    ("inputs", "forms", "box"), [(1, 4, False), (2, 5, True), (2, 8, False), (3, 7, True)]
)
def test_the_order_of_a_maximum_does_not_matter(inputs: int, forms: int, box: bool) -> None:
    chosen = random_forms(forms, inputs, Random(forms))
    order = [*range(1, forms), 0]
    a, b = tournament(chosen, range(forms)), tournament(chosen, order)
    assert compare_structure(a, b).verdict == "unknown"
    domain = Polyhedron.box(-1, "1/3", inputs) if box else None
    found = equiv(a, b, domain=domain)
    assert (found.verdict, found.same_function) == ("equal", not box)
    lines = found.certificate()
    assert lines is not None
    outcome = judged(lines)
    assert outcome.accepted and outcome.claim.startswith("equal-on: "), outcome
    assert ("the stated domain" in outcome.claim) == box


@pytest.mark.parametrize("seed", range(12))
def test_one_form_more_is_found_where_it_is_the_largest(seed: int) -> None:
    """The maximum of one form more is larger exactly where that form is above all others."""
    random = Random(seed)
    *forms, last = random_forms(5, 2, random, 4)
    a, b = tournament(forms, range(4)), tournament([*forms, last], [3, 4, 0, 2, 1])
    domain = Polyhedron.box("-1/4", "1/4", 2)
    search = Agreement(Comparison.of(a, b), domain)
    if search.run():
        for x in ([fmpq(i, 16), fmpq(j, 16)] for i in range(-4, 5) for j in range(-4, 5)):
            assert a(x) == b(x)
        assert judged(Agreement(Comparison.of(a, b), domain).lines()).accepted
        return
    witness = search.witness
    assert witness is not None and a(witness) != b(witness)
    assert domain.contains(witness)
    assert last[0] * witness[0] + last[1] * witness[1] + last[2] > a(witness)[0]


def test_networks_may_agree_on_a_part() -> None:
    right = Polyhedron.of(1, [[1, 0]])
    found = equiv(RELU, LINE, domain=right)
    assert found.verdict == "equal" and not found.same_function
    left = Polyhedron.of(1, [[1, "1/1000000"]])
    found = equiv(RELU, LINE, domain=left)
    assert found.verdict == "different" and found.witness is not None
    assert 0 > found.witness[0] >= fmpq(-1, 1000000)
    assert equiv(RELU, LINE).verdict == "different"


def test_a_difference_on_a_sliver_is_found() -> None:
    """A bump of width 2^-60 far from anything that a sample meets."""
    at, w = fmpq(12345, 7), fmpq(1, 1 << 60)
    bump = Network.dense(
        [([[1], [1], [1], [1]], [0, -at, -at - w, -at - 2 * w]), ([[1, 1, -2, 1]], [0])]
    )
    assert compare_structure(RELU, bump).verdict == "unknown"
    found = equiv(RELU, bump)
    assert found.verdict == "different" and found.witness is not None
    assert at < found.witness[0] < at + 2 * w


def test_the_search_can_be_stopped() -> None:
    random = Random(0)
    forms = random_forms(6, 2, random)
    pair = Comparison.of(tournament(forms, range(6)), tournament(forms, [3, 1, 5, 0, 2, 4]))
    search = Agreement(pair, stop=lambda: True)
    with pytest.raises(NotProved):
        list(search.lines())
    assert search.witness is None


def test_inputs_that_nothing_reads_do_not_matter() -> None:
    wide = [[*form[:1], fmpq(0), *form[1:]] for form in random_forms(5, 2, Random(5))]
    found = equiv(tournament(wide, range(5)), tournament(wide, [4, 2, 0, 1, 3]))
    assert found.verdict == "equal"
    assert judged(found.certificate() or ()).accepted


def test_outputs_may_read_what_no_neuron_reads() -> None:
    a = random_network([2, 3, 1], Random(2))
    blind = Network.dense([([[1, 0]], [0]), ([[1]], [0])])
    skip = Network(2, (*blind.hidden, type(blind.layers[-1]).of({0: [[0, 1]], 1: [[1]]}, [0])))
    search = Agreement(Comparison.of(blind, skip))
    assert not search.run() and search.witness is not None and search.witness[1] != 0
    assert equiv(a, a).verdict == "isomorphic"


def test_a_domain_needs_points() -> None:
    pair = Comparison.of(RELU, LINE)
    with pytest.raises(InputError, match="is empty"):
        Agreement(pair, Polyhedron.of(1, [[1, 0], [-1, -1]]))
    assert Agreement(pair, Polyhedron.of(1, [[1, 0], [-1, 0]])).run()
    with pytest.raises(InputError, match="2 dimensions"):
        Agreement(pair, Polyhedron.box(0, 1, 2))
