"""The picture of a family: how often the assumptions hold, shape by shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from exactrev.theorem.family import QUESTIONS, Summary

_LEFT = ("distinct", "connected", "intersect", "recovered", "holds")


def write_plot(summaries: Sequence[Summary], path: Path) -> None:
    """Two panels: shares of networks for which an assumption holds; shares of their boundaries that
    are connected, and of their pairs that intersect.  Shapes stand in the order given.

    The format is that of the ending, .png or .svg; the same numbers give the same bytes.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    names = ["-".join(map(str, item.sizes)) for item in summaries]
    width = max(8.0, 3.5 + 1.1 * len(names))
    with rc_context({"svg.hashsalt": "exactrev", "svg.fonttype": "none"}):
        figure = Figure(figsize=(width, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        networks = len(summaries[0].runs) if summaries else 0
        _draw(
            left, names,
            {QUESTIONS[name]: [item.shares[name] for item in summaries] for name in _LEFT},
            f"share of networks ({networks} of each shape)",
        )  # fmt: skip
        _draw(
            right, names,
            {
                "connected boundaries (of those not empty)": [
                    item.connected_share for item in summaries
                ],
                "intersecting pairs of adjacent layers": [
                    item.intersecting_share for item in summaries
                ],
            },
            "share of neurons, and of pairs",
        )  # fmt: skip
        figure.savefig(path, dpi=160, metadata={"Date": None} if path.suffix == ".svg" else None)


def _draw(
    axes: Any, names: Sequence[str], shares: Mapping[str, Sequence[float | None]], title: str
) -> None:
    """One line a question; a gap where there is no answer."""
    markers = "osD^v"
    for place, (label, line) in enumerate(shares.items()):
        heights = [float("nan") if share is None else 100 * share for share in line]
        axes.plot(
            range(len(names)), heights, marker=markers[place % len(markers)], label=label,
            markersize=5 + 2 * (len(shares) - place), markerfacecolor="none", linewidth=1.2,
        )  # fmt: skip
    axes.set_title(title, fontsize=10)
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_ylim(-4, 104)
    axes.set_ylabel("%")
    axes.grid(axis="y", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7.5, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.26))
