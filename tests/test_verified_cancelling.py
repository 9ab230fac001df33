"""The leaf ``cancels`` of ``equal-on``: the verified checker gives the Python one's verdict.

What is compared are proofs for networks of ``tests/equivalence/test_cancelling.py``, and what is
left of them when the steps on the leaf's line, or the decisions before it, are others.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.networks import gaussian
from exactrev.checker import check
from exactrev.equivalence import Agreement, Comparison
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.damaged_certificates import PROGRAM, disagreement
from tests.equivalence.test_cancelling import MERGES, always_on, never_on, proof

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")

NEURONS = ("1:0", "1:2", "2:0", "2:9", "2:17", "2:18", "3:0", "0:0", "1:99", "2", "")
ENDS = (
    "",
    " ",
    " unread 2:0",
    " unread 2:0 unread 2:0",
    " off 2:0",
    " on 2:0",
    " flip 2:0",
    " flip 1:0 flip 1:0 flip 1:1",
    " off 1:2",
    " unread 1:2",
    " unread",
    " merge 2:1 2:0",
    " merge 2:1 2:0 1 2",
    " merge 2:1 2:0 0",
    " merge 2:1 2:0 2/4",
    " same",
)


def content(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def damaged_leaves(lines: list[str]) -> Iterator[list[str]]:
    """Steps on the leaf's line are missing, doubled, exchanged or others; and so are the lines."""
    for k in range(lines.index("proof") + 1, len(lines)):
        yield [*lines[:k], *lines[k + 1 :]]
        yield [*lines[:k], lines[k], *lines[k:]]
        yield [*lines[:k], *lines[k + 1 : k + 2], lines[k], *lines[k + 2 :]]
    (place,) = [k for k, line in enumerate(lines) if line.startswith("cancels")]
    before, leaf, after = lines[:place], lines[place], lines[place + 1 :]
    steps = re.findall(r"(?:unread|off|on|flip) \S+|merge \S+ \S+ \S+", leaf)
    assert " ".join(["cancels", *steps]) == leaf
    changed = [[*steps[:k], *steps[k + 1 :]] for k in range(len(steps))]
    changed += [[*steps[:k], steps[k], *steps[k:]] for k in range(len(steps))]
    changed += [[*steps[k + 1 :], *steps[: k + 1]] for k in range(len(steps))]
    for words in changed:
        yield [*before, " ".join(["cancels", *words]), *after]
    for end in ENDS:
        yield [*before, leaf + end, *after]
        yield [*before, "cancels" + end, *after]
    for token in re.finditer(r"(?<= )\S+", leaf):
        for other in (*NEURONS, "merge", "flip", "1", "-1", "2", "1/2"):
            yield [*before, leaf[: token.start()] + other + leaf[token.end() :], *after]


def compared(damaged: Iterator[list[str]], path: Path) -> tuple[int, int]:
    """How many were accepted and refused, by both checkers."""
    accepted = refused = 0
    for lines in damaged:
        found = disagreement(content(lines), path)
        assert not found, (found, lines)
        outcome = check(io.BytesIO(content(lines)))
        accepted, refused = accepted + outcome.accepted, refused + (not outcome.accepted)
    return accepted, refused


def test_a_leaf_and_what_damage_makes_of_it(tmp_path: Path) -> None:
    lines = proof()
    assert lines[-2] == "cancels " + MERGES
    assert check(io.BytesIO(content(lines))).accepted
    assert not disagreement(content(lines), tmp_path / "x.cert")
    accepted, refused = compared(damaged_leaves(lines), tmp_path / "x.cert")
    assert accepted > 9 and refused > 300


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [(2, 8, 9, 2), (2, 6, 6, 6, 1), (5, 4, 8, 8, 1)])
def test_networks_in_which_a_neuron_never_switches(
    sizes: tuple[int, ...], seed: int, tmp_path: Path
) -> None:
    network = gaussian(sizes, seed)
    pairs = (
        (never_on(network, -20, 1), never_on(network, -30, 5)),
        (always_on(network, 20), always_on(network, 33)),
    )
    for a, b in pairs:
        lines = _proof(a, b, sizes[0])
        assert sum(line.startswith("cancels") for line in lines) == 1
        assert not disagreement(content(lines), tmp_path / "x.cert")
        # the same steps where the neuron is not decided, or as a leaf of a tree of other networks
        (place,) = [k for k, line in enumerate(lines) if line.startswith("cancels")]
        for k in range(lines.index("proof") + 1, place):
            less = [*lines[:k], *lines[k + 1 :]]
            assert not disagreement(content(less), tmp_path / "x.cert")


SLICE = Polyhedron.of(3, [[1, 1, 0, 1], [-1, -1, 0, 1], [0, 0, 1, 1], [0, 0, -1, 1]])
PLANE = Polyhedron.of(
    3, [[1, -1, 0, 0], [-1, 1, 0, 0], [2, 0, 0, 1], [-2, 0, 0, 1], [0, 0, 1, 1], [0, 0, -1, 1]]
)


def reading_a_sum(network: Network) -> Network:
    """The network of two inputs at x + y and z."""
    layers = [
        (network.weight(k).tolist(), layer.bias.entries())
        for k, layer in enumerate(network.layers, 1)
    ]
    first, bias = layers[0]
    return Network.dense([([[u, u, v] for u, v in first], bias), *layers[1:]])


@pytest.mark.parametrize(("domain", "word"), [(SLICE, "coordinates"), (PLANE, "pin")])
@pytest.mark.parametrize("seed", range(3))
def test_slices_and_planes(domain: Polyhedron, word: str, seed: int, tmp_path: Path) -> None:
    network = gaussian((2, 8, 9, 2), seed)
    a, b = (reading_a_sum(never_on(network, -20 - 10 * k, 1 + 4 * k)) for k in range(2))
    lines = list(Agreement(Comparison.of(a, b), domain).lines())
    assert any(line.startswith(word + " ") for line in lines)
    assert check(io.BytesIO(content(lines))).accepted
    assert not disagreement(content(lines), tmp_path / "x.cert")
    (leaf,) = [line for line in lines if line.startswith("cancels ")]
    for other in ("cancels", leaf + " unread 2:0", leaf.replace("2:9", "2:10"), leaf[:-1] + "2"):
        changed = [other if line == leaf else line for line in lines]
        assert not disagreement(content(changed), tmp_path / "x.cert")


def _proof(a: Network, b: Network, inputs: int) -> list[str]:
    domain = Polyhedron.box(-1, 1, inputs)
    return list(Agreement(Comparison.of(a, b), domain).lines())
