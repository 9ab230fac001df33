"""The verified checker gives the Python checker's verdict on comparisons in a hyperplane."""

from __future__ import annotations

from pathlib import Path

import pytest

from exactrev.equivalence import Agreement, Comparison, Deviation
from exactrev.equivalence.labels import SameClasses
from tests.damaged_certificates import PROGRAM
from tests.equivalence.test_flat_domains import PLANE, some_pair
from tests.test_verified_boxes import both_say, text_of

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")


@pytest.mark.parametrize("seed", range(4))
def test_ranges(seed: int, tmp_path: Path) -> None:
    search = Deviation(Comparison.of(*some_pair(seed)), PLANE)
    lines: list[str] = []
    assert search.run(lines.extend)
    assert any(line.startswith("pin ") for line in lines)
    assert both_say(text_of(lines), tmp_path / "x.cert")
    k = next(k for k, line in enumerate(lines) if line.startswith("pin "))
    assert not both_say(text_of([*lines[:k], *lines[k + 1 :]]), tmp_path / "x.cert")
    k = max(k for k, line in enumerate(lines) if line == "bounded")
    assert not both_say(text_of([*lines[:k], *lines[k + 1 :]]), tmp_path / "x.cert")


@pytest.mark.parametrize("seed", range(2))
def test_equality_and_classes(seed: int, tmp_path: Path) -> None:
    a, b = some_pair(seed)
    for search, leaf in ((Agreement(Comparison.of(a, a), PLANE), "same"),
                         (SameClasses(a, a, PLANE), "class")):  # fmt: skip
        lines: list[str] = []
        assert search.run(lines.extend)
        assert both_say(text_of(lines), tmp_path / "x.cert")
        k = max(k for k, line in enumerate(lines) if line.startswith(leaf))
        assert not both_say(text_of([*lines[:k], *lines[k + 1 :]]), tmp_path / "x.cert")
    different = SameClasses(a, b, PLANE)
    lines = []
    if different.run(lines.extend):
        assert both_say(text_of(lines), tmp_path / "x.cert")
