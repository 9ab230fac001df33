"""How much memory this process may still take, so that a search can end before it is killed."""

from __future__ import annotations

import os
from pathlib import Path

_RESERVE = 512 * 2**20  # what a round of a search and writing the result may take, at least
_SHARE = 4  # and this part of what the search holds


def memory_is_short() -> bool:
    """Whether what is left is needed to end well; False where the system does not tell."""
    used, left = _used(), _left()
    return used is not None and left is not None and left < max(_RESERVE, used // _SHARE)


def _used() -> int | None:
    """Bytes of memory that this process holds."""
    return _pages(1)


def _left() -> int | None:
    """Bytes until this process meets its limit on address space, or the machine its end."""
    bounds = [left for left in (_available(), _until_limit()) if left is not None]
    return min(bounds, default=None)


def _available() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def _until_limit() -> int | None:
    try:
        import resource
    except ImportError:  # not a Unix
        return None
    limit, size = resource.getrlimit(resource.RLIMIT_AS)[0], _pages(0)
    return None if limit == resource.RLIM_INFINITY or size is None else limit - size


def _pages(column: int) -> int | None:
    try:
        sizes = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return None
    return int(sizes[column]) * os.sysconf("SC_PAGE_SIZE")
