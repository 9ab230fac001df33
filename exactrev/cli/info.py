"""What a network file holds, exactly: shape, size, what had to be folded, and two hashes.

sha256 is that of the exact rational content; canonical sha256 is equal for networks that are equal
up to permuting hidden neurons and scaling them by positive numbers.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from exactrev.cli.arguments import add_json
from exactrev.cli.files import load
from exactrev.cli.outcome import Exit, Outcome, shape

if TYPE_CHECKING:
    from exactrev.network import Network

SUMMARY = "describe a network and hash its exact content"


@dataclass(frozen=True)
class LayerInfo:
    """One affine layer: its number from 1 (the last one is the output) and the layers it reads."""

    index: int
    neurons: int
    sources: tuple[int, ...]


@dataclass(frozen=True)
class NetworkInfo:
    """The facts ``exactrev info`` prints."""

    architecture: tuple[int, ...]
    parameters: int
    layers: tuple[LayerInfo, ...]
    sha256: str
    canonical_sha256: str
    notes: tuple[str, ...]
    #: how the input and every layer are laid out, as far as the file says; empty where it does not
    shapes: tuple[tuple[int, ...], ...]


def info(network: Network) -> NetworkInfo:
    """The facts about a network: shape, parameters, layers, both hashes, what was folded."""
    from exactrev.network.canonical import canonical_sha256

    return NetworkInfo(
        architecture=network.architecture,
        parameters=network.parameters,
        layers=tuple(
            LayerInfo(number, layer.size, tuple(source for source, _ in layer.weights))
            for number, layer in enumerate(network.layers, 1)
        ),
        sha256=network.sha256,
        canonical_sha256=canonical_sha256(network),
        notes=network.notes,
        shapes=network.shapes,
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev info``."""
    parser.add_argument("network", metavar="NET", help="network file")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev info NET``."""
    facts = info(load(arguments.network))
    details = [("sha256", facts.sha256), ("canonical sha256", facts.canonical_sha256)]
    details += [(f"layer {layer.index}", _describe(layer, facts)) for layer in facts.layers]
    details += [("folded", note) for note in facts.notes]
    headline = f"{shape(facts.architecture)}, {facts.parameters} parameters"
    return Outcome("ok", Exit.HOLDS, asdict(facts), headline, tuple(details))


def _describe(layer: LayerInfo, facts: NetworkInfo) -> str:
    kind = "outputs" if layer.index == len(facts.layers) else "neurons"
    sources = ["the input" if source == 0 else f"layer {source}" for source in layer.sources]
    layout = facts.shapes[layer.index] if facts.shapes else ()
    size = "x".join(map(str, layout)) if len(layout) > 1 else layer.neurons
    return f"{size} {kind} reading {' and '.join(sources) or 'nothing'}"
