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
from exactrev.equivalence.ground import Ground
from exactrev.equivalence.stacking import smallest_reduction, stacked
from exactrev.exact.rational import to_rational
from exactrev.network.model import Network
from exactrev.network.reduction import Reduction


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

    @property
    def is_plain(self) -> bool:
        """Whether b is neither scaled nor shifted."""
        return all(s == 1 for s in self.scale) and not any(self.shift)

    def on(self, ground: Ground) -> Comparison:
        """The networks restricted to a domain, in the inputs that it leaves free."""
        if ground.flat is None:
            return self
        restricted = ground.restricted(self.a), ground.restricted(self.b)
        return Comparison(*restricted, self.scale, self.shift)

    @cached_property
    def stacked(self) -> Network:
        """The network whose outputs are a's less b's; its layers hold a's neurons, then b's."""
        m = len(self.scale)
        factors = fmpq_mat(m, m), fmpq_mat(m, m)
        for i, scale in enumerate(self.scale):
            factors[0][i, i], factors[1][i, i] = fmpq(1), -scale
        return stacked((self.a, self.b), factors, self.shift)

    @cached_property
    def reduction(self) -> Reduction:
        """The stacked network without the neurons that weights show to be superfluous."""
        return smallest_reduction(self.stacked)

    def differences(self, point: Sequence[fmpq]) -> tuple[fmpq, ...]:
        """a's outputs less b's scaled and shifted ones, exactly."""
        outputs = zip(self.a(point), self.b(point), self.scale, self.shift, strict=True)
        return tuple(f - s * g - t for f, g, s, t in outputs)
