"""The networks measured: seeded Gaussian ones, the trained examples, and files made by others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from exactrev.network import Layer, Network

ROOT = Path(__file__).resolve().parent.parent
BIAS_DEVIATION = 0.3

#: Architectures of the Gaussian networks, in the order of the table.
GAUSSIAN = (
    "4-6-1",
    "5-30-1",
    "8-8-6-1",
    "10-5-5-1",
    "10-10-10-1",
    "10-15-15-1",
    "20-10-10-1",
    "5-12-12-1",
    "10-20-20-1",
    "6-8-8-8-2",
    "40-20-10-10-1",
    "784-16-10",
    "784-32-1",
)
#: Gaussian networks with skip connections (see :func:`skipping`).
SKIPPING = (
    "6-8-8-2+1=2",
    "6-8-8-2+0>2",
    "6-8-8-2+1>3",
    "6-8-8-2+0>2+1>3",
    "6-8-8-2+0>3",
    "6-8-8-2+0>2+0>3+1>3",
    "6-6-6-6-1+1=2+2=3",
    "6-6-6-6-1+1>3+2>4",
    "6-6-6-6-1+0>2+1>3",
    "6-6-6-6-1+0>3+1>4",
)
QUICK = ("4-6-1", "5-30-1", "8-8-6-1", "10-10-10-1")

#: Files of examples/nets that recovery is measured on; the larger ones are left for later work.
FILES = (
    "fc_2-2-3.onnx",
    "acas_tiny_5-5-5.nnet",
    "acas_tiny_5-50-5.nnet",
    "fc1_2-25x3-2.onnx",
    "victim_32-2-2-1.npz",
    "twin_ladder.nnet",
    "hcas_pra0_tau00.nnet",
    "mnist2x10.onnx",
)


@dataclass(frozen=True)
class Subject:
    """One row of the table: a name and the networks it stands for, one a seed."""

    name: str
    load: Callable[[int], Network]
    #: whether other seeds give other networks
    seeded: bool


def gaussian_arrays(sizes: Sequence[int], seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(weight, bias) a layer: weights N(0, 1/fan_in), biases N(0, 0.09), float64, rows outputs.

    The draws are numpy's ``default_rng(seed)``, layer by layer, weights before biases.
    """
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(0.0, fan_in**-0.5, (width, fan_in)), rng.normal(0.0, BIAS_DEVIATION, width))
        for fan_in, width in pairwise(sizes)
    ]


def gaussian(sizes: Sequence[int], seed: int) -> Network:
    """The exact network of those float64 weights."""
    return Network.dense(gaussian_arrays(sizes, seed))


def skipping(name: str, seed: int) -> Network:
    """A Gaussian network with skip connections, float64 weights taken exactly.

    ``name`` is a shape followed by the skips: ``+0>2`` gives layer 2 weights for layer 0 (the
    input) too, ``+1=2`` adds layer 1's values to those of layer 2 (an identity skip), for every
    layer that reads layer 2.  Weights are N(0, 1/fan_in), fan_in counting all that a neuron
    reads by weights of its own; biases as ever.

    >>> [[source for source, _ in layer.weights] for layer in skipping("3-2-2-1+0>2+1=2", 0).layers]
    [[0], [0, 1], [1, 2]]
    """
    shape, *skips = name.split("+")
    sizes = parse_shape(shape)
    reads = {number: {number - 1} for number in range(1, len(sizes))}
    added: dict[int, int] = {}
    for skip in skips:
        if "=" in skip:
            source, target = map(int, skip.split("="))
            added[target] = source
        else:
            source, target = map(int, skip.split(">"))
            reads[target].add(source)
    rng = np.random.default_rng(seed)
    layers = []
    for number in range(1, len(sizes)):
        fan_in = sum(sizes[source] for source in reads[number])
        blocks: dict[int, np.ndarray] = {}
        for source in sorted(reads[number]):
            drawn = rng.normal(0.0, fan_in**-0.5, (sizes[number], sizes[source]))
            place: int | None = source
            while place is not None:
                blocks.setdefault(place, np.zeros((sizes[number], sizes[place])))
                blocks[place] = blocks[place] + drawn
                place = added.get(place)
        layers.append(Layer.of(blocks, rng.normal(0.0, BIAS_DEVIATION, sizes[number])))
    return Network(sizes[0], tuple(layers))


def parse_shape(name: str) -> tuple[int, ...]:
    """``"10-20-1"`` as sizes.

    >>> parse_shape("10-20-1")
    (10, 20, 1)
    """
    return tuple(int(size) for size in name.split("-"))


def gaussian_subject(name: str) -> Subject:
    """The Gaussian networks of one architecture, which may have skips."""
    if "+" in name:
        return Subject(name, lambda seed: skipping(name, seed), seeded=True)
    return Subject(name, lambda seed: gaussian(parse_shape(name), seed), seeded=True)


def file_subject(path: Path) -> Subject:
    """A network file; the seed is then only that of the recovery."""
    from exactrev.formats import read_network

    return Subject(path.name, lambda _: read_network(path), seeded=False)


def subjects(quick: bool = False) -> Iterator[Subject]:
    """Every row of the table, or a handful that take seconds."""
    for name in QUICK if quick else (*GAUSSIAN, *SKIPPING):
        yield gaussian_subject(name)
    trained = sorted((ROOT / "examples" / "trained").glob("*.npz"))
    others = [ROOT / "examples" / "nets" / name for name in FILES]
    for path in trained[:2] if quick else [*trained, *others]:
        if path.exists():
            yield file_subject(path)
