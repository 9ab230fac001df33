"""Other networks with the same function: the symmetries beyond permutation and scaling."""

from exactrev.symmetries.find import Symmetries, symmetries
from exactrev.symmetries.partner import Partner

__all__ = ["Partner", "Symmetries", "symmetries"]
