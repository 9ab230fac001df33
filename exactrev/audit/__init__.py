"""A report on an extraction: how its neurons match its victim's, and how far it can be off."""

from exactrev.audit.audit import Audit, audit
from exactrev.audit.matching import Matching, nearest_matching

__all__ = ["Audit", "Matching", "audit", "nearest_matching"]
