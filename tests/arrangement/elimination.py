"""A second brute force for the sign vectors of a network: Fourier-Motzkin elimination.

Slower than tests/arrangement/brute_force.py and with no geometry in it; the two check each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from exactrev.network import Network
from tests.arrangement.brute_force import PatternForms, Signs, fraction, primitive
from tests.recovery.reference import Form


def has_solution(equal: Sequence[Form], positive: Sequence[Form]) -> bool:
    """Whether some x has e.x + c = 0 for every form of ``equal`` and > 0 for the others."""
    if not equal:
        return _has_strict_solution(list(positive))
    first, rest = equal[0], equal[1:]
    place = next((k for k, a in enumerate(first[:-1]) if a), None)
    if place is None:
        return first[-1] == 0 and has_solution(rest, positive)

    def without(form: Form) -> Form:
        factor = form[place] / first[place]
        return [x - factor * y for x, y in zip(form, first, strict=True)]

    return has_solution([without(form) for form in rest], [without(form) for form in positive])


def _has_strict_solution(forms: list[Form]) -> bool:
    """Eliminate the variables one by one: every lower bound lies below every upper bound."""
    for place in range(len(forms[0]) - 1 if forms else 0):
        lower = [form for form in forms if form[place] > 0]
        upper = [form for form in forms if form[place] < 0]
        free = [form for form in forms if form[place] == 0]
        between = [
            [low[place] * u - up[place] * v for u, v in zip(up, low, strict=True)]
            for low in lower
            for up in upper
        ]
        distinct = {primitive(form) for form in (*free, *between)}
        forms = [list(map(Fraction, form)) for form in distinct]
    return all(form[-1] > 0 for form in forms)


def sign_vectors(network: Network, domain_rows: Iterable[Sequence[Any]] = ()) -> Iterator[Signs]:
    """The signs of all hidden z, once each, that occur at points of the domain's interior."""
    rows = [[fraction(entry) for entry in row] for row in domain_rows]
    patterns = PatternForms(network)

    def extend(
        done: Signs, row: tuple[int, ...], eq: list[Form], pos: list[Form]
    ) -> Iterator[Signs]:
        if len(done) == len(network.hidden):
            yield done
        elif len(row) == network.hidden[len(done)].size:
            yield from extend((*done, row), (), eq, pos)
        else:
            before = tuple(tuple(sign > 0 for sign in layer) for layer in done)
            form = patterns.of_layer(before)[len(row)]
            for sign in (-1, 0, 1):
                equal = [*eq, form] if sign == 0 else eq
                positive = [*pos, [sign * x for x in form]] if sign else pos
                if has_solution(equal, positive):
                    yield from extend(done, (*row, sign), equal, positive)

    if has_solution([], rows):
        yield from extend((), (), [], rows)
