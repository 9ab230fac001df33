"""The verified checker gives the Python checker's verdict where boxes are enclosed.

Its bounds are the same integers: both take the tightest bounds there are, and refuse any tighter.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import count
from pathlib import Path
from random import Random

import pytest
from flint import fmpq

from exactrev.bounds import BoxDeviation
from exactrev.checker import check
from exactrev.checker.difference import read_pair
from exactrev.checker.enclosure import bounds
from exactrev.checker.lines import Lines
from exactrev.checker.network import read_network
from exactrev.checker.paired import paired_stages, read_partners
from exactrev.equivalence import Comparison
from exactrev.formats import read_network as network_file
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.network.model import Layer
from tests.damaged_certificates import PROGRAM, ROOT

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")

PLACES = (0, 1, 7, 40, 90)
ACAS = ROOT / "examples" / "nets" / "acasxu_1_1"


def text_of(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def both_say(content: bytes, path: Path) -> bool:
    """Whether the certificate is accepted, which the checkers agree on."""
    path.write_bytes(content)
    accepted = check(io.BytesIO(content)).accepted
    done = subprocess.run([PROGRAM, path], capture_output=True, check=False, timeout=60)
    assert done.returncode == (0 if accepted else 1), content
    return accepted


def random_network(inputs: int, outputs: int, widths: Iterable[int], dice: Random) -> Network:
    """A network that skips layers; a quarter of its weights are 0."""

    def number() -> fmpq:
        return fmpq(dice.choice((0, dice.randint(-9, 9))), dice.choice((1, 2, 3, 1 << 20)))

    sizes, layers = [inputs], []
    for width in (*widths, outputs):
        sources = {len(sizes) - 1, dice.randrange(len(sizes))}
        weights = {
            source: [[number() for _ in range(sizes[source])] for _ in range(width)]
            for source in sources
        }
        layers.append(Layer.of(weights, [number() for _ in range(width)]))
        sizes.append(width)
    return Network(inputs, tuple(layers))


def nearly(network: Network, dice: Random) -> Network:
    """The network with some entries moved a little."""

    def moved(x: fmpq) -> fmpq:
        return x + dice.choice((0, 0, 1)) * fmpq(dice.randint(-3, 3), 64)

    layers = []
    for layer in network.layers:
        blocks = {
            source: [[moved(x) for x in row] for row in block.tolist()]
            for source, block in layer.weights
        }
        layers.append(Layer.of(blocks, map(moved, layer.bias.entries())))
    return Network(network.inputs, tuple(layers))


def random_pairs(a: Network, b: Network, dice: Random) -> list[str]:
    """Neurons of B in order, most of them with a neuron of A."""
    found = []
    for layer, (mine, theirs) in enumerate(zip(a.layers[:-1], b.layers[:-1], strict=False), 1):
        for i in range(theirs.size if mine.size else 0):
            if dice.random() < 0.7:
                j = i if i < mine.size and dice.random() < 0.8 else dice.randrange(mine.size)
                scale = fmpq(1) if dice.random() < 0.6 else fmpq(dice.randint(1, 9), 4)
                found.append(f"pair {layer}:{i} {layer}:{j} {scale}")
    return [f"pairs {len(found)}", *found]


def box_lines(box: list[tuple[int, int]]) -> list[str]:
    """The domain between these halves."""
    rows = []
    for j, ends in enumerate(box):
        for sign, end in zip((1, -1), ends, strict=True):
            entries = [str(sign) if i == j else "0" for i in range(len(box))]
            rows.append(" ".join(["row", *entries, str(Fraction(-sign * end, 2))]))
    return [f"domain {len(rows)}", *rows]


def network_lines(name: str, network: Network) -> list[str]:
    return [f"network {name} {network.sha256}", *network.text()]


# -- within ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_tightest_bounds_of_a_difference(seed: int, tmp_path: Path) -> None:
    dice = Random(seed)
    inputs, outputs = dice.randint(1, 3), dice.randint(1, 2)
    a = random_network(inputs, outputs, dice.choices(range(5), k=dice.randint(0, 3)), dice)
    other = random_network(inputs, outputs, dice.choices(range(5), k=dice.randint(0, 3)), dice)
    b = other if dice.random() < 0.2 else nearly(a, dice)
    places = dice.choice(PLACES)
    low = [dice.randint(-4, 3) for _ in range(inputs)]
    box = [(x, x + dice.randint(0, 5)) for x in low]
    scales = ["1"] * outputs if dice.random() < 0.7 else ["-3/7"] * outputs
    head = ["exactrev-certificate 1", "semantics real", "claim within A B"]
    start = [
        *network_lines("A", a), *network_lines("B", b), " ".join(["scale", *scales]),
        " ".join(["shift", *["1/3"] * outputs]), *random_pairs(a, b, dice),
    ]  # fmt: skip

    lines = Lines(io.BytesIO(text_of([*start, "proof"])))
    pair = read_pair(lines, read_network(lines, "A"), read_network(lines, "B"))
    stages = paired_stages(pair, read_partners(lines, pair))
    sides = [((x, 2), (y, 2)) for x, y in box]
    tightest = [x for ends in bounds(stages, sides, places) for x in ends]

    def accepted(numerators: list[int]) -> bool:
        stated = " ".join(["bounds", *(str(Fraction(x, 1 << places)) for x in numerators)])
        steps = ["proof", f"enclosed {places}", stated, "end"]
        return both_say(text_of([*head, *start, *box_lines(box), *steps]), tmp_path / "x.cert")

    assert accepted(tightest)
    for k in range(2 * outputs):
        tighter = list(tightest)
        tighter[k] += 1 - 2 * (k % 2)
        assert not accepted(tighter)


def test_a_real_difference(tmp_path: Path) -> None:
    """Two files of one network of ACAS Xu, on some boxes."""
    a, b = network_file(ACAS.with_suffix(".onnx")), network_file(ACAS.with_suffix(".nnet"))
    calls = count()
    domain = Polyhedron.box(fmpq(1, 5), fmpq(1, 4), 5)
    search = BoxDeviation(Comparison.of(a, b), domain, stop=lambda: next(calls) > 6)
    lines = list(search.lines())
    assert sum(line.startswith("enclosed") for line in lines) > 2
    assert both_say(text_of(lines), tmp_path / "x.cert")
    place = next(k for k, line in enumerate(lines) if line.startswith("pair "))
    assert not both_say(text_of([*lines[:place], *lines[place + 1 :]]), tmp_path / "x.cert")
    worse = [line if not line.startswith("enclosed") else "enclosed 20" for line in lines]
    assert not both_say(text_of(worse), tmp_path / "x.cert")


# -- unsatisfied -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_least_constants_that_are_enclosed(seed: int, tmp_path: Path) -> None:
    """Of all k / 2^s, the least with output 0 - 2 x_0 < k / 2^s on the box: by halving."""
    dice = Random(seed)
    inputs, places = dice.randint(1, 3), dice.choice((1, 7, 40))
    network = random_network(inputs, 1, dice.choices(range(1, 5), k=dice.randint(0, 3)), dice)
    box = [(x, x + dice.randint(0, 5)) for x in (dice.randint(-4, 3) for _ in range(inputs))]

    def text(k: int) -> bytes:
        form = ["-2", *["0"] * (inputs - 1), "1", str(Fraction(-k, 1 << places))]
        return text_of([
            "exactrev-certificate 1", "semantics real", "claim unsatisfied A",
            *network_lines("A", network), "parts 1", *box_lines(box), "conjunctions 1",
            "conjunction 1", " ".join(["nonnegative", *form]), "proof", "part",
            f"enclosed {places}", "end",
        ])  # fmt: skip

    limit = _least(lambda k: check(io.BytesIO(text(k))).accepted)
    for k in range(limit - 3, limit + 3):
        assert both_say(text(k), tmp_path / "x.cert") == (k >= limit)


def _least(holds: Callable[[int], bool]) -> int:
    """The least integer that it holds of, where it holds of all larger ones."""
    low, high = -1, 1
    while holds(low):
        low *= 2
    while not holds(high):
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def test_a_real_property(tmp_path: Path) -> None:
    """Property 1 of ACAS Xu."""
    path = tmp_path / "x.cert"
    query = ROOT / "examples" / "acasxu" / "prop_1.vnnlib"
    command = ["verify", query, "--network", ACAS.with_suffix(".onnx"), "--certificate", path]
    subprocess.run([sys.executable, "-m", "exactrev", *command, "--quiet"], check=True)
    text = path.read_text(encoding="ascii")
    assert both_say(text.encode(), path)
    first = text.index("enclosed ")
    coarse = text[:first] + "enclosed 9" + text[text.index("\n", first) :]
    assert not both_say(coarse.encode(), path)
    cut = text.index("cut ")
    uncut = text[:cut] + text[text.index("\n", cut) + 1 :]
    assert not both_say(uncut.encode(), path)
