"""Mixed-integer programs in floats: proposals, and none where the solver has nothing to say."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from exactrev.lp import highs
from exactrev.lp.mixed import MixedProgram

highspy = pytest.importorskip("highspy")


def knapsack(sizes: list[int], room: int) -> MixedProgram:
    """The largest sum of some of the sizes that is not above the room."""
    program = MixedProgram()
    for size in sizes:
        program.gains[program.column(0.0, 1.0, binary=True)] = float(size)
    program.add({j: float(size) for j, size in enumerate(sizes)}, high=float(room))
    return program


@pytest.mark.parametrize("seed", range(5))
def test_a_final_proposal_is_the_best_there_is(seed: int) -> None:
    random = Random(seed)
    sizes, room = [random.randint(1, 40) for _ in range(8)], random.randint(30, 120)
    found = knapsack(sizes, room).largest(nodes=1000)
    assert found is not None and found.is_final and found.point is not None
    choices = product((0, 1), repeat=8)
    sums = [sum(a * b for a, b in zip(sizes, some, strict=True)) for some in choices]
    best = sum(a * round(x) for a, x in zip(sizes, found.point, strict=True))
    assert best == max(total for total in sums if total <= room)


def test_there_may_be_no_point() -> None:
    program = knapsack([3, 5], 20)
    program.add({0: 1.0, 1: 1.0}, low=3.0)
    found = program.largest(nodes=10)
    assert found is not None and found.is_final and found.point is None


def test_programs_that_the_solver_refuses_have_no_proposal() -> None:
    program = knapsack([3, 5], 20)
    program.add({7: 1.0}, low=0.0)  # there is no such unknown
    assert program.largest(nodes=10) is None


def test_without_a_solver_nothing_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exactrev.lp.mixed.highspy_module", lambda: None)
    assert knapsack([3, 5], 7).largest(nodes=10) is None


def test_threads_that_someone_else_has_started_do_not_matter() -> None:
    expected = knapsack([3, 5, 9], 12).largest(nodes=10)
    other = highspy.Highs.__mro__[1]()
    other.setOptionValue("output_flag", False)
    other.setOptionValue("threads", 3)
    other.resetGlobalScheduler(True)
    other.addVar(0.0, 1.0)
    other.run()
    found = knapsack([3, 5, 9], 12).largest(nodes=10)
    assert expected is not None and found is not None
    assert expected.point is not None and found.point is not None
    assert found.point.tolist() == expected.point.tolist()
    assert highs.is_installed()


def long_one() -> MixedProgram:
    """Many nodes."""
    random = Random(0)
    program = MixedProgram()
    for _ in range(40):
        program.gains[program.column(0.0, 1.0, binary=True)] = random.random()
    for _ in range(30):
        program.add({j: random.random() for j in range(40)}, high=5.0)
    return program


def test_it_ends_when_it_is_asked_to() -> None:
    longer, shorter = long_one().largest(200), long_one().largest(200, stop=lambda: True)
    assert longer is not None and shorter is not None
    assert not shorter.is_final and shorter.steps < longer.steps


def test_an_interrupt_is_not_swallowed() -> None:
    def stop() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        long_one().largest(200, stop=stop)
