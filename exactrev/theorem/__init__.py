"""The theorem of Rolnick and Kording (ICML 2020) on a given network: assumptions and recovery."""

from exactrev.theorem.check import check_theorem, examine, theorem_exploration
from exactrev.theorem.report import TheoremReport

__all__ = ["TheoremReport", "check_theorem", "examine", "theorem_exploration"]
