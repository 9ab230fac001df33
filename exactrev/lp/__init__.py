"""Certified linear programming: an exact point or an exact certificate, never a float's word."""

from exactrev.lp.certificates import Motzkin, Nonnegative, Optimum, Point, Unbounded
from exactrev.lp.feasibility import OpenPolyhedron, interior_point, sign_on, solve
from exactrev.lp.optimum import minimise
from exactrev.lp.polyhedron import Form, Polyhedron
from exactrev.lp.system import System

__all__ = [
    "Form",
    "Motzkin",
    "Nonnegative",
    "OpenPolyhedron",
    "Optimum",
    "Point",
    "Polyhedron",
    "System",
    "Unbounded",
    "interior_point",
    "minimise",
    "sign_on",
    "solve",
]
