"""The affine pieces of a function on a line, and the kinks between them, from rounded answers.

A piece is measured on as wide a base as it has: its slope is as good as the noise over the base.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from exactrev.floating.oracle import FloatOracle, Floats

_NARROW = 1e-9  # of 1 + |t|: kinks closer than this are not told apart


@dataclass(frozen=True)
class Line:
    """All ``origin + t direction``."""

    origin: Floats
    direction: Floats

    def at(self, t: float | Floats) -> Floats:
        """The point, or the points (K x n), at t."""
        return np.asarray(self.origin + np.multiply.outer(t, self.direction))


@dataclass(frozen=True)
class Piece:
    """An affine piece on a line: ``value + slope (t' - t)``, the slope known up to ``doubt``."""

    t: float
    value: float
    slope: float
    doubt: float
    noise: float

    def at(self, t: float) -> tuple[float, float]:
        """The value at t and how far it may be from the truth."""
        return self.value + self.slope * (t - self.t), self.noise + self.doubt * abs(t - self.t)


@dataclass(frozen=True)
class Kink:
    """A place where two pieces of a line meet, known up to ``doubt``."""

    line: Line
    t: float
    doubt: float

    @property
    def point(self) -> Floats:
        """The place itself."""
        return self.line.at(self.t)


class Scanner:
    """Measures along one line."""

    def __init__(self, oracle: FloatOracle, line: Line) -> None:
        self._oracle, self.line = oracle, line

    def value(self, t: float) -> tuple[float, float]:
        """The mixture at t, and its doubt."""
        point = self.line.at(np.array([t]))
        return float(self._oracle.value(point)[0]), float(self._oracle.doubt(point)[0])

    def piece(self, t: float, room: float) -> Piece | None:
        """The piece around t, on the widest base within ``room`` on which it is affine.

        None where it is narrower than can be told.
        """
        while room > _NARROW * (1 + abs(t)):
            points = self.line.at(np.array([t - room, t, t + room]))
            low, middle, high = self._oracle.value(points)
            noise = self._oracle.doubt(points).max()
            if abs(low + high - 2 * middle) <= 4 * noise:
                return Piece(t, middle, (high - low) / (2 * room), noise / room, noise)
            room /= 4
        return None

    def kinks(self, low: float, high: float) -> list[Kink]:
        """All kinks between two places that can be told apart, in order."""
        width = high - low
        left = self.piece(low + width / 64, width / 64)
        right = self.piece(high - width / 64, width / 64)
        if left is None or right is None:
            return []
        found: list[Kink] = []
        stack = [(left, right)]
        while stack:
            left, right = stack.pop()
            verdict = self._between(left, right)
            if isinstance(verdict, Kink):
                found.append(verdict)
            elif verdict is not None:
                stack += [(verdict, right), (left, verdict)]
        return found

    def kink_between(self, left: Piece, right: Piece) -> Kink | None:
        """The one kink at which the two pieces meet; None if there is none, or more than one."""
        for _ in range(5):
            turn = left.slope - right.slope
            if turn == 0:
                return None
            gap = right.at(0.0)[0] - left.at(0.0)[0]
            t = gap / turn
            if not left.t < t < right.t:
                return None
            doubt = (left.at(t)[1] + right.at(t)[1]) / abs(turn)
            before = t - max(4 * doubt, 1e-8 * (right.t - left.t))
            after = t + max(4 * doubt, 1e-8 * (right.t - left.t))
            if before <= left.t or after >= right.t:
                return None
            refined_left, refined_right = self._widened(left, before), self._widened(right, after)
            if refined_left is None or refined_right is None:
                return None
            done = refined_left.doubt > 0.7 * left.doubt and refined_right.doubt > 0.7 * right.doubt
            left, right = refined_left, refined_right
            if done:
                break
        for piece, place in ((left, t + 0.6 * (left.t - t)), (right, t + 0.6 * (right.t - t))):
            if self._widened(piece, place) is None:
                return None
        return Kink(self.line, t, doubt)

    def _between(self, left: Piece, right: Piece) -> Kink | Piece | None:
        """What lies between two pieces: nothing, one kink, or a further piece to look at."""
        width = right.t - left.t
        if width < 4 * _NARROW * (1 + abs(left.t)):
            return None
        if self._same(left, right):
            place = left.t + width * 0.4142
            if self._widened(left, place) is not None:
                return None
        else:
            kink = self.kink_between(left, right)
            if kink is not None:
                return kink
            place = left.t + width * 0.4877
        for _ in range(8):
            piece = self.piece(place, min(place - left.t, right.t - place) / 2)
            if piece is not None:
                return piece
            place = left.t + (place - left.t) * 0.9
        return None

    def _same(self, left: Piece, right: Piece) -> bool:
        expected, doubt = left.at(right.t)
        if abs(expected - right.value) > doubt + right.noise:
            return False
        return abs(left.slope - right.slope) <= left.doubt + right.doubt

    def _widened(self, piece: Piece, t: float) -> Piece | None:
        """The piece measured from its own place to t; None if the function leaves it before."""
        value, noise = self.value(t)
        expected, doubt = piece.at(t)
        if abs(value - expected) > doubt + noise:
            return None
        if abs(t - piece.t) * piece.doubt <= noise:
            return piece
        slope = (value - piece.value) / (t - piece.t)
        return replace(piece, slope=slope, doubt=2 * noise / abs(t - piece.t))
