"""Certified bounds over boxes, where the cells of networks are too many to go through."""

from exactrev.bounds.deviation import BoxDeviation
from exactrev.bounds.matching import Match, nearest_neurons

__all__ = ["BoxDeviation", "Match", "nearest_neurons"]
