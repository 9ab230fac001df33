"""The proof of a recovered network against the one it was recovered from.

Structure first: the two are isomorphic, or become so by steps that keep the function, among them
such as take trees of their own: neurons that never switch are removed, weights changed between
neurons that are nowhere on together.  Where neither is so, a tree of cells on all of R^n may still
prove the two equal (a neuron that is always on for reasons that no sign tells), or find an input
where they differ.
"""

from __future__ import annotations

from math import inf
from time import monotonic

from exactrev.equivalence import Agreement, Comparison, Equivalence, compare_structure
from exactrev.equivalence.decide import conclude, equal_by_trees
from exactrev.network.model import Network

#: Trees for single neurons are given up after so many seconds.
SECONDS_APART = 300.0
#: The tree is given up after this many seconds, or when it was asked so many times to go on: once
#: for a round of linear programs, or for a node of a leaf ``vanishes``.
SECONDS = 120.0
ROUNDS = 2000
#: But trees have so many seconds, however little is left of the time for all.
LEAST_SECONDS = 10.0


def proved_against(
    network: Network, result: Network, seed: int, remaining: float = inf
) -> Equivalence:
    """What is proved of the result: the same function, different at an input, or unknown.

    Trees are given up after ``remaining`` seconds, or ten if that is less, or at Ctrl-C: the result
    is then kept, unproved.
    """
    limit = monotonic() + max(remaining, LEAST_SECONDS)
    found = compare_structure(network, result, seed)
    if found.verdict != "unknown":
        return found
    try:
        return _proved_by_trees(network, result, limit)
    except KeyboardInterrupt:
        return found


def _proved_by_trees(network: Network, result: Network, limit: float) -> Equivalence:
    by_trees = equal_by_trees(network, result, min(monotonic() + SECONDS_APART, limit))
    if by_trees is not None:
        return by_trees
    end, rounds = min(monotonic() + SECONDS, limit), 0

    def enough() -> bool:
        nonlocal rounds
        rounds += 1
        return rounds > ROUNDS or monotonic() > end

    search = Agreement(Comparison.of(network, result), None, enough)
    return conclude(search, network, result, None, search.run())
