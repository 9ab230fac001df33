"""What recovery from rounded answers finds: networks run in float64, weights doubles or float32.

    python -m benchmarks.floats                     # all rows, ten seeds each
    python -m benchmarks.floats --only 10-10-10-1 --seeds 3
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.networks import gaussian
from exactrev.exact.rational import to_float
from exactrev.floating import FloatRecovery, recover_from_floats
from exactrev.network.model import Network

SHAPES = ("10-10-10-1", "10-15-15-1", "20-10-10-1", "784-32-1")
_LARGE = 10_000  # parameters: such networks are run once a seed, with doubles alone


@dataclass(frozen=True)
class Run:
    """One recovery of one network."""

    found: FloatRecovery
    seconds: float


def rounded(network: Network) -> Network:
    """The network with its weights rounded to float32."""
    return Network.dense([
        ([[np.float32(to_float(x)) for x in row] for row in layer.weights[0][1].tolist()],
         [np.float32(to_float(x)) for x in layer.bias.entries()])
        for layer in network.layers
    ])  # fmt: skip


def run(network: Network, seed: int) -> Run:
    """Recover it from its outputs in float64."""
    start = time.process_time()
    found = recover_from_floats(network, seed=seed)
    return Run(found, time.process_time() - start)


def row(name: str, weights: str, runs: list[Run]) -> str:
    """A line of the table."""
    whole = [r for r in runs if r.found.weight_error is not None]
    exact = sum(r.found.isomorphic for r in runs)
    queries = [r.found.queries for r in whole]
    errors = [r.found.weight_error or 0.0 for r in whole]
    cells = [
        name, weights, f"{len(whole)} of {len(runs)}", f"{exact} of {len(runs)}",
        f"{statistics.median(queries):.0f} / {max(queries)}" if queries else "",
        f"{statistics.median(errors):.0e} / {max(errors):.0e}" if errors else "",
        f"{statistics.median(r.seconds for r in runs):.1f} / {max(r.seconds for r in runs):.1f}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table, a row as soon as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", metavar="SHAPE")
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    print("| network | weights | found | proved | queries | weight error | CPU s |")
    print("|---|---|---|---|---|---|---|")
    for name in arguments.only or SHAPES:
        shape = tuple(map(int, name.split("-")))
        networks = [gaussian(shape, seed) for seed in range(arguments.seeds)]
        print(row(name, "float64", [run(n, s) for s, n in enumerate(networks)]), flush=True)
        if networks[0].parameters < _LARGE:
            short = [run(rounded(n), s) for s, n in enumerate(networks)]
            print(row(name, "float32", short), flush=True)


if __name__ == "__main__":
    main()
