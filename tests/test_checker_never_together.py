"""Neurons nowhere on, nowhere off, or nowhere on together: which proofs of it are accepted."""

from __future__ import annotations

import io
from itertools import pairwise
from math import inf
from pathlib import Path
from random import Random

import pytest
from flint import fmpq

from exactrev.checker import check
from exactrev.equivalence import never
from exactrev.equivalence.decide import equal_by_trees
from exactrev.equivalence.neuron_rows import neuron_rows
from exactrev.equivalence.never import never_together
from exactrev.equivalence.reweighing import reweighed
from exactrev.lp import Motzkin, Point, System, solve
from exactrev.network import Network
from exactrev.network.model import Layer
from exactrev.network.reduction import Name

HIDDEN = ([[1, 0], [0, 1]], [0, 0]), ([[1, -3], [-1, 2], [2, -1]], [0, 1, 1])


def late_network(weight: int) -> Network:
    """2:1 and 3:0 are never on together unless ``weight``, by which one reads the other, is large.

    2:1 is on where v0 < 2 v1 + 1; there v0 - 3 v1 is at most 1, and 3:0 reads it less 1.
    """
    return Network.dense([*HIDDEN, ([[1, weight, -9]], [-1]), ([[1]], [0])])


def skipping_network(weight: int, source: int) -> Network:
    """The same, where 3:0 reads of layer 1 or of the inputs half of the second, v1 or less, too.

    Where 2:1 is on by s, v0 = 2 v1 + 1 - s.  If v1 < 1, v0 - 3 v1 and v1 / 2 are at most 1 in sum.
    Else 3:0 is at most v1 / 2 less 7 s and 9 (3 v1 + 3 - 2 s), which is 2:2, if both are positive.
    """
    late = late_network(weight)
    *below, last, output = late.layers
    read = Layer.of({source: [[0, "1/2"]], 2: last.weights[0][1]}, last.bias.entries())
    return Network(2, (*below, read, output))


def certificate_of(a: Network, b: Network) -> list[str]:
    found = equal_by_trees(a, b, inf)
    assert found is not None and found.verdict == "equal"
    lines = found.certificate()
    assert lines is not None
    return list(lines)


def _accepted(lines: list[str]) -> bool:
    return check(io.BytesIO("".join(line + "\n" for line in lines).encode())).accepted


@pytest.mark.parametrize("source", [0, 1])
def test_one_that_never_matters_where_a_neuron_reads_several_layers(source: int) -> None:
    a, b, c = (skipping_network(weight, source) for weight in (-9, -7, 50))
    for pair in (a, b), (b, a):
        lines = certificate_of(*pair)
        assert any(line.startswith("apart A 3:0 2:1 ") for line in lines) and _accepted(lines)
        leaf = max(k for k, line in enumerate(lines) if line.startswith("never"))
        assert not _accepted([*lines[:leaf], "never 1 0", *lines[leaf + 1 :]])
    assert a([0, 1]) != c([0, 1])
    assert equal_by_trees(a, c, inf) is None and equal_by_trees(c, a, inf) is None


@pytest.mark.parametrize("source", [0, 1])
def test_what_is_read_past_a_layer_is_not_forgotten(source: int) -> None:
    """With more of it the two neurons are on together, and the weight matters."""
    first, second, _, output = late_network(0).layers
    read = [Layer.of({source: [[0, 30]], 2: [[1, weight, -9]]}, [-1]) for weight in (-9, -7)]
    a, b = (Network(2, (first, second, layer, output)) for layer in read)
    row = neuron_rows(b, 3)[0]
    assert a([0, 1]) != b([0, 1])
    assert never_together(b, Name(2, 1), Name(3, 0), row) is None
    assert equal_by_trees(a, b, inf) is None


def test_a_weight_that_never_matters_may_be_another_one() -> None:
    lines = certificate_of(late_network(-9), late_network(-7))
    assert "apart A 3:0 2:1 -7" in lines
    assert _accepted(lines)
    assert _accepted(certificate_of(late_network(-7), late_network(-9)))


def test_one_that_matters_may_not() -> None:
    a, b = late_network(-9), late_network(50)
    assert equal_by_trees(a, b, inf) is None and equal_by_trees(b, a, inf) is None
    assert a([0, 1]) != b([0, 1])
    # the tree of a smaller weight is no proof for a larger one
    honest, other = certificate_of(a, late_network(-7)), list(b.text())
    begin = honest.index(next(line for line in honest if line.startswith("network B")))
    end = honest.index("proof")
    forged = [*honest[:begin], f"network B {b.sha256}", *other, *honest[end:]]
    renamed = [line.replace("3:0 2:1 -7", "3:0 2:1 50") for line in forged]
    assert not _accepted(forged) and not _accepted(renamed)


def test_every_line_of_the_tree_is_needed() -> None:
    lines = certificate_of(late_network(-9), late_network(-7))
    first = next(k for k, line in enumerate(lines) if line.startswith("apart"))
    last = max(k for k, line in enumerate(lines) if line.startswith("never"))
    for k in range(first, last + 1):
        assert not _accepted([*lines[:k], *lines[k + 1 :]])
        assert not _accepted([*lines[: k + 1], lines[k], *lines[k + 1 :]])


TAKEN = "never 1 0 1:0 14 2:1 4 above 2:2 9"


REFUSED_LEAVES = [
    "never 0 0",
    "never 1 0 2:1 4 above 2:2 9",  # the combination is not constant
    "never 1 0 1:0 14 2:1 4 above 2:2 8",
    "never 1 0 1:0 14 2:1 4 2:2 9",
    "never -1 0 1:0 14 2:1 4 above 2:2 9",
    "never 1 0 1:0 -14 2:1 4 above 2:2 9",
    "never 1 0 2:1 4 1:0 14 above 2:2 9",  # not in order
    "never 1 0 1:0 7 1:0 7 2:1 4 above 2:2 9",
    "never 1 0 1:0 14 2:1 4 above 2:1 1 2:2 9",  # decided
    "never 1 0 1:0 14 2:1 4 3:0 1 above 2:2 9",  # not below the reader
    "never 1 0 1:0 14 2:1 4 above 2:2",
    "never 1",
    "case 2:0",  # decided
    "case 3:0",  # the reader itself
    "case 2:3",  # there is none
    "empty 0",
]


@pytest.mark.parametrize("instead", REFUSED_LEAVES)
def test_leaves_that_are_refused(instead: str) -> None:
    lines = certificate_of(late_network(-9), late_network(-7))
    assert TAKEN in lines
    assert not _accepted([instead if line == TAKEN else line for line in lines])


@pytest.mark.parametrize("step", ["apart A 2:1 3:0 -7", "apart A 3:0 3:0 -7", "apart A 3:0 2:1"])
def test_steps_that_are_refused(step: str) -> None:
    lines = certificate_of(late_network(-9), late_network(-7))
    changed = [step if line.startswith("apart") else line for line in lines]
    assert not _accepted(changed)


def test_golden_certificates() -> None:
    golden = Path(__file__).parent / "golden"
    assert check(golden / "equal-trees.cert").accepted
    refused = check(golden / "equal-trees.refused.cert")
    assert not refused.accepted and "no contradiction" in refused.reason


LAYERS = ([[1, 0], [0, 1]], [0, 0]), ([[2, -1], [2, -1]], [-1, 0])


def never_switching(sign: int) -> tuple[Network, Network]:
    """Two neurons of layer 3 read relu(u - 1) and relu(u): one is nowhere on (or, with the other
    sign, nowhere off), which no sign tells; and the network without it.
    """
    rows = [[sign, -sign], [3, 1]]
    a = Network.dense([*LAYERS, (rows, [-sign if sign > 0 else 2, -2]), ([[5, 1]], [0])])
    if sign > 0:
        return a, Network.dense([*LAYERS, ([[3, 1]], [-2]), ([[1]], [0])])
    read = Layer.of({2: [[-5, 5]], 3: [[1]]}, [10])
    third = Layer.of({2: [[3, 1]]}, [-2])
    return a, Network(2, (*a.layers[:2], third, read))


@pytest.mark.parametrize(("sign", "step"), [(1, "dead A 3:0"), (-1, "alive A 3:0")])
def test_a_neuron_that_never_switches_is_removed(sign: int, step: str) -> None:
    a, b = never_switching(sign)
    assert a([7, 1]) == b([7, 1])
    lines = certificate_of(a, b)
    assert step in lines and _accepted(lines)
    place = lines.index(step)
    for other in ("dead A 3:1", "alive A 3:1", "dead A 3:0 1", "dead A 4:0", "dead B 3:0"):
        assert not _accepted([*lines[:place], other, *lines[place + 1 :]])
    swapped = step.replace("dead", "alive") if sign > 0 else step.replace("alive", "dead")
    assert not _accepted([*lines[:place], swapped, *lines[place + 1 :]])
    leaf = next(k for k in range(place, len(lines)) if lines[k].startswith("never"))
    word, c, d, *rest = lines[leaf].split(" ")
    assert d == "0"
    forged = " ".join([word, c, "1", *rest])  # there is no second neuron
    assert not _accepted([*lines[:leaf], forged, *lines[leaf + 1 :]])
    assert not _accepted([*lines[:leaf], *lines[leaf + 1 :]])


def test_one_that_switches_is_not() -> None:
    a = Network.dense([*LAYERS, ([[1, -1], [3, 1]], [2, -2]), ([[5, 1]], [0])])
    for b in never_switching(1)[1], never_switching(-1)[1]:
        assert equal_by_trees(a, b, inf) is None


def test_weights_of_a_neuron_that_is_mostly_on_are_seen_once_it_is_turned_round() -> None:
    a = Network.dense([*HIDDEN, ([[-1, 9, 9]], [1]), ([[5]], [0])])

    def with_weight(weight: int) -> Network:
        """What the neuron reads more of 2:1, the output reads less."""
        last = Layer.of({2: [[0, 5 * (9 - weight), 0]], 3: [[5]]}, [0])
        return Network(2, (*a.layers[:2], Layer.of({2: [[-1, weight, 9]]}, [1]), last))

    b = with_weight(12)
    assert a([3, 2]) == b([3, 2]) and a([9, 1]) == b([9, 1])
    lines = certificate_of(a, b)
    assert [line.split(" ")[0] for line in lines].count("flip") == 2 and _accepted(lines)
    assert not _accepted([line for line in lines if line != "flip A 3:0"])
    assert a([0, 1]) != with_weight(-30)([0, 1])
    assert equal_by_trees(a, with_weight(-30), inf) is None


def drawn(sizes: tuple[int, ...], seed: int) -> Network:
    random = Random(f"{sizes} {seed}")
    return Network.dense(
        [
            (
                [[fmpq(random.randint(-9, 5), 4) for _ in range(width)] for _ in range(height)],
                [fmpq(random.randint(-6, 6), 4) for _ in range(height)],
            )
            for width, height in pairwise(sizes)
        ]
    )


def also_reading(network: Network, number: int, source: int) -> Network:
    """The network with weights by which a layer reads an earlier one, too."""
    random = Random(f"{number} {source} {network.sha256}")
    old = network.layers[number - 1]
    width = network.architecture[source]
    rows = [[fmpq(random.randint(-9, 5), 4) for _ in range(width)] for _ in range(old.size)]
    layer = Layer.of({**dict(old.weights), source: rows}, old.bias.entries())
    layers = (*network.layers[: number - 1], layer, *network.layers[number:])
    return Network(network.inputs, layers)


DEEP = [(4, 3, 3, 3, 1), (2, 4, 3, 3, 1)]


@pytest.mark.parametrize(
    ("sizes", "skip"),
    [(sizes, None) for sizes in (*DEEP, (3, 3, 4, 2))]
    + [(sizes, skip) for sizes in DEEP for skip in ((2, 0), (3, 1), (3, 0))],
)
def test_proofs_of_random_networks_are_accepted(
    sizes: tuple[int, ...], skip: tuple[int, int] | None
) -> None:
    proved = 0
    for seed in range(4 if skip is None else 2):
        network = drawn(sizes, seed)
        if skip is not None:
            network = also_reading(network, *skip)
        names = [[Name(k, i) for i in range(n)] for k, n in enumerate(sizes[1:-1], 1)]
        for number in range(2, len(sizes) - 1):
            for j in range(sizes[number]):
                for i in range(sizes[number - 1]):
                    other = with_less(network, number, j, i)
                    row = neuron_rows(network, number)[j]
                    tree = never_together(network, Name(number - 1, i), Name(number, j), row)
                    changed = reweighed(network, other, names)
                    if tree is None or changed is None:
                        continue
                    proved += 1
                    found = equal_by_trees(network, other, inf)
                    if found is not None:  # both may be reduced to something else first
                        certificate = found.certificate()
                        assert certificate is not None and _accepted(list(certificate))
                    for x in range(-3, 4):
                        point = [fmpq(x * (k + 1), 2) for k in range(sizes[0])]
                        assert network(point) == other(point)
    assert proved


def with_less(network: Network, number: int, neuron: int, below: int) -> Network:
    """The network with one weight less by 5."""
    matrix = network.weight(number)
    entries = [[matrix[r, c] for c in range(matrix.ncols())] for r in range(matrix.nrows())]
    entries[neuron][below] -= 5
    old = network.layers[number - 1]
    layer = Layer.of({**dict(old.weights), number - 1: entries}, old.bias.entries())
    layers = (*network.layers[: number - 1], layer, *network.layers[number:])
    return Network(network.inputs, layers)


def test_a_case_that_a_known_point_is_in_needs_no_linear_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def counted(system: System) -> Point | Motzkin:
        asked.append(system)
        return solve(system)

    monkeypatch.setattr(never, "solve", counted)
    below = ([[1, 0], [0, 1]], [0, 0]), ([[1, -3], [-1, 2]], [0, 1])
    net = Network.dense([*below, ([[1, -9]], [-1]), ([[1]], [0])])
    tree = never_together(net, Name(2, 1), Name(3, 0), neuron_rows(net, 3)[0])
    assert tree is not None
    assert [line.split()[0] for line in tree] == ["case", "case", "never", "never", "never"]
    # a point where 2:1 is on; it is on one side of 2:0, and one on the other side; the two leaves
    assert len(asked) == 4
