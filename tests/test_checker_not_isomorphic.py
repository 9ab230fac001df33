"""The claim not-isomorphic: what is accepted, every broken rule refused."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from flint import fmpq

from exactrev.certificate import not_isomorphic_certificate
from exactrev.checker import Outcome, check
from exactrev.network import Network
from exactrev.network.symmetry import Isomorphism, transform

GOLDEN = Path(__file__).parent / "golden"
TEXT = (GOLDEN / "not-isomorphic.cert").read_text(encoding="ascii")

TURNED = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), ([[1, 1, -1]], [0])])
#: relu(z) = z + relu(-z), and x + y - (x + y + 1) = -1
PARTNER = Network.dense([([[-1, 0], [0, -1], [-1, -1]], [0, 0, -1]), ([[1, 1, -1]], [-1])])
VARIED = ("power 1", "slopes 1 2", "point 1 2", "point 3 1")  # z in TURNED: 1 3, 2 1, 4 5


def judge(text: str) -> Outcome:
    return check(io.BytesIO(text.encode()))


def judged(a: Network, b: Network, steps: Iterable[str]) -> Outcome:
    return judge("".join(f"{line}\n" for line in not_isomorphic_certificate(a, b, steps)))


def test_golden_certificates() -> None:
    outcome = judge(TEXT)
    assert outcome.accepted and outcome.claim.startswith("not-isomorphic: ")
    assert "permuted and scaled" in outcome.claim
    refused = check(GOLDEN / "not-isomorphic.refused.cert")
    assert not refused.accepted and refused.claim == "" and refused.reason


def test_no_line_can_be_left_out() -> None:
    lines = TEXT.splitlines(keepends=True)
    for place in range(len(lines)):
        outcome = judge("".join([*lines[:place], *lines[place + 1 :]]))
        assert not outcome.accepted and outcome.reason, lines[place]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("output 0 2", "output 0 5/2"),  # what B has and A has not
        ("slopes 1 0\npoint 1\noutput 0 2", "slopes 1 3\npoint -1\noutput 0 -6"),
        ("power 2\nslopes 1 0\npoint 1\noutput 0 2", "power 3\nslopes 1 0\npoint 1\noutput 0 2"),
        ("point 1\noutput 0 2", "point 1\npoint 2\noutput 0 2 4"),
        ("slopes 1 0\npoint 1\noutput 0 2", "slopes -1/2 0\npoint 1\noutput 0 -1"),
    ],
)
def test_other_true_proofs(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    outcome = judge(TEXT.replace(old, new))
    assert outcome.accepted, outcome.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("power 2", "power 1"),  # the same function
        ("power 2", "power 0"),
        ("power 2", "power 10"),
        ("power 2", "power -2"),
        ("power 2", "power 2/3"),
        ("power 2", "power 2 2"),
        ("power 2", "layers"),
        ("power 2\nslopes 1 0\npoint 1\noutput 0 2", "layers"),
        ("slopes 1 0", "slopes 1"),
        ("slopes 1 0", "slopes 1 0 0"),
        ("slopes 1 0", "slopes 0 1"),  # 0 in both
        ("point 1", "point 1 1"),
        ("point 1", "point"),
        ("point 1\noutput 0 2", "output 0"),
        ("point 1\noutput 0 2", "point -1\noutput 0 0"),
        ("output 0 2", "output 0 3"),  # in neither
        ("output 0 2", "output 0 2 4"),
        ("output 0 2", "output 0 2/1"),
        ("output 0 2", "output 1 2"),
        ("output 0 2", "output 2"),
        ("output 0 2", "output 0 2\noutput 0 2"),
        ("output 0 2", "output 0 2\npoint 1"),
        ("output 0 2", "output A 2"),
        ("output 0 2", "neurons 1 1"),  # two in both
        ("output 0 2", "neurons 1 -1"),
        ("output 0 2", "neurons 0 1"),
        ("output 0 2", "neurons 2 2"),  # the outputs' layer
        ("output 0 2", "match 1:0 1:0 1"),
        ("output 0 2\n", ""),
    ],
)
def test_refusals(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    outcome = judge(TEXT.replace(old, new))
    assert not outcome.accepted and outcome.reason


@pytest.mark.parametrize(
    ("step", "accepted"),
    [
        ("neurons 1 1 3", True),
        ("neurons 1 2 6", True),
        ("neurons 1 1/4 5/16", True),
        ("neurons 1 -1 -3", True),  # B has such a neuron
        ("neurons 1 1 2", False),
        ("neurons 1 -1 3", False),
        ("neurons 1 0 0", False),
        ("neurons 1 1", False),
    ],
)
def test_neurons(step: str, accepted: bool) -> None:
    assert judged(TURNED, PARTNER, (*VARIED, step)).accepted == accepted
    assert judged(PARTNER, TURNED, (*VARIED, step)).accepted == accepted


def test_shapes() -> None:
    deep = Network.dense([([[1]], [0]), ([[1]], [0]), ([[1]], [0])])
    wide = Network.dense([([[1], [1]], [0, 0]), ([[1, 1]], [0])])
    narrow = Network.dense([([[1]], [0]), ([[2]], [0])])
    sizes = ("power 1", "slopes 1 0", "neurons 1")
    assert judged(deep, wide, ["layers"]).accepted
    assert not judged(narrow, wide, ["layers"]).accepted
    assert judged(narrow, wide, sizes).accepted
    assert not judged(narrow, deep, sizes).accepted
    assert not judged(narrow, deep, (*sizes[:2], "neurons 2")).accepted


def test_isomorphic_networks_have_no_such_proof() -> None:
    """Neither these steps nor others that would do for another network."""
    layer = tuple((index, fmpq(scale)) for index, scale in ((2, 3), (0, 2), (1, 5)))
    other = transform(TURNED, Isomorphism((layer,)))
    for power in range(1, 4):
        for step in ("neurons 1 1 3", "neurons 1 4 5", "output 0 -1 -1", "output 0 0 0"):
            steps = (f"power {power}", *VARIED[1:], step)
            assert not judged(TURNED, other, steps).accepted
