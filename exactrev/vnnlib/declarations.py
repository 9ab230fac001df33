"""The commands that declare: which version a text is of, and what is in scope."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NoReturn, cast

from exactrev.formats.files import PathLike
from exactrev.vnnlib.arithmetic import Affine
from exactrev.vnnlib.constants import Constants
from exactrev.vnnlib.formula import Variable
from exactrev.vnnlib.items import Indices, Item, NoArguments, Part, Role
from exactrev.vnnlib.networks import Networks, declared_tensor
from exactrev.vnnlib.query import NetworkDeclaration, Relation, Tensor
from exactrev.vnnlib.source import Position, fault
from exactrev.vnnlib.tokens import Token

CONSTANTS = frozenset({"declare-const", "declare-fun"})
COMMANDS = CONSTANTS | {"vnnlib-version", "declare-network", "assert"}
RELATIONS = frozenset({"equal-to", "isomorphic-to"})
DECLARATIONS = RELATIONS | {"declare-input", "declare-hidden", "declare-output"}
_VERSION = re.compile(r"<([0-9]{1,9})\.([0-9]{1,9})>|([0-9]{1,9})\.([0-9]{1,9})")
_ORDER: tuple[Role, ...] = ("relation", "input", "hidden", "output")


class Declarations:
    """What has been declared so far; ``version`` is None as long as that is nothing."""

    def __init__(self, source: PathLike) -> None:
        self._source = source
        self._scope: Constants | Networks | None = None
        self.version: tuple[int, int] | None = None

    def command(self, head: Token, items: Sequence[Item], asserted: bool) -> None:
        """A command other than assert, given whether there were assertions before it."""
        if head.text == "vnnlib-version":
            self._set_version(head, items)
        elif head.text in CONSTANTS:
            self._constant(head, items)
        else:
            self._network(head, items, asserted)

    def demand_some(self, head: Token) -> None:
        """FormatError when nothing has been declared."""
        if self._scope is None:
            self._fault(head, f"{head.text} before any declaration")

    def networks(self) -> tuple[NetworkDeclaration, ...]:
        """The networks declared, at least one unless nothing was declared."""
        return () if self._scope is None else self._scope.networks()

    def variable(self, name: Token, indices: tuple[int, ...] | None) -> Variable:
        """The variable of this name, or the element of the tensor; FormatError if there is none."""
        if self._scope is None:
            self._fault(name, f"{name.text} is not declared")
        return self._scope.variable(name, indices)

    def check_types(self, form: Affine, position: Position) -> None:
        """FormatError when variables in the form have different element types."""
        if isinstance(self._scope, Networks):
            self._scope.check_types(form.coefficients, position)

    def part(self, head: Token, items: Sequence[Item]) -> Part:
        """A declaration inside the declaration of a network."""
        if head.text in RELATIONS:
            (network,) = self._words(head, items, "the name of a network", 1)
            kind = cast(Literal["equal-to", "isomorphic-to"], head.text)
            return Part("relation", Relation(kind, network.text), head)
        role = cast(Literal["input", "hidden", "output"], head.text.removeprefix("declare-"))
        name, tensor = self._tensor(head, items, role == "hidden")
        return Part(role, tensor, name)

    def _set_version(self, head: Token, items: Sequence[Item]) -> None:
        (word,) = self._words(head, items, "a version", 1)
        if self.version is not None:
            self._fault(head, "the version comes first and once")
        match = _VERSION.fullmatch(word.text)
        if match is None:
            self._fault(word, f"{word.text} is not a version, such as <2.0>")
        major, minor = (int(digits) for digits in match.groups() if digits is not None)
        if major not in (1, 2):
            self._fault(word, f"version {word.text} is unknown; 1.0 and 2.0 are known")
        self.version = major, minor

    def _constant(self, head: Token, items: Sequence[Item]) -> None:
        """``(declare-const X_0 Real)``, or as in SMT-LIB ``(declare-fun X_0 () Real)``."""
        names, what = list(items), "a name and a type"
        if head.text == "declare-fun":
            what = "a name, () and a type"
            if len(names) < 2 or not isinstance(names.pop(1)[1], NoArguments):
                self._fault(head, f"{head.text} needs {what} here")
        name, kind = self._words(head, names, what, 2)
        self._constants(head).declare(name, kind)

    def _constants(self, head: Token) -> Constants:
        if self._scope is None and (self.version or (1, 0))[0] == 1:
            self.version, self._scope = self.version or (1, 0), Constants(self._source)
        if not isinstance(self._scope, Constants):
            self._fault(head, f"{head.text} belongs to VNN-LIB 1.0")
        return self._scope

    def _network(self, head: Token, items: Sequence[Item], asserted: bool) -> None:
        if self._scope is None and (self.version or (2, 0))[0] == 2:
            self.version, self._scope = self.version or (2, 0), Networks(self._source)
        if not isinstance(self._scope, Networks):
            self._fault(head, "declare-network belongs to VNN-LIB 2.0")
        if asserted:
            self._fault(head, "networks are declared before the first assertion")
        (name,) = self._words(head, items[:1], "the name of a network", 1)
        parts = self._ordered(head, items[1:])
        relations = [part for part in parts if part.role == "relation"]
        if len(relations) > 1:
            self._fault(relations[1].place, "a second equal-to or isomorphic-to")
        relation = next((p.value for p in parts if isinstance(p.value, Relation)), None)
        inputs, hidden, outputs = (
            tuple(p.value for p in parts if p.role == role and isinstance(p.value, Tensor))
            for role in _ORDER[1:]
        )
        network = NetworkDeclaration(name.text, inputs, hidden, outputs, relation)
        tensors = parts[len(relations) :]
        self._scope.declare(name, network, [part.place for part in [*tensors, *relations]])

    def _ordered(self, head: Token, items: Sequence[Item]) -> list[Part]:
        """The declarations inside a network; FormatError unless in the order of the grammar."""
        parts: list[Part] = []
        for token, value in items:
            if not isinstance(value, Part):
                self._fault(token, f"{head.text} needs a declaration here")
            if parts and _ORDER.index(value.role) < _ORDER.index(parts[-1].role):
                text = f"{_said(value)} after {_said(parts[-1])}: the order is relation, inputs, "
                self._fault(token, text + "hidden, outputs")
            parts.append(value)
        return parts

    def _tensor(self, head: Token, items: Sequence[Item], hidden: bool) -> tuple[Token, Tensor]:
        """``name type [shape]`` and ``"node"``, which inputs and outputs need not have."""
        name, kind = self._words(head, items[:2], "a name and an element type", 2)
        shape = items[2][1] if len(items) > 2 else None
        if not isinstance(shape, Indices):
            place = items[2][0] if len(items) > 2 else head
            self._fault(place, f"{head.text} needs the shape of {name.text} here, such as [1,5]")
        for place, _ in items[4:]:
            self._fault(place, f"{head.text} ends before {place.text}")
        node = items[3][0] if len(items) > 3 else None
        if (node is None and hidden) or (node is not None and node.text[0] != '"'):
            self._fault(node or head, f"{head.text} needs the quoted name of an ONNX node here")
        text = None if node is None else node.text[1:-1]
        return name, declared_tensor(self._source, name, kind, shape.values, text)

    def _words(self, head: Token, items: Sequence[Item], what: str, count: int) -> list[Token]:
        words = [value for _, value in items if isinstance(value, Token) and value.is_word]
        if len(words) != count or len(items) != count:
            self._fault(head, f"{head.text} needs {what} here")
        return words

    def _fault(self, token: Token, text: str) -> NoReturn:
        raise fault(self._source, token.position, text)


def _said(part: Part) -> str:
    return part.value.kind if isinstance(part.value, Relation) else f"declare-{part.role}"
