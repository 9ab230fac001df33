"""Points that an oracle can be asked at, all with dyadic coordinates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from flint import fmpz, fmpz_mat

from exactrev.network.evaluation import Batch, Points


class Point(Protocol):
    """A point with coordinates ``numerators[i] / 2**exponent``."""

    @property
    def numerators(self) -> tuple[fmpz, ...]:
        """The coordinates over the common denominator."""
        ...

    @property
    def exponent(self) -> int:
        """The common denominator's logarithm."""
        ...

    @property
    def bits(self) -> int:
        """Bits of the longest numerator or of the denominator, whichever is more."""
        ...

    @property
    def total_bits(self) -> int:
        """Bits of all numerators together."""
        ...

    def digest(self) -> bytes:
        """The same for the same point, given in the same way."""
        ...

    def batch(self) -> Points:
        """The point as evaluation takes it."""
        ...


@dataclass(frozen=True)
class DyadicPoint:
    """The point with coordinates ``numerators[i] / 2**exponent``."""

    numerators: tuple[fmpz, ...]
    exponent: int

    def reduced(self) -> DyadicPoint:
        """The same point with the least exponent."""
        spare = self.exponent
        for x in self.numerators:
            if x:
                spare = min(spare, int(abs(x) & -abs(x)).bit_length() - 1)
            if spare <= 0:
                return self
        return DyadicPoint(tuple(x >> spare for x in self.numerators), self.exponent - spare)

    @property
    def bits(self) -> int:
        """Bits of the longest numerator or of the denominator, whichever is more."""
        least = self.reduced()
        return max(least.exponent, *(int(x.bit_length()) for x in least.numerators))

    @property
    def total_bits(self) -> int:
        """Bits of all numerators together, over the least denominator."""
        return sum(int(x.bit_length()) for x in self.reduced().numerators)

    def digest(self) -> bytes:
        """The same for the same point, whatever exponent it is written with."""
        least = self.reduced()
        digest = hashlib.sha256(str(least.exponent).encode())
        for x in least.numerators:
            n = int(x)
            digest.update(b"," + n.to_bytes(n.bit_length() // 8 + 1, "little", signed=True))
        return digest.digest()

    def batch(self) -> Batch:
        """The point as evaluation takes it."""
        column = fmpz_mat(len(self.numerators), 1, list(self.numerators))
        return Batch(column, fmpz(1) << self.exponent)


@dataclass(frozen=True)
class PackedPoint:
    """``base`` with 2^-(first + digit_bits i) added to its i-th coordinate, i from 1.

    ``digit_bits`` is a multiple of 8.
    """

    base: DyadicPoint
    first: int
    digit_bits: int

    @property
    def exponent(self) -> int:
        """The common denominator's logarithm."""
        return self.first + self.digit_bits * len(self.base.numerators)

    @property
    def lift(self) -> int:
        """How far the base's numerators are shifted up."""
        return self.exponent - self.base.exponent

    @cached_property
    def numerators(self) -> tuple[fmpz, ...]:
        """The coordinates over the common denominator."""
        n = len(self.base.numerators)
        return tuple(
            (x << self.lift) + (fmpz(1) << (self.digit_bits * (n - 1 - i)))
            for i, x in enumerate(self.base.numerators)
        )

    @property
    def bits(self) -> int:
        """Bits of the longest numerator or of the denominator, whichever is more."""
        longest = max(int(x.bit_length()) for x in self.base.numerators)
        return max(self.exponent, longest + self.lift)

    @property
    def total_bits(self) -> int:
        """Bits of all numerators together (a zero coordinate's counted as if it were not)."""
        return sum(int(x.bit_length()) + self.lift for x in self.base.numerators)

    def digest(self) -> bytes:
        """The same for the same base and offsets."""
        return self.base.digest() + f",{self.first},{self.digit_bits}".encode()

    def batch(self) -> PackedBatch:
        """The point as evaluation takes it."""
        return PackedBatch(self)


@dataclass(frozen=True)
class PackedBatch:
    """A packed point, on which a matrix acts without its long coordinates ever being formed.

    A row w of the matrix meets the offsets as sum_i w_i 2^(digit_bits (n - i)): its own entries,
    laid side by side.
    """

    point: PackedPoint

    @property
    def points(self) -> int:
        """One."""
        return 1

    @property
    def denominator(self) -> fmpz:
        """The positive common denominator."""
        return fmpz(1) << self.point.exponent

    def product(self, matrix: fmpz_mat) -> fmpz_mat:
        """An integer matrix times the numerators."""
        base = self.point.base.numerators
        entries, width = matrix.entries(), len(base)
        near = (matrix * fmpz_mat(width, 1, list(base))).entries()
        return fmpz_mat(
            matrix.nrows(),
            1,
            [
                (value << self.point.lift)
                + _side_by_side(entries[i * width : (i + 1) * width], self.point.digit_bits)
                for i, value in enumerate(near)
            ],
        )


def _side_by_side(digits: list[fmpz], digit_bits: int) -> fmpz:
    """sum_i digits[i] 2^(digit_bits (n - 1 - i))."""
    half = 1 << (digit_bits - 1)
    if any(int(digit.bit_length()) >= digit_bits for digit in digits):
        total = fmpz(0)
        for digit in digits:
            total = (total << digit_bits) + digit
        return total
    step = digit_bits // 8
    raw = b"".join((int(digit) + half).to_bytes(step, "big") for digit in digits)
    return fmpz(int.from_bytes(raw, "big")) - centre(len(digits), digit_bits)


def centre(count: int, digit_bits: int) -> fmpz:
    """sum_i 2^(digit_bits - 1) 2^(digit_bits i): what makes signed digits unsigned."""
    ones = ((fmpz(1) << (digit_bits * count)) - 1) // ((fmpz(1) << digit_bits) - 1)
    return ones << (digit_bits - 1)
