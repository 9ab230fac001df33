"""What comparing networks costs: ``python -m benchmarks.equivalence [--quick]``.

One row a pair: the verdict, CPU seconds to reach it and write the certificate, the certificate's
bytes, CPU seconds of the checker and the most memory it held.  A certificate that is not accepted,
and a verdict other than the one that is known, make the command exit with 1.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random

from flint import fmpq

from benchmarks.checking import check
from benchmarks.circuits import (
    insertion,
    maximum_of_minima,
    odd_even_merge,
    sorted_forms,
    with_a_dead_neuron,
    with_inner_maximum,
    with_inner_sum,
)
from benchmarks.networks import ROOT, gaussian, parse_shape
from benchmarks.pairs import Form, asleep, blurred, moved, rewritten, shuffled, tournament
from exactrev import read_network
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network


@dataclass(frozen=True)
class Task:
    """A question about two networks and the verdict that is known; ``load`` makes the networks."""

    name: str
    verdict: str
    load: Callable[[], tuple[Network, Network]]
    half: int | None = None  # on [-half, half]^n; None: on R^n
    deviation: bool = False
    scaled: bool = False
    quick: bool = True


@dataclass(frozen=True)
class Run:
    """A question answered."""

    name: str
    verdict: str
    right: bool
    cells: int
    deviation: str | None
    seconds: float
    bytes: int
    check_seconds: float
    check_megabytes: float
    accepted: bool


def isomorphic(shape: str) -> tuple[Network, Network]:
    """A Gaussian network, and it shuffled and scaled."""
    network = gaussian(parse_shape(shape), 0)
    return network, shuffled(network, Random(0))


def same_maximum(inputs: int, forms: int) -> tuple[Network, Network]:
    """The largest of random forms, found in two orders: forms - 1 hidden neurons each."""
    random = Random(inputs)
    chosen = [
        [fmpq(random.randint(-99, 99), 8) for _ in range(inputs + 1)] for _ in range(forms)
    ]
    order = random.sample(range(forms), forms)
    return tournament(chosen, range(forms)), tournament(chosen, order)


def same_maximum_of_minima(inputs: int) -> tuple[Network, Network]:
    """The largest of the least of 5 of 30 forms, found in two orders: 29 hidden neurons each."""
    forms, random = random_forms(inputs, 30), Random(1)
    groups = [forms[i : i + 5] for i in range(0, 30, 5)]
    other = [random.sample(group, 5) for group in random.sample(groups, 6)]
    return maximum_of_minima(groups), maximum_of_minima(other)


def same_rank(inputs: int, rank: int) -> tuple[Network, Network]:
    """The value of this rank of 8 forms, by two networks of comparators."""
    forms = random_forms(inputs, 8)
    sorters = odd_even_merge(8), insertion(8)
    first, second = (sorted_forms(forms, comparators, [rank]) for comparators in sorters)
    return first, second


def inner(shape: str, change: str) -> tuple[Network, Network]:
    """A random network with two layers, and it with a value that all of the second layer reads
    computed in another way.
    """
    sizes = parse_shape(shape)
    if change == "maximum":
        orders = (0, 1, 2), (2, 0, 1)
        first, second = (with_inner_maximum(sizes, order, Random(3)) for order in orders)
        return first, second
    with_one = with_inner_sum if change == "sum" else with_a_dead_neuron
    return with_one(sizes, True, Random(3)), with_one(sizes, False, Random(3))


def random_forms(inputs: int, count: int) -> list[Form]:
    """Affine forms with coefficients in eighths."""
    random = Random(inputs)
    return [[fmpq(random.randint(-99, 99), 8) for _ in range(inputs + 1)] for _ in range(count)]


def one_weight_moved(shape: str, layer: int) -> tuple[Network, Network]:
    """A Gaussian network, and it with one weight moved by 2^-40."""
    network = gaussian(parse_shape(shape), 0)
    return network, moved(network, layer, fmpq(1, 1 << 40), neuron=1)


def more_neurons(shape: str) -> tuple[Network, Network]:
    """A Gaussian network, and it with neurons split, turned round, cancelling and unread."""
    network = gaussian(parse_shape(shape), 0)
    return network, rewritten(network)


def off_on_the_box(shape: str) -> tuple[Network, Network]:
    """A Gaussian network with a neuron that is off on [-1, 1]^n, and it with that one changed."""
    network = gaussian(parse_shape(shape), 0)
    return asleep(network, -40, 1), asleep(network, -41, -3)


def nearly_iris() -> tuple[Network, Network]:
    """A trained network, and it with every weight off by less than 2^-50 of itself."""
    network = read_network(ROOT / "examples" / "trained" / "iris.npz")
    return network, blurred(network, 50, Random(0))


def strangers(shape: str) -> tuple[Network, Network]:
    """Two Gaussian networks that have nothing to do with each other."""
    sizes = parse_shape(shape)
    return gaussian(sizes, 0), gaussian(sizes, 1)


def files(*names: str) -> tuple[Network, Network]:
    """Two files of examples/nets."""
    first, second = (read_network(ROOT / "examples" / "nets" / name) for name in names)
    return first, second


def tasks() -> Iterator[Task]:
    """The rows of the table."""
    for shape in ("784-128-128-10", "784-1000-200-10", "1000-500-500-500-10"):
        yield Task(f"{shape}, shuffled", "isomorphic", partial(isomorphic, shape),
                   quick=shape.startswith("784-128"))  # fmt: skip
    for inputs in (2, 3, 4, 5):
        name = f"max of 16 forms in two orders, {inputs} inputs, 15 + 15 neurons"
        yield Task(name, "equal", partial(same_maximum, inputs, 16), quick=inputs < 4)
    for inputs in (2, 3, 4, 5):
        name = f"max of 31 forms in two orders, {inputs} inputs, 30 + 30 neurons"
        yield Task(name, "equal", partial(same_maximum, inputs, 31))
    for inputs in (2, 3, 4, 5):
        name = f"max of 6 minima of 5 forms in two orders, {inputs} inputs, 29 + 29 neurons"
        yield Task(name, "equal", partial(same_maximum_of_minima, inputs))
    for inputs, rank in ((2, 4), (3, 4), (5, 4), (5, 6)):
        name = f"rank {rank} of 8 forms by two sorting networks, {inputs} inputs, 19 + 28 neurons"
        yield Task(name, "equal", partial(same_rank, inputs, rank), quick=inputs == 2)
    for change, what in (
        ("maximum", "max(0, u, v, w) inside in two orders"),
        ("sum", "relu(u) + relu(v) inside as max(0, u, v, u + v)"),
        ("dead", "a neuron inside that is nowhere on left out"),
    ):
        yield Task(f"5-15-15-1, {what}", "equal", partial(inner, "5-15-15-1", change))
    for shape in ("5-30-1", "5-15-15-1"):
        yield Task(f"{shape}, neurons split, turned, cancelling", "equal",
                   partial(more_neurons, shape))  # fmt: skip
    for shape in ("5-15-15-1", "8-100-100-2"):
        yield Task(f"{shape}, a neuron that is off on the box altered", "equal",
                   partial(off_on_the_box, shape), half=1)  # fmt: skip
    yield Task("4-10-3 (iris), every weight off by less than 2^-50", "different", nearly_iris,
               half=1, deviation=True)  # fmt: skip
    for layer in (1, 2, 3):
        name = f"4-10-10-2, a weight of layer {layer} moved by 2^-40"
        pair = partial(one_weight_moved, "4-10-10-2", layer)
        yield Task(name, "different", pair, half=1, deviation=True)
    for digits in ("12p", "14p"):
        pair = partial(files, "victim_32-2-2-1.npz", f"extracted{digits}_32-2-2-1.npz")
        name = f"victim 32-2-2-1, extraction {digits}, up to output scale"
        yield Task(name, "different", pair, half=1, deviation=True, scaled=True)
    yield Task("3-10-10-2, two strangers", "different", partial(strangers, "3-10-10-2"),
               half=1, deviation=True)  # fmt: skip


def measure(task: Task, path: Path) -> Run:
    """Answer one question, with a certificate, and check that."""
    from exactrev.certificate import write_certificate
    from exactrev.equivalence import Agreement, Comparison, Deviation, compare_structure
    from exactrev.equivalence.output_scale import only_output_scale

    a, b = task.load()
    domain = None if task.half is None else Polyhedron.box(-task.half, task.half, a.inputs)
    start = time.process_time()
    cells, largest = 0, None
    if task.deviation:
        comparison = Comparison.of(a, b)
        if task.scaled:
            fitted = only_output_scale(a, b, domain)
            comparison = Comparison.of(a, b, fitted.scale, fitted.shift)
        search = Deviation(comparison, domain)
        proved = search.run(lambda lines: write_certificate(lines, path))
        cells, largest = search.cells, search.largest()
        verdict = "unknown" if not proved else "different" if largest else "equal"
    else:
        known = compare_structure(a, b, domain=domain)
        verdict, lines = known.verdict, known.certificate()
        if lines is not None:
            write_certificate(lines, path)
        else:
            agreement = Agreement(Comparison.of(a, b), domain)
            if agreement.run(lambda lines: write_certificate(lines, path)):
                verdict = "equal"
            cells = agreement.cells
    seconds = time.process_time() - start
    accepted, check_seconds, memory = check(path)
    size = path.stat().st_size
    shown = None if largest is None else f"{int(largest.p) / int(largest.q):.6g}"
    right = verdict == task.verdict
    return Run(
        task.name, verdict, right, cells, shown, seconds, size, check_seconds, memory, accepted
    )


HEADER = (
    "| pair | verdict | cells | deviation | CPU s | certificate bytes | check CPU s | check MB |\n"
    "|---|---|---|---|---|---|---|---|"
)


def row(run: Run) -> str:
    """A line of the table."""
    verdict = run.verdict if run.right else f"{run.verdict} WRONG"
    judged = "" if run.accepted else " REJECTED"
    return (
        f"| {run.name} | {verdict} | {run.cells:,} | {run.deviation or ''} | {run.seconds:.2f} | "
        f"{run.bytes:,} | {run.check_seconds:.2f}{judged} | {run.check_megabytes:.0f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a verdict was wrong or a certificate refused."""
    parser = argparse.ArgumentParser(prog="benchmarks.equivalence", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the pairs that take seconds")
    parser.add_argument("--only", action="append", metavar="TEXT", help="pairs whose name has this")
    parser.add_argument("--json", metavar="FILE", help="write the runs there too")
    options = parser.parse_args(argv)
    chosen = [task for task in tasks() if task.quick or not options.quick]
    if options.only:
        chosen = [task for task in tasks() if any(text in task.name for text in options.only)]
    runs = []
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        for task in chosen:
            path = Path(folder) / "certificate"
            runs.append(measure(task, path))
            print(row(runs[-1]), flush=True)
            path.unlink()
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(run) for run in runs], indent=1))
    return 0 if all(run.right and run.accepted for run in runs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
