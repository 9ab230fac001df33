"""Both checkers judge the claim ``boundaries`` alike: on random networks, true and false."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.arrangement.networks import plain
from tests.damaged_certificates import PROGRAM
from tests.test_checker_boundaries import certificate
from tests.test_verified_checker import verdicts

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")

SHAPES = [(2, 5, 3, 1), (3, 4, 3, 2), (1, 4, 3, 1), (2, 3, 2, 2, 1), (4, 2, 4, 1), (2, 6, 2)]


def judged(lines: list[str], path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The verdict of both, and what they say is proved."""
    python, verified = verdicts("".join(line + "\n" for line in lines), path, capsys)
    assert python == verified or not python.startswith("accepted ")
    return verified


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", SHAPES)
def test_random_networks(
    sizes: tuple[int, ...], seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = certificate(plain("gaussian", sizes, seed))
    assert judged(lines, tmp_path, capsys).startswith("accepted boundaries: ")
    first = next(k for k, line in enumerate(lines) if line.startswith("boundary "))
    for k in random.Random(seed).sample(range(first, len(lines) - 1), 4):
        words = lines[k].split()
        wrong = [*words[:-1], str(int(words[-1]) + 1)]
        for damaged in (
            [*lines[:k], *lines[k + 1 :]],
            [*lines[: k + 1], *lines[k:]],
            [*lines[:k], " ".join(wrong), *lines[k + 1 :]],
        ):
            assert judged(damaged, tmp_path, capsys).startswith("rejected ")


@pytest.mark.parametrize("seed", range(3))
def test_small_integer_weights_on_a_box(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dead neurons, cancelling paths, and often no general position: then the claim is another."""
    dice = random.Random(seed)

    def rows(n: int, m: int) -> tuple[list[list[int]], list[int]]:
        return (
            [[dice.randint(-2, 2) for _ in range(m)] for _ in range(n)],
            [dice.randint(-3, 3) for _ in range(n)],
        )

    for _ in range(6):
        network = Network.dense([rows(3, 2), rows(3, 3), rows(1, 3)])
        lines = certificate(network, Polyhedron.box(-3, 4, 2))
        assert judged(lines, tmp_path, capsys).startswith("accepted ")
        claimed = [line.replace("claim regions", "claim boundaries") for line in lines]
        judged(claimed, tmp_path, capsys)
