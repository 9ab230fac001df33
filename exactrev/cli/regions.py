"""List every linear region of a network on a domain, with a certificate that none is missing.

A region is a full-dimensional cell on which the activation pattern is constant.  Facets are the
pairs of regions that share a face of dimension n-1.  --depth 0 finds the regions alone, which is
much faster; --depth 1 adds the facets, --depth 2 (the default) whether each neuron's boundary is
connected, --depth N for N inputs the vertices and the Betti numbers of each boundary.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import add_certificate, add_json, add_search, natural
from exactrev.cli.certificates import demand_certificate, save_certificate
from exactrev.cli.domains import add_domain_options, domain_from_options
from exactrev.cli.files import demand_writable, load, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.cli.patience import Patience
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.arrangement import Regions
    from exactrev.arrangement.boundary_sets import Boundaries

SUMMARY = "list all linear regions and who touches whom, certified"
GRAPH_ENDINGS = (".graphml", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev regions``."""
    parser.add_argument("network", metavar="NET", help="network file")
    add_domain_options(parser)
    parser.add_argument("--depth", type=natural, metavar="K",
                        help="find faces down to codimension K (default 2, or all there are)")
    parser.add_argument("--output", "-o", metavar="FILE",
                        help="write every region: a JSON object a line, with pattern, point, map")
    parser.add_argument("--graph", metavar="FILE",
                        help="write the regions joined by facets, .graphml or .json (depth 1)")
    parser.add_argument("--intersections", metavar="FILE",
                        help="write which neurons' boundaries meet, .graphml or .json (depth 2)")
    add_certificate(parser, "that the regions (and faces) are complete")
    add_search(parser)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev regions NET``."""
    wanted = (arguments.certificate, arguments.output, arguments.graph, arguments.intersections)
    sources = (arguments.network, arguments.domain)
    demand_certificate(arguments.certificate, *sources)
    for number, path in enumerate(wanted[1:], 1):
        demand_writable(path, *sources, *wanted[:number])
    network = load(arguments.network)
    domain = domain_from_options(arguments, network.inputs)
    depth = _depth(arguments, network.inputs)
    from exactrev.arrangement import Exploration

    patience = Patience(
        arguments.timeout,
        None if arguments.quiet else lambda: f"{search.found.counts[0]} regions so far",
    )
    search = Exploration(network, domain, depth, patience.stop, arguments.jobs)
    with patience.heeding_interrupts():
        if arguments.certificate is None:
            for _ in search.lines():
                pass
        else:
            save_certificate(search.lines(), arguments.certificate)
    found = search.result()
    _write(found, arguments)
    return report(found, patience, arguments.certificate)


def _depth(arguments: argparse.Namespace, inputs: int) -> int:
    """The codimension to search to; raises InputError where it is too small for what is asked."""
    depth: int = min(2, inputs) if arguments.depth is None else arguments.depth
    if depth > inputs:
        raise InputError(f"--depth {depth}: the network has {inputs} inputs")
    for option, needed in (("graph", 1), ("intersections", min(2, inputs))):
        path = getattr(arguments, option)
        if path is None:
            continue
        if not path.endswith(GRAPH_ENDINGS):
            raise InputError(f"{path}: a graph is written to {' or '.join(GRAPH_ENDINGS)}")
        if depth < needed:
            raise InputError(f"--{option} needs --depth {needed}")
    return depth


def _write(found: Regions, arguments: argparse.Namespace) -> None:
    """The files asked for; graphs only of a complete search."""
    if arguments.output:
        write_whole(arguments.output, lambda draft: _write_regions(found, draft))
    if not found.complete or not (arguments.graph or arguments.intersections):
        return
    from exactrev.arrangement.boundary_sets import Boundaries
    from exactrev.arrangement.graph_files import write_graphml, write_json
    from exactrev.arrangement.graphs import intersection_graph, region_graph

    boundaries = Boundaries.of(found)
    graphs = ((arguments.graph, region_graph), (arguments.intersections, intersection_graph))
    for path, graph_of in graphs:
        if path:
            write = write_graphml if path.endswith(".graphml") else write_json
            write_whole(path, partial(write, graph_of(boundaries)))


def _write_regions(found: Regions, path: Path) -> None:
    """One line a region: its pattern, a point inside, and the network's map there."""
    with path.open("w", encoding="utf-8") as stream:
        for region in found:
            affine = region.affine_map
            entry = {
                "pattern": [[int(on) for on in layer] for layer in region.pattern],
                "point": [str(x) for x in region.point],
                "linear": [[str(x) for x in row] for row in affine.linear.tolist()],
                "constant": [str(x) for x in affine.constant.entries()],
            }
            stream.write(json.dumps(entry) + "\n")


def report(found: Regions, patience: Patience, certificate: str | None) -> Outcome:
    """The outcome of a search."""
    seconds = round(patience.elapsed, 3)
    facts: dict[str, Any] = {
        "architecture": list(found.network.architecture),
        "regions": found.counts[0],
        "facets": found.counts[1] if len(found.counts) > 1 else None,
        "faces": list(found.counts),
        "seconds": seconds,
        "per_neuron": per_neuron(found) if found.complete else {},
        "open_branches": found.open_branches,
        "at_least": found.counts[0] + found.open_regions,
        "certificate": certificate,
        "sha256": found.network.sha256,
    }
    if not found.complete:
        facts["reason"] = patience.reason
    if len(found.counts) > found.network.inputs:
        facts["vertices"] = found.counts[found.network.inputs]
    details = [
        (f"faces of codimension {k}", str(count)) for k, count in enumerate(found.counts) if k
    ]
    if details:
        details[0] = ("facets", str(found.counts[1]))
    details.append(("seconds", f"{seconds:.2f}"))
    neurons = facts["per_neuron"].items()
    disconnected = [name for name, known in neurons if known["connected"] is False]
    if disconnected:
        details.append(("boundary not connected", " ".join(disconnected)))
    if certificate:
        details.append(("certificate", certificate))
    if not found.complete:
        details += [("open branches", str(found.open_branches)), ("ended", patience.reason)]
        headline = f"at least {facts['at_least']} regions of {shape(found.network.architecture)}"
        return Outcome("partial", Exit.UNDECIDED, facts, headline, tuple(details))
    headline = f"{found.counts[0]} regions of {shape(found.network.architecture)}"
    if not found.counts[0]:
        headline += ": the domain has no interior"
    return Outcome("complete", Exit.HOLDS, facts, headline, tuple(details))


def per_neuron(found: Regions) -> dict[str, dict[str, Any]]:
    """For every neuron: how many pieces its boundary has, and whether they are connected."""
    from exactrev.arrangement.boundary_sets import Boundaries

    if len(found.counts) < 2:
        return {}
    boundaries = Boundaries.of(found)
    depth, inputs = len(found.counts) - 1, found.network.inputs
    connected = _components(boundaries) if depth >= min(2, inputs) else {}
    betti = boundaries.betti() if depth == inputs else {}
    return {
        name: {
            "pieces": len(boundaries.pieces(neuron)),
            "components": connected.get(neuron),
            "connected": None if neuron not in connected else connected[neuron] <= 1,
            "betti": list(betti[name]) if name in betti else None,
        }
        for neuron, name in enumerate(boundaries.names)
    }


def _components(boundaries: Boundaries) -> dict[int, int]:
    from exactrev.arrangement.graphs import boundary_components

    return {
        neuron: len(boundary_components(boundaries, neuron))
        for neuron in range(len(boundaries.names))
    }
