"""Trees that cover a domain by cells on which the difference of two networks is affine.

What is done with a cell, subclasses say; here is what they share: the arrangement, the domain's
interior, the certificate round the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from exactrev.arrangement.coordinates import independent_coordinates
from exactrev.arrangement.exploration import proper_rows, tree_lines
from exactrev.arrangement.explore import Explorer, Found
from exactrev.arrangement.forms import NetworkRows
from exactrev.arrangement.norm import choose_norm
from exactrev.certificate.claims import difference_certificate, domain_lines, reduction_lines
from exactrev.equivalence.comparison import Comparison
from exactrev.errors import ExactRevError, InputError
from exactrev.lp import Form, Motzkin, interior_point
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Layer, Network

Point = tuple[fmpq, ...]


class NotProved(ExactRevError):
    """A search ended without a proof of its claim: it was stopped, or the claim is false."""


class DifferenceExplorer(Explorer):
    """Goes through the cells of a domain on which the reduced difference is affine."""

    def __init__(
        self, comparison: Comparison, domain: Polyhedron | None, stop: Callable[[], bool]
    ) -> None:
        proper = proper_domain(comparison.a.inputs, domain)
        network = comparison.reduction.network
        coordinates = independent_coordinates(_outputs_hidden(network), proper)
        rows = NetworkRows(network, proper, coordinates)
        super().__init__(rows, choose_norm(rows), 0, Found.nothing(0), stop)
        self.comparison = comparison
        self.cells = 0

    @property
    def outputs(self) -> range:
        """The outputs of the two networks."""
        return range(self.arrangement.network.outputs)

    def exact_output(self, signs: tuple[int, ...], output: int) -> Form:
        """The difference of an output where the neurons have these signs."""
        return self.exact.form(signs, self.arrangement.neurons + output)

    def certificate(self, kind: str, last: Callable[[], Iterator[str]]) -> Iterator[str]:
        """The certificate of a claim, as the search goes on; ``last`` gives what follows the tree.

        Raises NotProved at the end of the tree if branches were left open.
        """
        comparison = self.comparison
        return difference_certificate(
            kind, comparison.a, comparison.b, comparison.scale, comparison.shift,
            self._preliminaries(), self._steps(last),
        )  # fmt: skip

    def _preliminaries(self) -> Iterator[str]:
        yield from reduction_lines(self.comparison.reduction)
        yield from domain_lines(self.arrangement.domain)
        yield "depth 0"
        if self.norm is not None:
            yield from self.norm.lines()

    def _steps(self, last: Callable[[], Iterator[str]]) -> Iterator[str]:
        yield from tree_lines(self)
        if self.found.open_branches:
            raise NotProved("the search was stopped")
        yield from last()


def proper_domain(inputs: int, domain: Polyhedron | None) -> Polyhedron:
    """The domain as the certificate has it; raises InputError unless it has interior points."""
    domain = domain or Polyhedron(inputs)
    if domain.dimension != inputs:
        raise InputError(f"the domain has {domain.dimension} dimensions, not {inputs}")
    proper = proper_rows(domain)
    if isinstance(interior_point(inputs, proper.rows), Motzkin):
        raise InputError("the domain has no interior points")
    return proper


def _outputs_hidden(network: Network) -> Network:
    """The network with its outputs in a further hidden layer."""
    return Network(network.inputs, (*network.layers, Layer.of({}, [0])))
