"""Which way the last known layer's neurons point: relu(z) or relu(-z)?

Boundaries of the next layer tell.  With e_i = w_i s_i - u_i the coefficient of z_i in a
boundary's form, ``e_i != 0`` says that neuron i is on at that place; and u_i = w_i o_i with an
unknown bit o_i turns every remaining equation into one on bits, which linear algebra or, where
there are fewer equations than bits, lattice reduction solves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice, product

from flint import fmpq

from exactrev.exact.lattice import binary_solution
from exactrev.exact.linear import echelon_rows
from exactrev.recovery.surface import Surface

#: Lattice answers count only if the equations hold this many more bits than there are unknowns.
_MARGIN_BITS = 40
#: So many bits are tried in all ways where the equations are too short for that.
_MOST_TRIED = 10
#: Sets of dormant neurons that are assumed to point as they stand.
_ASSUMPTIONS = 24

BitEquation = tuple[list[fmpq], fmpq]


class Contradiction(Exception):
    """No orientation is consistent with the surfaces: one is deeper, or the layer is incomplete."""


def orientation(surfaces: Sequence[Surface], width: int) -> list[bool] | None:
    """True for each neuron to be negated, or None while the surfaces do not determine all of them.

    Raises Contradiction if no choice satisfies the surfaces.
    """
    known = direct_bits(surfaces, width)
    bits = _all_bits(surfaces, width, known)
    if bits is None:
        bits = _with_sleepers(surfaces, width, known)
    return bits


def _with_sleepers(
    surfaces: Sequence[Surface], width: int, known: dict[int, int]
) -> list[bool] | None:
    """The bits if it is assumed that neurons point as they stand where they are dormant.

    Then nothing that is open of them matters, which leaves more equations on all the others.  As
    many as the equations allow are assumed to.  Raises Contradiction if they allow no set of those
    tried.
    """
    dormant = {j for surface in surfaces[:1] for j, _ in surface.prefix.dormant} - known.keys()
    choices = (
        some
        for count in range(len(dormant), 0, -1)
        for some in combinations(sorted(dormant), count)
    )
    possible = not dormant
    for some in islice(choices, _ASSUMPTIONS):
        try:
            bits = _all_bits(surfaces, width, known | dict.fromkeys(some, 0))
        except Contradiction:
            continue
        if bits is not None:
            return bits
        possible = True
    if not possible:
        raise Contradiction("whichever way dormant neurons point, no signs are left for the others")
    return None


def _all_bits(
    surfaces: Sequence[Surface], width: int, known: dict[int, int]
) -> list[bool] | None:
    """The bits that follow from those known, or None if some do not."""
    while free := [i for i in range(width) if i not in known]:
        equations = [
            equation
            for surface in surfaces
            for equation in bit_equations(surface, known)
        ]
        # some bits may be determined before others, and these by what then is known
        solved = _solve(equations, free)
        if not solved:
            return None
        known = known | solved
    # what no bit is left in may contradict them
    for surface in surfaces:
        bit_equations(surface, known)
    return [bool(known[i]) for i in range(width)]


def direct_bits(surfaces: Sequence[Surface], width: int) -> dict[int, int]:
    """The bits that single coefficients show: a nonzero e_i means that neuron i is on there."""
    bits: dict[int, int] = {}
    weak: dict[int, set[int]] = {}
    for surface in surfaces:
        for signs in {place.cell.top_signs for place in surface.waypoints}:
            for i in range(width):
                factors = [fmpq(int(k == i)) for k in range(width)]
                value = surface.system.value(surface.effect(signs, factors))
                if value is None:
                    continue
                if value:
                    bit = 0 if signs[i] else 1
                    if bits.setdefault(i, bit) != bit:
                        raise Contradiction(f"neuron {i} would be on on both of its sides")
                else:
                    weak.setdefault(i, set()).add(1 if signs[i] else 0)
    for i, seen in weak.items():
        if i not in bits and len(seen) == 1:
            bits[i] = next(iter(seen))
    return bits


def bit_equations(surface: Surface, known: dict[int, int]) -> list[BitEquation]:
    """The surface's equations on the bits not ``known``, with everything else eliminated.

    Raises Contradiction if they have no solution.  The answer is kept with the surface: it rests on
    nothing but its equations, of which there never are other ones with the same rank.
    """
    key = (surface.system.rank, tuple(sorted(known.items())))
    if key not in surface.told:
        surface.told[key] = _eliminated(surface, known)
    equations = surface.told[key]
    if equations is None:
        raise Contradiction("the surface's equations have no solution")
    return equations


def _eliminated(surface: Surface, known: dict[int, int]) -> list[BitEquation] | None:
    """As ``bit_equations``; None if there is no solution."""
    width = surface.prefix.width
    weights = [surface.weight(i) for i in range(width)]
    free = [i for i in range(width) if i not in known]
    nuisances = [i for i in range(width) if weights[i] is None]
    unsure = [i for i in nuisances if i not in known]
    # u_i t_m is 0 where u_i is
    products = [
        2 * width + 1 + m for m, (i, _) in enumerate(surface.prefix.dormant) if known.get(i) != 0
    ]
    # columns: w_i of undetermined weights, u_i unless it is a known multiple, b, u_i t_m, the bits
    rows = []
    for row in surface.system.rows():
        head = [
            *(row[i] + row[width + 1 + i] * known.get(i, 0) for i in nuisances),
            *(row[width + 1 + i] for i in unsure),
            row[width],
            *(row[m] for m in products),
        ]
        value = row[-1]
        tail = dict.fromkeys(free, fmpq(0))
        for i, weight in enumerate(weights):
            if weight is None:
                continue
            value -= row[i] * weight
            coefficient = row[width + 1 + i] * weight
            if i in known:
                value -= coefficient * known[i]
            else:
                tail[i] = coefficient
        rows.append([*head, *tail.values(), value])
    skip = len(nuisances) + len(unsure) + 1 + len(products) if rows else 0
    reduced = echelon_rows(rows)
    if reduced and not any(reduced[-1][:-1]):
        return None
    return [(row[skip:-1], row[-1]) for row in reduced if not any(row[:skip])]


def _solve(equations: list[BitEquation], free: list[int]) -> dict[int, int] | None:
    """The bits that the equations speak of, or None if those do not decide them."""
    used = [j for j in range(len(free)) if any(row[j] for row, _ in equations)]
    narrow = [([row[j] for j in used], value) for row, value in equations]
    if not used:
        return None
    if _information(narrow) < len(used) + _MARGIN_BITS:
        bits = _only_solution(narrow, len(used))
        return None if bits is None else {free[j]: bit for j, bit in zip(used, bits, strict=True)}
    bits = binary_solution(narrow, len(used))
    if bits is None:
        raise Contradiction("no signs satisfy the surfaces' equations")
    return {free[j]: bit for j, bit in zip(used, bits, strict=True)}


def _only_solution(equations: list[BitEquation], count: int) -> tuple[int, ...] | None:
    """The bits, if a few can be tried in all ways and one alone satisfies the equations.

    Raises Contradiction if none does.
    """
    if count > _MOST_TRIED:
        return None
    found = [
        bits
        for bits in product((0, 1), repeat=count)
        if all(
            sum((x for x, bit in zip(row, bits, strict=True) if bit), fmpq(0)) == value
            for row, value in equations
        )
    ]
    if not found:
        raise Contradiction("no signs satisfy the surfaces' equations")
    return found[0] if len(found) == 1 else None


def _information(equations: list[BitEquation]) -> int:
    """The equations' length in bits: how many wrong answers they can tell apart, by their number.

    An equation in one unknown alone decides it and counts as much as is ever asked for.
    """
    total = 0
    for row, value in equations:
        numbers = [x for x in (*row, value) if x]
        longest = max(max(x.p.bit_length(), x.q.bit_length()) for x in numbers)
        total += longest if sum(map(bool, row)) > 1 else len(row) + _MARGIN_BITS
    return total
