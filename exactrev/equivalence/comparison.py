"""Two networks as one: the difference of their outputs, its neurons reduced (format, section 11).

>>> line = Network.dense([([[1]], [0])])
>>> split = Network.dense([([[1], [-1]], [0, 0]), ([[1, -1]], [0])])
>>> comparison = Comparison.of(line, split)
>>> comparison.stacked.architecture, comparison.reduction.network.architecture
((1, 2, 1), (1, 1))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.equivalence.difference import require_same_shape
from exactrev.exact.rational import to_rational
from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Reduction, reduce_structurally


@dataclass(frozen=True)
class Comparison:
    """Network a beside network b, whose outputs are first scaled and shifted, one by one."""

    a: Network
    b: Network
    scale: tuple[fmpq, ...]
    shift: tuple[fmpq, ...]

    @staticmethod
    def of(
        a: Network, b: Network, scale: Sequence[Any] | None = None, shift: Sequence[Any] = ()
    ) -> Comparison:
        """Without a scale (shift), that of every output is 1 (0).

        Raises InputError if the networks differ in inputs or outputs.
        """
        require_same_shape(a, b)
        scales = tuple(map(to_rational, scale)) if scale else (fmpq(1),) * a.outputs
        shifts = tuple(map(to_rational, shift)) if shift else (fmpq(0),) * a.outputs
        return Comparison(a, b, scales, shifts)

    @cached_property
    def stacked(self) -> Network:
        """The network whose outputs are a's less b's; its layers hold a's neurons, then b's."""
        a, b = self.a, self.b
        depth = max(len(a.layers), len(b.layers))
        layers = [self._hidden_layer(number) for number in range(1, depth)]
        return Network(a.inputs, (*layers, self._output_layer()))

    @property
    def _pair(self) -> tuple[Network, Network]:
        return self.a, self.b

    def _hidden_layer(self, number: int) -> Layer:
        there = [k for k in (0, 1) if number < len(self._pair[k].layers)]
        bias = [entry for k in there for entry in self._pair[k].bias(number).entries()]
        blocks = {
            source: [
                row
                for k in there
                for row in self._widened(k, self._pair[k].weight(number, source), source)
            ]
            for source in range(number)
        }
        return Layer.of(blocks, bias)

    def _output_layer(self) -> Layer:
        factors = [fmpq_mat(len(self.scale), len(self.scale)) for _ in range(2)]
        for i, s in enumerate(self.scale):
            factors[0][i, i], factors[1][i, i] = fmpq(1), -s
        bias = -fmpq_mat(len(self.shift), 1, list(self.shift))
        blocks: dict[int, fmpq_mat] = {}
        for k in (0, 1):
            layer = self._pair[k].layers[-1]
            bias = bias + factors[k] * layer.bias
            for source, matrix in layer.weights:
                block = fmpq_mat(self._widened(k, factors[k] * matrix, source))
                blocks[source] = blocks[source] + block if source in blocks else block
        return Layer.of(blocks, bias.entries())

    def _widened(self, k: int, matrix: fmpq_mat, source: int) -> list[list[fmpq]]:
        """Weights of the values of one network in a layer as those of both, side by side."""
        rows: list[list[fmpq]] = matrix.tolist()
        other = self._pair[1 - k]
        if source == 0 or source >= len(other.layers):
            return rows
        zeros = [fmpq(0)] * other.architecture[source]
        return [[*zeros, *row] if k else [*row, *zeros] for row in rows]

    @cached_property
    def reduction(self) -> Reduction:
        """The stacked network without the neurons that weights show to be superfluous.

        Turning neurons round is tried too, and kept if fewer are left.
        """
        plain = reduce_structurally(self.stacked)
        if not plain.network.hidden:
            return plain
        turned = reduce_structurally(self.stacked, orient=True)
        return min(plain, turned, key=lambda found: sum(map(len, found.names)))

    def differences(self, point: Sequence[fmpq]) -> tuple[fmpq, ...]:
        """a's outputs less b's scaled and shifted ones, exactly."""
        outputs = zip(self.a(point), self.b(point), self.scale, self.shift, strict=True)
        return tuple(f - s * g - t for f, g, s, t in outputs)
