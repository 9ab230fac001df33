"""Sheets of paper: a scene with its legend, the graph beside it or alone; written as PNG or SVG."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exactrev.errors import InputError
from exactrev.plotting.colours import neuron_colours
from exactrev.plotting.graph_panel import adjacent_pairs, draw_meetings
from exactrev.plotting.legend import draw_legend, legend_width
from exactrev.plotting.regions_panel import draw_regions, mark_window
from exactrev.plotting.scene import Scene
from exactrev.plotting.slices import input_name

ENDINGS = (".png", ".svg")
_SIDE = 6.2
_LEFT, _BOTTOM, _TOP, _GAP = 0.85, 0.85, 0.95, 0.3


@dataclass(frozen=True)
class Words:
    """What a sheet says: its title, a line below it, the names of the two axes."""

    title: str
    subtitle: str = ""
    axes: tuple[str, str] = (input_name(0), input_name(1))


def demand_picture_ending(path: str | os.PathLike[str]) -> None:
    """Raise InputError unless the ending is one of a picture that can be written."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise InputError(f"{path}: cannot draw files ending in {ending!r}; known: {known}")


def write_regions(
    scenes: Sequence[Scene], words: Words, path: str | os.PathLike[str], graph: bool = False
) -> None:
    """Write the picture of a scene (and of close-ups of it), with the graph of meetings if wanted.

    The same scenes and words give the same bytes.  Raises InputError for an unknown ending.
    """
    whole, *closer = scenes

    def draw(sheet: Any) -> None:
        colours = neuron_colours(whole.network)
        for left, scene in zip(lefts, scenes, strict=True):
            axes = _panel(sheet, left, _SIDE)
            draw_regions(axes, scene, colours, words.axes)
            name = "" if not closer else "all vertices" if scene is whole else "close-up"
            axes.set_title(name, fontsize=9.5, loc="left", color="0.35")
        first = sheet.axes[0]
        for scene in closer:
            mark_window(first, whole.window, scene.window)
        draw_legend(_panel(sheet, after_regions, max(legend, 0.1)), whole, colours)
        if graph:
            _draw_graph(sheet, after_legend, whole)
        _draw_words(sheet, words, _footnote(scenes))

    legend = legend_width(whole)
    lefts = [_LEFT + k * (_SIDE + _LEFT) for k in range(len(scenes))]
    after_regions = lefts[-1] + _SIDE + _GAP
    after_legend = after_regions + legend + _GAP
    _write(draw, after_legend + (_graph_width(whole) + _GAP if graph else 0.0), path)


def write_meetings(scene: Scene, words: Words, path: str | os.PathLike[str]) -> None:
    """Write the graph of meetings as a picture of its own; otherwise as :func:`write_regions`."""

    def draw(sheet: Any) -> None:
        _draw_graph(sheet, (width - graph) / 2, scene)
        _draw_words(sheet, words, "")

    graph = _graph_width(scene)
    width = max(graph + 2 * _GAP, 7.0)
    _write(draw, width, path)


def _draw_graph(sheet: Any, left: float, scene: Scene) -> None:
    draw_meetings(_panel(sheet, left, _graph_width(scene)), scene, neuron_colours(scene.network))
    meeting, pairs = adjacent_pairs(scene)
    text = f"an edge: two boundaries meet in the box; {meeting} of {pairs} adjacent pairs do"
    width, _ = sheet.get_size_inches()
    sheet.text(left / width, 0.25 / (_SIDE + _BOTTOM + _TOP), text, fontsize=8.5, color="0.35")


def _graph_width(scene: Scene) -> float:
    return max(4.6, 1.7 * len(scene.network.hidden))


def _footnote(scenes: Sequence[Scene]) -> str:
    segments = [segment for scene in scenes for segment in scene.segments]
    notes = ["wide to thin: layers 1, 2, ..."] if len(scenes[0].network.hidden) > 1 else []
    if not all(segment.visible for segment in segments):
        notes.append("dotted: f does not bend")
    if any(segment.visible and len(segment.neurons) > 1 for segment in segments):
        notes.append("dashes in turn: boundaries that coincide")
    return "; ".join(notes)


def _draw_words(sheet: Any, words: Words, footnote: str) -> None:
    width, height = sheet.get_size_inches()
    left = min(_LEFT, 0.1 * width) / width
    sheet.text(left, 1 - 0.36 / height, words.title, fontsize=13, fontweight="bold")
    sheet.text(left, 1 - 0.60 / height, words.subtitle, fontsize=9.5, color="0.35")
    sheet.text(left, 0.12 / height, footnote, fontsize=8.5, color="0.35")


def _panel(sheet: Any, left: float, width: float) -> Any:
    """Axes of the usual height; lengths in inches."""
    across, up = sheet.get_size_inches()
    return sheet.add_axes((left / across, _BOTTOM / up, width / across, _SIDE / up))


def _write(draw: Callable[[Any], None], width: float, path: str | os.PathLike[str]) -> None:
    demand_picture_ending(path)
    import matplotlib
    from matplotlib import style
    from matplotlib.figure import Figure

    svg = Path(path).suffix.lower() == ".svg"
    # neither the user's settings nor dates, versions and random names reach the file
    settings: dict[Any, str] = {"svg.hashsalt": "exactrev", "svg.fonttype": "path"}
    with style.context("default"), matplotlib.rc_context(settings):
        sheet = Figure(figsize=(width, _SIDE + _BOTTOM + _TOP))
        draw(sheet)
        metadata = {"Date": None, "Creator": None} if svg else {"Software": None}
        sheet.savefig(path, format="svg" if svg else "png", dpi=150, metadata=metadata)
