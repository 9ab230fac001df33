"""What recovery finds and what it costs: ``python -m benchmarks.recovery [--quick]``.

One row a network, over its seeds: resolved (recovered, or what is missing is named with a reason),
explained (no neuron or weight of the network is missing but for a fact about it, or because it is
not needed: exactrev.accounting), exact (proved against the network), queries, queries a parameter,
bits of the longest query coordinate, CPU seconds.  Costs are median/maximum over the seeds.  A
claim that the result is the network when it is not is counted as wrong and ends the run with exit
code 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.networks import Subject, file_subject, gaussian_subject, subjects
from exactrev.network import Network
from exactrev.network.evaluation import evaluate

if TYPE_CHECKING:
    from exactrev.recovery import Recovery

#: Where canonical forms differ, a claimed equality is tried at this many random points.
FRESH_POINTS = 200


@dataclass(frozen=True)
class Run:
    """One recovery of one network."""

    name: str
    seed: int
    verdict: str
    proof: str
    architecture: tuple[int, ...]
    neurons: tuple[int, ...]
    found: tuple[int, ...]
    unresolved: tuple[str, ...]
    queries: int
    parameters: int
    query_bits: int
    total_query_bits: int
    cpu_seconds: float
    wrong: bool
    unexplained: int

    @property
    def resolved(self) -> bool:
        """Fully recovered, or everything missing is named with a reason."""
        if self.verdict == "recovered":
            return not self.wrong
        return bool(self.unresolved) and self.verdict == "partial"

    @property
    def explained(self) -> bool:
        """Whether no neuron or weight of the network is missing without a known cause."""
        return not self.unexplained and not self.wrong

    @property
    def exact(self) -> bool:
        """Proved against the network as given."""
        return self.proof in ("isomorphism", "equality") and not self.wrong

    @property
    def queries_per_parameter(self) -> float:
        """Different points asked, over the parameters of the network given."""
        return self.queries / self.parameters


def measure(subject: Subject, seed: int, timeout: float | None) -> Run:
    """Recover once and judge the verdict apart from its proof."""
    from exactrev.accounting import accounted
    from exactrev.recovery import recover

    network = subject.load(seed)
    start = time.process_time()
    result = recover(network, seed=seed, timeout=timeout)
    spent = time.process_time() - start
    return Run(
        name=subject.name,
        seed=seed,
        verdict=result.verdict,
        proof=result.proof,
        architecture=network.architecture,
        neurons=network.architecture[1:-1],
        found=result.neurons,
        unresolved=tuple(f"{item.what}: {item.reason}" for item in result.unresolved),
        queries=result.queries,
        parameters=network.parameters,
        query_bits=result.query_bits,
        total_query_bits=result.total_query_bits,
        cpu_seconds=spent,
        wrong=_claims(result) and not is_the_network(result.network, network, seed),
        unexplained=accounted(network, result).unexplained,
    )


def _claims(result: Recovery) -> bool:
    return result.verdict == "recovered" or result.isomorphic or result.equal


def is_the_network(found: Network | None, network: Network, seed: int) -> bool:
    """Whether the canonical forms agree or else, exactly, the values at fresh points."""
    from exactrev.network.canonical import canonical_sha256

    if found is None:
        return False
    if canonical_sha256(found) == canonical_sha256(network):
        return True
    points = np.random.default_rng([seed, 1]).normal(0.0, 3.0, (FRESH_POINTS, network.inputs))
    return evaluate(found, points.tolist()) == evaluate(network, points.tolist())


COLUMNS: tuple[tuple[str, Callable[[Sequence[Run]], str]], ...] = (
    ("network", lambda runs: runs[0].name),
    ("neurons found", lambda runs: f"{_found(runs)} of {sum(sum(r.neurons) for r in runs)}"),
    ("resolved", lambda runs: f"{sum(r.resolved for r in runs)} of {len(runs)}"),
    ("explained", lambda runs: f"{sum(r.explained for r in runs)} of {len(runs)}"),
    ("exact", lambda runs: f"{sum(r.exact for r in runs)} of {len(runs)}"),
    ("wrong", lambda runs: str(sum(r.wrong for r in runs))),
    ("queries", lambda runs: _spread([r.queries for r in runs], ".0f")),
    ("a parameter", lambda runs: _spread([r.queries_per_parameter for r in runs], ".2f")),
    ("query bits", lambda runs: _spread([r.query_bits for r in runs], ".0f")),
    ("CPU s", lambda runs: _spread([r.cpu_seconds for r in runs], ".2f")),
)


def _found(runs: Iterable[Run]) -> int:
    return sum(sum(run.found) for run in runs)


def _spread(values: Sequence[float], style: str) -> str:
    middle, worst = f"{median(values):{style}}", f"{max(values):{style}}"
    return middle if len(values) == 1 else f"{middle}/{worst}"


def table(groups: Sequence[Sequence[Run]]) -> str:
    """The rows in Markdown, costs as median/maximum."""
    cells = [[title for title, _ in COLUMNS]]
    cells += [[show(runs) for _, show in COLUMNS] for runs in groups]
    widths = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def chosen(arguments: argparse.Namespace) -> list[Subject]:
    """The rows asked for; a name given to --only may be any architecture, row or network file."""
    if not arguments.only:
        return list(subjects(arguments.quick))
    known = {subject.name: subject for subject in subjects()}
    return [
        known[name] if name in known
        else file_subject(Path(name)) if Path(name).exists()
        else gaussian_subject(name)
        for name in arguments.only
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if any verdict was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recovery", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few small rows, three seeds")
    parser.add_argument("--seeds", type=int, metavar="N", help="seeds 0..N-1 (default 10, quick 3)")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="this architecture, row or file; may be repeated")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="for each recovery")
    parser.add_argument("--json", metavar="FILE", help="write every run as JSON")
    arguments = parser.parse_args(argv)
    seeds = arguments.seeds or (3 if arguments.quick else 10)
    groups = []
    for subject in chosen(arguments):
        runs = []
        for seed in range(seeds if subject.seeded else min(seeds, 3)):
            runs.append(measure(subject, seed, arguments.timeout))
            print(_progress(runs[-1]), file=sys.stderr, flush=True)
        groups.append(runs)
    print(table(groups))
    everything = [run for runs in groups for run in runs]
    if arguments.json:
        text = json.dumps([asdict(run) for run in everything], indent=1)
        Path(arguments.json).write_text(text + "\n")
    return 1 if any(run.wrong for run in everything) else 0


def _progress(run: Run) -> str:
    line = (
        f"{run.name} seed {run.seed}: {run.verdict} ({run.proof}), found {list(run.found)} of "
        f"{list(run.neurons)}, {run.queries} queries "
        f"({run.queries_per_parameter:.2f} a parameter), "
        f"{run.query_bits} bits, {run.cpu_seconds:.2f} s, {run.unexplained} unexplained"
    )
    return "\n".join([line, *(f"    {reason}" for reason in run.unresolved)])


if __name__ == "__main__":
    sys.exit(main())
