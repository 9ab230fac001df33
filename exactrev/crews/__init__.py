"""Work that is divided: in this process, among processes, or on a Dask cluster.

Whoever does it, the answers come in the order of the tasks, and are the same.
"""

from exactrev.crews.crew import Answer, Crew, InTurn
from exactrev.crews.hiring import Cluster, Jobs, hire

__all__ = ["Answer", "Cluster", "Crew", "InTurn", "Jobs", "hire"]
