"""Certified bounds over boxes, where the cells of networks are too many to go through."""

from exactrev.bounds.at_once import box_at_once
from exactrev.bounds.deviation import BoxDeviation

__all__ = ["BoxDeviation", "box_at_once"]
