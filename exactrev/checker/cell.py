"""The cell of the current node of a tree, and what follows from its rows (format, section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from exactrev.checker.forms import Form, Span, combination
from exactrev.checker.lines import Refused
from exactrev.checker.norm import Norm
from exactrev.checker.preactivations import Layer, OpenLayer


class Side(Enum):
    """How a neuron is decided on a cell: z > 0, z < 0, z = 0 as an equality row, z = 0 anyway."""

    ON = "on"
    OFF = "off"
    WALL = "wall"
    ZERO = "zero"


class Cell:
    """A relatively open polyhedron: every row is positive on it, walls are zero.

    At first the interior of the domain; :meth:`decide` cuts it down, :meth:`undo` takes that back.
    Domain rows and neurons go by their row numbers.
    """

    def __init__(
        self,
        dimension: int,
        domain: Sequence[Form],
        layers: Sequence[Layer],
        scale: int,
        norm: Norm | None,
    ) -> None:
        self.domain = domain
        self.walls: set[int] = set()
        self.span = Span()
        self.nothing: Form = (0,) * (dimension + 1)
        self.scale = scale
        self._dimension, self._layers, self._norm = dimension, layers, norm
        self._first = len(domain)
        self._rows: dict[int, Form] = dict(enumerate(domain))
        self._on: dict[int, Form] = {}
        self._zero: set[int] = set()
        self._decided: list[int] = []
        self._open = [OpenLayer(layers[0], {}, dimension, scale)] if layers else []
        self._bound: Form | None = None

    # -- decisions -----------------------------------------------------------------------------

    @property
    def decisions(self) -> int:
        """How many neurons are decided."""
        return len(self._decided)

    @property
    def complete(self) -> bool:
        """Whether every neuron is decided."""
        return not self._layers or self.decisions == self._layers[-1].end - self._first

    def on_or_not(self) -> list[tuple[int, bool]]:
        """The neurons decided, in the order in which they were, and whether they are on."""
        return [(neuron, neuron in self._on) for neuron in self._decided]

    def signs(self) -> tuple[int, ...]:
        """The signs of all neurons: 1 (on), -1 (off), 0 (wall or zero); all must be decided."""
        zero = self.walls | self._zero
        numbers = range(self._first, self._first + self.decisions)
        return tuple([1 if k in self._on else 0 if k in zero else -1 for k in numbers])

    def preactivation(self, neuron: int) -> Form:
        """The z of a neuron; refused unless it is undecided and all earlier layers are decided."""
        layer = self._open[-1] if self._open else None
        if layer is None or not layer.first <= neuron < layer.end:
            raise Refused("no neuron of the first layer that is not wholly decided")
        if neuron in self._rows or neuron in self._zero:
            raise Refused("the neuron is decided already")
        return layer.form(neuron)

    def decide(self, neuron: int, form: Form, side: Side) -> None:
        """Restrict the cell to one side of a neuron, whose preactivation the form is.

        That of a wall must be independent of the other walls.
        """
        if side is Side.ON:
            self._rows[neuron] = self._on[neuron] = form
        elif side is Side.OFF:
            self._rows[neuron] = tuple([-value for value in form])
        elif side is Side.ZERO:
            self._zero.add(neuron)
        else:
            self._rows[neuron] = form
            self.walls.add(neuron)
            self.span.push(form)
        self._decided.append(neuron)
        if self._first + len(self._decided) == self._open[-1].end and not self.complete:
            following = self._layers[len(self._open)]
            self._open.append(OpenLayer(following, self._on, self._dimension, self.scale))

    def undo(self, decisions: int) -> None:
        """Take back all but the first so many decisions."""
        while self.decisions > decisions:
            neuron = self._decided.pop()
            self._rows.pop(neuron, None)
            self._on.pop(neuron, None)
            self._zero.discard(neuron)
            if neuron in self.walls:
                self.walls.remove(neuron)
                self.span.pop()
            if self._norm and neuron in self._norm.factors:
                self._bound = None
        while self._open[-1].first - self._first > decisions:
            self._open.pop()

    def is_never(self, side: Side, neuron: int) -> bool:
        """Whether the neuron is decided, and not ON (not OFF) anywhere on the cell or its closure.

        Asked of cells without walls.
        """
        if neuron in self._zero:
            return True
        return neuron in self._rows and (neuron in self._on) == (side is Side.OFF)

    # -- what follows --------------------------------------------------------------------------

    def has_row(self, number: int) -> bool:
        """Whether the cell has a row of this number."""
        return number in self._rows

    def row(self, number: int) -> Form:
        """The row of this number, which the cell must have: a neuron's is -z where it is off."""
        return self._rows[number]

    def require(self, factor: int, form: Form, residual: int, pairs: list[int]) -> int:
        """Refused unless the combination holds; returns its rest, which is nonnegative then."""
        rest = self.rest(factor, form, residual, pairs)
        if rest < 0:
            raise Refused("the combination leaves a negative constant")
        return rest

    def rest(self, factor: int, form: Form, residual: int, pairs: list[int]) -> int:
        """Refused unless factor times form is a sum of rows, a constant, and what is nonnegative.

        ``pairs`` are row number, multiplier, and so on.  Returns the constant, scaled as forms are:
        on the cell, factor times form is at least the sum of multiplier times row, plus it.
        """
        numbers, multipliers = pairs[::2], pairs[1::2]
        try:
            rows = [self._rows[number] for number in numbers]
        except KeyError:
            raise Refused("a row is named that the cell does not have") from None
        if numbers != sorted(set(numbers)):
            raise Refused("rows are named once each, in ascending order")
        if min(multipliers, default=1) < 0 and any(
            y < 0 and k not in self.walls for k, y in zip(numbers, multipliers, strict=True)
        ):
            raise Refused("the multiplier of a row that is no wall is negative")
        factors, forms = [-factor, *multipliers], [form, *rows]
        if residual:
            factors.append(residual)
            forms.append(self._norm_bound())
        *linear, constant = combination(factors, forms)
        if sum(map(abs, linear)) > residual * self.scale:
            raise Refused("the combination leaves more than the residual")
        return -constant

    def _norm_bound(self) -> Form:
        """h: an affine form that is at least |x|_inf on the cell."""
        if self._bound is None:
            if self._norm is None:
                raise Refused("there is no norm for a residual")
            factors, forms = [1], [(*self.nothing[1:], self._norm.constant)]
            for number, factor in self._norm.factors.items():
                row = self._rows.get(number)
                if row is None and number not in self._zero:
                    raise Refused("a residual needs every row of the norm to be decided")
                if row is not None and number not in self.walls:
                    factors.append(factor)
                    forms.append(tuple([value // self._norm.divisor for value in row]))
            self._bound = combination(factors, forms)
        return self._bound
