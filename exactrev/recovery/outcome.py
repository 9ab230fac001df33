"""The outcome of a search for a network: what was found, what it cost, and what is proved of it.

The search sees nothing but its source.  The network itself, where one was given, is opened only
here, to prove (or fail to prove) that the result is it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from exactrev.equivalence import Equivalence
from exactrev.errors import QueryBudgetExceeded, RecoveryError, TimeLimitExceeded
from exactrev.network.convolution import Convolution
from exactrev.network.model import Network
from exactrev.network.reduction import without_unread
from exactrev.recovery.explanation import Unresolved, unproved_reasons
from exactrev.recovery.proof import proved_against

Verdict = Literal["recovered", "partial", "failed"]
Proof = Literal["isomorphism", "equality", "unproved", "none"]


@dataclass(frozen=True)
class Recovery:
    """What a recovery found, what it cost, and what is proved of it.

    - ``verdict``: ``recovered`` only with a proof that ``network`` equals the given network as a
      function; ``partial`` if the network or the proof is not complete, or a limit or Ctrl-C ended
      the search; ``failed`` if nothing was found.
    - ``proof``: ``isomorphism``, ``equality`` (up to neurons that cannot matter), ``unproved``
      (a callable was given: fresh queries agree exactly), or ``none``.
    - ``queries``: distinct points asked; ``query_bits``: the longest coordinate of any of them;
      ``total_query_bits``: over all coordinates of all points.
    - ``neurons``: found per hidden layer; ``parameters``: of the network that was given (0 for a
      callable); ``unresolved``: each thing left open, with a reason.
    - ``hidden_layers``: where there is no whole ``network``, the layers found (weights left open
      are 0, and the last layer's neurons may point the other way) under an output that is 0.
    - ``convolutions``: per hidden layer of ``network`` the convolution that its weights are, number
      by number, or None; () where none was found.  ``network.shapes`` says how values are listed.
    """

    verdict: Verdict
    network: Network | None
    isomorphic: bool
    equal: bool
    proof: Proof
    queries: int
    query_bits: int
    total_query_bits: int
    seconds: float
    neurons: tuple[int, ...]
    parameters: int
    unresolved: tuple[Unresolved, ...]
    equivalence: Equivalence | None = None
    hidden_layers: Network | None = None
    convolutions: tuple[Convolution | None, ...] = ()

    @property
    def architecture(self) -> tuple[int, ...]:
        """Inputs, hidden layers and outputs of the result; () where there is none."""
        return () if self.network is None else self.network.architecture

    @property
    def certificate(self) -> Iterable[str] | None:
        """The lines of the certificate that ``network`` equals the given one, or None."""
        proved = self.equivalence is not None and self.equivalence.same_function
        return self.equivalence.certificate() if self.equivalence and proved else None


class Costs(Protocol):
    """What an oracle was asked."""

    @property
    def queries(self) -> int:
        """Distinct points."""

    @property
    def query_bits(self) -> int:
        """The longest coordinate."""

    @property
    def total_query_bits(self) -> int:
        """Over all coordinates of all points."""

    @property
    def seconds(self) -> float:
        """Since it was made."""

    @property
    def remaining(self) -> float:
        """Seconds until the limit of time, if there is one."""


@dataclass(frozen=True)
class End:
    """How a search ended: the ``reason`` is empty where it came to its own end.

    ``cut_short``: a limit or Ctrl-C ended it, so that nothing found does not mean failed.
    """

    reason: str = ""
    cut_short: bool = False


def ended(search: Callable[[], None]) -> End:
    """Run a search; what it raises to say that it cannot go on becomes the reason."""
    try:
        search()
    except (QueryBudgetExceeded, TimeLimitExceeded) as limit:
        return End(str(limit), cut_short=True)
    except KeyboardInterrupt:
        return End("interrupted", cut_short=True)
    except RecoveryError as reason:
        return End(str(reason))
    return End()


@dataclass(frozen=True)
class Findings:
    """What a search leaves: a whole ``network`` or the ``hidden_layers`` found, if there are any.

    ``neurons``: how many were found per hidden layer; ``unresolved``: what the search left open.
    """

    network: Network | None
    hidden_layers: Network | None
    neurons: tuple[int, ...]
    unresolved: tuple[Unresolved, ...]


def judged(target: Any, findings: Findings, oracle: Costs, seed: int, end: End) -> Recovery:
    """The outcome, with the proof against the target where that is a Network."""
    network = None if findings.network is None else without_unread(findings.network)
    unresolved = findings.unresolved
    found: Equivalence | None = None
    if network is not None and isinstance(target, Network):
        found = proved_against(target, network, seed, oracle.remaining)
        unresolved = () if found.same_function else unresolved + unproved_reasons(found, seed)
    proof = _proof(network, found)
    equal = proof in ("isomorphism", "equality")
    anything = network is not None or any(findings.neurons) or end.cut_short
    some: Verdict = "partial" if anything else "failed"
    return Recovery(
        verdict="recovered" if equal else some,
        network=network,
        isomorphic=proof == "isomorphism",
        equal=equal,
        proof=proof,
        queries=oracle.queries,
        query_bits=oracle.query_bits,
        total_query_bits=oracle.total_query_bits,
        seconds=oracle.seconds,
        neurons=findings.neurons if network is None else network.architecture[1:-1],
        parameters=target.parameters if isinstance(target, Network) else 0,
        unresolved=unresolved,
        equivalence=found,
        hidden_layers=findings.hidden_layers if network is None else None,
    )


def _proof(network: Network | None, found: Equivalence | None) -> Proof:
    if network is None or (found is not None and not found.same_function):
        return "none"
    if found is None:
        return "unproved"
    return "isomorphism" if found.verdict == "isomorphic" else "equality"
