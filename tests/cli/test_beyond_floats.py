"""Commands on networks with numbers that no double holds: an answer, and nothing on stderr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.said import Run

HIDDEN: Any = ([["1e400", "2"], ["3", "-1"]], ["1", "1"])


@pytest.fixture
def huge(write_json: Callable[..., Path]) -> Path:
    """A 2-2-1 network with weights beyond the range of doubles."""
    return write_json("huge.json", HIDDEN, ([["1", "1e400"]], ["0"]))


@pytest.fixture
def other(write_json: Callable[..., Path]) -> Path:
    """The same with another output bias."""
    return write_json("other.json", HIDDEN, ([["1", "1e400"]], ["1/7"]))


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        (("info",), "ok"),
        (("regions", "-q"), "complete"),
        (("regions", "-q", "--box", "-1", "1"), "complete"),
        (("symmetries", "-q"), "none"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_one_network(run: Run, huge: Path, command: tuple[str, ...], verdict: str) -> None:
    said = run(command[0], huge, *command[1:])
    assert (said.verdict, said.err) == (verdict, "")


@pytest.mark.parametrize(
    ("options", "verdict", "upper"),
    [
        ((), "different", None),
        (("--deviation", "--box", "-1", "1"), "different", "1/7"),
        (("--epsilon", "1/7", "--box", "-1", "1"), "within", None),
        (("--up-to-output-scale",), "equal", None),
    ],
)
@pytest.mark.filterwarnings("error")
def test_two_networks(
    run: Run, huge: Path, other: Path, tmp_path: Path,
    options: tuple[str, ...], verdict: str, upper: str | None,
) -> None:  # fmt: skip
    certificate = tmp_path / "pair.cert"
    said = run("equiv", huge, other, "-q", "--json", "--certificate", certificate, *options)
    assert (said.json["verdict"], said.err) == (verdict, "")
    if upper is not None:
        assert said.json["max_deviation"] == {"lower": upper, "upper": upper}
    assert run("check", certificate, "--network", huge).verdict == "accepted"


@pytest.mark.parametrize(
    ("assertion", "verdict"),
    [
        ("(and (<= X_0 1) (>= X_0 -1) (<= X_1 1) (>= X_1 -1) (< Y_0 0))", "unsat"),
        ("(and (<= X_0 1) (>= X_0 -1) (<= X_1 1) (>= X_1 -1) (>= Y_0 1e399))", "sat"),
        ("(and (>= X_0 1e400) (<= Y_0 1e400))", "unsat"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_verify(run: Run, huge: Path, tmp_path: Path, assertion: str, verdict: str) -> None:
    query = tmp_path / "query.vnnlib"
    declared = "".join(f"(declare-const {name} Real)\n" for name in ("X_0", "X_1", "Y_0"))
    query.write_text(f"{declared}(assert {assertion})")
    certificate = tmp_path / "query.cert"
    said = run("verify", query, "--network", huge, "-q", "--certificate", certificate)
    assert (said.verdict, said.err) == (verdict, "")
    assert run("check", certificate, "--network", huge).verdict == "accepted"
