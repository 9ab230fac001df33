"""What bounds the difference of two networks over boxes, and what is worked out with it apart."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from flint import fmpq

from exactrev.bounds.intervals import ratios
from exactrev.bounds.pieces import Cut, Cuts, largest_bound
from exactrev.bounds.zonotope import FloatStages
from exactrev.checker.difference import Pair
from exactrev.checker.enclosure import bounds
from exactrev.checker.lines import Lines, Ratio
from exactrev.checker.network import Network as CheckedNetwork
from exactrev.checker.network import read_network
from exactrev.checker.paired import paired_stages, read_partners
from exactrev.domain.boxes import Box
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.nearest_neurons import Match
from exactrev.network.model import Network


class Bench:
    """The stages of the difference in terms of gaps between matched neurons, for boxes in one."""

    def __init__(self, comparison: Comparison, matches: Sequence[Match], box: Box) -> None:
        self.stages = paired_stages(*_as_checked(comparison, matches))
        self.floats = FloatStages(self.stages, len(box))
        self.cuts = Cuts(self.floats, box, largest_bound)


def bench_elsewhere(
    comparison: Comparison, matches: Sequence[Match], box: Box, stop: Callable[[], bool]
) -> Bench:
    """What another process holds; it is not asked to stop, its tasks being short."""
    return Bench(comparison, matches, box)


def best_cut(bench: Bench, task: tuple[Box, float]) -> Cut:
    """Where to cut a box whose largest bound is known."""
    return bench.cuts.best(*task)


def exact_bounds(bench: Bench, task: tuple[Box, int]) -> tuple[tuple[int, int], ...]:
    """The bounds over a box times 2^places, as the checker finds them."""
    box, places = task
    return tuple(bounds(bench.stages, ratios(box), places))


def _as_checked(
    comparison: Comparison, matches: Sequence[Match]
) -> tuple[Pair, dict[int, tuple[int, Ratio]]]:
    """The pair of networks and their partners as the checker has them."""
    a, b = (_checked_network(network) for network in (comparison.a, comparison.b))
    pair = Pair(a, b, list(map(_ratio, comparison.scale)), list(map(_ratio, comparison.shift)))
    lines = [f"pairs {len(matches)}", *(match.line() for match in matches)]
    return pair, dict(read_partners(_lines(lines), pair))


def _checked_network(network: Network) -> CheckedNetwork:
    return read_network(_lines([f"network A {network.sha256}", *network.text(), "proof"]), "A")


def _lines(lines: list[str]) -> Lines:
    return Lines(io.BytesIO("".join(f"{line}\n" for line in lines).encode("ascii")))


def _ratio(x: fmpq) -> Ratio:
    return int(x.p), int(x.q)
