"""Certificates about properties: each rule accepted once, and refused where it does not hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from exactrev.network import Network
from exactrev.verification import Search
from exactrev.verification.statement import unsatisfied_certificate
from tests.strategies import networks
from tests.verification.reference import SIGNS, instance, satisfiable
from tests.verification.test_verify import judge, searched
from tests.vnnlib_texts import formulas

ABSOLUTE = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])])
# no x in [-2, 2] with |x| - 1 > 1, nor one with x >= 1/2 and |x| - 1 < -1/2
STATEMENT = """parts 1
domain 2
row 1 2
row -1 2
conjunctions 2
conjunction 1
positive 0 1 -1
conjunction 2
nonnegative 1 0 -1/2
positive 0 -1 -1/2
proof
"""
PROOF = """part
inside 0
split 2
off 3 1 0 2 1
violated 0 0 1 1 4 1
violated 1 0 5 1 6 1
on 3 1 0 2 1
violated 0 0 0 1 4 1
violated 1 0 2 1 5 1
end
"""


def lines_of(statement: str, proof: str, *more: Network) -> list[str]:
    nets = (ABSOLUTE, *more)
    head = ["exactrev-certificate 1", "semantics real"]
    head.append(" ".join(["claim unsatisfied", *"ABC"[: len(nets)]]))
    for letter, network in zip("ABC", nets, strict=False):
        head += [f"network {letter} {network.sha256}", *network.text()]
    return [*head, *statement.splitlines(), *proof.splitlines()]


def test_a_proof_by_hand() -> None:
    outcome = judge(lines_of(STATEMENT, PROOF))
    assert outcome.accepted, outcome.reason
    assert "no input of network A" in outcome.claim


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # the statement: false ones, with the same proof
        ("positive 0 1 -1\n", "nonnegative 0 1 -1\n"),
        ("positive 0 -1 -1/2", "nonnegative 0 -1 -1/2"),
        ("row -1 2", "row -1 3"),
        ("nonnegative 1 0 -1/2", "nonnegative 1 0 -1/3"),
        ("conjunctions 2", "conjunctions 1"),
        ("parts 1", "parts 2"),
        ("parts 1", "parts 0"),
        # the steps
        ("inside 0", "inside 2"),
        ("inside 0", "inside 3"),
        ("inside 0", "inside"),
        ("part\n", ""),
        ("split 2\n", "split 4\nsplit 2\n"),
        ("off 3 1 0 2 1\n", ""),
        ("violated 1 0 5 1 6 1\n", ""),
        (
            "violated 0 0 1 1 4 1\nviolated 1 0 5 1 6 1",
            "violated 1 0 5 1 6 1\nviolated 0 0 1 1 4 1",
        ),
        ("violated 0 0 1 1 4 1", "violated 0 0 1 1 5 1"),
        ("violated 0 0 1 1 4 1", "violated 0 0 1 1 4 2"),
        ("violated 0 0 1 1 4 1", "violated 0 1 1 1 4 1"),
        ("violated 0 0 1 1 4 1", "violated 0 0 1 1"),
        ("violated 0 0 1 1 4 1", "violated 0 0"),
        ("violated 0 0 1 1 4 1", "violated 0 0 1 -1 4 -1"),
        ("violated 0 0 1 1 4 1", "violated 0 0 4 1 1 1"),
        ("violated 0 0 1 1 4 1", "violated 0 0 1 1 7 1"),
        ("violated 1 0 2 1 5 1\n", ""),
        ("end\n", "part\nend\n"),
    ],
)
def test_damages_are_refused(old: str, new: str) -> None:
    assert (STATEMENT + PROOF).count(old) >= 1
    damaged = (STATEMENT + PROOF).replace(old, new, 1)
    assert not judge(lines_of(damaged, "")).accepted


# where x + y = 1 and x >= 0, neither is x + y > 1 nor y > 1
FLAT = """parts 1
domain 3
row 1 1 -1
row -1 -1 1
row 1 0 0
conjunctions 2
conjunction 1
positive 1 0 0 1 -1
conjunction 1
positive 0 1 0 0 -1
proof
"""
FLAT_PROOF = """part
pin 0 0 0 1 1 1
inside 0
violated 0 0 1 1
violated 1 0 0 1 2 1
end
"""


@pytest.mark.parametrize(
    ("old", "new", "accepted"),
    [
        ("", "", True),
        ("pin 0 0", "pin 1 0", True),
        ("pin 0 0 0 1 1 1\n", "", False),
        ("pin 0 0 0 1 1 1", "pin 2 0 0 1 1 1", False),
        ("pin 0 0 0 1 1 1", "pin 0 0 0 1 1 2", False),
        ("pin 0 0 0 1 1 1", "pin 0 0 0 1", False),
        ("pin 0 0 0 1 1 1", "pin 0 2 0 1 1 1", False),
        ("pin 0 0 0 1 1 1", "pin 0 0 0 1 1 1\npin 0 0 0 1 1 1", False),
        ("row -1 -1 1", "row -1 -1 2", False),
        ("inside 0", "inside 0 0", False),
        ("inside 0", "inside 1", False),
        ("inside 0", "vacant 0 1 1 1", False),
        ("pin 0 0", "vacant 0", False),
    ],
)
def test_flat_domains(old: str, new: str, accepted: bool) -> None:
    """Two networks without hidden neurons, each the identity."""
    one = Network.dense([([[1]], [0])])
    head = ["exactrev-certificate 1", "semantics real", "claim unsatisfied A B"]
    for letter in "AB":
        head += [f"network {letter} {one.sha256}", *one.text()]
    assert old in FLAT + FLAT_PROOF
    text = (FLAT + FLAT_PROOF).replace(old, new, 1)
    outcome = judge([*head, *text.splitlines()])
    assert outcome.accepted == accepted, outcome.reason


@pytest.mark.parametrize(
    ("row", "line", "accepted"),
    [
        ("row -1 -1", "vacant 0 1 1 1", True),
        ("row -1 0", "vacant 0 1 1 1", False),
        ("row -1 1", "vacant 0 1 1 1", False),
        ("row -2 -1", "vacant 0 1 1 1", False),
        ("row -2 -1", "vacant 0 2 1 1", True),
        ("row -1 -1", "vacant 0 1 1 1 2 1", False),
        ("row 0 -1", "vacant 1 1", True),
    ],
)
def test_empty_domains(row: str, line: str, accepted: bool) -> None:
    statement = f"parts 1\ndomain 2\nrow 1 0\n{row}\nconjunctions 1\nconjunction 0\nproof\n"
    outcome = judge(lines_of(statement, f"part\n{line}\nend\n"))
    assert outcome.accepted == accepted, outcome.reason


SATISFIED = """domain 1
row 1 0
conjunctions 1
conjunction 2
nonnegative 0 1 -1
positive 1 0 -1
proof
point 2
output A 1
end
"""


@pytest.mark.parametrize(
    ("old", "new", "accepted"),
    [
        ("", "", True),
        ("point 2", "point 3", False),
        ("output A 1", "output A 2", False),
        ("output A 1\n", "", False),
        ("output A 1\n", "output A 1\noutput A 1\n", False),
        ("nonnegative 0 1 -1", "positive 0 1 -1", False),
        ("positive 1 0 -1", "positive 1 0 -2", False),
        ("positive 1 0 -1", "nonnegative 1 0 -2", True),
        ("row 1 0", "row 1 -3", False),
        ("row 1 0", "row 1 -2", True),
        ("conjunctions 1", "conjunctions 2\nconjunction 0", False),
    ],
)
def test_points(old: str, new: str, accepted: bool) -> None:
    assert old in SATISFIED
    lines = lines_of(SATISFIED.replace(old, new, 1), "")
    lines[2] = "claim satisfied A"
    outcome = judge(lines)
    assert outcome.accepted == accepted, outcome.reason


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_proofs_of_another_property_do_not_prove_a_false_one(data: st.DataObject) -> None:
    """The proof that there is no such input, put under the statement of a satisfiable property."""
    network = data.draw(networks(max_inputs=2, max_width=3, max_depth=2))
    comparisons = formulas(network.inputs, network.outputs, SIGNS)
    box = [(sign, ("var", "X", i), b) for i in range(network.inputs)
           for sign, b in ((">=", "-1"), ("<=", "1"))]  # fmt: skip
    one, other = (("and", *box, data.draw(comparisons)) for _ in range(2))
    assume(not satisfiable(network, one) and satisfiable(network, other))
    _, proof = searched(Search(instance(network, one)))
    statement = _head(list(_claimed(network, other)))
    assert not judge([*statement, *proof[proof.index("proof") :]]).accepted


def _claimed(network: Network, tree: Any) -> list[str]:
    asked = instance(network, tree)
    return list(unsatisfied_certificate(asked, list(asked.parts()), ()))


def _head(lines: list[str]) -> list[str]:
    return lines[: lines.index("proof")]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_step_can_be_left_out(data: st.DataObject) -> None:
    network = data.draw(networks(max_inputs=2, max_width=3, max_depth=2))
    tree = ("and", (">=", ("var", "X", 0), "-1"), (">", ("var", "Y", 0), "4"),
            data.draw(formulas(network.inputs, network.outputs, SIGNS)))  # fmt: skip
    assume(not satisfiable(network, tree))
    _, lines = searched(Search(instance(network, tree)))
    assert judge(lines).accepted
    place = data.draw(st.integers(lines.index("proof"), len(lines) - 1))
    if lines[place].split(" ")[0] not in ("pin", "norm", "inverse", "coordinates"):
        assert not judge([*lines[:place], *lines[place + 1 :]]).accepted
