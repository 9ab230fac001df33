"""The claims about two networks: their steps and their ends (format, sections 6 to 8)."""

from __future__ import annotations

from exactrev.checker.lines import Ratio, Refused, number, numbers_after
from exactrev.checker.network import Network
from exactrev.checker.never_together import STEPS, Never
from exactrev.checker.reductions import neuron_number, reduce
from exactrev.checker.rows import WorkingForm, is_multiple


class Different:
    """A and B have different outputs at the stated point."""

    def __init__(self, a: Network, b: Network) -> None:
        self._networks = (a, b)
        self._point: list[Ratio] | None = None
        self.outputs: list[list[Ratio]] = []

    def step(self, line: str) -> None:
        if self._point is None:
            self._point = numbers_after("point", line, self._networks[0].inputs)
            return
        place = len(self.outputs)
        if place == 2:
            raise Refused("no step may follow both outputs")
        network = self._networks[place]
        stated = numbers_after(f"output {'AB'[place]}", line, network.outputs)
        if network.evaluate(self._point) != stated:
            raise Refused(f"network {'AB'[place]} does not have the stated outputs at the point")
        self.outputs.append(stated)

    def finish(self) -> None:
        if len(self.outputs) != 2:
            raise Refused("a point and both outputs are needed")
        if self.outputs[0] == self.outputs[1]:
            raise Refused("the outputs do not differ")

    def sentence(self) -> str:
        a, b = (network.sha256 for network in self._networks)
        return (
            f"network A (sha256 {a}) and network B (sha256 {b}) have different outputs at the "
            "exact input that the certificate states, in real arithmetic"
        )


class Equal:
    """A and B have the same outputs everywhere: reductions of both, then a matching."""

    def __init__(self, a: Network, b: Network) -> None:
        self.networks = {"A": a, "B": b}
        self._forms = {"A": WorkingForm(a), "B": WorkingForm(b)}
        self._partners: dict[int, tuple[int, Ratio]] = {}
        self._taken: set[int] = set()
        self._waiting: list[int] | None = None
        self._never: Never | None = None

    def step(self, line: str) -> None:
        tokens = line.split(" ")
        if self._never is not None:
            self._never.step(line)
            if self._never.closed:
                self._never.apply()
                self._never = None
        elif tokens[0] == "match":
            self._match(tokens)
        elif self._waiting is not None:
            raise Refused("only 'match' may follow a 'match'")
        else:
            self._reduce(tokens)

    def _reduce(self, tokens: list[str]) -> None:
        rule, name = tokens[0], "".join(tokens[1:2])
        if name not in ("A", "B"):
            raise Refused("expected a step of this claim, on network A or B")
        if rule in STEPS:
            self._never = Never(rule, self.networks[name], self._forms[name], tokens[2:])
        else:
            reduce(self.networks[name], self._forms[name], rule, tokens[2:])

    def _match(self, tokens: list[str]) -> None:
        if self._waiting is None:
            self._waiting = self._forms["B"].neurons()[::-1]
        if len(tokens) != 4:
            raise Refused("expected 'match', a neuron of B, a neuron of A and a number")
        ours = neuron_number(self.networks["B"], tokens[1])
        theirs = neuron_number(self.networks["A"], tokens[2])
        scale = number(tokens[3])
        if not self._waiting or ours != self._waiting.pop():
            raise Refused("the neurons of B that are left are matched once each, in order")
        if theirs in self._taken:
            raise Refused("the neuron of A is matched already")
        row, other = self._forms["B"].row(ours), self._forms["A"].row(theirs)
        if scale[0] <= 0 or not self._corresponds(row, scale, other):
            raise Refused("the row of B is not the stated positive multiple of the row of A")
        self._taken.add(theirs)
        self._partners[ours] = (theirs, scale)

    def _corresponds(self, row: dict[int, Ratio], scale: Ratio, other: dict[int, Ratio]) -> bool:
        return is_multiple(row, scale, other, self.networks["B"].inputs, self._partners)

    def finish(self) -> None:
        if self._never is not None:
            raise Refused("a branch under a step is open")
        if set(self._partners) != set(self._forms["B"].neurons()):
            raise Refused("a neuron of B is not matched")
        if self._taken != set(self._forms["A"].neurons()):
            raise Refused("a neuron of A is not matched")
        outputs = zip(self._forms["B"].output_rows(), self._forms["A"].output_rows(), strict=True)
        for index, (row, other) in enumerate(outputs):
            if not self._corresponds(row, (1, 1), other):
                raise Refused(f"the rows of output {index} differ")

    def sentence(self) -> str:
        a, b = (network.sha256 for network in self.networks.values())
        return (
            f"network A (sha256 {a}) and network B (sha256 {b}) have the same outputs at every "
            "real input, in real arithmetic"
        )


class Isomorphic(Equal):
    """B is A with the neurons of each hidden layer permuted and scaled by positive numbers."""

    def __init__(self, a: Network, b: Network) -> None:
        super().__init__(a, b)
        if a.layers != b.layers:
            raise Refused("the networks differ in depth")

    def step(self, line: str) -> None:
        tokens = line.split(" ")
        if tokens[0] != "match" or len(tokens) != 4:
            raise Refused("expected 'match', a neuron of B, a neuron of A and a number")
        if tokens[1].partition(":")[0] != tokens[2].partition(":")[0]:
            raise Refused("isomorphic networks match layer by layer")
        super().step(line)

    def sentence(self) -> str:
        a, b = (network.sha256 for network in self.networks.values())
        return (
            f"network B (sha256 {b}) is network A (sha256 {a}) with the neurons of each hidden "
            "layer permuted and scaled by positive numbers, so both are the same function, in "
            "real arithmetic"
        )
