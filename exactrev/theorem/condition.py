"""A condition that the theorem's words *outside a set of measure zero* stand for."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq


@dataclass(frozen=True)
class Condition:
    """A condition by name; ``quantity`` is the exact number, where there is one, that must not be 0
    (the least of its kind), ``where`` says of what it is, or what speaks against the condition.
    """

    name: str
    holds: bool
    quantity: fmpq | None = None
    where: str = ""

    def __str__(self) -> str:
        zero = " is 0" if self.quantity is not None and not self.holds else ""
        return f"{self.name}: {self.where}{zero}" if self.where else self.name
