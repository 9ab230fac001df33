"""``exactrev theorem``: verdicts, exit codes, JSON keys, files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from exactrev.checker import check
from exactrev.cli import theorem
from exactrev.cli.arguments import Parser
from exactrev.cli.outcome import Outcome
from exactrev.errors import InputError
from exactrev.formats import write_network
from exactrev.network.model import Network
from tests.theorem.networks import ALWAYS_ON, APART, CROSSING, DISCONNECTED

KEYS = {"verdict", "connected", "intersect", "generic", "recovered", "reasons"}


def outcome(*words: object) -> Outcome:
    parser = Parser(prog="exactrev theorem")
    theorem.add_arguments(parser)
    return theorem.run(parser.parse_args([str(word) for word in words]))


def as_json(found: Outcome) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(found.as_json())
    return value


@pytest.fixture
def crossing(tmp_path: Path) -> Path:
    write_network(CROSSING, tmp_path / "crossing.json")
    return tmp_path / "crossing.json"


def test_it_holds(crossing: Path) -> None:
    found = outcome(crossing)
    assert (found.verdict, found.exit_code) == ("holds", 0)
    facts = as_json(found)
    assert facts.keys() >= KEYS and facts["recovered"] is True and facts["reasons"] == []
    assert facts["connected"] == {"1:0": True, "1:1": True} and facts["intersect"] == {}
    assert facts["generic"] and all(value is True for value in facts["generic"].values())
    assert facts["functional_dimension"]["rank"] == 7 and facts["partner"] is None
    assert found.as_text().startswith("holds ")


@pytest.mark.parametrize(
    ("network", "key", "name"),
    [(DISCONNECTED, "connected", "2:0"), (APART, "intersect", "1:0-2:0")],
)
def test_it_fails(network: Network, key: str, name: str, tmp_path: Path) -> None:
    write_network(network, tmp_path / "net.json")
    found = outcome(tmp_path / "net.json")
    assert (found.verdict, found.exit_code) == ("fails", 1)
    facts = as_json(found)
    assert facts[key][name] is False and facts["reasons"]
    assert found.as_text().startswith("fails ")


def test_running_out_of_time(crossing: Path) -> None:
    found = outcome(crossing, "--timeout", "1e-9")
    assert (found.verdict, found.exit_code) == ("unknown", 3)
    facts = as_json(found)
    assert facts.keys() >= KEYS and facts["recovered"] is False and facts["reasons"]


def test_both_certificates_are_accepted(crossing: Path, tmp_path: Path) -> None:
    facts = as_json(outcome(crossing, "--certificate", tmp_path / "proof.cert.gz"))
    second = tmp_path / "proof.isomorphic.cert.gz"
    assert facts["isomorphism_certificate"] == str(second)
    first, isomorphic = check(tmp_path / "proof.cert.gz"), check(second)
    assert first.accepted and "exactly 4 activation regions" in first.claim
    assert isomorphic.accepted and "permuted and scaled" in isomorphic.claim


def test_a_network_that_nothing_can_recover(tmp_path: Path) -> None:
    write_network(ALWAYS_ON, tmp_path / "net.json")
    found = outcome(tmp_path / "net.json", "--certificate", tmp_path / "proof.cert")
    facts = as_json(found)
    assert found.verdict == "fails" and facts["partner"]["kind"] == "always on"
    assert any("not identifiable: 2:0" in reason for reason in facts["reasons"])
    assert facts["partner_certificate"] == str(tmp_path / "proof.partner.cert")
    judged = check(facts["partner_certificate"], (ALWAYS_ON.sha256, facts["partner"]["sha256"]))
    assert judged.accepted and "same outputs at every" in judged.claim
    apart = facts["not_isomorphic_certificate"]
    assert apart == str(tmp_path / "proof.not-isomorphic.cert")
    judged = check(apart, (ALWAYS_ON.sha256, facts["partner"]["sha256"]))
    assert judged.accepted and judged.claim.startswith("not-isomorphic: ")
    hashes = facts["partner"]["canonical_sha256"]
    assert hashes["network"] != hashes["partner"]


def test_the_evidence_is_exact(crossing: Path, tmp_path: Path) -> None:
    outcome(crossing, "--evidence", tmp_path / "evidence.json")
    found = json.loads((tmp_path / "evidence.json").read_text())
    joints = found["connected"]["1:0"]["joints"]
    assert [joint["point"] for joint in joints] == [["0", "0"]]
    assert set(found["facets"]) >= {str(piece) for piece in joints[0]["pieces"]}
    assert len(found["functional_dimension"]["rows"]) == 7


def test_a_box(crossing: Path) -> None:
    facts = as_json(outcome(crossing, "--box", "1/2", "1"))
    assert facts["regions"] == 1 and facts["verdict"] == "fails"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "either NET or"),
        (("net.json", "--family", "1-2-1"), "either NET or"),
        (("net.json", "--seeds", "3"), "--seeds goes with --family"),
        (("--family", "1-2-1", "--evidence", "e.json"), "--evidence goes with NET"),
        (("--family", "1-x"), "'1-x' is not a shape"),
        (("--family", "5"), "'5' is not a shape"),
        (("--family", "1-2-1", "--box", "0", "1"), "no --box"),
        (("--family", "1-2-1", "-o", "plot.txt"), "plot.txt: a plot ends in"),
        (("missing.json",), "missing.json"),
    ],
)
def test_bad_usage(words: tuple[str, ...], part: str) -> None:
    with pytest.raises(InputError, match=part):
        outcome(*words)


def test_an_empty_box_is_refused(crossing: Path) -> None:
    with pytest.raises(InputError, match="interior"):
        outcome(crossing, "--box", "1", "1")


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.cert", "a.isomorphic.cert"), ("d.e/a.cert.zst", "d.e/a.isomorphic.cert.zst"),
     ("a", "a.isomorphic"), ("a.gz", "a.isomorphic.gz")],
)  # fmt: skip
def test_the_second_certificate_has_a_name_of_its_own(path: str, expected: str) -> None:
    assert theorem.beside_certificate(path, "isomorphic") == expected


def test_a_family(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot = tmp_path / "family.svg"
    found = outcome("--family", "1-3-1", "2-2-1", "--seeds", 2, "--quiet", "-o", plot)
    assert (found.verdict, found.exit_code) == ("ok", 0)
    facts = as_json(found)
    assert facts["networks"] == 4 and [f["architecture"] for f in facts["families"]] == [
        [1, 3, 1], [2, 2, 1],
    ]  # fmt: skip
    for family in facts["families"]:
        assert family["answers"].keys() == facts["questions"].keys()
        assert all(answer["of"] == 2 for answer in family["answers"].values())
        assert family["connected_boundaries"] == 1.0
    first = plot.read_bytes()
    outcome("--family", "1-3-1", "2-2-1", "--seeds", 2, "--quiet", "-o", plot)
    assert plot.read_bytes() == first and b"<svg" in first


def test_a_family_that_runs_out_of_time() -> None:
    found = outcome("--family", "2-4-1", "--seeds", 1, "--quiet", "--timeout", "1e-9")
    assert (found.verdict, found.exit_code) == ("unknown", 3)


def test_the_arguments_have_help() -> None:
    parser = argparse.ArgumentParser()
    theorem.add_arguments(parser)
    assert "--family" in parser.format_help()
