"""A search that is stopped ends soon, and what it says of open branches is true."""

from __future__ import annotations

import io
from itertools import count

import pytest

from exactrev.arrangement import Exploration, explore
from exactrev.arrangement.found import Closing
from exactrev.checker import check
from exactrev.network import Network
from tests.arrangement.networks import plain


def stopped_after(network: Network, questions: int) -> tuple[Exploration, str]:
    """A search stopped at that question, and what the checker says of its certificate."""
    asked = count()
    search = Exploration(network, None, 0, lambda: next(asked) >= questions)
    text = "".join(f"{line}\n" for line in search.lines())
    judged = check(io.BytesIO(text.encode()), (network.sha256, None))
    assert judged.accepted, judged.reason
    return search, judged.claim


@pytest.mark.parametrize("moment", [1000.0, -1.0])
def test_open_branches_with_and_without_points(
    monkeypatch: pytest.MonkeyPatch, moment: float
) -> None:
    monkeypatch.setattr(explore, "_CLOSING", moment)
    # the third input changes nothing: points of the slice have a 0 there
    whole = plain("eighths", (2, 5, 4, 1), 1)
    rows = [[*row, 0] for row in whole.weight(1).tolist()]
    network = Network.dense(
        [(rows, whole.bias(1).entries())]
        + [(whole.weight(k).tolist(), whole.bias(k).entries()) for k in (2, 3)]
    )
    total = Exploration(whole)
    for _ in total.lines():
        pass
    regions = total.result().counts[0]
    for questions in (1, 2, 4, 7):
        search, claim = stopped_after(network, questions)
        found = search.result()
        least = found.counts[0] + found.open_regions
        assert not found.complete and least <= regions
        assert (found.open_regions > 0) == (moment > 0)
        assert f"at least {least} activation regions" in claim


def test_the_moment_begins_with_the_first_question(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [5.0]
    monkeypatch.setattr(explore.time, "monotonic", lambda: now[0])
    closing = Closing()
    assert not closing.is_late()
    now[0] += explore._CLOSING
    assert not closing.is_late()
    now[0] += 0.1
    assert closing.is_late()
