"""Lines scanned so far, their kinks, and the hyperplane of each kink."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from exactrev.floating.gradients import Gradient, gradient
from exactrev.floating.lines import Kink, Line, Scanner
from exactrev.floating.oracle import FloatOracle, Floats

REACH = 3000.0  # half the length of a line


@dataclass
class ScannedLine:
    """A line, its kinks in order, and the gradients between them, measured when asked for."""

    oracle: FloatOracle
    line: Line
    reach: tuple[float, float]
    kinks: list[Kink]
    _gradients: dict[int, Gradient | None] = field(default_factory=dict)

    @staticmethod
    def scan(
        oracle: FloatOracle, line: Line, reach: tuple[float, float] = (-REACH, REACH)
    ) -> ScannedLine:
        """Look for all kinks within reach."""
        kinks = Scanner(oracle, line).kinks(*reach)
        return ScannedLine(oracle, line, reach, sorted(kinks, key=lambda kink: kink.t))

    def is_flat(self, t: float) -> bool:
        """Whether the function is constant around a place, as far as can be seen: then nothing
        before it shows."""
        points = self.line.at(t + np.array([-1.0, 0.0, 1.0]) * 1e-3 * (1 + abs(t)))
        values = self.oracle.value(points)
        return bool(np.ptp(values) <= 4 * self.oracle.doubt(points).max())

    def form(self, k: int) -> Floats | None:
        """The hyperplane (n+1, constant last) of kink k, positive where t is larger; None if the
        pieces beside it are too narrow.

        It is the jump of the mixture's gradient there, moved onto the kink.
        """
        before, after = self._gradient(k), self._gradient(k + 1)
        if before is None or after is None:
            return None
        jump = after.entries - before.entries
        if np.abs(jump).max() <= 4 * max(before.doubt.max(), after.doubt.max()):
            return None
        if jump @ self.line.direction < 0:
            jump = -jump
        return np.append(jump, -jump @ self.kinks[k].point)

    def _gradient(self, k: int) -> Gradient | None:
        """On the piece before kink k."""
        if k not in self._gradients:
            low = self.kinks[k - 1].t if k else self.reach[0]
            high = self.kinks[k].t if k < len(self.kinks) else self.reach[1]
            place = self.line.at((low + high) / 2)
            self._gradients[k] = gradient(self.oracle, place, (high - low) / 2)
        return self._gradients[k]


def random_line(random: np.random.Generator, inputs: int, away: float) -> Line:
    """A line in a generic direction, about ``away`` from 0 in every coordinate."""
    direction = random.normal(size=inputs)
    return Line(random.normal(size=inputs) * away, direction / np.linalg.norm(direction))
