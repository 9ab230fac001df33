"""The tree of splits as it grows, with the lines that the certificate will have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Tree:
    """Nodes numbered from 0; each has the lines of what was decided there, then maybe a split."""

    lines: list[list[str]] = field(default_factory=list)
    children: list[tuple[int, ...]] = field(default_factory=list)
    #: nodes whose lines are complete, everything below them included
    closed: set[int] = field(default_factory=set)

    def grow(self, count: int) -> range:
        """Make that many new nodes."""
        first = len(self.lines)
        self.lines.extend([] for _ in range(count))
        self.children.extend(() for _ in range(count))
        return range(first, first + count)

    def split(self, node: int, row: int, children: Iterable[int]) -> None:
        """Split a node by a row into children, in the order wall, on, off."""
        self.lines[node].append(f"split {row}")
        self.children[node] = tuple(children)

    def close(self, node: int, *lines: str) -> None:
        """End a node with all the lines of what is below it."""
        self.lines[node].extend(lines)
        self.closed.add(node)

    def is_open_leaf(self, node: int) -> bool:
        """Whether a node waits for what is below it."""
        return not self.children[node] and node not in self.closed

    def preorder(self, root: int) -> Iterator[int]:
        """The nodes under one, itself first, children in their order."""
        stack = [root]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(self.children[node]))
