"""The proof that a neuron is nowhere on, or nowhere with one that it reads (format, 6.1).

In the second case the weight between them may be another number, as long as they are never both on
with that either.  It is a tree of cases: the neurons that it reads by way of others, from the
lowest layer that matters upwards, then those that it reads whose values raise it.  Of the others no
more is used than that their values are >= 0 and >= z.

>>> hidden = ([[1, 0], [0, 1]], [0, 0]), ([[1, -3], [-1, 2]], [0, 1]), ([[1, -9]], [-1])
>>> net = Network.dense([*hidden, ([[1]], [0])])
>>> row = {(2, 0): fmpq(1), (2, 1): fmpq(-9), None: fmpq(-1)}
>>> for line in never_together(net, Name(2, 1), Name(3, 0), row) or ():
...     print(line)
case 2:1
case 2:0
never 1 0 1:1 1 2:1 10
never 1 0 2:1 9
never 0 1
>>> never_together(net, Name(2, 0), Name(3, 0), row) is None
True
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import monotonic

from flint import fmpq

from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.lp import Form, Point, System, solve
from exactrev.lp.forms import added, unit_form, widened
from exactrev.lp.polyhedron import value
from exactrev.network.model import Network
from exactrev.network.reduction import Name

#: What a row of the system is called in a line: the later neuron's z, the earlier one's value.
_LATER, _EARLIER = "later", "earlier"


@dataclass(frozen=True)
class _Row:
    """A form that is > 0 (``strict``) or >= 0 on a part, and the neuron whose it is; with ``above``
    its value less its z.
    """

    form: Form
    strict: bool
    owner: Name | str
    above: bool = False


def never_together(
    network: Network,
    earlier: Name,
    later: Name,
    row: Row,
    names: Sequence[Sequence[Name]] | None = None,
    deadline: float = inf,
) -> list[str] | None:
    """The tree that proves that a neuron is nowhere on together with a later one that has this row;
    None if that is false, or if it was not proved by the ``deadline``.

    ``names`` are how lines name the network's neurons, layer by layer.
    """
    if not 0 < earlier.layer < later.layer:
        return None
    return _Tree(network, earlier, row, names, deadline).lines()


def never_on(
    network: Network,
    row: Row,
    names: Sequence[Sequence[Name]] | None = None,
    deadline: float = inf,
) -> list[str] | None:
    """As :func:`never_together` for a neuron with this row that is on nowhere at all."""
    return _Tree(network, None, row, names, deadline).lines()


class _Tree:
    def __init__(
        self,
        network: Network,
        earlier: Name | None,
        row: Row,
        names: Sequence[Sequence[Name]] | None,
        deadline: float,
    ) -> None:
        self._row, self._earlier = row, earlier
        self._names, self._deadline = names, deadline
        self._rows = [neuron_rows(network, k) for k in range(1, len(network.hidden) + 1)]
        named = [*_hidden(row), *([earlier] if earlier else [])]
        # what is read by way of others: its values are to be known exactly
        self._below = self._sources(named)
        later = [row, *(self._of(name) for name in (*named, *self._below) if name.layer > 1)]
        inputs = any(key is not None and key[0] == 0 for read in later for key in read)
        first = network.weight(1)
        # any values >= 0 may be the first layer's: then they are the unknowns, else the inputs
        self._onto = first.rank() == first.nrows() and not inputs
        self._size = first.nrows() if self._onto else network.inputs
        self._units = tuple(unit_form(k, self._size) for k in range(self._size))

    def _of(self, name: Name) -> Row:
        return self._rows[name.layer - 1][name.place]

    def _sources(self, names: Iterable[Name]) -> list[Name]:
        """The neurons that some neurons read, and what those read, from the lowest layer on."""
        found = set[Name]()
        waiting = list(names)
        while waiting:
            read = _hidden(self._of(waiting.pop()))
            waiting += [name for name in read if name not in found]
            found.update(read)
        return sorted(found)

    def lines(self) -> list[str] | None:
        """The whole tree."""
        rows: list[_Row] = []
        values: dict[Name, Form] = {}
        if self._onto:
            values = {Name(1, k): unit for k, unit in enumerate(self._units)}
            rows = [_Row(unit, False, name) for name, unit in values.items()]
        own = [] if self._earlier is None else [self._earlier]
        if own and own[0] in values:
            rows.append(_Row(values[own[0]], True, _EARLIER))
        rising = [name for name in _hidden(self._row) if self._row[name] > 0]
        todo = dict.fromkeys([*self._below, *own, *rising])
        return self._cases(rows, values, [name for name in todo if name not in values], None)

    def _cases(
        self,
        rows: list[_Row],
        values: Mapping[Name, Form],
        todo: Sequence[Name],
        inside: Point | None,
    ) -> list[str] | None:
        """The tree under a node at which these neurons are still to be decided.

        A point that is known to be ``inside`` is inside one of the two cases, which needs no linear
        program then.
        """
        if not todo:
            return self._last(rows, values)
        name, *others = todo
        z = self._form(name, values)
        lines = [f"case {self._called(name)}"]
        for on in (True, False):
            if name == self._earlier and not on:
                lines.append("never 0 1")
                continue
            part = [*rows, _Row(z if on else _scaled(z, fmpq(-1)), on, name)]
            here: Point | str | None = inside
            if inside is None or (value(z, inside.coordinates) > 0) != on:
                here = self._point(part, self._size)
            if isinstance(here, str):
                lines.append(here)
                continue
            known = {**values, name: z if on else _scaled(z, fmpq(0))}
            under = self._cases(part, known, others, here)
            if under is None:
                return None
            lines += under
        return lines

    def _last(self, rows: list[_Row], values: Mapping[Name, Form]) -> list[str] | None:
        """The leaf where all is decided that raises the later neuron."""
        known = [(name, self._row[name]) for name in _hidden(self._row)]
        falling = [(name, w) for name, w in known if name not in values]
        total = self._size + len(falling)
        inputs = {key: w for key, w in self._row.items() if key is None or not key[0]}
        z = widened(self._written(inputs, values), total)
        extra: list[_Row] = []
        for name, w in known:
            if name in values:
                z = added(z, widened(values[name], total), w)
        for place, (name, w) in enumerate(falling, self._size):
            unit = unit_form(place, total)
            z = added(z, unit, w)
            inner = widened(self._form(name, values), total)
            extra += [
                _Row(unit, False, name),
                _Row(added(unit, inner, fmpq(-1)), False, name, above=True),
            ]
        wide = [_Row(widened(r.form, total), r.strict, r.owner, r.above) for r in rows]
        leaf = self._point([*wide, *extra, _Row(z, True, _LATER)], total)
        return [leaf] if isinstance(leaf, str) else None

    def _point(self, rows: Sequence[_Row], dimension: int) -> Point | str | None:
        """A common point of the rows, or the leaf that shows that there is none; None if there is
        no time left.
        """
        if monotonic() > self._deadline:
            return None
        strict = [row for row in rows if row.strict]
        weak = [row for row in rows if not row.strict]
        found = solve(
            System(dimension, tuple(r.form for r in strict), tuple(r.form for r in weak))
        )
        if isinstance(found, Point):
            return found
        pairs = zip([*strict, *weak], found.multipliers, strict=True)
        return self._line([(row, y) for row, y in pairs if y])

    def _line(self, combination: Sequence[tuple[_Row, fmpq]]) -> str:
        factors: dict[Name | str, fmpq] = {r.owner: y for r, y in combination if not r.above}
        above = {r.owner: y for r, y in combination if r.above}
        tokens = [f"never {factors.pop(_LATER, fmpq(0))} {factors.pop(_EARLIER, fmpq(0))}"]
        for word, chosen in (("", factors), ("above", above)):
            if chosen and word:
                tokens.append(word)
            named = {self._called(name): y for name, y in chosen.items() if isinstance(name, Name)}
            tokens += [f"{name} {named[name]}" for name in sorted(named)]
        return " ".join(tokens)

    def _called(self, name: Name) -> Name:
        return name if self._names is None else self._names[name.layer - 1][name.place]

    def _form(self, name: Name, values: Mapping[Name, Form]) -> Form:
        """z of a neuron that reads values that are all known."""
        return self._written(self._of(name), values)

    def _written(self, row: Row, values: Mapping[Name, Form]) -> Form:
        """A row as a form in the unknowns."""
        total: Form = (*[fmpq(0)] * self._size, row.get(None, fmpq(0)))
        for key, w in row.items():
            if key is not None:
                read = values[Name(*key)] if key[0] else self._units[key[1]]
                total = added(total, read, w)
        return total


def _hidden(row: Row) -> list[Name]:
    """The hidden neurons that a row reads, in order."""
    return sorted(Name(*key) for key in row if key is not None and key[0])


def _scaled(form: Form, factor: fmpq) -> Form:
    return tuple(x * factor for x in form)
