"""The derivatives of a network's outputs by its weights and biases, at exact points.

Within one region the rows are affine in the input, so those of all its points are combinations of
those at n+1 points in general position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpz_mat

from exactrev.arrangement import Region
from exactrev.arrangement.leaves import Point
from exactrev.network.evaluation import AffineMap, layer_maps
from exactrev.network.model import Network


@dataclass(frozen=True)
class JacobianRow:
    """The gradient of one output at one point by all parameters: layer by layer, the biases, then
    the weight matrices in ascending order of their sources, row by row."""

    point: Point
    output: int


def region_rows(region: Region) -> tuple[list[JacobianRow], fmpz_mat]:
    """The rows of all outputs at n+1 points of a region that span it, each times an integer."""
    maps = layer_maps(region.network, region.pattern)
    names, entries = [], []
    gradients = _output_gradients(region)
    for point in spanning_points(region):
        values = _layer_values(region, maps, point)
        for output in range(region.network.outputs):
            row = _row(region.network, gradients, values, output)
            names.append(JacobianRow(point, output))
            entries += fmpq_mat(1, len(row), row).numer_denom()[0].entries()
    return names, fmpz_mat(len(names), region.network.parameters, entries)


def spanning_points(region: Region) -> Iterator[Point]:
    """The region's point and, for every coordinate, one moved along it that has its pattern."""
    point, step = region.point, fmpq(1)
    for affine in layer_maps(region.network, region.pattern)[:-1]:
        width = affine.linear.ncols()
        steep = [abs(x) for x in affine.linear.entries()]
        for i, z in enumerate(affine(point)):
            most = max(steep[i * width : (i + 1) * width])
            while most and 2 * step * most > abs(z):
                step /= 2
    yield point
    for k in range(len(point)):
        yield tuple(x + step if j == k else x for j, x in enumerate(point))


def _layer_values(
    region: Region, maps: Sequence[AffineMap], point: Point
) -> list[list[fmpq]]:
    """The input and what every hidden layer passes on."""
    values = [list(point)]
    for affine, pattern in zip(maps, region.pattern, strict=False):
        z = affine(point)
        values.append([x if on else fmpq(0) for x, on in zip(z, pattern, strict=True)])
    return values


def _output_gradients(region: Region) -> list[fmpq_mat]:
    """The derivatives (outputs x width) of f by z of every layer; the output layer last."""
    network = region.network
    m = network.outputs
    by_value = [fmpq_mat(m, size) for size in network.architecture]
    gradients: list[fmpq_mat] = []
    for number in range(len(network.layers), 0, -1):
        if number == len(network.layers):
            unit = [fmpq(int(i == j)) for i in range(m) for j in range(m)]
            gradient = fmpq_mat(m, m, unit)
        else:
            on = region.pattern[number - 1]
            entries = by_value[number].entries()
            kept = [x if on[k % len(on)] else fmpq(0) for k, x in enumerate(entries)]
            gradient = fmpq_mat(m, len(on), kept)
        gradients.append(gradient)
        for source, matrix in network.layers[number - 1].weights:
            if source:
                by_value[source] = by_value[source] + gradient * matrix
    return gradients[::-1]


def _row(
    network: Network, gradients: Sequence[fmpq_mat], values: Sequence[Sequence[fmpq]], output: int
) -> list[fmpq]:
    """One output's derivatives by all parameters."""
    row: list[fmpq] = []
    for number, gradient in enumerate(gradients, 1):
        own = [gradient[output, i] for i in range(gradient.ncols())]
        row += own
        for source in parameter_sources(network, number):
            row += [g * a for g in own for a in values[source]]
    return row


def parameter_sources(network: Network, number: int) -> list[int]:
    """What a layer counts weights for: its sources, and the layer before it in any case."""
    return sorted({number - 1, *(source for source, _ in network.layers[number - 1].weights)})
