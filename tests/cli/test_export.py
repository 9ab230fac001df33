"""``exactrev export``: a script that z3 confirms, faults."""

from __future__ import annotations

from pathlib import Path

import z3

from tests.cli.said import Run

GOLDEN = Path(__file__).parent.parent / "golden"


def test_a_script_is_written(run: Run, tmp_path: Path, small: Path) -> None:
    proof, script = tmp_path / "r.cert.gz", tmp_path / "r.smt2"
    assert run("regions", small, "--certificate", proof).code == 0
    said = run("export", proof, "-o", script, "--json")
    assert said.code == 0 and said.json["verdict"] == "ok" and said.json["claim"] == "regions"
    text = script.read_text()
    assert text.count("\n(check-sat)\n") == said.json["checks"]
    answered = z3.Z3_eval_smtlib2_string(z3.main_ctx().ref(), f"(reset)\n{text}").split()
    assert answered == ["unsat"] * said.json["checks"]


def test_faults(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "x.smt2"
    run("export", tmp_path / "no.cert", "-o", script).assert_bad_input("no.cert")
    run("export", GOLDEN / "different.cert", "-o", script).assert_bad_input("t.cert", "line 3")
    run("export", GOLDEN / "regions.cert", "-o", tmp_path).assert_bad_input("directory")
    assert not script.exists() and not list(tmp_path.iterdir())
