"""Searches that were stopped and go on from a file, and searches by several processes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flint import fmpq

from exactrev.equivalence import Agreement, Comparison, Deviation
from exactrev.equivalence.covering import CoveringSearch
from exactrev.equivalence.labels import SameClasses
from exactrev.equivalence.state import recorded, resume
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from tests.equivalence.pairs import judged, random_forms, random_network, tournament

BOX = Polyhedron.box(-1, 1, 2)
Make = Callable[..., CoveringSearch[Any]]


def deviation(**options: Any) -> Deviation:
    """Of two networks with nothing in common."""
    a, b = (random_network([2, 7, 6, 2], Random(seed)) for seed in (1, 2))
    return Deviation(Comparison.of(a, b), BOX, **options)


def agreement(**options: Any) -> Agreement:
    """Of the same maximum taken in two orders, of so few forms that cells are few too."""
    forms = random_forms(5, 2, Random(8))
    pair = Comparison.of(tournament(forms, range(5)), tournament(forms, [3, 1, 4, 0, 2]))
    return Agreement(pair, **options)


def by_cases(**options: Any) -> Agreement:
    """Of a maximum that has many cells, and few cases."""
    forms = random_forms(12, 3, Random(8))
    order = [3, 6, 1, 11, 5, 0, 8, 2, 9, 4, 7, 10]
    pair = Comparison.of(tournament(forms, range(12)), tournament(forms, order))
    return Agreement(pair, **options)


def classes(**options: Any) -> SameClasses:
    """Of a network and itself doubled."""
    a = random_network([2, 6, 4, 3], Random(3))
    double = Comparison.of(a, a).a
    return SameClasses(a, double, BOX, **options)


def budget(calls: int) -> Callable[[], bool]:
    """A stop that comes after so many questions."""
    left = iter(range(calls))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("make", [deviation, agreement])
@pytest.mark.parametrize("calls", [1, 12, 40])
@pytest.mark.parametrize("name", ["state", "state.gz"])
def test_a_search_in_pieces_is_the_search(
    make: Make, calls: int, name: str, tmp_path: Path
) -> None:
    whole, path = make(), tmp_path / name
    assert whole.run()
    stopped, proved, lines = 0, False, list[str]()
    while not proved:
        search = make(stop=budget(calls * (1 + stopped)))
        if stopped:
            resume(search, path)
        lines.clear()
        with recorded(search, path):
            proved = search.run(lines.extend)
        stopped += not proved
    assert stopped or calls > 12
    assert search.cells == whole.cells
    outcome = judged(lines)
    assert outcome.accepted, outcome
    if isinstance(search, Deviation) and isinstance(whole, Deviation):
        assert search.ranges() == whole.ranges() and "attained" in outcome.claim
    finished = make(stop=lambda: True)
    resume(finished, path)
    assert finished.run() and finished.cells == whole.cells


@pytest.mark.parametrize("calls", [8, 15])
def test_cases_in_pieces_are_the_same_cases(calls: int, tmp_path: Path) -> None:
    whole, path = list[str](), tmp_path / "state"
    assert by_cases().run(whole.extend) and whole[-3].startswith("never")
    found, pieces = list[str](), 0
    while not found or found[-1] != "end":
        search, found = by_cases(stop=budget(calls)), list[str]()
        if pieces:
            resume(search, path)
        with recorded(search, path):
            search.run(found.extend)
        pieces += 1
    assert pieces > 2 and found == whole
    finished = by_cases(stop=lambda: True)
    resume(finished, path)
    again = list[str]()
    assert finished.run(again.extend) and again == whole and finished.cells == 1


@pytest.mark.parametrize("line", ["case 9:0", "never 1 0", "split 3", "case 1:0"])
def test_cases_of_another_search_are_refused(line: str, tmp_path: Path) -> None:
    search = by_cases()
    search.go_on(iter(["open"]), ["cells 0", *["tried 0 case 1:0"] * (line == "case 1:0"),
                                  *["tried 0 never 0 0"] * 40 * (line == "never 1 0"),
                                  f"tried 0 {line}"])  # fmt: skip
    with pytest.raises(InputError):
        search.run()


def test_what_was_seen_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "state"
    search = deviation(stop=lambda: search.cells > 10)
    with recorded(search, path):
        assert not search.run()
    again = deviation(stop=lambda: True)
    resume(again, path)
    assert again.largest() == search.largest() is not None
    assert again.cells == search.cells
    with recorded(again, path):
        assert not again.run()
    assert again.largest() == search.largest()


def test_a_file_of_another_question_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with recorded(deviation(stop=budget(15)), path) as _:
        pass
    others = [agreement(), deviation(within=fmpq(1000))]
    a, b = (random_network([2, 7, 6, 2], Random(seed)) for seed in (1, 2))
    others += [Deviation(Comparison.of(b, a), BOX), Deviation(Comparison.of(a, b))]
    for other in others:
        with pytest.raises(InputError, match="another question"):
            resume(other, path)
    path.write_text("exactrev-certificate 1\n")
    with pytest.raises(InputError, match="is not a search"):
        resume(deviation(), path)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path, random = tmp_path / "state", Random(0)
    search = deviation(stop=budget(12))
    with recorded(search, path):
        search.run()
    text = path.read_text()
    for _ in range(40):
        lines = text.splitlines(keepends=True)
        place = random.randrange(len(lines))
        if random.random() < 0.5:
            del lines[place]
        else:
            lines[place] = lines[place].replace(random.choice("0123456789 on"), "7", 1)
        damaged = "".join(lines)
        if damaged == text:
            continue
        path.write_text(damaged)
        with pytest.raises(InputError, match=r"damaged|another question|not a search"):
            resume(deviation(), path)
    for content in (b"", text[: len(text) // 2].encode(), b"\xff\xfe", text.encode() + b"x\n"):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"damaged|not a search"):
            resume(deviation(), path)
    short = tmp_path / "state.gz"
    short.write_bytes(gzip.compress(text.encode())[:-9])
    with pytest.raises(InputError, match="damaged"):
        resume(deviation(), short)


@pytest.mark.parametrize("make", [deviation, agreement, by_cases, classes])
def test_several_processes_write_the_same_bytes(make: Make) -> None:
    alone = list[str]()
    assert make().run(alone.extend)
    assert judged(alone).accepted
    for jobs in (2, 3):
        together = list[str]()
        assert make(jobs=jobs).run(together.extend)
        assert together == alone


def test_several_processes_find_the_same_witness() -> None:
    forms = random_forms(8, 2, Random(8))
    pair = Comparison.of(
        tournament(forms[:7], range(7)), tournament(forms, [3, 6, 1, 5, 0, 2, 4, 7])
    )
    found = [Agreement(pair, jobs=jobs) for jobs in (1, 2)]
    assert not any(search.run() for search in found)
    assert found[0].witness == found[1].witness is not None
