"""A crew on a Dask cluster that is already running."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from exactrev.crews.crew import Answer, Crew, Make, Work
from exactrev.errors import InputError

_PATIENCE = 10.0  # seconds within which a scheduler must answer
_POLL = 0.2  # seconds between two looks at whether to stop


class OnCluster(Crew):
    """The workers of a cluster, each of which makes what it holds once.

    Raises InputError if there is no cluster at the address, or one without workers.
    """

    def __init__(self, address: str, make: Make, stop: Callable[[], bool]) -> None:
        from distributed import Client, Event

        self._stop, self._name = stop, f"exactrev-{uuid.uuid4().hex}"
        try:
            self._client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(f"--scheduler {address}: there is no Dask scheduler") from error
        self.size = len(self._client.nthreads())
        if not self.size:
            self._client.close()
            raise InputError(f"--scheduler {address}: the cluster has no workers")
        self._stopped = Event(self._name, client=self._client)
        (self._make,) = self._client.scatter([make], broadcast=True, hash=False)

    def send(self, work: Work, task: Any) -> Answer:
        """Have a task worked out by any worker."""
        future = self._client.submit(_do, self._name, self._make, work, task, pure=False)
        return lambda: self._await(future)

    def _await(self, future: Any) -> Any:
        while True:
            if self._stop():
                self._stopped.set()
            try:
                return future.result(timeout=_POLL)
            except TimeoutError:
                continue

    def dismiss(self) -> None:
        """Drop what is under way and leave the cluster as it is."""
        self._stopped.set()
        self._client.close()


_held: dict[str, Any] = {}
_turn = threading.Lock()  # the threads of a worker share what it holds: one task at a time


def _do(name: str, make: Make, work: Work, task: Any) -> Any:
    """Work out a task on a worker, with what the worker holds for this crew."""
    with _turn:
        if name not in _held:
            _held.clear()  # what earlier crews left
            _held[name] = make(_Bell(name).has_rung)
        return work(_held[name], task)


class _Bell:
    """Whether the crew was told to stop, as the scheduler was heard to say not long ago."""

    def __init__(self, name: str) -> None:
        self._name, self._rung, self._next = name, False, 0.0

    def has_rung(self) -> bool:
        """Whether to stop; seldom asks the scheduler."""
        from distributed import Event

        if not self._rung and time.monotonic() >= self._next:
            self._rung = bool(Event(self._name).is_set())
            self._next = time.monotonic() + _POLL
        return self._rung
