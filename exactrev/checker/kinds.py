"""The kinds of claim: of which networks each one speaks, and how its proof begins (format, 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from exactrev.checker.apart import EqualOn, Within
from exactrev.checker.boundaries import Boundaries
from exactrev.checker.boxes import WithinBoxes
from exactrev.checker.claims import Different, Equal, Isomorphic
from exactrev.checker.classes import OtherClass, SameClass
from exactrev.checker.difference import read_pair
from exactrev.checker.lines import Lines, Refused
from exactrev.checker.network import Network
from exactrev.checker.not_isomorphic import NotIsomorphic
from exactrev.checker.properties import Satisfied, Unsatisfied
from exactrev.checker.regions import Regions
from exactrev.checker.unbounded import Unbounded
from exactrev.checker.unscalable import Unscalable


class Claim(Protocol):
    """A claim being proved: takes its steps in order, then must be finished."""

    def step(self, line: str) -> None:
        """Judge one step; refused if it does not hold or has no place here."""

    def finish(self) -> None:
        """Refused unless the steps so far prove the claim."""

    def sentence(self) -> str:
        """What is proved."""


@dataclass(frozen=True)
class Kind:
    """A kind of claim: the names of its networks; ``begin`` reads what stands before 'proof'.

    With ``more``, it may speak of more networks, which go by the next letters.
    """

    names: tuple[str, ...]
    begin: Callable[[Lines, list[Network]], Claim]
    more: bool = False

    def speaks_of(self, names: Sequence[str]) -> bool:
        """Whether these are the names of networks that a claim of this kind may have."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: max(len(names), len(self.names))]
        return list(names) == list(letters if self.more else self.names)


def _about_two(claim: Callable[[Network, Network], Claim]) -> Kind:
    """Claims about networks A and B, which have nothing more before 'proof'."""

    def begin(_: Lines, networks: list[Network]) -> Claim:
        a, b = networks
        if (a.inputs, a.outputs) != (b.inputs, b.outputs):
            raise Refused("the networks differ in their numbers of inputs or outputs")
        return claim(a, b)

    return Kind(("A", "B"), begin)


def _within(lines: Lines, networks: list[Network]) -> Claim:
    """Bounds of a difference, by a tree of cells or, where neurons are paired, by boxes."""
    pair = read_pair(lines, *networks)
    by_boxes = lines.peek().startswith("pairs ")
    return WithinBoxes(lines, pair) if by_boxes else Within(lines, pair)


KINDS = {
    "isomorphic": _about_two(Isomorphic),
    "equal": _about_two(Equal),
    "different": _about_two(Different),
    "not-isomorphic": _about_two(NotIsomorphic),
    "unscalable": _about_two(Unscalable),
    "equal-on": Kind(("A", "B"), lambda lines, networks: EqualOn(lines, *networks)),
    "within": Kind(("A", "B"), _within),
    "same-class": Kind(("A", "B"), lambda lines, networks: SameClass(lines, *networks)),
    "other-class": _about_two(OtherClass),
    "unbounded": Kind(("A", "B"), lambda lines, networks: Unbounded(lines, *networks)),
    "regions": Kind(("A",), lambda lines, networks: Regions(lines, *networks)),
    "boundaries": Kind(("A",), lambda lines, networks: Boundaries(lines, *networks)),
    "unsatisfied": Kind(("A",), Unsatisfied, more=True),
    "satisfied": Kind(("A",), Satisfied, more=True),
}
