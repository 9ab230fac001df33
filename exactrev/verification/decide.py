"""Does a property hold of some input?  A proof that it does not, or an exact input.

>>> from exactrev import Network
>>> from exactrev.vnnlib import parse_vnnlib
>>> relu = Network.dense([([[1]], [0]), ([[1]], [0])])
>>> query = parse_vnnlib('''
... (declare-const X_0 Real) (declare-const Y_0 Real)
... (assert (<= X_0 1)) (assert (>= Y_0 1))'''.splitlines())
>>> found = verify(bind(query, {"": relu}))
>>> found.verdict, found.assignment()
('sat', {'X_0': 1, 'Y_0': 1})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flint import fmpq

from exactrev.arrangement.leaves import Point
from exactrev.crews import Jobs
from exactrev.domain.flatten import Vacant, flatten
from exactrev.errors import InputError
from exactrev.verification.attack import find_satisfying
from exactrev.verification.boxes import BoxSearch
from exactrev.verification.instance import Instance, NotProved, Part, bind
from exactrev.verification.restriction import restricted
from exactrev.verification.single import point_steps
from exactrev.verification.statement import (
    LETTERS,
    satisfied_certificate,
    unsatisfied_certificate,
)

__all__ = ["NotProved", "Search", "Verification", "bind", "verify"]

Verdict = Literal["unsat", "sat", "unknown"]


@dataclass(frozen=True)
class Verification:
    """Whether some input has the property, with that input if so."""

    instance: Instance
    verdict: Verdict
    witness: Point | None = None
    cells: int = 0

    def assignment(self) -> dict[str, fmpq]:
        """The value of every input and output at the witness, by its name in the query."""
        return {} if self.witness is None else self.instance.assignment(self.witness)

    def satisfied_certificate(self) -> Iterator[str]:
        """The certificate that the witness has the property."""
        if self.witness is None:
            raise InputError("there is no input that has the property")
        values = (*self.witness, *self.instance.joint(self.witness))
        for part in self.instance.parts():
            if not part.domain.contains(self.witness):
                continue
            for conjunction in part.conjunctions:
                if all(bound.holds(values) for bound in conjunction):
                    one = Part(part.domain, (conjunction,))
                    return satisfied_certificate(self.instance, one, self.witness)
        raise AssertionError("the witness has the property")


class Search:
    """A search for a proof that no input has the property, or for one that has.

    It ends early once ``stop`` says so.  The result does not depend on ``jobs``: the number of
    processes, or a cluster.  Raises InputError for more networks than there are
    letters to name them by.
    """

    def __init__(
        self,
        instance: Instance,
        seed: int = 0,
        stop: Callable[[], bool] = lambda: False,
        jobs: Jobs = 1,
    ) -> None:
        if len(instance.networks) > len(LETTERS):
            raise InputError(f"a query of more than {len(LETTERS)} networks")
        self.instance = instance
        self._seed, self._stop, self._jobs = seed, stop, jobs
        self._cells = 0
        self._part: BoxSearch | None = None
        self._before: Iterator[str] = iter(())
        self._record: Callable[[str], object] | None = None
        self.witness: Point | None = None

    @property
    def cells(self) -> int:
        """How many cells were seen to have no input with the property."""
        return self._cells + (self._part.cells if self._part else 0)

    def question(self) -> Iterator[str]:
        """The networks and the query."""
        yield from (network.sha256 for network in self.instance.networks)
        yield repr(self.instance.query)

    def record(self, put: Callable[[str], object]) -> None:
        """Tell the steps on pieces to ``put`` as they are found."""
        self._record = put

    def knowledge(self) -> Iterator[str]:
        """What a later search is to know besides the steps."""
        yield f"cells {self.cells}"

    def go_on(self, steps: Iterator[str], knowledge: Sequence[str]) -> None:
        """Begin with the pieces that a search which was stopped has dealt with."""
        self._before = steps
        self._cells = sum(int(line.split()[1]) for line in knowledge if line.startswith("cells "))

    def lines(self) -> Iterator[str]:
        """The certificate (claim ``unsatisfied``), line by line as the search goes on.

        Raises NotProved at the end unless no input has the property.
        """
        parts = list(self.instance.parts(self._stop))
        return unsatisfied_certificate(self.instance, parts, self._steps(parts))

    def _steps(self, parts: Sequence[Part]) -> Iterator[str]:
        flats = [flatten(part.domain) for part in parts if not self._stop()]
        if len(flats) < len(parts):
            raise NotProved("the search was stopped")
        for part, flat in zip(parts, flats, strict=True):
            if not isinstance(flat, Vacant):
                self.witness = find_satisfying(
                    self.instance.joint, part, flat, self._seed, self._stop
                )
            if self.witness is not None:
                raise NotProved("an input has the property")
        for part, flat in zip(parts, flats, strict=True):
            yield "part"
            yield from flat.lines
            if isinstance(flat, Vacant):
                continue
            if not flat.free:
                yield from point_steps(self.instance.joint, part, flat.lifted(flat.inside))
                continue
            network = restricted(self.instance.joint, part, flat)
            search = self._part = BoxSearch(network, part, flat, self._stop, self._jobs)
            search.record = self._record or search.record
            yield from search.steps(self._before)
            self.witness = search.witness
            if search.open_branches or search.witness is not None:
                raise NotProved("an input has the property, or the search was stopped")
            self._cells, self._part = self.cells, None

    def result(self, proved: bool) -> Verification:
        """What was found, once the lines have been taken."""
        if proved:
            return Verification(self.instance, "unsat", cells=self.cells)
        verdict: Verdict = "unknown" if self.witness is None else "sat"
        return Verification(self.instance, verdict, self.witness, self.cells)

    def run(self) -> Verification:
        """Search, without keeping a certificate."""
        try:
            for _ in self.lines():
                pass
        except NotProved:
            return self.result(False)
        return self.result(True)


def verify(
    instance: Instance,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
    jobs: Jobs = 1,
) -> Verification:
    """Whether the query's property holds of some input of its networks.

    ``unknown`` only if ``stop`` has ended the search.
    """
    return Search(instance, seed, stop, jobs).run()
