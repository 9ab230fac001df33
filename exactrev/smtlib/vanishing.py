"""The leaf ``vanishes`` of ``equal-on`` (format, section 11) as a script.

One check a leaf of its trees: on the cell and the branch an output, or it times -1, is not > 0,
where the values that are not decided are any numbers >= 0 and >= their z.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.lines import Ratio, Refused
from exactrev.checker.lines import number as parsed
from exactrev.smtlib.script import Script, differs, number, on_branch
from exactrev.smtlib.tree import TreeScript

#: What a branch says of a neuron: that it is on or not, or that its z is so many times another's.
Decision = bool | tuple[int, Ratio]


class VanishingScript:
    """The trees of one such leaf, whose lines follow."""

    def __init__(self, script: Script, tree: TreeScript, outputs: Sequence[int]) -> None:
        self._script, self._tree = script, tree
        self._terms, values = tree.unknown(outputs)
        targets = [f"({relation} {d} 0.0)" for d in values for relation in (">", "<")]
        self._open: list[tuple[str, dict[int, Decision]]] = [(t, {}) for t in reversed(targets)]

    @property
    def closed(self) -> bool:
        """Whether every branch has ended."""
        return not self._open

    def step(self, line: str, why: str) -> None:
        """Write one node."""
        word, *tokens = line.split(" ")
        target, decided = self._open.pop()
        if word == "case" and len(tokens) == 1:
            neuron = self._neuron(tokens[0], decided)
            self._open += [(target, {**decided, neuron: on}) for on in (False, True)]
        elif word == "same" and len(tokens) == 3:
            neuron = self._neuron(tokens[0], decided)
            other, factor = self._neuron(tokens[1], {}), parsed(tokens[2])
            if other >= neuron or not factor[0]:
                raise Refused("expected an earlier neuron and a number other than 0")
            multiple = f"(* {number(factor)} {self._terms[other][1]})"
            self._check(why, decided, differs(self._terms[neuron][1], multiple))
            self._open.append((target, {**decided, neuron: (other, factor)}))
        elif word == "never":
            self._check(why, decided, target)
        else:
            raise Refused("expected 'case', 'same' or 'never' until the trees are closed")

    def _neuron(self, token: str, decided: dict[int, Decision]) -> int:
        neuron = self._tree.value_number(token)
        if neuron not in self._terms or neuron in decided:
            raise Refused("the neuron is decided already")
        return neuron

    def _check(self, why: str, decided: dict[int, Decision], denied: str) -> None:
        """That something does not happen on the cell and the branch."""
        facts = [*self._tree.cell()]
        for neuron, (value, z) in self._terms.items():
            decision = decided.get(neuron)
            if isinstance(decision, tuple):
                facts.append(f"(= {value} {self._multiple(*decision)})")
            else:
                facts += on_branch(value, z, decision)
        self._script.check(why, [*facts, denied])

    def _multiple(self, other: int, factor: Ratio) -> str:
        """relu of so many times z of another neuron, by its value."""
        value, z = self._terms[other]
        part = value if factor[0] > 0 else f"(- {z} {value})"
        return f"(* {number(factor)} {part})"
