"""What the neurons of a layer read, as sparse rows that can be renamed and compared."""

from __future__ import annotations

from flint import fmpq

from exactrev.network.model import Network

#: A neuron's or output's weights by (source, index there) and, as None, its bias; zeros left out.
Row = dict[tuple[int, int] | None, fmpq]


def neuron_rows(network: Network, number: int) -> list[Row]:
    """The rows of layer ``number``, counted from 1; the last layer is the outputs'."""
    layer = network.layers[number - 1]
    rows: list[Row] = [{None: bias} if bias else {} for bias in layer.bias.entries()]
    for source, matrix in layer.weights:
        width = matrix.ncols()
        for position, weight in enumerate(matrix.entries()):
            if weight:
                rows[position // width][source, position % width] = weight
    return rows
