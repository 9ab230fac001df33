"""Queries saved by weight sharing: ``python -m benchmarks.convolutions [--seeds N] [--dense S]``.

One row a convolutional network, over its seeds: how many were recovered exactly and how many of the
convolutions were recognised, the queries that took, those that the dense equivalent takes (the same
network with sharing switched off, stopped after S seconds), and their ratio: of those seeds where
both ended, or a lower bound where the dense run was stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.convolutional import CONVOLUTIONAL, convolving
from exactrev.network.canonical import canonical_sha256
from exactrev.recovery import Recovery, recover

TITLES = (
    "network", "exact", "recognised", "queries", "dense exact", "dense queries", "ratio", "CPU s"
)


@dataclass(frozen=True)
class Pair:
    """Recoveries of one network: with sharing, and as its dense equivalent where that was tried."""

    shared: Recovery
    dense: Recovery | None
    convolutions: int
    cpu_seconds: float
    wrong: bool

    @property
    def recognised(self) -> int:
        """Hidden layers that were recognised as convolutions."""
        return sum(found is not None for found in self.shared.convolutions)

    @property
    def ratio(self) -> float | None:
        """Queries of the dense equivalent, at least, for one with sharing."""
        if self.dense is None or self.shared.verdict != "recovered":
            return None
        return self.dense.queries / self.shared.queries


def measure(name: str, seed: int, dense: float | None, timeout: float | None) -> Pair:
    """Recover one network, and its dense equivalent for ``dense`` seconds at most."""
    network = convolving(name, seed)
    start = time.process_time()
    shared = recover(network, seed=seed, timeout=timeout)
    spent = time.process_time() - start
    found = shared.network if shared.isomorphic else None
    return Pair(
        shared,
        recover(network, seed=seed, timeout=dense, sharing=False) if dense else None,
        sum(len(shape) > 1 for shape in network.shapes[1:]),
        spent,
        found is not None and canonical_sha256(found) != canonical_sha256(network),
    )


def row(name: str, pairs: Sequence[Pair]) -> str:
    """One row in Markdown, costs as median/maximum."""
    exact = sum(pair.shared.verdict == "recovered" for pair in pairs)
    recognised = sum(pair.recognised for pair in pairs)
    queries = [pair.shared.queries for pair in pairs]
    seconds = [pair.cpu_seconds for pair in pairs]
    cells = [
        name,
        f"{exact} of {len(pairs)}",
        f"{recognised} of {sum(pair.convolutions for pair in pairs)}",
        f"{median(queries):.0f}/{max(queries)}",
        *_dense(pairs),
        f"{median(seconds):.1f}/{max(seconds):.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _dense(pairs: Sequence[Pair]) -> tuple[str, str, str]:
    """How many dense equivalents were recovered, their queries, and the ratio."""
    tried = [pair.dense for pair in pairs if pair.dense is not None]
    if not tried:
        return "-", "-", "-"
    exact = [found for found in tried if found.verdict == "recovered"]
    bound = "" if len(exact) == len(tried) else "> "
    ratios = [pair.ratio for pair in pairs if pair.ratio is not None]
    ratio = f"{bound}{median(ratios):.1f}" if ratios else "-"
    queries = f"{bound}{median(found.queries for found in tried):.0f}"
    return f"{len(exact)} of {len(tried)}", queries, ratio


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if any result was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.convolutions", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="seeds 0..N-1")
    parser.add_argument("--only", action="append", metavar="NAME", help="this row; repeatable")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="for each recovery")
    parser.add_argument("--dense", type=float, metavar="SECONDS",
                        help="recover dense equivalents too, for so long each")
    parser.add_argument("--dense-seeds", type=int, default=2, metavar="N",
                        help="of how many seeds (default 2)")
    arguments = parser.parse_args(argv)
    print("| " + " | ".join(TITLES) + " |\n|" + "---|" * len(TITLES), flush=True)
    wrong = False
    for name in arguments.only or CONVOLUTIONAL:
        pairs = []
        for seed in range(arguments.seeds):
            dense = arguments.dense if seed < arguments.dense_seeds else None
            pairs.append(measure(name, seed, dense, arguments.timeout))
            wrong |= pairs[-1].wrong
            found = pairs[-1].shared
            print(f"{name} seed {seed}: {found.verdict}, {found.queries}", file=sys.stderr)
        print(row(name, pairs), flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
