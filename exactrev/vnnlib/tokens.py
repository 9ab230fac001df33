"""The tokens of a VNN-LIB text with their places.

>>> [token.text for token in tokens(["(<= X[0,1] 1e-3) ; small"], "doctest")]
['(', '<=', 'X', '[', '0', ',', '1', ']', '1e-3', ')']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from exactrev.formats.files import PathLike
from exactrev.vnnlib.source import Position, fault

_TOKEN = re.compile(
    r"""(?P<token> [()\[\],] | [^\s()\[\],;"]+ | "(?:[^"\\]|\\.)*" )
      | (?P<comment> ;.* )
      | (?P<fault> \S )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A bracket, a comma, a quoted string, or a word: everything between those and spaces."""

    text: str
    position: Position

    @property
    def is_word(self) -> bool:
        """Whether it is a name, a number or an operator."""
        return self.text[0] not in '()[],"'


def tokens(lines: Iterable[str], source: PathLike) -> Iterator[Token]:
    """The tokens of the lines; FormatError at a string that does not end on its line."""
    for number, line in enumerate(lines, 1):
        for match in _TOKEN.finditer(line):
            if match.lastgroup == "token":
                position = Position(number, match.start() + 1)
                yield Token(match["token"], position)
            elif match.lastgroup == "fault":
                position = Position(number, match.start() + 1)
                raise fault(source, position, "a string that does not end on its line")
