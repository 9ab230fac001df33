"""Properties of networks in VNN-LIB 1.0 and 2.0, read exactly."""

from exactrev.vnnlib.cases import Case, cases
from exactrev.vnnlib.formula import And, Constraint, Formula, Or, Variable
from exactrev.vnnlib.parser import parse_vnnlib, read_vnnlib
from exactrev.vnnlib.query import NetworkDeclaration, Query, Relation, Tensor

__all__ = [
    "And",
    "Case",
    "Constraint",
    "Formula",
    "NetworkDeclaration",
    "Or",
    "Query",
    "Relation",
    "Tensor",
    "Variable",
    "cases",
    "parse_vnnlib",
    "read_vnnlib",
]
