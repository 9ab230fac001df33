"""How soon a search over boxes sees a deviation, with mixed-integer programs and without.

A row is a pair of networks on [-1, 1]^n and a bound that their deviation is beyond, but in the last
row; the search ends once it sees an input there, or after ``--limit`` seconds of CPU time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

from flint import fmpq

from benchmarks.equivalence import strangers
from benchmarks.networks import gaussian, parse_shape
from benchmarks.pairs import lowered, tent
from exactrev.bounds import BoxDeviation
from exactrev.bounds.proposals import Proposals
from exactrev.equivalence import Comparison
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network

#: A shape, a seed, how much the bias of neuron 2:0 is lowered by in A, in hundredths, so that it is
#: nowhere on, and in B, so that it is on in a tiny part of the box; and the bound.
WOKEN = (
    ("8-24-24-1", 0, 107, 97, fmpq(1, 1000)),
    ("10-20-20-1", 0, 123, 113, fmpq(1, 1000)),
    ("20-40-20-1", 0, 296, 275, fmpq(1, 1000)),
)


@dataclass(frozen=True)
class Task:
    """Two networks to load, and a bound."""

    name: str
    load: Callable[[], tuple[Network, Network]]
    bound: fmpq


@dataclass(frozen=True)
class Run:
    """Whether an input beyond the bound was seen, in what time, and the time for programs."""

    seen: bool
    seconds: float
    programs: float


def woken(shape: str, seed: int, first: int, second: int) -> tuple[Network, Network]:
    """A Gaussian network twice, with the bias of neuron 2:0 lowered by so many hundredths."""
    network = gaussian(parse_shape(shape), seed)
    return lowered(network, 2, 0, fmpq(first, 100)), lowered(network, 2, 0, fmpq(second, 100))


def tents(inputs: int) -> tuple[Network, Network]:
    """A network that is 0, and one that is 1/2 at a point."""
    (low, _), (high, _) = (tent(inputs, fmpq(half, 2), Random(0)) for half in (-1, 1))
    return low, high


def tasks() -> Iterator[Task]:
    """The rows of the table."""
    for shape, seed, first, second, bound in WOKEN:
        name = f"{shape}, seed {seed}, a neuron of layer 2 on in a tiny part"
        yield Task(name, partial(woken, shape, seed, first, second), bound)
    for inputs in (4, 6, 8):
        yield Task(f"{inputs}-{2 * inputs}-1-1, a tent", partial(tents, inputs), fmpq(1, 4))
    yield Task("6-24-24-2, two strangers", partial(strangers, "6-24-24-2"), fmpq(7, 4))
    yield Task("8-16-16-16-1, two strangers", partial(strangers, "8-16-16-16-1"), fmpq(2))


def searched(task: Task, limit: float, with_programs: bool) -> Run:
    """One search."""
    a, b = task.load()
    spent = [0.0]
    in_turn = Proposals.in_turn

    def timed(*rest: Any) -> Any:
        start = time.process_time()
        found = in_turn(*rest) if with_programs else None
        spent[0] += time.process_time() - start
        return found

    start = time.process_time()
    with patch.object(Proposals, "in_turn", timed):
        search = BoxDeviation(
            Comparison.of(a, b), Polyhedron.box(-1, 1, a.inputs), task.bound,
            lambda: time.process_time() - start > limit,
        )  # fmt: skip
        assert not search.run()
    return Run(search.lower > task.bound, time.process_time() - start, spent[0])


def row(task: Task, limit: float) -> str:
    """A line of the table."""
    with_programs, without = (searched(task, limit, either) for either in (True, False))

    def shown(run: Run) -> str:
        return f"{run.seconds:.2f}" if run.seen else "not seen"

    return (
        f"| {task.name} | {task.bound} | {shown(with_programs)} | {with_programs.programs:.2f} | "
        f"{shown(without)} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.hints", description=__doc__)
    parser.add_argument("--limit", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--only", action="append", metavar="TEXT", help="pairs whose name has this")
    options = parser.parse_args(argv)
    print("| pair | bound | CPU s until it is beaten | of these in programs | CPU s without |")
    print("|---|---|---|---|---|")
    for task in tasks():
        if not options.only or any(text in task.name for text in options.only):
            print(row(task, options.limit), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
