"""The same search in several processes: chunks of the first layer's cells are worked out apart."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.pool import Pool
from types import TracebackType
from typing import Any

from exactrev.arrangement.explore import Chunk, Explorer

_POLL = 0.2  # seconds between two looks at whether to stop


class Workers:
    """Processes that each hold the network; chunks come back in the order they were sent."""

    def __init__(self, explorer: Explorer, jobs: int) -> None:
        self._explorer = explorer
        context = multiprocessing.get_context()
        self._stopped = context.Event()
        self._pool: Pool = context.Pool(jobs, _begin, (explorer.remaker(), self._stopped))

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.terminate()
        self._pool.join()

    def texts(self, chunks: Iterator[Chunk]) -> Iterator[list[str]]:
        """The lines below every cell of the chunks, in order; what was found is merged."""
        for some in self._explorer.rounds(chunks):
            yield from self._round(some)

    def _round(self, chunks: Iterator[Chunk]) -> Iterator[list[str]]:
        knowledge = self._explorer.knowledge()
        results = self._pool.imap(_work, ((chunk, knowledge) for chunk in chunks))
        while True:
            try:
                texts, outcome = results.next(timeout=_POLL)
            except StopIteration:
                return
            except multiprocessing.TimeoutError:
                if self._explorer.stop():
                    self._stopped.set()
                continue
            self._explorer.take_in(outcome)
            yield from texts
            if self._explorer.stop():
                self._stopped.set()


def texts_in_turn(explorer: Explorer, chunks: Iterator[Chunk]) -> Iterator[list[str]]:
    """The same lines in this process."""
    for some in explorer.rounds(chunks):
        knowledge = explorer.knowledge()
        for chunk in some:
            branch = explorer.branch(knowledge)
            texts = branch.chunk_texts(chunk)
            explorer.take_in(branch.outcome())
            yield from texts


_held: dict[str, Explorer] = {}


def _begin(remaker: Callable[[Callable[[], bool]], Explorer], stopped: Any) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _held["explorer"] = remaker(stopped.is_set)


def _work(task: tuple[Chunk, Any]) -> tuple[list[list[str]], Any]:
    chunk, knowledge = task
    branch = _held["explorer"].branch(knowledge)
    texts = branch.chunk_texts(chunk)
    return texts, branch.outcome()
