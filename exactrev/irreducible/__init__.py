"""The same function with fewer neurons, until what they compute is linearly independent."""

from exactrev.irreducible.reduce import Reduced, reduce

__all__ = ["Reduced", "reduce"]
