"""When to stop working."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """When to stop: a time on the clock of time.monotonic, or when asked to."""

    end: float | None
    stop: Callable[[], bool]

    @staticmethod
    def of(timeout: float | None, stop: Callable[[], bool] = lambda: False) -> Limit:
        """So many seconds from now."""
        return Limit(None if timeout is None else time.monotonic() + timeout, stop)

    def reached(self) -> bool:
        """Whether to stop now."""
        return self.stop() or (self.end is not None and time.monotonic() >= self.end)

    @property
    def left(self) -> float | None:
        """The seconds left, None if there is no limit."""
        return None if self.end is None else max(0.001, self.end - time.monotonic())
