"""The leaf ``vanishes``: found where networks are equal, and an input where they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.circuits import (
    Circuit,
    Term,
    insertion,
    maximum_of_minima,
    odd_even_merge,
    sorted_forms,
    with_a_dead_neuron,
    with_inner_maximum,
    with_inner_sum,
)
from exactrev.equivalence import Agreement, Comparison, Deviation, agreement
from exactrev.equivalence.cancelling import Loners
from exactrev.equivalence.contradiction import Contradiction
from exactrev.equivalence.lifted import Branch, Decision, Lifted, Multiple
from exactrev.equivalence.lifted_floats import FloatBranch, FloatLifted
from exactrev.equivalence.race import Cost
from exactrev.equivalence.vanishing import Vanishing
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

Pair = tuple[Network, Network]
Forms = Sequence[Sequence[fmpq]]


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


def written_twice(random: Random, both: Sequence[Circuit], forms: Forms, depth: int) -> list[Term]:
    """A random term of maxima, minima, differences and absolute values, written in two ways."""
    first, second = both
    if depth == 0 or random.random() < 0.2:
        form = random.choice(forms)
        return [circuit.form(form) for circuit in both]
    kind = random.choice(("max", "max", "min", "min", "less", "relu", "size"))
    x, also_x = written_twice(random, both, forms, depth - 1)
    y, also_y = written_twice(random, both, forms, depth - 1)
    if kind == "max":
        return [first.maximum(x, y), second.maximum(also_y, also_x)]
    if kind == "min":
        return [first.minimum(x, y), second.minimum(also_y, also_x)]
    if kind == "less":
        return [first.combined((1, x), (-1, y)), second.combined((1, also_x), (-1, also_y))]
    if kind == "relu":
        return [first.relu(x), second.maximum(also_x, {})]
    size = first.combined((1, first.relu(x)), (1, first.relu(first.minus(x))))
    return [size, second.maximum(also_x, second.minus(also_x))]


def twice(seed: int) -> tuple[Network, Network, Polyhedron | None, bool]:
    """Networks of a term written in two ways, a bias of one of which may have been moved; a domain;
    and whether none was."""
    random = Random(seed)
    n = random.choice((1, 2, 2, 3))
    forms = random_forms(5, n, random, size=3)
    both = Circuit(n), Circuit(n)
    terms = [written_twice(random, both, forms, random.choice((3, 4))) for _ in range(seed % 2 + 1)]
    a, b = (both[i].network([term[i] for term in terms]) for i in (0, 1))
    domains = (None, None, Polyhedron.box(-2, 1, n), Polyhedron.of(n, [[1] * n + [0]]))
    same = random.random() < 0.6
    if not same:
        layers = list(b.layers)
        place = random.randrange(len(layers))
        biases = layers[place].bias.entries()
        biases[random.randrange(len(biases))] += fmpq(1, 3)
        layers[place] = Layer.of(dict(layers[place].weights), biases)
        b = Network(n, tuple(layers))
    return a, b, random.choice(domains), same


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("first", range(0, 120, 40))
def test_terms_written_twice(first: int) -> None:
    """Deviations over the cells of a box, or of all of a larger one, say the same."""
    verdicts = []
    for seed in range(first, first + 40):
        a, b, domain, same = twice(seed)
        found, _ = compared(a, b, domain)
        verdicts.append(found)
        assert found or not same
        if found and not same:
            search = Deviation(Comparison.of(a, b), Polyhedron.box(-20, 20, a.inputs))
            if domain is None:
                assert search.run() and search.largest() == 0
    assert {True, False} <= set(verdicts)


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


def dead_neurons(shape: Sequence[int]) -> Pair:
    a, b = (with_a_dead_neuron(shape, dead, Random(5)) for dead in (True, False))
    return a, b


def inner_sums(shape: Sequence[int]) -> Pair:
    a, b = (with_inner_sum(shape, rewritten, Random(5)) for rewritten in (True, False))
    return a, b


@pytest.mark.parametrize(
    ("networks", "most"),
    [
        (maxima(4, 31), 200),
        (maxima(5, 31), 200),
        (lattices(4, 6, 5), 500),
        (lattices(5, 6, 5), 500),
        (sorters(6, [6]), 3000),
        (inner_maxima([4, 9, 12]), 400),
        (dead_neurons([4, 7, 12]), 400),
        (inner_sums([4, 8, 12]), 400),
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


def test_exported_leaves_are_confirmed() -> None:
    """z3 finds no input on any branch at which an output has the sign that it cannot have."""
    _, lines = compared(*maxima(3, 12))
    assert "vanishes" in lines and all_unsat(lines)


def test_a_branch_moved_to_other_decisions_has_their_rows() -> None:
    random = Random(7)
    lifted = Lifted.of(random_network((3, 3, 3, 3, 1), random), range(3))
    branch = Branch(lifted, {})
    for _ in range(60):
        decided: dict[int, Decision] = {
            k: random.choice([True, False]) for k in range(9) if random.random() < 0.6
        }
        if random.random() < 0.3:
            decided[7] = Multiple(random.randrange(7), random.choice([fmpq(-2), fmpq(3)]))
        branch = branch.moved(decided)
        alone = Branch(lifted, decided)
        assert branch.decided == decided
        assert (branch.on, branch.off, branch.undecided) == (alone.on, alone.off, alone.undecided)
        asked = random.sample(range(9), 5)  # not all rows are known to the next one
        assert [branch.z(k) for k in asked] == [alone.z(k) for k in asked]


def test_a_tiny_coefficient_keeps_floats_from_nothing() -> None:
    """HiGHS refuses coefficients below 1e-9, so these are not given to it."""
    tiny = fmpq(1, 1 << 32)
    hidden = ([[1, tiny], [-1, 1]], [-1, 0])  # relu(x + tiny y - 1) - relu(y - x) > 0 for x = 2
    lifted = Lifted.of(Network.dense([hidden, ([[1, -1]], [0])]), range(2))
    problem = FloatLifted(lifted, [])
    branch = FloatBranch(problem, {0: True})
    answer = branch.answer(branch.expanded(problem.row(lifted.outputs[0])))
    assert answer is not None
    assert answer.least > 0.0


def test_multipliers_near_those_of_an_empty_branch_become_exact() -> None:
    """Of three neurons any two are on somewhere, but all of them nowhere: in the sum of long
    multiples of their z the values of two others, which they read, cancel."""
    rows = [
        [fmpq(100000000, 10**8), fmpq(31830988, 10**8)],
        [fmpq(-57721566, 10**8), fmpq(69314718, 10**8)],
        [fmpq(-43429448, 10**8), fmpq(-91596559, 10**8)],
    ]
    biases = [-1 - 10 * (a + b) for a, b in rows]  # -1 where both values are 10
    below = ([[1], [1]], [0, 1])
    lifted = Lifted.of(Network.dense([below, (rows, biases), ([[0] * 3], [1])]), range(1))
    decided = dict.fromkeys(range(2, 5), True)
    branch, target = Branch(lifted, decided), lifted.outputs[0]
    problem = FloatLifted(lifted, [])
    near = FloatBranch(problem, decided)
    answer = near.answer(near.expanded(problem.row(target)))
    assert answer is not None
    assert answer.least < 0.0
    found = Contradiction(branch, target, []).proposed(answer)
    assert found is not None
    assert not found.target and not any(found.above.values())
    assert all(found.plain[k] > 0 for k in decided)
    sums = [sum(y * branch.z(k).get(j, fmpq(0)) for k, y in found.plain.items()) for j in (0, -1)]
    assert sums[0] == 0 and sums[1] < 0
    wrong = replace(answer, plain={**answer.plain, 2: 0.0})  # two of the three can all be on
    assert Contradiction(branch, target, []).proposed(wrong) is None
