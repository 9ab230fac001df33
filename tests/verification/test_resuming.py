"""Properties whose search is stopped, again and again, and goes on from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flint import fmpq

from exactrev.equivalence import Comparison, Deviation
from exactrev.equivalence.state import recorded, resume
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.verification import NotProved, Search, bind
from exactrev.vnnlib import parse_vnnlib
from tests.equivalence.pairs import random_network
from tests.verification.test_verify import judge

BOX = "(assert (and (<= X_0 1) (>= X_0 -1) (<= X_1 1) (>= X_1 -1)))"
TRIANGLE = "(assert (and (<= X_0 1) (<= X_1 1) (>= (+ X_0 X_1) -1)))"
ROOMS = {
    BOX: Polyhedron.box(-1, 1, 2),
    TRIANGLE: Polyhedron.of(2, [[-1, 0, 1], [0, -1, 1], [1, 1, 1]]),
}
POINT = "(assert (and (<= X_0 1) (<= X_1 1) (>= (+ X_0 X_1) 2)))"


def network() -> Network:
    """Its tree on the square has a hundred leaves."""
    return random_network([2, 9, 8, 2], Random(7))


def largest(net: Network, domain: Polyhedron) -> list[fmpq]:
    """The largest value of every output."""
    nothing = Network.dense([([[0, 0]] * 2, [0, 0])])
    search = Deviation(Comparison.of(net, nothing), domain)
    assert search.run()
    return [high for _, high in search.ranges() if high is not None]


def asked(where: str, margin: str, stop: Callable[[], bool] = lambda: False) -> Search:
    """Is an output larger than it ever is there (or on a square), by a margin?"""
    net = network()
    tops = largest(net, ROOMS.get(where, ROOMS[BOX]))
    above = " ".join(f"(>= Y_{i} {top + fmpq(margin)})" for i, top in enumerate(tops))
    text = f"""(declare-const X_0 Real) (declare-const X_1 Real)
        (declare-const Y_0 Real) (declare-const Y_1 Real)
        {where} (assert (or {above} (and (> Y_0 {tops[0]}) (< Y_1 0))))"""
    return Search(bind(parse_vnnlib(text.splitlines()), {"": net}), stop=stop)


def budget(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


def take(search: Search, lines: list[str]) -> str:
    """The verdict, and the certificate's lines as far as it goes."""
    try:
        lines += search.lines()
    except NotProved:
        return search.result(False).verdict
    return search.result(True).verdict


@pytest.mark.parametrize("where", [BOX, TRIANGLE, POINT])
@pytest.mark.parametrize("calls", [4, 30])
def test_a_search_in_pieces_proves_the_same(where: str, calls: int, tmp_path: Path) -> None:
    path, stopped = tmp_path / "state", 0
    sizes = [0]
    while True:
        search = asked(where, "1/1000", budget(calls * (1 + stopped)))
        if stopped:
            resume(search, path)
        lines: list[str] = []
        with recorded(search, path):
            verdict = take(search, lines)
        if verdict != "unknown":
            break
        stopped += 1
        sizes.append(len(path.read_text().splitlines()))
        assert sizes == sorted(sizes)  # what is proved is kept
    assert verdict == "unsat" and judge(lines).accepted
    assert stopped or where == POINT or calls == 30
    again = asked(where, "1/1000", budget(60))  # the end of the attack, and hardly more
    resume(again, path)
    whole: list[str] = []
    assert take(again, whole) == "unsat" and whole == lines


def test_files_of_other_questions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "state"
    search = asked(BOX, "1/1000", lambda: True)
    with recorded(search, path):
        assert take(search, []) == "unknown"
    with pytest.raises(InputError, match="another question"):
        resume(asked(BOX, "1/999"), path)
    with pytest.raises(InputError, match="another question"):
        resume(asked(TRIANGLE, "1/1000"), path)


def test_a_false_memory_proves_nothing(tmp_path: Path) -> None:
    """What a file says is believed, and refused by the checker."""
    search: Any = asked(BOX, "-1")
    found: list[str] = []
    assert take(search, found) == "sat"
    search = asked(BOX, "1/1000")
    search.go_on(iter(["enclosed 60"]), ["cells 1"])
    lines: list[str] = []
    assert take(search, lines) == "unsat" and not judge(lines).accepted
