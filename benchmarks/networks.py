"""The networks measured: seeded Gaussian ones, the trained examples, and files made by others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from exactrev.network import Network

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


def parse_shape(name: str) -> tuple[int, ...]:
    """``"10-20-1"`` as sizes.

    >>> parse_shape("10-20-1")
    (10, 20, 1)
    """
    return tuple(int(size) for size in name.split("-"))


def gaussian_subject(name: str) -> Subject:
    """The Gaussian networks of one architecture."""
    return Subject(name, lambda seed: gaussian(parse_shape(name), seed), seeded=True)


def file_subject(path: Path) -> Subject:
    """A network file; the seed is then only that of the recovery."""
    from exactrev.formats import read_network

    return Subject(path.name, lambda _: read_network(path), seeded=False)


def subjects(quick: bool = False) -> Iterator[Subject]:
    """Every row of the table, or a handful that take seconds."""
    for name in QUICK if quick else GAUSSIAN:
        yield gaussian_subject(name)
    trained = sorted((ROOT / "examples" / "trained").glob("*.npz"))
    others = [ROOT / "examples" / "nets" / name for name in FILES]
    for path in trained[:2] if quick else [*trained, *others]:
        if path.exists():
            yield file_subject(path)
