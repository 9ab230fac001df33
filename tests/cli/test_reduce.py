"""``exactrev reduce``: a smaller network, a certificate, faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.said import Run

Write = Callable[..., Path]
# 2 relu(x) + 5 relu(-x), both by way of a neuron that is always on
REDUNDANT: Any = (([["1"], ["-1"]], ["0", "0"]), ([["2", "5"]], ["1"]), ([["3"]], ["0"]))


def test_the_result_is_written_and_proved(run: Run, tmp_path: Path, write_json: Write) -> None:
    network, out, proof = write_json("net.json", *REDUNDANT), tmp_path / "o.json", tmp_path / "c"
    said = run("reduce", network, "-o", out, "--certificate", proof, "--json")
    assert said.code == 0 and said.json["verdict"] == "reduced" and said.json["irreducible"]
    assert (said.json["original"], said.json["architecture"]) == ([1, 2, 1, 1], [1, 1, 1])
    assert said.json["removed"] == 2
    assert run("equiv", network, out).verdict == "equal"
    assert run("check", proof, "--network", network, "--network", out).verdict == "accepted"
    assert run("reduce", out, "-o", tmp_path / "again.json", "--json").json["removed"] == 0


def test_faults(run: Run, tmp_path: Path, write_json: Write) -> None:
    network = write_json("net.json", *REDUNDANT)
    run("reduce", network, "-o", network).assert_bad_input("overwrite")
    run("reduce", network, "-o", tmp_path / "out.txt").assert_bad_input(".txt")
    run("reduce", tmp_path / "none.json", "-o", tmp_path / "o.json").assert_bad_input("none.json")
    run("reduce", network, "-o", tmp_path / "o.nnet").assert_bad_input("o.nnet")
    third = write_json("third.json", ([["1"]], ["0"]), ([["1/3"]], ["0"]))
    run("reduce", third, "-o", tmp_path / "o.npz").assert_bad_input("o.npz", "round")
    assert not list(tmp_path.glob("o.*"))


def test_time_may_run_out(run: Run, tmp_path: Path, write_json: Write) -> None:
    network, out = write_json("net.json", *REDUNDANT), tmp_path / "o.json"
    said = run("reduce", network, "-o", out, "--timeout", "1e-9")
    assert said.code == 3 and said.verdict == "partial"
    assert run("equiv", network, out).verdict in ("equal", "isomorphic")
