"""What never happens: steps ``apart``, ``dead`` and ``alive`` of ``equal`` (format, section 6.1).

Under each is a tree of cases.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.cases import Cases, Question
from exactrev.checker.lines import Ratio, Refused, number
from exactrev.checker.network import Layered, Row
from exactrev.checker.reductions import neuron_number
from exactrev.checker.rows import WorkingForm

STEPS = ("apart", "dead", "alive")


class Never:
    """One of these steps, and the tree that follows it: a row is nowhere > 0 (where a neuron is
    on).
    """

    def __init__(
        self, rule: str, network: Layered, form: WorkingForm, operands: Sequence[str]
    ) -> None:
        """Read what the step names; the tree's lines follow."""
        if len(operands) != (3 if rule == "apart" else 1):
            raise Refused("expected the network, neurons and number of this step")
        self._rule, self._form = rule, form
        self._reader = neuron_number(network, operands[0])
        self._source: int | None = None
        self._weight: Ratio = (0, 1)
        row = dict(form.row(self._reader))
        limit = form.layer(self._reader)
        if rule == "apart":
            below = Question(network, form, row, limit)
            self._source, self._weight = below.neuron(operands[1]), number(operands[2])
            row = _with_larger(row, self._source, self._weight)
        elif rule == "alive":
            row = {value: (-p, q) for value, (p, q) in row.items()}
        self._cases = Cases(Question(network, form, row, limit, self._source))

    @property
    def closed(self) -> bool:
        """Whether every branch has ended."""
        return self._cases.closed

    def apply(self) -> None:
        """Change the working form as the tree allows."""
        if self._source is not None:
            self._form.reweigh(self._reader, self._source, self._weight)
        elif self._rule == "dead":
            self._form.replace(self._reader, {})
        else:
            self._form.replace(self._reader, self._form.row(self._reader))

    def step(self, line: str) -> None:
        """One node of the tree."""
        self._cases.step(line)


def _with_larger(row: Row, source: int, weight: Ratio) -> Row:
    """The row with the larger of its coefficient and another one."""
    found = dict(row)
    old = found.pop(source, (0, 1))
    (p, q), (r, s) = weight, old
    larger = weight if p * s > r * q else old
    if larger[0]:
        found[source] = larger
    return found
