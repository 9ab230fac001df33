"""The lines, tokens and numbers of a certificate (proofs/certificate-format.md, section 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import gcd
from typing import BinaryIO

#: An exact rational p/q in lowest terms with q > 0.
Ratio = tuple[int, int]

#: The longest integer, in digits, and the longest line, in bytes, that this checker reads.
MAX_DIGITS = 100_000
MAX_LINE = 1 << 28

#: Patterns of the integers of one kind, of any length; none matches the start of a longer one.
NATURAL = r"(?:0|[1-9][0-9]*+)"
POSITIVE = r"[1-9][0-9]*+"
NONZERO = r"-?[1-9][0-9]*+"
INTEGER = r"(?:0|-?[1-9][0-9]*+)"
#: Rows, each with a positive multiplier.
ROWS = rf"{NATURAL} {POSITIVE}(?: {NATURAL} {POSITIVE})*+"

_NATURAL = re.compile(r"0|[1-9][0-9]{0,17}")
_NUMBER = r"(?:0|-?[1-9][0-9]*(?:/[1-9][0-9]*)?)"
_NUMBERS = re.compile(rf"{_NUMBER}(?: {_NUMBER})*")


class Refused(Exception):
    """The certificate proves nothing; the message says why."""


class Lines:
    """The lines of a certificate, one at a time; ``number`` is that of the last one read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead: str | None = None
        self.number = 0

    def peek(self) -> str:
        """The next line, which stays the next; refused if it is none of the format."""
        if self._ahead is None:
            self.number += 1
            raw = self._stream.readline(MAX_LINE)
            if not raw:
                raise Refused("the file ends before its 'end' line")
            if not raw.endswith(b"\n"):
                raise Refused("the line does not end in a line feed, or is too long")
            if not raw.isascii():
                raise Refused("the line is not ASCII")
            self._ahead = raw[:-1].decode("ascii")
        return self._ahead

    def take(self) -> str:
        """The next line, which is then used up."""
        line = self.peek()
        self._ahead = None
        return line

    def expect(self, line: str) -> None:
        """Take the next line; refused unless it is this one."""
        if self.take() != line:
            raise Refused(f"expected the line {line!r}")

    def expect_nothing(self) -> None:
        """Refused unless the file ends here."""
        if self._stream.read(1):
            raise Refused("something follows the 'end' line")


def natural(token: str) -> int:
    """The natural number that a token spells."""
    if not _NATURAL.fullmatch(token):
        raise Refused("expected a natural number of at most 18 digits")
    return int(token)


def integers(line: str, grammar: Mapping[str, re.Pattern[str]]) -> tuple[str, list[int]]:
    """The first word of a line and the integers after it; refused unless the grammar has both."""
    word, _, rest = line.partition(" ")
    pattern = grammar.get(word)
    if pattern is None or not pattern.fullmatch(rest):
        raise Refused(f"expected one of {', '.join(grammar)} with its integers")
    try:
        return word, list(map(int, rest.split(" ")))
    except ValueError:  # the pattern admits it, so only a length can be at fault
        raise Refused(f"an integer has more than {MAX_DIGITS} digits") from None


def numbers_after(words: str, line: str, count: int) -> list[Ratio]:
    """The numbers on a line that is these words and so many numbers."""
    tokens, expected = line.split(" "), words.split(" ")
    if tokens[: len(expected)] != expected or len(tokens) != len(expected) + count:
        raise Refused(f"expected {words!r} with {count} numbers")
    return [number(token) for token in tokens[len(expected) :]]


def require_numbers(text: str) -> None:
    """Refused unless the text is numbers with single spaces between (lowest terms unchecked)."""
    if not _NUMBERS.fullmatch(text):
        raise Refused("not exact numbers with single spaces between them")


def ratio(token: str) -> Ratio:
    """The number that a token of a line that passed :func:`require_numbers` spells."""
    numerator, slash, denominator = token.partition("/")
    if not slash:
        return _integer(numerator), 1
    p, q = _integer(numerator), _integer(denominator)
    if q == 1 or gcd(p, q) != 1:
        raise Refused("a number is not in lowest terms")
    return p, q


def number(token: str) -> Ratio:
    """The number that a token spells."""
    require_numbers(token)
    return ratio(token)


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # the grammar admits it, so only its length can be at fault
        raise Refused(f"an integer has more than {MAX_DIGITS} digits") from None
