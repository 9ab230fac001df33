"""Trees that cover a domain by cells on which the difference of two networks is affine.

What is done with a cell, subclasses say; here is what they share: the arrangement, the domain's
interior, the certificate round the steps.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from typing import Any, Generic, Self, TypeVar

from flint import fmpq

from exactrev.arrangement.chunks import TextsOf
from exactrev.arrangement.coordinates import independent_coordinates
from exactrev.arrangement.exploration import tree_lines
from exactrev.arrangement.explore import Explorer
from exactrev.arrangement.forms import NetworkRows
from exactrev.arrangement.found import Found
from exactrev.arrangement.norm import choose_norm
from exactrev.arrangement.workers import workers
from exactrev.certificate.claims import difference_certificate, reduction_lines
from exactrev.crews import Jobs
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.ground import Ground, Point
from exactrev.equivalence.resuming import resumed
from exactrev.errors import ExactRevError
from exactrev.lp import Form
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Reduction


class NotProved(ExactRevError):
    """A search ended without a proof of its claim: it was stopped, or the claim is false."""


class CoveringExplorer(Explorer):
    """Goes through the cells of a domain on which a reduced network is affine.

    ``network`` is the reduced one, or that with its outputs in a hidden layer, to be decided too.
    The search ends early once there is a ``witness``, an input against the claim.  Its work is
    done by ``jobs`` processes or a cluster; it goes on with the tree whose steps ``unfinished``
    are, if there is one, and tells its own steps to ``record``.
    """

    entry = 32

    def __init__(
        self,
        reduction: Reduction,
        network: Network,
        ground: Ground,
        stop: Callable[[], bool],
    ) -> None:
        coordinates = independent_coordinates(outputs_hidden(reduction.network), ground.domain)
        rows = NetworkRows(network, ground.domain, coordinates)
        super().__init__(rows, choose_norm(rows), 0, Found.nothing(0), self._heeding(stop))
        self.reduction, self.ground = reduction, ground
        self.cells = 0
        self.witness: Point | None = None
        self.jobs: Jobs = 1
        self.unfinished: Iterable[str] | None = None
        self.record: Callable[[str], object] = _nothing
        self._asked = stop

    def _heeding(self, stop: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: self.settled() or stop()

    def settled(self) -> bool:
        """Whether nothing that is still to be seen can change the verdict."""
        return self.witness is not None

    def whole(self, point: Sequence[fmpq]) -> Point:
        """A point of the tree's space with all the coordinates of the networks' inputs."""
        return self.ground.lifted(self.arrangement.lifted(point))

    def branch(self, knowledge: Any) -> Self:
        """One that has found nothing yet."""
        child = super().branch(knowledge)
        child.cells, child.witness = 0, None
        child.stop = child._heeding(self._asked)
        return child

    def outcome(self) -> Any:
        """What was found."""
        return self.found, self.cells, self.witness

    def take_in(self, outcome: Any) -> None:
        """Take in what a branch found; the first witness counts."""
        found, cells, witness = outcome
        super().take_in(found)
        self.cells += cells
        self.witness = self.witness or witness

    def preliminaries(self) -> Iterator[str]:
        """What the certificate says of the domain, the reductions and the norm."""
        yield from self.ground.lines_before_reductions()
        yield from reduction_lines(self.reduction)
        yield from self.ground.lines_after_reductions()
        yield "depth 0"
        if self.norm is not None:
            yield from self.norm.lines()

    def steps(self) -> Iterator[str]:
        """The steps of the tree; raises NotProved at its end if branches were left open."""
        with workers(self, self.jobs) as texts_of:
            for step in self.tree(texts_of):
                self.record(step)
                yield step
        if self.found.open_branches:
            raise NotProved("the search was stopped")

    def tree(self, texts_of: TextsOf) -> Iterator[str]:
        """The steps of the tree, from the root or going on with what was left unfinished."""
        if self.unfinished is None:
            return tree_lines(self, texts_of)
        return resumed(self, self.unfinished, texts_of)


class DifferenceExplorer(CoveringExplorer):
    """Goes through the cells of a domain on which the reduced difference is affine."""

    def __init__(
        self, comparison: Comparison, domain: Polyhedron | None, stop: Callable[[], bool]
    ) -> None:
        ground = Ground.of(comparison.a.inputs, domain)
        reduction = comparison.on(ground).reduction
        super().__init__(reduction, reduction.network, ground, stop)
        self.comparison, self._domain = comparison, domain

    def remaker(self) -> Callable[[Callable[[], bool]], Explorer]:
        """Makes the same explorer in another process."""
        return partial(type(self), self.comparison, self._domain)

    @property
    def outputs(self) -> range:
        """The outputs of the two networks."""
        return range(self.arrangement.network.outputs)

    def exact_output(self, signs: tuple[int, ...], output: int) -> Form:
        """The difference of an output where the neurons have these signs."""
        return self.exact.form(signs, self.arrangement.neurons + output)

    def certificate(self, kind: str, last: Callable[[], Iterator[str]]) -> Iterator[str]:
        """The certificate of a claim, as the search goes on; ``last`` gives what follows the tree.

        Raises NotProved at the end of the tree if branches were left open.
        """

        def steps() -> Iterator[str]:
            yield from self.steps()
            yield from last()

        comparison = self.comparison
        return difference_certificate(
            kind, comparison.a, comparison.b, comparison.scale, comparison.shift,
            self.preliminaries(), steps(),
        )  # fmt: skip


def _nothing(step: str) -> None:
    pass


def is_proved(lines: Iterator[str], take: Callable[[Iterator[str]], object]) -> bool:
    """Whether the lines of a certificate, which ``take`` is given, are a proof to the end."""
    try:
        take(lines)
    except NotProved:
        return False
    return True


def discard(lines: Iterator[str]) -> None:
    """Take the lines, and forget them."""
    for _ in lines:
        pass


_E = TypeVar("_E", bound=CoveringExplorer)


class CoveringSearch(ABC, Generic[_E]):
    """A search for the proof of a claim on a domain, as the lines of its certificate."""

    def __init__(self, explorer: _E, jobs: Jobs = 1) -> None:
        self._explorer = explorer
        explorer.jobs = jobs

    @property
    def explorer(self) -> _E:
        """What goes through the cells."""
        return self._explorer

    @property
    def asked(self) -> str:
        """What the certificate's lines before the proof do not say of the question."""
        return ""

    @property
    def cells(self) -> int:
        """How many cells the claim was proved on."""
        return self._explorer.cells

    @property
    def witness(self) -> Point | None:
        """An input in the domain's interior at which the claim is false, if one was found."""
        return self._explorer.witness

    @abstractmethod
    def lines(self) -> Iterator[str]:
        """The certificate, line by line as the search goes on.

        Raises NotProved at the end unless the claim is proved.
        """

    def question(self) -> Iterator[str]:
        """The certificate up to its proof, and what that does not say."""
        yield self.asked
        yield from takewhile(lambda line: line != "proof", self.lines())

    def record(self, put: Callable[[str], object]) -> None:
        """Tell the steps of the tree to ``put`` as they are found."""
        self._explorer.record = put

    def knowledge(self) -> Iterator[str]:
        """What a later search is to know besides the steps."""
        yield f"cells {self.cells}"

    def go_on(self, steps: Iterator[str], knowledge: Sequence[str]) -> None:
        """Begin with the tree and the knowledge of a search that was stopped."""
        self._explorer.unfinished = steps
        for word, *tokens in map(str.split, knowledge):
            if word == "cells":
                self._explorer.cells = int(tokens[0])

    def run(self, take: Callable[[Iterator[str]], object] = discard) -> bool:
        """Search, ``take`` being given the certificate's lines; whether the claim is proved."""
        return is_proved(self.lines(), take)


def outputs_hidden(network: Network) -> Network:
    """The network with its outputs in a further hidden layer."""
    return Network(network.inputs, (*network.layers, Layer.of({}, [0])))
