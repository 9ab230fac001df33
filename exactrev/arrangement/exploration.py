"""The regions of a network on a domain, and the certificate that they are all.

>>> net = Network.dense([([[1], [1]], [0, -1]), ([[1, 1]], [0])])    # relu(x) + relu(x - 1)
>>> found = regions(net, depth=1)
>>> found.counts, found.complete
((3, 2), True)
>>> sorted(found.patterns())
[((False, False),), ((True, False),), ((True, True),)]
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.chunks import TextsOf
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.explore import Explorer
from exactrev.arrangement.forms import UNDECIDED, Floats, NetworkRows
from exactrev.arrangement.found import Found
from exactrev.arrangement.norm import choose_norm
from exactrev.arrangement.regions import Regions
from exactrev.arrangement.workers import workers
from exactrev.certificate.claims import HEADER, domain_lines
from exactrev.certificate.files import write_certificate
from exactrev.crews import Jobs
from exactrev.errors import InputError
from exactrev.exact.rational import from_floats, to_float
from exactrev.lp import Motzkin, interior_point
from exactrev.lp.polyhedron import Polyhedron, value
from exactrev.network.model import Network

#: Where regions are looked for: a polyhedron, cvxpy constraints, or everywhere.
Domain = Polyhedron | Sequence[Any] | None


class Exploration:
    """A search for all faces down to a codimension, as the lines of its certificate.

    Take the lines, all of them, then ask for the result.  ``stop`` is called often; once it is
    true the search ends early, and the certificate says which branches it left open.  The result
    does not depend on ``jobs``: the number of processes, or a cluster.
    """

    def __init__(
        self,
        network: Network,
        domain: Domain = None,
        depth: int = 0,
        stop: Callable[[], bool] = lambda: False,
        jobs: Jobs = 1,
    ) -> None:
        self.network = network
        self.domain = proper_rows(_polyhedron(domain, network.inputs))
        if self.domain.dimension != network.inputs:
            raise InputError(
                f"the domain has {self.domain.dimension} dimensions, "
                f"the network {network.inputs} inputs"
            )
        if not 0 <= depth <= network.inputs:
            raise InputError(f"no faces of codimension {depth} in {network.inputs} dimensions")
        self.depth, self.found = depth, Found.nothing(depth)
        self._stop, self._jobs = stop, jobs

    def lines(self) -> Iterator[str]:
        """The certificate (claim ``regions``), line by line as the search goes on."""
        rows = NetworkRows(self.network, self.domain)
        norm = choose_norm(rows)
        yield from HEADER
        yield "claim regions A"
        yield f"network A {self.network.sha256}"
        yield from self.network.text()
        yield from domain_lines(self.domain)
        yield f"depth {self.depth}"
        if norm is not None:
            yield from norm.lines()
        yield "proof"
        explorer = Explorer(rows, norm, self.depth, self.found, self._stop)
        with workers(explorer, self._jobs) as texts_of:
            yield from tree_lines(explorer, texts_of)
        yield " ".join(["count", *map(str, self.found.counts)])
        yield "end"

    def result(self) -> Regions:
        """What was found, once all lines have been taken."""
        found = self.found
        return Regions(
            self.network,
            self.domain,
            tuple(found.counts),
            found.open_branches,
            found.open_regions,
            found,
        )


def tree_lines(explorer: Explorer, texts_of: TextsOf | None = None) -> Iterator[str]:
    """The steps of the tree on the explorer's whole domain.

    ``texts_of`` may have the chunks of the first layer's cells worked out apart.
    """
    rows = explorer.arrangement
    near = np.random.default_rng(0).normal(size=rows.n) / 64  # in general position
    if not (rows.fit_floats and _inside(rows, near)):
        answer = interior_point(rows.n, rows.domain_rows_exactly)
        if isinstance(answer, Motzkin):
            yield explorer.exact.empty_line(Cells.root(rows, near))
            return
        near = np.array([to_float(x) for x in answer])
        if not (rows.fit_floats and _inside(rows, near)):  # too large or thin for floats
            numbers = tuple(range(rows.domain_rows))
            root = ExactCell((UNDECIDED,) * rows.neurons, numbers, (), tuple(answer))
            yield from explorer.exactly(root)
            return
    yield from explorer.lines(Cells.root(rows, near), texts_of)


def _polyhedron(domain: Domain, inputs: int) -> Polyhedron:
    if domain is None:
        return Polyhedron(inputs)
    if isinstance(domain, Polyhedron):
        return domain
    from exactrev.lp.cvxpy_domain import read_polyhedron

    return read_polyhedron(domain)


def _inside(rows: NetworkRows, near: Floats) -> bool:
    """Whether every row of the domain is positive at a point with float coordinates."""
    if not np.isfinite(near).all():
        return False
    point = from_floats(near.tolist())
    return all(value(form, point) > 0 for form in rows.domain_rows_exactly)


def proper_rows(domain: Polyhedron) -> Polyhedron:
    """The domain without rows that hold everywhere; if one holds nowhere, 0 >= x_1 >= 1.

    Rows with no coefficients are not half-spaces; the certificate format has none.
    """
    rows = [row for row in domain.rows if any(row[:-1]) or row[-1] < 0]
    if all(any(row[:-1]) for row in rows):
        return Polyhedron(domain.dimension, tuple(rows))
    zeros = (fmpq(0),) * (domain.dimension - 1)
    return Polyhedron(domain.dimension, ((fmpq(1), *zeros, fmpq(-1)), (fmpq(-1), *zeros, fmpq(0))))


def regions(
    network: Network,
    domain: Domain = None,
    depth: int = 0,
    stop: Callable[[], bool] = lambda: False,
    jobs: Jobs = 1,
) -> Regions:
    """All regions that meet the interior of the domain (default R^n), faces down to ``depth`` too.

    The domain is a Polyhedron or affine cvxpy constraints on one vector variable, read exactly.
    Raises InputError if the domain or the depth do not fit the network.
    """
    exploration = Exploration(network, domain, depth, stop, jobs)
    for _ in exploration.lines():
        pass
    return exploration.result()


def write_regions_certificate(
    network: Network,
    domain: Domain,
    path: str | os.PathLike[str],
    depth: int = 0,
    stop: Callable[[], bool] = lambda: False,
    jobs: Jobs = 1,
) -> Regions:
    """The same, with the certificate written to a file while the search goes on."""
    exploration = Exploration(network, domain, depth, stop, jobs)
    write_certificate(exploration.lines(), path)
    return exploration.result()
