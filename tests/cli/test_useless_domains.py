"""Domains without points, or without interior points: one line that names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.said import Run

EMPTY = [((1, 0), 0), ((-1, 0), -1)]
NOWHERE = [((0, 0), -1)]
FLAT = [((1, 0), 0), ((-1, 0), 0)]


@pytest.fixture
def write_domain(tmp_path: Path) -> Callable[[Any], Path]:
    """Write a domain of such rows."""

    def write(rows: Any) -> Path:
        path = tmp_path / "domain.json"
        listed = [{"coefficients": list(row), "bound": bound} for row, bound in rows]
        document = {"format": "exactrev-domain", "version": 1, "rows": listed}
        path.write_text(json.dumps(document))
        return path

    return write


@pytest.mark.parametrize("rows", [EMPTY, NOWHERE])
@pytest.mark.parametrize(
    "options",
    [(), ("--deviation",), ("--epsilon", "1"), ("--up-to-output-scale",),
     ("--up-to-output-scale", "--deviation")],
)  # fmt: skip
def test_equiv_says_that_a_domain_is_empty(
    run: Run, small: Path, different: Path, write_domain: Callable[[Any], Path],
    rows: Any, options: tuple[str, ...],
) -> None:  # fmt: skip
    path = write_domain(rows)
    said = run("equiv", small, different, "--domain", path, "-q", *options)
    said.assert_bad_input(f"{path}: the domain is empty")


def test_equiv_on_a_flat_domain(
    run: Run, small: Path, different: Path, write_domain: Callable[[Any], Path]
) -> None:
    path = write_domain(FLAT)
    for options in (("--domain", path), ("--box", "1/2", "1/2")):
        said = run("equiv", small, different, *options, "-q", "--deviation", "--json")
        assert said.json["max_deviation"] == {"lower": "1/56", "upper": "1/56"}
    said = run("equiv", small, different, "--domain", path, "-q")
    assert said.verdict == "different"
    assert said.out.splitlines()[1].split()[:2] == ["witness", "0"]


def test_a_row_without_coefficients_that_holds_everywhere(
    run: Run, small: Path, different: Path, write_domain: Callable[[Any], Path]
) -> None:
    path = write_domain([((0, 0), 0), ((0, 0), 3)])
    everywhere = run("regions", small, "--json").json["regions"]
    assert run("regions", small, "--domain", path, "--json").json["regions"] == everywhere
    assert run("equiv", small, different, "--domain", path, "-q").verdict == "different"


@pytest.mark.parametrize("rows", [EMPTY, NOWHERE, FLAT])
@pytest.mark.parametrize("command", ["theorem", "symmetries"])
def test_commands_on_regions(
    run: Run, small: Path, write_domain: Callable[[Any], Path], rows: Any, command: str
) -> None:
    path = write_domain(rows)
    run(command, small, "--domain", path).assert_bad_input(f"{path}: the domain is empty or")
    said = run("regions", small, "--domain", path, "--json")
    assert (said.code, said.json["regions"]) == (0, 0)


def test_audit(
    run: Run, small: Path, different: Path, write_domain: Callable[[Any], Path], tmp_path: Path
) -> None:
    path, report = write_domain(EMPTY), tmp_path / "x.html"
    for options in ((), ("--up-to-output-scale",)):
        said = run("audit", small, different, "-o", report, "--domain", path, "-q", *options)
        said.assert_bad_input(f"exactrev: {path}: the domain is empty")
    assert not report.exists()
