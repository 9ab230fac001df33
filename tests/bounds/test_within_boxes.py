"""The claim ``within`` by boxes: a proof by hand, and everything that is wrong with it refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from flint import fmpq

from exactrev.bounds import BoxDeviation
from exactrev.checker import check
from exactrev.equivalence import Comparison
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.bounds.rules import Row, Rules, network_rows
from tests.equivalence.pairs import judged, moved, random_network

# relu(x) and relu(2 x - 1/4) / 2: on [-1, 1] they differ by 0 to 1/8
A = Network.dense([([[1]], [0]), ([[1]], [0])])
B = Network.dense([([[2]], ["-1/4"]), ([["1/2"]], [0])])

PROOF = """scale 1
shift 0
pairs 1
pair 1:0 1:0 2
domain 2
row 1 1
row -1 1
proof
cut 0 2 1
enclosed 40
enclosed 40
bounds -1/1000 63/500
reached 0 2 1
end
"""


def lines_of(proof: str) -> list[str]:
    head = ["exactrev-certificate 1", "semantics real", "claim within A B"]
    for letter, network in (("A", A), ("B", B)):
        head += [f"network {letter} {network.sha256}", *network.text()]
    return [*head, *proof.splitlines()]


def test_golden_certificates() -> None:
    golden = Path(__file__).parents[1] / "golden"
    text = (golden / "within-boxes.cert").read_text(encoding="ascii")
    assert text.splitlines() == lines_of(PROOF)
    assert text in (golden.parents[1] / "proofs" / "certificate-format.md").read_text()
    assert check(golden / "within-boxes.cert").accepted
    assert not check(golden / "within-boxes.refused.cert").accepted


def test_a_proof_by_hand() -> None:
    outcome = judged(lines_of(PROOF))
    assert outcome.accepted, outcome.reason
    assert "-1/1000 63/500" in outcome.claim and "output 0 differs by 1/8" in outcome.claim


@pytest.mark.parametrize(
    ("old", "new", "accepted"),
    [
        # what is stated
        ("scale 1", "scale 0", False),
        ("scale 1", "scale 2", False),
        ("shift 0", "shift 1", False),
        ("pair 1:0 1:0 2", "pair 1:0 1:0 0", False),
        ("pair 1:0 1:0 2", "pair 1:0 1:0 -2", False),
        ("pair 1:0 1:0 2", "pair 1:0 1:0 4/2", False),
        ("pair 1:0 1:0 2", "pair 1:0 1:1 2", False),
        ("pair 1:0 1:0 2", "pair 1:1 1:0 2", False),
        ("pair 1:0 1:0 2", "pair 2:0 1:0 2", False),
        ("pair 1:0 1:0 2", "pair 1:0 1:0", False),
        ("pair 1:0 1:0 2", "match 1:0 1:0 2", False),
        ("pairs 1\npair 1:0 1:0 2", "pairs 2\npair 1:0 1:0 2\npair 1:0 1:0 2", False),
        ("pairs 1\npair 1:0 1:0 2", "pairs 1", False),
        ("pair 1:0 1:0 2\n", "", False),
        ("pair 1:0 1:0 2", "pair 1:0 1:0 1", False),  # true, but proves less
        ("pairs 1\npair 1:0 1:0 2", "pairs 0", False),  # true, but proves less
        ("row -1 1\n", "row -1 2\n", True),
        ("row 1 1\n", "row -1 1\n", False),
        ("domain 2\nrow 1 1", "domain 1", False),
        # the steps
        ("cut 0 2 1\n", "", False),
        ("enclosed 40\n", "", False),
        ("enclosed 40\n", "enclosed 40\nenclosed 40\n", False),
        ("enclosed 40\n", "enclosed 3\n", False),
        ("enclosed 40\n", "enclosed 10001\n", False),
        ("enclosed 40\n", "cut 0 4 3\nenclosed 40\nenclosed 40\n", True),
        ("cut 0 2 1", "cut 1 2 1", False),
        ("cut 0 2 1", "cut 0 0 1", False),
        ("cut 0 2 1", "cut 0 2 3", False),
        ("bounds -1/1000 63/500", "bounds 0 63/500", False),
        ("bounds -1/1000 63/500", "bounds -1/1000 1/9", False),
        ("bounds -1/1000 63/500", "bounds -1/1000", False),
        ("bounds -1/1000 63/500", "bounds -2 2\nbounds -2 2", False),
        ("bounds -1/1000 63/500", "bounds -2 1/8\nattained 0 2 1", False),
        ("bounds -1/1000 63/500\n", "", False),
        ("reached 0 2 1\n", "", True),
        ("reached 0 2 1", "reached 0 2 3", False),
        ("reached 0 2 1", "reached 1 2 1", False),
        ("reached 0 2 1", "reached 0 2", False),
        ("reached 0 2 1", "reached 0 2 1 1", False),
        ("reached 0 2 1", "reached 0 2 1\nreached 0 2 1", False),
        ("reached 0 2 1", "attained 0 2 1", False),
        ("reached 0 2 1", "enclosed 40", False),
        ("reached 0 2 1", "cut 0 2 1", False),
        ("end\n", "", False),
    ],
)
def test_other_proofs(old: str, new: str, accepted: bool) -> None:
    assert old in PROOF
    outcome = judged(lines_of(PROOF.replace(old, new, 1)))
    assert outcome.accepted == accepted, outcome.reason


POLYHEDRON = Path(__file__).parents[1] / "golden" / "within-polyhedron.cert"


@pytest.mark.parametrize(
    ("old", "new", "accepted"),
    [
        ("sum 0 1 2 1\n", "sum 0 1 2 1\nsum 0 1 4 2\n", True),  # one row more, and numbers move
        ("vacant 1 1 6 1 7 1", "vacant 1 1 6 2 7 1", False),  # no constant
        ("vacant 1 1 6 1 7 1", "vacant 1 2 6 2 7 2", True),
        ("vacant 1 1 6 1 7 1", "vacant 1 1 6 1", False),
        ("vacant 1 1 6 1 7 1", "vacant 1 1 7 1 6 1", False),
        ("vacant 1 1 6 1 7 1", "vacant 1 1 6 1 8 1", False),
        ("vacant 1 1 6 1 7 1", "vacant 0 1 6 1 7 1", False),
        ("vacant 1 1 6 1 7 1", "vacant", False),
        ("vacant 1 1 6 1 7 1", "vacant 2 1 3 1", False),  # 1 >= 0
        ("vacant 1 1 6 1 7 1", "enclosed 40", True),  # the box about the piece is no worse
        ("enclosed 40\nvacant 1 1 6 1 7 1", "vacant 1 1 6 1 7 1\nenclosed 40", False),
        ("sum 0 1 2 1\n", "", False),
        ("sum 1 1 2 1\n", "", False),
        ("sum 0 1 2 1", "sum 0 1 3 1", False),  # bounds nothing
        ("sum 0 1 2 1", "sum 2 1 0 1", False),
        ("sum 0 1 2 1", "sum 0 1 2 0", False),
        ("sum 0 1 2 1", "sum 0 1 2 -1", False),
        ("sum 0 1 2 1", "sum 0 1 4 1", False),
        ("sum 0 1 2 1", "sum 0 1 0 1 2 1", False),
        ("sum 0 1 2 1", "sum 0 1 2", False),
        ("sum 0 1 2 1", "sum", False),
        ("sum 0 1 2 1", "sum 0 2 2 2", True),
        ("reached", "sum 0 1 2 1\nreached", False),
        ("reached 0 2 1 0", "reached 0 4 3 -2", False),  # in the box, outside the domain
        ("reached 0 2 1 0", "reached 0 4 3 -1", True),
    ],
)
def test_other_proofs_on_a_polyhedron(old: str, new: str, accepted: bool) -> None:
    text = POLYHEDRON.read_text(encoding="ascii")
    assert old in text
    if "sum 0 1 4 2" in new:
        text = text.replace("vacant 1 1 6 1 7 1", "vacant 1 1 7 1 8 1")
    outcome = judged(text.replace(old, new, 1).splitlines())
    assert outcome.accepted == accepted, outcome.reason


def test_golden_certificates_on_a_polyhedron() -> None:
    assert check(POLYHEDRON).accepted
    assert not check(POLYHEDRON.with_suffix(".refused.cert")).accepted


def test_bounds_are_those_of_the_format() -> None:
    """The least and largest bounds that the checker takes are those of the rules, by loops."""
    a = random_network([2, 3, 2, 1], Random(1))
    b = moved(a, 2, fmpq(1, 16))
    search = BoxDeviation(Comparison.of(a, b), Polyhedron.box(-1, 1, 2), stop=lambda: True)
    lines = list(search.lines())
    places = next(int(line.split()[1]) for line in lines if line.startswith("enclosed"))
    low, high = _by_loops(a, b, places)
    (place,) = [k for k, line in enumerate(lines) if line.startswith("bounds ")]
    for bounds, accepted in [
        ((low, high), True), ((low + 1, high), False), ((low, high - 1), False)
    ]:  # fmt: skip
        lines[place] = " ".join(["bounds", *(str(Fraction(x, 2**places)) for x in bounds)])
        assert judged(lines).accepted == accepted


def _by_loops(a: Network, b: Network, places: int) -> tuple[int, int]:
    """Bounds of the difference on [-1, 1]^2, each neuron of b paired with a's of its place."""
    rules = Rules([(Fraction(-1), Fraction(1))] * 2, places)
    ours, theirs = network_rows(a), network_rows(b)
    # value numbers: inputs 0-1, a 2-4, gaps 5-7, a 8-9, gaps 10-11
    here = {0: 0, 1: 1} | {2 + i: 2 + i for i in range(3)} | {5 + i: 8 + i for i in range(2)}
    gaps = {2 + i: 5 + i for i in range(3)} | {5 + i: 10 + i for i in range(2)}

    def renamed(row: Row, with_gaps: bool) -> Row:
        weights = {here[v]: w for v, w in row[1].items()}
        if with_gaps:
            weights |= {gaps[v]: w for v, w in row[1].items() if v in gaps}
        return row[0], weights

    def less(one: Row, other: Row) -> Row:
        values = set(one[1]) | set(other[1])
        zero = Fraction(0)
        weights = {v: one[1].get(v, zero) - other[1].get(v, zero) for v in values}
        return one[0] - other[0], {v: w for v, w in weights.items() if w}

    for layer, first in ((0, 2), (1, 8)):
        rows = [renamed(row, False) for row in ours[layer]]
        seen = [renamed(row, True) for row in theirs[layer]]
        rules.layer(rows)
        differences = [less(one, other) for one, other in zip(seen, rows, strict=True)]
        rules.layer(differences, range(first, first + len(rows)))
    (output,) = rules.read([less(renamed(ours[2][0], False), renamed(theirs[2][0], True))])
    return output.least, output.largest


