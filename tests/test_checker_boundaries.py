"""The claim ``boundaries``: what is stated of pieces, components and meetings must follow."""

from __future__ import annotations

import io
import random
from itertools import pairwise
from pathlib import Path

import pytest

from exactrev.arrangement import Exploration
from exactrev.arrangement.boundary_claim import boundaries_certificate
from exactrev.checker import Outcome, check
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.arrangement.networks import plain

#: relu(|x| - 1) in the plane: a boundary in two parts, and one that nothing bends at.
TENT = Network.dense([([[1, 0], [-2, 1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])
#: x, y and x + y + 1: three lines in general position.
LINES = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), ([[1, 2, 3]], [0])])


GOLDEN = Path(__file__).parent / "golden"


def judge(lines: list[str]) -> Outcome:
    return check(io.BytesIO("".join(line + "\n" for line in lines).encode()))


def certificate(network: Network, domain: Polyhedron | None = None) -> list[str]:
    return list(
        boundaries_certificate(Exploration(network, domain, min(2, network.inputs)))
    )


def test_the_golden_example_is_that_of_the_format() -> None:
    text = (GOLDEN / "boundaries.cert").read_text(encoding="ascii")
    page = GOLDEN.parent.parent / "proofs" / "certificate-format.md"
    assert f"```\n{text}```" in page.read_text(encoding="utf-8")
    accepted = judge(text.splitlines())
    assert "4 activation regions" in accepted.claim
    assert accepted.claim.endswith(
        "3 of the facets are pieces of boundaries; every boundary is connected; "
        "1 pairs of boundaries meet"
    )
    refused = check(GOLDEN / "boundaries.refused.cert")
    assert "what follows from the faces is 'boundary 0 1 1'" in refused.reason


def test_three_lines() -> None:
    lines = certificate(LINES)
    assert lines[-7:] == [
        "boundary 0 3 1", "boundary 1 3 1", "boundary 2 3 1",
        "meet 0 1", "meet 0 2", "meet 1 2", "end",
    ]  # fmt: skip
    outcome = judge(lines)
    assert outcome.accepted, outcome.reason
    assert "every boundary is connected; 3 pairs of boundaries meet" in outcome.claim


def test_a_domain_cuts_boundaries_and_meetings_off() -> None:
    box = Polyhedron.box("1/4", 1, 2)
    outcome = judge(certificate(LINES, box))
    assert outcome.accepted
    assert "without a boundary: 1:0 1:1 1:2; 0 pairs" in outcome.claim


def test_a_boundary_in_two_parts_is_said_to_be_so() -> None:
    two = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])
    assert "claim regions A" in certificate(two)  # both neurons of layer 1 vanish at 0
    assert judge(certificate(two)).accepted
    apart = Network.dense([([[1], [-1]], [1, 1]), ([[1, 1]], [-3]), ([[1]], [0])])
    outcome = judge(certificate(apart))
    assert outcome.accepted
    assert "not connected: 2:0" in outcome.claim


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", [(2, 5, 3, 1), (3, 4, 3, 2), (1, 4, 3, 1), (2, 3, 2, 2, 1)])
def test_generated_networks_and_their_damages(sizes: tuple[int, ...], seed: int) -> None:
    lines = certificate(plain("gaussian", sizes, seed))
    assert judge(lines).accepted
    first = next(k for k, line in enumerate(lines) if line.startswith("boundary "))
    for k in random.Random(seed).sample(range(first, len(lines) - 1), 6):
        assert not judge([*lines[:k], *lines[k + 1 :]]).accepted
        assert not judge([*lines[: k + 1], *lines[k:]]).accepted
        words = lines[k].split()
        for place in range(1, len(words)):
            wrong = [*words[:place], str(int(words[place]) + 1), *words[place + 1 :]]
            assert not judge([*lines[:k], " ".join(wrong), *lines[k + 1 :]]).accepted


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("boundary 0 3 1", "boundary 0 3 2", "follows from the faces is 'boundary 0 3 1'"),
        ("boundary 0 3 1", "boundary 0 3", "expected one of"),
        ("meet 0 1", "meet 1 0", "follows from the faces"),
        ("meet 1 2", "meet 1 2\nmeet 1 3", "nothing more follows"),
        ("meet 1 2\n", "", "'meet 1 2' is missing"),
        ("depth 2", "depth 1", "needs depth 2"),
        ("claim boundaries A", "claim boundaries A B", "expected 'claim'"),
    ],
)
def test_what_does_not_follow_is_refused(old: str, new: str, reason: str) -> None:
    text = "".join(line + "\n" for line in certificate(LINES))
    outcome = check(io.BytesIO(text.replace(old, new).encode()))
    assert not outcome.accepted
    assert reason in outcome.reason


def test_open_branches_and_missing_statements_are_refused() -> None:
    lines = certificate(LINES)
    cell = next(k for k, line in enumerate(lines) if line.startswith("cell "))
    assert "no branch may be left open" in judge([*lines[:cell], "open", *lines[cell + 1 :]]).reason
    first = next(k for k, line in enumerate(lines) if line.startswith("boundary "))
    assert "is missing" in judge([*lines[:first], "end"]).reason


def test_neurons_that_vanish_together_are_refused(tmp_path: Path) -> None:
    concurrent = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, 0]), ([[1, 2, 3]], [0])])
    lines = list(Exploration(concurrent, None, 2).lines())
    at = lines.index("claim regions A")
    outcome = judge([*lines[:at], "claim boundaries A", *lines[at + 1 :]])
    assert "general position" in outcome.reason


def test_every_facet_that_does_not_bend_is_left_out() -> None:
    # the second layer is off where x < -1, and nothing else reads the first
    network = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 0]], [-1]), ([[1]], [0])])
    lines = certificate(network)
    assert judge(lines).accepted
    stated = [line for line in lines if line.startswith("boundary ")]
    assert stated == ["boundary 0 0 0", "boundary 1 0 0", "boundary 2 2 1"]
    assert all(a < b for a, b in pairwise(line.split()[1] for line in stated))
