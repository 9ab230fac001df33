"""What a command found: a verdict, its exit code, JSON facts and the same for a person to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """The exit codes of every command."""

    HOLDS = 0
    REFUTED = 1
    BAD_INPUT = 2
    UNDECIDED = 3


@dataclass(frozen=True)
class Outcome:
    """The result of one command; ``headline`` completes the line that the verdict begins."""

    verdict: str
    exit_code: Exit
    facts: Mapping[str, Any]
    headline: str = ""
    details: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> str:
        """One JSON object on one line; numbers that are not integers or times are strings."""
        return json.dumps({"verdict": self.verdict, **self.facts})

    def as_text(self) -> str:
        """A few lines for a person, the first one starting with the verdict word."""
        width = max((len(name) for name, _ in self.details), default=0)
        lines = [f"{self.verdict} {self.headline}".rstrip()]
        lines += [f"  {name:<{width}}  {value}" for name, value in self.details]
        return "\n".join(lines)


def shape(architecture: tuple[int, ...]) -> str:
    """An architecture as it is written in the literature, ``4-10-3``.

    >>> shape((4, 10, 3))
    '4-10-3'
    """
    return "-".join(map(str, architecture))
