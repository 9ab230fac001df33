"""Claims about the difference of two networks: what is accepted, every broken rule refused."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

import pytest

from exactrev.checker import Outcome, check

GOLDEN = Path(__file__).parent / "golden"
KINDS = ("equal-on", "within", "unbounded")
TEXTS = {kind: (GOLDEN / f"{kind}.cert").read_text(encoding="ascii") for kind in KINDS}


def judge(text: str) -> Outcome:
    return check(io.BytesIO(text.encode()))


def replaced(kind: str, old: str, new: str) -> str:
    """The golden text with the one line (or lines) ``old`` replaced, networks sealed again."""
    text = TEXTS[kind]
    assert text.count(f"\n{old}\n") == 1, old
    text = text.replace(f"\n{old}\n", f"\n{new}\n" if new else "\n")

    def seal(match: re.Match[str]) -> str:
        return f"{match[1]} {hashlib.sha256(match[2].encode()).hexdigest()}\n{match[2]}"

    return re.sub(r"(network [AB]) \S*\n(.*?)(?=network B|scale )", seal, text, flags=re.S)


@pytest.mark.parametrize("kind", KINDS)
def test_golden_certificates(kind: str) -> None:
    outcome = judge(TEXTS[kind])
    assert outcome.accepted and outcome.claim.startswith(f"{kind}: "), outcome.reason
    for sha in re.findall(r"^network [AB] (\S+)$", TEXTS[kind], flags=re.M):
        assert sha in outcome.claim
    refused = check(GOLDEN / f"{kind}.refused.cert")
    assert not refused.accepted and refused.claim == "" and refused.reason


@pytest.mark.parametrize("kind", KINDS)
def test_no_line_can_be_left_out(kind: str) -> None:
    lines = TEXTS[kind].splitlines()
    for place, line in enumerate(lines):
        rest = "".join(f"{other}\n" for other in [*lines[:place], *lines[place + 1 :]])
        outcome = judge(rest)
        if line.startswith("attained "):
            assert outcome.accepted and "attained" not in outcome.claim
        else:
            assert not outcome.accepted and outcome.reason, line


ACCEPTED = [
    ("within", "bounds -1/3 1/6", "bounds -1/3 1/5", "attained 0 1 1"),
    ("within", "attained 0 1 1", "attained 0 1 -1", ""),
    ("within", "attained 0 1 1", "attained 0 2 2", ""),
    ("within", "bounded\nbounds -1/3 1/6", "bounded\nbounds -1/3 1/6", ""),
    ("within", "upper 0 2 0 0 1", "upper 0 4 0 0 2", ""),
    ("unbounded", "point 1/2", "point 0", ""),
    ("unbounded", "ray 1", "ray 1/9", ""),
    ("equal-on", "on 3 1 0 1 1 2 1", "on 3 3 0 1 3 2 3", ""),
    ("equal-on", "row 1 1", "row 1 1/1000", ""),
]


@pytest.mark.parametrize(("kind", "old", "new", "without"), ACCEPTED)
def test_other_true_claims_are_accepted(kind: str, old: str, new: str, without: str) -> None:
    text = replaced(kind, old, new)
    if without:
        text = text.replace(f"{without}\n", "").replace("attained 0 1 0\n", "")
    outcome = judge(text)
    assert outcome.accepted, outcome.reason


REFUSED = [
    # what stands before the proof
    ("within", "scale 1", "scale 0", "a scale is 0"),
    ("within", "scale 1", "scale 1 1", "'scale' with 1 numbers"),
    ("within", "shift 0", "shift 0/1", "not exact numbers"),
    ("within", "shift 0", "shift 1", "not proved"),
    ("within", "reductions 0", "reductions 1", "expected a step"),
    ("within", "reductions 0", "reductions", "natural number"),
    ("within", "depth 0", "depth 1", "depth 0"),
    ("within", "domain 2", "domain 1", "expected"),
    ("within", "row 1 1", "row 0 0", "identically zero"),
    ("within", "scale 1\nshift 0", "shift 0\nscale 1", "end of the network"),
    # reductions, of the difference
    ("equal-on", "merge 1:2 1:1 2", "merge 1:2 1:1 3", "not the stated positive multiple"),
    ("equal-on", "merge 1:2 1:1 2", "merge 1:2 1:0 2", "not the stated positive multiple"),
    ("equal-on", "merge 1:2 1:1 2", "merge A 1:2 1:1 2", "expected a step"),
    ("equal-on", "merge 1:2 1:1 2", "merge 1:4 1:1 2", "no such hidden neuron"),
    ("equal-on", "merge 1:2 1:1 2", "unread 1:2", "has a reader"),
    ("equal-on", "merge 1:3 1:0 2", "merge 1:2 1:0 2", "removed by an earlier step"),
    # the tree
    ("equal-on", "scale 1/2", "scale 1/3", "the outputs differ on the cell"),
    ("equal-on", "shift -1/2", "shift 0", "the outputs differ on the cell"),
    ("equal-on", "zero 3\nsame", "same", "is not wholly decided"),
    ("equal-on", "on 3 1 0 1 1\nsame", "same", "is not wholly decided"),
    ("equal-on", "off 2 1 0 1 1", "on 2 1 0 1 1", "more than the residual"),
    ("equal-on", "zero 3\nsame", "zero 3", "a branch of the tree is open"),
    ("equal-on", "zero 3\nsame", "zero 3\nsame\nsame", "no branch of the tree is open"),
    ("equal-on", "zero 3\nsame", "zero 3\nzero 4", "a branch of the tree is open"),
    ("equal-on", "zero 3\nsame", "zero 3\nzero 4\nsame", "decided already"),
    ("equal-on", "zero 3\nsame", "zero 3\nbounded", "expected one of"),
    ("equal-on", "zero 3\nsame", "zero 3\nopen", "expected one of"),
    ("equal-on", "zero 3\nsame", "zero 3\ncell 1 0", "expected one of"),
    # bounds
    ("within", "bounds -1/3 1/6", "bounds -1/4 1/6", "lower bound of output 0 is not proved"),
    ("within", "bounds -1/3 1/6", "bounds -1/3 1/7", "upper bound of output 0 is not proved"),
    ("within", "bounds -1/3 1/6", "bounds -1/3", "with 2 numbers"),
    ("within", "bounds -1/3 1/6", "bounds -1/3 1/6\nbounds -1/3 1/6", "bounds already"),
    ("within", "upper 0 2 0 1 1", "upper 0 1 0 1 1", "more than the residual"),
    ("within", "upper 0 2 0 1 1", "upper 0 2 0 1 -1", "expected one of|negative"),
    ("within", "upper 0 2 0 1 1", "upper 0 2 1 1 1", "no norm"),
    ("within", "upper 0 2 0 1 1", "upper 1 2 0 1 1", "no such output"),
    ("within", "upper 0 2 0 1 1", "lower 0 2 0 2 1", "has this bound already"),
    ("within", "upper 0 2 0 1 1", "upper 0 2 0 3 1", "the cell does not have"),
    ("within", "upper 0 2 0 1 1", "upper 0 0 0 1 1", "expected one of"),
    ("within", "upper 0 2 0 1 1\nbounded", "bounded", "has no bound"),
    ("within", "upper 0 2 0 1 1\nbounded", "upper 0 2 0 1 1\nsplit 3", "may follow a bound"),
    ("within", "upper 0 2 0 1 1\nbounded", "upper 0 2 0 1 1\nsame", "expected one of"),
    ("within", "split 2", "lower 0 2 0 2 1\nsplit 2", "wholly decided"),
    ("within", "attained 0 1 0", "attained 0 2 1", "neither of its bounds"),
    ("within", "attained 0 1 0", "attained 0 1 -2", "not in the domain"),
    ("within", "attained 0 1 0", "attained 1 1 0", "no bounds of this output"),
    ("within", "attained 0 1 0", "attained 0 1 0 0", "needs 1 coordinates"),
    ("within", "attained 0 1 0", "attained 0 0 0", "expected one of"),
    ("within", "split 2", "attained 0 1 0\nsplit 2", "no bounds"),
    # rays
    ("unbounded", "ray 1", "ray 0", "grows along the ray"),
    ("unbounded", "ray 1", "ray 1\nray 1", "only 'end'"),
    ("unbounded", "point 1/2", "point -1/2", "changes its sign"),
    ("unbounded", "point 1/2", "point -2", "leaves the domain"),
    ("unbounded", "point 1/2", "ray 1", "expected 'point'"),
    ("unbounded", "ray 1", "ray 1 1", "'ray' with 1 numbers"),
    ("unbounded", "scale 1", "scale 2", "grows along the ray"),
    ("unbounded", "ray 1", "split 2", "expected 'ray'"),
]


@pytest.mark.parametrize(("kind", "old", "new", "reason"), REFUSED)
def test_false_or_malformed_claims_are_refused(kind: str, old: str, new: str, reason: str) -> None:
    outcome = judge(replaced(kind, old, new))
    assert not outcome.accepted
    assert re.search(reason, outcome.reason), outcome.reason


def test_networks_of_other_shapes_are_refused() -> None:
    b = "exactrev-network 1\ninputs 1\nlayer 1\nbias 1/3\nfrom 0\n1/2\n"
    assert b in TEXTS["within"]
    two = "exactrev-network 1\ninputs 1\nlayer 2\nbias 1/3 0\nfrom 0\n1/2\n0\n"
    text = TEXTS["within"].replace(b, two)
    text = text.replace(hashlib.sha256(b.encode()).hexdigest(),
                        hashlib.sha256(two.encode()).hexdigest())  # fmt: skip
    assert "numbers of inputs or outputs" in judge(text).reason
