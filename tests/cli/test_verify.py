"""``exactrev verify`` and the VNN-COMP scripts: verdicts, assignments, files, faults."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from exactrev.cli.patience import Patience
from tests.cli.said import Run

Write = Callable[..., Path]
SCRIPTS = Path(__file__).parents[2] / "examples" / "vnncomp"
# |x| - 1
ABSOLUTE: Any = (([["1"], ["-1"]], ["0", "0"]), ([["1", "1"]], ["-1"]))
EXAMPLES = Path(__file__).parents[2] / "examples"
DECLARED = "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n"


@pytest.fixture
def ask(run: Run, tmp_path: Path, write_json: Write) -> Callable[..., Any]:
    """Run the command on an assertion about |x| - 1."""
    network = write_json("abs.json", *ABSOLUTE)

    def ask(assertion: str, *options: object) -> Any:
        query = tmp_path / "query.vnnlib"
        query.write_text(f"{DECLARED}(assert {assertion})")
        return run("verify", query, "--network", network, *options)

    return ask


def test_unsat_is_alone_on_the_first_line(ask: Callable[..., Any]) -> None:
    said = ask("(< Y_0 -1)")
    assert (said.code, said.out) == (0, "unsat\n")


def test_sat_is_followed_by_an_exact_assignment(ask: Callable[..., Any]) -> None:
    said = ask("(and (<= (* 3 X_0) 1) (>= (* 3 X_0) 1))")
    assert (said.code, said.out) == (1, "sat\n((X_0 1/3)\n (Y_0 -2/3))\n")


def test_boundaries_count_only_where_they_are_not_strict(ask: Callable[..., Any]) -> None:
    assert ask("(and (<= X_0 2) (>= X_0 -2) (>= Y_0 1))").verdict == "sat"
    assert ask("(and (<= X_0 2) (>= X_0 -2) (> Y_0 1))").verdict == "unsat"
    assert ask("(and (< X_0 2) (> X_0 -2) (>= Y_0 1))").verdict == "unsat"
    assert ask("(and (<= X_0 2) (> X_0 -2) (>= Y_0 1))").verdict == "sat"


def test_decimals_are_exact(ask: Callable[..., Any]) -> None:
    assert ask("(and (<= X_0 0.1) (>= X_0 0) (> Y_0 -0.9))").verdict == "unsat"
    assert ask("(and (<= X_0 0.10000000000000000001) (>= X_0 0) (> Y_0 -0.9))").verdict == "sat"


def test_json(ask: Callable[..., Any]) -> None:
    said = ask("(and (<= X_0 1) (>= Y_0 3))", "--json")
    assert said.json["verdict"] == "sat"
    values = {name: Fraction(x) for name, x in said.json["assignment"].items()}
    assert values["X_0"] <= 1 and values["Y_0"] == abs(values["X_0"]) - 1 >= 3
    assert ask("(< Y_0 -1)", "--json").json["assignment"] is None


@pytest.mark.parametrize("assertion", ["(< Y_0 -1)", "(and (> X_0 0) (== Y_0 0))"])
def test_certificates_of_both_verdicts(
    ask: Callable[..., Any], run: Run, tmp_path: Path, assertion: str
) -> None:
    certificate = tmp_path / "proof.gz"
    assert ask(assertion, "--certificate", certificate).code in (0, 1)
    said = run("check", certificate, "--network", tmp_path / "abs.json")
    assert said.verdict == "accepted"
    assert "property" in said.out


def test_compressed_queries(run: Run, tmp_path: Path, write_json: Write) -> None:
    network, query = write_json("abs.json", *ABSOLUTE), tmp_path / "query.vnnlib.gz"
    query.write_bytes(gzip.compress(f"{DECLARED}(assert (<= Y_0 -2))".encode()))
    assert run("verify", query, "--network", network).verdict == "unsat"


PAIR = """(vnnlib-version <2.0>)
(declare-network f (declare-input X real [1]) (declare-output Y real [1]))
(declare-network g ({relation} f) (declare-input U real [1]) (declare-output V real [1]))
(assert (== X[0] U[0]))
(assert (or (> Y[0] V[0]) (< Y[0] V[0])))
"""


def test_two_networks(run: Run, tmp_path: Path, write_json: Write) -> None:
    query = tmp_path / "pair.vnnlib"
    query.write_text(PAIR.format(relation="isomorphic-to"))
    f = write_json("f.json", *ABSOLUTE)
    same = write_json("g.json", ([["-2"], ["2"]], ["0", "0"]), ([["1/2", "1/2"]], ["-1"]))
    other = write_json("h.json", ([["-2"], ["2"]], ["0", "0"]), ([["1/2", "1"]], ["-1"]))
    certificate = tmp_path / "pair.cert"
    arguments = ("verify", query, "--certificate", certificate, "--network", f"f={f}", "--network")
    assert run(*arguments, f"g={same}").verdict == "unsat"
    assert run("check", certificate, "--network", f, "--network", same).verdict == "accepted"
    said = run(*arguments, f"g={other}")
    assert said.verdict == "sat" and "(U[0] " in said.out
    assert run("check", certificate, "--network", f, "--network", other).verdict == "accepted"
    run("verify", query, "--network", f"f={f}").assert_bad_input("'g'")
    query.write_text(PAIR.format(relation="equal-to"))
    assert run("verify", query, "--network", f"f={f}").verdict == "unsat"
    run(*arguments, f"g={same}").assert_bad_input("not equal")


def test_faults(run: Run, tmp_path: Path, write_json: Write) -> None:
    network, query = write_json("abs.json", *ABSOLUTE), tmp_path / "query.vnnlib"
    query.write_text(f"{DECLARED}(assert (<= Y_0 X_1))")
    run("verify", query, "--network", network).assert_bad_input("query.vnnlib:3:", "X_1")
    query.write_text("(declare-const X_0 Real)(declare-const X_1 Real)(assert (<= X_0 X_1))")
    run("verify", query, "--network", network).assert_bad_input("1 inputs", "declares 2")
    run("verify", tmp_path / "none", "--network", network).assert_bad_input("none")
    query.write_text(f"{DECLARED}(assert (<= Y_0 0))")
    run("verify", query, "--network", "f=").assert_bad_input("NAME=FILE")
    run("verify", query, "--network", network, "--results", network).assert_bad_input("overwrite")
    run("verify", query, "--network", network, "--network", network).assert_bad_input("NAME=FILE")
    assert run("verify", query).code == 2


def test_a_timeout_is_said(run: Run, tmp_path: Path, write_json: Write) -> None:
    """The least value of sum |x_i| - sum |x_j| / 2 over so many inputs is no quick matter."""
    n = 14
    rows = [[str((i == j) - (j == (i + 5) % n)) for i in range(n)] for j in range(n)]
    hidden = ([*rows, *([str(-int(x)) for x in row] for row in rows)], ["0"] * (2 * n))
    network = write_json("sum.json", hidden, ([["1"] * (2 * n)], ["0"]))
    query = tmp_path / "sum.vnnlib"
    declared = "".join(f"(declare-const X_{i} Real)" for i in range(n))
    query.write_text(f"{declared}(declare-const Y_0 Real)(assert (< Y_0 0))")
    said = run("verify", query, "--network", network, "--timeout", "0.3", "--quiet")
    assert (said.code, said.out) == (3, "timeout\n")


def test_more_cases_than_there_is_time_for(ask: Callable[..., Any]) -> None:
    choices = " ".join(f"(or (>= Y_0 {i}) (<= X_0 -{i}))" for i in range(40))
    said = ask(f"(and (<= Y_0 -2) {choices})", "--timeout", "0.3", "--quiet")
    assert (said.code, said.out) == (3, "timeout\n")


def script(name: str, *arguments: object) -> int:
    command = ["bash", str(SCRIPTS / name), *map(str, arguments)]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
                   "PYTHONPATH": str(SCRIPTS.parents[1])}  # fmt: skip
    return subprocess.run(command, check=False, capture_output=True, env=environment).returncode


def test_the_scripts_of_the_competition(tmp_path: Path, write_json: Write) -> None:
    network, query = write_json("abs.json", *ABSOLUTE), tmp_path / "query.vnnlib"
    query.write_text(f"{DECLARED}(assert (<= X_0 0))(assert (>= X_0 -1))(assert (>= Y_0 0))")
    results = tmp_path / "results.txt"
    assert script("prepare_instance.sh", "v1", "test", network, query) == 0
    assert script("run_instance.sh", "v1", "test", network, query, results, 30) == 0
    assert results.read_text() == "sat\n((X_0 -1)\n (Y_0 0))\n"
    assert script("run_instance.sh", "v2", "test", network, query, results, 30) == 1
    query.write_text("(assert")
    assert script("run_instance.sh", "v1", "test", network, query, results, 30) == 0
    assert results.read_text() == "error\n"
    assert script("prepare_instance.sh", "v1", "test", tmp_path / "none.onnx", query) == 1


def test_acas_xu_property_1_is_proved(run: Run, tmp_path: Path) -> None:
    """300 neurons: the certificate is a few boxes, not all cells."""
    examples = Path(__file__).parents[2] / "examples"
    query, path = examples / "acasxu" / "prop_1.vnnlib", tmp_path / "property.cert"
    network = examples / "nets" / "acasxu_1_1.nnet"
    said = run("verify", query, "--network", network, "--certificate", path)
    assert (said.code, said.out) == (0, "unsat\n")
    assert run("check", path).verdict == "accepted"
    text = path.read_text()
    assert 10 < text.count("\nenclosed ") < 1000
    lowered = re.sub(r"(nonnegative .*) \S+", r"\1 -3", text, count=1)  # 3 < the largest Y_0
    assert lowered != text
    path.write_text(lowered)
    assert run("check", path).verdict == "rejected"


def test_a_stopped_search_is_resumed(
    ask: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, certificate = tmp_path / "state", tmp_path / "cert"
    question = ("(and (<= X_0 2) (>= X_0 -2) (> Y_0 1))", "--resume", state)
    with monkeypatch.context() as patch:
        patch.setattr(Patience, "stop", lambda self: True)
        assert ask(*question).verdict == "unknown"
    assert state.exists()
    assert ask(*question, "--certificate", certificate).verdict == "unsat"
    assert ask(*question).verdict == "unsat"
    ask("(> Y_0 1)", "--resume", state).assert_bad_input(str(state), "another question")


def test_a_name_for_the_network_of_a_query_without_names(
    run: Run, tmp_path: Path, write_json: Write
) -> None:
    network, query = write_json("abs.json", *ABSOLUTE), tmp_path / "query.vnnlib"
    query.write_text(f"{DECLARED}(assert (< Y_0 -1))")
    said = run("verify", query, "--network", f"f={network}")
    said.assert_bad_input("no network 'f'; its one network has no name")


def test_jobs_change_nothing(run: Run, tmp_path: Path) -> None:
    query, network = EXAMPLES / "acasxu/prop_1.vnnlib", EXAMPLES / "nets/acasxu_1_1.onnx"
    written = []
    for jobs in (1, 2):
        certificate = tmp_path / str(jobs)
        said = run("verify", query, "--network", network, "--jobs", jobs, "-q",
                   "--certificate", certificate)  # fmt: skip
        assert said.out == "unsat\n"
        written.append(certificate.read_bytes())
    assert written[0] == written[1]
