"""The proof of a part of a property, put together from what is found of the pieces of its box."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, takewhile

from flint import fmpq

from exactrev.arrangement.float_range import floats_hold
from exactrev.arrangement.leaves import Point
from exactrev.bounds.intervals import parted
from exactrev.crews import Answer, Crew, Jobs, hire
from exactrev.domain.boxes import bounding_box
from exactrev.domain.flatten import Flat
from exactrev.network.model import Network
from exactrev.verification.instance import Part
from exactrev.verification.pieces import Dealt, Piece, PieceWork, deal
from exactrev.verification.search import PartSearch

_CLOSED = "closed"  # what is recorded after a tree


class BoxSearch:
    """A search for a proof that no point of a part's box has the property, or for a point.

    The result does not depend on ``jobs``: the number of processes, or a cluster.
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
        self._network, self._part, self._flat = network, part, flat
        self._stop, self._jobs = stop, jobs
        self._cells = 0
        self.record: Callable[[str], object] = _nothing
        self._tree: PartSearch | None = None
        self.witness: Point | None = None
        self.open_branches = 0

    @property
    def cells(self) -> int:
        """How many pieces have been dealt with."""
        return self._cells + (self._tree.cells if self._tree else 0)

    def steps(self, before: Iterable[str] = ()) -> Iterator[str]:
        """The part's proof after the steps ``pin``; none if branches are left open at the end.

        ``record`` is told them, and where trees end.  With what another search told, it goes on
        where that one was stopped.
        """
        for step in self._steps(iter(before)):
            self.record(step)
            yield step

    def _steps(self, before: Iterator[str]) -> Iterator[str]:
        box = bounding_box(self._flat.domain)
        if box is None or not floats_hold(self._network, inputs=chain.from_iterable(box)):
            yield from self._plant(self._flat, _tree_of(before))
            return
        root = Piece(tuple(box), None)
        make = partial(PieceWork, self._network, self._part, self._flat, root.box)
        work, known = make(self._stop), next(before, "")
        if not known and work.needs_a_tree(root):
            yield from self._plant(work.within(root))
            return
        with hire(self._jobs, make, self._stop, work) as crew:
            yield from self._pieces(root, work, crew, chain([known] if known else [], before))

    def _pieces(
        self, root: Piece, work: PieceWork, crew: Crew, before: Iterator[str]
    ) -> Iterator[str]:
        """The steps of all pieces, in order; those that come next are dealt with meanwhile."""
        pending: list[Piece | Dealt] = [root]
        asked: dict[Piece, Answer] = {}
        while pending and not self.open_branches and self.witness is None:
            item = pending.pop()
            known = "" if isinstance(item, Dealt) else next(before, "")
            if isinstance(item, Dealt):
                yield from self._take(item)
            elif known:
                yield from self._again(item, known, work, before, pending)
            elif self._stop():
                self.open_branches += 1
            else:
                left = (piece for piece in reversed(pending) if isinstance(piece, Piece))
                for piece in (item, *islice(left, crew.ahead)):
                    if piece not in asked:
                        asked[piece] = crew.send(deal, piece)
                pending += asked.pop(item)()[::-1]

    def _take(self, dealt: Dealt) -> Iterator[str]:
        """The steps that deal with a piece."""
        yield from dealt.lines
        if dealt.tree:
            self.record(_CLOSED)
        self._cells += dealt.cells
        self.witness, self.open_branches = dealt.witness, dealt.open_branches

    def _again(
        self, piece: Piece, known: str, work: PieceWork, before: Iterator[str],
        pending: list[Piece | Dealt],
    ) -> Iterator[str]:  # fmt: skip
        """The step that an earlier search took, or the tree that it had begun."""
        word, *numbers = known.split()
        if word == "inside":
            yield from self._plant(work.within(piece), [known, *_tree_of(before)])
            return
        if word == "cut":
            place, value = self._flat.free.index(int(numbers[0])), fmpq(*map(int, numbers[:0:-1]))
            both = [(box, None) for box in parted(piece.box, place, value)]
            pending += piece.halves(place, value, both)[::-1]
        yield known

    def _plant(self, flat: Flat, unfinished: Sequence[str] = ()) -> Iterator[str]:
        """The tree of the cells of a domain."""
        tree = self._tree = PartSearch(self._network, self._part, flat, self._stop, self._jobs)
        yield from tree.steps(unfinished)
        self.record(_CLOSED)
        self.witness = self.witness or tree.witness
        self.open_branches += tree.found.open_branches
        self._cells, self._tree = self.cells, None


def _nothing(step: str) -> None:
    pass


def _tree_of(before: Iterator[str]) -> list[str]:
    """The steps of an earlier search up to the end of a tree."""
    return list(takewhile(lambda step: step != _CLOSED, before))
