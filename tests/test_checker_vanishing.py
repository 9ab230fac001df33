"""The leaf ``vanishes`` by hand-written certificates: accepted, refused, and exported."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from exactrev.checker import Outcome, check
from exactrev.equivalence import Agreement, Comparison
from exactrev.errors import InputError
from exactrev.network import Network
from tests.equivalence.pairs import judged
from tests.smtlib.scripts import all_unsat
from tests.smtlib.test_export import sealed

GOLDEN = Path(__file__).parent / "golden" / "equal-on-vanishes.cert"


def golden(old: str, new: str, which: int = 0) -> Outcome:
    """What the checker says of the golden certificate, a part of whose proof is replaced."""
    head, proof = GOLDEN.read_text().split("proof\n")
    pieces = proof.split(old)
    assert len(pieces) > which + 1, old
    changed = old.join(pieces[: which + 1]) + new + old.join(pieces[which + 1 :])
    return check(io.BytesIO(f"{head}proof\n{changed}".encode()))


def test_the_golden_certificate() -> None:
    assert check(GOLDEN).accepted
    refused = check(GOLDEN.with_name("equal-on-vanishes.refused.cert"))
    assert not refused.accepted and "not the stated multiple" in (refused.reason or "")


SAME = "same 1:1 1:0 -1\n"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("vanishes\n", "", "line"),
        ("vanishes\n", "vanishes\nvanishes\n", "expected 'case' or 'never'"),
        ("vanishes\n", "vanishes 2\n", "line"),
        (SAME, "", "no contradiction"),
        (SAME, SAME + SAME, "undecided neuron"),
        (SAME, "same 1:1 1:0 1\n", "not the stated multiple"),
        (SAME, "same 1:1 1:0 0\n", "other than 0"),
        (SAME, "same 1:0 1:1 -1\n", "an earlier one"),
        (SAME, "same 1:1 1:1 1\n", "an earlier one"),
        (SAME, "same 1:1 1:0\n", "expected 'case' or 'never'"),
        (SAME, "same 1:1 1:6 -1\n", "no such hidden neuron"),
        (SAME, "same 2:0 1:0 -1\n", "no such hidden neuron"),
        (SAME, SAME + "case 1:1\n", "decided already"),
        (SAME, SAME + "never 1 0 1:1 1\n", "of another one"),
        (SAME, SAME + "never 1 0 above 1:1 1\n", "is decided"),
        ("never 1 0 1:1 1\n", "never 1 1 1:1 1\n", "no second neuron"),
        ("never 1 0 1:1 1\n", "never -1 0 1:1 1\n", "not negative"),
        ("never 1 0 1:1 1\n", "never 1 0 1:1 2\n", "no contradiction"),
        ("never 1 0 1:1 1\n", "never 1 0 1:1 -1\n", "positive numbers"),
        ("never 1 0 1:1 1\n", "never 0 0\n", "no contradiction"),
        ("case 1:4\n", "case 1:0\n", "decided already"),
        ("case 1:4\n", "same\n", "expected 'case' or 'never'"),
        ("case 1:4\n", "split 3\n", "expected 'case' or 'never'"),
        ("never 0 0 1:3 1 rows 0 1\n", "never 0 0 1:3 1\n", "no contradiction"),
        ("rows 0 1", "rows 1 1", "does not have"),
        ("rows 0 1", "rows 9 1", "does not have"),
        ("rows 0 1", "rows 0 -1", "positive numbers"),
        ("rows 0 1", "rows 0 1 0 1", "ascending order"),
        ("rows 0 1", "rows 0", "expected pairs"),
        ("rows 0 1", "rows 1:0 1", "natural"),
        ("rows 0 1", "rows 0 1 above", "expected pairs"),
        ("1:3 1 rows 0 1", "rows 0 1 1:3 1", "natural"),
        ("1:2 1 1:3 1", "1:3 1 1:2 1", "ascending order"),
        ("end\n", "never 1 0\nend\n", "line"),
        ("end\n", "same\nend\n", "no branch"),
        ("never 1 0 1:3 1 above 1:2 1\n", "", "a branch of the tree is open"),
    ],
)  # fmt: skip
def test_refusals(old: str, new: str, reason: str) -> None:
    outcome = golden(old, new)
    assert not outcome.accepted and reason in (outcome.reason or ""), outcome.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("never 1 0\n", "never 7/3 0\n"),
        ("never 0 0 1:3 1 rows 0 1\n", "never 0 0 1:3 5/2 rows 0 5/2\n"),
        (SAME, "case 1:0\nsame 1:1 1:0 -1\nsame 1:4 1:0 2\nnever 1 0\nsame 1:1 1:0 -1\n"),
    ],
)
def test_other_true_leaves(old: str, new: str) -> None:
    """What follows a decided neuron has its value: 0 or z."""
    assert golden(old, new).accepted


def test_a_proof_of_one_sign_is_none() -> None:
    """relu(x) is nowhere < 0."""
    relu = Network.dense([([[1]], [0]), ([[1]], [0])])
    zero = Network.dense([([[0]], [0])])
    search = Agreement(Comparison.of(relu, zero))
    *head, _ = search.question()
    head = [*head[1:], "proof", "vanishes"]
    assert not search.run() and search.witness is not None
    for first in ("never 1 0 1:0 1", "never 1 0", "never 1 0 above 1:0 1"):
        lines = [*head, first, "never 1 0 1:0 1", "end"]
        assert not judged(lines).accepted


def test_only_trees_of_this_leaf_have_rows_and_likeness() -> None:
    text = (GOLDEN.parent / "equal-trees.cert").read_text()
    leaf = next(line for line in text.splitlines() if line.startswith("never"))
    for other in (f"{leaf} rows", f"{leaf} rows 0 1", f"same 1:1 1:0 1\n{leaf}"):
        assert not check(io.BytesIO(text.replace(leaf, other, 1).encode())).accepted


# -- SMT-LIB ------------------------------------------------------------------------------------


def test_exported_leaves_are_confirmed() -> None:
    """z3 finds nothing on any branch; it does where a number is changed."""
    text = GOLDEN.read_text()
    assert all_unsat(text)
    for old, new in (("same 1:4 1:0 2", "same 1:4 1:0 3"), ("row 1 0 1", "row 1 0 3")):
        assert not all_unsat(text.replace(old, new, 1))
    moved = text.replace("layer 2\nbias 0 0\nfrom 0\n-1 0", "layer 2\nbias 0 1/9\nfrom 0\n-1 0")
    assert moved != text and not all_unsat(sealed(moved))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("case 1:4\n", "case 1:0\n"),
        ("case 1:4\n", "split 2\n"),
        ("same 1:1 1:0 -1\n", "same 1:0 1:1 -1\n"),
        ("same 1:1 1:0 -1\n", "same 1:1 1:0 0\n"),
        ("same 1:1 1:0 -1\n", "same 1:1 2:0 1\n"),
        ("never 1 0 1:3 1 above 1:2 1\n", ""),
    ],
)
def test_what_is_not_exported(old: str, new: str) -> None:
    with pytest.raises(InputError):
        all_unsat(GOLDEN.read_text().replace(old, new, 1))
