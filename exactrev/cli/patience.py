"""When a long search should stop: at its time limit or at Ctrl-C, with progress meanwhile."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from exactrev.cli.console import report_progress

_SECONDS_BETWEEN_REPORTS = 2.0


class Patience:
    """Asked often whether to stop; tells progress now and then."""

    def __init__(self, seconds: float | None, progress: Callable[[], str] | None) -> None:
        self._start, self._seconds = time.monotonic(), seconds
        self._end = None if seconds is None else self._start + seconds
        self._progress = progress
        self._next_report = self._start + _SECONDS_BETWEEN_REPORTS
        self.interrupted = False

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    @property
    def exhausted(self) -> bool:
        """Whether the time limit is reached."""
        return self._end is not None and time.monotonic() >= self._end

    @property
    def reason(self) -> str:
        """Why the search was stopped."""
        if self.interrupted:
            return "interrupted"
        return f"the limit of {self._seconds:g} seconds is reached" if self._seconds else "stopped"

    def stop(self) -> bool:
        """Whether to stop now; reports progress if it is time to."""
        now = time.monotonic()
        if self._progress is not None and now >= self._next_report:
            self._next_report = now + _SECONDS_BETWEEN_REPORTS
            report_progress(self._progress())
        return self.interrupted or self.exhausted

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
