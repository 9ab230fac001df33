"""The claim ``regions``: what is accepted is counted right, and every broken rule is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exactrev.checker import Outcome, check
from exactrev.network import Layer, Network
from tests.region_proofs import Vector, Writer, box, counts, neurons, unit
from tests.strategies import networks

#: The format's example: hidden layers x, x - 1 and -a_0 + 2 a_1 + 1 where x + 3 > 0.
GOLDEN = Path(__file__).parent / "golden"
LINE = (GOLDEN / "regions.cert").read_text(encoding="ascii")

#: x, y and x + y in the plane, with every face, the norm max(|x|, |y|) <= 2 |x| + 2 |y|.
PLANE_NET = """exactrev-network 1
inputs 2
layer 3
bias 0 0 0
from 0
1 0
0 1
1 1
layer 1
bias 0
from 1
1 1 1
"""
PLANE = """exactrev-certificate 1
semantics real
claim regions A
network A SHA
NETdomain 0
depth 2
norm 0 1
inverse 1 0
inverse 0 1
proof
split 0
split 1
zero 2
cell 1 0 0
on 2 1 0 0 1 1 1
cell 1 0 1
off 2 1 0 0 -1 1 1
cell 1 0 -1
split 1
on 2 1 0 0 1 1 1
cell 1 1 0
on 2 5 2
cell 1 1 1
split 2
cell 1 1 -1
cell 1 2 -1
cell 1 1 -2
split 1
off 2 1 0 0 1 1 -1
cell 1 -1 0
split 2
cell 1 -1 1
cell 1 -1 2
cell 1 -2 1
off 2 5 2
cell 1 -1 -1
count 6 6 1
end
"""


def sealed(text: str, network: str) -> str:
    """The certificate with the network and its sha256 put in."""
    sha = hashlib.sha256(network.encode()).hexdigest()
    return text.replace("NET", network).replace("SHA", sha)


#: x + 2y, x + 2y - 1 and 2x + 4y, where x/2 + y + 7 > 0: only the slice y = 0 needs to be seen.
SLICE_NET = """exactrev-network 1
inputs 2
layer 2
bias 0 -1
from 0
1 2
1 2
layer 1
bias 0
from 0
2 4
layer 1
bias 0
from 1
1 1
"""
SLICE = """exactrev-certificate 1
semantics real
claim regions A
network A SHA
NETdomain 1
row 1/2 1 7
depth 1
norm 1
coordinates 0
inverse 1
proof
split 1
off 2 1 0 1 -1
zero 3
cell 1 0 0
split 2
on 3 1 0 1 2
cell 1 1 0
on 3 1 0 1 2
cell 1 2 0
on 3 1 0 1 2
cell 2 1 0
off 2 3 1
off 3 1 0 1 2
cell 1 -1 0
count 3 2
end
"""
TEXTS = {
    "line": LINE,
    "plane": sealed(PLANE, PLANE_NET),
    "slice": sealed(SLICE, SLICE_NET),
}


def judge(text: str | bytes) -> Outcome:
    return check(io.BytesIO(text.encode() if isinstance(text, str) else text))


def replaced(text: str, old: str, new: str, place: int = 0) -> str:
    """The text with one occurrence of ``old`` replaced; nothing before the domain is touched."""
    head, middle, tail = text.partition("domain ")
    parts = (middle + tail).split(old)
    assert len(parts) > place + 1, f"{old!r} is not there"
    left, right = old.join(parts[: place + 1]), old.join(parts[place + 1 :])
    return head + left + new + right


# -- by hand ---------------------------------------------------------------------------------------


def test_the_claim_states_the_counts() -> None:
    line, plane, across = (judge(TEXTS[name]) for name in TEXTS)
    assert line.accepted, line.reason
    assert plane.accepted, plane.reason
    assert across.accepted, across.reason
    assert "exactly 3 activation regions, 2 faces of codimension 1 in the interior" in across.claim
    assert "exactly 3 activation regions, 2 faces of codimension 1 in the interior" in line.claim
    faces = "exactly 6 activation regions, 6 faces of codimension 1, 1 faces of codimension 2"
    assert faces in plane.claim and "the input space" in plane.claim
    assert re.findall("network A (.*)", TEXTS["plane"])[0] in plane.claim


def test_the_golden_false_neighbour_is_refused() -> None:
    assert "not on the cell's side of row 2" in check(GOLDEN / "regions.refused.cert").reason


def test_the_format_has_the_golden_example() -> None:
    page = GOLDEN.parent.parent / "proofs" / "certificate-format.md"
    assert f"```\n{LINE}```" in page.read_text(encoding="utf-8")


def test_expected_networks() -> None:
    (sha,) = re.findall(r"^network A (\S+)$", LINE, flags=re.M)
    assert check(io.BytesIO(LINE.encode()), (sha, None)).accepted
    for wrong in (("0" * 64, None), (None, sha), (sha, sha)):
        assert "not the expected one" in check(io.BytesIO(LINE.encode()), wrong).reason


ACCEPTED = [
    ("line", "off 2 1 0 1 -1", "off 2 7 0 1 -7"),
    ("line", "off 2 1 0 1 -1", "off 2 1 1"),  # h is 0 on the wall, and -2x afterwards
    ("line", "off 2 3 1", "off 2 1 1"),
    ("line", "off 2 3 1", "off 2 1 0 1 1"),
    ("line", "off 2 3 1", "split 2\nempty 0 1 1 2 1\nempty 0 1 1 2 1"),
    ("line", "cell 2 1\n", "cell 4 2\n"),
    ("line", "cell 2 1\n", "cell 1000 999\n"),
    ("line", "cell 1 -1\n", f"cell {10**30} -{3 * 10**30 - 1}\n"),
    ("line", "inverse 1", "inverse 3/2"),
    ("line", "row 1 3", "row 2/3 2"),
    ("plane", "on 2 5 2", "on 2 1 0 0 1 1 1"),
    ("plane", "on 2 5 2", "on 2 2 1"),
    ("plane", "on 2 5 2", "on 2 3 2"),
    ("plane", "inverse 1 0", "inverse 1 1/2"),
]


@pytest.mark.parametrize(("name", "old", "new"), ACCEPTED)
def test_other_proofs_are_accepted(name: str, old: str, new: str) -> None:
    outcome = judge(replaced(TEXTS[name], old, new))
    assert outcome.accepted, outcome.reason


FAULTS = [
    # what stands before the proof
    ("line", "domain 1\nrow 1 3\n", "", "'domain'|end of the network"),
    ("line", "domain 1\n", "domain\n", "natural"),
    ("line", "domain 1\n", "domain 0\n", "'depth'"),
    ("line", "domain 1\n", "domain 2\n", "'row'"),
    ("line", "domain 1\n", "domain -1\n", "natural"),
    ("line", "domain 1\n", f"domain {10**17}\n", "'row'"),
    ("line", "domain 1\nrow 1 3\n", "domain 0\n", "undecided|decided|first layer|row"),
    ("line", "row 1 3", "row 1", "'row' with 2"),
    ("line", "row 1 3", "row 1 3 0", "'row' with 2"),
    ("line", "row 1 3", "row 2/2 3", "lowest terms"),
    ("line", "row 1 3", "row 1.0 3", "exact numbers"),
    ("line", "row 1 3", "row 0 0", "identically zero"),
    ("line", "row 1 3", "row 0 -1", "interior"),
    ("line", "row 1 3", "row 1 1", "interior"),
    ("line", "depth 1\n", "", "'depth'"),
    ("line", "depth 1\n", "depth 2\n", "more than the number"),
    ("line", "depth 1\n", "depth 01\n", "natural"),
    ("line", "depth 1\n", "depth 0\n", "."),
    ("line", "norm 1\ninverse 1\n", "", "no norm"),
    ("line", "norm 1\n", "", "'proof'"),
    ("line", "inverse 1\n", "", "'inverse'"),
    ("line", "inverse 1\n", "inverse 1\ninverse 1\n", "'proof'"),
    ("line", "inverse 1\n", "inverse 1 1\n", "'inverse' with 1"),
    ("line", "inverse 1\n", "inverse 2/5\n", "near enough"),
    ("line", "inverse 1\n", "inverse 8/5\n", "near enough"),
    ("line", "inverse 1\n", "inverse -1\n", "near enough"),
    ("line", "inverse 1\n", "inverse 0\n", "near enough"),
    ("line", "inverse 1\n", "inverse 1/2\n", "residual"),  # now h is only -x
    ("line", "norm 1\n", "norm 0\n", "residual"),  # now h is 12 + 2x
    ("line", "norm 1\n", "norm 2\n", "."),
    ("line", "norm 1\n", "norm 3\n", "neither the domain nor"),
    ("line", "norm 1\n", "norm 4\n", "neither the domain nor"),
    ("line", "norm 1\n", "norm -1\n", "'?norm"),
    ("line", "norm 1\n", "norm\n", "'proof'"),
    ("line", "norm 1\n", "norm 1 1\n", "at most 1 rows, all"),
    ("plane", "norm 0 1\n", "norm 0 0\n", "at most 2 rows, all"),
    ("plane", "norm 0 1\n", "norm 1 0\n", "near enough"),
    ("plane", "norm 0 1\n", "norm 0 2\n", "near enough"),
    ("plane", "norm 0 1\n", "norm 0 1 2\n", "at most 2 rows, all"),
    ("plane", "norm 0 1\n", "norm 0\n", "coordinates"),
    ("plane", "norm 0 1\n", "norm 0 1\ncoordinates 0 1\n", "'inverse'"),
    ("plane", "inverse 1 0\n", "inverse 1 51/100\n", "near enough"),
    ("plane", "inverse 1 0\n", "inverse 3/4 1/3\n", "near enough"),
    ("plane", "inverse 1 0\ninverse 0 1\n", "inverse 0 1\ninverse 1 0\n", "near enough"),
    # the slice
    ("slice", "coordinates 0\n", "", "coordinates"),
    ("slice", "coordinates 0\n", "coordinates\n", "coordinates"),
    ("slice", "coordinates 0\n", "coordinates 0 1\n", "one coordinate for each"),
    ("slice", "coordinates 0\n", "coordinates 0 0\n", "one coordinate for each"),
    ("slice", "coordinates 0\n", "coordinates 2\n", "no input"),
    ("slice", "coordinates 0\n", "coordinates -1\n", "coordinates"),
    ("slice", "coordinates 0\n", "coordinates 1\n", "near enough"),
    ("slice", "norm 1\n", "norm 3\n", "neither the domain nor"),
    ("slice", "norm 1\ncoordinates 0\ninverse 1\n", "", "no norm"),
    ("slice", "row 1/2 1 7\n", "row 1/2 1/2 7\n", "otherwise"),
    ("slice", "row 1/2 1 7\n", "row 0 1 7\n", "otherwise"),
    ("slice", "cell 2 1 0\n", "cell 2 3 -1\n", "slice"),
    ("slice", "cell 2 1 0\n", "cell 2 0 1\n", "slice"),
    ("slice", "cell 2 1 0\n", "cell 2 1\n", "2 coordinates"),
    ("slice", "cell 1 -1 0\n", "cell 1 -14 0\n", "interior"),
    ("slice", "cell 1 -1 0\n", "cell 1 0 0\n", "not on"),
    ("slice", "off 2 3 1\n", "off 2 4 1\n", "residual"),
    # on and off
    ("line", "off 2 1 0 1 -1\n", "", "first layer"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -1\noff 2 1 0 1 -1\n", "first layer"),
    ("line", "off 2 1 0 1 -1\n", "on 2 1 0 1 1\n", "constant"),
    ("line", "off 2 1 0 1 -1\n", "on 2 1 0 1 -1\n", "residual"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0\n", "residual"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -2\n", "residual"),
    ("line", "off 2 1 0 1 -1\n", "off 2 2 0 1 -1\n", "residual"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 0 1 1 -2\n", "constant"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 0 -1 1 -1\n", "negative"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 0 -1\n", "negative"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -2 1 1\n", "once each"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -1 0 1\n", "once each"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 2 1\n", "does not have"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 3 1\n", "does not have"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 4 1\n", "does not have"),
    ("line", "off 2 1 0 1 -1\n", f"off 2 1 0 {10**30} 1\n", "does not have"),
    ("line", "off 2 1 0 1 -1\n", "off 2 0 0\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 -1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 -1 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -1 0 0\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -01\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 +1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 -0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1/2 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1.0 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1_0 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off  2 1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0 1 -1 \n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 2 1 0  1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 02 1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off -2 1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 1:1 1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "Off 2 1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "\noff 2 1 0 1 -1\n", "expected one of"),
    ("line", "off 2 1 0 1 -1\n", "off 0 1 0 1 -1\n", "first layer"),
    ("line", "off 2 1 0 1 -1\n", "off 1 1 0 1 -1\n", "decided already"),
    ("line", "off 2 1 0 1 -1\n", "on 3 1 0\noff 2 1 0 1 -1\n", "first layer"),
    ("line", "off 2 1 0 1 -1\n", f"off 2 {'9' * 100_001} 0 1 -1\n", "digits"),
    ("line", "on 3 1 0\n", "off 3 1 0\n", "constant"),
    ("line", "on 3 1 0\n", "zero 3\n", "not identically zero"),
    ("line", "on 3 1 0\n", "split 3\n", "does not cut"),
    ("line", "on 3 1 0 2 1\n", "on 3 1 0\n", "residual"),
    ("line", "on 3 1 0 2 1\n", "off 3 1 0 2 1\n", "residual"),
    ("line", "on 3 1 0 2 1\n", "on 3 1 0 2 2\n", "residual"),
    ("line", "on 3 1 0 2 1\n", "on 3 1 0 1 -1\n", "negative"),
    ("plane", "on 2 1 0 0 1 1 1\n", "on 2 1 0 0 1\n", "residual"),
    ("plane", "off 2 1 0 0 -1 1 1\n", "off 2 1 0 0 1 1 1\n", "residual"),
    ("plane", "off 2 1 0 0 1 1 -1\n", "off 2 1 0 0 -1 1 -1\n", "negative"),
    # the residual
    ("line", "split 1\n", "off 2 3 1\nsplit 1\n", "every row of the norm"),
    ("line", "off 2 3 1\n", "off 2 4 1\n", "residual"),
    ("line", "off 2 3 1\n", "off 2 3 0\n", "residual"),
    ("line", "off 2 3 1\n", "off 2 1 2\n", "residual"),
    ("line", "off 2 3 1\n", "off 2 1 1 0 2\n", "constant"),
    ("plane", "on 2 5 2\n", "on 2 6 2\n", "residual"),
    ("plane", "on 2 5 2\n", "on 2 5 1\n", "residual"),
    ("plane", "on 2 5 2\n", "on 2 4 1 0 4\n", "residual"),  # -2x + 2y
    # zero
    ("line", "zero 3\n", "", "undecided"),
    ("line", "zero 3\n", "zero 3\nzero 3\n", "decided already"),
    ("line", "zero 3\n", "on 3 1 0\n", "identically zero"),
    ("line", "zero 3\n", "off 3 1 0\n", "identically zero"),
    ("line", "zero 3\n", "off 3 1 0 2 1\n", "identically zero"),
    ("line", "zero 3\n", "split 3\n", "does not cut"),
    ("line", "zero 3\n", "zero 3 1\n", "expected one of"),
    ("line", "zero 3\n", "zero\n", "expected one of"),
    ("line", "split 1\n", "zero 1\nsplit 2\n", "not identically zero"),
    ("plane", "zero 2\n", "on 2 1 0 0 1 1 1\n", "identically zero"),
    ("plane", "on 2 1 0 0 1 1 1\n", "zero 2\n", "not identically zero"),
    # splits
    ("line", "split 1\n", "split 0\n", "first layer"),
    ("line", "split 1\n", "split 4\n", "first layer"),
    ("line", "split 1\n", "split 3\n", "first layer"),
    ("line", "split 1\n", "split 2\n", "."),
    ("line", "split 1\n", "split 1\nsplit 1\n", "decided already"),
    ("line", "split 1\n", "split 1\nsplit 2\n", "does not cut"),
    ("line", "split 1\n", "split 1 2\n", "expected one of"),
    ("line", "split 1\n", "split -1\n", "expected one of"),
    ("line", "split 1\n", "", "."),
    ("line", "split 2\n", "", "."),
    ("line", "split 2\nzero 3\ncell 1 1\n", "split 2\n", "does not cut"),
    ("plane", "off 2 1 0 0 1 1 -1\n", "split 2\ncell 1 -1 0\n", "."),
    ("plane", "depth 2\n", "depth 1\n", "."),
    ("plane", "on 2 1 0 0 1 1 1\ncell 1 0 1\n", "split 1\n", "decided already"),
    # empty
    ("line", "empty 0 2 1 3 -1\n", "", "not on"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0\n", "contradict"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0 2 1\n", "residual"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0 3 -1\n", "residual"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0 2 1 3 1\n", "residual"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0 2 -1 3 1\n", "negative"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0 1 1 3 -1\n", "constant"),
    ("line", "empty 0 2 1 3 -1\n", "empty 0 3 -1 2 1\n", "once each"),
    ("line", "empty 0 2 1 3 -1\n", "empty 1 2 1 3 -1\n", "residual"),
    ("line", "empty 0 2 1 3 -1\n", "empty 1 2 1 3 -3\n", "constant"),
    ("line", "empty 0 2 1 3 -1\n", "empty\n", "expected one of"),
    ("line", "empty 0 2 1 3 -1\n", "cell 1 1\n", "not on"),
    ("line", "empty 0 2 1 3 -1\n", "cell 1 2\n", "not on"),
    ("line", "empty 0 2 1 3 1\n", "empty 0 2 1 3 -1\n", "negative"),
    ("line", "empty 0 2 1 3 1\n", "cell 1 2\n", "not on"),
    ("line", "cell 1 2\n", "empty 0 2 1 3 -1\n", "negative"),
    ("line", "cell 1 2\n", "empty 0 2 1 3 1\n", "residual"),
    ("line", "cell 1 2\n", "empty 0\n", "contradict"),
    ("plane", "cell 1 0 0\n", "empty 0\n", "contradict"),
    ("plane", "cell 1 0 0\n", "empty 1\n", "contradict"),  # h is 0 there
    ("plane", "cell 1 0 0\n", "empty 5 0 1\n", "contradict"),
    # cells
    ("line", "cell 1 0\n", "cell 1 1\n", "not on"),
    ("line", "cell 1 0\n", f"cell {10**40} 1\n", "not on"),
    ("line", "cell 1 1\n", "cell 1 2\n", "not on"),
    ("line", "cell 1 2\n", "cell 1 1\n", "not on"),
    ("line", "cell 2 1\n", "cell 1 1\n", "not on"),
    ("line", "cell 2 1\n", "cell 1 0\n", "not on"),
    ("line", "cell 2 1\n", "cell 1 2\n", "not on"),
    ("line", "cell 2 1\n", "cell 2 1 0\n", "1 coordinates"),
    ("line", "cell 2 1\n", "cell 2\n", "expected one of"),
    ("line", "cell 2 1\n", "cell 0 1\n", "expected one of"),
    ("line", "cell 2 1\n", "cell -2 -1\n", "expected one of"),
    ("line", "cell 2 1\n", "cell 1 1/2\n", "expected one of"),
    ("line", "cell 2 1\n", "", "."),
    ("line", "cell 2 1\n", "cell 2 1\ncell 2 1\n", "undecided"),
    ("line", "cell 1 -1\n", "cell 1 -3\n", "interior"),
    ("line", "cell 1 -1\n", "cell 1 -4\n", "interior"),
    ("line", "cell 1 -1\n", "cell 1 -0\n", "expected one of"),
    ("line", "cell 1 -1\n", "cell 1 0\n", "not on"),
    ("line", "cell 1 -1\n", "cell 1 -1\ncell 1 -1\n", "no branch"),
    ("line", "cell 1 -1\n", "cell 1 -1\nsplit 1\n", "no branch"),
    ("line", "cell 1 -1\n", "cell 1 -1\nempty 0\n", "no branch"),
    ("line", "cell 1 -1\n", "", "branch of the tree is open"),
    ("plane", "cell 1 2 -1\n", "cell 1 1 -1\n", "not on"),
    ("plane", "cell 1 0 0\n", "cell 1 0\n", "2 coordinates"),
    # the end
    ("line", "count 3 2\n", "count 2 2\n", "found are 3 2"),
    ("line", "count 3 2\n", "count 3 1\n", "found are"),
    ("line", "count 3 2\n", "count 3\n", "found are"),
    ("line", "count 3 2\n", "count 3 2 0\n", "found are"),
    ("line", "count 3 2\n", "count 3 02\n", "expected one of"),
    ("line", "count 3 2\n", "count 3 2\ncount 3 2\n", "may follow 'count'"),
    ("line", "count 3 2\n", "count 3 2\ncell 1 0\n", "may follow 'count'"),
    ("line", "count 3 2\n", "count\n", "expected one of"),
    ("line", "count 3 2\n", "", "missing"),
    ("line", "end\n", "", "before its 'end'"),
    ("line", "end\n", "end\nend\n", "something follows"),
    ("line", "split 1\n", "count 3 2\nsplit 1\n", "branch of the tree is open"),
    ("line", "split 1\n", "match 1:0 1:0 1\nsplit 1\n", "expected one of"),
    ("line", "proof\n", "", "'proof'"),
]


@pytest.mark.parametrize(("name", "old", "new", "reason"), FAULTS)
def test_every_rule_is_judged(name: str, old: str, new: str, reason: str) -> None:
    outcome = judge(replaced(TEXTS[name], old, new))
    assert not outcome.accepted
    assert re.search(reason, outcome.reason), outcome.reason


#: LINE without what it says of the branch where the second neuron is on.
BROKEN_OFF = LINE.replace("split 3\nempty 0 2 1 3 -1\ncell 1 2\nempty 0 2 1 3 1\n", "")


@pytest.mark.parametrize(
    ("leaf", "regions", "open_regions"), [("open", 2, 0), ("open 1 5", 2, 1), ("open 2 3", 2, 1)]
)
def test_a_search_that_was_broken_off_proves_lower_bounds(
    leaf: str, regions: int, open_regions: int
) -> None:
    text = BROKEN_OFF.replace("on 3 1 0 2 1\n", f"{leaf}\non 3 1 0 2 1\n")
    # the two cells 1/2 and -1 are left, and the faces 0 and 1
    outcome = judge(text.replace("count 3 2", f"count {regions} 2"))
    assert outcome.accepted, outcome.reason
    assert f"(with 1 branches left open) at least {regions + open_regions} " in outcome.claim
    assert not judge(text).accepted  # the count is that of the leaves found


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        ("open 1 1", "side of row 2"),  # on the wall
        ("open 2 1", "side of row 2"),
        ("open 1 -4", "interior of the domain"),
        ("open 1 5 5", "1 coordinates"),
        ("open 0 5", "expected one of"),
        ("open -1 -5", "expected one of"),
        ("open ", "expected"),
        ("open 1", "expected one of"),
    ],
)
def test_a_point_that_an_open_leaf_does_not_have_is_refused(leaf: str, reason: str) -> None:
    text = BROKEN_OFF.replace("on 3 1 0 2 1\n", f"{leaf}\non 3 1 0 2 1\n")
    text = text.replace("count 3", "count 2")
    outcome = judge(text)
    assert not outcome.accepted
    assert reason in outcome.reason


@pytest.mark.parametrize("words", ["regions A B", "regions B", "regions", "regions A ", "region A"])
def test_the_claim_line_names_one_network(words: str) -> None:
    text = LINE.replace("claim regions A\n", f"claim {words}\n")
    assert "expected 'claim'" in judge(text).reason


@pytest.mark.parametrize("name", TEXTS)
def test_missing_doubled_and_truncated_lines_are_refused(name: str) -> None:
    lines = TEXTS[name].splitlines(keepends=True)
    for i in range(len(lines)):
        assert not judge("".join(lines[:i] + lines[i + 1 :])).accepted
        assert not judge("".join(lines[: i + 1] + lines[i:])).accepted
        assert not judge("".join(lines[:i])).accepted


@pytest.mark.parametrize("name", TEXTS)
def test_flipped_bits_never_prove_another_claim(name: str) -> None:
    """A changed point or multiplier may do as well; nothing else that is changed is accepted."""
    claim = judge(TEXTS[name]).claim
    raw = TEXTS[name].encode()
    for place in range(len(raw)):
        for bit in range(8):
            damaged = bytearray(raw)
            damaged[place] ^= 1 << bit
            outcome = judge(bytes(damaged))
            if outcome.accepted:
                assert outcome.claim == claim
                start = raw.rindex(b"\n", 0, place) + 1
                assert raw[start:].split()[0] in (b"cell", b"on", b"off", b"row", b"inverse")


def test_gzipped_text_is_the_same_certificate() -> None:
    assert judge(gzip.compress(LINE.encode())) == judge(LINE)


# -- small networks by hand ------------------------------------------------------------------------

HEAD = "exactrev-certificate 1\nsemantics real\nclaim regions A\nnetwork A SHA\nNET"
OUTPUT = "layer 1\nbias 0\n"


def on_the_line(hidden: str, proof: str, domain: str = "domain 0\ndepth 1\n") -> Outcome:
    """The judgement of a proof about a network of one input."""
    network = "exactrev-network 1\ninputs 1\n" + hidden + OUTPUT
    return judge(sealed(f"{HEAD}{domain}proof\n{proof}end\n", network))


def test_a_network_without_hidden_neurons_is_one_region() -> None:
    assert on_the_line("", "cell 1 0\ncount 1 0\n").accepted
    assert "first layer" in on_the_line("", "split 0\ncell 1 0\ncount 1 0\n").reason
    assert not on_the_line("", "empty 0\ncount 0 0\n").accepted
    assert not on_the_line("", "count 0 0\n").accepted


def test_an_empty_domain_has_no_region() -> None:
    empty = "domain 2\nrow 1 0\nrow -1 0\ndepth 0\n"
    assert on_the_line("", "empty 0 0 1 1 1\ncount 0\n", empty).accepted
    assert not on_the_line("", "cell 1 0\ncount 1\n", empty).accepted
    touching = "domain 2\nrow 1 1\nrow -1 0\ndepth 0\n"
    assert not on_the_line("", "empty 0 0 1 1 1\ncount 0\n", touching).accepted


def test_constant_rows_of_the_domain_hold_nowhere_or_everywhere() -> None:
    assert on_the_line("", "cell 1 0\ncount 1\n", "domain 1\nrow 0 1\ndepth 0\n").accepted
    nowhere = "domain 1\nrow 0 -1\ndepth 0\n"
    assert on_the_line("", "empty 0 0 1\ncount 0\n", nowhere).accepted
    assert not on_the_line("", "empty 0 0 1\ncount 0\n", "domain 1\nrow 0 1\ndepth 0\n").accepted


def test_a_zero_neuron_has_no_row() -> None:
    """Its z is not positive: as a row it would make every cell empty."""
    hidden = "layer 2\nbias 0 0\nfrom 0\n0\n1\n"
    proof = "zero 0\nsplit 1\ncell 1 0\ncell 1 1\ncell 1 -1\ncount 2 1\n"
    assert on_the_line(hidden, proof).accepted
    wrong = proof.replace("cell 1 0\n", "empty 0 0 1\n").replace("2 1", "2 0")
    assert "does not have" in on_the_line(hidden, wrong).reason
    assert "identically zero" in on_the_line(hidden, proof.replace("zero 0", "on 0 1 0")).reason
    assert "does not cut" in on_the_line(hidden, proof.replace("zero 0", "split 0")).reason


def test_a_zero_neuron_may_be_a_row_of_the_norm_only_with_an_inverse() -> None:
    hidden = "layer 2\nbias 0 0\nfrom 0\n0\n1\n"
    for inverse in (0, 1, -1, 100):
        header = f"domain 0\ndepth 1\nnorm 0\ninverse {inverse}\n"
        assert "near enough" in on_the_line(hidden, "zero 0\n", header).reason


def test_constant_neurons_are_on_or_off() -> None:
    hidden = "layer 2\nbias 1 -2\n"
    assert on_the_line(hidden, "off 1 1 0\non 0 1 0\ncell 1 0\ncount 1 0\n").accepted
    assert not on_the_line(hidden, "on 1 1 0\non 0 1 0\ncell 1 0\ncount 1 0\n").accepted
    assert not on_the_line(hidden, "off 1 1 0\noff 0 1 0\ncell 1 0\ncount 1 0\n").accepted
    assert "does not cut" in on_the_line(hidden, "split 0\n").reason


def test_layers_without_neurons_and_skip_connections() -> None:
    """Layer 2 is empty; layer 3 reads the input and layer 1: x - a_0, which is 0 where x > 0."""
    first, empty = "layer 1\nbias 0\nfrom 0\n1\n", "layer 0\nbias\n"
    third = "layer 1\nbias 0\nfrom 0\n1\nfrom 1\n-1\n"
    proof = "split 0\nzero 1\ncell 1 0\nzero 1\ncell 1 1\noff 1 1 0 0 1\ncell 1 -1\ncount 2 1\n"
    assert on_the_line(first + empty + third, proof).accepted
    assert on_the_line(empty + first + third.replace("from 1", "from 2"), proof).accepted
    assert not on_the_line(first + empty + third.replace("-1", "-2"), proof).accepted
    assert "first layer" in on_the_line(first + empty + third, "zero 1\n" + proof).reason


def test_forms_of_a_layer_are_those_of_the_current_cell() -> None:
    """Layer 2 is a_0 - 1 on one side and -1 on the other: no form of one side serves the other."""
    hidden = "layer 1\nbias 0\nfrom 0\n1\nlayer 1\nbias -1\nfrom 1\n1\n"
    proof = "split 0\nsplit 1\ncell 1 2\ncell 2 1\noff 1 1 0\ncell 1 -1\ncount 3\n"
    header = "domain 0\ndepth 0\n"
    assert on_the_line(hidden, proof, header).accepted
    twice = "split 0\nsplit 1\ncell 1 2\ncell 2 1\nsplit 1\ncell 1 2\ncell 2 1\ncount 4\n"
    assert "does not cut" in on_the_line(hidden, twice, header).reason
    early = "split 0\noff 1 1 0\ncell 2 1\noff 1 1 0\ncell 1 -1\ncount 2\n"
    assert "residual" in on_the_line(hidden, early, header).reason


def test_the_constants_of_the_norm_count() -> None:
    """Row x - 10 with inverse 1: |x| <= 20 + 2 |x - 10|, so 1 - x is not shown positive there."""
    hidden = "layer 2\nbias -10 1\nfrom 0\n1\n-1\n"
    header = "domain 0\ndepth 0\nnorm 0\ninverse 1\n"
    proof = "split 0\noff 1 {c} {e}{pairs}\ncell 1 11\nsplit 1\ncell 1 0\ncell 1 2\ncount 3\n"
    assert on_the_line(hidden, proof.format(c=1, e=0, pairs=" 0 1"), header).accepted
    assert on_the_line(hidden, proof.format(c=3, e=1, pairs=" 0 1"), header).accepted
    assert "constant" in on_the_line(hidden, proof.format(c=1, e=1, pairs=""), header).reason


def test_the_norm_takes_the_columns_of_the_inverse() -> None:
    """Rows x and y - 2x: |(x, y)| <= 4 |x| + 2 |y - 2x|, which is 2y where both are positive."""
    network = "exactrev-network 1\ninputs 2\nlayer 3\nbias 0 0 0\nfrom 0\n1 0\n-2 1\n0 1\n" + OUTPUT
    header = HEAD + "domain 0\ndepth 0\nnorm 0 1\ninverse 1 0\ninverse 2 1\nproof\n"
    proof = "split 0\nsplit 1\non 2 2 1\ncell 1 1 3\nend\n"
    assert "missing" in judge(sealed(header + proof, network)).reason
    assert "residual" in judge(sealed(header + proof.replace("2 2 1", "2 4 1"), network)).reason


def test_the_walls_are_independent_in_any_order() -> None:
    text = replaced(TEXTS["plane"], "split 0\nsplit 1\nzero 2\n", "split 2\nsplit 0\nzero 1\n")
    start, _, _ = text.partition("on 2 1 0")
    assert "missing" in judge(start + "end\n").reason
    for step in ("split 1", "on 1 1 0 0 1", "off 1 1 0 0 1"):
        assert "line 25" in judge(start.replace("zero 1", step) + "end\n").reason


@pytest.mark.parametrize(("old", "new"), [("1 2\n1 2", "1 2\n1 3"), ("2 4", "2 5"), ("2 4", "0 1")])
def test_every_row_that_reads_the_input_is_spanned(old: str, new: str) -> None:
    """On the slice y = 0 these networks look alike (or are simpler), but they have more regions."""
    outcome = judge(sealed(SLICE, SLICE_NET.replace(old, new)))
    assert "otherwise" in outcome.reason


@pytest.mark.parametrize("coordinates", ["1 0", "0 0", "2 1"])
def test_coordinates_ascend(coordinates: str) -> None:
    network = "exactrev-network 1\ninputs 3\nlayer 2\nbias 0 0\nfrom 0\n1 0 0\n0 1 0\n" + OUTPUT
    header = f"{HEAD}domain 0\ndepth 0\nnorm 0 1\ncoordinates {coordinates}\n"
    rest = "inverse 1 0\ninverse 0 1\nproof\nend\n"
    assert "ascending" in judge(sealed(header + rest, network)).reason
    right = header.replace(coordinates, "0 1")
    assert "missing" in judge(sealed(right + rest, network)).reason


def test_a_deep_tree_needs_no_recursion() -> None:
    """Neurons x, x - 1, x - 2, ...: each splits what is above the ones before."""
    count = 2000
    bias = " ".join(str(-i) for i in range(count))
    hidden = f"layer {count}\nbias {bias}\nfrom 0\n" + "1\n" * count
    down = "".join(f"split {i}\n" for i in range(count))
    outcome = on_the_line(hidden, f"{down}cell 1 {count}\n", "domain 0\ndepth 0\n")
    assert outcome.reason == f"line {2 * count + 16}: the 'count' line is missing"


def test_many_inputs_are_refused_at_once() -> None:
    network = f"exactrev-network 1\ninputs {10**17}\n" + OUTPUT
    outcome = judge(sealed(f"{HEAD}domain 0\ndepth 0\nproof\nempty 0\ncount 0\nend\n", network))
    assert "inputs" in outcome.reason


# -- generated ones --------------------------------------------------------------------------------


@st.composite
def writers(draw: st.DrawFn, in_a_box: bool | None = None) -> Writer:
    """A small network with a domain, a depth, and proofs of several kinds.

    In a box (None: either way) there is a norm.  Three inputs only where there is none.
    """
    in_a_box = draw(st.booleans()) if in_a_box is None else in_a_box
    sizes = {"max_inputs": 2, "max_width": 2} if in_a_box else {"max_inputs": 3, "max_width": 3}
    network = draw(networks(**sizes, max_depth=2 if in_a_box else 3))
    assume(len(neurons(network)) <= (4 if network.inputs < 3 else 3))
    if draw(st.booleans()):
        place = draw(st.integers(0, len(network.hidden)))
        network = with_layer(network, Layer.of({}, []), place)
    n = network.inputs
    depth = draw(st.integers(0, n))
    dice = random.Random(draw(st.integers(0, 10**6)))
    if not in_a_box:
        domain = [[Fraction(draw(st.integers(-2, 2))) for _ in range(n)] + [Fraction(1, 3)]]
        return Writer(network, domain[draw(st.integers(0, 1)) :], depth, dice=dice)
    return Writer(
        network,
        box(n, draw(st.integers(1, 20))),
        depth,
        norm=list(range(n)),
        inverse=[unit(i, n) for i in range(n)],
        bits=draw(st.sampled_from([0, 4, 12, 40])),
        dice=dice,
    )


def with_layer(network: Network, layer: Layer, place: int) -> Network:
    """The network with a layer put in after ``place`` layers, which nothing reads."""
    layers = list(network.layers)
    for i in range(place, len(layers)):
        weights = {s + (s > place): matrix for s, matrix in layers[i].weights}
        layers[i] = Layer(layers[i].bias, tuple(weights.items()))
    layers.insert(place, layer)
    return Network(network.inputs, tuple(layers))


def widened(writer: Writer, place: int, column: Vector) -> list[str]:
    """The certificate of the network that reads x + column t instead of x, t being a new input.

    It is proved on the slice t = 0; the new input has the number ``place``.
    """

    def wide(row: list[Any], new: Any) -> list[Any]:
        return [*row[:place], new, *row[place:]]

    n = writer.network.inputs
    exact = [fmpq(c.numerator, c.denominator) for c in column]
    layers = []
    for layer in writer.network.layers:
        weights = dict(layer.weights)
        if 0 in weights:
            rows = [[weights[0][i, j] for j in range(n)] for i in range(layer.size)]
            new = [sum((w * c for w, c in zip(row, exact, strict=True)), fmpq(0)) for row in rows]
            weights[0] = fmpq_mat([wide(row, v) for row, v in zip(rows, new, strict=True)])
        layers.append(Layer(layer.bias, tuple(weights.items())))
    network = Network(n + 1, tuple(layers))
    lines = list(writer.lines())
    start = next(i for i, line in enumerate(lines) if line.startswith("domain "))
    changed = [*lines[:3], f"network A {network.sha256}", *network.text()]
    for line in lines[start:]:
        word, *tokens = line.split(" ")
        if word == "row":
            row = [Fraction(token) for token in tokens]
            new_entry = sum((a * c for a, c in zip(row, column, strict=False)), Fraction(0))
            changed.append(" ".join(["row", *map(str, wide(row, new_entry))]))
        elif word == "cell":
            changed.append(" ".join(["cell", tokens[0], *wide(tokens[1:], "0")]))
        else:
            changed.append(line)
        if word == "norm":
            others = [j for j in range(n + 1) if j != place]
            changed.append(" ".join(["coordinates", *map(str, others)]))
    return changed


@settings(deadline=None, max_examples=40)
@given(writers(in_a_box=True), st.data())
def test_inputs_that_are_seen_through_others_are_no_matter(
    writer: Writer, data: st.DataObject
) -> None:
    n = writer.network.inputs
    column = [Fraction(data.draw(st.integers(-2, 2)), 3) for _ in range(n)]
    lines = widened(writer, data.draw(st.integers(0, n)), column)
    outcome = judge("".join(line + "\n" for line in lines))
    assert outcome.accepted, outcome.reason
    assert writer.found == counts(writer.network, writer.domain, writer.depth)


def text_of(writer: Writer) -> str:
    return "".join(line + "\n" for line in writer.lines())


@settings(deadline=None, max_examples=60)
@given(writers())
def test_generated_proofs_are_accepted_and_count_right(writer: Writer) -> None:
    text = text_of(writer)
    outcome = judge(text)
    assert outcome.accepted, outcome.reason + "\n" + text
    assert writer.found == counts(writer.network, writer.domain, writer.depth)


@settings(deadline=None, max_examples=60)
@given(writers(), st.randoms(use_true_random=False))
def test_damaged_proofs_never_count_wrong(writer: Writer, dice: random.Random) -> None:
    """Whatever is done to the steps: a tree that is accepted as closed has the true counts.

    The checker names the counts of a closed tree when the 'count' line differs from them.
    """
    lines = text_of(writer).splitlines()
    start = lines.index("proof") + 1
    header, steps, true = lines[:start], lines[start:-2], lines[-2]
    for _ in range(30):
        changed = list(steps)
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            damage(changed, dice)
        for wrong in ("count", true):
            count = true if wrong == true else "count " + " ".join(["999"] * (writer.depth + 1))
            outcome = judge("".join(line + "\n" for line in [*header, *changed, count, "end"]))
            assert "cells found are" not in outcome.reason or wrong != true, outcome.reason
            if "cells found are" in outcome.reason:
                found = re.findall(r"found are (.*)", outcome.reason)[0]
                assert f"count {found}" == true


def damage(steps: list[str], dice: random.Random) -> None:
    """Change one step, or drop, double or move it."""
    i = dice.randrange(len(steps))
    kind = dice.randrange(8)
    tokens = steps[i].split(" ")
    if kind == 0:
        del steps[i]
        steps.append("empty 0") if not steps else None
    elif kind == 1:
        steps.insert(i, steps[dice.randrange(len(steps))])
    elif kind == 2:
        j = dice.randrange(len(steps))
        steps[i], steps[j] = steps[j], steps[i]
    elif kind == 3:
        words = {"on": "off", "off": "on", "split": "zero", "zero": "split"}
        steps[i] = " ".join([words.get(tokens[0], tokens[0]), *tokens[1:]])
    else:
        place = dice.randrange(1, len(tokens))
        value = int(tokens[place])
        tokens[place] = str(dice.choice([value + 1, value - 1, -value, 0, 1, 2 * value]))
        steps[i] = " ".join(tokens)


def test_a_weight_that_the_claim_never_reads_is_in_lowest_terms_too() -> None:
    network = LINE[LINE.index("exactrev-network 1") : LINE.index("domain ")]
    spelt = network.replace("from 2\n1\n", "from 2\n2/2\n")
    assert spelt != network
    shas = [hashlib.sha256(text.encode()).hexdigest() for text in (network, spelt)]
    outcome = judge(LINE.replace(network, spelt).replace(*shas))
    assert not outcome.accepted
    assert "lowest terms" in outcome.reason
