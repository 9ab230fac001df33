"""The leaf ``vanishes``: found where networks are equal, and refused where it does not hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.circuits import (
    Circuit,
    insertion,
    maximum_of_minima,
    odd_even_merge,
    sorted_forms,
    with_inner_maximum,
)
from exactrev.checker import Outcome, check
from exactrev.equivalence import Agreement, Comparison, agreement
from exactrev.equivalence.cancelling import Loners
from exactrev.equivalence.race import Cost
from exactrev.equivalence.vanishing import Vanishing
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Layer, Network
from tests.equivalence.pairs import (
    judged,
    random_forms,
    random_network,
    ranges_by_regions,
    tournament,
)
from tests.equivalence.test_many_pairs import pair
from tests.smtlib.scripts import all_unsat
from tests.smtlib.test_export import sealed

GOLDEN = Path(__file__).parent.parent / "golden" / "equal-on-vanishes.cert"
Pair = tuple[Network, Network]


@pytest.fixture(params=["from the outputs", "by likeness", "exactly"])
def alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the leaf sought alone, without a tree of cells beside it, in one way."""

    def first_done(
        steps: Iterator[str],
        others: Callable[[], Sequence[Vanishing]],
        cost: Cost,
        stop: Callable[[], bool],
    ) -> Iterator[str]:
        attempts = others()
        chosen = attempts[request.param == "by likeness"]
        if request.param == "exactly":
            chosen._samples = None
        chosen.run(100_000, stop)
        assert chosen.proved != chosen.refuted
        yield from chosen.lines if chosen.proved else steps

    monkeypatch.setattr(agreement, "first_done", first_done)
    monkeypatch.setattr(agreement, "cost_of", lambda *_, **__: Cost(1, 1))
    monkeypatch.setattr(Loners, "of", lambda pair: Loners(pair.reduction.network, ()))


def compared(a: Network, b: Network, domain: Polyhedron | None = None) -> tuple[bool, list[str]]:
    """Whether a proof was found, and the certificate; which is accepted then."""
    search, lines = Agreement(Comparison.of(a, b), domain), list[str]()
    proved = search.run(lines.extend)
    if proved:
        outcome = judged(lines)
        assert outcome.accepted, outcome.reason
    else:
        assert search.witness is not None and a(search.witness) != b(search.witness)
    return proved, lines


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("first", range(0, 160, 40))
def test_verdicts_are_those_of_brute_force(first: int) -> None:
    verdicts = []
    for seed in range(first, first + 40):
        a, b, domain = pair(seed)
        expected = ranges_by_regions(Comparison.of(a, b), domain) == [(0, 0)]
        assert compared(a, b, domain)[0] == expected, seed
        verdicts.append(expected)
    assert 5 < sum(verdicts) < 35


def deeper(seed: int) -> tuple[Network, Network, Polyhedron]:
    """A network with two layers and two outputs, and it with a layer between that changes nothing,
    or, sometimes, something."""
    random = Random(seed)
    a = random_network([2, 3, 2, 2], random, size=3)
    first, _, last = a.layers
    turned = Layer.of({1: [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]}, [0, 0, 0, 1])
    shift = random.choice((1, 1, 2))
    rows = [[row[0] * 0, row[1], row[2], row[0]] for row in a.weight(2).tolist()]
    biases = [
        x - row[0] * shift for x, row in zip(a.bias(2).entries(), a.weight(2).tolist(), strict=True)
    ]
    ends = Layer.of({2: rows}, biases), Layer.of({3: a.weight(3)}, last.bias.entries())
    return a, Network(2, (first, turned, *ends)), Polyhedron.box(-2, 2, 2)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("first", range(0, 40, 20))
def test_deeper_networks(first: int) -> None:
    verdicts = set()
    for seed in range(first, first + 20):
        a, b, domain = deeper(seed)
        expected = ranges_by_regions(Comparison.of(a, b), domain) == [(0, 0)] * 2
        assert compared(a, b, domain)[0] == expected, seed
        verdicts.add(expected)
    assert verdicts == {False, True}


# -- pairs that have many cells -----------------------------------------------------------------


def maxima(inputs: int, count: int) -> Pair:
    forms = random_forms(count, inputs, Random(inputs))
    order = Random(1).sample(range(count), count)
    return tournament(forms, range(count)), tournament(forms, order)


def lattices(inputs: int, groups: int, size: int) -> Pair:
    forms = random_forms(groups * size, inputs, Random(inputs))
    grouped = [forms[i * size :][:size] for i in range(groups)]
    random = Random(1)
    other = [random.sample(group, size) for group in random.sample(grouped, groups)]
    return maximum_of_minima(grouped), maximum_of_minima(other)


def sorters(inputs: int, ranks: Sequence[int]) -> Pair:
    forms = random_forms(8, inputs, Random(inputs))
    return (
        sorted_forms(forms, odd_even_merge(8), ranks),
        sorted_forms(forms, insertion(8), ranks),
    )


def inner_maxima(shape: Sequence[int]) -> Pair:
    a, b = (with_inner_maximum(shape, order, Random(3)) for order in ((0, 1, 2), (2, 0, 1)))
    return a, b


def with_a_dead_neuron(shape: Sequence[int]) -> Pair:
    """A neuron of layer 2 that reads relu(a + b) - relu(a) - relu(b) - 1, and is read by all of
    layer 3; and none."""

    def network(dead: bool) -> Network:
        random, circuit = Random(5), Circuit(shape[0])

        def form() -> dict[int, fmpq]:
            return circuit.form([random.randint(-20, 20) for _ in range(shape[0] + 1)])

        a, b, *others = (form() for _ in range(shape[1] - 1))
        values = [circuit.relu(z) for z in (a, b, circuit.combined((1, a), (1, b)), *others)]
        low = circuit.form([*[0] * shape[0], -1])
        parts = (1, values[2]), (-1, values[0]), (-1, values[1]), (1, low)
        ghost = circuit.relu(circuit.combined(*parts))
        ghost = circuit.combined((int(dead), ghost))
        ends = []
        for _ in range(shape[2]):
            read = [(random.randint(-9, 9), value) for value in values]
            ends.append(circuit.relu(circuit.combined(*read, (random.randint(-9, 9), ghost))))
        return circuit.network([circuit.combined(*((random.randint(1, 9), e) for e in ends))])

    return network(True), network(False)


@pytest.mark.parametrize(
    ("networks", "most"),
    [
        (maxima(4, 31), 200),
        (maxima(5, 31), 200),
        (lattices(4, 6, 5), 500),
        (lattices(5, 6, 5), 500),
        (sorters(5, [7]), 300),
        (inner_maxima([4, 9, 12]), 400),
        (with_a_dead_neuron([4, 7, 12]), 400),
    ],
)
def test_pairs_with_many_cells(networks: Pair, most: int) -> None:
    proved, lines = compared(*networks)
    assert proved and "vanishes" in lines and len(lines) - lines.index("vanishes") < most
    *layers, last = networks[0].layers
    other = Network(networks[0].inputs, (*layers, with_more(last)))
    assert not compared(other, networks[1])[0]


def with_more(layer: Layer) -> Layer:
    """The layer with the weights of its last source larger by 1/3."""
    source, weights = layer.weights[-1]
    rows = [[w + fmpq(1, 3) for w in row] for row in weights.tolist()]
    return Layer.of({**dict(layer.weights), source: rows}, layer.bias.entries())


def test_on_domains() -> None:
    a, b = maxima(4, 20)
    simplex = Polyhedron.of(4, [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0],
                                [-1, -1, -1, -1, 1]])  # fmt: skip
    flat = Polyhedron.of(4, [[1, 1, -1, 0, 2], [-1, -1, 1, 0, -2]])
    for domain in (simplex, flat, Polyhedron.box(-1, 1, 4)):
        assert compared(a, b, domain)[0]
    low = Polyhedron.of(4, [[1, 0, 0, 0, 5], [-1, 0, 0, 0, -4]])
    high = [fmpq(x) for x in (1, 0, 0, 0, 9999)]
    other = tournament([*random_forms(20, 4, Random(4))[:-1], high], range(20))
    for domain in (simplex, flat, low):
        found, _ = compared(a, other, domain)
        assert not found


def test_fewer_inputs_than_there_are() -> None:
    """Where all is read through three sums of the inputs, on a slice of the space."""
    sums = [[1, 2, 0, 0, 1], [0, 1, -1, 0, 2], [0, 0, 1, 1, 0]]

    def through(form: Sequence[fmpq]) -> list[fmpq]:
        *linear, constant = form
        mixed = fmpq_mat([linear]) * fmpq_mat(sums)
        return [*mixed.entries(), constant]

    forms = list(map(through, random_forms(20, 3, Random(0))))
    a, b = tournament(forms, range(20)), tournament(forms, Random(2).sample(range(20), 20))
    proved, lines = compared(a, b)
    assert proved and "vanishes" in lines and any(line.startswith("coordinates") for line in lines)
    domain = Polyhedron.of(5, [[*row, 1] for row in sums])
    proved, lines = compared(a, b, domain)
    assert proved and "vanishes" in lines


def test_at_a_deeper_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a maximum in two orders, a neuron of A alone that is off on the domain."""
    a, b = maxima(3, 16)
    first = Layer.of({0: [*a.weight(1, 0).tolist(), [1, 0, 0]]}, [*a.bias(1).entries(), -9])
    second = [[*row, 7] for row in a.weight(2).tolist()]
    blocks = dict(a.layers[1].weights) | {1: second}
    layers = (first, Layer.of(blocks, a.bias(2).entries()))
    later = tuple(
        Layer.of(
            {k: [[*row, 0] for row in w.tolist()] if k == 1 else w for k, w in layer.weights},
            layer.bias.entries(),
        )
        for layer in a.layers[2:]
    )
    search = Agreement(Comparison.of(Network(3, (*layers, *later)), b), Polyhedron.box(-8, 8, 3))
    explorer = search.explorer
    monkeypatch.setattr(explorer, "_loners", Loners(explorer.reduction.network, (8,)))
    monkeypatch.setattr(explorer, "_attempts_on_all", list)
    lines = list[str]()
    assert search.run(lines.extend)
    place = lines.index("vanishes")
    assert lines[place - 1].startswith(("off", "on", "split")) and judged(lines).accepted


# -- refusals -----------------------------------------------------------------------------------


def golden(old: str, new: str, which: int = 0) -> Outcome:
    """What the checker says of the golden certificate, a part of whose proof is replaced."""
    head, proof = GOLDEN.read_text().split("proof\n")
    pieces = proof.split(old)
    assert len(pieces) > which + 1, old
    changed = old.join(pieces[: which + 1]) + new + old.join(pieces[which + 1 :])
    return check(io.BytesIO(f"{head}proof\n{changed}".encode()))


def test_the_golden_certificate() -> None:
    assert check(GOLDEN).accepted
    refused = check(GOLDEN.with_name("equal-on-vanishes.refused.cert"))
    assert not refused.accepted and "not the stated multiple" in (refused.reason or "")


SAME = "same 1:1 1:0 -1\n"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("vanishes\n", "", "line"),
        ("vanishes\n", "vanishes\nvanishes\n", "expected 'case' or 'never'"),
        ("vanishes\n", "vanishes 2\n", "line"),
        (SAME, "", "no contradiction"),
        (SAME, SAME + SAME, "undecided neuron"),
        (SAME, "same 1:1 1:0 1\n", "not the stated multiple"),
        (SAME, "same 1:1 1:0 0\n", "other than 0"),
        (SAME, "same 1:0 1:1 -1\n", "an earlier one"),
        (SAME, "same 1:1 1:1 1\n", "an earlier one"),
        (SAME, "same 1:1 1:0\n", "expected 'case' or 'never'"),
        (SAME, "same 1:1 1:6 -1\n", "no such hidden neuron"),
        (SAME, "same 2:0 1:0 -1\n", "no such hidden neuron"),
        (SAME, SAME + "case 1:1\n", "decided already"),
        (SAME, SAME + "never 1 0 1:1 1\n", "of another one"),
        (SAME, SAME + "never 1 0 above 1:1 1\n", "is decided"),
        ("never 1 0 1:1 1\n", "never 1 1 1:1 1\n", "no second neuron"),
        ("never 1 0 1:1 1\n", "never -1 0 1:1 1\n", "not negative"),
        ("never 1 0 1:1 1\n", "never 1 0 1:1 2\n", "no contradiction"),
        ("never 1 0 1:1 1\n", "never 1 0 1:1 -1\n", "positive numbers"),
        ("never 1 0 1:1 1\n", "never 0 0\n", "no contradiction"),
        ("case 1:4\n", "case 1:0\n", "decided already"),
        ("case 1:4\n", "same\n", "expected 'case' or 'never'"),
        ("case 1:4\n", "split 3\n", "expected 'case' or 'never'"),
        ("never 0 0 1:3 1 rows 0 1\n", "never 0 0 1:3 1\n", "no contradiction"),
        ("rows 0 1", "rows 1 1", "does not have"),
        ("rows 0 1", "rows 9 1", "does not have"),
        ("rows 0 1", "rows 0 -1", "positive numbers"),
        ("rows 0 1", "rows 0 1 0 1", "ascending order"),
        ("rows 0 1", "rows 0", "expected pairs"),
        ("rows 0 1", "rows 1:0 1", "natural"),
        ("rows 0 1", "rows 0 1 above", "expected pairs"),
        ("1:3 1 rows 0 1", "rows 0 1 1:3 1", "natural"),
        ("1:2 1 1:3 1", "1:3 1 1:2 1", "ascending order"),
        ("end\n", "never 1 0\nend\n", "line"),
        ("end\n", "same\nend\n", "no branch"),
        ("never 1 0 1:3 1 above 1:2 1\n", "", "a branch of the tree is open"),
    ],
)  # fmt: skip
def test_refusals(old: str, new: str, reason: str) -> None:
    outcome = golden(old, new)
    assert not outcome.accepted and reason in (outcome.reason or ""), outcome.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("never 1 0\n", "never 7/3 0\n"),
        ("never 0 0 1:3 1 rows 0 1\n", "never 0 0 1:3 5/2 rows 0 5/2\n"),
        (SAME, "case 1:0\nsame 1:1 1:0 -1\nsame 1:4 1:0 2\nnever 1 0\nsame 1:1 1:0 -1\n"),
    ],
)
def test_other_true_leaves(old: str, new: str) -> None:
    """What follows a decided neuron has its value: 0 or z."""
    assert golden(old, new).accepted


def test_a_proof_of_one_sign_is_none() -> None:
    """relu(x) is nowhere < 0."""
    relu = Network.dense([([[1]], [0]), ([[1]], [0])])
    zero = Network.dense([([[0]], [0])])
    search = Agreement(Comparison.of(relu, zero))
    *head, _ = search.question()
    head = [*head[1:], "proof", "vanishes"]
    assert not search.run() and search.witness is not None
    for first in ("never 1 0 1:0 1", "never 1 0", "never 1 0 above 1:0 1"):
        lines = [*head, first, "never 1 0 1:0 1", "end"]
        assert not judged(lines).accepted


def test_only_trees_of_this_leaf_have_rows_and_likeness() -> None:
    text = (GOLDEN.parent / "equal-trees.cert").read_text()
    leaf = next(line for line in text.splitlines() if line.startswith("never"))
    for other in (f"{leaf} rows", f"{leaf} rows 0 1", f"same 1:1 1:0 1\n{leaf}"):
        assert not check(io.BytesIO(text.replace(leaf, other, 1).encode())).accepted


# -- SMT-LIB ------------------------------------------------------------------------------------


def test_exported_leaves_are_confirmed() -> None:
    """z3 finds nothing on any branch; it does where a number is changed."""
    text = GOLDEN.read_text()
    assert all_unsat(text)
    for old, new in (("same 1:4 1:0 2", "same 1:4 1:0 3"), ("row 1 0 1", "row 1 0 3")):
        assert not all_unsat(text.replace(old, new, 1))
    moved = text.replace("layer 2\nbias 0 0\nfrom 0\n-1 0", "layer 2\nbias 0 1/9\nfrom 0\n-1 0")
    assert moved != text and not all_unsat(sealed(moved))
    _, lines = compared(*maxima(3, 12))
    assert "vanishes" in lines and all_unsat("".join(line + "\n" for line in lines))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("case 1:4\n", "case 1:0\n"),
        ("case 1:4\n", "split 2\n"),
        ("same 1:1 1:0 -1\n", "same 1:0 1:1 -1\n"),
        ("same 1:1 1:0 -1\n", "same 1:1 1:0 0\n"),
        ("same 1:1 1:0 -1\n", "same 1:1 2:0 1\n"),
        ("never 1 0 1:3 1 above 1:2 1\n", ""),
    ],
)
def test_what_is_not_exported(old: str, new: str) -> None:
    with pytest.raises(InputError):
        all_unsat(GOLDEN.read_text().replace(old, new, 1))
