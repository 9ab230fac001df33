"""Bounds over boxes: true ones, the same from both implementations, and pieces that cover."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from flint import fmpq

from exactrev.domain.boxes import bounding_box
from exactrev.formats.decimals import decimal
from exactrev.lp import Polyhedron
from exactrev.network import Network
from exactrev.verification import Search, bind
from exactrev.vnnlib import parse_vnnlib
from tests.verification.reference import box, instance
from tests.verification.test_certificates import lines_of
from tests.verification.test_verify import judge, searched

STATEMENT = """parts 1
domain 2
row 1 1
row -1 1
conjunctions 1
conjunction 1
nonnegative 0 1 {}
proof
"""


@pytest.mark.parametrize(
    ("constant", "proof", "accepted"),
    [
        ("-1/10", "cut 0 1 0\nenclosed 30\nenclosed 30", True),
        ("-1/10", "enclosed 30", True),  # the chords of both halves add up to 1
        ("-1/10", "enclosed 1", False),
        ("0", "cut 0 1 0\nenclosed 30\nenclosed 30", False),
        ("-1/10", "cut 0 1 0\nenclosed 30", False),
        ("-1/10", "cut 0 1 0\nenclosed 30\nenclosed 30\nenclosed 30", False),
        ("-1/10", "cut 1 1 0\nenclosed 30\nenclosed 30", False),
        ("-1/10", "cut 0 1 0\nenclosed 1\nenclosed 1", False),
        ("-1/10", "cut 0 1 0\nenclosed 99999\nenclosed 30", False),
        ("-5/4", "enclosed 30", True),
        ("-1/10", "cut 0 2 1\nenclosed 9\ncut 0 2 -1\nenclosed 9\nenclosed 9", True),
        ("-1/10", "cut 0 1 5\nenclosed 30\nenclosed 30", False),
        ("-1/10", "cut 0 1 5\nvacant 1 1 2 1\ncut 0 1 0\nenclosed 9\nenclosed 9", True),
    ],
)  # fmt: skip
def test_pieces(constant: str, proof: str, accepted: bool) -> None:
    """The network is |x| - 1, and the property |x| - 1 + constant >= 0 for |x| <= 1."""
    outcome = judge(lines_of(STATEMENT.format(constant), f"part\n{proof}\nend\n"))
    assert outcome.accepted == accepted, outcome.reason


def test_a_box_needs_both_ends() -> None:
    statement = STATEMENT.format("-5/4").replace("row -1 1\n", "row 1 1\n")
    assert not judge(lines_of(statement, "part\nenclosed 30\nend\n")).accepted
    assert bounding_box(Polyhedron.of(1, [[1, 1], [1, 1]])) is None
    assert bounding_box(Polyhedron.of(2, [[1, 1, 1], [1, 0, 0], [-1, 0, 1]])) is None
    assert bounding_box(Polyhedron.box(-1, 2, 2)) == [(-1, 2), (-1, 2)]


@pytest.mark.parametrize("above", [fmpq(0), fmpq(1, 100), fmpq(3)])
def test_cuts_and_trees_go_together(above: fmpq) -> None:
    """Many neurons with both signs: the box is cut, and small pieces have trees.

    The network is convex, so that it is largest at a corner; a flat input comes with it.
    """
    random = np.random.default_rng(3)
    weight = random.integers(-4, 5, size=(24, 3)).tolist()
    bias = random.integers(-4, 5, size=24).tolist()
    network = Network.dense([(weight, bias), ([[1] * 24], [0])])
    corners = [(x, fmpq(1, 3), y) for x in (-1, 1) for y in (-1, 1)]
    top = max(network(corner)[0] for corner in corners)
    level, scaled = (top + above).p, f"(* {(top + above).q} Y_0)"
    query = parse_vnnlib(
        [*(f"(declare-const {name} Real)" for name in ("X_0", "X_1", "X_2", "Y_0")),
         "(assert (and (>= X_0 -1) (<= X_0 1) (>= X_2 -1) (<= X_2 1) (== (* 3 X_1) 1)))",
         f"(assert (or (> {scaled} {level}) (and (>= {scaled} {level}) (< X_0 -1))))"]
    )  # fmt: skip
    found, lines = searched(Search(bind(query, {"": network})))
    assert found.verdict == "unsat"
    outcome = judge(lines)
    assert outcome.accepted, outcome.reason
    words = {line.split(" ")[0] for line in lines}
    assert {"cut", "enclosed", "pin"} <= words
    assert above > 0 or "inside" in words


@pytest.mark.parametrize("seed", range(4))
def test_deeper_networks_are_cut(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = (2, 12, 12, 2)
    layers = [
        ((random.integers(-99, 100, size=(m, n)) / 64).tolist(), (random.normal(size=m)).tolist())
        for n, m in pairwise(sizes)
    ]
    network = Network.dense(layers)
    points = [[fmpq(x, 8), fmpq(y, 8)] for x in range(-8, 9) for y in range(-8, 9)]
    seen = max(network(point)[1] for point in points)
    for level, verdicts in ((seen, {"sat"}), (seen * 2 + 50, {"unsat", "sat"})):
        tree = ("and", *box(2), (">=", ("var", "Y", 1), decimal(level)[0]))
        found, lines = searched(Search(instance(network, tree)))
        assert found.verdict in verdicts and judge(lines).accepted
