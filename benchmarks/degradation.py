"""What is left of recovery where assumptions fail: ``python -m benchmarks.degradation [--quick]``.

Recovers the networks of benchmarks.degraded, each of which breaks one assumption, and accounts for
every neuron and weight (exactrev.accounting).  One row an assumption; neurons and weights are
counted as recovered / not needed / explained / unexplained.  A result that is called the network
and is not, or a certificate that the checker does not accept, is counted as wrong and ends the run
with exit code 1.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.degraded import Degraded, suite
from benchmarks.recovery import is_the_network
from exactrev.checker import check
from exactrev.network import Network

if TYPE_CHECKING:
    from exactrev.accounting import Account

#: Seconds for a recovery, and for the search for a partner.
TIMEOUT = 60.0
_EXPLAINED = ("assumption fails", "depends")


@dataclass(frozen=True)
class Run:
    """One network of the suite: how its neurons and weights stand (numbers by state), and more.

    ``partner``: the kind of a second network, proved equal, of the same shape and not isomorphic;
    "none" if there is none of the known kinds, "unknown" if that was not decided.
    """

    assumption: str
    name: str
    sha256: str
    proof: str
    architecture: tuple[int, ...]
    neurons: dict[str, int]
    weights: dict[str, int]
    missing: tuple[str, ...]
    partner: str
    queries: int
    wrong: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether the result is proved to be the same function."""
        return self.proof in ("isomorphism", "equality")


def measure(subject: Degraded, timeout: float = TIMEOUT) -> Run:
    """Recover one network, account for all of it, and look for a partner."""
    from exactrev.accounting import accounted
    from exactrev.accounting.standing import counts
    from exactrev.recovery import recover
    from exactrev.symmetries import symmetries

    network = subject.network
    recovery = recover(network, seed=subject.seed, timeout=timeout)
    account = accounted(network, recovery)
    known = symmetries(network, seed=subject.seed, timeout=timeout, most=1)
    partner = known.partners[0] if known.partners else None
    wrong = []
    if recovery.equal and not is_the_network(recovery.network, network, subject.seed):
        wrong.append("the result is not the network")
    if recovery.equal and not _accepted(recovery.certificate, network, recovery.network):
        wrong.append("the certificate of the result is not accepted")
    if partner and not _accepted(partner.certificate(), network, partner.network):
        wrong.append("the certificate of the partner is not accepted")
    if partner and recovery.isomorphic and partner.canonical[0] == partner.canonical[1]:
        wrong.append("the partner is the network itself")
    return Run(
        assumption=subject.assumption,
        name=subject.name,
        sha256=network.sha256,
        proof=recovery.proof,
        architecture=recovery.architecture or recovery.neurons,
        neurons=counts(account.neurons.values()),
        weights=counts(account.weights.values()),
        missing=tuple(_missing(account)),
        partner=partner.kind if partner else known.verdict,
        queries=recovery.queries,
        wrong=tuple(wrong),
    )


def _accepted(lines: Iterable[str] | None, a: Network, b: Network | None) -> bool:
    """Whether the checker accepts a certificate about these two networks."""
    if lines is None or b is None:
        return False
    text = "".join(f"{line}\n" for line in lines)
    return check(io.BytesIO(text.encode()), (a.sha256, b.sha256)).accepted


def _missing(account: Account) -> Iterable[str]:
    for standings, what in ((account.neurons, "neuron "), (account.weights, "")):
        for name, standing in standings.items():
            if standing.state != "recovered":
                yield f"{what}{name}: {standing.state}: {standing.reason}"


COLUMNS: tuple[tuple[str, Callable[[Sequence[Run]], str]], ...] = (
    ("assumption broken", lambda runs: runs[0].assumption),
    ("networks", lambda runs: str(len(runs))),
    ("neurons", lambda runs: _standings([run.neurons for run in runs])),
    ("weights", lambda runs: _standings([run.weights for run in runs])),
    ("proved equal", lambda runs: str(sum(run.equal for run in runs))),
    ("isomorphic", lambda runs: str(sum(run.proof == "isomorphism" for run in runs))),
    ("with a partner", lambda runs: str(sum(_has_partner(run) for run in runs))),
    ("wrong", lambda runs: str(sum(bool(run.wrong) for run in runs))),
)


def _has_partner(run: Run) -> bool:
    return run.partner not in ("none", "unknown")


def _standings(counted: Sequence[dict[str, int]]) -> str:
    """Recovered / not needed / explained / unexplained."""
    total = {state: sum(each[state] for each in counted) for state in counted[0]}
    explained = sum(total[state] for state in _EXPLAINED)
    shown = (total["recovered"], total["not needed"], explained, total["unexplained"])
    return " / ".join(map(str, shown))


def table(runs: Sequence[Run]) -> str:
    """One row an assumption in Markdown, and one for all."""
    groups = [list(group) for _, group in groupby(runs, key=lambda run: run.assumption)]
    cells = [[title for title, _ in COLUMNS]]
    cells += [[show(group) for _, show in COLUMNS] for group in groups]
    cells.append(["all", *(show(runs) for _, show in COLUMNS[1:])])
    widths = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.degradation", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed of each network")
    parser.add_argument("--seeds", type=int, metavar="N", help="seeds 0..N-1 (default 4)")
    parser.add_argument("--only", metavar="TEXT", default="", help="networks so named")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", default=TIMEOUT,
                        help="for each recovery, and each search for a partner")
    parser.add_argument("--json", metavar="FILE", help="write every run as JSON")
    arguments = parser.parse_args(argv)
    runs = []
    for subject in suite(arguments.seeds or (1 if arguments.quick else 4)):
        if arguments.only in subject.name:
            runs.append(measure(subject, arguments.timeout))
            print(_progress(runs[-1]), file=sys.stderr, flush=True)
    if not runs:
        parser.error(f"no network of the suite is named {arguments.only}")
    print(table(runs))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n")
    return 1 if any(run.wrong for run in runs) else 0


def _progress(run: Run) -> str:
    line = (
        f"{run.name}: {run.proof}, neurons {_standings([run.neurons])}, "
        f"weights {_standings([run.weights])}, partner {run.partner}, {run.queries} queries"
    )
    worth = [f"    WRONG: {text}" for text in run.wrong]
    worth += [f"    {text}" for text in run.missing if ": unexplained: " in text]
    return "\n".join([line, *worth])


if __name__ == "__main__":
    sys.exit(main())
