"""``exactrev check --verified``: the extracted checker, where it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from exactrev.cli import verified
from tests.cli.said import Run

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.skipif(not verified._BUILT.exists(), reason="make -C proofs/coq was not run")
def test_both_checkers_say_the_same(run: Run) -> None:
    for name, code in (("regions.cert", 0), ("regions.refused.cert", 1)):
        for options in ((), ("--verified",)):
            assert run("check", GOLDEN / name, *options).code == code


def test_what_is_not_built_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(verified, "_BUILT", tmp_path / "no-such-program")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = run("check", GOLDEN / "regions.cert", "--verified")
    assert said.code == 2
    assert "make -C proofs/coq" in said.err
