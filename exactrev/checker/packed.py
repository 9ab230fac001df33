"""Sums of multiples of integer vectors, a vector at a time: each is one long integer.

The entries are digits to a base that is a power of 256, each between half the base and minus that.
Nothing here is a rule: it computes what a loop over the entries would, several times faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

Vector = list[int]


def sums(
    rows: Sequence[Sequence[int]], vectors: Sequence[Vector], norm: int, length: int
) -> list[Vector]:
    """For each row, the sum of its factors times the vectors, which are padded with zeros.

    No row's factors have absolute values of a larger sum than ``norm``.
    """
    largest = max((max(map(abs, vector)) for vector in vectors), default=0)
    digits = _Digits(max(norm, 1) * largest, length)
    packed = [digits.pack(vector) for vector in vectors]
    return [digits.unpack(sum(map(mul, row, packed))) for row in rows]


class _Digits:
    """Vectors of at most ``length`` entries, none of them larger than ``largest``."""

    def __init__(self, largest: int, length: int) -> None:
        self._width = largest.bit_length() // 8 + 1
        self._half = 1 << (8 * self._width - 1)  # > largest
        half = self._half.to_bytes(self._width, "little")
        self._halves = [int.from_bytes(half * count, "little") for count in range(length + 1)]

    def pack(self, vector: Vector) -> int:
        width, half = self._width, self._half
        raised = b"".join([(entry + half).to_bytes(width, "little") for entry in vector])
        return int.from_bytes(raised, "little") - self._halves[len(vector)]

    def unpack(self, packed: int) -> Vector:
        """All ``length`` entries of a vector, none of them larger than ``largest``."""
        width, half, length = self._width, self._half, len(self._halves) - 1
        raised = (packed + self._halves[length]).to_bytes(width * length, "little")
        return [
            int.from_bytes(raised[at : at + width], "little") - half
            for at in range(0, width * length, width)
        ]
