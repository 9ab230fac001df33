"""A weight block that is a convolution, with the assignment of its rows that proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.network.convolution import Convolution

#: column -> nonzero weight
Row = Mapping[int, fmpq]


@dataclass(frozen=True)
class Recognition:
    """A convolution and how the rows are its outputs.

    Output t of the convolution (C order) is ``scales[t]`` > 0 times row ``order[t]``; its bias is
    that of its channel, ``biases[channel]``.
    """

    convolution: Convolution
    biases: tuple[fmpq, ...]
    order: tuple[int, ...]
    scales: tuple[fmpq, ...]

    @property
    def parameters(self) -> int:
        """Shared weights and biases."""
        return self.convolution.parameters + len(self.biases)

    def proves(self, rows: Sequence[Row], biases: Sequence[fmpq]) -> bool:
        """Whether the convolution, listed and scaled so, is exactly this block and these biases."""
        if sorted(self.order) != list(range(len(rows))) or min(self.scales) <= 0:
            return False
        positions = len(rows) // len(self.biases)
        return all(
            {j: w * scale for j, w in rows[i].items()} == expected
            and biases[i] * scale == self.biases[t // positions]
            for t, (expected, i, scale) in enumerate(
                zip(self.convolution.rows(), self.order, self.scales, strict=True)
            )
        )
