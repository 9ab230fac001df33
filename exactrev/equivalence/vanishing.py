"""The leaf ``vanishes``: that a difference is nowhere > 0 and nowhere < 0 on a cell, by cases.

In the space of inputs and neurons' values a linear program bounds the difference.  Where that is
too coarse, a neuron whose value may be far above relu of its z is taken to be on, then off, the
last ones first: of the largest of many forms this leaves one form after the other, for which the
program is exact, however many cells there are.

>>> from exactrev import Network
>>> from exactrev.equivalence.lifted import Lifted
>>> kinks = [[1], [1], [1]], [0, 1, 2]
>>> net = Network.dense([kinks, ([[-1, 2, -1]], [0]), ([[1]], [-1])])    # relu(...) <= 1
>>> search = Vanishing(Lifted.of(net, range(1)), [], lambda point: net(point) != (0,))
>>> search.run(100)
>>> search.proved, search.refuted
(False, True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.equivalence.contradiction import Combination, Contradiction
from exactrev.equivalence.lifted import Branch, Decision, Lifted, Multiple, Row, targets_of
from exactrev.equivalence.lifted_floats import FloatAnswer, FloatBranch, Floats
from exactrev.equivalence.samples import Samples
from exactrev.errors import InputError
from exactrev.exact.rational import from_floats, parse_rational

#: What floats call 0 where most numbers are about 1.
NOTHING = 1e-7


@dataclass(frozen=True)
class Node:
    """A node of one of the trees: the number of the tree's target, and what is decided."""

    target: int
    decided: dict[int, Decision]

    def with_one(self, neuron: int, decision: Decision) -> Node:
        """A child, in which one more neuron is decided."""
        return Node(self.target, {**self.decided, neuron: decision})


#: A leaf, the neuron to be decided next, or one that follows another.
Found = Combination | int | tuple[int, Multiple]


class Vanishing:
    """The search for the trees of such a leaf, on a cell with these rows (> 0) of these numbers.

    ``differ`` says of an input whether the difference is not 0 there, and may look elsewhere; then
    the search ends, as it does once the trees are ``lines``.  Without ``samples`` of the cell, and
    so of what floats make of the networks, all is done exactly.
    """

    def __init__(
        self,
        lifted: Lifted,
        cell: Sequence[tuple[int, Row]],
        differ: Callable[[Sequence[fmpq]], bool],
        samples: Samples | None = None,
    ) -> None:
        self.lines = ["vanishes"]
        self.refuted = False
        self._lifted, self._differ = lifted, differ
        self._numbers = [number for number, _ in cell]
        self._cell = [row for _, row in cell]
        self._targets = targets_of(lifted)
        self._open = [Node(target, {}) for target in reversed(range(len(self._targets)))]
        self._samples = None if samples is None else samples.copy()
        self._branch = Branch(lifted, {})

    @property
    def proved(self) -> bool:
        """Whether the lines are the whole leaf."""
        return not self._open and not self.refuted

    @property
    def nodes(self) -> int:
        """How many nodes the trees have so far."""
        return len(self.lines) - 1

    def run(self, nodes: int, stop: Callable[[], bool] = lambda: False) -> None:
        """Go on until the trees have so many nodes."""
        if self._samples is not None and self.nodes == 0:
            self._look_at_suspect(self._samples)
        while self.nodes < nodes and not (self.proved or self.refuted or stop()):
            self.lines.append(self._step(self._open.pop()))

    def go_on(self, lines: Sequence[str]) -> None:
        """Begin with the lines of nodes that another search has found.

        Raises InputError where the trees have no place for one.
        """
        neurons = {str(name): k for k, name in enumerate(self._lifted.names)}
        for line in lines:
            word, *tokens = line.split(" ")
            named = [neurons.get(token, -1) for token in tokens[:2]]
            if not self._open or word not in ("case", "same", "never"):
                raise InputError("no branch of the trees is open")
            node = self._open.pop()
            if word != "never" and (not named or named[0] in (-1, *node.decided)):
                raise InputError("there is no such undecided neuron")
            if word == "case":
                self._divide(node, named[0])
            elif word == "same":
                following = Multiple(named[-1], parse_rational(tokens[-1]))
                self._open.append(node.with_one(named[0], following))
            self.lines.append(line)

    def _step(self, node: Node) -> str:
        """The line of a node, whose children are put on the stack."""
        names, target = self._lifted.names, self._targets[node.target]
        self._branch = self._branch.moved(node.decided)
        here = Contradiction(self._branch, target, self._cell)
        found: Found | None = None
        if self._samples is not None:
            found = self._by_floats(self._samples, here, node)
        if found is None and not self.refuted:
            found = self._exactly(here)
        if self.refuted or found is None:
            return "open"
        if isinstance(found, Combination):
            return found.line(names, self._numbers)
        if isinstance(found, int):
            self._divide(node, found)
            return f"case {names[found]}"
        neuron, following = found
        self._open.append(node.with_one(neuron, following))
        return f"same {names[neuron]} {names[following.of]} {following.factor}"

    def _divide(self, node: Node, neuron: int) -> None:
        """Have the neuron on first, then off."""
        self._open += [node.with_one(neuron, False), node.with_one(neuron, True)]

    # -- what to do at a node ------------------------------------------------------------------

    def _by_floats(self, samples: Samples, here: Contradiction, node: Node) -> Found | None:
        """The leaf, or the neuron to decide next; None if floats do not tell."""
        neuron = samples.needed(node.target, node.decided)
        if neuron is not None:
            return neuron
        near = FloatBranch(samples.problem, node.decided)
        goal = near.expanded(samples.targets[node.target])
        answer = near.answer(goal)
        if answer is None or answer.least < NOTHING:
            return None if answer is None else here.proposed(answer)
        self._learn(samples, answer)
        neuron = samples.needed(node.target, node.decided)
        return self._loosest(near, goal, answer) if neuron is None else neuron

    def _learn(self, samples: Samples, answer: FloatAnswer) -> None:
        """Remember the point of an answer, and see whether the networks differ there."""
        samples.add(answer.inputs[None, :])
        self._look_at_suspect(samples)

    def _look_at_suspect(self, samples: Samples) -> None:
        if samples.suspect is not None:
            self._look_at(from_floats(samples.suspect.tolist()))
            samples.suspect = None

    def _loosest(self, near: FloatBranch, goal: Floats, answer: FloatAnswer) -> int | None:
        """The neuron that makes most of a goal that is too large in a linear program's answer."""
        neuron = near.raising(goal)
        return near.loosest(goal, answer.inputs, answer.values) if neuron is None else neuron

    def _exactly(self, here: Contradiction) -> Combination | int | None:
        """The leaf, or the neuron to decide next; None where an input tells the networks apart."""
        found = here.exactly()
        if isinstance(found, Combination):
            return found
        neuron = here.loosest(found)
        if neuron is None:
            self._look_at(found.coordinates[: self._lifted.inputs])
            assert self.refuted
        return neuron

    def _look_at(self, point: Sequence[fmpq]) -> None:
        self.refuted = self.refuted or self._differ(point)
