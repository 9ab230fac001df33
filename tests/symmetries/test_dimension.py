"""The functional dimension, against finite differences that are exact and another elimination."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq, fmpq_mat

from exactrev.arrangement import Regions, regions
from exactrev.network.evaluation import activation_pattern
from exactrev.network.model import Layer, Network
from exactrev.symmetries.dimension import (
    FunctionalDimension,
    functional_dimension,
    scaling_directions,
)
from exactrev.symmetries.jacobian import JacobianRow, region_rows
from tests.boundaries.networks import gaussian
from tests.theorem.networks import ALWAYS_ON, APART, CROSSING, TENT, TWINS, UNREAD


def nudged(network: Network, index: int, step: fmpq) -> Network:
    """The network with one parameter increased, in the order of JacobianRow."""
    layers = []
    for layer in network.layers:
        bias = layer.bias.entries()
        weights = {source: matrix.tolist() for source, matrix in layer.weights}
        places = [(bias, i) for i in range(layer.size)]
        places += [(row, j) for rows in weights.values() for row in rows for j in range(len(row))]
        if 0 <= index < len(places):
            row, j = places[index]
            row[j] += step
        index -= len(places)
        layers.append(Layer.of(weights, bias))
    return Network(network.inputs, tuple(layers))


def difference_row(network: Network, row: JacobianRow) -> list[Fraction]:
    """The same gradient: f is affine in one parameter as long as no neuron switches."""
    pattern = activation_pattern(network, row.point)
    here = network(row.point)[row.output]
    gradient = []
    for index in range(network.parameters):
        step = fmpq(1, 1 << 20)
        while activation_pattern(nudged(network, index, step), row.point) != pattern:
            step /= 2
        slope = (nudged(network, index, step)(row.point)[row.output] - here) / step
        gradient.append(Fraction(int(slope.p), int(slope.q)))
    return gradient


def rank(rows: list[list[Fraction]]) -> int:
    """Plain elimination."""
    rows, found = [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for r in range(found + 1, len(rows)):
            factor = rows[r][column] / rows[found][column]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[found], strict=True)]
        found += 1
    return found


def of(network: Network) -> tuple[Regions, FunctionalDimension]:
    found = regions(network)
    return found, functional_dimension(found)


def all_rows(found: Regions) -> list[JacobianRow]:
    return [name for region in found for name in region_rows(region)[0]]


@pytest.mark.parametrize("sizes", [(2, 2, 1), (1, 4, 1), (2, 4, 1), (3, 5, 2)])
def test_generic_shallow_networks(sizes: tuple[int, ...]) -> None:
    network = gaussian(sizes, 0)
    dimension = of(network)[1]
    assert dimension.generic and dimension.rank == network.parameters - sizes[1]


def test_a_generic_deep_network() -> None:
    dimension = of(gaussian((3, 6, 6, 1), 0))[1]
    assert dimension.generic and dimension.rank == 24 + 42 + 7 - 12


@pytest.mark.parametrize("network", [TWINS, UNREAD, TENT, ALWAYS_ON])
def test_degenerate_networks_have_less(network: Network) -> None:
    found, dimension = of(network)
    assert dimension.rank is not None and not dimension.generic
    assert dimension.rank < network.parameters - dimension.hidden
    assert dimension.rank == rank([difference_row(network, row) for row in all_rows(found)])


@pytest.mark.parametrize("network", [CROSSING, APART, gaussian((2, 3, 2, 1), 3)])
def test_the_rank_against_finite_differences(network: Network) -> None:
    found, dimension = of(network)
    assert dimension.rank == rank([difference_row(network, row) for row in all_rows(found)])


@pytest.mark.parametrize("network", [CROSSING, TWINS, gaussian((2, 4, 3, 1), 1)])
def test_the_minor_is_not_zero(network: Network) -> None:
    dimension = of(network)[1]
    assert len(dimension.rows) == len(dimension.columns) == dimension.at_least
    minor = [
        [row[column] for column in dimension.columns]
        for row in (difference_row(network, name) for name in dimension.rows)
    ]
    assert rank(minor) == dimension.at_least


def test_points_lie_in_the_region() -> None:
    for region in regions(gaussian((2, 4, 3, 1), 1)):
        for name in region_rows(region)[0]:
            assert activation_pattern(region.network, name.point) == region.pattern


def test_scaling_changes_nothing() -> None:
    network = gaussian((2, 3, 2, 1), 3)
    directions = scaling_directions(network)
    assert directions.rank() == 5
    for region in regions(network):
        rows = fmpq_mat(region_rows(region)[1])
        assert not any((rows * directions.transpose()).entries())
    assert not any(scaling_directions(Network.dense([([[1]], [0])])).entries())


def test_an_early_end_gives_bounds() -> None:
    answers = iter([False])
    dimension = functional_dimension(regions(CROSSING), stop=lambda: next(answers, True))
    assert dimension.rank is None and not dimension.generic
    assert 0 < dimension.at_least <= 3 and dimension.at_most == 7
