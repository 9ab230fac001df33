"""``exactrev recover --answers float64``."""

from __future__ import annotations

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
