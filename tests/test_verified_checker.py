"""The checker proved in Coq gives the Python checker's verdict on certificates, true and damaged.

It is built by ``make -C proofs/coq``; where it was not, these tests are skipped.  Of the damaged
certificates a sample is compared here, all of them by ``python -m tests.damaged_certificates``.
"""

from __future__ import annotations

import gzip
import random
import re
import subprocess
from pathlib import Path

import pytest

from exactrev.checker.__main__ import main as python_checker
from tests import test_checker as two
from tests import test_checker_apart as apart
from tests import test_checker_regions as one
from tests.damaged_certificates import GOLDEN, KINDS, PROGRAM, TRUE, damages, disagreement

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")


def verdicts(
    content: str | bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[str, str]:
    """What the Python and the verified checker print about a file, after the same exit code."""
    path = tmp_path / "x.cert"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    code = python_checker([str(path), *options])
    python = capsys.readouterr().out
    done = subprocess.run(
        [PROGRAM, *options, path], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, (python, done.stdout, done.stderr)
    return python, done.stdout


# -- acceptance ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_golden_certificates(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    python, verified = verdicts((GOLDEN / f"{kind}.cert").read_bytes(), tmp_path, capsys)
    accepted = f"accepted {re.sub('-(boxes|cancels|flat|polyhedron|trees|vanishes)$', '', kind)}: "
    assert python.startswith(accepted) and verified.startswith(accepted)
    assert python == verified
    python, verified = verdicts((GOLDEN / f"{kind}.refused.cert").read_bytes(), tmp_path, capsys)
    assert python.startswith("rejected ") and verified.startswith("rejected ")


@pytest.mark.parametrize("name", TRUE)
def test_gzip(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = gzip.compress(TRUE[name].encode())
    assert verdicts(raw, tmp_path, capsys)[1].startswith("accepted ")
    for damaged in (raw[:-1], raw[:30], raw[:40] + bytes([raw[40] ^ 1]) + raw[41:], raw + b"more"):
        assert verdicts(damaged, tmp_path, capsys)[1].startswith("rejected ")


def test_expected_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TRUE["equal"]
    a, b = re.findall(r"^network [AB] (\S+)$", text, flags=re.M)
    assert verdicts(text, tmp_path, capsys, "--sha256-a", a, "--sha256-b", b)[1][0] == "a"
    for options in (["--sha256-a", b], ["--sha256-b", a]):
        assert verdicts(text, tmp_path, capsys, *options)[1][0] == "r"
    assert verdicts(TRUE["regions"], tmp_path, capsys, "--sha256-b", a)[1][0] == "r"
    single = TRUE["satisfied"]
    (a,) = re.findall(r"^network A (\S+)$", single, flags=re.M)
    assert verdicts(single, tmp_path, capsys, "--sha256-a", a)[1][0] == "a"
    assert verdicts(single, tmp_path, capsys, "--sha256-b", a)[1][0] == "r"


@pytest.mark.parametrize(("name", "old", "new"), one.ACCEPTED)
def test_other_true_proofs(
    name: str, old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = one.replaced(one.TEXTS[name], old, new)
    assert verdicts(text, tmp_path, capsys)[1].startswith("accepted ")


def test_a_branch_left_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for leaf in ("open", "open 1 5", "open 1 -5", "open 0 5", "open 1 5 0", "open 1"):
        text = one.BROKEN_OFF.replace("on 3 1 0 2 1\n", f"{leaf}\non 3 1 0 2 1\n")
        verdicts(text.replace("count 3 2", "count 2 2"), tmp_path, capsys)


# -- damage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "old", "new", "_"), two.STEP_FAULTS)
def test_steps(
    kind: str, old: str, new: str, _: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts(two.replaced(kind, old, new), tmp_path, capsys)


@pytest.mark.parametrize(("old", "new", "_"), two.FRAME_FAULTS)
def test_frames_and_networks(
    old: str, new: str, _: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts(two.replaced("isomorphic", old, new), tmp_path, capsys)


@pytest.mark.parametrize(("name", "old", "new", "_"), one.FAULTS)
def test_trees(
    name: str, old: str, new: str, _: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts(one.replaced(one.TEXTS[name], old, new), tmp_path, capsys)


@pytest.mark.parametrize(("kind", "old", "new", "_"), [*apart.ACCEPTED, *apart.REFUSED])
def test_differences(
    kind: str, old: str, new: str, _: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts(apart.replaced(kind, old, new), tmp_path, capsys)


@pytest.mark.parametrize("name", TRUE)
def test_a_sample_of_damage(name: str, tmp_path: Path) -> None:
    sample = random.Random(name).sample(damages(name), 40)
    for text in sample:
        assert not disagreement(text.encode(), tmp_path / "x.cert"), text


def test_claims_have_enough_damage() -> None:
    assert all(len(damages(name)) > 150 for name in TRUE)
    assert sum(len(damages(name)) for name in TRUE) > 4000
