"""Domains as VNN-LIB: a conjunction of closed constraints on the inputs of one network."""

from __future__ import annotations

from exactrev.errors import FormatError
from exactrev.formats.files import PathLike
from exactrev.lp.polyhedron import Polyhedron
from exactrev.vnnlib import And, Constraint, Formula, Or, Query, cases, read_vnnlib
from exactrev.vnnlib.source import fault


def read_property_inputs(path: PathLike, inputs: int) -> Polyhedron:
    """The polyhedron that the assertions of a VNN-LIB file describe.

    Raises FormatError, with line and column, for disjunctions, strict constraints and constraints
    on outputs: what is left would not be the set that the file describes, or not a polyhedron.
    """
    query = read_vnnlib(path)
    if len(query.networks) != 1:
        raise FormatError(
            f"{path}: it declares {len(query.networks)} networks; a domain is that of one"
        )
    found = len(query.inputs)
    if found != inputs:
        raise FormatError(f"{path}: it has {found} inputs, but the network has {inputs}")
    parts = query.assertion.parts if isinstance(query.assertion, And) else (query.assertion,)
    for part in parts:
        _demand_closed(path, query, part)
    return next(cases(query)).domain


def _demand_closed(path: PathLike, query: Query, part: Formula) -> None:
    if isinstance(part, Or):
        raise fault(path, part.position, "a disjunction (or, !=); a domain is one polyhedron")
    assert isinstance(part, Constraint)  # no And stands inside an And
    inputs = {tensor.name for tensor in query.networks[0].inputs}
    for variable, _ in part.terms:
        if variable.tensor not in inputs:
            text = f"{query.label(variable)} is not an input; a domain constrains inputs only"
            raise fault(path, part.position, text)
    if part.strict:
        raise fault(path, part.position, "a strict inequality; a domain is closed: <= or >=")
