"""``exactrev plot``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exactrev.cli import plot as command
from tests.cli.said import Run

pytest.importorskip("matplotlib")


@pytest.fixture
def wide(write_json: Callable[..., Path]) -> Path:
    """A 5-2-1 network."""
    rows = [["1", "0", "2", "0", "-1"], ["0", "1", "0", "1/3", "1"]]
    return write_json("wide.json", (rows, ["0", "1"]), ([["1", "1"]], ["0"]))


def test_a_picture_and_its_facts(run: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "picture.png"
    said = run("plot", small, "-o", out, "--json")
    assert said.code == 0 and out.read_bytes().startswith(b"\x89PNG")
    facts = said.json
    # three lines in general position
    assert (facts["verdict"], facts["architecture"]) == ("ok", [2, 3, 1])
    assert (facts["regions"], facts["facets"], facts["vertices"]) == (7, 9, 3)
    assert facts["meetings"] == [["1:0", "1:1"], ["1:0", "1:2"], ["1:1", "1:2"]]
    assert facts["output"] == str(out) and facts["slice"] is None
    assert all(isinstance(end, str) for side in facts["box"] for end in side)
    assert sorted(tmp_path.iterdir()) == [out, small], "a draft was left behind"


def test_the_text(run: Run, small: Path, tmp_path: Path) -> None:
    said = run("plot", small, "-o", tmp_path / "picture.svg", "--box", "-1/3", "0.5")
    assert said.out.startswith("ok 2-3-1, ") and "[-1/3, 1/2] x [-1/3, 1/2]" in said.out


def test_the_same_bytes_from_another_process(run: Run, small: Path, tmp_path: Path) -> None:
    for ending in ("png", "svg"):
        here, there = tmp_path / f"here.{ending}", tmp_path / f"there.{ending}"
        assert run("plot", small, "-o", here, "--graph").code == 0
        line = [sys.executable, "-m", "exactrev", "plot", small, "-o", there, "--graph", "--json"]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["verdict"] == "ok"
        assert here.read_bytes() == there.read_bytes()


def test_the_graph_in_a_file_of_its_own(run: Run, small: Path, tmp_path: Path) -> None:
    out, graph = tmp_path / "picture.svg", tmp_path / "graph.png"
    said = run("plot", small, "-o", out, "--graph-output", graph, "--json")
    assert said.json["graph_output"] == str(graph)
    assert out.stat().st_size > 1000 and graph.stat().st_size > 1000


def test_slices(run: Run, wide: Path, tmp_path: Path) -> None:
    out = tmp_path / "slice.svg"
    same = [
        ("--axes", 0, 3, "--at", "0,1/2,-1,0,1"),
        ("--slice", "0,1/2,-1,0,1", "1,0,0,0,0", "0,0,0,1,0"),
    ]
    facts = [run("plot", wide, "-o", out, *plane, "--json").json for plane in same]
    assert facts[0]["slice"]["directions"] == [["1", "0", "0", "0", "0"], ["0", "0", "0", "1", "0"]]
    assert facts[0] == facts[1] and facts[0]["architecture"] == [5, 2, 1]
    negative = run("plot", wide, "-o", out, "--slice", "-1,0,0,0,0", "-1/2,0,0,0,0", "0,-1,0,0,0")
    assert negative.code == 0


def test_a_wide_network_without_a_slice(run: Run, wide: Path, tmp_path: Path) -> None:
    out = tmp_path / "picture.png"
    run("plot", wide, "-o", out).assert_bad_input("wide.json", "5 inputs", "slice")
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--slice", "0,0", "1,0", "0,1"], ["2 dimensions", "5 inputs"]),
        (["--slice", "0,0,0,0,0", "1,0,0,0,0", "2,0,0,0,0"], ["parallel"]),
        (["--slice", "0,0,0,0,0", "1,0", "0,1,0,0,0"], ["same length"]),
        (["--slice", "0,0,0,0,x", "1,0", "0,1,0,0,0"], ["not an exact number"]),
        (["--axes", "0", "5"], ["0 to 4"]),
        (["--axes", "1", "1"], ["two different"]),
        (["--axes", "0", "1", "--at", "1,2"], ["2 coordinates"]),
        (["--at", "1,2,3,4,5"], ["--axes"]),
        (["--axes", "0", "1", "--box", "1", "1"], ["interior"]),
        (["--axes", "0", "1", "--box", "a", "1"], ["not an exact number"]),
        (["--axes", "0", "1", "--slice", "0", "1", "2"], ["not allowed"]),
    ],
)
def test_bad_planes(
    options: list[str], parts: list[str], run: Run, wide: Path, tmp_path: Path
) -> None:
    run("plot", wide, "-o", tmp_path / "picture.png", *options).assert_bad_input(*parts)


def test_bad_files(run: Run, small: Path, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    run("plot", small).assert_bad_input("-o")
    run("plot", small, "-o", tmp_path / "picture.jpg").assert_bad_input(".jpg", ".png")
    run("plot", tmp_path / "none.json", "-o", picture).assert_bad_input("none.json")
    nowhere = tmp_path / "nowhere" / "picture.png"
    run("plot", small, "-o", nowhere).assert_bad_input("nowhere")
    run("plot", small, "-o", picture, "--graph-output", picture).assert_bad_input("overwrite")
    run("plot", small, "-o", picture, "--graph-output", tmp_path / "g").assert_bad_input("ending")
    assert not picture.exists()


def test_no_time(run: Run, small: Path, tmp_path: Path) -> None:
    said = run("plot", small, "-o", tmp_path / "picture.png", "--timeout", "1e-6", "--json")
    assert (said.code, said.json["verdict"]) == (3, "unknown")
    assert not (tmp_path / "picture.png").exists()


def test_matplotlib_is_loaded_only_to_draw() -> None:
    line = "import sys, exactrev.cli.plot, exactrev.plotting; sys.exit('matplotlib' in sys.modules)"
    assert command.SUMMARY
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0
