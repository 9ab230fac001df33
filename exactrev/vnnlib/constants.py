"""Declarations of VNN-LIB 1.0: ``(declare-const X_0 Real)`` for inputs, ``Y_0`` for outputs."""

from __future__ import annotations

import re

from exactrev.errors import FormatError
from exactrev.formats.files import MAX_EXTENT, PathLike
from exactrev.vnnlib.formula import Variable
from exactrev.vnnlib.query import NetworkDeclaration, Tensor
from exactrev.vnnlib.source import fault
from exactrev.vnnlib.tokens import Token

_NAME = re.compile(r"([XY])_(0|[1-9][0-9]{0,8})")


class Constants:
    """The constants declared so far."""

    def __init__(self, source: PathLike) -> None:
        self._source = source
        self._declared: dict[str, tuple[Variable, Token]] = {}

    def declare(self, name: Token, kind: Token) -> None:
        """``(declare-const name kind)``."""
        match = _NAME.fullmatch(name.text)
        if match is None:
            raise self._fault(name, f"{name.text} is not X_i (an input) or Y_i (an output)")
        if kind.text != "Real":
            raise self._fault(kind, f"the type {kind.text} is not Real")
        if name.text in self._declared:
            raise self._fault(name, f"{name.text} is declared twice")
        self._declared[name.text] = Variable(match[1], int(match[2])), name

    def variable(self, name: Token, indices: tuple[int, ...] | None) -> Variable:
        """The declared constant of this name."""
        if indices is not None:
            raise self._fault(name, f"{name.text} has no indices in VNN-LIB 1.0")
        found = self._declared.get(name.text)
        if found is None:
            raise self._fault(name, f"{name.text} is neither a number nor declared")
        return found[0]

    def networks(self) -> tuple[NetworkDeclaration, ...]:
        """The one network, with inputs X_0, X_1, ... and outputs Y_0, Y_1, ..., none left out."""
        inputs, outputs = (self._tensor(name) for name in "XY")
        return (NetworkDeclaration("", inputs, (), outputs),)

    def _tensor(self, name: str) -> tuple[Tensor, ...]:
        declared = [entry for entry in self._declared.values() if entry[0].tensor == name]
        size = len(declared)
        for variable, token in declared:
            if variable.element >= size:
                missing = next(i for i in range(size) if f"{name}_{i}" not in self._declared)
                raise self._fault(token, f"{token.text} is declared but {name}_{missing} is not")
        if size > MAX_EXTENT:
            raise self._fault(declared[-1][1], f"more than {MAX_EXTENT} numbers")
        return (Tensor(name, "real", (size,)),) if size else ()

    def _fault(self, token: Token, text: str) -> FormatError:
        return fault(self._source, token.position, text)
