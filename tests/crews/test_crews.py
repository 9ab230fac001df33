"""Every crew gives the same answers in the same order, and ends when it is told to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest
from flint import fmpq

from exactrev.bounds import BoxDeviation
from exactrev.crews import Cluster, Jobs, hire
from exactrev.equivalence import Agreement, Comparison, Deviation
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.verification import Instance, NotProved, Search, bind
from exactrev.vnnlib import parse_vnnlib
from tests.equivalence.pairs import moved, random_network


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A Dask cluster of two workers in this process."""
    distributed = pytest.importorskip("distributed")
    local = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None,
        protocol="tcp", host="127.0.0.1",
    )  # fmt: skip
    with local:
        yield Cluster(local.scheduler_address)


@pytest.fixture(params=[1, 2, 3, "cluster"])
def jobs(request: pytest.FixtureRequest) -> Jobs:
    """In turn, in processes, on a cluster."""
    if request.param == "cluster":
        found: Jobs = request.getfixturevalue("cluster")
        return found
    return int(request.param)


def _base(base: int, stop: Callable[[], bool]) -> tuple[int, Callable[[], bool]]:
    return base, stop


def _power(held: tuple[int, Callable[[], bool]], task: int) -> int:
    time.sleep(0.02 * (task % 3))  # later tasks are done before earlier ones
    return int(held[0] ** task)


def _until_stopped(held: tuple[int, Callable[[], bool]], task: int) -> str:
    end = time.monotonic() + 60
    while not held[1]() and time.monotonic() < end:
        time.sleep(0.01)
    return "stopped" if held[1]() else "late"


def test_answers_come_in_order(jobs: Jobs) -> None:
    with hire(jobs, partial(_base, 3)) as crew:
        assert list(crew.answers(_power, range(9))) == [3**k for k in range(9)]
        later = [crew.send(_power, task) for task in (5, 4)]
        assert [answer() for answer in later[::-1]] == [81, 243]


def test_members_are_told_to_stop(jobs: Jobs) -> None:
    begun = time.monotonic()

    def stop() -> bool:
        return time.monotonic() > begun + 0.5

    with hire(jobs, partial(_base, 0), stop) as crew:
        assert list(crew.answers(_until_stopped, [0])) == ["stopped"]


def test_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("exactrev.crews.cluster._PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nowhere at all", "pigeon://127.0.0.1:1"):
        with pytest.raises(InputError, match="there is no Dask scheduler"):
            hire(Cluster(address), partial(_base, 0))


# -- searches -----------------------------------------------------------------------------------


def pair() -> tuple[Network, Network]:
    """Two networks with some hundred cells on a square."""
    network = random_network([2, 7, 6, 2], Random(5))
    return network, moved(network, 1, fmpq(1, 50))


def property_of(network: Network, above: str) -> Instance:
    """Whether an output is larger than a number on a square."""
    text = f"""(declare-const X_0 Real) (declare-const X_1 Real)
        (declare-const Y_0 Real) (declare-const Y_1 Real)
        (assert (and (<= X_0 2) (>= X_0 -2) (<= X_1 2) (>= X_1 -2) (>= Y_0 {above})))"""
    return bind(parse_vnnlib(text.splitlines()), {"": network})


def verified(network: Network, above: str, jobs: Jobs) -> tuple[Any, list[str]]:
    """The verdict, how it is told, and the certificate as far as it goes."""
    search, lines = Search(property_of(network, above), jobs=jobs), []
    try:
        lines.extend(search.lines())
    except NotProved:
        return search.result(False), lines
    return search.result(True), lines


def test_searches_do_not_depend_on_who_does_them(jobs: Jobs) -> None:
    """The bytes of every certificate, and what is told beside them."""
    a, b = pair()
    comparison, square = Comparison.of(a, b), Polyhedron.box(-2, 2, 2)
    exact = Deviation(comparison, square)
    assert exact.run()
    enough = exact.largest() * fmpq(11, 10)
    for make in (
        lambda jobs: Deviation(comparison, square, jobs=jobs),
        lambda jobs: Agreement(Comparison.of(a, a), square, jobs=jobs),
        lambda jobs: BoxDeviation(comparison, square, within=enough, jobs=jobs),
    ):
        one, other = make(1), make(jobs)
        assert list(one.lines()) == list(other.lines())
    top = Deviation(Comparison.of(a, Network.dense([([[0, 0]] * 2, [0, 0])])), square)
    assert top.run()
    largest = top.ranges()[0][1]
    assert largest is not None
    for above in (str(largest + 1), str(largest + largest / 1000), str(largest * 9 / 10)):
        assert verified(a, above, 1) == verified(a, above, jobs)
