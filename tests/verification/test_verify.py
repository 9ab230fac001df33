"""Verdicts on properties: against z3 in exact reals, with certificates that the checker judges."""

from __future__ import annotations

import io
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.checker import Outcome, check
from exactrev.verification import NotProved, Search, Verification
from tests.strategies import networks
from tests.verification.reference import SIGNS, instance, satisfiable
from tests.vnnlib_texts import formulas


def judge(lines: Iterable[str]) -> Outcome:
    return check(io.BytesIO("".join(f"{line}\n" for line in lines).encode()))


def searched(search: Search) -> tuple[Verification, list[str]]:
    """The verdict and the lines of its certificate."""
    lines: list[str] = []
    try:
        lines += search.lines()
    except NotProved:
        found = search.result(False)
        return found, list(found.satisfied_certificate())
    return search.result(True), lines


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_verdicts_are_those_of_z3(data: st.DataObject) -> None:
    network = data.draw(networks(max_inputs=3, max_width=3, max_depth=2))
    count = data.draw(st.integers(1, 3))
    tree = (
        "and",
        *(data.draw(formulas(network.inputs, network.outputs, SIGNS)) for _ in range(count)),
    )
    asked = instance(network, tree)
    found, lines = searched(Search(asked))
    assert found.verdict == ("sat" if satisfiable(network, tree) else "unsat")
    outcome = judge(lines)
    assert outcome.accepted, outcome.reason
    if found.witness is not None:
        assert asked.holds(found.witness)
