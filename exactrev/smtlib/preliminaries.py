"""What stands before a proof, and points, as the lines of a certificate give them."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.checker.lines import Lines, Ratio, Refused, number, numbers_after
from exactrev.checker.network import ONE, Row
from exactrev.checker.statement import count_after
from exactrev.smtlib.script import Script


def declare_inputs(script: Script, inputs: int) -> None:
    """The inputs, as free numbers."""
    for j in range(inputs):
        script.declare(f"x{j}")


def read_domain(lines: Lines, inputs: int) -> list[Row]:
    """The rows of the domain that the next lines state."""
    rows = range(count_after("domain", lines.take()))
    return [as_row(numbers_after("row", lines.take(), inputs + 1)) for _ in rows]


def as_row(numbers: Sequence[Ratio]) -> Row:
    """Coefficients of the inputs, then the constant, as a row."""
    row = {j: x for j, x in enumerate(numbers[:-1]) if x[0]}
    return row | ({ONE: numbers[-1]} if numbers[-1][0] else {})


def pass_over_norm(lines: Lines) -> None:
    """Take the lines of a norm, which scripts do without."""
    while lines.peek().partition(" ")[0] in ("norm", "coordinates", "inverse"):
        _, *tokens = lines.take().split(" ")
        for token in tokens:
            number(token)


def point_of(numbers: Sequence[int], inputs: int) -> list[fmpq]:
    """A denominator and numerators as a point."""
    if len(numbers) != inputs + 1:
        raise Refused(f"the point needs {inputs} coordinates")
    return [fmpq(p, numbers[0]) for p in numbers[1:]]
