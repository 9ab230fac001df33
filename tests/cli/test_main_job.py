"""The main job through the command line: recover, check the certificate, compare."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

import exactrev
from benchmarks.networks import gaussian
from tests.cli.said import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["iris.npz", "wine.npz", "diabetes.npz"])
def test_a_trained_network_is_recovered_and_certified(
    run: Run, tmp_path: Path, name: str
) -> None:
    network = ROOT / "examples" / "trained" / name
    out, certificate = tmp_path / "found.json", tmp_path / "found.cert.gz"
    said = run("recover", network, "--output", out, "--certificate", certificate, "--json")
    facts = said.json
    assert (said.code, facts["verdict"], facts["isomorphic"]) == (0, "recovered", True)
    assert tuple(facts["architecture"]) == exactrev.read_network(network).architecture
    assert facts["architecture"][1:-1] == facts["neurons"]
    assert facts["unresolved"] == []
    checked = run("check", certificate, "--network", network, "--network", out)
    assert (checked.code, checked.verdict) == (0, "accepted")
    assert run("equiv", network, out).verdict == "isomorphic"
    hashes = [run("info", path, "--json").json["canonical_sha256"] for path in (network, out)]
    assert hashes[0] == hashes[1]


def test_the_certificate_is_bound_to_the_network(run: Run, tmp_path: Path) -> None:
    trained = ROOT / "examples" / "trained"
    certificate = tmp_path / "found.cert"
    run("recover", trained / "iris.npz", "--certificate", certificate)
    assert run("check", certificate, "--network", trained / "wine.npz").verdict == "rejected"


def test_the_same_seed_gives_the_same_bytes(run: Run, small: Path, tmp_path: Path) -> None:
    outs = [tmp_path / f"{number}.json" for number in range(2)]
    for out in outs:
        run("recover", small, "--seed", 3, "--output", out)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_the_query_limit_is_kept(run: Run) -> None:
    network = ROOT / "examples" / "trained" / "diabetes.npz"
    said = run("recover", network, "--max-queries", 40, "--json")
    assert (said.code, said.json["verdict"]) == (3, "partial")
    assert said.json["queries"] <= 40
    assert not said.json["isomorphic"]
    assert said.json["unresolved"]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A network that takes far longer than a second."""
    path = tmp_path / "large.json"
    exactrev.write_network(gaussian((10, 20, 20, 20, 20, 1), 0), path)
    return path


def test_the_time_limit_is_kept(run: Run, large: Path) -> None:
    start = time.monotonic()
    said = run("recover", large, "--timeout", 1, "--json")
    assert time.monotonic() - start < 30
    assert (said.code, said.json["verdict"]) == (3, "partial")
    assert said.json["unresolved"]


def _heed_interrupts() -> None:
    """Undo what a shell does to processes that it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_cleanly(large: Path) -> None:
    command = [sys.executable, "-m", "exactrev", "recover", str(large), "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True,
        preexec_fn=_heed_interrupts,
    )  # fmt: skip
    assert process.stderr is not None
    assert "queries" in process.stderr.readline()  # the search has begun
    time.sleep(1.0)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert '"verdict": "partial"' in out and out.count("\n") == 1
    assert "Traceback" not in err


def test_a_function_is_recovered_unproved(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "examples")
    monkeypatch.setattr("sys.path", list(sys.path))
    out = tmp_path / "found.json"
    said = run("recover", "--oracle", "recover_callable:secret", "--inputs", 3, "--json",
               "--output", out)
    assert (said.json["proof"], said.json["isomorphic"]) == ("unproved", False)
    assert said.json["architecture"] == [3, 4, 1]
    from recover_callable import secret

    point = ["7/3", "-5", "11/13"]
    expected = secret([Fraction(x) for x in point])
    found = exactrev.read_network(out)(point)
    assert [str(y) for y in found] == [str(y) for y in expected]
