"""A two-dimensional slice of input space, and the network that a network is on it.

>>> net = Network.dense([([[1, 2, 3]], [0]), ([[1]], [0])])
>>> cut = Slice.of([0, 0, 1], [1, 0, 0], [0, "1/2", 0])
>>> [str(x) for x in cut.point(2, 4)], str(net([2, 2, 1])[0]), str(cut.restrict(net)([2, 4])[0])
(['2', '2', '1'], '9', '9')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational
from exactrev.network.model import Layer, Network

Point = tuple[fmpq, ...]


@dataclass(frozen=True)
class Slice:
    """The plane origin + s directions[0] + t directions[1], with the names of s and t."""

    origin: Point
    directions: tuple[Point, Point]
    names: tuple[str, str] = ("s", "t")

    def __post_init__(self) -> None:
        if len({len(self.origin), *map(len, self.directions)}) > 1:
            raise InputError("a slice needs an origin and two directions of the same length")
        if self._columns.rank() < 2:
            raise InputError("the two directions of a slice must not be parallel")

    @staticmethod
    def of(origin: Sequence[Any], first: Sequence[Any], second: Sequence[Any]) -> Slice:
        """A slice from any exact numbers.

        Raises InputError where lengths differ or the directions are parallel.
        """
        return Slice(_point(origin), (_point(first), _point(second)))

    @staticmethod
    def along_axes(inputs: int, i: int, j: int, at: Sequence[Any] | None = None) -> Slice:
        """The slice on which inputs ``i`` and ``j`` (counted from 0) vary, the others as in ``at``.

        Its coordinates are these two inputs; what ``at`` (default 0) has for them does not matter.
        Raises InputError for inputs that do not exist or are the same.
        """
        if not (0 <= i < inputs and 0 <= j < inputs) or i == j:
            raise InputError(f"no axes {i} and {j}: two different inputs from 0 to {inputs - 1}")
        origin = [fmpq(0)] * inputs if at is None else list(_point(at))
        if len(origin) != inputs:
            raise InputError(
                f"the point has {len(origin)} coordinates, the network {inputs} inputs"
            )
        origin[i] = origin[j] = fmpq(0)
        units = [tuple(fmpq(k == axis) for k in range(inputs)) for axis in (i, j)]
        return Slice(tuple(origin), (units[0], units[1]), (input_name(i), input_name(j)))

    @property
    def inputs(self) -> int:
        """The dimension of the space that is cut."""
        return len(self.origin)

    @property
    def _columns(self) -> fmpq_mat:
        entries = [x for pair in zip(*self.directions, strict=True) for x in pair]
        return fmpq_mat(self.inputs, 2, entries)

    def point(self, s: Any, t: Any) -> Point:
        """The point of the plane with these coordinates."""
        first, second = to_rational(s), to_rational(t)
        u, v = self.directions
        return tuple(o + first * a + second * b for o, a, b in zip(self.origin, u, v, strict=True))

    def restrict(self, network: Network) -> Network:
        """The network of two inputs that is the given one on this plane, layer by layer.

        Every neuron keeps its name; weights on the input become weights on s and t.  Raises
        InputError if the network has another number of inputs.
        """
        if network.inputs != self.inputs:
            raise InputError(
                f"the slice is of {self.inputs} dimensions, the network has {network.inputs} inputs"
            )
        return Network(2, tuple(self._restricted(layer) for layer in network.layers))

    def _restricted(self, layer: Layer) -> Layer:
        weights, bias = dict(layer.weights), layer.bias
        on_inputs = weights.get(0)
        if on_inputs is not None:
            weights[0] = on_inputs * self._columns
            bias = bias + on_inputs * fmpq_mat(self.inputs, 1, list(self.origin))
        return Layer.of(weights, bias.entries())


def input_name(number: int) -> str:
    """What an input is called in a picture."""
    return f"$x_{{{number}}}$"


def _point(coordinates: Sequence[Any]) -> Point:
    return tuple(to_rational(x) for x in coordinates)
