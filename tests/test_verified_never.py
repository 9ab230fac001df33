"""Trees under ``apart``, ``dead``, ``alive``: the verified checker gives the Python one's verdict.

What is compared are the proofs that the program finds for networks of
``tests/test_checker_never_together.py``, and what is left of them when their trees are damaged.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from exactrev.checker import check
from tests.damaged_certificates import PROGRAM, disagreement
from tests.test_checker_never_together import (
    REFUSED_LEAVES,
    TAKEN,
    certificate_of,
    late_network,
    never_switching,
)

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")

PAIRS = {
    "apart": (late_network(-9), late_network(-7)),
    "apart, of a larger one": (late_network(-7), late_network(-9)),
    "dead": never_switching(1),
    "alive": never_switching(-1),
}
NEURONS = ("1:0", "1:1", "2:0", "2:1", "2:2", "3:0", "3:1", "4:0", "0:0", "2:9", "2:1:0", "2")
LEAVES = (
    *REFUSED_LEAVES,
    "never",
    "never 1 0",
    "never 1 1",
    "never 0 1",
    "never 1 0 above",
    "never 1 0 above 1:0 1 above 1:1 1",
    "never 1 0 1:0 1/2 above 1:1 2/4",
    "never 1 0 1:0",
    "never 1 0 1:0 0",
    "never  1 0",
    "case",
    "case 1:0 1:1",
    "case 1:0",
    "never 1 0 rows",
    "never 1 0 rows 0 1",
    "same 1:1 1:0 1",
    "match 1:0 1:0 1",
    "flip A 1:0",
    "dead A 3:0",
    "end",
)


def content(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def damaged_trees(lines: list[str]) -> Iterator[list[str]]:
    """A line of a step or its tree is missing, doubled, moved, another one, or names others."""
    for k in range(lines.index("proof") + 1, len(lines)):
        before, line, after = lines[:k], lines[k], lines[k + 1 :]
        yield [*before, *after]
        yield [*before, line, line, *after]
        yield [*before, *after[:1], line, *after[1:]]
        if line.startswith(("case", "never")):
            yield from ([*before, leaf, *after] for leaf in LEAVES)
        for name in re.finditer(r"\d+:\d+", line):
            for other in NEURONS:
                yield [*before, line[: name.start()] + other + line[name.end() :], *after]
        for number in re.finditer(r"(?<= )-?\d+(?= |$)", line):
            for value in (int(number[0]) + 1, int(number[0]) - 1, -int(number[0]), 0):
                changed = f"{line[: number.start()]}{value}{line[number.end() :]}"
                yield [*before, changed, *after]
        for other, word in (("dead", "alive"), ("alive", "dead"), ("A", "B"), (" above", "")):
            yield [*before, line.replace(other, word), *after]


@pytest.mark.parametrize("kind", PAIRS)
def test_proofs_and_what_damage_makes_of_them(kind: str, tmp_path: Path) -> None:
    lines = certificate_of(*PAIRS[kind])
    assert any(line.startswith(kind.partition(",")[0] + " ") for line in lines)
    assert check(io.BytesIO(content(lines))).accepted
    assert not disagreement(content(lines), tmp_path / "x.cert")
    verdicts = set()
    for damaged in damaged_trees(lines):
        found = disagreement(content(damaged), tmp_path / "x.cert")
        assert not found, (found, damaged)
        verdicts.add(check(io.BytesIO(content(damaged))).reason)
    assert len(verdicts) > 9  # of the ways in which such a proof can fail


def test_the_leaf_of_the_tree_is_there() -> None:
    assert TAKEN in certificate_of(*PAIRS["apart"])
