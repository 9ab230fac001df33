"""What ``exactrev recover`` says of every neuron and weight of NET."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exactrev.accounting import Account
    from exactrev.recovery import Recovery


def account_of(target: Any, recovery: Recovery) -> Account | None:
    """Every neuron and weight of NET set against the result; None where there is no NET."""
    from exactrev.network import Network

    if not isinstance(target, Network):
        return None
    from exactrev.accounting import accounted

    try:
        return accounted(target, recovery)
    except KeyboardInterrupt:
        return None  # the recovery itself is done


def account_facts(account: Account | None) -> dict[str, Any]:
    """JSON values: how many neurons and weights are of each state, and each missing one."""
    if account is None:
        return {"accounts": None, "explained": []}
    return {
        "accounts": _counted(account),
        "explained": [
            {"what": what, "state": standing.state, "reason": standing.reason}
            for what, standing in account.missing()
        ],
    }


def account_details(account: Account | None) -> list[tuple[str, str]]:
    """The same as lines of text; none if nothing is missing."""
    missing = [] if account is None else list(account.missing())
    if account is None or not missing:
        return []
    summary = "; ".join(
        f"{what} " + ", ".join(f"{number} {state}" for state, number in states.items() if number)
        for what, states in _counted(account).items()
    )
    return [("accounts", summary)] + [
        ("missing", f"{_together([what for what, _ in alike])}: {why.reason} ({why.state})")
        for why, alike in groupby(missing, key=itemgetter(1))
    ]


def _together(names: Sequence[str]) -> str:
    """Names that one thing is said of: the first and the last, where they are many."""
    if len(names) <= 2:
        return ", ".join(names)
    return f"{names[0]} to {names[-1]} ({len(names)})"


def _counted(account: Account) -> dict[str, dict[str, int]]:
    from exactrev.accounting.standing import counts

    return {
        "neurons": counts(account.neurons.values()), "weights": counts(account.weights.values()),
    }
