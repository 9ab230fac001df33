"""The functional dimension: how many directions in the space of parameters change f.

It is the rank of the Jacobian of f's values, at all inputs where the parameters act smoothly, by
all weights and biases (J. Grigsby, K. Lindsey, R. Meyerhoff, C. Wu, "Functional dimension of
feedforward ReLU neural networks", 2022).  Scaling a neuron up and its readers down changes nothing,
so it is at most the number of parameters less the rank of these directions: parameters minus hidden
neurons, in general.

*At least*: some rows have a minor that is not 0 modulo a prime.  *At most*: the scaling directions;
or else an exact basis of the kernel that annihilates the rows of every region.

>>> from exactrev import Network
>>> from exactrev.arrangement import regions
>>> twins = Network.dense([([[1], [1]], [0, 0]), ([[1, 1]], [0])])   # 2 relu(x), seven parameters
>>> functional_dimension(regions(twins)).rank
3
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from exactrev.arrangement import Region, Regions
from exactrev.network.model import Network
from exactrev.symmetries.jacobian import JacobianRow, parameter_sources, region_rows
from exactrev.symmetries.modular_rank import PRIME, ModularRank


@dataclass(frozen=True)
class FunctionalDimension:
    """The exact rank, ``at_least`` and ``at_most``; they are equal if all questions were settled.

    The minor of ``rows`` and parameters ``columns`` is not 0 modulo ``prime``; ``reason`` says
    what shows that the rank is at most ``at_most``.
    """

    parameters: int
    hidden: int
    at_least: int
    at_most: int
    rows: tuple[JacobianRow, ...]
    columns: tuple[int, ...]
    prime: int
    reason: str

    @property
    def rank(self) -> int | None:
        """The functional dimension, if it is known."""
        return self.at_least if self.at_least == self.at_most else None

    @property
    def generic(self) -> bool:
        """Whether it is as large as can be: parameters minus hidden neurons."""
        return self.rank == self.parameters - self.hidden


def functional_dimension(
    found: Regions, seed: int = 0, stop: Callable[[], bool] = lambda: False
) -> FunctionalDimension:
    """The functional dimension of a network on a domain, from its regions.

    Exact if the regions are complete and ``stop`` stays false, else ``at_least`` and ``at_most``.
    A neuron that is identically 0 on a region counts as off there.
    """
    network = found.network
    scaling = scaling_directions(network)
    most = network.parameters - scaling.rank()
    rank = ModularRank[JacobianRow](network.parameters)
    order = Random(seed).sample(range(len(found)), len(found))
    reason = "no direction but the scaling of neurons leaves f unchanged"
    if not _grow(rank, (found[k] for k in order), most, stop):
        kernel = _settle(rank, found, order, stop) if found.complete else None
        if kernel is not None:
            most = network.parameters - kernel.ncols()
            reason = "a basis of the kernel annihilates the rows of all regions"
        else:
            reason = "scaling neurons leaves f unchanged; not all regions were looked at"
    hidden = sum(layer.size for layer in network.hidden)
    return FunctionalDimension(
        network.parameters, hidden, rank.rank, most, tuple(rank.chosen), tuple(rank.columns), PRIME,
        reason,
    )  # fmt: skip


def changeless_directions(
    found: Regions, seed: int = 0, stop: Callable[[], bool] = lambda: False
) -> fmpz_mat | None:
    """A basis (columns) of the directions of parameters along which f does not change, to first
    order and where the parameters act smoothly; None if the regions are not all seen in time."""
    rank = ModularRank[JacobianRow](found.network.parameters)
    order = Random(seed).sample(range(len(found)), len(found))
    _grow(rank, (found[k] for k in order), found.network.parameters, stop)
    return _settle(rank, found, order, stop) if found.complete else None


def _grow(
    rank: ModularRank[JacobianRow],
    regions: Iterator[Region],
    most: int,
    stop: Callable[[], bool],
) -> bool:
    """Add regions until the rank is as large as can be; False if it never is."""
    names: list[JacobianRow] = []
    entries: list[fmpz] = []
    for region in regions:
        if rank.rank >= most or stop():
            break
        some, rows = region_rows(region)
        names += some
        entries += rows.entries()
        if len(names) > max(16, rank.rank // 3):  # reducing few rows costs as much as many
            rank.add(names, fmpz_mat(len(names), rank.width, entries))
            names, entries = [], []
    if names and rank.rank < most:
        rank.add(names, fmpz_mat(len(names), rank.width, entries))
    return rank.rank >= most


def _settle(
    rank: ModularRank[JacobianRow], found: Regions, order: Sequence[int], stop: Callable[[], bool]
) -> fmpz_mat | None:
    """The kernel of the rows of all regions, with the rank raised where it was too low."""
    kernel = rank.kernel()
    for number in order:
        if stop():
            return None
        names, rows = region_rows(found[number])
        while any((rows * kernel).entries()):
            if not rank.add(names, rows):
                return None  # the prime divides a minor: as good as never
            kernel = rank.kernel()
    return kernel


def scaling_directions(network: Network) -> fmpq_mat:
    """For every hidden neuron the direction in which it is scaled up and its readers down.

    Hidden neurons x parameters; f does not change along any of them (Euler's identity).
    """
    neurons = [(k, i) for k, layer in enumerate(network.hidden, 1) for i in range(layer.size)]
    rows = []
    for scaled, place in neurons:
        for number, layer in enumerate(network.layers, 1):
            own = [fmpq(int(number == scaled and i == place)) for i in range(layer.size)]
            rows += [b * x for b, x in zip(layer.bias.entries(), own, strict=True)]
            for source in parameter_sources(network, number):
                matrix = network.weight(number, source)
                rows += [
                    matrix[i, j] * (own[i] - int(source == scaled and j == place))
                    for i in range(layer.size)
                    for j in range(matrix.ncols())
                ]
    return fmpq_mat(len(neurons), network.parameters, rows)
