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

from flint import fmpq

from exactrev.equivalence.contradiction import Combination, Contradiction
from exactrev.equivalence.lifted import Branch, Lifted, Row
from exactrev.equivalence.lifted_floats import FloatBranch, FloatLifted
from exactrev.equivalence.samples import Samples
from exactrev.errors import InputError
from exactrev.exact.rational import from_floats

#: What floats call 0 where most numbers are about 1.
_NOTHING = 1e-7


class Vanishing:
    """The search for the trees of such a leaf, on a cell with these rows (> 0) of these numbers.

    ``differ`` says of an input whether the difference is not 0 there, and may look elsewhere; then
    the search ends, as it does once the trees are ``lines``.
    """

    def __init__(
        self,
        lifted: Lifted,
        cell: Sequence[tuple[int, Row]],
        differ: Callable[[Sequence[fmpq]], bool],
        floats: bool = True,
    ) -> None:
        self.lines = ["vanishes"]
        self.refuted = False
        self._lifted, self._differ = lifted, differ
        self._numbers = [number for number, _ in cell]
        self._cell = [row for _, row in cell]
        self._floats = FloatLifted(lifted, self._cell) if floats else None
        self._targets = [
            {number: sign * a for number, a in row.items()}
            for row in lifted.outputs
            for sign in (fmpq(1), fmpq(-1))
        ]
        self._samples = (
            Samples(self._floats, [self._floats.row(target) for target in self._targets])
            if self._floats
            else None
        )
        self._open: list[tuple[Row, dict[int, bool]]] = [(t, {}) for t in self._targets[::-1]]

    @property
    def proved(self) -> bool:
        """Whether the lines are the whole leaf."""
        return not self._open

    @property
    def nodes(self) -> int:
        """How many nodes the trees have so far."""
        return len(self.lines) - 1

    def run(self, nodes: int, stop: Callable[[], bool] = lambda: False) -> None:
        """Go on until the trees have so many nodes."""
        while self.nodes < nodes and not (self.proved or self.refuted or stop()):
            target, decided = self._open.pop()
            self.lines.append(self._node(target, decided))

    def go_on(self, lines: Sequence[str]) -> None:
        """Begin with the lines of nodes that another search has found.

        Raises InputError where the trees have no place for one.
        """
        neurons = {str(name): k for k, name in enumerate(self._lifted.names)}
        for line in lines:
            word, _, name = line.partition(" ")
            if not self._open or word not in ("case", "never"):
                raise InputError("no branch of the trees is open")
            target, decided = self._open.pop()
            if word == "case":
                if neurons.get(name, -1) in (-1, *decided):
                    raise InputError("there is no such undecided neuron")
                self._put(target, decided, neurons[name])
            self.lines.append(line)

    def _put(self, target: Row, decided: dict[int, bool], neuron: int) -> None:
        """Have the neuron on first, then off."""
        self._open += [(target, {**decided, neuron: on}) for on in (False, True)]

    def _node(self, target: Row, decided: dict[int, bool]) -> str:
        """The line of a node, whose children are put on the stack."""
        here = Contradiction(Branch(self._lifted, decided), target, self._cell)
        found = None if self._floats is None else self._by_floats(here, target, decided)
        if found is None:
            found = self._exactly(here)
        if isinstance(found, Combination):
            return found.line(self._lifted.names, self._numbers)
        self._put(target, decided, found)
        return f"case {self._lifted.names[found]}"

    def _by_floats(
        self, here: Contradiction, target: Row, decided: dict[int, bool]
    ) -> Combination | int | None:
        """The leaf, or the neuron to decide next; None if floats do not tell."""
        assert self._floats is not None and self._samples is not None
        neuron = self._samples.needed(self._targets.index(target), decided)
        if neuron is not None:
            return neuron
        near = FloatBranch(self._floats, decided)
        goal = near.expanded(self._floats.row(target), len(self._lifted.rows))
        answer = near.answer(goal)
        if answer is None:
            return None
        if answer.least < _NOTHING:
            return here.proposed(answer)
        if self._floats.is_nonzero(answer.inputs):
            self._look_at(from_floats(answer.inputs.tolist()))
        self._samples.add(answer.inputs)
        neuron = self._samples.needed(self._targets.index(target), decided)
        if neuron is not None:
            return neuron
        neuron = near.raising(goal)
        return (
            near.loosest(goal, answer.inputs, answer.values) if neuron is None else neuron
        )

    def _exactly(self, here: Contradiction) -> Combination | int:
        """The leaf, or the neuron to decide next; where none is left an input tells."""
        found = here.exactly()
        if isinstance(found, Combination):
            return found
        inputs = found.coordinates[: self._lifted.inputs]
        neuron = here.loosest(found)
        if neuron is None:
            self._look_at(inputs)
            assert self.refuted
            return 0
        return neuron

    def _look_at(self, point: Sequence[fmpq]) -> None:
        self.refuted = self.refuted or self._differ(point)
