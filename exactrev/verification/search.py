"""A tree on whose leaves no conjunction of a property holds, or an input that has the property."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Self

import numpy as np
from flint import fmpq

from exactrev.arrangement.cells import Cells, Integers, signed_rows
from exactrev.arrangement.chunks import Chunk
from exactrev.arrangement.coordinates import independent_coordinates
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.exploration import tree_lines
from exactrev.arrangement.explore import Explorer
from exactrev.arrangement.forms import UNIT, Floats, Forms, NetworkRows
from exactrev.arrangement.found import Found
from exactrev.arrangement.leaves import Point
from exactrev.arrangement.local import integer_pairs, pairs_line
from exactrev.arrangement.norm import choose_norm
from exactrev.arrangement.proofs import Answers, Bounded, decide
from exactrev.arrangement.workers import workers
from exactrev.crews import Jobs
from exactrev.domain.flatten import Flat
from exactrev.equivalence.resuming import resumed
from exactrev.lp import Motzkin, System, solve
from exactrev.network.model import Layer, Network
from exactrev.verification.instance import Bound, Part

_MIXTURES = 4  # weights of a conjunction's bounds that are remembered from exact proofs
#: What the lines between a piece and its tree begin with.
_ROOT = ("inside", "norm", "coordinates", "inverse")
_ROUND = 8  # chunks worked out from the same weights
_SHARE = 2.0**-40  # what of its value at a point a form may lose before it must stay positive


@dataclass
class _Conjunction:
    """The outputs of the restricted network that are to hold together, by their numbers.

    ``mixtures`` are weights of them whose sum has been seen to be negative on cells.
    """

    outputs: range
    bounds: tuple[Bound, ...]
    mixtures: list[tuple[fmpq, ...]] = field(default_factory=list)

    def remember(self, weights: Sequence[fmpq]) -> None:
        """Take in the weights of a proof, scaled to a sum of 1."""
        total = sum(weights, fmpq(0))
        if total and sum(map(bool, weights)) > 1:
            mixture = tuple(w / total for w in weights)
            self.mixtures = [mixture, *(m for m in self.mixtures if m != mixture)][:_MIXTURES]


class PartSearch(Explorer):
    """Goes through the cells of a part's flat domain; ends early at an input with the property.

    ``witness`` is that input, with all its coordinates, if there is one.  The result does not
    depend on ``jobs``: the number of processes, or a cluster.
    """

    def __init__(
        self,
        network: Network,
        part: Part,
        flat: Flat,
        stop: Callable[[], bool] = lambda: False,
        jobs: Jobs = 1,
    ) -> None:
        """``network`` is that of the part's constraints, restricted to its flat domain."""
        self.flat, self._part, self._jobs = flat, part, jobs
        self.network = network
        whole = Network(self.network.inputs, (*self.network.layers, Layer.of({}, [0])))
        coordinates = independent_coordinates(whole, flat.domain)
        rows = NetworkRows(self.network, flat.domain, coordinates)
        super().__init__(rows, choose_norm(rows), 0, Found.nothing(0), self._heeding(stop))
        self.witness: Point | None = None
        self.cells = 0
        self._conjunctions: list[_Conjunction] = []
        first = 0
        for bounds in part.conjunctions:
            outputs = range(first, first + len(bounds))
            self._conjunctions.append(_Conjunction(outputs, bounds))
            first = outputs.stop

    def steps(self, unfinished: Sequence[str] = ()) -> Iterator[str]:
        """The part's proof after ``part`` and the steps ``pin``.

        Not a proof if there is a witness at the end, or branches were left open.  With the steps of
        a tree that was left unfinished the search goes on from these.
        """
        yield " ".join(["inside", *map(str, self.flat.inside)])
        if self.norm is not None:
            yield from self.norm.lines()
        begun = [step for step in unfinished if not step.startswith(_ROOT)]
        with workers(self, self._jobs) as texts_of:
            if not begun:
                yield from tree_lines(self, texts_of)
            else:
                yield from resumed(self, begun, texts_of, self._is_note)

    def _heeding(self, stop: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: self.witness is not None or stop()

    # -- chunks worked out apart ---------------------------------------------------------------

    def remaker(self) -> Callable[[Callable[[], bool]], Explorer]:
        """Makes the same explorer in another process."""
        return partial(PartSearch, self.network, self._part, self.flat)

    def rounds(self, chunks: Iterator[Chunk]) -> Iterator[Iterator[Chunk]]:
        """Few chunks at a time: what the first ones learn of weights, later ones profit from."""
        while some := list(islice(chunks, _ROUND)):
            yield iter(some)

    def knowledge(self) -> list[_Conjunction]:
        """The weights that have served."""
        return deepcopy(self._conjunctions)

    def branch(self, knowledge: list[_Conjunction]) -> Self:
        """One that has found nothing yet."""
        child = super().branch(knowledge)
        child.cells, child.witness = 0, None
        child._conjunctions = deepcopy(knowledge)
        child.stop = child._heeding(self.stop)
        return child

    def outcome(self) -> Any:
        """What was found."""
        return self.found, self.cells, self.witness, self._conjunctions

    def take_in(self, outcome: Any) -> None:
        """Take in what a branch found; the first witness counts."""
        found, cells, witness, conjunctions = outcome
        super().take_in(found)
        self.cells += cells
        self.witness = self.witness or witness
        for ours, theirs in zip(self._conjunctions, conjunctions, strict=True):
            for mixture in theirs.mixtures[::-1]:
                ours.remember(mixture)

    def _is_note(self, step: str) -> bool:
        """Whether a conjunction is violated, but not the last one."""
        word, _, rest = step.partition(" ")
        return word == "violated" and int(rest.split(" ")[0]) + 1 < len(self._conjunctions)

    # -- many cells ----------------------------------------------------------------------------

    def leaf_lines(self, cells: Cells) -> list[list[str]]:
        """A line ``violated`` for each conjunction, for each cell."""
        forms = self.arrangement.float_forms(cells.signs, self.arrangement.depth + 1)[-1]
        bounded = self._bounded(cells)
        lines: list[list[str]] = [[] for _ in range(len(cells))]
        for number, conjunction in enumerate(self._conjunctions):
            left = np.arange(len(cells))
            for weights in self._weightings(conjunction):
                left = self._try(number, conjunction, weights, cells, bounded, forms, left, lines)
            for k in left.tolist():
                if not self.stop():
                    lines[k] += self._exact_lines(number, self._exact_cell(cells, k))
        return [self._closed(found) for found in lines]

    def _bounded(self, cells: Cells) -> Bounded:
        neurons = self.arrangement.neuron_forms(cells.signs, self.arrangement.depth)
        rows, walls = signed_rows(self.arrangement, cells, neurons, np.arange(len(cells)))
        norm = None
        if self.norm is not None:
            norm, available = self.norm.forms(cells.signs)
            norm.values[~available] = np.nan
        return Bounded(rows, walls, cells.points, norm)

    def _weightings(self, conjunction: _Conjunction) -> Iterator[tuple[fmpq, ...]]:
        """Each bound alone, then sums that have served before."""
        size = len(conjunction.bounds)
        yield from conjunction.mixtures[:1]
        for i in range(size):
            yield tuple(fmpq(int(i == j)) for j in range(size))
        yield from conjunction.mixtures[1:]

    def _try(
        self, number: int, conjunction: _Conjunction, weights: Sequence[fmpq], cells: Cells,
        bounded: Bounded, forms: Forms, left: Integers, lines: list[list[str]],
    ) -> Integers:  # fmt: skip
        """Prove a weighted sum of bounds negative on cells where that is so; what is left."""
        pairs = integer_pairs(list(zip(conjunction.outputs, weights, strict=True)))[1]
        scale = sum(y for _, y in pairs)
        if not len(left) or scale > 2**40:
            return left
        targets = _negative_sum(Forms(forms.values[left], forms.errors[left]), pairs)
        below, _ = targets.at(cells.points[left])
        left_here = left[below > 0]
        if not len(left_here):
            return left
        some = targets.values[below > 0], targets.errors[below > 0]
        targets = _with_margin(Forms(*some), below[below > 0])
        answers = decide(bounded.take(left_here), targets)
        first = self.arrangement.domain_rows + self.arrangement.neurons
        for k in np.flatnonzero(answers.positive).tolist():
            mine = [(first + i, y * int(answers.c[k])) for i, y in pairs]
            lines[left_here[k]].append(
                _float_line(number, cells.rows[left_here[k]], mine, answers, k)
            )
        done = left_here[answers.positive]
        return left[~np.isin(left, done)]

    def _exact_cell(self, cells: Cells, k: int) -> ExactCell:
        cell = self.exact.cell(cells.take(slice(k, k + 1)))
        assert cell is not None
        return cell

    def _closed(self, lines: list[str]) -> list[str]:
        if len(lines) < len(self._conjunctions):
            self.found.open_branches += 1
            return ["open"]
        self.cells += 1
        return lines

    # -- one cell ------------------------------------------------------------------------------

    def exact_leaf_lines(self, cell: ExactCell) -> list[str]:
        """A line ``violated`` for each conjunction."""
        lines: list[str] = []
        for number in range(len(self._conjunctions)):
            if self.witness is None:
                lines += self._exact_lines(number, cell)
        return self._closed(lines)

    def _exact_lines(self, number: int, cell: ExactCell) -> list[str]:
        """The line that a conjunction is violated on the closure of a cell; none, and a witness,
        if it is not."""
        conjunction = self._conjunctions[number]
        neurons = self.arrangement.neurons
        forms = [self.exact.form(cell.signs, neurons + i) for i in conjunction.outputs]
        strict = [i for i, bound in enumerate(conjunction.bounds) if bound.strict]
        others = [i for i, bound in enumerate(conjunction.bounds) if not bound.strict]
        rows = (*self.exact.signed_rows(cell), *(forms[i] for i in others))
        answer = solve(System(self.arrangement.n, tuple(forms[i] for i in strict), rows))
        if not isinstance(answer, Motzkin):
            self.witness = self.flat.lifted(self.arrangement.lifted(answer.coordinates))
            return []
        weights = dict(zip(strict, answer.strict, strict=True))
        weights |= dict(zip(others, answer.rows[len(cell.rows) :], strict=True))
        conjunction.remember([weights[i] for i in range(len(forms))])
        first = self.arrangement.domain_rows + neurons + conjunction.outputs.start
        pairs = [*zip(cell.rows, answer.rows, strict=False)]
        pairs += [(first + i, weight) for i, weight in weights.items()]
        _, whole = integer_pairs(pairs)
        return [pairs_line(f"violated {number} 0", whole)]


def _negative_sum(forms: Forms, pairs: Sequence[tuple[int, int]]) -> Forms:
    """Minus the sum of multiplier times form on each cell."""
    places = [i for i, _ in pairs]
    factors = np.array([float(y) for _, y in pairs])
    values = -np.einsum("kmi,m->ki", forms.values[:, places], factors)
    sizes = np.einsum("kmi,m->ki", np.abs(forms.values[:, places]), factors).max(axis=1)
    errors = forms.errors[:, places] @ factors
    return Forms(values, (errors + (len(pairs) + 2) * UNIT * sizes) * (1 + 1e-9))


def _with_margin(forms: Forms, here: Floats) -> Forms:
    """The forms less a little, so that what is >= 0 afterwards was > 0."""
    values = forms.values.copy()
    values[:, -1] -= here * _SHARE
    return Forms(values, forms.errors + 2 * UNIT * (np.abs(forms.values[:, -1]) + here))


def _float_line(
    number: int, rows: Integers, bounds: list[tuple[int, int]], answers: Answers, k: int
) -> str:
    y = answers.y[k]
    used = np.flatnonzero(y)
    pairs = sorted(zip(rows[used].tolist(), map(int, y[used].tolist()), strict=True)) + bounds
    tokens = [f"{row} {factor}" for row, factor in pairs]
    return " ".join([f"violated {number} {answers.e[k]:.0f}", *tokens])
