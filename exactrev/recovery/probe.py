"""The affine piece of f at a point, from exact queries.

*Packed*: the point x0 + d with d_i = 2^-(E + K i) lies in one linear region, where f is affine,
so that one exact answer ``f(x0) + sum_i g_i d_i`` spells out the value and every gradient entry
as digits to base 2^K.  The base is found by trying: a digit that does not fit its place (its
leading guard bits are not all equal, or the answer has more fraction bits than the places provide
for) means that K is too small, and the point is asked again with a larger K.  What is read is the
piece of the region that holds the very point asked, so no region is ever straddled.  The price is
the length of the coordinates, K (n+1) bits.

*Plain*: n+1 queries at short distances, each a few hundred bits long.

Either way a wrong reading is possible in principle (2^-40 a digit; a kink between two plain
points) and is harmless: nothing reaches a verdict without a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from flint import fmpq, fmpq_mat, fmpz

from exactrev.errors import InputError, RecoveryError
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.points import DyadicPoint, PackedPoint, centre

#: f near a point as an m x (n+1) matrix: the gradient rows, each followed by the constant term.
Piece = fmpq_mat

_GUARD_BITS = 40
#: Lets small odd primes cancel by chance in an answer's denominator (decimal weights: 5).
_CANCELLATION = fmpz(3) ** 6 * fmpz(5) ** 8 * fmpz(7) ** 4 * fmpz(11) ** 2
_MAX_DIGIT_BITS = 1 << 17


class Probe(Protocol):
    """Whatever reads the affine piece at a point."""

    oracle: Oracle

    def piece(self, point: DyadicPoint) -> Piece:
        """The affine piece of f on the region of a point within 2^-(exponent+60) of ``point``."""
        ...


class PackedProbe:
    """One query a piece; see the module's text."""

    def __init__(self, oracle: Oracle, digit_bits: int = 256) -> None:
        self.oracle = oracle
        self._digit_bits = digit_bits

    def piece(self, point: DyadicPoint) -> Piece:
        """The affine piece on the region of a point within 2^-(exponent+60) of ``point``."""
        while True:
            piece = self._try(point, self._digit_bits)
            if piece is not None:
                return piece
            self._digit_bits += self._digit_bits // 16 * 8
            if self._digit_bits > _MAX_DIGIT_BITS:
                raise RecoveryError("the oracle's answers are not those of a ReLU network")

    def _try(self, point: DyadicPoint, base_bits: int) -> Piece | None:
        n = len(point.numerators)
        first = max(point.exponent, 0) + 64  # E: where the offsets begin
        asked = PackedPoint(point, first, base_bits)
        rows = []
        for value in self.oracle.ask(asked):
            row = _read_digits(value, n, base_bits, first + base_bits)
            if row is None:
                return None
            value_here, gradient = row
            scale = fmpz(1) << point.exponent
            shift = sum(
                (g * x for g, x in zip(gradient, point.numerators, strict=True)), fmpq(0)
            ) / fmpq(scale)
            rows.append([*gradient, value_here - shift])
        return fmpq_mat(rows)


def _read_digits(
    value: fmpq, count: int, base_bits: int, first: int
) -> tuple[fmpq, list[fmpq]] | None:
    """(F, [g_1..g_count]) with value = F + sum_i g_i 2^-(first + base_bits (i-1)), or None.

    Half of a digit's bits are for the fraction of g_i, the rest but the guard for its size.
    """
    fraction_bits = base_bits // 2
    denominator = value.q
    twos = (denominator & -denominator).bit_length() - 1
    odd = denominator >> twos
    last = first + base_bits * (count - 1)
    spare = last + fraction_bits - twos
    if spare < 0:
        return None
    scaled = ((value.p * _CANCELLATION) << spare) + centre(count, base_bits)
    scale = fmpq(odd * _CANCELLATION)
    half = 1 << (base_bits - 1)
    limit = half >> _GUARD_BITS
    # digits from the low end, each read as an unsigned number shifted by half the base
    top = int(scaled >> (base_bits * count))
    low = int(scaled & ((fmpz(1) << (base_bits * count)) - 1))
    step = base_bits // 8
    raw = low.to_bytes(step * count, "little")
    gradient = []
    for i in range(count):
        digit = int.from_bytes(raw[i * step : (i + 1) * step], "little") - half
        if abs(digit) >= limit:
            return None
        gradient.append(fmpq(digit, fmpz(1) << fraction_bits) / scale)
    gradient.reverse()
    weight = last + fraction_bits - base_bits * count
    return fmpq(fmpz(top), fmpz(1) << weight) / scale, gradient


class PlainProbe:
    """n+1 queries a piece, with short coordinates; see the module's text."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle

    def piece(self, point: DyadicPoint) -> Piece:
        """The affine piece at ``point``, if no kink lies within 2^-(exponent+64) of it."""
        shift = 64
        base = tuple(x << shift for x in point.numerators)
        exponent = point.exponent + shift
        here = self.oracle.ask(DyadicPoint(base, exponent))
        columns = []
        for i in range(len(base)):
            moved = (*base[:i], base[i] + 1, *base[i + 1 :])
            there = self.oracle.ask(DyadicPoint(moved, exponent))
            columns.append(
                [(b - a) * (fmpz(1) << exponent) for a, b in zip(here, there, strict=True)]
            )
        return _piece_from_columns(here, columns, point)


def _piece_from_columns(
    value: Sequence[fmpq], columns: Sequence[Sequence[fmpq]], point: DyadicPoint
) -> Piece:
    rows = []
    scale = fmpq(fmpz(1) << point.exponent)
    for j, here in enumerate(value):
        gradient = [column[j] for column in columns]
        inner = sum(
            (g * x for g, x in zip(gradient, point.numerators, strict=True)), fmpq(0)
        )
        rows.append([*gradient, here - inner / scale])
    return fmpq_mat(rows)


PROBES: dict[str, Callable[[Oracle], Probe]] = {"packed": PackedProbe, "plain": PlainProbe}


def probe_called(name: str, oracle: Oracle) -> Probe:
    """The probe of this name, ``packed`` or ``plain``; raises InputError if there is none."""
    if name not in PROBES:
        raise InputError(f"no such probe: {name}")
    return PROBES[name](oracle)
