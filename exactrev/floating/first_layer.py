"""First-layer neurons: hyperplanes at which the function bends on every line that meets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exactrev.floating.oracle import Floats
from exactrev.floating.samples import ScannedLine

_SOURCES = 2  # lines whose every kink is measured
_NEAR = 0.5


@dataclass
class Hyperplane:
    """A hyperplane (n+1, constant last, normal of length 1) and the kinks on it, by line."""

    form: Floats
    seen: dict[int, int]
    missed: int

    @property
    def believed(self) -> bool:
        """Whether all lines bend at it, three at least, or of many lines all but one."""
        return len(self.seen) >= 3 and (not self.missed or len(self.seen) >= 6 * self.missed)


def hyperplanes(lines: list[ScannedLine]) -> list[Hyperplane]:
    """All hyperplanes at which the lines bend."""
    found: list[Hyperplane] = []
    for number, scanned in enumerate(lines[:_SOURCES]):
        for k in range(len(scanned.kinks)):
            if any(plane.seen.get(number) == k for plane in found):
                continue
            form = scanned.form(k)
            if form is None:
                continue
            plane = _on_all(form / np.linalg.norm(form[:-1]), lines, {number: k})
            if plane.believed:
                found.append(plane)
    return found


def _on_all(form: Floats, lines: list[ScannedLine], seen: dict[int, int]) -> Hyperplane:
    missed = 0
    for number, scanned in enumerate(lines):
        if number in seen:
            continue
        slope = float(form[:-1] @ scanned.line.direction)
        t = -(form[:-1] @ scanned.line.origin + form[-1]) / slope if slope else np.inf
        if not scanned.reach[0] < t * 1.1 < scanned.reach[1]:
            continue
        k = _kink_at(scanned, t, slope)
        if k is not None:
            seen[number] = k
        elif not scanned.is_flat(t):
            missed += 1
    points = [lines[i].kinks[k].point for i, k in seen.items()]
    return Hyperplane(_through(form, points), seen, missed)


def _kink_at(scanned: ScannedLine, t: float, slope: float) -> int | None:
    places = np.array([kink.t for kink in scanned.kinks])
    if not len(places):
        return None
    k = int(np.abs(places - t).argmin())
    near = scanned.oracle.loose * (1 + abs(t)) / min(abs(slope), 1.0)
    return k if abs(places[k] - t) <= near else None


def _through(form: Floats, points: list[Floats]) -> Floats:
    """The hyperplane nearest to ``form`` through all the points; ``form`` if none is near."""
    design = np.array([np.append(point, 1.0) for point in points])
    scale = 1 / np.linalg.norm(design, axis=1)
    off = design @ form
    change = np.linalg.lstsq(design * scale[:, None], -off * scale, rcond=1e-12)[0]
    better = form + change
    size = float(np.linalg.norm(better[:-1]))  # about 1, that of ``form``
    return np.asarray(better / size) if size > _NEAR else form
