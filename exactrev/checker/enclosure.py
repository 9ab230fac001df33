"""Bounds of a network's values over a box by forms in common symbols (format, section 10.2).

A form is a list of integers: its constant, its coefficients of the symbols t_1, t_2, ..., each of
which is between -1 and 1, and beside it an error: what it stands for is, times a power of two, the
form's value but for at most the error.  First the inputs have a symbol each; whatever is not affine
adds one.  Every rounding is made up for by the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lcm

from exactrev.checker.lines import Ratio
from exactrev.checker.network import ONE, Layered, Row
from exactrev.checker.packed import Vector, sums

#: The denominator of slopes.
_STEPS = 1 << 16

#: A form with its error.
Form = tuple[Vector, int]


class Stage:
    """Neurons, none of which reads another, with integer rows over a denominator each.

    ``partners`` are, for neurons of which not relu(z) is the value, the neurons p of earlier stages
    for which it is relu(z_p + z) - relu(z_p); None for the others.
    """

    def __init__(self, rows: Sequence[Row], partners: Sequence[int | None] = ()) -> None:
        self.partners = partners or [None] * len(rows)
        self.sources = sorted({value for row in rows for value in row if value != ONE})
        self.denominators = [lcm(*(q for _, q in row.values())) for row in rows]
        self.constants, self.weights = [], []
        for row, common in zip(rows, self.denominators, strict=True):
            whole = {value: p * (common // q) for value, (p, q) in row.items()}
            self.constants.append(whole.get(ONE, 0))
            self.weights.append([whole.get(value, 0) for value in self.sources])
        self.norms = [sum(map(abs, row)) for row in self.weights]


def stages(network: Layered) -> list[Stage]:
    """The hidden layers of a network."""
    return [
        Stage([network.row(number, index) for index in range(network.sizes[number])])
        for number in range(1, network.layers)
    ]


def bounds(
    stages: Sequence[Stage], box: Sequence[tuple[Ratio, Ratio]], places: int
) -> list[tuple[int, int]]:
    """Lower and upper bounds of z of the last stage's neurons over a box, times 2^places.

    The box is given by the least and the largest value of each input.
    """
    values = _Values(box, 1 << places)
    *earlier, last = stages
    for stage in earlier:
        values.pass_through(stage)
    return [_range(form) for form in values.read(last)]


@dataclass
class _Values:
    """The forms of all values so far, and the ranges of the z of neurons, over a box."""

    box: Sequence[tuple[Ratio, Ratio]]
    unit: int
    forms: list[Form] = field(default_factory=list)
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    symbols: int = 0

    def __post_init__(self) -> None:
        for low, high in self.box:
            common = lcm(low[1], high[1])
            least, largest = low[0] * (common // low[1]), high[0] * (common // high[1])
            middle = (largest + least) * self.unit // (2 * common)
            radius = (largest - least) * self.unit // (2 * common)
            self.symbols += 1
            self.forms.append(([middle, *[0] * (self.symbols - 1), radius], 2))

    def read(self, stage: Stage) -> list[Form]:
        """The forms of z of a stage's neurons."""
        read = [self.forms[value] for value in stage.sources]
        length = self.symbols + 1
        found = []
        largest = max((error for _, error in read), default=0)
        totals = sums(
            stage.weights, [form for form, _ in read], max(stage.norms, default=0), length
        )
        for total, constant, common, norm in zip(
            totals, stage.constants, stage.denominators, stage.norms, strict=True
        ):
            total[0] += constant * self.unit
            error = -(-norm * largest // common)
            found.append(([entry // common for entry in total], error + length))
        return found

    def pass_through(self, stage: Stage) -> None:
        """Take in the values of a stage's neurons."""
        for form, partner in zip(self.read(stage), stage.partners, strict=True):
            low, high = self.ranges[len(self.forms)] = _range(form)
            if partner is None:
                self.forms.append(self._rectified(form, low, high))
            else:
                self.forms.append(self._gap(form, low, high, *self.ranges[partner]))

    def _rectified(self, form: Form, low: int, high: int) -> Form:
        """relu of what is between ``low`` and ``high``: a multiple of it, and a new symbol's."""
        if low >= 0:
            return form
        if high <= 0:
            return [0], 0
        entries, error = form
        slope = _STEPS * high // (high - low)
        most = max(-slope * low, (_STEPS - slope) * high)
        half = -(-most // (2 * _STEPS))
        scaled = [slope * entry // _STEPS for entry in entries]
        scaled[0] += half
        return self._with_symbol(scaled, half), -(-slope * error // _STEPS) + len(entries)

    def _gap(self, form: Form, low: int, high: int, least: int, largest: int) -> Form:
        """relu(y + z) - relu(y) for y between ``least`` and ``largest`` and z in its range."""
        if least >= 0 and least + low >= 0:
            return form
        if largest <= 0 and largest + high <= 0:
            return [0], 0
        low, high = min(low, 0), max(high, 0)
        middle = (low + high) // 2
        return self._with_symbol([middle], high - middle), 0

    def _with_symbol(self, entries: Vector, factor: int) -> Vector:
        """The form plus a multiple of a new symbol."""
        self.symbols += 1
        return [*entries, *[0] * (self.symbols - len(entries)), factor]


def _range(form: Form) -> tuple[int, int]:
    """The least and the largest value that a form stands for."""
    entries, error = form
    radius = sum(map(abs, entries)) - abs(entries[0]) + error
    return entries[0] - radius, entries[0] + radius
