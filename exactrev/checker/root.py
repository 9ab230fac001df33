"""The root of a tree: domain, depth, norm and the slice they leave (format, section 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import lcm

from exactrev.checker.cell import Cell
from exactrev.checker.forms import Form, Span
from exactrev.checker.lines import (
    NATURAL,
    Lines,
    Ratio,
    Refused,
    integers,
    natural,
    numbers_after,
)
from exactrev.checker.network import Layered, Row
from exactrev.checker.norm import common_denominator, proved_norm
from exactrev.checker.preactivations import Layer, OpenLayer, denominator, hidden_layers
from exactrev.checker.tree import Tree

#: Every form has a coefficient for each input, be it zero.
MAX_INPUTS = 10_000

_NATURALS = re.compile(rf"{NATURAL}(?: {NATURAL})*+")


def read_tree(lines: Lines, network: Layered) -> Tree:
    """The tree whose root the next lines describe, with no step taken."""
    n = network.inputs
    _require_few(n)
    domain = [_domain_row(lines, n) for _ in range(_natural_after("domain", lines))]
    depth = _natural_after("depth", lines)
    if depth > n:
        raise Refused("the depth is more than the number of inputs")
    return read_tree_on(domain, depth, lines, network)


def read_tree_on(domain: list[list[Ratio]], depth: int, lines: Lines, network: Layered) -> Tree:
    """The tree on these rows of a domain, whose norm the next lines describe, if it has one."""
    n = network.inputs
    _require_few(n)
    numbers, coordinates = _norm_rows_and_coordinates(lines, n)
    inverse = [numbers_after("inverse", lines.take(), len(numbers)) for _ in numbers]

    layers = hidden_layers(network, len(domain), coordinates)
    common = lcm(common_denominator(domain), denominator(layers))
    scale = common * common_denominator(inverse)
    forms = [_on_slice(row, coordinates, scale) for row in domain]
    norm = None
    if numbers:
        rows = _fixed_rows(numbers, forms, layers, len(coordinates), scale)
        norm = proved_norm(numbers, rows, inverse, scale)
    if len(coordinates) < n:
        _require_spanned(numbers, domain, network)
    return Tree(Cell(len(coordinates), forms, layers, scale, norm), depth, n, coordinates)


def _require_few(inputs: int) -> None:
    if inputs > MAX_INPUTS:
        raise Refused(f"this checker takes trees in at most {MAX_INPUTS} inputs")


def _natural_after(word: str, lines: Lines) -> int:
    head, _, token = lines.take().partition(" ")
    if head != word:
        raise Refused(f"expected a line {word!r} with a natural number")
    return natural(token)


def _domain_row(lines: Lines, inputs: int) -> list[Ratio]:
    """Coefficients, then a constant."""
    row = numbers_after("row", lines.take(), inputs + 1)
    if not any(p for p, _ in row):
        raise Refused("a row of the domain is identically zero")
    return row


def _norm_rows_and_coordinates(lines: Lines, inputs: int) -> tuple[list[int], Sequence[int]]:
    """The norm's row numbers (none without a norm) and the coordinates of the slice."""
    if not lines.peek().startswith("norm "):
        return [], range(inputs)
    _, numbers = integers(lines.take(), {"norm": _NATURALS})
    if len(numbers) > inputs or len(set(numbers)) != len(numbers):
        raise Refused(f"the norm needs at most {inputs} rows, all different")
    if len(numbers) == inputs:
        return numbers, range(inputs)
    _, coordinates = integers(lines.take(), {"coordinates": _NATURALS})
    if len(coordinates) != len(numbers) or coordinates != sorted(set(coordinates)):
        raise Refused("the norm needs one coordinate for each row, in ascending order")
    if coordinates[-1] >= inputs:
        raise Refused("a coordinate is no input")
    return numbers, coordinates


def _on_slice(row: Sequence[Ratio], coordinates: Sequence[int], scale: int) -> Form:
    kept = [*(row[j] for j in coordinates), row[-1]]
    return tuple([p * (scale // q) for p, q in kept])


def _fixed_rows(
    numbers: list[int], domain: list[Form], layers: list[Layer], dimension: int, scale: int
) -> list[Form]:
    """The rows of these numbers: of the domain, or of neurons whose z is one form everywhere."""
    known = dict(enumerate(domain))
    if layers:
        first = OpenLayer(layers[0], {}, dimension, scale)
        named = (number for number in numbers if first.first <= number < first.end)
        known |= {number: first.form(number) for number in named}
    if not all(number in known for number in numbers):
        raise Refused("the norm names a row that is of neither the domain nor the first layer")
    return [known[number] for number in numbers]


def _require_spanned(
    numbers: list[int], domain: Sequence[Sequence[Ratio]], network: Layered
) -> None:
    """Refused unless whatever reads the input reads it through the rows of these numbers.

    Their linear parts are known to be independent.
    """
    span, others = Span(), []
    for number, row in enumerate(_linear_parts(domain, network)):
        if number in numbers:
            span.push(row)
        elif any(row):
            others.append(row)
    if any(any(span.reduced(row)) for row in others):
        raise Refused("a row reads the input otherwise than through the rows of the norm")


def _linear_parts(domain: Sequence[Sequence[Ratio]], network: Layered) -> Iterator[Form]:
    """How the domain's rows and the hidden neurons, in this order, read the input; integers."""
    for coefficients in domain:
        yield _integral(dict(enumerate(coefficients[:-1])), network.inputs)
    for _, layer, index in network.hidden():
        yield _integral(network.row(layer, index), network.inputs)


def _integral(row: Row, inputs: int) -> Form:
    linear = [row.get(j, (0, 1)) for j in range(inputs)]
    common = lcm(*(q for _, q in linear))
    return tuple([p * (common // q) for p, q in linear])
