"""VNN-LIB 1.0 and 2.0 read exactly: a decimal is that decimal, and what is not known is refused.

Each bracketed expression is turned into what it means when its bracket closes, so that nothing
recurses and no tree of the text is kept.  The grammar of 2.0 is ``grammar.cf`` of the VNN-LIB
standard (Daggitt et al., "VNN-LIB 2.0: Rigorous Foundations for Neural Network Verification",
2026); 1.0 is the subset of SMT-LIB that the VNN-COMP benchmarks use.  docs/domains.md and the
functions below say what is accepted beyond these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn, cast

from exactrev.errors import FormatError
from exactrev.formats.files import PathLike
from exactrev.vnnlib.declarations import COMMANDS, DECLARATIONS, Declarations
from exactrev.vnnlib.expressions import CONNECTIVES, OPERATORS, Expressions
from exactrev.vnnlib.formula import Formula, conjunction
from exactrev.vnnlib.items import NO_ARGUMENTS, Item, indices
from exactrev.vnnlib.query import Query
from exactrev.vnnlib.source import fault, lines
from exactrev.vnnlib.tokens import Token, tokens

#: brackets inside brackets; a sum over all inputs may be written as nested sums of two
MAX_DEPTH = 4_000
#: and inside or inside and ...: formulas this deep can be compared and printed without overflow
MAX_ALTERNATIONS = 100


def read_vnnlib(path: PathLike) -> Query:
    """The query in a file (``.gz``: unpacked); FormatError says ``path:line:column: fault``."""
    return parse_vnnlib(lines(path), path)


def parse_vnnlib(text: Iterable[str], source: PathLike = "<query>") -> Query:
    """The query in the lines of a text; faults are FormatErrors that start with ``source``.

    >>> query = parse_vnnlib(["(declare-const X_0 Real)", "(assert (<= X_0 0.1))"])
    >>> query.assertion.terms, query.assertion.constant
    (((Variable(tensor='X', element=0), -1),), 1/10)
    >>> parse_vnnlib(["(declare-const X_0 Real)", "(assert (<= X_0 1e))"])
    Traceback (most recent call last):
        ...
    exactrev.errors.FormatError: <query>:2:17: not an exact number: '1e'
    """
    parser = _Parser(source)
    for token in tokens(text, source):
        parser.take(token)
    return parser.query()


@dataclass
class _Frame:
    """An expression whose bracket is open: what follows its first word so far."""

    opening: Token
    head: Token | None = None
    items: list[Item] = field(default_factory=list)
    alternations: int = 0


class _Parser:
    """The open brackets, the declarations and the assertions up to some token of a text."""

    def __init__(self, source: PathLike) -> None:
        self._source = source
        self._frames: list[_Frame] = []
        self._declarations = Declarations(source)
        self._expressions = Expressions(source, self._declarations)
        self._assertions: list[Formula] = []

    def take(self, token: Token) -> None:
        """Read one token."""
        text = token.text
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.head is None:
            if text == ")" and self._takes_arguments():
                self._frames.pop()
                self._frames[-1].items.append((frame.opening, NO_ARGUMENTS))
            else:
                self._begin(frame, token)
        elif text == "(":
            self._open(token)
        elif frame is None:
            self._fault(token, f"{text} stands outside of any command")
        elif text == ")":
            self._close(frame, token)
        elif text == "[":
            self._frames.append(_Frame(token, head=token))
        elif text == "]":
            self._close_indices(frame, token)
        elif text == "," and cast(Token, frame.head).text != "[":
            self._fault(token, "a comma outside of [ ]")
        else:
            frame.items.append((token, token))

    def query(self) -> Query:
        """The query, once the text has ended."""
        if self._frames:
            self._fault(self._frames[0].opening, "this bracket is not closed: the text ends")
        version, networks = self._declarations.version, self._declarations.networks()
        if version is None or not networks:
            raise FormatError(f"{self._source}: not VNN-LIB: it declares nothing")
        return Query(version, networks, conjunction(self._assertions))

    def _open(self, token: Token) -> None:
        if self._frames and cast(Token, self._frames[-1].head).text == "[":
            self._fault(token, "an expression among indices")
        if len(self._frames) >= MAX_DEPTH:
            self._fault(token, f"brackets nested more than {MAX_DEPTH} deep")
        self._frames.append(_Frame(token))

    def _takes_arguments(self) -> bool:
        """Whether the open bracket stands where a function's arguments are listed."""
        outer = self._frames[-2] if len(self._frames) > 1 else None
        return outer is not None and cast(Token, outer.head).text == "declare-fun"

    def _begin(self, frame: _Frame, head: Token) -> None:
        """The first word of an expression, which says what it is."""
        text, inside = head.text, len(self._frames) > 1
        if not head.is_word:
            self._fault(head, f"a command or an operator must follow the bracket, not {text}")
        if text not in COMMANDS and text not in DECLARATIONS and text not in OPERATORS:
            self._fault(head, f"{text} is not a command or operator of VNN-LIB")
        if (text in COMMANDS) == inside:
            where = "inside another expression" if inside else "outside of a command"
            self._fault(head, f"{text} stands {where}")
        frame.head = head
        if text in CONNECTIVES:
            outer = self._frames[-2]
            flips = cast(Token, outer.head).text != text
            frame.alternations = outer.alternations + flips
            if frame.alternations > MAX_ALTERNATIONS:
                self._fault(head, f"and, or alternate more than {MAX_ALTERNATIONS} deep")

    def _close(self, frame: _Frame, token: Token) -> None:
        head = cast(Token, frame.head)
        if head.text == "[":
            self._fault(token, "] is missing before this bracket")
        self._frames.pop()
        if not self._frames:
            self._command(head, frame.items)
        elif head.text in OPERATORS:
            value = self._expressions.value(frame.opening.position, head, frame.items)
            self._frames[-1].items.append((frame.opening, value))
        else:
            part = self._declarations.part(head, frame.items)
            self._frames[-1].items.append((frame.opening, part))

    def _close_indices(self, frame: _Frame, token: Token) -> None:
        if cast(Token, frame.head).text != "[":
            self._fault(token, "] without [")
        self._frames.pop()
        found = indices(self._source, frame.items, token)
        self._frames[-1].items.append((frame.opening, found))

    def _command(self, head: Token, items: list[Item]) -> None:
        if head.text == "assert":
            self._declarations.demand_some(head)
            self._assertions.append(self._expressions.assertion(head, items))
        else:
            self._declarations.command(head, items, asserted=bool(self._assertions))

    def _fault(self, token: Token, text: str) -> NoReturn:
        raise fault(self._source, token.position, text)
