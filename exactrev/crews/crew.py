"""Who works out tasks, and the order in which the answers come.

A crew's members each hold one thing, made by ``make``, which is given what to ask whether to stop.
Work is a function of what is held and of a task; its answer must depend on nothing else.

>>> with InTurn(4) as crew:
...     list(crew.answers(lambda held, task: held * task, range(3)))
[0, 4, 8]
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

#: Gives the answer to a task once it is there.
Answer = Callable[[], Any]
#: Makes what a member of a crew holds, given what to ask whether to stop.
Make = Callable[[Callable[[], bool]], Any]
#: Works out a task with what is held.
Work = Callable[[Any, Any], Any]

_AHEAD = 2  # tasks under way for each member


class Crew(ABC):
    """A context in which tasks are worked out; ``size`` is the number of members."""

    size: int

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.dismiss()

    @abstractmethod
    def send(self, work: Work, task: Any) -> Answer:
        """Have a task worked out."""

    @abstractmethod
    def dismiss(self) -> None:
        """End all work."""

    @property
    def ahead(self) -> int:
        """How many tasks it is good to have under way."""
        return _AHEAD * self.size

    def answers(self, work: Work, tasks: Iterable[Any]) -> Iterator[Any]:
        """The answers in the order of the tasks, of which few are under way at a time."""
        waiting: deque[Answer] = deque()
        for task in tasks:
            waiting.append(self.send(work, task))
            if len(waiting) >= self.ahead:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


class InTurn(Crew):
    """This process: a task is worked out when its answer is asked for."""

    size = 1

    def __init__(self, held: Any) -> None:
        self._held = held

    def send(self, work: Work, task: Any) -> Answer:
        """Keep the task until its answer is asked for."""
        return lambda: work(self._held, task)

    def dismiss(self) -> None:
        """Nothing is under way."""
