"""Scanned lines and what explains the kinks seen on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from flint import fmpq

from exactrev.recovery.geometry import Kink
from exactrev.recovery.lines import Line, scan
from exactrev.recovery.probe import Probe

_GRID = 1 << 20


@dataclass(frozen=True)
class ScannedLine:
    """A line and the kinks found between its ends, in order."""

    line: Line
    kinks: tuple[Kink, ...]

    @cached_property
    def by_position(self) -> dict[fmpq, Kink]:
        """The kinks by the line's parameter there."""
        return {kink.position: kink for kink in self.kinks}


@dataclass
class Survey:
    """The lines scanned so far, and kinks (``extra``) met beside them.

    ``scale`` is the size of the region where boundaries are dense; random points are drawn on that
    scale round ``centre``.
    """

    probe: Probe
    random: Random
    report: Callable[[str], None] = lambda text: None
    scale: fmpq = field(default_factory=lambda: fmpq(1))
    lines: list[ScannedLine] = field(default_factory=list)
    extra: list[Kink] = field(default_factory=list)

    @property
    def kinks(self) -> list[Kink]:
        """All kinks of all lines, and those met elsewhere."""
        return [kink for scanned in self.lines for kink in scanned.kinks] + self.extra

    def random_vector(self) -> list[fmpq]:
        """A vector of small dyadics, roughly normal with unit variance."""
        inputs = self.probe.oracle.inputs
        return [fmpq(int(self.random.gauss(0, 1) * _GRID), _GRID) for _ in range(inputs)]

    def random_point(self) -> list[fmpq]:
        """A random point on the survey's scale."""
        return [x * self.scale for x in self.random_vector()]

    def random_line(self) -> Line:
        """A random line, long enough to cross nearly every boundary."""
        return self.line(self.random_point(), self.random_vector())

    def line(self, base: list[fmpq], direction: list[fmpq]) -> Line:
        """The line through a point, far on both sides."""
        far = self.scale * (1 << 12)
        return Line(tuple(base), tuple(direction), -far, far)

    def scan_random_line(self) -> ScannedLine:
        """Scan one more random line."""
        return self.scan_line(self.random_line())

    def scan_line(self, line: Line) -> ScannedLine:
        """Scan a long line; the kinks' median distance sets the scale the first time."""
        number = len(self.lines) + 1
        kinks = scan(
            self.probe,
            line,
            self.stations,
            self.random,
            lambda count: self.report(f"line {number}: {count} kinks"),
        )
        return self.keep(line, kinks)

    @property
    def stations(self) -> list[fmpq]:
        """Parameters at which a long line is probed first."""
        return [self.scale * k for k in (-8, -2, 0, 2, 8)]

    def keep(self, line: Line, kinks: Sequence[Kink]) -> ScannedLine:
        """Take in a long line that was scanned, with its kinks in order."""
        scanned = ScannedLine(line, tuple(kinks))
        self.lines.append(scanned)
        if len(self.lines) == 1 and scanned.kinks:
            distances = sorted(abs(kink.position) for kink in scanned.kinks)
            self.scale = _power_of_two_near(distances[len(distances) // 2])
        return scanned

    def scan_segment(self, line: Line) -> list[Kink]:
        """The kinks on a short piece of a line; it is not kept among the lines."""
        share = fmpq(self.random.randrange(_GRID // 3, _GRID // 2), _GRID)
        middle = line.start + (line.stop - line.start) * share
        return scan(self.probe, line, [middle], self.random)


def _power_of_two_near(x: fmpq) -> fmpq:
    shift = x.p.bit_length() - x.q.bit_length()
    return fmpq(1 << shift) if shift >= 0 else fmpq(1, 1 << -shift)
