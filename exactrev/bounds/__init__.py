"""Certified bounds over boxes, where the cells of networks are too many to go through."""

from exactrev.bounds.deviation import BoxDeviation

__all__ = ["BoxDeviation"]
