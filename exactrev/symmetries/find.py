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
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network
from exactrev.symmetries.apart import are_told_apart
from exactrev.symmetries.dimension import FunctionalDimension, functional_dimension
from exactrev.symmetries.families import family_moves
from exactrev.symmetries.limit import Limit
from exactrev.symmetries.partner import Move, Partner
from exactrev.symmetries.relations import related_moves
from exactrev.symmetries.switching import constant_sign_moves, separated_moves, unread_moves
from exactrev.symmetries.turns import turns

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
    progress("regions")
    found = regions(network, domain, 0, limit.reached)
    return partners_from(found, domain, seed, limit, most, progress)


def partners_from(
    found: Regions,
    domain: Polyhedron | None,
    seed: int,
    limit: Limit,
    most: int | None = None,
    progress: Callable[[str], None] = lambda text: None,
    dimension: FunctionalDimension | None = None,
) -> Symmetries:
    """The same from the regions, which were searched on this domain, and the functional dimension,
    if it is known."""
    if found.complete and not len(found):
        raise InputError("the domain is empty or has no interior")
    search = _Search(found, domain, seed, limit, most, progress)
    search.take(unread_moves(found.network))
    search.take(constant_sign_moves(found.network, found.signs))
    search.take(separated_moves(found, limit.reached))
    search.take(related_moves(found, seed))
    turned = turns(found.network, _always_on(found))
    search.take(iter(turned.moves))
    progress("functional dimension")
    dimension = dimension or functional_dimension(found, seed, limit.reached)
    if not dimension.generic and all(p.kind == "turned" for p in search.partners):
        search.take(family_moves(found, seed, limit.reached))
    if limit.reached():
        search.open.append("time ran out before all was looked at")
    if not found.complete:
        search.open.append("not all regions are known")
    if not turned.complete:
        search.open.append("whether neurons of a layer can be turned together is not decided")
    if dimension.rank is None:
        search.open.append("the functional dimension is not decided")
    elif not search.partners and dimension.rank < found.network.parameters - dimension.hidden:
        short = found.network.parameters - dimension.hidden - dimension.rank
        search.open.append(
            f"the functional dimension is {short} less than parameters minus hidden neurons, but "
            "no partner was found that explains it"
        )
    return Symmetries(
        found.network, domain, tuple(search.partners), dimension, tuple(search.open)
    )


class _Search:
    """Partners so far, and what was left open."""

    def __init__(
        self,
        found: Regions,
        domain: Polyhedron | None,
        seed: int,
        limit: Limit,
        most: int | None,
        progress: Callable[[str], None],
    ) -> None:
        self._network, self._domain, self._seed = found.network, domain, seed
        self._limit, self._most, self._progress = limit, most, progress
        self._tried: set[Network] = set()
        self.partners: list[Partner] = []
        self.open: list[str] = []

    def take(self, moves: Iterator[Move]) -> None:
        """Try the moves one by one, until there are enough partners or time runs out."""
        for move in moves:
            if self._limit.reached() or self._most == len(self.partners):
                return
            self._progress(f"{len(self.partners)} partners; {move.kind}: {', '.join(move.neurons)}")
            self._try(move)

    def _try(self, move: Move) -> None:
        for candidate in move.candidates:
            if candidate in self._tried or not are_told_apart(self._network, candidate):
                continue
            self._tried.add(candidate)
            proof = self._compared(candidate)
            if proof.verdict == "equal":
                self.partners.append(
                    Partner(move.kind, move.neurons, move.sentence, candidate, proof)
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
