"""``exactrev theorem --family``: how often the theorem's assumptions hold, table and plot."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactrev.cli.files import demand_writable, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.cli.patience import Patience
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.theorem.family import Summary

_ENDINGS = (".png", ".svg")
_SEEDS = 10


def survey(arguments: argparse.Namespace) -> Outcome:
    """Check ``--seeds`` Gaussian networks of every shape; ``--timeout`` is for each network."""
    from exactrev.theorem.family import parse_shape, run, summary

    if arguments.box is not None or arguments.domain is not None:
        raise InputError("theorem: --family has no --box and no --domain")
    shapes = [parse_shape(text) for text in arguments.family]
    _demand_plot(arguments.output)
    seeds = range(arguments.seed, arguments.seed + (arguments.seeds or _SEEDS))
    patience = Patience(None, None if arguments.quiet else lambda: stage)
    summaries, stage = [], ""
    with patience.heeding_interrupts():
        for sizes in shapes:
            runs = []
            for seed in seeds:
                stage = f"{shape(sizes)}, seed {seed}"
                if not patience.stop():
                    runs.append(
                        run(sizes, seed, arguments.timeout, patience.stop, arguments.jobs)
                    )
            if runs:
                summaries.append(summary(sizes, runs))
    if arguments.output is not None:
        from exactrev.theorem.family_plot import write_plot

        write_whole(arguments.output, lambda path: write_plot(summaries, path))
    return report(summaries, len(shapes) * len(seeds), arguments.output)


def _demand_plot(path: str | None) -> None:
    if path is not None and Path(path).suffix.lower() not in _ENDINGS:
        raise InputError(f"{path}: a plot ends in {' or '.join(_ENDINGS)}")
    demand_writable(path)


def report(summaries: Sequence[Summary], asked: int, plot: str | None) -> Outcome:
    """The outcome of a survey: ``unknown`` if a question about some network was left open."""
    from exactrev.theorem.family import QUESTIONS

    done = sum(len(item.runs) for item in summaries)
    answers = [run.answers for item in summaries for run in item.runs]
    whole = done == asked and not any(None in found.values() for found in answers)
    facts = {
        "questions": dict(QUESTIONS),
        "families": [_facts(item) for item in summaries],
        "networks": done,
        "output": plot,
    }
    verdict, code = ("ok", Exit.HOLDS) if whole else ("unknown", Exit.UNDECIDED)
    headline = f"{done} of {asked} networks checked"
    details = [("", line) for line in table(summaries)]
    details += [(name, meaning) for name, meaning in QUESTIONS.items()]
    if plot is not None:
        details.append(("plot", plot))
    return Outcome(verdict, code, facts, headline, tuple(details))


def _facts(item: Summary) -> dict[str, Any]:
    return {
        "architecture": list(item.sizes),
        "networks": len(item.runs),
        "answers": {
            name: {"yes": yes, "of": total} for name, (yes, total) in item.answered.items()
        },
        "connected_boundaries": item.connected_share,
        "intersecting_pairs": item.intersecting_share,
        "runs": [
            {
                "seed": run.seed,
                "verdict": run.verdict,
                "answers": dict(run.answers),
                "connected": list(run.connected),
                "intersecting": list(run.intersecting),
                "regions": run.regions,
                "seconds": round(run.seconds, 3),
            }
            for run in item.runs
        ],
    }


def table(summaries: Sequence[Summary]) -> list[str]:
    """The table's lines: for each question yes/answered, then shares of boundaries and pairs."""
    from exactrev.theorem.family import QUESTIONS

    titles = ["shape", "regions", *QUESTIONS, "of boundaries", "of pairs", "seconds"]
    rows = [titles]
    for item in summaries:
        counts = [f"{yes}/{total}" for yes, total in item.answered.values()]
        seconds = sum(run.seconds for run in item.runs) / len(item.runs)
        shares = [_percent(item.connected_share), _percent(item.intersecting_share)]
        rows.append([shape(item.sizes), f"{item.regions:g}", *counts, *shares, f"{seconds:.1f}"])
    widths = [max(len(row[k]) for row in rows) for k in range(len(titles))]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}%"
