"""Recovery of a network from the unlabelled set of its boundary cells (Rolnick and Kording, part
a).
"""

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.recover import recover_from_boundaries

__all__ = ["BoundaryCell", "recover_from_boundaries"]
