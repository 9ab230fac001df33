"""The steps ``apart``, ``dead`` and ``alive`` of ``equal`` (format, section 6.1) as scripts.

One check a leaf: on its branch the step's sum is not > 0, where the values that are not decided are
any numbers >= 0 and >= their z.  That the branches leave nothing out is their shape.  Then one
check that rows keep their values by the step.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.lines import number
from exactrev.checker.network import Layered, Row
from exactrev.checker.never_together import Never
from exactrev.checker.reductions import neuron_number
from exactrev.smtlib.reducing import Reductions
from exactrev.smtlib.script import Script, both, differs, linear, on_branch, relu, some


class NeverScript:
    """One of these steps, on the side of ``reductions``; the tree's lines follow."""

    def __init__(
        self,
        script: Script,
        network: Layered,
        reductions: Reductions,
        rule: str,
        operands: Sequence[str],
        why: str,
    ) -> None:
        self._script, self._network, self._reductions = script, network, reductions
        self._never = Never(rule, network, reductions.form, operands)
        self._rule, self._why = rule, why
        self._reader = neuron_number(network, operands[0])
        self._source = neuron_number(network, operands[1]) if rule == "apart" else None
        self._open: list[dict[int, bool]] = [{}]
        self._before = reductions.rows()
        self._old = self._before[self._reader]
        self._new = dict(self._old)
        if self._source is not None:
            self._new[self._source] = number(operands[2])

    @property
    def closed(self) -> bool:
        """Whether every branch has ended."""
        return not self._open

    def step(self, line: str, why: str) -> None:
        """Write one node of the tree; the step is taken with the last one."""
        decided = self._open.pop()
        self._never.step(line)
        if line.startswith("case "):
            neuron = neuron_number(self._network, line.split(" ")[1])
            self._open += [{**decided, neuron: False}, {**decided, neuron: True}]
        else:
            self._script.check(why, [*self._branch(decided), *self._denied()])
        if self.closed:
            self._never.apply()
            self._script.check(f"{self._why}: rows keep their values", self._changed())

    def _term(self, row: Row) -> str:
        return linear(row, self._reductions.names)

    def _branch(self, decided: dict[int, bool]) -> list[str]:
        """What is used of the values below the reader."""
        form, names = self._reductions.form, self._reductions.names
        facts = []
        for neuron in form.neurons():
            if form.layer(neuron) >= form.layer(self._reader):
                continue
            z = self._term(form.row(neuron))
            facts += on_branch(names[neuron], z, decided.get(neuron))
        return facts

    def _denied(self) -> list[str]:
        """What a branch has to exclude."""
        if self._source is None:
            return [f"({'>' if self._rule == 'dead' else '<'} {self._term(self._old)} 0.0)"]
        source = self._reductions.names[self._source]
        either = some(f"(> {self._term(row)} 0.0)" for row in (self._old, self._new))
        return [f"(> {source} 0.0)", either]

    def _changed(self) -> list[str]:
        """That a row's value changes, although the branches exclude what they have to."""
        names, old = self._reductions.names, self._term(self._old)
        if self._source is None:
            known = [f"(= {names[self._reader]} {old if self._rule == 'alive' else '0.0'})"]
            after = self._reductions.rows()
            keys = [key for key, row in after.items() if row != self._before[key]]
            pairs = [(self._term(self._before[key]), self._term(after[key])) for key in keys]
        else:
            source, new = names[self._source], self._term(self._new)
            off = both([f"(<= {old} 0.0)", f"(<= {new} 0.0)"])
            known = [some([f"(= {source} 0.0)", off])]
            pairs = [(relu(old), relu(new))]
        return [*known, some(differs(*pair) for pair in pairs)]
