"""The leaf ``vanishes`` of ``equal-on``: what both checkers take and refuse."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from exactrev.checker import check
from tests.damaged_certificates import PROGRAM, disagreement
from tests.vanishing_texts import TEXTS

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")

#: Of a certificate, what is put in the place of a line of it (the first such line after 'proof').
REFUSED = {
    "another multiplier": ("line", "never 1 0 1:1 1", "never 1 0 1:1 2"),
    "a negative multiplier": ("line", "never 1 0 1:1 1", "never 1 0 1:1 -1"),
    "a multiplier that is 0": ("line", "never 1 0 1:1 1", "never 1 0 1:0 0 1:1 1"),
    "a sum that is not 0": ("line", "never 1 0 1:1 1", "never 1 0"),
    "the sum 0 of nothing": ("line", "never 1 0 1:1 1", "never 0 0"),
    "the sum 0 of what is not > 0": ("line", "never 1 0 above 1:1 1", "never 0 0 1:0 1"),
    "a second neuron": ("line", "never 1 0 1:1 1", "never 1 1 1:1 1"),
    "a negative number": ("line", "never 1 0 1:1 1", "never -1 0 1:1 1"),
    "one neuron twice": ("line", "never 1 0 1:1 1", "never 1 0 1:1 1/2 1:1 1/2"),
    "a neuron above that is decided": ("line", "never 1 0 1:1 1", "never 1 0 1:1 1 above 1:0 1"),
    "words at the end of a case": ("line", "case 1:0", "case 1:0 1:1"),
    "words at the end of a leaf": ("line", "never 1 0 1:1 1", "never 1 0 1:1 1 same"),
    "the case of a neuron that is not there": ("line", "case 1:0", "case 1:2"),
    "the case of an output": ("line", "case 1:0", "case 2:0"),
    "words after vanishes": ("line", "vanishes", "vanishes 0"),
    "the other sign first": ("line", "vanishes\ncase 1:0", "vanishes\ncase 1:1"),
    "another step under the leaf": ("line", "case 1:0", "same"),
    "a split under the leaf": ("line", "case 1:0", "split 0"),
    "a leaf under the leaf": ("line", "vanishes", "vanishes\nvanishes"),
    "a line of a tree without the leaf": ("line", "vanishes\n", ""),
    "the trees of one output": ("plane", "case 1:1\nnever 1/2", "end\ncase 1:1\nnever 1/2"),
    "the second output's tree twice": ("plane", "case 1:0\nnever 1 0 1:1 2", "case 1:1\nnever 1"),
    "neurons in descending order": (
        "rows",
        "never 1 0 1:1 1 1:2 1",
        "never 1 0 1:2 1 1:1 1",
    ),
    "rows of a neuron that is not decided": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 2 1"),
    "rows that are not there": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 9 1"),
    "a row of another sign": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 0 -1"),
    "a row times 0": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 0 1 1 0"),
    "a row that leaves something": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 0 1 1 1"),
    "a row twice": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 0 1/2 0 1/2"),
    "rows before above": ("line", "never 1 0 above 1:1 1", "never 1 0 rows above 1:1 1"),
    "nothing above": ("rows", "never 1 0 1:2 1/2", "never 1 0 1:2 1/2 above"),
    "no rows": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 rows 0 1 rows"),
    "above nothing, then rows": ("rows", "0 1:0 1 rows 0 1", "0 1:0 1 above rows 0 1"),
    "rows in descending order": ("split", "1:2 1 rows 2 1", "1:2 1 rows 2 2 0 1"),
    "a neuron that was put away": ("split", "case 1:0", "case 1:1"),
    "a neuron put away in a leaf": ("split", "never 0 0 1:0 1 rows", "never 0 0 1:0 1 1:1 1 rows"),
    "rows of the other side": ("split", "never 0 0 1:0 1 rows 2 1", "never 0 0 1:0 1 rows 1 1"),
    "no trees on the other side": ("split", "vanishes\ncase 1:0\nnever 1 0 1:2", "end\nnever"),
    "the wrong multiple": ("chain", "same 1:1 1:0 -1", "same 1:1 1:0 1"),
    "no multiple of 0": ("chain", "same 1:1 1:0 -1", "same 1:1 1:0 0"),
    "the later neuron second": ("chain", "same 1:1 1:0 -1", "same 1:0 1:1 -1"),
    "a neuron with itself": ("chain", "same 1:1 1:0 -1", "same 1:1 1:1 1"),
    "a multiple too early": ("chain", "same 1:1 1:0 -1\n", ""),
    "a multiple of none": ("chain", "same 1:1 1:0 -1", "same 1:1 -1"),
    "words after a multiple": ("chain", "same 1:1 1:0 -1", "same 1:1 1:0 -1 1"),
    "a multiple twice": ("chain", "same 1:1 1:0 -1", "same 1:1 1:0 -1\nsame 1:1 1:0 -1"),
    "a multiple of an output": ("chain", "same 2:1 2:0 -2", "same 3:0 2:0 -2"),
    "a multiple's case": ("chain", "case 2:0", "case 1:1"),
    "a multiple's value": ("chain", "never 1 0", "never 1 0 2:1 1"),
    "a multiple's value above": ("chain", "never 1 0", "never 1 0 above 2:1 1"),
    "a multiple that is put away": ("scaled", "same 1:3 1:0 1/2", "same 1:4 1:2 1"),
    "a row in the slice that is another": ("slice", "rows 0 1", "rows 0 2"),
}


def accepted(text: str, path: Path) -> bool:
    """The verdict of both checkers on a certificate, which is written at the path."""
    assert not disagreement(text.encode(), path), text
    return check(io.BytesIO(text.encode())).accepted


@pytest.mark.parametrize("name", TEXTS)
def test_proofs_by_hand(name: str, tmp_path: Path) -> None:
    assert accepted(TEXTS[name], tmp_path / "x.cert")


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, tmp_path: Path) -> None:
    name, old, new = REFUSED[case]
    head, proof = TEXTS[name].split("proof\n")
    assert old in proof
    assert not accepted(f"{head}proof\n{proof.replace(old, new, 1)}", tmp_path / "x.cert")


@pytest.mark.parametrize("name", TEXTS)
def test_every_line_of_the_proof_is_needed(name: str, tmp_path: Path) -> None:
    head, proof = TEXTS[name].split("proof\n")
    lines = proof.splitlines(keepends=True)
    for k in range(len(lines)):
        less = "".join([*lines[:k], *lines[k + 1 :]])
        assert not accepted(f"{head}proof\n{less}", tmp_path / "x.cert"), lines[k]


def test_more_rows_than_are_needed(tmp_path: Path) -> None:
    """(1 - x) + (9 - x)/2 + 3 (x - 5)/2 is -2."""
    old, new = "1:3 1 rows 2 1", "1:3 1 rows 0 1/2 2 3/2"
    assert old in TEXTS["split"]
    assert accepted(TEXTS["split"].replace(old, new, 1), tmp_path / "x.cert")
