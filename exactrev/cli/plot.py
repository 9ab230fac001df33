"""Draw the regions of a network of two inputs, or of an exact plane slice of a wider one, and each
neuron's boundary: solid where f bends, dotted where it does not.  The picture is a .png or .svg.

The corners of all regions are exact; by default the box shows them all.  With a slice, the box is
one of the slice's two coordinates.  Inputs are counted from 0, as neurons in a layer are.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import add_json, natural, seconds
from exactrev.cli.deadline import deadline
from exactrev.cli.files import demand_writable, load, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.errors import InputError, TimeLimitExceeded

if TYPE_CHECKING:
    from flint import fmpq

    from exactrev.plotting import Plot, Slice, Window

SUMMARY = "draw the regions and boundaries of a network on a plane"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev plot``."""
    parser.add_argument("network", metavar="NET", help="network file")
    parser.add_argument("-o", "--output", metavar="FILE", required=True,
                        help="the picture to write, .png or .svg")
    parser.add_argument("--box", nargs=2, type=_rational, metavar=("LO", "HI"),
                        help="show [LO,HI]^2; exact numbers such as 0.1 or -1/3")
    plane = parser.add_mutually_exclusive_group()
    plane.add_argument("--slice", nargs=3, type=_vector, metavar=("ORIGIN", "U", "V"),
                       help="the plane ORIGIN + s U + t V; vectors such as 0,1/2,-3")
    plane.add_argument("--axes", nargs=2, type=natural, metavar=("I", "J"),
                       help="the plane on which inputs I and J vary")
    parser.add_argument("--at", type=_vector, metavar="POINT",
                        help="with --axes, the other inputs (default 0,0,...)")
    parser.add_argument("--graph", action="store_true",
                        help="draw beside it which neurons' boundaries meet in the box")
    parser.add_argument("--graph-output", metavar="FILE", help="draw that graph into this file")
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS",
                        help="stop after this long, with nothing drawn")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev plot NET -o FILE``."""
    if arguments.at is not None and arguments.axes is None:
        raise InputError("--at goes with --axes")
    _demand_files(arguments)
    try:
        with deadline(arguments.timeout):
            drawn = _draw(arguments)
    except TimeLimitExceeded as limit:
        return Outcome("unknown", Exit.UNDECIDED, {"reason": str(limit)}, str(limit))
    return _report(drawn, arguments)


def _demand_files(arguments: argparse.Namespace) -> None:
    from exactrev.plotting.sheets import demand_picture_ending

    output, graph = arguments.output, arguments.graph_output
    demand_picture_ending(output)
    demand_writable(output, arguments.network)
    if graph is not None:
        demand_picture_ending(graph)
        demand_writable(graph, arguments.network, output)


def _draw(arguments: argparse.Namespace) -> Plot:
    import matplotlib  # noqa: F401  (its absence is told before any work is done)

    from exactrev.plotting import plot

    network = load(arguments.network)
    try:
        drawn = plot(network, _window(arguments), _slice(arguments, network.inputs))
    except InputError as error:
        raise InputError(f"{arguments.network}: {error}") from error
    write_whole(arguments.output, lambda path: drawn.write(path, arguments.graph))
    if arguments.graph_output is not None:
        write_whole(arguments.graph_output, drawn.write_graph)
    return drawn


def _window(arguments: argparse.Namespace) -> Window | None:
    from exactrev.plotting import Window

    return None if arguments.box is None else Window.square(*arguments.box)


def _slice(arguments: argparse.Namespace, inputs: int) -> Slice | None:
    from exactrev.plotting import Slice

    if arguments.slice is not None:
        return Slice.of(*arguments.slice)
    if arguments.axes is not None:
        i, j = arguments.axes
        return Slice.along_axes(inputs, i, j, arguments.at)
    return None


def _report(drawn: Plot, arguments: argparse.Namespace) -> Outcome:
    scene, cut = drawn.whole, drawn.cut
    visible = sum(segment.visible for segment in scene.segments)
    facts: dict[str, Any] = {
        "architecture": drawn.architecture,
        "regions": len(scene.tiles),
        "facets": len(scene.segments),
        "visible_facets": visible,
        "vertices": len(scene.vertices),
        "box": _corners(scene.window),
        "close_up": None if drawn.closer is None else _corners(drawn.closer.window),
        "slice": None if cut is None else {
            "origin": _texts(cut.origin), "directions": [_texts(d) for d in cut.directions],
        },
        "meetings": [[str(one), str(other)] for one, other in sorted(scene.meetings)],
        "output": arguments.output,
        "graph_output": arguments.graph_output,
    }  # fmt: skip
    headline = f"{shape(drawn.architecture)}, {len(scene.tiles)} regions in {arguments.output}"
    details = [
        ("box", " x ".join(f"[{low}, {high}]" for low, high in facts["box"])),
        ("facets", f"{len(scene.segments)}, f bends across {visible}"),
        ("vertices", str(len(scene.vertices))),
        ("meeting", f"{len(scene.meetings)} pairs of boundaries meet in the box"),
    ]
    if arguments.graph_output is not None:
        details.append(("graph", arguments.graph_output))
    return Outcome("ok", Exit.HOLDS, facts, headline, tuple(details))


def _corners(window: Window) -> list[list[str]]:
    """The interval on either axis."""
    return [_texts(side) for side in window.sides]


def _texts(numbers: tuple[fmpq, ...]) -> list[str]:
    return [str(x) for x in numbers]


def _rational(text: str) -> fmpq:
    from exactrev.exact.rational import parse_rational

    try:
        return parse_rational(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _vector(text: str) -> tuple[fmpq, ...]:
    return tuple(_rational(part) for part in text.split(","))
