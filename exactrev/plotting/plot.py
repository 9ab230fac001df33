"""Pictures of a network, or of a plane slice of it, in one call."""

from __future__ import annotations

import os
from dataclasses import dataclass

from exactrev.errors import InputError
from exactrev.network.model import Network
from exactrev.plotting.scene import Scene, close_up, scene
from exactrev.plotting.sheets import Words, write_meetings, write_regions
from exactrev.plotting.slices import Slice
from exactrev.plotting.window import Window

_LONGEST = 100


@dataclass(frozen=True)
class Plot:
    """What can be drawn of a network: a scene, perhaps a close-up of it, and the slice it is on."""

    whole: Scene
    closer: Scene | None
    cut: Slice | None
    architecture: tuple[int, ...]

    @property
    def words(self) -> Words:
        """The title and the names of the axes."""
        shape = "-".join(map(str, self.architecture))
        where = "in the box" if self.cut is None else "in the box, on a plane slice"
        count = len(self.whole.tiles)
        title = f"{shape}: {count} {'region' if count == 1 else 'regions'} {where}"
        visible = sum(segment.visible for segment in self.whole.segments)
        subtitle = (
            f"{len(self.whole.vertices)} vertices; {len(self.whole.segments)} facets, "
            f"f bends across {visible}"
        )
        if self.cut is None:
            return Words(title, subtitle)
        return Words(title, _described(self.cut) or subtitle, self.cut.names)

    def write(self, path: str | os.PathLike[str], graph: bool = False) -> None:
        """Write the regions, with the graph of meetings beside them if wanted, as PNG or SVG.

        The same plot gives the same bytes.  Raises InputError for other endings.
        """
        scenes = [self.whole] if self.closer is None else [self.whole, self.closer]
        write_regions(scenes, self.words, path, graph)

    def write_graph(self, path: str | os.PathLike[str]) -> None:
        """Write the graph of meetings alone; otherwise as :meth:`write`."""
        write_meetings(self.whole, self.words, path)


def plot(network: Network, window: Window | None = None, cut: Slice | None = None) -> Plot:
    """The picture of a network of two inputs, or of a wider one on a plane slice, in a window.

    Without a window all vertices are shown and a part of every region; where most vertices crowd
    in a small part of that, there is a close-up too.  Raises InputError for a network of more
    inputs without a slice, and for a slice of another dimension.
    """
    if cut is None and network.inputs > 2:
        raise InputError(
            f"the network has {network.inputs} inputs: a picture needs a slice with 2 of them"
        )
    whole = scene(network if cut is None else cut.restrict(network), window)
    closer = close_up(whole) if window is None else None
    return Plot(whole, closer, cut, network.architecture)


def _described(cut: Slice) -> str:
    text = "x = " + " + ".join(
        f"{factor}({', '.join(map(str, vector))})"
        for factor, vector in zip(("", *(f"{n} " for n in cut.names)),
                                  (cut.origin, *cut.directions), strict=True)
    )  # fmt: skip
    return text if len(text) <= _LONGEST else ""
