"""The theorem as certificates: made again, judged by both checkers, other claims refused."""

from __future__ import annotations

import io
import re
import subprocess

import pytest

from exactrev.checker import check
from exactrev.network.canonical import canonical_sha256
from exactrev.network.model import Network
from exactrev.symmetries import symmetries
from exactrev.symmetries.apart import told_apart
from exactrev.theorem import check_theorem
from proofs.theorem import networks
from proofs.theorem.__main__ import HERE, claims_the_same, main
from proofs.theorem.certificates import CERTIFICATES
from tests.test_verified_checker import PROGRAM

#: What each claim must say, and of which network.
CLAIMS = {
    "holds-2.boundaries": (networks.HOLDS_2, "10 activation regions.*every boundary is connected"),
    "holds-2.from-boundaries": (networks.HOLDS_2, "isomorphic: .*permuted and scaled"),
    "holds-2.from-queries": (networks.HOLDS_2, "isomorphic: .*permuted and scaled"),
    "holds-3.boundaries": (networks.HOLDS_3, "20 activation regions.*every boundary is connected"),
    "holds-3.from-boundaries": (networks.HOLDS_3, "isomorphic: .*permuted and scaled"),
    "holds-3.from-queries": (networks.HOLDS_3, "isomorphic: .*permuted and scaled"),
    "disconnected.boundaries": (networks.DISCONNECTED, "not connected: 1:2 2:0"),
    "apart.boundaries": (networks.APART, "every boundary is connected; 3 pairs"),
    "turned.partner": (networks.TURNED, "equal: .*same outputs at every real input"),
    "turned.not-isomorphic": (networks.TURNED, "not-isomorphic: .*permuted and scaled"),
    "hidden.partner": (networks.HIDDEN, "equal-on: .*every point of the input space"),
    "hidden.not-isomorphic": (networks.HIDDEN, "not-isomorphic: .*permuted and scaled"),
}


def kept(name: str) -> str:
    return (HERE / f"{name}.cert").read_text(encoding="ascii")


def neurons_that_meet(name: str) -> set[tuple[int, int]]:
    return {(int(i), int(j)) for i, j in re.findall(r"^meet (\d+) (\d+)$", kept(name), flags=re.M)}


def test_every_certificate_is_there_and_has_its_claim() -> None:
    assert set(CLAIMS) == set(CERTIFICATES) == {path.stem for path in HERE.glob("*.cert")}
    assert all((HERE / f"{name}.cert").stat().st_size < 5000 for name in CLAIMS)


@pytest.mark.parametrize("name", CLAIMS)
def test_the_claim_is_accepted_and_made_again(name: str) -> None:
    network, words = CLAIMS[name]
    judged = check(HERE / f"{name}.cert", (network.sha256, None))
    assert judged.accepted, judged.reason
    assert re.search(words, judged.claim)
    assert claims_the_same(name)


@pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")
@pytest.mark.parametrize("name", CLAIMS)
def test_the_verified_checker_accepts_it_too(name: str) -> None:
    done = subprocess.run(
        [PROGRAM, HERE / f"{name}.cert"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.startswith("accepted "), done.stdout
    assert re.search(CLAIMS[name][1], done.stdout)


@pytest.mark.parametrize("network", [networks.HOLDS_2, networks.HOLDS_3])
def test_where_all_assumptions_hold(network: Network) -> None:
    report = check_theorem(network)
    assert (report.verdict, report.reasons, report.partner) == ("holds", (), None)
    assert symmetries(network).verdict == "none"


def test_the_boundaries_of_adjacent_layers_meet_or_not() -> None:
    assert neurons_that_meet("holds-2.boundaries") >= {(0, 2), (0, 3), (1, 2), (1, 3)}
    adjacent = {(i, j) for i in range(4) for j in range(2, 6) if i // 2 + 1 == j // 2}
    assert neurons_that_meet("holds-3.boundaries") >= adjacent
    assert (0, 2) not in neurons_that_meet("apart.boundaries")


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (networks.DISCONNECTED, "connected: the boundary of 2:0 has 2 components"),
        (networks.APART, "intersect: the boundary of 2:0 does not meet that of 1:0"),
        (networks.TURNED, "not identifiable: 1:0, 1:1, 1:2 can be turned round"),
        (networks.HIDDEN, "not identifiable: "),
    ],
)
def test_where_one_fails(network: Network, reason: str) -> None:
    report = check_theorem(network)
    assert report.verdict == "fails"
    assert any(said.startswith(reason) for said in report.reasons)


@pytest.mark.parametrize("network", [networks.TURNED, networks.HIDDEN])
def test_equal_networks_that_are_not_isomorphic(network: Network) -> None:
    (partner,) = symmetries(network, most=1).partners
    assert partner.network.architecture == network.architecture
    assert told_apart(network, partner.network) == partner.apart
    assert canonical_sha256(network) != canonical_sha256(partner.network)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("holds-2.boundaries", "\nboundary 0 ", "\nboundary 0 1"),
        ("holds-3.boundaries", "\nmeet 0 2\n", "\n"),
        ("apart.boundaries", "\nmeet 0 3\n", "\nmeet 0 2\nmeet 0 3\n"),
        ("disconnected.boundaries", " 2\nboundary 4", " 1\nboundary 4"),
        ("holds-3.from-queries", "\nmatch 3:0 3:0 ", "\nmatch 3:0 3:1 "),
        ("turned.partner", "\nflip B 1:0\n", "\n"),
        ("turned.not-isomorphic", "\noutput 0 ", "\noutput 0 1"),
        ("hidden.not-isomorphic", "\nslopes ", "\nslopes 0 0\nslopes "),
        ("hidden.partner", "\nsame\n", "\n"),
    ],
)
def test_other_claims_are_refused(name: str, old: str, new: str) -> None:
    text = kept(name)
    assert old in text
    assert not check(io.BytesIO(text.replace(old, new, 1).encode())).accepted


def test_the_command() -> None:
    assert main(["--check"]) == 0
