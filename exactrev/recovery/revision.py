"""Going back down: what lines show that no known neuron explains may be of a layer below the last.
"""

from __future__ import annotations

from collections.abc import Callable

from exactrev.recovery.geometry import Kink
from exactrev.recovery.hidden_layer import grow
from exactrev.recovery.layer import Layer
from exactrev.recovery.raising import raised
from exactrev.recovery.sifting import sift
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker


class Revision:
    """Gives layers above the first neurons that they lack."""

    def __init__(self, survey: Survey, walker: Walker) -> None:
        self.survey = survey
        self.walker = walker
        # above which layer, with how many neurons, the others were kept when it gained some
        self._raised: tuple[int, int] | None = None
        self._known = 0

    def revise(
        self, layers: list[Layer], unexplained: Callable[[], list[Kink]], whole: bool, known: int
    ) -> None:
        """Give every kink that is still unexplained a chance in each known layer, lowest first.

        A layer that gains a neuron invalidates the layers above it: they are dropped, unless they
        made up a ``whole`` network before.  Then they are kept until nothing is gained any more,
        nor more is ``known`` than the last time, in neurons and weights.
        """
        gained = self._revise(layers, unexplained, whole) or known > self._known
        self._known = known
        if not gained and self._raised is not None:
            depth, count = self._raised
            if depth < len(layers) and len(layers[depth].neurons) == count:
                del layers[depth + 1 :]
            self._raised = None

    def _revise(
        self, layers: list[Layer], unexplained: Callable[[], list[Kink]], whole: bool
    ) -> bool:
        for depth, layer in enumerate(layers[1:], 1):
            sifted = sift(self.survey, layer)
            if sifted:
                del layers[depth + 1 :]
            if grow(self.survey, self.walker, layer, unexplained()) or sifted:
                if sifted or not whole or not self._raise_above(layers, depth):
                    del layers[depth + (1 if layer.neurons else 0) :]
                return True
        return False

    def _raise_above(self, layers: list[Layer], depth: int) -> bool:
        """Keep the layers above one that gained a neuron; not twice for the same neurons."""
        count = len(layers[depth].neurons)
        if depth + 1 >= len(layers) or self._raised == (depth, count):
            return False
        kept = raised(layers, depth)
        if kept is not None:
            self._raised = depth, count
            layers[:] = kept
        return kept is not None
