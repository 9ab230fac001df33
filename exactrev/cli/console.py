"""The two streams: results on stdout, one-line complaints and progress on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def one_line(message: object) -> str:
    """The message with every run of white space and control characters turned into one space.

    >>> one_line("net.json: line 1\\n  is not\\x00 JSON")
    'net.json: line 1 is not JSON'
    """
    text = str(message)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def complain(message: object) -> None:
    """One line on stderr."""
    _say(f"exactrev: {one_line(message)}")


def report_progress(message: str) -> None:
    """One line of progress on stderr."""
    _say(one_line(message))


def _say(line: str) -> None:
    if sys.stderr is not None:  # print(file=None) would land on stdout
        with contextlib.suppress(OSError, ValueError):  # nobody reads stderr: not our fault
            print(line, file=sys.stderr, flush=True)


def emit(text: str) -> bool:
    """Write the result to stdout; False when it could not be written for another reason than a
    reader that has gone away."""
    if sys.stdout is None:
        return True
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        print(text)
    except OSError as error:
        return _abandoned(error)
    return flush()


def flush() -> bool:
    """Flush stdout, treating a reader that has gone away as no fault."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        return _abandoned(error)
    return True


def _abandoned(error: OSError) -> bool:
    """Let the interpreter's last flush go nowhere, whatever is left in the buffer."""
    _discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return True
    complain(f"stdout: {error.strerror}")
    return False


def _discard(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, stream.fileno())
        os.close(sink)
