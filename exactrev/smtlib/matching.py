"""The claims ``equal`` and ``isomorphic`` (format, sections 6 and 7) as scripts.

The values of A's neurons are any numbers; a neuron of B that is matched has c times the value of
its partner, and then its row must have c times the value of the partner's row.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.lines import Refused, number
from exactrev.checker.network import Network
from exactrev.checker.never_together import STEPS
from exactrev.checker.reductions import neuron_number
from exactrev.smtlib.never import NeverScript
from exactrev.smtlib.preliminaries import declare_inputs
from exactrev.smtlib.reducing import Reductions
from exactrev.smtlib.script import Script, differs, linear
from exactrev.smtlib.script import number as term


class EqualScript:
    """Reductions of both networks, then one check for each match and each output."""

    def __init__(self, networks: Sequence[Network], script: Script) -> None:
        a, b = networks
        if (a.inputs, a.outputs) != (b.inputs, b.outputs):
            raise Refused("the networks differ in their numbers of inputs or outputs")
        self._script, self._networks = script, {"A": a, "B": b}
        declare_inputs(script, a.inputs)
        self._sides = {name: Reductions(script, self._networks[name], name) for name in "AB"}
        for side in self._sides.values():
            side.declare()
        self._waiting: list[int] | None = None
        self._never: NeverScript | None = None
        self._matched: dict[int, int] = {}

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        rule, *operands = line.split(" ")
        if self._never is not None:
            self._never.step(line, why)
            if self._never.closed:
                self._never = None
        elif rule == "match" and len(operands) == 3:
            self._match(operands, why)
        elif self._waiting is not None or not operands or operands[0] not in self._sides:
            raise Refused("expected a step of this claim, on network A or B, or a 'match'")
        elif rule in STEPS:
            side, network = self._sides[operands[0]], self._networks[operands[0]]
            self._script.comment(f"{why}: the tree that follows")
            self._never = NeverScript(self._script, network, side, rule, operands[1:], why)
        else:
            self._sides[operands[0]].apply(rule, operands[1:], why)

    def _match(self, operands: Sequence[str], why: str) -> None:
        if self._waiting is None:
            self._waiting = self._sides["B"].form.neurons()[::-1]
        ours = neuron_number(self._networks["B"], operands[0])
        theirs = neuron_number(self._networks["A"], operands[1])
        scale = number(operands[2])
        if not self._waiting or ours != self._waiting.pop() or theirs in self._matched.values():
            raise Refused("the neurons of B that are left are matched once each, in order")
        if scale[0] <= 0:
            raise Refused("a scale is not positive")
        a, b = self._sides["A"], self._sides["B"]
        other = linear(a.form.row(theirs), a.names)
        row = linear(self._known(b.form.row(ours)), b.names)
        self._compare(f"(* {term(scale)} {other})", row, why)
        self._matched[ours] = theirs
        self._script.command(f"(assert (= {b.names[ours]} (* {term(scale)} {a.names[theirs]})))")

    def _known(self, row: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
        """The row, which reads matched neurons only."""
        inputs = self._networks["B"].inputs
        if any(value >= inputs and value not in self._matched for value in row):
            raise Refused("a neuron is read that is not matched")
        return row

    def _compare(self, one: str, other: str, why: str) -> None:
        self._script.check(why, [differs(one, other)])

    def finish(self) -> None:
        """Compare the outputs; refused unless all neurons left are matched."""
        if self._never is not None:
            raise Refused("a branch under a step is open")
        a, b = self._sides["A"], self._sides["B"]
        if set(self._matched) != set(b.form.neurons()):
            raise Refused("a neuron of B is not matched")
        if set(self._matched.values()) != set(a.form.neurons()):
            raise Refused("a neuron of A is not matched")
        rows = zip(a.form.output_rows(), b.form.output_rows(), strict=True)
        for index, (row, other) in enumerate(rows):
            named = linear(row, a.names), linear(self._known(other), b.names)
            self._compare(*named, f"end: output {index}")


class IsomorphicScript(EqualScript):
    """Matches alone, layer by layer."""

    def __init__(self, networks: Sequence[Network], script: Script) -> None:
        super().__init__(networks, script)
        if len({network.layers for network in networks}) > 1:
            raise Refused("the networks differ in depth")

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        tokens = line.split(" ")
        if tokens[0] != "match" or len(tokens) != 4:
            raise Refused("expected 'match', a neuron of B, a neuron of A and a number")
        if tokens[1].partition(":")[0] != tokens[2].partition(":")[0]:
            raise Refused("isomorphic networks match layer by layer")
        super().step(line, why)
