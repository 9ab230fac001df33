"""How fast regions are found, certified and checked: ``python -m benchmarks.regions [--quick]``.

One row a network: its regions (and lower faces with --depth), CPU seconds to find them and write
the certificate, regions a second, bytes of the certificate, CPU seconds of the checker and the
most memory it held.  A certificate that is not accepted makes the command exit with 1.
``--curve`` takes one network on growing boxes: the cost of a region should not grow with their
number, nor the checker's memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from benchmarks.checking import check
from benchmarks.networks import gaussian, parse_shape
from exactrev.network import Network

SHAPES = (
    "2-30-30-1",
    "3-10-10-1",
    "4-10-10-1",
    "2-20-20-20-1",
    "10-8-8-1",
    "5-15-15-1",
    "8-12-12-1",
)
QUICK = SHAPES[:5]
CURVE = "3-40-40-1"
CURVE_BOXES = ("1/8", "1/4", "1/2", "1", "2", "100")


@dataclass(frozen=True)
class Run:
    """One network taken apart, and its certificate checked in a process of its own."""

    name: str
    faces: tuple[int, ...]
    seconds: float
    bytes: int
    check_seconds: float
    check_megabytes: float
    accepted: bool

    @property
    def rate(self) -> float:
        """Regions a second."""
        return self.faces[0] / self.seconds


def integer_network(name: str, largest: int, divisor: int, biases: bool, seed: int) -> Network:
    """A network of this shape whose weights are integers up to ``largest``, over ``divisor``."""
    rng = np.random.default_rng(seed)
    sizes = parse_shape(name)

    def draw(*shape: int) -> list[list[str]]:
        numbers = rng.integers(-largest, largest + 1, shape)
        return [[f"{int(x)}/{divisor}" for x in row] for row in numbers]

    layers = []
    for fan_in, width in pairwise(sizes):
        weight, bias = draw(width, fan_in), draw(1, width)[0]
        layers.append((weight, bias if biases else [0] * width))
    return Network.dense(layers)


def zero_one_normals(n: int) -> Network:
    """All planes through the origin with nonzero normals of 0 and 1."""
    rows = [row for row in product((0, 1), repeat=n) if any(row)]
    return Network.dense([(rows, [0] * len(rows)), ([[1] * len(rows)], [0])])


#: Networks with concurrent, parallel, equal and vanishing boundaries.
DEGENERATE: dict[str, Callable[[int], Network]] = {
    "0/1 normals, n=4": lambda seed: zero_one_normals(4),
    "0/1 normals, n=5": lambda seed: zero_one_normals(5),
    "integers to 3, 3-10-10-1": lambda seed: integer_network("3-10-10-1", 3, 1, True, seed),
    "ternary, 3-10-10-1": lambda seed: integer_network("3-10-10-1", 1, 1, True, seed),
    "ternary, 4-10-10-1": lambda seed: integer_network("4-10-10-1", 1, 1, True, seed),
    "ternary, 2-20-20-1": lambda seed: integer_network("2-20-20-1", 1, 1, True, seed),
    "bias-free, 3-8-8-1": lambda seed: integer_network("3-8-8-1", 3, 1, False, seed),
    "eighths, 3-10-10-1": lambda seed: integer_network("3-10-10-1", 8, 8, True, seed),
}


def measure(name: str, seed: int, depth: int, box: str | None, path: Path) -> Run:
    """Find, certify and check the regions of one network: Gaussian, or a degenerate one.

    On the whole space, or on [-box, box]^n.
    """
    from exactrev.arrangement import write_regions_certificate
    from exactrev.lp.polyhedron import Polyhedron

    degenerate = DEGENERATE.get(name)
    network = degenerate(seed) if degenerate else gaussian(parse_shape(name), seed)
    domain = None if box is None else Polyhedron.box(f"-{box}", box, network.inputs)
    start = time.process_time()
    found = write_regions_certificate(network, domain, path, depth)
    seconds = time.process_time() - start
    accepted, check_seconds, memory = check(path)
    size = path.stat().st_size
    name += "" if box is None else f" on [-{box}, {box}]^{network.inputs}"
    return Run(name, found.counts, seconds, size, check_seconds, memory, accepted)


def _warm_up() -> None:
    """Import everything once, so that it is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        measure("2-2-1", 0, 0, None, Path(folder) / "certificate")


def row(run: Run) -> str:
    """A line of the table."""
    lower = "".join(f" / {count:,}" for count in run.faces[1:])
    verdict = "" if run.accepted else " REJECTED"
    return (
        f"| {run.name} | {run.faces[0]:,}{lower} | {run.seconds:.2f} | {run.rate:,.0f} | "
        f"{run.bytes:,} | {run.check_seconds:.2f}{verdict} | {run.check_megabytes:.0f} |"
    )


HEADER = (
    "| network | regions | CPU s | regions/s | certificate bytes | check CPU s | check MB |\n"
    "|---|---|---|---|---|---|---|"
)


def _shapes(options: argparse.Namespace) -> Sequence[str]:
    if options.degenerate:
        return tuple(DEGENERATE)
    return QUICK if options.quick else SHAPES


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a certificate was refused."""
    parser = argparse.ArgumentParser(prog="benchmarks.regions", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the networks that take seconds")
    parser.add_argument("--curve", action="store_true", help="one network on growing boxes")
    parser.add_argument("--degenerate", action="store_true", help="integer weights and the like")
    parser.add_argument("--only", action="append", metavar="SHAPE", help="these shapes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--depth", type=int, default=0, help="faces down to this codimension")
    parser.add_argument("--box", metavar="B", help="on [-B,B]^n in place of R^n")
    parser.add_argument("--json", metavar="FILE", help="write the runs there too")
    options = parser.parse_args(argv)
    rows = [(name, options.box) for name in options.only or _shapes(options)]
    if options.curve:
        rows = [(CURVE, box) for box in CURVE_BOXES]
    _warm_up()
    runs = []
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        for name, box in rows:
            path = Path(folder) / "certificate"
            runs.append(measure(name, options.seed, options.depth, box, path))
            print(row(runs[-1]), flush=True)
            path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nlargest memory of the search: {peak:.0f} MB")
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(run) for run in runs], indent=1))
    return 0 if all(run.accepted for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
