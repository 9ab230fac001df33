"""Are two networks isomorphic, equal as functions, or how far apart?  Every answer is proved."""

from exactrev.equivalence.agreement import Agreement
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.decide import Equivalence, compare_structure, equiv
from exactrev.equivalence.deviation import Deviation
from exactrev.equivalence.difference import find_difference
from exactrev.equivalence.isomorphism import find_isomorphism

__all__ = [
    "Agreement",
    "Comparison",
    "Deviation",
    "Equivalence",
    "compare_structure",
    "equiv",
    "find_difference",
    "find_isomorphism",
]
