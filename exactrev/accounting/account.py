"""Every neuron and every weight of a network, set against what a recovery found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from flint import fmpq

from exactrev.accounting.causes import SECONDS, Causes, causes
from exactrev.accounting.lower_layers import LOWER_SECONDS, LowerLayers
from exactrev.accounting.standing import RECOVERED, Account, Standing
from exactrev.equivalence.partial_matching import Counterpart, counterparts
from exactrev.exact.six_digits import six_digits
from exactrev.network.folding import folded
from exactrev.network.model import Network
from exactrev.network.reduction import Name, reduce_structurally
from exactrev.recovery import Recovery
from exactrev.recovery.together import Together
from exactrev.symmetries.parameters import Parameter, parameters


def accounted(network: Network, recovery: Recovery) -> Account:
    """Set a network against what a recovery of it found."""
    if recovery.isomorphic:
        return Account(
            dict.fromkeys(_hidden(network), RECOVERED),
            dict.fromkeys(parameters(network), RECOVERED),
        )
    return _Accounting(network, recovery).account()


def _hidden(network: Network) -> list[Name]:
    return [name for layer in _own_names(network) for name in layer]


def _own_names(network: Network) -> tuple[tuple[Name, ...], ...]:
    layers = enumerate(network.hidden, 1)
    return tuple(tuple(Name(number, i) for i in range(layer.size)) for number, layer in layers)


def _matched(
    network: Network, names: Sequence[Sequence[Name]], result: Network | None
) -> tuple[Network | None, dict[Name, Counterpart]]:
    """The result, and what in it the network's neurons are, which have these names."""
    if result is None:
        return None, {}
    found = counterparts(network, result)
    return result, {names[name.layer - 1][name.place]: other for name, other in found.items()}


#: Characters of a number in a reason.
_LONGEST = 24


class _Accounting:
    """The work on one network and one result that is not isomorphic to it."""

    def __init__(self, network: Network, recovery: Recovery) -> None:
        self._network, self._recovery = network, recovery
        self._causes: Causes | None = causes(network)
        listed = self._causes is not None or not network.hidden
        self._together = None if listed else Together(network, SECONDS)
        self._lower = None if self._causes else LowerLayers(network, LOWER_SECONDS)
        never = self._causes.never if self._causes else ()
        always = self._causes.always if self._causes else ()
        result = recovery.network or recovery.hidden_layers
        self._folded = folded(network, never, always)
        reduced = reduce_structurally(self._folded)
        smaller = recovery.network and reduce_structurally(recovery.network).network
        # the result may have been freed of what cannot matter, or not
        self._result, self._matched = max(
            (
                _matched(reduced.network, reduced.names, smaller or result),
                _matched(network, _own_names(network), result),
            ),
            key=lambda pair: sum(match.whole for match in pair[1].values()),
        )
        self._standings: dict[Name, Standing] = {}

    def account(self) -> Account:
        for name in _hidden(self._network):
            self._standings[name] = self._judged(name)
        for name in _hidden(self._network):
            if self._standings[name].state == "unexplained":
                self._standings[name] = self._turned(name) or self._standings[name]
        return Account(self._standings, {p: self._weight(p) for p in parameters(self._network)})

    # -- neurons -------------------------------------------------------------------------------

    def _judged(self, name: Name) -> Standing:
        """The standing of a neuron, those it reads being judged already."""
        match = self._matched.get(name)
        if match is not None and match.whole and match.factor > 0:
            return RECOVERED
        clauses = self._causes.of_neuron(name) if self._causes else self._never_seen(name)
        if self._recovery.equal:
            return Standing("not needed", self._dispensable(name, match, clauses))
        if not clauses and self._lower:
            clauses = self._lower.never_switches(name)
        if clauses:
            return Standing("assumption fails", "; ".join(clauses))
        missing = self._missing(self._sources(name))
        if missing:
            return Standing("depends", f"it reads {_listed(missing)}")
        if self._lower and (uncrossed := self._lower.uncrossed(name)):
            others = ", ".join(map(str, uncrossed))
            return Standing("assumption fails", f"its boundary does not cross that of {others}")
        return Standing("unexplained", self._said_of(name))

    def _never_seen(self, name: Name) -> tuple[str, ...]:
        """Why a neuron lacks weights, where regions are too many: what it reads so is never on with
        it.  Nothing if that does not explain all that it lacks.
        """
        if self._together is None or name not in self._matched:
            return ()
        own = [p for p in parameters(self._network) if (p.layer, p.neuron) == name]
        lacking = [p for p in own if self._in_result(p) != _value(self._network, p)]
        sources = [Name(p.source, p.place) for p in lacking]
        if all(s.layer > 0 and self._together.never(s, name) for s in sources):
            return tuple(f"{source} and {name} are never on together" for source in sources)
        return ()

    def _dispensable(
        self, name: Name, match: Counterpart | None, clauses: tuple[str, ...]
    ) -> str:
        """Why an equal network does without a neuron."""
        rule = self._rules.get(name)
        if rule is not None:
            return rule
        if match is not None and match.whole:
            return "in the result, proved equal, it points the other way"
        known = "; ".join(clauses)
        return f"{known}; the result is proved equal without it" if known else (
            "the result is proved equal without it"
        )

    @cached_property
    def _rules(self) -> dict[Name, str]:
        """What the weights show of neurons that cannot matter."""
        said = {}
        for step in reduce_structurally(self._network).steps:
            said[step.neuron] = {
                "off": "it is never on, as its weights show",
                "on": "it is always on, as its weights show: its part is folded",
                "merge": f"it is {step.scale} times {step.into}: only their sum counts",
                "unread": "nothing that matters reads it",
            }[step.rule]
        return said

    def _sources(self, name: Name) -> list[Name]:
        """The hidden neurons that a neuron reads."""
        layer = self._network.layers[name.layer - 1]
        return [
            Name(source, place)
            for source, matrix in layer.weights
            if source
            for place in range(matrix.ncols())
            if matrix[name.place, place]
        ]

    def _missing(self, names: Iterable[Name]) -> list[Name]:
        """Those of the neurons that are missing for a known reason."""
        return [name for name in names if self._standings[name].explained]

    def _turned(self, name: Name) -> Standing | None:
        """Of a neuron that is found but for its direction: its readers were to tell that."""
        match = self._matched.get(name)
        if match is None or not match.whole:
            return None
        readers = [other for other in _hidden(self._network) if name in self._sources(other)]
        missing = self._missing(readers)
        if readers and len(missing) == len(readers):
            return Standing(
                "depends", f"its direction is told by what reads it, {_listed(missing)}"
            )
        return None

    def _said_of(self, name: Name) -> str:
        """What the search itself said."""
        said = {item.what: item.reason for item in self._recovery.unresolved}
        return said.get(f"neuron {name}") or said.get(f"layer {name.layer}") or next(
            iter(said.values()), "not found"
        )

    # -- weights -------------------------------------------------------------------------------

    def _weight(self, weight: Parameter) -> Standing:
        there = self._in_result(weight)
        if there is not None and there == _value(self._network, weight):
            return RECOVERED
        ends = [
            name
            for name in (Name(weight.layer, weight.neuron), Name(weight.source, weight.place))
            if 0 < name.layer < len(self._network.layers)
        ]
        missing = [name for name in ends if self._standings[name].state != "recovered"]
        if self._recovery.equal:
            if missing:
                return Standing("not needed", f"{missing[0]}: {self._standings[missing[0]].reason}")
            what = "not there" if there is None else _shown(there)
            return Standing("not needed", f"it is {what} in the result, proved equal")
        if missing and self._standings[missing[0]].explained:
            return Standing("depends", f"it is of {missing[0]}")
        if there is not None and there == _value(self._folded, weight):
            return Standing("depends", "it is found in a sum with that of a neuron always on")
        if not missing and self._causes and weight.source > 0 and len(ends) == 2:
            clauses = self._causes.of_weight(weight)
            if clauses:
                return Standing("assumption fails", "; ".join(clauses))
        if weight.layer == len(self._network.layers):
            others = self._missing(_hidden(self._network))
            if others:
                return Standing(
                    "depends", f"outputs are found over all hidden layers; {_listed(others)}"
                )
        if missing:
            return Standing("unexplained", f"it is of {missing[0]}")
        return Standing("unexplained", self._said_of(ends[0]) if ends else "not found")

    def _in_result(self, weight: Parameter) -> fmpq | None:
        """A weight or bias of the result, in the network's scale; None if it has no such."""
        reader = self._place(Name(weight.layer, weight.neuron))
        source = self._place(Name(weight.source, weight.place)) if weight.source > 0 else None
        if reader is None or (weight.source > 0 and source is None):
            return None
        assert self._result is not None
        if weight.source < 0:
            return self._result.bias(reader.layer)[reader.index, 0] / reader.factor
        if source is None:
            number, place, scale = 0, weight.place, fmpq(1)
        else:
            number, place, scale = source.layer, source.index, source.factor
        value = self._result.weight(reader.layer, number)[reader.index, place]
        if not value and not reader.whole and self._recovery.network is None:
            return None  # open weights stand as 0
        return value * scale / reader.factor

    def _place(self, name: Name) -> Counterpart | None:
        """Where a neuron or output is in the result, if it points the right way there."""
        if name.layer == len(self._network.layers):
            result = self._recovery.network
            if result is None or self._result is None:
                return None
            return Counterpart(len(self._result.layers), name.place, fmpq(1), True)
        match = self._matched.get(name)
        return match if match is not None and match.factor > 0 else None


def _value(network: Network, weight: Parameter) -> fmpq:
    if weight.source < 0:
        return network.bias(weight.layer)[weight.neuron, 0]
    return network.weight(weight.layer, weight.source)[weight.neuron, weight.place]


def _listed(names: list[Name]) -> str:
    shown = ", ".join(map(str, names[:4]))
    missing = f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
    return f"{missing}, missing for a known reason"


def _shown(x: fmpq) -> str:
    """A number that is long in full is in the result's file; here about how large it is."""
    text = str(x)
    return text if len(text) <= _LONGEST else f"about {six_digits(x)}"
