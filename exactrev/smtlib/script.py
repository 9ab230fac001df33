"""The text of a script: numbers, linear terms, and checks that must all answer unsat.

>>> linear({0: (-1, 2), ONE: (3, 1)}, {0: "x0"})
'(+ 3.0 (* (- (/ 1.0 2.0)) x0))'
>>> lines = []
>>> script = Script(lines.append)
>>> script.check("why", ["(< x0 0.0)"])
>>> lines
['; why', '(push 1)', '(assert (< x0 0.0))', '(check-sat)', '(pop 1)']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from exactrev.checker.lines import Ratio
from exactrev.checker.network import ONE, Row


def on_branch(value: str, z: str, on: bool | None) -> list[str]:
    """What is used of a neuron's value where it is on, or not, or may be either (None)."""
    if on is None:
        return [f"(>= {value} 0.0)", f"(>= {value} {z})"]
    if on:
        return [f"(= {value} {z})", f"(> {z} 0.0)"]
    return [f"(= {value} 0.0)", f"(<= {z} 0.0)"]


class Script:
    """A script being written, line by line; ``checks`` is how many times it asks."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self.checks = 0

    def comment(self, text: str) -> None:
        """A line that solvers pass over."""
        self._write(f"; {text}")

    def declare(self, name: str) -> None:
        """A free real number."""
        self._write(f"(declare-const {name} Real)")

    def define(self, name: str, term: str) -> None:
        """A name for a term, until the scope ends."""
        self._write(f"(define-fun {name} () Real {term})")

    def open(self) -> None:
        """Begin a scope."""
        self._write("(push 1)")

    def close(self) -> None:
        """End a scope: its names are forgotten."""
        self._write("(pop 1)")

    def command(self, text: str) -> None:
        """Any other line."""
        self._write(text)

    def check(self, why: str, assertions: Iterable[str]) -> None:
        """Ask whether these can hold together, in a scope of their own."""
        self.comment(why)
        self.open()
        for assertion in assertions:
            self._write(f"(assert {assertion})")
        self._write("(check-sat)")
        self.close()
        self.checks += 1


def number(value: Ratio) -> str:
    """A rational number as a term."""
    p, q = value
    size = f"{abs(p)}.0" if q == 1 else f"(/ {abs(p)}.0 {q}.0)"
    return f"(- {size})" if p < 0 else size


def linear(row: Row, names: Mapping[int, str]) -> str:
    """A row as a term, its values by their names."""
    terms = [number(row[ONE])] if ONE in row else []
    for value, coefficient in row.items():
        if value != ONE:
            name = names[value]
            terms.append(name if coefficient == (1, 1) else f"(* {number(coefficient)} {name})")
    if not terms:
        return "0.0"
    return terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"


def relu(term: str) -> str:
    """max(term, 0)."""
    return f"(ite (> {term} 0.0) {term} 0.0)"


def both(terms: Iterable[str]) -> str:
    """That all of them hold."""
    listed = list(terms)
    return "true" if not listed else listed[0] if len(listed) == 1 else f"(and {' '.join(listed)})"


def some(terms: Iterable[str]) -> str:
    """That one of them holds."""
    listed = list(terms)
    return "false" if not listed else listed[0] if len(listed) == 1 else f"(or {' '.join(listed)})"


def differs(one: str, other: str) -> str:
    """That two numbers are not the same."""
    return f"(not (= {one} {other}))"
