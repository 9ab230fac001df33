"""``exactrev regions``: verdicts, counts, files, certificates, and every complaint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from tests.cli.said import Run


@pytest.fixture
def cross(write_json) -> Path:  # type: ignore[no-untyped-def]
    """Two crossing lines: x and y, read by the output."""
    return write_json("cross.json", ([["1", "0"], ["0", "1"]], ["0", "0"]), ([["1", "1"]], ["0"]))


def test_the_quadrants(run: Run, cross: Path) -> None:
    said = run("regions", cross, "--json")
    assert (said.code, said.json["verdict"]) == (0, "complete")
    assert said.json["regions"] == 4
    assert said.json["facets"] == 4
    assert said.json["vertices"] == 1
    assert said.json["per_neuron"] == {
        "1:0": {"pieces": 2, "components": 1, "connected": True, "betti": [1, 0]},
        "1:1": {"pieces": 2, "components": 1, "connected": True, "betti": [1, 0]},
    }


def test_the_first_line_is_the_verdict(run: Run, cross: Path) -> None:
    assert run("regions", cross).out.startswith("complete 4 regions of 2-2-1\n")


def test_a_disconnected_boundary_is_said_to_be_so(run: Run, write_json) -> None:  # type: ignore[no-untyped-def]
    # |x| - 1 has its zeros at x = 1 and x = -1
    tent = write_json(
        "tent.json", ([["1", "0"], ["-1", "0"]], ["0", "0"]), ([["1", "1"]], ["-1"]),
        ([["1"]], ["0"]),
    )  # fmt: skip
    said = run("regions", tent, "--json")
    facts = {"pieces": 2, "components": 2, "connected": False, "betti": [2, 0]}
    assert said.json["per_neuron"]["2:0"] == facts
    assert "boundary not connected" in run("regions", tent).out


@pytest.mark.parametrize(("box", "count"), [(("1", "2"), 1), (("-1", "1"), 4), (("-1/3", "0"), 1)])
def test_a_box_keeps_the_regions_that_meet_its_interior(
    run: Run, cross: Path, box: tuple[str, str], count: int
) -> None:
    assert run("regions", cross, "--box", *box, "--json").json["regions"] == count


def test_a_domain_file(run: Run, cross: Path, tmp_path: Path) -> None:
    domain = tmp_path / "half.json"
    domain.write_text(
        json.dumps(
            {
                "format": "exactrev-domain",
                "version": 1,
                "rows": [{"coefficients": ["1", "1"], "bound": "0"}],
            }
        )
    )
    assert run("regions", cross, "--domain", domain, "--json").json["regions"] == 3


def test_the_certificate_is_accepted_whole_and_refused_damaged(
    run: Run, cross: Path, tmp_path: Path
) -> None:
    certificate = tmp_path / "regions.cert"
    assert run("regions", cross, "--certificate", certificate).code == 0
    said = run("check", certificate)
    assert said.code == 0
    assert "exactly 4 activation regions, 4 faces of codimension 1" in said.out
    text = certificate.read_text()
    certificate.write_text(text.replace("count 4", "count 5"))
    assert run("check", certificate).code == 1


def test_the_bytes_do_not_depend_on_the_number_of_processes(
    run: Run, small: Path, tmp_path: Path
) -> None:
    for jobs in (1, 2):
        said = run("regions", small, "--jobs", jobs, "--certificate", tmp_path / str(jobs))
        assert said.code == 0
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_the_files_hold_every_region_and_both_graphs(
    run: Run, cross: Path, tmp_path: Path
) -> None:
    regions, graph, meeting = (tmp_path / name for name in ("r.jsonl", "g.graphml", "m.json"))
    said = run(
        "regions", cross, "--output", regions, "--graph", graph, "--intersections", meeting
    )
    assert said.code == 0
    listed = [json.loads(line) for line in regions.read_text().splitlines()]
    patterns = sorted(entry["pattern"] for entry in listed)
    assert patterns == [[[0, 0]], [[0, 1]], [[1, 0]], [[1, 1]]]
    for entry in listed:
        assert entry["linear"] == [[str(on) for on in entry["pattern"][0]]]
    square = nx.read_graphml(graph)
    assert sorted(degree for _, degree in square.degree()) == [2, 2, 2, 2]
    assert [edge["point"] for edge in json.loads(meeting.read_text())["edges"]] == [["0", "0"]]


def test_time_running_out_keeps_a_proved_lower_bound(run: Run, tmp_path: Path) -> None:
    import exactrev
    from benchmarks.networks import gaussian

    large, certificate = tmp_path / "large.json", tmp_path / "partial.cert"
    exactrev.write_network(gaussian((6, 40, 40, 1), 0), large)
    said = run("regions", large, "--timeout", 1, "--certificate", certificate, "--json")
    assert (said.code, said.json["verdict"]) == (3, "partial")
    assert said.json["at_least"] > 0
    assert said.json["open_branches"] > 0
    checked = run("check", certificate)
    assert checked.code == 0
    assert f"at least {said.json['at_least']} activation regions" in checked.out


_SHORT_OF_MEMORY = """
import resource, sys
from pathlib import Path
import exactrev.arrangement.exploration
from exactrev.cli.main import main
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 560 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell")
def test_memory_running_out_keeps_a_proved_lower_bound(run: Run, tmp_path: Path) -> None:
    import exactrev
    from benchmarks.networks import gaussian

    large, certificate = tmp_path / "large.json", tmp_path / "partial.cert"
    exactrev.write_network(gaussian((12, 60, 1), 0), large)
    command = ("regions", large, "--depth", 0, "--certificate", certificate, "--json", "--quiet")
    ended = subprocess.run(
        [sys.executable, "-c", _SHORT_OF_MEMORY, *map(str, command)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(ended.stdout)
    assert (ended.returncode, found["verdict"]) == (3, "partial")
    assert found["reason"] == "memory is running out"
    assert found["open_branches"] > 0
    checked = run("check", certificate)
    assert checked.code == 0
    assert f"at least {found['at_least']} activation regions" in checked.out


def test_an_empty_domain_has_no_regions(run: Run, cross: Path, tmp_path: Path) -> None:
    certificate = tmp_path / "empty.cert"
    said = run("regions", cross, "--box", "1", "1", "--certificate", certificate, "--json")
    assert said.code == 0
    assert said.json["regions"] == 0
    assert run("check", certificate).code == 0
    assert "the domain has no interior" in run("regions", cross, "--box", "1", "1").out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--depth", "3"), "--depth 3: the network has 2 inputs"),
        (("--depth", "x"), "'x' is not a whole number from 0"),
        (("--box", "2", "1"), "the lower bound is above"),
        (("--box", "0", "nan"), "not an exact number"),
        (("--domain", "missing.json"), "missing.json"),
        (("--depth", "0", "--graph", "g.json"), "--graph needs --depth 1"),
        (("--depth", "1", "--intersections", "g.json"), "--intersections needs --depth 2"),
        (("--graph", "g.dot"), "a graph is written to"),
        (("--output", "no/such/place"), "no/such/place"),
    ],
)
def test_complaints_are_one_line(
    run: Run, cross: Path, options: tuple[str, ...], complaint: str
) -> None:
    said = run("regions", cross, *options)
    assert said.code == 2
    assert complaint in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
