"""A VNN-LIB query with the networks that it speaks of: what is asked, as parts of linear forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from flint import fmpq

from exactrev.errors import ExactRevError, InputError
from exactrev.lp.polyhedron import Form, Polyhedron, value
from exactrev.network.model import Network
from exactrev.verification.joint import side_by_side
from exactrev.vnnlib import Case, Constraint, NetworkDeclaration, Query, Variable, cases


class NotProved(ExactRevError):
    """A search ended without a proof: it was stopped, or an input has the property."""


@dataclass(frozen=True)
class Bound:
    """A form of all inputs, then all outputs, that is to be >= 0, or > 0 where strict."""

    form: Form
    strict: bool

    def holds(self, values: Sequence[fmpq]) -> bool:
        """Whether it holds for these inputs and outputs."""
        found = value(self.form, values)
        return bool(found > 0 if self.strict else found >= 0)


@dataclass(frozen=True)
class Part:
    """The points of a domain where all bounds of one of the conjunctions hold."""

    domain: Polyhedron
    conjunctions: tuple[tuple[Bound, ...], ...]


@dataclass(frozen=True)
class Instance:
    """A query about these networks, in the order of the query's declarations."""

    query: Query
    networks: tuple[Network, ...]

    @cached_property
    def joint(self) -> Network:
        """The networks as one, from ``query.inputs`` to ``query.outputs``."""
        return side_by_side(self.networks)

    def parts(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Part]:
        """What is asked: the query's property holds exactly where it does in one of the parts.

        There may be very many; raises NotProved once ``stop`` says so.
        """
        outputs = self.query.outputs or tuple(Variable("Y", i) for i in range(self.joint.outputs))
        columns = {variable: j for j, variable in enumerate((*self.query.inputs, *outputs))}
        for _, some in groupby(cases(self.query), key=lambda case: id(case.domain)):
            listed = list(_until(stop, some))
            conjunctions = [_bounds(case, columns) for case in listed]
            yield Part(listed[0].domain, tuple(dict.fromkeys(conjunctions)))

    def assignment(self, point: Sequence[fmpq]) -> dict[str, fmpq]:
        """The value of every input and output that the query declares, by its name there."""
        variables = (*self.query.inputs, *self.query.outputs)
        values = (*point, *self.joint(point))
        return {
            self.query.label(variable): x for variable, x in zip(variables, values, strict=False)
        }

    def holds(self, point: Sequence[fmpq]) -> bool:
        """Whether the property holds at a point."""
        variables = (*self.query.inputs, *self.query.outputs)
        values = dict(zip(variables, (*point, *self.joint(point)), strict=False))
        return self.query.assertion.holds(values)


def _until(stop: Callable[[], bool], some: Iterable[Case]) -> Iterator[Case]:
    for case in some:
        if stop():
            raise NotProved("the search was stopped")
        yield case


def _bounds(case: Case, columns: Mapping[Variable, int]) -> tuple[Bound, ...]:
    return tuple(_bound(constraint, columns) for constraint in case.constraints)


def _bound(constraint: Constraint, columns: Mapping[Variable, int]) -> Bound:
    form = [fmpq(0)] * (len(columns) + 1)
    for variable, coefficient in constraint.terms:
        form[columns[variable]] = coefficient
    form[-1] = constraint.constant
    return Bound(tuple(form), constraint.strict)


def bind(query: Query, networks: Mapping[str, Network]) -> Instance:
    """The query about networks that are given by the names it has for them.

    One network given as "" is the query's only one.  A network declared ``equal-to`` another need
    not be given.  Raises InputError where a network is missing, unknown or of another shape, or
    not related to another as the query says; or where the query speaks of hidden values.
    """
    declared = {network.name: network for network in query.networks}
    if list(networks) == [""] and len(declared) == 1:
        networks = {query.networks[0].name: networks[""]}
    unknown = [name for name in networks if name not in declared]
    if unknown:
        names = ", ".join(repr(name) for name in declared if name)
        known = f"it has {names}" if names else "its one network has no name"
        raise InputError(f"the query has no network {unknown[0]!r}; {known}")
    chosen: dict[str, Network] = {}
    for name, declaration in declared.items():
        chosen[name] = _chosen(declaration, networks, chosen)
    _demand_no_hidden(query)
    return Instance(query, tuple(chosen.values()))


def _chosen(
    declaration: NetworkDeclaration, given: Mapping[str, Network], before: Mapping[str, Network]
) -> Network:
    """The network that implements a declaration."""
    name, relation = declaration.name, declaration.relation
    network = given.get(name)
    if network is None and relation is not None and relation.kind == "equal-to":
        network = before[relation.network]
    if network is None:
        raise InputError(f"the query's network {name!r} is not given (--network {name}=FILE)")
    label = f"network {name!r}" if name else "the network"
    _demand_size(label, "inputs", declaration.input_size, network.inputs)
    if declaration.outputs:
        _demand_size(label, "outputs", declaration.output_size, network.outputs)
    if relation is not None:
        other = before[relation.network]
        if relation.kind == "equal-to" and network != other:
            raise InputError(f"{label} is not equal to {relation.network!r}, as the query says")
        if relation.kind == "isomorphic-to" and _graph(network) != _graph(other):
            raise InputError(f"{label} has another graph than {relation.network!r}")
    return network


def _demand_size(label: str, what: str, declared: int, found: int) -> None:
    if declared != found:
        raise InputError(f"{label} has {found} {what}, the query declares {declared}")


def _graph(network: Network) -> tuple[object, ...]:
    """What is the same for two networks that differ in their weights only."""
    sources = tuple(tuple(source for source, _ in layer.weights) for layer in network.layers)
    return network.architecture, sources


def _demand_no_hidden(query: Query) -> None:
    """Raise InputError if a constraint reads a value that is neither input nor output."""
    hidden = {tensor.name for network in query.networks for tensor in network.hidden}
    pending = [query.assertion]
    while hidden and pending:
        formula = pending.pop()
        if isinstance(formula, Constraint):
            for variable, _ in formula.terms:
                if variable.tensor in hidden:
                    raise InputError(f"the query constrains the hidden value {variable.tensor}")
        else:
            pending += formula.parts
