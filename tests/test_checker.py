"""The checker accepts what the format allows and refuses everything else, with a reason."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.checker import Outcome, check
from exactrev.checker.__main__ import main

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
KINDS = ("isomorphic", "equal", "different")
TEXTS = {kind: (GOLDEN / f"{kind}.cert").read_text(encoding="ascii") for kind in KINDS}


def judge(content: str | bytes, expected: tuple[str | None, str | None] | None = None) -> Outcome:
    raw = content.encode() if isinstance(content, str) else content
    return check(io.BytesIO(raw), expected)


def resealed(text: str) -> str:
    """The text with the sha256 of its networks put right, so that deeper faults are reached."""

    def seal(match: re.Match[str]) -> str:
        return f"{match[1]} {hashlib.sha256(match[2].encode()).hexdigest()}\n{match[2]}"

    return re.sub(r"(network [AB]) \S*\n(.*?)(?=network B|proof\n|\Z)", seal, text, flags=re.S)


def replaced(kind: str, old: str, new: str, place: int = 0) -> str:
    """The golden text with one occurrence of ``old`` replaced, resealed."""
    parts = TEXTS[kind].split(old)
    assert len(parts) > place + 1, f"{old!r} is not there"
    left, right = old.join(parts[: place + 1]), old.join(parts[place + 1 :])
    return resealed(left + new + right)


# -- acceptance ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_golden_certificates_are_accepted(kind: str) -> None:
    outcome = judge(TEXTS[kind])
    shas = re.findall(r"^network [AB] (\S+)$", TEXTS[kind], flags=re.M)
    assert outcome.accepted, outcome.reason
    assert outcome.claim.startswith(f"{kind}: ")
    assert outcome.reason == ""
    assert len(shas) == 2 and all(sha in outcome.claim for sha in shas)
    assert resealed(TEXTS[kind]) == TEXTS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_their_false_neighbours_are_refused(kind: str) -> None:
    outcome = check(GOLDEN / f"{kind}.refused.cert")
    assert not outcome.accepted and outcome.claim == "" and outcome.reason


def test_the_examples_of_the_format_are_accepted() -> None:
    page = (ROOT / "proofs" / "certificate-format.md").read_text(encoding="utf-8")
    examples = re.findall(r"```\n(exactrev-certificate 1\n.*?)```", page, flags=re.S)
    assert len(examples) >= 3
    assert all(judge(example).accepted for example in examples)


@pytest.mark.parametrize("kind", KINDS)
def test_gzipped_text_is_the_same_certificate(kind: str) -> None:
    assert judge(gzip.compress(TEXTS[kind].encode())) == judge(TEXTS[kind])


def test_the_given_stream_stays_open() -> None:
    stream = io.BytesIO(TEXTS["equal"].encode())
    check(stream)
    assert not stream.closed


def test_expected_networks() -> None:
    a, b = re.findall(r"^network [AB] (\S+)$", TEXTS["isomorphic"], flags=re.M)
    assert judge(TEXTS["isomorphic"], (a, b)).accepted
    assert judge(TEXTS["isomorphic"], (None, b)).accepted
    assert "network A" in judge(TEXTS["isomorphic"], (b, None)).reason
    assert "network B" in judge(TEXTS["isomorphic"], (a, a)).reason


def test_declared_sizes_cost_nothing_until_they_are_filled() -> None:
    """10^17 inputs of which none is read are legal, and checked at once."""
    net = f"exactrev-network 1\ninputs {10**17}\nlayer 1\nbias 1\n"
    lines = "exactrev-certificate 1\nsemantics real\nclaim equal A B\n"
    text = resealed(f"{lines}network A x\n{net}network B x\n{net}proof\nend\n")
    assert judge(text).accepted


# -- refusals: steps -------------------------------------------------------------------------------

MATCH0, MATCH1 = "match 1:0 1:1 2\n", "match 1:1 1:0 1/3\n"

STEP_FAULTS = [
    # isomorphic
    ("isomorphic", MATCH0 + MATCH1, MATCH1 + MATCH0, "in order"),
    ("isomorphic", MATCH0 + MATCH1, "match 1:0 1:0 2\nmatch 1:1 1:1 1/3\n", "multiple"),
    ("isomorphic", MATCH1, "match 1:1 1:1 1/3\n", "matched already"),
    ("isomorphic", MATCH1, "", "not matched"),
    ("isomorphic", MATCH0 + MATCH1, "", "not matched"),
    ("isomorphic", MATCH1, MATCH1 * 2, "in order"),
    ("isomorphic", MATCH0, MATCH0 * 2, "in order"),
    ("isomorphic", MATCH0, "match 1:0 1:1 0\n", "multiple"),
    ("isomorphic", MATCH0, "match 1:0 1:1 -2\n", "multiple"),
    ("isomorphic", MATCH0, "match 1:0 1:1 1/2\n", "multiple"),
    ("isomorphic", MATCH0, "match 1:0 1:1 2000000000000001/1000000000000000\n", "multiple"),
    ("isomorphic", MATCH0, "match 1:0 1:1 4/2\n", "lowest terms"),
    ("isomorphic", MATCH0, "match 1:0 1:1 2/1\n", "lowest terms"),
    ("isomorphic", MATCH0, "match 1:0 1:1 2.0\n", "exact numbers"),
    ("isomorphic", MATCH0, "match 1:0 1:1 2/0\n", "exact numbers"),
    ("isomorphic", MATCH0, "match 1:0 1:1 nan\n", "exact numbers"),
    ("isomorphic", MATCH0, "match 1:0 1:1\n", "expected 'match'"),
    ("isomorphic", MATCH0, "match 1:0 1:1 2 2\n", "expected 'match'"),
    ("isomorphic", MATCH0, "match 1:0 1:2 2\n", "no such hidden neuron"),
    ("isomorphic", MATCH0, "match 1:2 1:1 2\n", "no such hidden neuron"),
    ("isomorphic", MATCH0, "match 2:0 2:0 1\n", "no such hidden neuron"),
    ("isomorphic", MATCH0, "match 0:0 0:1 1\n", "no such hidden neuron"),
    ("isomorphic", MATCH0, "match 1:0 2:0 2\n", "layer by layer"),
    ("isomorphic", MATCH0, "match 1:00 1:1 2\n", "natural number"),
    ("isomorphic", MATCH0, "match 1:-1 1:1 2\n", "natural number"),
    ("isomorphic", MATCH0, "match 1: 1:1 2\n", "natural number"),
    ("isomorphic", MATCH0, "match 1:0:0 1:1 2\n", "natural number"),
    ("isomorphic", MATCH0, "match 10 1:1 2\n", "layer by layer"),
    ("isomorphic", MATCH0, "Match 1:0 1:1 2\n", "expected 'match'"),
    ("isomorphic", MATCH0, "unread A 1:0\n" + MATCH0, "expected 'match'"),
    ("isomorphic", MATCH0, "\n" + MATCH0, "expected 'match'"),
    ("isomorphic", MATCH0, " " + MATCH0, "expected 'match'"),
    ("isomorphic", MATCH0, MATCH0.replace("\n", " \n"), "expected 'match'"),
    ("isomorphic", MATCH0, MATCH0.replace(" ", "  ", 1), "expected 'match'"),
    ("isomorphic", MATCH0, MATCH0.replace(" ", "\t", 1), "expected 'match'"),
    # the networks themselves
    ("isomorphic", "bias 1 -1/2", "bias 2 -1/2", "multiple"),
    ("isomorphic", "0 3/4", "1 3/4", "multiple"),
    ("isomorphic", "0 3/4", "0 0", "multiple"),
    ("isomorphic", "1/3 -2/3", "1/3 2/3", "multiple"),
    ("isomorphic", "5 -7", "5 -8", "output 0"),
    ("isomorphic", "5 -7", "0 -7", "output 0"),
    ("isomorphic", "from 1\n5 -7\n", "", "output 0"),
    ("isomorphic", "bias 2\n", "bias 3\n", "output 0"),
    ("isomorphic", "1/3 0\n", "1/4 0\n", "output 0"),
    ("isomorphic", "-7/2 15\n", "-7/2 15\nlayer 1\nbias 0\nfrom 2\n1\n", "differ in depth"),
    # equal
    ("equal", "off A 2:0\n", "", "multiple|not matched|show"),
    ("equal", "off A 2:0\n", "off A 2:0\noff A 2:0\n", "removed"),
    ("equal", "off A 2:0\n", "off B 2:0\n", "no such hidden neuron"),
    ("equal", "off A 2:0\n", "off C 2:0\n", "on network A or B"),
    ("equal", "off A 2:0\n", "off A\n", "expected a step"),
    ("equal", "off A 2:0\n", "off\n", "expected a step"),
    ("equal", "off A 2:0\n", "off A 2:0 1\n", "expected a step"),
    ("equal", "off A 2:0\n", "drop A 2:0\n", "expected a step"),
    ("equal", "off A 2:0\n", "on A 2:0\n", "always on"),
    ("equal", "off A 2:0\n", "unread A 2:0\n", "has a reader"),
    ("equal", "off A 2:0\n", "off A 1:0\n", "always off"),
    ("equal", "off A 2:0\n", "off A 3:0\n", "no such hidden neuron"),
    ("equal", "on A 1:3\n", "off A 1:3\n", "always off"),
    ("equal", "on A 1:3\n", "on A 1:0\n", "always on"),
    ("equal", "on A 1:3\n", "", "not matched|row"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:1 1:0 -2\n", "positive multiple"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:1 1:0 0\n", "positive multiple"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:1 1:0 1/2\n", "positive multiple"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:0 1:1 2\n", "positive multiple"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:0 1:0 1\n", "another one"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:2 1:0 1\n", "positive multiple"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:2 1:0 -1\n", "positive multiple"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:1 1:3 2\n", "removed"),
    ("equal", "merge A 1:1 1:0 2\n", "merge A 1:1 1:0\n", "expected a step"),
    ("equal", "flip A 1:2\n", "", "positive multiple"),
    ("equal", "flip A 1:2\n", "flip A 1:2\nflip A 1:2\n", "positive multiple"),
    ("equal", "flip A 1:2\n", "flip A 1:1\n", "removed"),
    ("equal", "unread A 1:4\n", "", "not matched"),
    ("equal", "unread A 1:4\n", "unread A 1:0\n", "has a reader"),
    ("equal", "unread A 1:4\n", "unread A 1:4\nunread A 1:4\n", "removed"),
    ("equal", "match 1:0 1:0 2\n", "match 1:0 1:1 2\n", "removed"),
    ("equal", "match 1:0 1:0 2\n", "match 1:0 1:0 3\n", "multiple"),
    ("equal", "match 1:0 1:0 2\n", "", "not matched"),
    ("equal", "match 1:0 1:0 2\n", "match 1:0 1:0 2\nflip A 1:0\n", "may follow a 'match'"),
    ("equal", "match 1:0 1:0 2\n", "point 1\n", "on network A or B"),
    ("equal", "\n9\n", "\n-9\n", "accepted"),  # off neurons may have any outgoing weight
    ("equal", "bias -1\n", "bias 1\n", "always off"),
    ("equal", "bias 0 0 0 3 -1\n", "bias 0 0 0 4 -1\n", "output 0"),
    # different
    ("different", "point 1/2\n", "", "'point'"),
    ("different", "point 1/2\n", "point 1/2 0\n", "'point'"),
    ("different", "point 1/2\n", "point\n", "'point'"),
    ("different", "point 1/2\n", "point 1/2\npoint 1/2\n", "'output A'"),
    ("different", "point 1/2\n", "point 1/3\n", "stated outputs"),
    ("different", "output A 0\n", "output A 1\n", "stated outputs"),
    ("different", "output A 0\n", "output A 0 0\n", "'output A'"),
    ("different", "output A 0\n", "output B 1/2\n", "'output A'"),
    ("different", "output A 0\n", "", "'output A'"),
    ("different", "output B 1/2\n", "", "both outputs"),
    ("different", "output B 1/2\n", "output B 0\n", "stated outputs"),
    ("different", "output B 1/2\n", "output B 2/4\n", "lowest terms"),
    ("different", "output B 1/2\n", "output B 1/2\noutput B 1/2\n", "no step may follow"),
    ("different", "output A 0\noutput B 1/2\n", "end\n", "both outputs"),
]


@pytest.mark.parametrize(("kind", "old", "new", "reason"), STEP_FAULTS)
def test_steps_are_judged(kind: str, old: str, new: str, reason: str) -> None:
    outcome = judge(replaced(kind, old, new))
    assert re.search(reason, "accepted" if outcome.accepted else outcome.reason)


# -- refusals: the frame and the networks ----------------------------------------------------------

FRAME_FAULTS = [
    ("exactrev-certificate 1\n", "exactrev-certificate 2\n", "expected the line"),
    ("exactrev-certificate 1\n", "exactrev-certificate 1\r\n", "expected the line"),
    ("exactrev-certificate 1\n", "\ufeffexactrev-certificate 1\n", "ASCII"),
    ("exactrev-certificate 1\n", "", "expected the line"),
    ("semantics real\n", "semantics float64\n", "expected the line"),
    ("semantics real\n", "", "expected the line"),
    ("claim isomorphic A B\n", "claim isomorphic B A\n", "expected 'claim'"),
    ("claim isomorphic A B\n", "claim isomorphic A\n", "expected 'claim'"),
    ("claim isomorphic A B\n", "claim isomorphic A B C\n", "expected 'claim'"),
    ("claim isomorphic A B\n", "claim similar A B\n", "expected 'claim'"),
    ("claim isomorphic A B\n", "claim\n", "expected 'claim'"),
    ("claim isomorphic A B\n", "claim different A B\n", "'point'"),
    ("claim isomorphic A B\n", "", "expected 'claim'"),
    ("proof\n", "", "end of the network"),
    ("proof\n", "proof\nproof\n", "expected 'match'"),
    ("end\n", "", "before its 'end'"),
    ("end\n", "end", "line feed"),
    ("end\n", "end\nend\n", "something follows"),
    ("end\n", "end\n\n", "something follows"),
    ("end\n", "end \n", "expected 'match'"),
    ("network B", "network A", "sha256"),
    ("exactrev-network 1\n", "exactrev-network 2\n", "exactrev-network 1"),
    ("exactrev-network 1\n", "", "exactrev-network 1"),
    ("inputs 2\n", "", "'inputs'"),
    ("inputs 2\n", "inputs 3\n", "row of 3 weights"),
    ("inputs 2\n", "inputs 0\n", "row of 0 weights"),
    ("inputs 2\n", "inputs -2\n", "natural"),
    ("inputs 2\n", "inputs 02\n", "natural"),
    ("inputs 2\n", "inputs 2 2\n", "natural"),
    ("inputs 2\n", "inputs\n", "natural"),
    ("inputs 2\n", f"inputs {10**18}\n", "natural"),
    ("inputs 2\n", f"inputs {10**17}\n", "weights"),
    ("layer 2\n", "layer 3\n", "'bias' with 3"),
    ("layer 2\n", "layer 1\n", "'bias' with 1"),
    ("layer 2\n", "layer 0\n", "'bias' with 0"),
    ("layer 2\n", f"layer {10**17}\n", "'bias' with 1000"),
    ("layer 2\n", "layer two\n", "natural"),
    ("layer 2\n", "layer 2\nlayer 2\n", "'bias'"),
    ("bias 1 -1/2\n", "bias 1\n", "'bias' with 2"),
    ("bias 1 -1/2\n", "bias 1 -1/2 0\n", "'bias' with 2"),
    ("bias 1 -1/2\n", "", "'bias' with 2"),
    ("bias 1 -1/2\n", "bias 1 -1/2\nbias 1 -1/2\n", "end of the network"),
    ("bias 1 -1/2\n", "bias 1 -2/4\n", "lowest terms"),
    ("bias 1 -1/2\n", "bias 1 1/-2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 1 -0\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 01 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias +1 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 1_0 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 1e3 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias inf -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 1/0 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 0/2 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 1/1 -1/2\n", "lowest terms"),
    ("bias 1 -1/2\n", "bias 1/02 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias 1/2/3 -1/2\n", "exact numbers"),
    ("bias 1 -1/2\n", "bias \u0661 -1/2\n", "ASCII"),
    ("bias 1 -1/2\n", "bias 1  -1/2\n", "'bias' with 2"),
    ("bias 1 -1/2\n", "bias 1 -1/2 \n", "'bias' with 2"),
    ("bias 1 -1/2\n", "bias 1 -1/2\r\n", "exact numbers"),
    ("1 -2\n", "", "row|exact numbers"),
    ("1 -2\n", "1 -2\n1 -2\n", "end of the network"),
    ("1 -2\n", "1 -2 0\n", "row of 2"),
    ("1 -2\n", "1\n", "row of 2"),
    ("1 -2\n", "1 -2.0\n", "exact numbers"),
    ("1 -2\n0 3/4\n", "0 0\n0 0\n", "entirely zero"),
    ("from 1\n", "from 2\n", "earlier layers"),
    ("from 1\n", "from 3\n", "earlier layers"),
    ("from 1\n", "from 0\n", "earlier layers"),
    ("from 1\n", "from x\n", "natural"),
    ("from 1\n", "from\n", "end of the network"),
    ("from 0\n1/3 0\nfrom 1\n5 -7\n", "from 1\n5 -7\nfrom 0\n1/3 0\n", "earlier layers"),
]


@pytest.mark.parametrize(("old", "new", "reason"), FRAME_FAULTS)
def test_the_frame_and_the_networks_are_judged(old: str, new: str, reason: str) -> None:
    outcome = judge(replaced("isomorphic", old, new))
    assert not outcome.accepted
    assert re.search(reason, outcome.reason)
    assert "\n" not in outcome.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_sha256_is_refused(kind: str) -> None:
    text = TEXTS[kind]
    for sha in re.findall(r"^network [AB] (\S+)$", text, flags=re.M):
        for wrong in ("0" * 64, sha.upper(), sha[:-1], sha + "0", ""):
            assert not judge(text.replace(sha, wrong)).accepted
    assert "sha256" in judge(text.replace("bias 0", "bias 1").replace("bias 2", "bias 3")).reason


def test_networks_of_other_dimensions_are_refused() -> None:
    text = TEXTS["different"]
    two = text.replace("inputs 1", "inputs 2", 1).replace("from 0\n2\n", "from 0\n2 0\n", 1)
    assert "inputs or outputs" in judge(resealed(two)).reason
    wide = text.replace("layer 1\nbias -1\nfrom 1\n1", "layer 2\nbias -1 0\nfrom 1\n1\n0", 1)
    assert "inputs or outputs" in judge(resealed(wide)).reason


@pytest.mark.parametrize(
    "network", ["exactrev-network 1\ninputs 1\n", "exactrev-network 1\ninputs 1\nlayer 0\nbias\n"]
)
def test_networks_without_output_are_refused(network: str) -> None:
    head = "exactrev-certificate 1\nsemantics real\nclaim equal A B\n"
    text = f"{head}network A x\n{network}network B x\n{network}proof\nend\n"
    assert "an output" in judge(resealed(text)).reason


def test_a_merge_into_a_later_layer_is_refused() -> None:
    """It could make a neuron read itself."""
    net = (
        "exactrev-network 1\ninputs 1\nlayer 1\nbias 1\nfrom 0\n1\n"
        "layer 2\nbias 1 0\nfrom 0\n1\n0\nfrom 1\n0\n1\nlayer 1\nbias 0\nfrom 2\n1 1\n"
    )
    head = "exactrev-certificate 1\nsemantics real\nclaim equal A B\n"
    frame = f"{head}network A x\n{net}network B x\n{net}proof\n%send\n"
    assert "earlier layer" in judge(resealed(frame % "merge A 1:0 2:0 1\n")).reason
    both = "".join(f"merge {name} 2:0 1:0 1\n" for name in "AB")
    matches = "match 1:0 1:0 1\nmatch 2:1 2:1 1\n"
    assert judge(resealed(frame % (both + matches))).accepted


# -- refusals: damage ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_truncation_anywhere_is_refused(kind: str) -> None:
    raw = TEXTS[kind].encode()
    for length in range(len(raw)):
        assert not judge(raw[:length]).accepted


@pytest.mark.parametrize("kind", KINDS)
def test_every_missing_doubled_or_moved_line_is_refused(kind: str) -> None:
    lines = TEXTS[kind].splitlines(keepends=True)
    for i in range(len(lines)):
        assert not judge("".join(lines[:i] + lines[i + 1 :])).accepted
        assert not judge("".join(lines[: i + 1] + lines[i:])).accepted
        if i and lines[i] != lines[i - 1]:
            swapped = [*lines[: i - 1], lines[i], lines[i - 1], *lines[i + 1 :]]
            independent = {"off", "on", "merge", "flip", "unread"}
            steps = {line.split()[0] for line in lines[i - 1 : i + 1]}
            assert steps <= independent or not judge("".join(swapped)).accepted


@pytest.mark.parametrize("kind", KINDS)
def test_every_flipped_bit_is_refused(kind: str) -> None:
    raw = TEXTS[kind].encode()
    for place in range(len(raw)):
        for bit in range(8):
            damaged = bytearray(raw)
            damaged[place] ^= 1 << bit
            assert not judge(bytes(damaged)).accepted, (place, bit)


def test_damaged_gzip_is_refused_or_the_same_text() -> None:
    raw = gzip.compress(TEXTS["different"].encode(), mtime=0)
    for place in range(len(raw)):
        for bit in range(8):
            damaged = bytearray(raw)
            damaged[place] ^= 1 << bit
            outcome = judge(bytes(damaged))
            if outcome.accepted:
                assert gzip.decompress(bytes(damaged)) == TEXTS["different"].encode()
    for length in range(len(raw)):
        assert not judge(raw[:length]).accepted
    assert not judge(raw + b"more").accepted
    assert not judge(raw + raw).accepted


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\x00" * 100,
        b"\x1f\x8b",
        b"\x1f\x8b" + b"\xff" * 50,
        b"\x89PNG\r\n\x1a\n",
        b"{" * 100_000,
        b'{"format": "exactrev-network", "version": 1, "layers": []}',
        b"exactrev-network 1\ninputs 1\n",
        b"exactrev-certificate",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"exactrev", mtime=0),
        gzip.compress(gzip.compress(TEXTS["equal"].encode(), mtime=0), mtime=0),
    ],
)
def test_foreign_files_are_refused(content: bytes) -> None:
    assert not judge(content).accepted


def test_huge_numbers_are_refused_or_computed() -> None:
    before = sys.get_int_max_str_digits()
    long = "1" + "0" * 100_000
    assert "digits" in judge(replaced("different", "point 1/2", f"point {long}")).reason
    assert "digits" in judge(replaced("different", "point 1/2", f"point 1/{long}")).reason
    assert "digits" in judge(replaced("isomorphic", "bias 1 -1/2", f"bias {long} -1/2")).reason
    fine = replaced(
        "different",
        "point 1/2\noutput A 0\noutput B 1/2",
        f"point 1{'0' * 90_000}\noutput A 1{'9' * 90_000}\noutput B 2{'9' * 90_000}",
    )
    assert judge(fine).accepted
    assert sys.get_int_max_str_digits() == before


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(KINDS), st.data())
def test_random_damage_never_raises_nor_proves_another_claim(
    kind: str, data: st.DataObject
) -> None:
    """Networks resealed, so that damage reaches past the hash; what is accepted is then true."""
    raw = TEXTS[kind]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 4))
        raw = (
            raw[:place] + data.draw(st.text("0123 /-:\nABend", max_size=4)) + raw[place + length :]
        )
    outcome = judge(raw)
    assert not outcome.accepted or outcome.claim == judge(TEXTS[kind]).claim
    judge(resealed(raw))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    if not content.startswith(b"\x28\xb5\x2f\xfd"):
        assert not judge(content).accepted


# -- the program -----------------------------------------------------------------------------------


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(GOLDEN / "equal.cert")]) == 0
    assert capsys.readouterr().out.startswith("accepted equal: ")
    assert main([str(GOLDEN / "equal.refused.cert")]) == 1
    assert capsys.readouterr().out.startswith("rejected line ")
    assert main([str(GOLDEN / "equal.cert"), "--sha256-a", "0" * 64]) == 1
    capsys.readouterr()
    for unreadable in (tmp_path, tmp_path / "absent", "a\x00b"):
        assert main([str(unreadable)]) == 2
        printed = capsys.readouterr()
        assert printed.out == "" and printed.err.count("\n") == 1
    with pytest.raises(SystemExit) as usage:
        main([])
    assert usage.value.code == 2


def test_zstd_says_how_to_decompress(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.cert.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd" + b"0" * 20)
    assert main([str(path)]) == 2
    assert "zstd -d" in capsys.readouterr().err


ALONE = """
import importlib.machinery, runpy, sys
sys.path.insert(0, sys.argv[1])

class OnlyStandard:
    def find_spec(self, name, path=None, target=None):
        ours = name == "exactrev" or name.split(".")[:2] == ["exactrev", "checker"]
        if not ours and name.split(".")[0] not in sys.stdlib_module_names:
            raise ImportError("not of the standard library: " + name)

sys.meta_path.insert(0, OnlyStandard())
sys.argv = ["checker", sys.argv[2]]
try:
    runpy.run_module("exactrev.checker", run_name="__main__")
finally:
    ours = sorted(m for m in sys.modules if m.split(".")[0] == "exactrev")
    assert all(m == "exactrev" or m.startswith("exactrev.checker") for m in ours), ours
    assert not {"numpy", "flint"} & set(sys.modules)
"""


@pytest.mark.parametrize(
    ("name", "code"), [("equal", 0), ("equal.refused", 1), ("regions", 0), ("regions.refused", 1)]
)
def test_it_runs_alone(name: str, code: int) -> None:
    """No site-packages (-I -S), and nothing importable but the standard library and itself."""
    command = [sys.executable, "-I", "-S", "-c", ALONE, str(ROOT), str(GOLDEN / f"{name}.cert")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith("accepted" if code == 0 else "rejected")
    assert done.stderr == ""
