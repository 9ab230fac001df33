"""Are two networks isomorphic, equal as functions, or different?  Every answer is proved."""

from exactrev.equivalence.decide import Equivalence, equiv
from exactrev.equivalence.difference import find_difference
from exactrev.equivalence.isomorphism import find_isomorphism

__all__ = ["Equivalence", "equiv", "find_difference", "find_isomorphism"]
