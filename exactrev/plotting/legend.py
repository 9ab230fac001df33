"""The legend: one column (or more) a layer, a line and a name for every neuron."""

from __future__ import annotations

from typing import Any

from exactrev.network.reduction import Name
from exactrev.plotting.regions_panel import Colours, line_width
from exactrev.plotting.scene import Scene

_ROWS = 24
_COLUMN = 0.82


def legend_width(scene: Scene) -> float:
    """The inches that the legend needs."""
    return sum(_COLUMN * _columns(layer.size) for layer in scene.network.hidden)


def draw_legend(axes: Any, scene: Scene, colours: Colours) -> None:
    """Fill axes of that width; their x-coordinates are made inches."""
    from matplotlib.legend import Legend

    axes.set_axis_off()
    axes.set_xlim(0, max(legend_width(scene), _COLUMN))
    seen = {neuron for segment in scene.segments if segment.visible for neuron in segment.neurons}
    turned = {neuron for segment in scene.segments for neuron in segment.neurons}
    left = 0.0
    for number, layer in enumerate(scene.network.hidden, 1):
        if not layer.size:
            continue
        handles = []
        for neuron in (Name(number, place) for place in range(layer.size)):
            style = "-" if neuron in seen else ":" if neuron in turned else ""
            handles.append(_handle(neuron, style, line_width(scene, number), colours))
        legend = Legend(
            axes, handles, [handle.get_label() for handle in handles], title=f"layer {number}",
            loc="upper left", frameon=False, bbox_to_anchor=(left, 1.0),
            bbox_transform=axes.get_xaxis_transform(),
            ncols=_columns(layer.size), fontsize=9, title_fontsize=9.5, handlelength=1.8,
            handletextpad=0.5, columnspacing=1.2, borderaxespad=0, borderpad=0, alignment="left",
        )  # fmt: skip
        for text, handle in zip(legend.get_texts(), handles, strict=True):
            if handle.get_linestyle() == "None":
                text.set_color("0.6")
        axes.add_artist(legend)
        left += _COLUMN * _columns(layer.size)


def _columns(neurons: int) -> int:
    return -(-neurons // _ROWS)


def _handle(neuron: Name, style: Any, width: float, colours: Colours) -> Any:
    from matplotlib.lines import Line2D

    line = Line2D([], [], color=colours[neuron], linewidth=width, label=str(neuron))
    line.set_linestyle(style)
    return line
