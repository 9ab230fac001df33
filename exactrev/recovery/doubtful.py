"""Hyperplanes that may be first-layer boundaries, and which of them are taken for such.

Where three boundaries meet in a way that does not tell which is the earlier one (see
``junction``), they are *rivals*: at most one of them is of the first layer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from random import Random

from exactrev.recovery.geometry import Form
from exactrev.recovery.junction import Key

#: Random choices made at most to find one that was not tried before.
_DRAWS = 20


@dataclass
class Doubtful:
    """The doubtful hyperplanes (``forms``) and those of them taken for boundaries (``chosen``)."""

    forms: dict[Key, Form] = field(default_factory=dict)
    chosen: dict[Key, Form] = field(default_factory=dict)
    _rivals: dict[Key, set[Key]] = field(default_factory=dict)
    _tried: set[frozenset[Key]] = field(default_factory=set)

    def rivals(self, key: Key) -> set[Key]:
        """What cannot be of the first layer if this hyperplane is."""
        return self._rivals.get(key, set())

    def set_against(self, keys: Iterable[Key]) -> None:
        """Make hyperplanes rivals of each other."""
        group = set(keys)
        for key in group:
            self._rivals.setdefault(key, set()).update(group - {key})

    def add(self, key: Key, form: Form, preferred: bool) -> None:
        """Take in a hyperplane, and choose it unless a rival is chosen and it is not preferred."""
        self.forms[key] = form
        against = self.rivals(key) & self.chosen.keys()
        if preferred or not against:
            self.chosen[key] = form
            for rival in against:
                del self.chosen[rival]

    def drop(self, keys: Collection[Key]) -> None:
        """Forget hyperplanes: they are certain now, or certainly of deeper layers."""
        for key in keys:
            self.forms.pop(key, None)
            self.chosen.pop(key, None)

    def reconsider(self, random: Random) -> bool:
        """Choose other hyperplanes than ever before, at random; whether that was possible.

        In a cell where a single neuron is on, every deeper boundary is parallel to that neuron's.
        So a direction that several doubtful ones share is one of the first layer's, and one of
        them is its boundary.
        """
        self._tried.add(frozenset(self.chosen))
        directions: dict[Key, list[Key]] = {}
        for key in self.forms:
            directions.setdefault(key[:-1], []).append(key)
        shared = [keys for keys in directions.values() if len(keys) > 1]
        classes = shared or list(directions.values())
        for _ in range(_DRAWS):
            one_each = [random.choice(keys) for keys in classes]
            picked = self._without_rivals(random.sample(one_each, len(one_each)))
            if frozenset(picked) not in self._tried:
                self.chosen = {key: self.forms[key] for key in picked}
                return True
        return False

    def _without_rivals(self, keys: Iterable[Key]) -> list[Key]:
        kept: list[Key] = []
        for key in keys:
            if not self.rivals(key).intersection(kept):
                kept.append(key)
        return kept
