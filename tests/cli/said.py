"""What one run of the command line said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What one run left behind."""

    code: int
    out: str
    err: str

    @property
    def verdict(self) -> str:
        """The first word on stdout."""
        return self.out.split()[0]

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that stdout must be."""
        assert self.out.count("\n") == 1
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    def assert_bad_input(self, *parts: str) -> None:
        """Exit code 2, nothing on stdout, and one line on stderr that holds these parts."""
        assert (self.code, self.out) == (2, "")
        assert self.err.startswith("exactrev: ") and self.err.count("\n") == 1
        for part in parts:
            assert part in self.err


Run = Callable[..., Said]
