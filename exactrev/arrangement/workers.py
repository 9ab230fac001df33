"""The same search by a crew: chunks of the first layer's cells are worked out apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from exactrev.arrangement.chunks import Chunk, TextsOf
from exactrev.arrangement.explore import Explorer
from exactrev.crews import Crew, InTurn, Jobs, hire


@contextmanager
def workers(explorer: Explorer, jobs: Jobs) -> Iterator[TextsOf]:
    """What works out chunks: this process if ``jobs`` is 1, else others that each hold the network.

    The lines do not depend on who does it.
    """
    with hire(jobs, explorer.remaker(), explorer.stop, explorer) as crew:
        yield partial(_texts, explorer, crew)


def texts_in_turn(explorer: Explorer, chunks: Iterator[Chunk]) -> Iterator[list[str]]:
    """The lines below every cell of the chunks, in order, worked out in this process."""
    return _texts(explorer, InTurn(explorer), chunks)


def _texts(explorer: Explorer, crew: Crew, chunks: Iterator[Chunk]) -> Iterator[list[str]]:
    """The lines below every cell of the chunks, in order; what was found is merged."""
    for some in explorer.rounds(chunks):
        knowledge = explorer.knowledge()
        for texts, outcome in crew.answers(_work, ((chunk, knowledge) for chunk in some)):
            explorer.take_in(outcome)
            yield from texts


def _work(explorer: Explorer, task: tuple[Chunk, Any]) -> tuple[list[list[str]], Any]:
    chunk, knowledge = task
    branch = explorer.branch(knowledge)
    texts = branch.chunk_texts(chunk)
    return texts, branch.outcome()


