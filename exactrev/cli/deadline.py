"""A time limit on a computation that knows nothing of time."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from exactrev.errors import TimeLimitExceeded


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Raise TimeLimitExceeded inside, once ``seconds`` have passed (None: never).

    Needs the main thread of a system with SIGALRM; takes effect between two Python instructions.
    """
    if seconds is None:
        yield
        return

    def expired(signum: int, frame: FrameType | None) -> NoReturn:
        raise TimeLimitExceeded(f"the limit of {seconds:g} seconds is reached")

    before = signal.signal(signal.SIGALRM, expired)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
