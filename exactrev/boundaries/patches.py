"""Cells joined across ridges to parts of one neuron's boundary (Rolnick and Kording, T1).

At a ridge where two neurons' boundaries cross, the earlier one's goes straight through and the
deeper one's bends; a known boundary is earlier than all that are not known yet.  Where the deeper
neuron hides the earlier one on its off side, only three cells meet: the earlier boundary *ends*
there.  Which of the three ends is decided by what is known otherwise: the two others lie on
different sides of its hyperplane, are of one neuron, and of a deeper one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.ridges import Ray, Ridge
from exactrev.lp.polyhedron import value


@dataclass(frozen=True)
class Patch:
    """Cells that are of one neuron.

    - ``joins``: pairs of them that meet at a ridge.
    - ``deeper``: whether it bends where it meets a boundary that is not below the layer that is
      looked for, so that it is of a layer above it.
    - ``crossed``: the number of ridges where another patch bends at this one.
    - ``forks``: the number of ridges where three cells meet, this patch's among them, and it is
      not clear which ends.
    """

    cells: tuple[int, ...]
    joins: tuple[tuple[int, int], ...]
    deeper: bool
    crossed: int
    forks: int

    @property
    def strength(self) -> tuple[bool, int, int]:
        """Orders patches by how much speaks for their being of an early layer."""
        return not self.forks, self.crossed, len(self.cells)


@dataclass
class _Joining:
    """A union-find of cells, with what the ridges say of the order of its classes.

    ``after`` holds pairs (earlier cell or None, cell of a patch that bends at it); None stands for
    a peer.
    """

    parent: dict[int, int]
    joins: list[tuple[int, int]] = field(default_factory=list)
    after: list[tuple[int | None, int]] = field(default_factory=list)
    forks: list[tuple[int, int, int]] = field(default_factory=list)

    def root(self, cell: int) -> int:
        while self.parent[cell] != cell:
            self.parent[cell] = self.parent[self.parent[cell]]
            cell = self.parent[cell]
        return cell

    def unite(self, a: int, b: int) -> None:
        self.parent[self.root(a)] = self.root(b)

    def join(self, a: int, b: int) -> None:
        """Two cells that meet at a ridge are of one neuron."""
        self.unite(a, b)
        self.joins.append((a, b))


def patches(
    cells: Sequence[BoundaryCell],
    ridges: Iterable[Ridge],
    open_cells: Mapping[int, Hashable],
    peers: Collection[int],
) -> list[Patch]:
    """The patches that the open cells form, strongest first.

    ``open_cells`` are those that are not attributed yet, with values that are equal for cells of
    one hyperplane inside one cell of the known layers: those are of one neuron.  ``peers`` are
    cells attributed to the layer that is looked for; all others are of known layers below it.
    """
    joining = _Joining({cell: cell for cell in open_cells})
    same: dict[Hashable, int] = {}
    for cell, key in open_cells.items():
        joining.unite(cell, same.setdefault(key, cell))
    for ridge in ridges:
        _read(cells, ridge.rays, joining, peers)
    while _settle_forks(cells, joining):
        pass
    return _gathered(joining)


def _read(
    cells: Sequence[BoundaryCell], rays: Sequence[Ray], joining: _Joining, peers: Collection[int]
) -> None:
    """Take in what one ridge says."""
    fresh = [ray for ray in rays if ray.cell in joining.parent]
    pairs = straight_pairs(cells, fresh)
    paired = {cell for pair in pairs for cell in pair}
    single = [ray.cell for ray in fresh if ray.cell not in paired]
    above = [ray.cell in peers for ray in rays if ray.cell not in joining.parent]
    for a, b in pairs:
        joining.join(a, b)
    if len(single) == 3 and len(rays) == 3:
        joining.forks.append((single[0], single[1], single[2]))
    elif len(single) == 2 and not pairs and above and len(set(above)) == 1:
        joining.join(*single)
        if above[0]:
            joining.after.append((None, single[0]))
    elif len(single) == 2 and len(pairs) == 1 and not above:
        joining.join(*single)
        joining.after.append((pairs[0][0], single[0]))


def straight_pairs(cells: Sequence[BoundaryCell], rays: Sequence[Ray]) -> list[tuple[int, int]]:
    """The pairs of cells around a ridge that lie on one hyperplane, on its two sides."""
    pairs = []
    for k, ray in enumerate(rays):
        for other in rays[k + 1 :]:
            plane = cells[ray.cell].hyperplane == cells[other.cell].hyperplane
            if plane and all(x == -y for x, y in zip(ray.row, other.row, strict=True)):
                pairs.append((ray.cell, other.cell))
    return pairs


def _settle_forks(cells: Sequence[BoundaryCell], joining: _Joining) -> bool:
    """Join the two that go on at every fork where it is clear which one ends; whether any was."""
    earlier = _earlier(joining)
    left = []
    for fork in joining.forks:
        ends = [k for k in range(3) if _may_end(cells, joining, earlier, fork, k)]
        if len(ends) != 1:
            left.append(fork)
            continue
        a, b = (cell for k, cell in enumerate(fork) if k != ends[0])
        joining.join(a, b)
        joining.after.append((fork[ends[0]], a))
    settled = len(left) < len(joining.forks)
    joining.forks = left
    return settled


def _may_end(
    cells: Sequence[BoundaryCell],
    joining: _Joining,
    earlier: Mapping[int, set[int]],
    fork: tuple[int, int, int],
    which: int,
) -> bool:
    """Whether one of three cells at a ridge may be of an earlier boundary that ends there."""
    ending = fork[which]
    others = [cell for k, cell in enumerate(fork) if k != which]
    a, b = (value(cells[ending].hyperplane, cells[cell].point) for cell in others)
    if not (a < 0 < b or b < 0 < a):
        return False
    root = joining.root(ending)
    return all(
        joining.root(cell) != root and joining.root(cell) not in earlier[root] for cell in others
    )


def _earlier(joining: _Joining) -> dict[int, set[int]]:
    """For every class the classes that are known to be of earlier layers."""
    before: dict[int, set[int]] = defaultdict(set)
    for first, then in joining.after:
        if first is not None:
            before[joining.root(then)].add(joining.root(first))
    closed: dict[int, set[int]] = defaultdict(set)
    for root in list(before):
        waiting = list(before[root])
        while waiting:
            other = waiting.pop()
            if other not in closed[root]:
                closed[root].add(other)
                waiting += before.get(other, ())
    return closed


def _gathered(joining: _Joining) -> list[Patch]:
    members: dict[int, list[int]] = defaultdict(list)
    joins: dict[int, list[tuple[int, int]]] = defaultdict(list)
    crossed: dict[int, int] = defaultdict(int)
    forks: dict[int, int] = defaultdict(int)
    for cell in joining.parent:
        members[joining.root(cell)].append(cell)
    for pair in joining.joins:
        joins[joining.root(pair[0])].append(pair)
    for first, _ in joining.after:
        if first is not None:
            crossed[joining.root(first)] += 1
    for fork in joining.forks:
        for cell in fork:
            forks[joining.root(cell)] += 1
    deeper = {joining.root(then) for _, then in joining.after}
    found = [
        Patch(tuple(cells), tuple(joins[root]), root in deeper, crossed[root], forks[root])
        for root, cells in members.items()
    ]
    return sorted(found, key=lambda patch: patch.strength, reverse=True)
