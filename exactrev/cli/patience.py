"""When a long search should stop: at its time limit, at Ctrl-C or short of memory; and progress."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from exactrev.cli.console import report_progress
from exactrev.cli.memory import memory_is_short

_SECONDS_BETWEEN_REPORTS = 2.0
_SECONDS_BETWEEN_LOOKS = 0.25  # at the memory


class Patience:
    """Asked often whether to stop; tells progress now and then."""

    def __init__(self, seconds: float | None, progress: Callable[[], str] | None) -> None:
        self._start, self._seconds = time.monotonic(), seconds
        self._end = None if seconds is None else self._start + seconds
        self._progress = progress
        self._next_report = self._start + _SECONDS_BETWEEN_REPORTS
        self._next_look = self._start
        self.interrupted = self.out_of_memory = False

    def tell(self, progress: Callable[[], str] | None) -> None:
        """From now on report this progress."""
        self._progress = progress

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    @property
    def exhausted(self) -> bool:
        """Whether the time limit is reached."""
        return self._end is not None and time.monotonic() >= self._end

    def remaining(self) -> float:
        """Seconds that are left; infinitely many where there is no limit."""
        return math.inf if self._end is None else self._end - time.monotonic()

    @property
    def reason(self) -> str:
        """Why the search was stopped."""
        if self.interrupted:
            return "interrupted"
        if self.out_of_memory:
            return "memory is running out"
        return f"the limit of {self._seconds:g} seconds is reached" if self._seconds else "stopped"

    def stop(self) -> bool:
        """Whether to stop now; reports progress if it is time to."""
        now = time.monotonic()
        if self._progress is not None and now >= self._next_report:
            self._next_report = now + _SECONDS_BETWEEN_REPORTS
            report_progress(self._progress())
        if now >= self._next_look:
            self._next_look = now + _SECONDS_BETWEEN_LOOKS
            self.out_of_memory = self.out_of_memory or memory_is_short()
        return self.interrupted or self.out_of_memory or self.exhausted

    @contextmanager
    def heeding_interrupts(self) -> Iterator[None]:
        """Inside, the first Ctrl-C asks for an early end; the second one is the usual one."""

        def heed(signum: int, frame: FrameType | None) -> None:
            if self.interrupted:
                raise KeyboardInterrupt
            self.interrupted = True

        before = signal.signal(signal.SIGINT, heed)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
