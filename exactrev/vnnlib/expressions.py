"""What the operators mean: terms are affine forms, comparisons and connectives are formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from exactrev.errors import FormatError, InputError
from exactrev.exact.rational import parse_rational
from exactrev.formats.files import PathLike
from exactrev.vnnlib.arithmetic import (
    Affine,
    at_least_zero,
    difference,
    one,
    product,
    total,
)
from exactrev.vnnlib.formula import And, Constraint, Formula, Or, Variable, conjunction, disjunction
from exactrev.vnnlib.items import Indices, Item
from exactrev.vnnlib.source import Position, fault
from exactrev.vnnlib.tokens import Token

ARITHMETIC = frozenset({"+", "-", "*"})
#: "=" is how VNN-LIB 1.0 and the text of the 2.0 standard write the "==" of its grammar
COMPARISONS = frozenset({"<=", ">=", "<", ">", "=", "==", "!="})
CONNECTIVES = frozenset({"and", "or"})
OPERATORS = ARITHMETIC | COMPARISONS | CONNECTIVES


class Scope(Protocol):
    """The variables that are declared."""

    def variable(self, name: Token, indices: tuple[int, ...] | None) -> Variable:
        """The variable of this name, or the element of the tensor; FormatError if there is none."""

    def check_types(self, form: Affine, position: Position) -> None:
        """FormatError when variables in the form have different types."""


class Expressions:
    """The meaning of operators in the scope of some declarations."""

    def __init__(self, source: PathLike, scope: Scope) -> None:
        self._source = source
        self._scope = scope

    def value(self, position: Position, head: Token, items: Sequence[Item]) -> Affine | Formula:
        """The value of ``(head items...)``; ``position`` is that of its bracket."""
        if not items:
            raise fault(self._source, position, f"{head.text} of nothing")
        if head.text in CONNECTIVES:
            parts = [self._formula(head, item) for item in items]
            return conjunction(parts) if head.text == "and" else disjunction(parts, position)
        terms = self._terms(head, items)
        if head.text in COMPARISONS:
            return self._comparison(position, head, terms)
        result = _ARITHMETIC[head.text](terms)
        if result is None:
            raise fault(self._source, position, "a product of variables is not linear")
        return result

    def assertion(self, head: Token, items: Sequence[Item]) -> Formula:
        """The formula of an assertion, of which there is exactly one."""
        if len(items) != 1:
            raise fault(self._source, head.position, f"assert has {len(items)} formulas, not one")
        return self._formula(head, items[0])

    def _formula(self, head: Token, item: Item) -> Formula:
        token, value = item
        if isinstance(value, (Constraint, And, Or)):
            return value
        raise self._unlike(head, token, "a formula (a comparison, and, or)")

    def _comparison(self, position: Position, head: Token, terms: list[Affine]) -> Formula:
        if len(terms) != 2:
            raise fault(self._source, position, f"{head.text} compares two terms, not {len(terms)}")
        strict = head.text in ("<", ">", "!=")
        if head.text in ("<", "<="):
            terms.reverse()
        form = difference(terms)
        self._scope.check_types(form, position)
        above = at_least_zero(form, strict, position)
        if head.text not in ("=", "==", "!="):
            return above
        below = at_least_zero(difference([form]), strict, position)
        return disjunction([above, below], position) if strict else conjunction([above, below])

    def _terms(self, head: Token, items: Sequence[Item]) -> list[Affine]:
        terms = []
        place = 0
        while place < len(items):
            token, value = items[place]
            place += 1
            if isinstance(value, Affine):
                terms.append(value)
            elif isinstance(value, Token) and value.is_word:
                after = items[place][1] if place < len(items) else None
                indices = after.values if isinstance(after, Indices) else None
                place += indices is not None
                terms.append(self._atom(value, indices))
            else:
                raise self._unlike(head, token, "a number, a variable or a term")
        return terms

    def _atom(self, word: Token, indices: tuple[int, ...] | None) -> Affine:
        if word.text[0] not in "+-.0123456789":
            return one(self._scope.variable(word, indices))
        if indices is not None:
            raise fault(self._source, word.position, f"the number {word.text} has indices")
        try:
            return Affine({}, parse_rational(word.text))
        except InputError as error:
            raise fault(self._source, word.position, str(error)) from None

    def _unlike(self, head: Token, token: Token, needed: str) -> FormatError:
        what = "an expression" if token.text == "(" else token.text
        text = f"{head.text} needs {needed} here, and this is {what} of another kind"
        return fault(self._source, token.position, text)


_ARITHMETIC: dict[str, Callable[[Sequence[Affine]], Affine | None]] = {
    "+": total,
    "-": difference,
    "*": product,
}
