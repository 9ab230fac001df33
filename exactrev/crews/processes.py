"""A crew of processes on this machine."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.pool import AsyncResult, Pool
from typing import Any

from exactrev.crews.crew import Answer, Crew, Make, Work

_POLL = 0.2  # seconds between two looks at whether to stop


class Processes(Crew):
    """``size`` processes; once ``stop`` says so they are told, and end their tasks early."""

    def __init__(self, size: int, make: Make, stop: Callable[[], bool]) -> None:
        self.size, self._stop = size, stop
        context = multiprocessing.get_context()
        self._stopped = context.Event()
        self._pool: Pool = context.Pool(size, _begin, (make, self._stopped))

    def send(self, work: Work, task: Any) -> Answer:
        """Have a task worked out by the next process that is free."""
        result = self._pool.apply_async(_do, (work, task))
        return lambda: self._await(result)

    def _await(self, result: AsyncResult[Any]) -> Any:
        while True:
            if self._stop():
                self._stopped.set()
            try:
                return result.get(timeout=_POLL)
            except multiprocessing.TimeoutError:
                continue

    def dismiss(self) -> None:
        """End the processes."""
        self._pool.terminate()
        self._pool.join()


_member: dict[str, Any] = {}


def _begin(make: Make, stopped: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _member["held"] = make(stopped.is_set)


def _do(work: Work, task: Any) -> Any:
    return work(_member["held"], task)
