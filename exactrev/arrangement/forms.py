"""The affine forms of a network's neurons on a cell: in floats with error bounds, and exactly.

On a cell where the neurons of the layers below are decided, every preactivation of a layer is one
affine form of the input.  Floats compute the forms of many cells at once, with a bound on the error
of every coefficient that holds in spite of rounding; exact forms are for where that is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from exactrev.arrangement.coordinates import independent_coordinates
from exactrev.arrangement.float_range import floats_hold
from exactrev.exact.rational import from_floats, to_float
from exactrev.lp.polyhedron import Form, Polyhedron
from exactrev.network.model import Network

Floats = NDArray[np.float64]
Signs = NDArray[np.int8]

#: What is known of a neuron on a cell.
UNDECIDED, ON, OFF, ZERO, WALL = 0, 1, -1, 2, 3

#: Bounds the relative error of one rounded operation, with room for second-order terms.
UNIT = 2.0**-52


def float_matrix(rows: Sequence[Sequence[fmpq]], width: int) -> tuple[Floats, Floats]:
    """Doubles and, entry by entry, how far from them the rationals may be.

    The nearest doubles; but 0 and infinitely far for what is beyond their range.
    """
    values = np.array([[to_float(x) for x in row] for row in rows]).reshape(len(rows), width)
    beyond = ~np.isfinite(values)
    values[beyond] = 0.0
    exact = np.array(
        [[v == x for v, x in zip(from_floats(near), row, strict=True)]
         for near, row in zip(values.tolist(), rows, strict=True)],
        dtype=bool,
    ).reshape(len(rows), width)  # fmt: skip
    errors = np.where(exact, 0.0, np.abs(values) * UNIT + 1e-300)
    return values, np.where(beyond, np.inf, errors)


@dataclass(frozen=True)
class Forms:
    """Affine forms (..., n+1), constants last, and bounds (...) on their coefficients' errors."""

    values: Floats
    errors: Floats

    def at(self, points: Floats) -> tuple[Floats, Floats]:
        """Values at points (..., n) and bounds on their errors."""
        linear, constant = self.values[..., :-1], self.values[..., -1]
        size = np.abs(points)
        value = np.einsum("...i,...i->...", linear, points) + constant
        magnitude = np.einsum("...i,...i->...", np.abs(linear), size) + np.abs(constant)
        reach = size.sum(axis=-1) + 1.0
        return value, (points.shape[-1] + 2) * UNIT * magnitude + self.errors * reach * (1 + 1e-9)


class NetworkRows:
    """The row numbering of a network on a domain, and the forms that rows have on cells.

    Row numbers: the domain's rows first, then the hidden neurons in ascending order (the
    certificate format, claim ``regions``).

    Where the rows that read the input span fewer than all dimensions, every region is a cylinder,
    and all forms are taken on the slice on which only ``coordinates`` differ from 0: ``n`` is their
    number.  Other ``coordinates`` may be given, if they tell at least the same points apart.
    """

    def __init__(
        self, network: Network, domain: Polyhedron, coordinates: tuple[int, ...] | None = None
    ) -> None:
        self.network, self.domain = network, domain
        self.coordinates = coordinates or independent_coordinates(network, domain)
        self.n = len(self.coordinates)
        self.widths = [layer.size for layer in network.hidden]
        self.first = [sum(self.widths[:k]) for k in range(len(self.widths) + 1)]
        self.neurons = self.first[-1]
        self.domain_rows = len(domain.rows)
        self._layers = [k for k, width in enumerate(self.widths) for _ in range(width)]

    def neuron_forms(self, signs: Signs, layers: int) -> Forms:
        """The forms (K x neurons x (n+1)) of the neurons of the first ``layers`` hidden layers."""
        forms = self.float_forms(signs, layers)
        if not forms:
            return Forms(np.zeros((len(signs), 0, self.n + 1)), np.zeros((len(signs), 0)))
        if len(forms) == 1:
            return forms[0]
        return Forms(
            np.concatenate([f.values for f in forms], axis=1),
            np.concatenate([f.errors for f in forms], axis=1),
        )

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.widths)

    def layer_slice(self, layer: int) -> slice:
        """Where the neurons of hidden layer 0, 1, ... stand among all neurons."""
        return slice(self.first[layer], self.first[layer + 1])

    def layer_of(self, neuron: int) -> int:
        """The hidden layer (from 0) of a neuron number; that of the outputs comes after them."""
        return self._layers[neuron] if neuron < self.neurons else self.depth

    @cached_property
    def domain_rows_exactly(self) -> list[Form]:
        """The domain's rows on the slice."""
        return [(*(row[j] for j in self.coordinates), row[-1]) for row in self.domain.rows]

    def lifted(self, point: Sequence[fmpq]) -> tuple[fmpq, ...]:
        """A point of the slice with all its coordinates."""
        whole = [fmpq(0)] * self.network.inputs
        for j, x in zip(self.coordinates, point, strict=True):
            whole[j] = x
        return tuple(whole)

    def lifted_floats(self, points: Floats) -> Floats:
        """The same for the rows of a K x n array."""
        whole = np.zeros((len(points), self.network.inputs))
        whole[:, self.coordinates] = points
        return whole

    # -- floats --------------------------------------------------------------------------------

    @cached_property
    def fit_floats(self) -> bool:
        """Whether floats hold all forms; else only exact arithmetic tells anything."""
        return floats_hold(self.network, (x for row in self.domain.rows for x in row))

    @cached_property
    def domain_forms(self) -> Forms:
        """The domain's rows."""
        values, errors = float_matrix(self.domain_rows_exactly, self.n + 1)
        return Forms(values, errors.max(axis=1, initial=0.0))

    @cached_property
    def _float_layers(self) -> list[tuple[list[tuple[int, Floats, Floats]], Floats, Floats]]:
        layers = []
        for layer in self.network.layers:
            bias, bias_error = float_matrix([[b] for b in layer.bias.entries()], 1)
            blocks = []
            for source, matrix in layer.weights:
                entries, width = matrix.entries(), matrix.ncols()
                columns = range(width) if source else self.coordinates
                rows = [[entries[i * width + j] for j in columns] for i in range(matrix.nrows())]
                width = len(columns)
                blocks.append((source, *float_matrix(rows, width)))
            layers.append((blocks, bias[:, 0], bias_error[:, 0]))
        return layers

    def float_forms(self, signs: Signs, layers: int) -> list[Forms]:
        """The forms (K x width x (n+1)) of the first ``layers`` layers on K cells.

        ``signs`` is K x neurons; all neurons below the last of these layers are decided.  One more
        than the hidden layers gives the forms of the outputs too.  Errors are infinite or nan where
        floats do not hold the forms.
        """
        with np.errstate(all=None if self.fit_floats else "ignore"):
            return self._float_forms(signs, layers)

    def _float_forms(self, signs: Signs, layers: int) -> list[Forms]:
        count = len(signs)
        forms: list[Forms] = []
        active: list[Forms] = []
        for k in range(layers):
            blocks, bias, bias_error = self._float_layers[k]
            width = len(bias)
            values = np.zeros((count, width, self.n + 1))
            errors = np.zeros((count, width))
            values[:, :, self.n] += bias
            errors += bias_error
            for source, weight, weight_error in blocks:
                if source == 0:
                    values[:, :, : self.n] += weight
                    errors += weight_error.max(axis=1, initial=0.0)
                    continue
                below = active[source - 1]
                values += weight @ below.values
                sizes = np.abs(below.values).max(axis=2, initial=0.0)
                rounding = (weight.shape[1] + 3) * UNIT * np.abs(weight) + weight_error
                errors += sizes @ rounding.T + below.errors @ (np.abs(weight) + weight_error).T
            if len(blocks) > 1 or (blocks and blocks[0][0]):
                errors += 3 * UNIT * np.abs(values).max(axis=2, initial=0.0)
            forms.append(Forms(values, errors * (1 + 1e-9)))
            if k == layers - 1:
                break
            on = signs[:, self.layer_slice(k)] == ON
            active.append(Forms(values * on[:, :, None], errors * on))
        return forms

    # -- exactly -------------------------------------------------------------------------------

    def exact_reads(self, neuron: int) -> Reads:
        """What a hidden neuron, or an output numbered after them, reads."""
        if neuron not in self._reads:
            layer = self.layer_of(neuron)
            found, i = self.network.layers[layer], neuron - self.first[layer]
            constant, sources = [fmpq(0)] * self.n + [found.bias[i, 0]], []
            for source, matrix in found.weights:
                row = [matrix[i, j] for j in range(matrix.ncols())]
                if source == 0:
                    constant[: self.n] = [row[j] for j in self.coordinates]
                else:
                    sources.append((source - 1, fmpq_mat(1, len(row), row)))
            self._reads[neuron] = Reads(fmpq_mat(1, self.n + 1, constant), tuple(sources))
        return self._reads[neuron]

    @cached_property
    def _reads(self) -> dict[int, Reads]:
        return {}


@dataclass(frozen=True)
class Reads:
    """A preactivation: ``constant`` (1 x (n+1)) plus, for hidden layers from 0, weights (1 x width)
    times the values of that layer."""

    constant: fmpq_mat
    sources: tuple[tuple[int, fmpq_mat], ...]
