"""Hidden layers from boundary cells, lowest first, as long as open cells tell of a further one.

A first-layer neuron's boundary is a hyperplane.  A later one's is flat inside every cell of the
layers below it and bends at their boundaries: joined cells give linear equations for its weights,
and for the signs of the layer below.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass, field

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.patches import Patch, patches
from exactrev.boundaries.pooling import pooled, vanishes_on
from exactrev.boundaries.ridges import Ridge
from exactrev.boundaries.signs import consistent, only_flips, why_open
from exactrev.exact.linear import row_vector
from exactrev.lp.polyhedron import value
from exactrev.recovery.hidden_layer import surface_neuron
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface

_UNCERTAIN = "all of them lie where weights matter that no boundary shows"
_NO_NEURON = "none of them determines a neuron that reads the layers found"


@dataclass
class Layers:
    """The hidden layers found so far, and the cells that none of their neurons explains.

    Attributes: ``take_partial`` whether neurons are taken some of whose weights no boundary
    shows; ``owner`` the neuron (layer from 1, index) of each cell attributed so far; ``stopped``
    why no further layer was found, empty if none is missing.
    """

    cells: Sequence[BoundaryCell]
    ridges: Sequence[Ridge]
    inputs: int
    take_partial: bool = False
    report: Callable[[str], None] = lambda text: None
    check_time: Callable[[], None] = lambda: None
    layers: list[Layer] = field(default_factory=list)
    owner: dict[int, tuple[int, int]] = field(default_factory=dict)
    stopped: str = ""

    def __post_init__(self) -> None:
        self._pools: dict[tuple[int, bool, Patch], Surface | None] = {}
        self._samples = [[cell.point] for cell in self.cells]
        for ridge in self.ridges:
            for ray in ridge.rays:
                self._samples[ray.cell].append(ridge.point)

    @property
    def prefix(self) -> Prefix:
        """The layers found; the last one not oriented."""
        return self.layers[-1].extended() if self.layers else Prefix(self.inputs)

    @property
    def open_cells(self) -> list[int]:
        """The cells not attributed yet."""
        return [index for index in range(len(self.cells)) if index not in self.owner]

    def cells_of_last_layer(self) -> list[tuple[int, BoundaryCell]]:
        """The cells of the last layer's boundaries, each after its neuron's index."""
        return [
            (neuron, self.cells[index])
            for index, (number, neuron) in self.owner.items()
            if number == len(self.layers)
        ]

    def run(self) -> None:
        """Add layers until every cell is explained, or the cells left do not make up a layer."""
        while self.open_cells and not self.stopped:
            layer = self._next_layer()
            if layer is None:
                return
            self._fill(layer)
            if layer.neurons:
                self.layers.append(layer)
            else:
                self.stopped = _NO_NEURON

    # -- one layer -----------------------------------------------------------------------------

    def _next_layer(self) -> Layer | None:
        """An empty layer over the layers found, the last one oriented now; None if it cannot be."""
        prefix = self.prefix
        layer = Layer(prefix)
        if prefix.below is None:
            return layer
        if not any(prefix.certain(prefix.cell(self.cells[i].point)) for i in self.open_cells):
            self.stopped = _UNCERTAIN
            return None
        agreed = consistent(self._surfaces(layer, self._patches(layer), oriented=False))
        flips = only_flips(prefix, self.cells, agreed, self.check_time)
        if flips is None:
            self.stopped = why_open(len(self.layers), prefix, list(agreed.values()))
            return None
        return Layer(prefix.oriented(flips))

    def _fill(self, layer: Layer) -> None:
        """Add the neurons that the open cells determine, the best attested first."""
        neuron = self._next_neuron(layer)
        while neuron is not None:
            self.check_time()
            self._attribute(layer, neuron)
            neuron = self._next_neuron(layer)

    def _next_neuron(self, layer: Layer) -> Neuron | None:
        """The best attested neuron whose weights are determined, and whose boundary deeper ones
        bend at.
        """
        found = self._patches(layer)
        if layer.prefix.below is None:
            flat = [patch.cells[0] for patch in found if not patch.deeper]
            seen = [Neuron(row_vector(self.cells[index].hyperplane)) for index in flat]
        else:
            surfaces = list(self._surfaces(layer, found, oriented=True).values())
            seen = [n for n in map(surface_neuron, [*surfaces, *_merged(surfaces)]) if n]
        whole = [neuron for neuron in seen if not neuron.unknown]
        partial = [neuron for neuron in seen if neuron.unknown and self.take_partial]
        deeper = [index for patch in found if patch.deeper for index in patch.cells]
        return next((n for n in [*whole, *partial] if self._bent_at(layer, n, deeper)), None)

    def _bent_at(self, layer: Layer, neuron: Neuron, deeper: Sequence[int]) -> bool:
        """Whether no cell of a deeper boundary goes straight across the neuron's boundary.

        Seen at the points known of each cell: one in its interior, one on each ridge.
        """
        for index in deeper:
            there = layer.prefix.cell(self.cells[index].point)
            if layer.prefix.certain(there) and neuron.known_on(layer.prefix, there):
                form = layer.prefix.local_form(there, neuron.row).entries()
                values = [value(form, point) for point in self._samples[index]]
                if min(values) < 0 < max(values):
                    return False
        return True

    def _attribute(self, layer: Layer, neuron: Neuron) -> None:
        """Add a neuron and give it every open cell that its boundary must hold.

        It gets whole patches, so also cells where open weights matter, if nothing speaks against.
        """
        name = len(self.layers) + 1, len(layer.neurons)
        found = self._patches(layer)
        layer.neurons.append(neuron)
        self.report(f"layer {name[0]}: {len(layer.neurons)} neurons")
        for patch in found:
            seen = {index: self._held(layer, neuron, self.cells[index]) for index in patch.cells}
            whole = True in seen.values() and False not in seen.values()
            self.owner.update({i: name for i, held in seen.items() if held or whole})

    def _held(self, layer: Layer, neuron: Neuron, cell: BoundaryCell) -> bool | None:
        """Whether the neuron's boundary must hold a cell; None where open weights matter."""
        there = layer.prefix.cell(cell.point)
        if not layer.prefix.certain(there) or not neuron.known_on(layer.prefix, there):
            return None
        return vanishes_on(layer.prefix.local_form(there, neuron.row), cell)

    # -- patches -------------------------------------------------------------------------------

    def _patches(self, layer: Layer) -> list[Patch]:
        """The patches of the cells left, with the layer's own neurons as peers."""
        number = len(self.layers) + 1
        peers = {index for index, (of, _) in self.owner.items() if of == number}
        keys: dict[int, Hashable] = {
            index: (self.cells[index].hyperplane, layer.prefix.cell(self.cells[index].point).signs)
            for index in self.open_cells
        }
        return patches(self.cells, self.ridges, keys, peers)

    def _surfaces(
        self, layer: Layer, found: Sequence[Patch], oriented: bool
    ) -> dict[Patch, Surface]:
        """What the patches say that may be of the layer, strongest first."""
        surfaces = {}
        for patch in (patch for patch in found if not patch.deeper):
            key = (len(self.layers), oriented, patch)
            if key not in self._pools:
                self.check_time()
                self._pools[key] = pooled(layer.prefix, self.cells, patch, oriented)
            surface = self._pools[key]
            if surface is not None and surface.consistent:
                surfaces[patch] = surface
        return surfaces


def _merged(surfaces: Sequence[Surface]) -> list[Surface]:
    """Copies of surfaces with open weights, with those put together that must be of one neuron."""
    kept: list[Surface] = []
    for surface in surfaces:
        if surface.missing() and not any(other.merge(surface) for other in kept):
            twin = copy(surface)
            twin.waypoints = list(surface.waypoints)
            kept.append(twin)
    return kept
