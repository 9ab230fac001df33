"""The same search in several processes: chunks of the first layer's cells are worked out apart."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.pool import Pool
from types import TracebackType
from typing import Any

from exactrev.arrangement.explore import Chunk, Explorer, Found
from exactrev.arrangement.forms import NetworkRows
from exactrev.arrangement.norm import choose_norm
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network

_POLL = 0.2  # seconds between two looks at whether to stop


class Workers:
    """Processes that each hold the network; chunks come back in the order they were sent."""

    def __init__(self, explorer: Explorer, jobs: int) -> None:
        self._explorer = explorer
        context = multiprocessing.get_context()
        self._stopped = context.Event()
        rows = explorer.arrangement
        arguments = (rows.network, rows.domain, explorer.depth, self._stopped)
        self._pool: Pool = context.Pool(jobs, _begin, arguments)

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
        results = self._pool.imap(_work, chunks)
        while True:
            try:
                texts, found = results.next(timeout=_POLL)
            except StopIteration:
                return
            except multiprocessing.TimeoutError:
                if self._explorer.stop():
                    self._stopped.set()
                continue
            self._explorer.found.merge(found)
            yield from texts
            if self._explorer.stop():
                self._stopped.set()


_held: dict[str, Any] = {}


def _begin(network: Network, domain: Polyhedron, depth: int, stopped: Any) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    rows = NetworkRows(network, domain)
    _held.update(rows=rows, norm=choose_norm(rows), depth=depth, stopped=stopped)


def _work(chunk: Chunk) -> tuple[list[list[str]], Found]:
    found = Found.nothing(_held["depth"])
    explorer = Explorer(
        _held["rows"], _held["norm"], _held["depth"], found, _held["stopped"].is_set
    )
    texts = explorer.chunk_texts(chunk, 1)
    return texts, found
