"""Which crew does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exactrev.crews.crew import Crew, InTurn, Make


@dataclass(frozen=True)
class Cluster:
    """A running Dask cluster, by the address of its scheduler."""

    address: str


#: A number of processes on this machine, or a cluster.
Jobs = int | Cluster


def hire(
    jobs: Jobs, make: Make, stop: Callable[[], bool] = lambda: False, here: Any = None
) -> Crew:
    """A crew whose members hold what ``make`` makes; ``stop`` is asked while answers are awaited.

    ``here`` is what this process holds already, if it does.  ``make`` and all work must be
    picklable unless ``jobs`` is 1.  Raises InputError if a cluster
    cannot be reached, ModuleNotFoundError without the package that it needs.
    """
    if isinstance(jobs, Cluster):
        from exactrev.crews.cluster import OnCluster

        return OnCluster(jobs.address, make, stop)
    if jobs > 1:
        from exactrev.crews.processes import Processes

        return Processes(jobs, make, stop)
    return InTurn(make(stop) if here is None else here)
