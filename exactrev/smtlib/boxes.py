"""The claim ``within`` proved by boxes (format, section 11) as a script.

On each piece the solver is asked whether an output is beyond the bounds stated at the end, with
every relu of both networks as an ite: it does the search that the enclosures spared.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.checker.boxes import STEPS
from exactrev.checker.difference import read_pair
from exactrev.checker.lines import (
    Lines,
    Refused,
    integers,
    numbers_after,
)
from exactrev.checker.network import ONE, Network, Row
from exactrev.checker.statement import count_after
from exactrev.smtlib.networks import define_network
from exactrev.smtlib.preliminaries import declare_inputs, read_domain
from exactrev.smtlib.script import Script, linear, number, some


class WithinBoxesScript:
    """One check for each piece; points where bounds are attained are only named in comments."""

    def __init__(
        self, lines: Lines, networks: Sequence[Network], script: Script, stated: str | None
    ) -> None:
        a, b = networks
        pair = read_pair(lines, a, b)
        for _ in range(count_after("pairs", lines.take())):
            lines.take()  # hints for enclosures
        domain = read_domain(lines, a.inputs)
        if stated is None:
            raise Refused("the 'bounds' line is missing")
        self._script, self._line = script, stated
        bounds = numbers_after("bounds", stated, 2 * a.outputs)
        declare_inputs(script, a.inputs)
        self._names = {j: f"x{j}" for j in range(a.inputs)}
        names = list(self._names.values())
        ours, theirs = define_network(script, a, "A", names), define_network(script, b, "B", names)
        beyond = []
        for i, (f, g) in enumerate(zip(ours, theirs, strict=True)):
            scaled = f"(+ (* {number(pair.scale[i])} {g}) {number(pair.shift[i])})"
            script.define(f"d{i}", f"(- {f} {scaled})")
            low, high = map(number, bounds[2 * i : 2 * i + 2])
            beyond += [f"(< d{i} {low})", f"(> d{i} {high})"]
        self._beyond = some(beyond)
        self._pieces: list[list[Row]] = [domain]
        self._after = False

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        if line.startswith("bounds "):
            if self._pieces or self._after or line != self._line:
                raise Refused("a piece is not dealt with, or there are bounds already")
            self._after = True
            return
        word, numbers = integers(line, STEPS)
        if word in ("attained", "reached"):
            if not self._after:
                raise Refused("no bounds are stated")
            self._script.comment(f"{why}: not checked")
        elif not self._pieces:
            raise Refused("all pieces are dealt with")
        elif word == "sum":
            self._script.comment(f"{why}: follows from the rows of the piece")
        elif word in ("enclosed", "vacant"):
            piece = [f"(>= {linear(row, self._names)} 0.0)" for row in self._pieces.pop()]
            self._script.check(why, [*piece, self._beyond] if word == "enclosed" else piece)
        else:
            self._cut(numbers[0], fmpq(numbers[2], numbers[1]))

    def _cut(self, place: int, at: fmpq) -> None:
        """Above the value first, then below."""
        if place not in self._names:
            raise Refused("there is no such input")
        rows, value = self._pieces.pop(), (int(at.p), int(at.q))
        below: Row = {place: (-1, 1)} | ({ONE: value} if value[0] else {})
        above: Row = {place: (1, 1)} | ({ONE: (-value[0], value[1])} if value[0] else {})
        self._pieces += [[*rows, below], [*rows, above]]

    def finish(self) -> None:
        """Refused unless the proof is whole."""
        if not self._after:
            raise Refused("the 'bounds' line is missing")
