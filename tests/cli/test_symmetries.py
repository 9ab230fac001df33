"""``exactrev symmetries``: verdicts, files that prove what is said, faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.said import Run

Write = Callable[..., Path]
TWINS = (([["1"], ["2"]], ["0", "0"]), ([["1", "1"]], ["0"]))


def test_partners_are_written_and_proved(run: Run, tmp_path: Path, write_json: Write) -> None:
    network, out = write_json("net.json", *TWINS), tmp_path / "some" / "where"
    said = run("symmetries", network, "-o", out, "--json")
    assert said.code == 0 and said.json["verdict"] == "found"
    (partner,) = said.json["partners"]
    assert (partner["kind"], partner["neurons"]) == ("related", ["1:0", "1:1"])
    proof = partner["certificate"]
    assert run("check", proof, "--network", network, "--network", partner["output"]).code == 0
    apart = partner["not_isomorphic_certificate"]
    said = run("check", apart, "--network", network, "--network", partner["output"])
    assert said.code == 0 and "is not network A" in said.out
    assert run("equiv", network, partner["output"]).verdict == "equal"
    assert run("info", partner["output"], "--json").json["sha256"] == partner["sha256"]


def test_partners_of_an_earlier_run_go(run: Run, tmp_path: Path, write_json: Write) -> None:
    many = write_json("many.json", ([["1"], ["2"], ["3"], ["-1"]], ["0"] * 4), ([["1"] * 4], ["0"]))
    few = write_json("few.json", ([["1"], ["2"]], ["0", "0"]), ([["1", "1"]], ["0"]))
    out = tmp_path / "out"
    assert len(run("symmetries", many, "-o", out, "--json").json["partners"]) > 1
    mine = out / "partner-notes.txt"
    mine.write_text("kept")
    said = run("symmetries", few, "-o", out, "--most", 1, "--json")
    assert [partner["output"] for partner in said.json["partners"]] == [str(out / "partner-1.json")]
    assert sorted(path.name for path in out.iterdir()) == [
        "partner-1.cert", "partner-1.json", "partner-1.not-isomorphic.cert", "partner-notes.txt"
    ]  # fmt: skip


def test_none(run: Run, small: Path, tmp_path: Path) -> None:
    said = run("symmetries", small, "-o", tmp_path / "out")
    assert (said.code, said.verdict) == (1, "none") and not list((tmp_path / "out").iterdir())
    said = run("symmetries", small, "--box", "0", "1/8", "--json")
    assert said.json["verdict"] == "found" and said.json["partners"]


def test_time_runs_out(run: Run, small: Path) -> None:
    said = run("symmetries", small, "--timeout", "1e-9", "--json")
    assert said.code == 3 and said.json["verdict"] == "unknown" and said.json["open"]


def test_faults(run: Run, small: Path, tmp_path: Path) -> None:
    run("symmetries", tmp_path / "none.json").assert_bad_input("none.json")
    run("symmetries", small, "-o", small).assert_bad_input("small.json", "directory")
    run("symmetries", small, "-o", small / "x").assert_bad_input("small.json")
    run("symmetries", small, "--box", "1", "1").assert_bad_input("interior")
    run("symmetries", small, "--most", "0").assert_bad_input("whole number")
