"""Certificates as SMT-LIB 2 scripts, for solvers of others to prove the same steps again."""

from exactrev.smtlib.export import EXPORTED, Exported, export

__all__ = ["EXPORTED", "Exported", "export"]
