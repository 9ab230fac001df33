"""``exactrev recover --answers float64``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import exactrev
from benchmarks.networks import gaussian
from exactrev.equivalence import equiv
from tests.cli.said import Run
from tests.floating.networks import short


def test_the_command(run: Run, tmp_path: Path) -> None:
    network, output = tmp_path / "net.json", tmp_path / "found.json"
    certificate = tmp_path / "found.cert"
    exactrev.write_network(short(gaussian((5, 4, 2), 1)), network)
    said = run("recover", network, "--answers", "float64", "--output", output,
               "--certificate", certificate, "--json", "--quiet")  # fmt: skip
    assert (said.code, said.json["verdict"], said.json["isomorphic"]) == (0, "recovered", True)
    assert said.json["short_weights"] is True
    assert run("check", certificate, "--network", network, "--network", output).code == 0
    found = equiv(exactrev.read_network(network), exactrev.read_network(output))
    assert found.verdict == "isomorphic"


def test_the_command_says_what_rounded_answers_leave_open(run: Run, tmp_path: Path) -> None:
    network = tmp_path / "net.json"
    exactrev.write_network(gaussian((5, 4, 2), 1), network)
    said = run("recover", network, "--answers", "float64", "--json", "--quiet")
    assert (said.code, said.json["verdict"], said.json["proof"]) == (3, "partial", "unproved")
    assert said.json["weight_error"] < 1e-9
    assert said.json["short_weights"] is False
    text = run("recover", network, "--answers", "float64", "--quiet").out
    assert text.startswith("partial 5-4-2, fits fresh answers within their rounding, unproved\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--from", "boundaries"), "exact answers"), (("--probe", "plain"), "exact answers")],
)
def test_what_needs_exact_answers_is_refused(
    run: Run, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    network = tmp_path / "net.json"
    exactrev.write_network(gaussian((3, 3, 1), 0), network)
    run("recover", network, "--answers", "float64", *options).assert_bad_input(said)


@pytest.mark.parametrize("answers", ["float64", "float32"])
@pytest.mark.filterwarnings("error")
def test_functions_without_kinks(
    run: Run, write_json: Callable[..., Path], answers: str
) -> None:
    plane = write_json("plane.json", ([["1", "2"], ["0", "0"]], ["3", "-1"]))
    dead = write_json("dead.json", ([["0", "0"]], ["-1"]), ([["1"], ["2"]], ["3", "1/4"]))
    for network in (plane, dead):
        said = run("recover", network, "--answers", answers, "-q", "--json")
        assert said.code in (0, 3) and said.err == ""
        assert said.json["architecture"] == [2, 2]


@pytest.mark.parametrize("answers", ["float64", "float32"])
@pytest.mark.filterwarnings("error")
def test_what_overflows_is_bad_input(
    run: Run, write_json: Callable[..., Path], answers: str
) -> None:
    network = write_json("huge.json", ([["1e400", "2"]], ["1"]), ([["1"]], ["0"]))
    run("recover", network, "--answers", answers).assert_bad_input("nan or infinity")


@pytest.mark.filterwarnings("error")
def test_one_input_in_short_floats(run: Run, write_json: Callable[..., Path]) -> None:
    network = write_json("line.json", ([["1"], ["-1"], ["2"]], ["0", "1", "-3"]),
                         ([["1", "1", "-1"]], ["0"]))  # fmt: skip
    said = run("recover", network, "--answers", "float32", "-q", "--max-queries", "2500")
    assert (said.code, said.err) == (3, "")
