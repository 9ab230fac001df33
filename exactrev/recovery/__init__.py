"""Recovery of a network from exact queries, and the proof that it is the one that was asked."""

from exactrev.recovery.explanation import Unresolved
from exactrev.recovery.outcome import Recovery
from exactrev.recovery.recover import recover

__all__ = ["Recovery", "Unresolved", "recover"]
