"""A domain file by its ending.  See docs/domains.md."""

from __future__ import annotations

from exactrev.domain.json_rows import read_rows
from exactrev.domain.property_inputs import read_property_inputs
from exactrev.errors import FormatError
from exactrev.formats.files import PathLike
from exactrev.lp.polyhedron import Polyhedron

ENDINGS = (".vnnlib", ".vnnlib.gz", ".json")


def read_domain(path: PathLike, inputs: int) -> Polyhedron:
    """The polyhedron in a file, in the space of the inputs of a network.

    Raises FormatError, which names the file and what is wrong, for VNN-LIB also line and column;
    and where the file speaks of another number of inputs.
    """
    name = str(path).lower()
    if name.endswith(".json"):
        return read_rows(path, inputs)
    if name.endswith((".vnnlib", ".vnnlib.gz")):
        return read_property_inputs(path, inputs)
    raise FormatError(f"{path}: not a domain by its ending; known: {', '.join(ENDINGS)}")
