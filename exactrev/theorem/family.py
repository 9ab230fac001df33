"""How often the theorem's assumptions hold, over seeded Gaussian networks of given shapes.

>>> parse_shape("3-6-6-1")
(3, 6, 6, 1)
>>> [round(share, 2) for share in summary((1, 2, 1), [run((1, 2, 1), 0)]).shares.values()]
[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from exactrev.crews import Jobs
from exactrev.errors import InputError
from exactrev.network.model import Network
from exactrev.theorem.check import check_theorem
from exactrev.theorem.report import TheoremReport

BIAS_DEVIATION = 0.3

#: What is counted, by the word that stands over its column.
QUESTIONS: Mapping[str, str] = {
    "distinct": "distinct regions carry distinct affine maps",
    "visible": "f bends across every facet",
    "connected": "every boundary is connected",
    "intersect": "all boundaries of adjacent layers intersect",
    "generic": "the genericity conditions hold",
    "T1": "boundaries bend exactly at those of earlier neurons",
    "dimension": "the functional dimension is parameters minus hidden neurons",
    "recovered": "the boundaries alone give the network back, up to isomorphism",
    "holds": "all assumptions hold, and the network is recovered",
}


def gaussian(sizes: Sequence[int], seed: int) -> Network:
    """Weights N(0, 1/fan-in), biases N(0, 0.09), as exact float64.

    The draws are numpy's ``default_rng(seed)``, layer by layer, weights before biases.
    """
    rng = np.random.default_rng(seed)
    return Network.dense(
        (rng.normal(0.0, fan_in**-0.5, (width, fan_in)), rng.normal(0.0, BIAS_DEVIATION, width))
        for fan_in, width in pairwise(sizes)
    )


def parse_shape(text: str) -> tuple[int, ...]:
    """``3-6-6-1`` as sizes; raises InputError unless it is that."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}(-[1-9][0-9]{0,5})+", text):
        raise InputError(f"{text[:40]!r} is not a shape such as 3-6-6-1")
    return tuple(int(size) for size in text.split("-"))


@dataclass(frozen=True)
class Run:
    """One network: the answers to the questions (None: time ran out), and how many boundaries are
    connected, and pairs intersect, of how many."""

    seed: int
    verdict: str
    answers: Mapping[str, bool | None]
    connected: tuple[int, int]
    intersecting: tuple[int, int]
    regions: int
    seconds: float


@dataclass(frozen=True)
class Summary:
    """The networks of one shape; shares are of those where the question was answered."""

    sizes: tuple[int, ...]
    runs: tuple[Run, ...]

    @property
    def answered(self) -> dict[str, tuple[int, int]]:
        """For each question, how often the answer is yes, and how often there is one."""
        found = {}
        for question in QUESTIONS:
            answers = [run.answers[question] for run in self.runs]
            found[question] = (answers.count(True), len(answers) - answers.count(None))
        return found

    @property
    def shares(self) -> dict[str, float | None]:
        """The share of yes for each question; None where there is no answer."""
        return {name: yes / all_ if all_ else None for name, (yes, all_) in self.answered.items()}

    @property
    def connected_share(self) -> float | None:
        """The share of connected boundaries among all boundaries that are not empty."""
        return _share([run.connected for run in self.runs])

    @property
    def intersecting_share(self) -> float | None:
        """The share of pairs in adjacent layers whose boundaries intersect."""
        return _share([run.intersecting for run in self.runs])

    @property
    def regions(self) -> float:
        """The median number of regions."""
        return median(run.regions for run in self.runs)


def _share(counts: Sequence[tuple[int, int]]) -> float | None:
    yes, total = (sum(column) for column in zip(*counts, strict=True))
    return yes / total if total else None


def run(
    sizes: Sequence[int],
    seed: int,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    jobs: Jobs = 1,
) -> Run:
    """Check the theorem on one network."""
    start = time.monotonic()
    report = check_theorem(
        gaussian(sizes, seed), seed=seed, timeout=timeout, stop=stop, jobs=jobs
    )
    shown = [item for item in report.connections if item.pieces]
    return Run(
        seed=seed,
        verdict=report.verdict,
        answers=_answers(report),
        connected=(sum(item.connected for item in shown), len(shown)),
        intersecting=(sum(report.intersect.values()), len(report.intersect)),
        regions=report.found.counts[0],
        seconds=time.monotonic() - start,
    )


def _answers(report: TheoremReport) -> dict[str, bool | None]:
    """Yes or no to each question, None where time ran out."""
    maps, bends, dimension = report.linear_regions, report.bends, report.dimension
    whole = report.found.complete and maps.complete
    settled = bends is not None and bends.complete
    neurons = sum(layer.size for layer in report.network.hidden)
    recovered = _recovered(report)
    if report.verdict == "unknown":
        holds = None if recovered is None else False
    else:
        holds = report.verdict == "holds"
    return {
        "distinct": maps.holds if maps.shared or whole else None,
        "visible": None if report.invisible is None else not report.invisible,
        "connected": all(report.connected.values()) if len(report.connected) == neurons else None,
        "intersect": all(report.intersect.values()) if settled else None,
        "generic": all(report.generic.values()) if settled else None,
        "T1": bends.holds if bends is not None and settled else None,
        "dimension": None if dimension is None or dimension.rank is None else dimension.generic,
        "recovered": recovered,
        "holds": holds,
    }


def _recovered(report: TheoremReport) -> bool | None:
    """Whether the boundaries gave the network back up to isomorphism; None if time ran out."""
    recovery = report.recovery
    if recovery is None:
        return False if report.refusal else None
    if recovery.isomorphic:
        return True
    return None if any(item.what == "search" for item in recovery.unresolved) else False


def summary(sizes: Sequence[int], runs: Sequence[Run]) -> Summary:
    """What the runs of one shape say together."""
    return Summary(tuple(sizes), tuple(runs))
