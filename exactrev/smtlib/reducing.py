"""Reductions (format, section 6) as a script: what read the old value reads the new one.

One check a step.  The values of hidden neurons are any numbers >= 0, but those of the neurons that
the step names are relu of their rows; then no row may change its value by the step.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.lines import Lines, Refused, natural
from exactrev.checker.network import Layered, Row
from exactrev.checker.reductions import neuron_number, reduce
from exactrev.checker.rows import WorkingForm
from exactrev.smtlib.script import Script, differs, linear, relu, some


class Reductions:
    """The working form of a network; ``names`` are those of its values in the script."""

    def __init__(self, script: Script, network: Layered, prefix: str = "") -> None:
        self.form = WorkingForm(network)
        self.names = {j: f"x{j}" for j in range(network.inputs)}
        for value, layer, index in network.hidden():
            self.names[value] = f"{prefix}v{layer}.{index}"
        self._script, self._network = script, network

    def declare(self) -> None:
        """The values of the neurons left, as free numbers."""
        for value in self.form.neurons():
            self._script.declare(self.names[value])

    def apply(self, rule: str, operands: Sequence[str], why: str) -> None:
        """Take one step, and write the check that it changes no value of a row."""
        before = self.rows()
        reduce(self._network, self.form, rule, list(operands))
        after = self.rows()
        named = [neuron_number(self._network, name) for name in operands[:2]]
        changed = [key for key, row in after.items() if row != before[key] and key != named[0]]
        if not changed:
            self._script.comment(f"{why}: nothing that is left reads it")
            return
        self._script.open()
        later = dict(self.names)
        if rule == "flip":
            later[named[0]] = "turned"
            self._script.define("turned", relu(f"(- {linear(before[named[0]], self.names)})"))
        self._script.check(
            f"{why}: rows keep their values",
            [
                *self._values(named, [*named, *changed], before),
                some(
                    differs(linear(before[key], self.names), linear(after[key], later))
                    for key in changed
                ),
            ],
        )
        self._script.close()

    def rows(self) -> dict[object, Row]:
        """The rows now, under value numbers those of neurons, under names those of outputs."""
        form = self.form
        rows: dict[object, Row] = {value: dict(form.row(value)) for value in form.neurons()}
        return rows | {f"output {i}": dict(row) for i, row in enumerate(form.output_rows())}

    def _values(
        self, named: Sequence[int], keys: Sequence[object], rows: dict[object, Row]
    ) -> list[str]:
        """What is known of the values that these rows read."""
        read = {
            value
            for key in keys
            for value in rows[key]
            if value >= self._network.inputs and value not in named
        }
        known = [f"(>= {self.names[value]} 0.0)" for value in sorted(read)]
        known += [
            f"(= {self.names[value]} {relu(linear(rows[value], self.names))})" for value in named
        ]
        return known


def reduced(lines: Lines, network: Layered, script: Script) -> WorkingForm:
    """Take the lines ``reductions`` and its steps, and write a check for each step."""
    head, _, count = lines.take().partition(" ")
    if head != "reductions":
        raise Refused("expected a line 'reductions' with a natural number")
    reductions = Reductions(script, network)
    steps = natural(count)
    if steps:
        script.open()
        reductions.declare()
    for _ in range(steps):
        line = lines.take()
        rule, *operands = line.split(" ")
        reductions.apply(rule, operands, f"reduction {line}")
    if steps:
        script.close()
    return reductions.form
