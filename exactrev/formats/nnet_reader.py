"""``.nnet`` (K. Julian, Stanford 2016): a text of decimals, taken as exactly those decimals.

The header records an input normalisation, an output one, and a box the inputs are clamped to.
:func:`read_nnet` gives the *raw* network of the weights as they stand, and says so in its notes;
with ``normalisation="fold"`` it gives the network of unnormalised inputs and outputs, exactly.
The clamp is never applied: it is a domain, not a layer.  See docs/formats.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flint import fmpq, fmpq_mat

from exactrev.errors import FormatError, InputError
from exactrev.exact.rational import parse_rational
from exactrev.formats.decimals import decimal
from exactrev.formats.files import MAX_EXTENT, PathLike, decode, names_file, read_bytes
from exactrev.network import Layer, Network

#: the largest float64: a box of it clamps nothing
LARGEST = "1.7976931348623157e308"


class _Lines:
    """The lines of numbers of a file; comments and blank lines are skipped."""

    def __init__(self, text: str) -> None:
        self._lines = self._numbered(text)
        self._number = 0

    @staticmethod
    def _numbered(text: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            content = line.strip()
            if content and not content.startswith("//"):
                yield number, content

    def numbers(self, what: str, count: int | None = None) -> list[fmpq]:
        """The next line as exact numbers; FormatError unless it holds ``count`` of them."""
        try:
            self._number, line = next(self._lines)
        except StopIteration:
            raise FormatError(f"truncated: the file ends before {what}") from None
        parts = line.split(",")
        if not parts[-1].strip():
            parts.pop()
        try:
            numbers = [parse_rational(part) for part in parts]
        except InputError as error:
            raise self.fault(f"{what}: {error}") from None
        if count is not None and len(numbers) != count:
            raise self.fault(f"{what}: {len(numbers)} numbers where {count} are needed")
        return numbers

    def sizes(self, what: str) -> list[int]:
        """The next line as positive integers."""
        numbers = self.numbers(what)
        if not numbers or any(x.q != 1 or not 0 < x <= MAX_EXTENT for x in numbers):
            raise self.fault(f"{what}: not a list of positive integers")
        return [int(x.p) for x in numbers]

    def end(self) -> None:
        """FormatError when numbers are left."""
        for number, _ in self._lines:
            self._number = number
            raise self.fault("more lines than the layer sizes call for")

    def fault(self, text: str) -> FormatError:
        return FormatError(f"line {self._number}: {text}")


@dataclass(frozen=True)
class Normalisation:
    """(x - mean) / range for every input, and y * range + mean for every output."""

    input_means: tuple[fmpq, ...]
    input_ranges: tuple[fmpq, ...]
    output_means: tuple[fmpq, ...]
    output_ranges: tuple[fmpq, ...]

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        means, ranges = self.input_means + self.output_means, self.input_ranges + self.output_ranges
        return not any(means) and all(x == 1 for x in ranges)

    def note(self) -> str:
        """What was recorded, in a sentence."""
        texts = [
            ", ".join(decimal(x)[0] for x in numbers)
            for numbers in (self.input_means, self.input_ranges)
        ]
        pairs = zip(self.output_means, self.output_ranges, strict=True)
        outputs = sorted({f"{decimal(r)[0]} y + {decimal(m)[0]}" for m, r in pairs})
        return (
            f"inputs (x - mean) / range with means {texts[0]} and ranges {texts[1]}, "
            f"outputs {', '.join(outputs)}"
        )


@names_file
def read_nnet(path: PathLike, normalisation: Literal["ignore", "fold"] = "ignore") -> Network:
    """The dense network in an ``.nnet`` file, its decimals exact.

    ``normalisation="ignore"`` leaves the recorded normalisation out (the raw network);
    ``"fold"`` folds it into the first and last layer.  FormatError names the line at fault.
    """
    if normalisation not in ("ignore", "fold"):
        raise InputError(f"normalisation is 'ignore' or 'fold', not {normalisation!r}")
    lines = _Lines(decode(read_bytes(path)))
    sizes = _sizes(lines)
    clamp = _clamp(lines, sizes[0])
    recorded = _normalisation(lines, sizes[0], sizes[-1])
    layers = [_layer(lines, number, sizes) for number in range(1, len(sizes))]
    lines.end()
    notes = [clamp] if clamp else []
    if not recorded.is_identity:
        verb = "folded exactly" if normalisation == "fold" else "recorded and not applied"
        notes.append(f"normalisation {verb}: {recorded.note()}")
        if normalisation == "fold":
            layers = _fold(layers, recorded)
    built = [Layer.of({k: matrix}, bias) for k, (matrix, bias) in enumerate(layers)]
    return Network(sizes[0], tuple(built), tuple(notes))


def _sizes(lines: _Lines) -> list[int]:
    header = lines.sizes("header (layers, inputs, outputs, largest layer)")
    if len(header) < 3:
        raise lines.fault("header: layers, inputs and outputs are needed")
    sizes = lines.sizes("layer sizes")
    # the largest layer size is not looked at: files of this format carry wrong ones
    if [len(sizes) - 1, sizes[0], sizes[-1]] != header[:3]:
        raise lines.fault(f"layer sizes {sizes} contradict the header {header[:3]}")
    return sizes


def _clamp(lines: _Lines, inputs: int) -> str:
    """A note of the box the inputs are clamped to, empty where it clamps nothing."""
    lines.numbers("unused flag")
    lower, upper = lines.numbers("input minima"), lines.numbers("input maxima")
    if min(len(lower), len(upper)) < inputs:
        raise lines.fault(f"input minima or maxima: fewer than {inputs} numbers")
    sides = list(zip(lower[:inputs], upper[:inputs], strict=True))
    largest = parse_rational(LARGEST)
    if all(side == (-largest, largest) for side in sides):
        return ""
    box = ", ".join(f"[{decimal(low)[0]}, {decimal(high)[0]}]" for low, high in sides)
    return f"input ranges recorded in the file and not enforced: {box}"


def _normalisation(lines: _Lines, inputs: int, outputs: int) -> Normalisation:
    columns = []
    for what, neutral in [("means", fmpq(0)), ("ranges", fmpq(1))]:
        numbers = lines.numbers(f"normalisation {what}")
        if len(numbers) < inputs:
            raise lines.fault(f"normalisation {what}: fewer than {inputs} numbers")
        if len(numbers) == inputs:
            columns += [tuple(numbers), (neutral,) * outputs]
        elif len(numbers) == inputs + outputs:
            columns += [tuple(numbers[:inputs]), tuple(numbers[inputs:])]
        else:  # one for all outputs, the last; files cut down from larger ones have more between
            columns += [tuple(numbers[:inputs]), (numbers[-1],) * outputs]
    input_means, output_means, input_ranges, output_ranges = columns
    if not all(input_ranges):
        raise lines.fault("normalisation ranges: an input range is zero")
    return Normalisation(input_means, input_ranges, output_means, output_ranges)


def _layer(lines: _Lines, number: int, sizes: list[int]) -> tuple[fmpq_mat, list[fmpq]]:
    width, height = sizes[number - 1], sizes[number]
    entries: list[fmpq] = []
    for i in range(height):
        entries += lines.numbers(f"layer {number} weight row {i}", width)
    bias = [lines.numbers(f"layer {number} bias {i}", 1)[0] for i in range(height)]
    return fmpq_mat(height, width, entries), bias


def _fold(
    layers: list[tuple[fmpq_mat, list[fmpq]]], recorded: Normalisation
) -> list[tuple[fmpq_mat, list[fmpq]]]:
    """The same layers for inputs and outputs in the units they had before normalisation."""
    folded = list(layers)
    matrix, bias = folded[0]
    scaled = matrix * _diagonal([1 / r for r in recorded.input_ranges])
    shift = (scaled * fmpq_mat(matrix.ncols(), 1, list(recorded.input_means))).entries()
    folded[0] = scaled, [b - s for b, s in zip(bias, shift, strict=True)]
    matrix, bias = folded[-1]
    ranges, means = recorded.output_ranges, recorded.output_means
    folded[-1] = (
        _diagonal(ranges) * matrix,
        [r * b + m for r, b, m in zip(ranges, bias, means, strict=True)],
    )
    return folded


def _diagonal(entries: list[fmpq] | tuple[fmpq, ...]) -> fmpq_mat:
    size = len(entries)
    zero = fmpq(0)
    return fmpq_mat(
        size, size, [entries[i] if i == j else zero for i in range(size) for j in range(size)]
    )
