"""Bounds of a network's values over a box by affine forms, below and above (format, section 10.2).

With x_j = the middle of its interval + half the interval's length times t_j, where |t_j| <= 1,
forms are integers: their coefficients of the t_j, then their constants, times a power of two.
Every rounding is one that leaves a lower form below, and an upper form above, what it bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

from exactrev.checker.forms import Form, combination
from exactrev.checker.lines import Ratio
from exactrev.checker.network import ONE, Layered, Row

#: The denominator of slopes.
_STEPS = 256


@dataclass(frozen=True)
class Reader:
    """A row with integers: ``constant`` and ``weights`` of values, over ``denominator``."""

    denominator: int
    constant: int
    weights: dict[int, int]

    @staticmethod
    def of(row: Row) -> Reader:
        """The row in this form."""
        common = lcm(*(q for _, q in row.values()))
        whole = {value: p * (common // q) for value, (p, q) in row.items()}
        return Reader(common, whole.pop(ONE, 0), whole)


class Enclosure:
    """A network whose last hidden layer is to be bounded over boxes."""

    def __init__(self, network: Layered) -> None:
        self.inputs = network.inputs
        self.layers = [
            [Reader.of(network.row(number, index)) for index in range(network.sizes[number])]
            for number in range(1, network.layers)
        ]

    def highest(self, box: Sequence[tuple[Ratio, Ratio]], places: int) -> list[int]:
        """Upper bounds of the values of the last layer over a box, times 2^places.

        The box is given by the least and the largest value of each input.
        """
        unit = 1 << places
        below, above = self._inputs(box, unit)
        upper: list[Form] = []
        for number, readers in enumerate(self.layers, 1):
            lower = self.bounds(number, below, above, unit)
            upper = self.bounds(number, above, below, unit)
            lower = [
                _floor(form, row.denominator) for row, form in zip(readers, lower, strict=True)
            ]
            upper = [
                _ceiling(form, row.denominator) for row, form in zip(readers, upper, strict=True)
            ]
            if number < len(self.layers):
                pairs = [_rectified(*pair) for pair in zip(lower, upper, strict=True)]
                below += [form for form, _ in pairs]
                above += [form for _, form in pairs]
        return [_highest(form) for form in upper]

    def _inputs(
        self, box: Sequence[tuple[Ratio, Ratio]], unit: int
    ) -> tuple[list[Form], list[Form]]:
        below, above = [], []
        for j, (low, high) in enumerate(box):
            form = [0] * (self.inputs + 1)
            common = lcm(low[1], high[1])
            least, largest = low[0] * (common // low[1]), high[0] * (common // high[1])
            form[j], form[-1] = (largest - least) * unit, (largest + least) * unit
            below.append(_floor(form, 2 * common))
            above.append(_ceiling(form, 2 * common))
        return below, above

    def bounds(self, number: int, near: list[Form], far: list[Form], unit: int) -> list[Form]:
        """The rows of a layer, times their denominators, with values replaced by forms: ``near``
        ones, but ``far`` ones where weights are negative."""
        found = []
        for row in self.layers[number - 1]:
            forms = [(*(0,) * self.inputs, row.constant * unit)]
            forms += [near[v] if w > 0 else far[v] for v, w in row.weights.items()]
            found.append(combination([1, *row.weights.values()], forms))
        return found


def _floor(form: Sequence[int], divisor: int) -> Form:
    """A form not above this one over the divisor, wherever |t_j| <= 1."""
    *linear, constant = [value // divisor for value in form]
    return (*linear, constant - len(linear))


def _ceiling(form: Sequence[int], divisor: int) -> Form:
    """A form not below this one over the divisor, wherever |t_j| <= 1."""
    return tuple([-value for value in _floor([-value for value in form], divisor)])


def _lowest(form: Form) -> int:
    return form[-1] - sum(map(abs, form[:-1]))


def _highest(form: Form) -> int:
    return form[-1] + sum(map(abs, form[:-1]))


def _rectified(lower: Form, upper: Form) -> tuple[Form, Form]:
    """Forms below and above relu of a value that lies between these forms."""
    nothing = (0,) * len(lower)
    least, largest = _lowest(lower), _highest(upper)
    if least >= 0:
        return lower, upper
    if largest <= 0:
        return nothing, nothing
    return _below(lower, least), _above(upper, largest)


def _below(lower: Form, least: int) -> Form:
    """A multiple of the form, by a slope of at most 1; 0 where it is not positive anywhere."""
    largest = _highest(lower)
    if largest <= 0:
        return (0,) * len(lower)
    slope = _STEPS * largest // (largest - least)
    return _floor([slope * value for value in lower], _STEPS)


def _above(upper: Form, largest: int) -> Form:
    """The chord of relu over the range of the form, a little steeper; itself where it is >= 0."""
    least = _lowest(upper)
    if least >= 0:
        return upper
    slope = -(-_STEPS * largest // (largest - least))
    *linear, constant = upper
    return _ceiling([slope * value for value in (*linear, constant - least)], _STEPS)
