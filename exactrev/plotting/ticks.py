"""Where an axis has its ticks: short decimals, found exactly, whatever the scale of the axis.

>>> [(str(t.place), t.label) for t in ticks(fmpq(-1), fmpq(3))]
[('0', '-1'), ('1/4', '0'), ('1/2', '1'), ('3/4', '2'), ('1', '3')]
>>> axis = Axis.of(fmpq(7), 7 + fmpq(1, 1 << 60))
>>> axis.start, [t.label for t in axis.ticks]
('7', ['0', '2e-19', '4e-19', '6e-19', '8e-19'])
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from exactrev.exact.six_digits import power_of_ten_below, six_digits

#: An interval this many times shorter than its ends' size has labels counted from its low end.
_FAR = 2000


@dataclass(frozen=True)
class Tick:
    """``place`` is 0 at the low end of the axis and 1 at the high end."""

    place: fmpq
    label: str


@dataclass(frozen=True)
class Axis:
    """The ticks of an axis and the number that their labels are counted from, or an empty text."""

    ticks: tuple[Tick, ...]
    start: str

    @staticmethod
    def of(low: fmpq, high: fmpq) -> Axis:
        """The axis from low to high."""
        if max(abs(low), abs(high)) < _FAR * (high - low):
            return Axis(ticks(low, high), "")
        exact = str(low)
        start = exact if len(exact) <= 24 else "the left or lower edge"
        return Axis(ticks(fmpq(0), high - low), start)


def ticks(low: fmpq, high: fmpq) -> tuple[Tick, ...]:
    """Four to nine multiples of 1, 2 or 5 times a power of ten between two numbers."""
    length = high - low
    power = power_of_ten_below(length / 4)
    step = next(m * power for m in (5, 2, 1) if 4 * m * power <= length)
    first, last = int((low / step).ceil()), int((high / step).floor())
    places = [k * step for k in range(first, last + 1)]
    return tuple(Tick((place - low) / length, six_digits(place)) for place in places)
