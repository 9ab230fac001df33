"""The search: moves are proposed, and count once their result is proved to be a partner.

>>> from exactrev.network import Network
>>> twins = Network.dense([([[1], [2]], [0, 0]), ([[1, 1]], [0])])
>>> found = symmetries(twins)
>>> found.verdict, [(partner.kind, partner.neurons) for partner in found.partners]
('found', [('related', ('1:0', '1:1'))])
>>> symmetries(Network.dense([([[1], [1]], [0, 1]), ([[1, 1]], [0])])).verdict
'none'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from exactrev.arrangement import Regions, regions
from exactrev.arrangement.forms import ON
from exactrev.equivalence.agreement import Agreement
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.decide import Equivalence, compare_structure, conclude
from exactrev.errors import DomainError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network
from exactrev.symmetries.apart import told_apart
from exactrev.symmetries.dimension import FunctionalDimension, functional_dimension
from exactrev.symmetries.families import family_moves
from exactrev.symmetries.limit import Limit
from exactrev.symmetries.partner import Move, Partner
from exactrev.symmetries.relations import parallel_moves, related_moves
from exactrev.symmetries.switching import constant_sign_moves, separated_moves, unread_moves
from exactrev.symmetries.turns import Turns, turns

Verdict = Literal["found", "none", "unknown"]


@dataclass(frozen=True)
class Symmetries:
    """The partners found of a network on a domain (None: R^n), and what else is known.

    - ``found``: there are partners; that is a proof that the function does not determine the
      network up to isomorphism.
    - ``none``: there is none of the known kinds: every direction in which the parameters can move
      without a change of f, to first order, is a scaling of neurons (``dimension``), and no neurons
      can be turned round.
    - ``unknown``: time ran out, or there are directions that no proved partner explains.

    ``open`` says in words what was not decided.
    """

    network: Network
    domain: Polyhedron | None
    partners: tuple[Partner, ...]
    dimension: FunctionalDimension | None
    open: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether there are partners."""
        if self.partners:
            return "found"
        return "unknown" if self.open else "none"


def symmetries(
    network: Network,
    domain: Polyhedron | None = None,
    *,
    seed: int = 0,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    most: int | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Symmetries:
    """Look for partners of a network on a domain (default R^n), ``most`` at most.

    ``timeout`` (seconds) and ``stop``, which is called often, end the search early with the
    partners proved by then.  Raises InputError if the domain does not fit or has no interior.
    """
    limit = Limit.of(timeout, stop)
    search = _Search(network, domain, seed, limit, most, progress)
    search.by_weights()
    if search.done:
        return search.result(None)
    progress("regions")
    # half of the time: what is known of the regions by then serves for proposals
    share = Limit.of(None if limit.left is None else limit.left / 2, limit.reached)
    return search.by_regions(regions(network, domain, 0, share.reached))


def partners_from(
    found: Regions,
    domain: Polyhedron | None,
    seed: int,
    limit: Limit,
    most: int | None = None,
    dimension: FunctionalDimension | None = None,
) -> Symmetries:
    """The same from the regions, which were searched on this domain, and the functional dimension,
    if it is known."""
    search = _Search(found.network, domain, seed, limit, most, lambda text: None)
    search.by_weights()
    return search.result(dimension) if search.done else search.by_regions(found, dimension)


class _Search:
    """Partners so far, and what was left open."""

    def __init__(
        self,
        network: Network,
        domain: Polyhedron | None,
        seed: int,
        limit: Limit,
        most: int | None,
        progress: Callable[[str], None],
    ) -> None:
        self._network, self._domain, self._seed = network, domain, seed
        self._limit, self._most, self._progress = limit, most, progress
        self._tried: set[Network] = set()
        self._turns = Turns((), False)
        self._partners: list[Partner] = []
        self._open: list[str] = []

    @property
    def done(self) -> bool:
        """Whether there are as many partners as were asked for."""
        return len(self._partners) == self._most

    def by_weights(self) -> None:
        """What the weights show, however large the network."""
        self._take(unread_moves(self._network))
        self._take(parallel_moves(self._network))
        if not self.done:
            self._turns = turns(self._network, frozenset(), self._limit.reached)
            self._take(iter(self._turns.moves))

    def by_regions(
        self, found: Regions, dimension: FunctionalDimension | None = None
    ) -> Symmetries:
        """What the regions show; the result."""
        if found.complete and not len(found):
            raise DomainError("the domain is empty or has no interior points")
        self._take(constant_sign_moves(self._network, found.signs))
        self._take(separated_moves(found, self._limit.reached))
        self._take(related_moves(found, self._seed))
        always_on = _always_on(found)
        turned = self._turns
        if always_on:
            turned = turns(self._network, always_on, self._limit.reached)
        self._take(iter(turned.moves))
        if self.done or self._limit.reached():
            return self.result(dimension)
        self._progress("functional dimension")
        dimension = dimension or functional_dimension(found, self._seed, self._limit.reached)
        if not dimension.generic and all(p.kind == "turned" for p in self._partners):
            self._take(family_moves(found, self._seed, self._limit.reached))
        if not found.complete:
            self._open.append("not all regions are known")
        if not turned.complete:
            self._open.append(
                "whether neurons of a layer can be turned together is not decided"
            )
        self._ask_of(dimension)
        return self.result(dimension)

    def _ask_of(self, dimension: FunctionalDimension) -> None:
        """What the functional dimension leaves open."""
        if dimension.rank is None:
            self._open.append("the functional dimension is not decided")
        elif not self._partners and not dimension.generic:
            short = dimension.parameters - dimension.hidden - dimension.rank
            self._open.append(
                f"the functional dimension is {short} less than parameters minus hidden neurons, "
                "but no partner was found that explains it"
            )

    def result(self, dimension: FunctionalDimension | None) -> Symmetries:
        """The partners found, and what was left open."""
        if self._limit.reached():
            self._open.append("time ran out before all was looked at")
        return Symmetries(
            self._network, self._domain, tuple(self._partners), dimension, tuple(self._open)
        )

    def _take(self, moves: Iterator[Move]) -> None:
        """Try the moves one by one, until there are enough partners or time runs out."""
        for move in moves:
            if self._limit.reached() or self.done:
                return
            names = ", ".join(move.neurons)
            self._progress(f"{len(self._partners)} partners; {move.kind}: {names}")
            self._try(move)

    def _try(self, move: Move) -> None:
        for candidate in move.candidates:
            if candidate in self._tried:
                return  # another move has led there
            apart = told_apart(self._network, candidate)
            if apart is None:
                continue
            self._tried.add(candidate)
            proof = self._compared(candidate)
            if proof.verdict == "equal":
                self._partners.append(
                    Partner(move.kind, move.neurons, move.sentence, candidate, proof, apart)
                )
                return

    def _compared(self, candidate: Network) -> Equivalence:
        """As :func:`exactrev.equivalence.equiv`, but it heeds the limit."""
        network, domain = self._network, self._domain
        proof = compare_structure(network, candidate, self._seed, self._limit.left, domain)
        if proof.verdict != "unknown" or self._limit.reached():
            return proof
        tree = Agreement(Comparison.of(network, candidate), domain, self._limit.reached)
        return conclude(tree, network, candidate, domain, tree.run())


def _always_on(found: Regions) -> frozenset[str]:
    """The neurons that are on in every region known."""
    layers = enumerate(found.network.hidden, 1)
    names = [f"{number}:{i}" for number, layer in layers for i in range(layer.size)]
    on = (found.signs == ON).all(axis=0)
    return frozenset(name for name, always in zip(names, on.tolist(), strict=True) if always)
