"""What stands inside an expression after its first word, once it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exactrev.formats.files import PathLike
from exactrev.vnnlib.arithmetic import Affine
from exactrev.vnnlib.formula import Formula
from exactrev.vnnlib.query import Relation, Tensor
from exactrev.vnnlib.source import fault
from exactrev.vnnlib.tokens import Token

Role = Literal["relation", "input", "hidden", "output"]
_WHOLE = re.compile(r"[0-9]{1,9}")
_MAX_DIMENSIONS = 64


@dataclass(frozen=True)
class Indices:
    """``[1,0]``: indices of an element, or a shape."""

    values: tuple[int, ...]


@dataclass(frozen=True)
class NoArguments:
    """``()``: what a function takes that is a constant."""


NO_ARGUMENTS = NoArguments()


@dataclass(frozen=True)
class Part:
    """A declaration inside the declaration of a network, and where its name or head stands."""

    role: Role
    value: Tensor | Relation
    place: Token


#: A word or string, or the value of an expression; with the token it starts with.
Item = tuple[Token, Token | Indices | NoArguments | Affine | Formula | Part]


def indices(source: PathLike, items: Sequence[Item], end: Token) -> Indices:
    """Whole numbers with commas between; FormatError for anything else, and for very many."""
    values = []
    for place, (token, _) in enumerate(items):
        if place % 2 and token.text != ",":
            raise fault(source, token.position, f"a comma is missing before {token.text}")
        if place % 2 == 0:
            if not _WHOLE.fullmatch(token.text):
                raise fault(source, token.position, f"{token.text} is not an index or extent")
            values.append(int(token.text))
    if items and len(items) % 2 == 0:
        raise fault(source, end.position, "a comma with nothing after it")
    if len(values) > _MAX_DIMENSIONS:
        raise fault(source, end.position, f"more than {_MAX_DIMENSIONS} dimensions")
    return Indices(tuple(values))
