"""Recovery of a network from exact queries, and the proof that it is the one that was asked."""

from exactrev.recovery.explanation import Unresolved
from exactrev.recovery.recover import Recovery, recover

__all__ = ["Recovery", "Unresolved", "recover"]
