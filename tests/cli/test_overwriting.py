"""No command writes over a file that it reads, or over another one that it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.said import Run

EVERYWHERE = {"format": "exactrev-domain", "version": 1, "rows": []}


@pytest.fixture
def domain(tmp_path: Path) -> Path:
    """A domain file of all inputs."""
    path = tmp_path / "domain.json"
    path.write_text(json.dumps(EVERYWHERE))
    return path


@pytest.mark.parametrize(
    "command",
    [
        ("regions", "NET", "--certificate", "DOMAIN"),
        ("regions", "NET", "--output", "DOMAIN"),
        ("regions", "NET", "--graph", "DOMAIN"),
        ("theorem", "NET", "--certificate", "DOMAIN"),
        ("theorem", "NET", "--evidence", "DOMAIN"),
        ("equiv", "NET", "NET", "--certificate", "DOMAIN"),
        ("equiv", "NET", "NET", "--resume", "DOMAIN"),
        ("audit", "NET", "NET", "-o", "x.html", "--certificate", "DOMAIN"),
    ],
)
def test_domains(run: Run, small: Path, domain: Path, command: tuple[str, ...]) -> None:
    places = {"NET": small, "DOMAIN": domain}
    said = run(*(places.get(word, word) for word in command), "--domain", domain)
    said.assert_bad_input(f"would overwrite {domain}")
    assert json.loads(domain.read_text()) == EVERYWHERE


def test_partners(run: Run, write_json: Callable[..., Path]) -> None:
    unread = ([["1"], ["-1"], ["1"]], ["0", "1", "2"])
    network = write_json("partner-1.json", unread, ([["1", "1", "0"]], ["0"]))
    before = network.read_text()
    run("symmetries", network, "-o", network.parent).assert_bad_input("overwrite")
    assert network.read_text() == before
    companion = network.rename(network.parent / "partner-1.not-isomorphic.cert")
    run("symmetries", companion, "-o", network.parent).assert_bad_input("overwrite")
    companion.rename(network)
    assert run("symmetries", network, "-q", "-o", network.parent / "found").verdict == "found"


def test_a_certificate_that_is_a_directory(run: Run, small: Path) -> None:
    for command in ("theorem", "regions"):
        run(command, small, "--certificate", ".").assert_bad_input("directory")
