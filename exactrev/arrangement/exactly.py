"""Cells judged in exact arithmetic alone: for what floats leave open, and slivers they cannot hold.

The same tree of splits as the fast path, one cell after another; every sign is decided by certified
linear programming, so nothing here can fail, it is only slow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from flint import fmpq, fmpq_mat

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.exact_cell import ExactCell, Proof, Split, seen_at
from exactrev.arrangement.exact_forms import ExactForms
from exactrev.arrangement.forms import OFF, ON, UNDECIDED, WALL, ZERO, NetworkRows
from exactrev.arrangement.leaves import Point, point_on_walls
from exactrev.arrangement.local import LocalRows, Pairs, integer_pairs, pairs_line
from exactrev.arrangement.vertices import CellVertices
from exactrev.exact.rational import from_floats
from exactrev.lp import (
    Motzkin,
    Nonnegative,
    Optimum,
    System,
    Unbounded,
    interior_point,
    minimise,
    sign_on,
)
from exactrev.lp.forms import negated
from exactrev.lp.polyhedron import Form, value


@dataclass
class ExactCells:
    """Judges cells of one arrangement exactly."""

    arrangement: NetworkRows
    forms: ExactForms = field(init=False)
    _local: dict[int, LocalRows] = field(default_factory=dict)
    _vertices: CellVertices = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.forms = ExactForms(self.arrangement)
        self._vertices = CellVertices(
            self.arrangement.domain_rows_exactly, self.arrangement.n
        )

    def form(self, signs: Sequence[int], neuron: int) -> Form:
        """The exact form of a neuron where the layers before its own have these signs."""
        return self.forms.form(signs, neuron)

    def signed_rows(self, cell: ExactCell) -> list[Form]:
        """The bounding rows, positive inside."""
        return [self.forms.signed_row(cell.signs, row) for row in cell.rows]

    def wall_rows(self, cell: ExactCell) -> list[Form]:
        """The rows that vanish on the cell."""
        return [self.forms.signed_row(cell.signs, row) for row in cell.walls]

    def proof_from(
        self,
        signs: Sequence[int],
        neuron: int,
        sign: int,
        support: Sequence[int],
        walls: Sequence[int],
    ) -> Proof | None:
        """A proof that the neuron has this sign where its layer is reached with these signs.

        It combines rows of ``support`` (a basis found in floats) and ``walls``, or what the
        neuron's layer reads; None if there is no such proof.
        """
        layer = self.arrangement.layer_of(neuron)
        if layer not in self._local:
            self._local[layer] = LocalRows(self.arrangement, layer)
        found = self._local[layer].proof(signs, neuron, sign, support)
        if found is None:
            chosen = [row for row in support if row not in walls]
            found = self._from_rows(signs, neuron, sign, chosen, walls)
        return None if found is None else Proof(sign, *found)

    def _from_rows(
        self,
        signs: Sequence[int],
        neuron: int,
        sign: int,
        chosen: Sequence[int],
        walls: Sequence[int],
    ) -> tuple[int, Pairs] | None:
        """The one combination of these rows that proves the sign, if there is one."""
        form = self.form(signs, neuron)
        found = self.combined(signs, form if sign == ON else negated(form), chosen, walls)
        if found is None:
            return None
        rest, multipliers = found
        if rest < 0 or (rest == 0 and not any(multipliers[row] for row in chosen)):
            return None  # not a proof, or the neuron vanishes on the whole cell
        return integer_pairs(list(multipliers.items()))

    def combined(
        self, signs: Sequence[int], target: Form, chosen: Sequence[int], walls: Sequence[int] = ()
    ) -> tuple[fmpq, dict[int, fmpq]] | None:
        """What a form is more than a combination of rows on cells with these signs, a constant.

        With the multipliers, of which only those of walls may be negative; None if these rows have
        no such combination, or more than one.
        """
        n = self.arrangement.n
        columns = [self.forms.signed_row(signs, row) for row in (*chosen, *walls)]
        solved = _solve([form[:n] for form in columns], target[:n])
        if solved is None or any(y < 0 for y in solved[: len(chosen)]):
            return None
        rest = target[n]
        for y, form in zip(solved, columns, strict=True):
            rest = rest - y * form[n]
        return rest, dict(zip((*chosen, *walls), solved, strict=True))

    def cell(self, cell: Cells) -> ExactCell | None:
        """A single cell of the fast path with an exact point in it; None if it is empty."""
        signs = tuple(cell.signs[0].tolist())
        rows = tuple(row for row in cell.rows[0].tolist() if row >= 0)
        walls = tuple(cell.walls[0].tolist())
        near = from_floats(cell.points[0].tolist())
        found = ExactCell(signs, rows, walls, near)
        forms, vanishing = self.signed_rows(found), self.wall_rows(found)
        point = point_on_walls(near, vanishing)
        if point is None or any(value(form, point) <= 0 for form in forms):
            answer = interior_point(self.arrangement.n, forms, vanishing)
            if isinstance(answer, Motzkin):
                return None
            point = tuple(answer)
        return ExactCell(signs, rows, walls, point)

    def empty_line(self, cell: Cells) -> str:
        """The step that shows one cell of the fast path to be empty."""
        rows = tuple(row for row in cell.rows[0].tolist() if row >= 0)
        whole = ExactCell(tuple(cell.signs[0].tolist()), rows, tuple(cell.walls[0].tolist()), ())
        answer = interior_point(
            self.arrangement.n, self.signed_rows(whole), self.wall_rows(whole)
        )
        if not isinstance(answer, Motzkin):
            raise AssertionError("the cell is not empty")
        _, pairs = _of_combination([*rows, *whole.walls], answer)
        return pairs_line("empty 0", pairs)

    def judge(self, cell: ExactCell, neuron: int) -> int | Proof | Split:
        """ZERO, or a proof of the neuron's sign on the cell, or points of both signs in it."""
        form = self.form(cell.signs, neuron)
        if cell.vertices is not None:
            return seen_at(cell.vertices, form)
        rows, walls = self.signed_rows(cell), self.wall_rows(cell)
        if _in_span(form, walls):
            return ZERO
        points: dict[int, Point] = {}
        for sign in (ON, OFF) if value(form, cell.point) > 0 else (OFF, ON):
            target = form if sign == ON else negated(form)
            answer = sign_on(target, self.arrangement.n, rows, walls)
            if isinstance(answer, Nonnegative):
                return Proof(sign, *_of_combination([*cell.rows, *cell.walls], answer))
            if isinstance(answer, Motzkin):
                raise AssertionError("a cell with a point inside is not empty")
            points[-sign] = tuple(answer)
        return Split(points[ON], points[OFF])

    def least(self, cell: ExactCell, form: Form) -> Optimum | Unbounded:
        """The least value of a form on the closed cell, which has no walls."""
        if cell.vertices is not None:
            found = cell.vertices.least(form)
            rows = tuple(found.multipliers.get(row, fmpq(0)) for row in cell.rows)
            return Optimum(found.value, found.point, rows)
        answer = minimise(form, System(self.arrangement.n, rows=tuple(self.signed_rows(cell))))
        assert not isinstance(answer, Motzkin)
        return answer

    def decided(self, cell: ExactCell, neuron: int) -> tuple[list[str], list[ExactCell]]:
        """The steps that decide a neuron on a cell without walls, and the cells that are left."""
        cell = self.with_vertices(cell, 0)
        row = neuron + self.arrangement.domain_rows
        verdict = self.judge(cell, neuron)
        if isinstance(verdict, Split):
            return [f"split {row}"], list(self._children(cell, neuron, verdict, 0))
        if isinstance(verdict, Proof):
            return [verdict.line(row)], [cell.decided(neuron, verdict.sign)]
        return [f"zero {row}"], [cell.decided(neuron, ZERO)]

    # -- whole subtrees ------------------------------------------------------------------------

    def with_vertices(self, cell: ExactCell, depth: int) -> ExactCell:
        """The cell with its vertices, if they help and are easily had."""
        if depth or cell.walls or cell.vertices is not None:
            return cell
        rows = [row for row in cell.rows if row >= self.arrangement.domain_rows]
        forms = [(row, self.forms.signed_row(cell.signs, row)) for row in rows]
        return replace(cell, vertices=self._vertices.of(forms))

    def explore(
        self,
        cell: ExactCell,
        depth: int,
        leaf: Callable[[ExactCell], Iterable[str]],
        leave_open: Callable[[ExactCell], str],
        stop: Callable[[], bool],
    ) -> Iterator[str]:
        """The lines of everything below a cell.

        ``leaf`` says what the lines of a finished cell are, ``leave_open`` what the line of one is
        that is left because of ``stop``.
        """
        if stop():
            yield leave_open(cell.centred())
            return
        cell = self.with_vertices(cell, depth)
        shift = self.arrangement.domain_rows
        for neuron in range(self.arrangement.neurons):
            if cell.signs[neuron] != UNDECIDED:
                continue
            verdict = self.judge(cell, neuron)
            if isinstance(verdict, Proof):
                yield verdict.line(neuron + shift)
                cell = cell.decided(neuron, verdict.sign)
            elif isinstance(verdict, Split):
                yield f"split {neuron + shift}"
                for child in self._children(cell, neuron, verdict, depth):
                    yield from self.explore(child, depth, leaf, leave_open, stop)
                return
            else:
                yield f"zero {neuron + shift}"
                cell = cell.decided(neuron, ZERO)
        yield from leaf(cell.centred())

    def _children(
        self, cell: ExactCell, neuron: int, split: Split, depth: int
    ) -> Iterator[ExactCell]:
        row = neuron + self.arrangement.domain_rows
        form = self.form(cell.signs, neuron)
        if len(cell.walls) < depth:
            above, below = value(form, split.on), value(form, split.off)
            share = above / (above - below)
            point = tuple(x + share * (y - x) for x, y in zip(split.on, split.off, strict=True))
            wall = cell.decided(neuron, WALL)
            yield ExactCell(wall.signs, cell.rows, (*cell.walls, row), point)
        parts = (None, None) if cell.vertices is None else cell.vertices.parted(row, form)
        for sign, point, part in ((ON, split.on, parts[0]), (OFF, split.off, parts[1])):
            side = cell.decided(neuron, sign)
            yield ExactCell(side.signs, (*cell.rows, row), cell.walls, point, part)


def _of_combination(
    rows: Sequence[int], found: Nonnegative | Motzkin
) -> tuple[int, Pairs]:
    """The integers of a combination of inequalities, then walls, with these row numbers."""
    multipliers = [*found.multipliers, *found.equality_multipliers]
    return integer_pairs(list(zip(rows, multipliers, strict=True)))


def _in_span(form: Form, walls: list[Form]) -> bool:
    if not any(form):
        return True
    if not walls:
        return False
    width = len(form)
    matrix = fmpq_mat(len(walls), width, [x for wall in walls for x in wall])
    larger = fmpq_mat(len(walls) + 1, width, [*matrix.entries(), *form])
    return bool(matrix.rank() == larger.rank())


def _solve(columns: Sequence[Sequence[fmpq]], target: Sequence[fmpq]) -> list[fmpq] | None:
    """The unique y with sum of y_k columns_k = target, or None."""
    height, count = len(target), len(columns)
    matrix = fmpq_mat(height, count + 1, [
        x for j in range(height) for x in (*(column[j] for column in columns), target[j])
    ])  # fmt: skip
    reduced, rank = matrix.rref()
    if rank != count or any(reduced[i, i] != 1 for i in range(count)):
        return None
    return [reduced[i, count] for i in range(count)]
