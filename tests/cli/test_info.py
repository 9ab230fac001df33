"""``exactrev info`` and ``exactrev convert``."""

from __future__ import annotations

from pathlib import Path

import pytest

import exactrev
from tests.cli.said import Run


def test_the_facts(run: Run, small: Path) -> None:
    said = run("info", small, "--json")
    assert said.code == 0
    facts = said.json
    assert (facts["verdict"], facts["architecture"], facts["parameters"]) == ("ok", [2, 3, 1], 13)
    assert facts["layers"] == [
        {"index": 1, "neurons": 3, "sources": [0]},
        {"index": 2, "neurons": 1, "sources": [1]},
    ]
    assert facts["sha256"] == exactrev.read_network(small).sha256


def test_the_text(run: Run, small: Path) -> None:
    first, *details = run("info", small).out.splitlines()
    assert first == "ok 2-3-1, 13 parameters"
    assert any("3 neurons reading the input" in line for line in details)


def test_canonical_hashes_see_through_symmetry_and_nothing_else(
    run: Run, small: Path, shuffled: Path, different: Path
) -> None:
    one, other, third = (run("info", path, "--json").json for path in (small, shuffled, different))
    assert one["sha256"] != other["sha256"]
    assert one["canonical_sha256"] == other["canonical_sha256"] != third["canonical_sha256"]


def test_conversion_round_trip(run: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy.json"
    said = run("convert", small, out, "--json")
    assert (said.code, said.json["verdict"], said.json["exact"]) == (0, "ok", True)
    assert exactrev.read_network(out) == exactrev.read_network(small)
    assert sorted(tmp_path.iterdir()) == [out, small], "a draft was left behind"


def test_a_third_does_not_fit_a_float(run: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "rounded.npz"
    said = run("convert", small, out)
    assert said.code == 0 and "rounded" in said.out
    assert run("convert", small, out, "--json").json["exact"] is False
    assert exactrev.read_network(out) != exactrev.read_network(small)


def test_conversion_from_python(small: Path, tmp_path: Path) -> None:
    assert exactrev.convert(small, tmp_path / "copy.json") is True
    with pytest.raises(exactrev.InputError, match="overwrite"):
        exactrev.convert(small, small)


@pytest.mark.parametrize("name", ["none/copy.json", "copy", "copy.txt", "copy.h5", "small.json"])
def test_places_that_cannot_be_written(run: Run, small: Path, tmp_path: Path, name: str) -> None:
    before = small.read_bytes()
    run("convert", small, tmp_path / name).assert_bad_input(str(tmp_path / name))
    assert small.read_bytes() == before
    assert list(tmp_path.iterdir()) == [small]


def test_a_link_to_the_input_is_the_input(run: Run, small: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(small)
    run("convert", small, link).assert_bad_input("overwrite")


def test_a_circular_link_is_not_a_traceback(run: Run, tmp_path: Path) -> None:
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    run("info", loop).assert_bad_input(str(loop))
