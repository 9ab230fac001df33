"""0/1 solutions of exact linear systems by lattice reduction.

Source: the low-density subset-sum reduction of Lagarias and Odlyzko (1985), in the centred form of
Coster et al. (1992): a solution in {-1,1}^n is an unusually short vector of the integer kernel.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpz, fmpz_mat

from exactrev.exact.linear import echelon_rows


def binary_solution(
    equations: Sequence[tuple[Sequence[fmpq], fmpq]], unknowns: int
) -> tuple[int, ...] | None:
    """Bits x with sum(a_i x_i) = value for every equation (a, value), or None if none is found.

    A returned solution is checked exactly.  None is a proof that there is no solution only where
    the equations have full rank; lattice reduction may otherwise miss one.

    >>> from flint import fmpq
    >>> binary_solution([([fmpq(366), fmpq(385), fmpq(392), fmpq(401)], fmpq(767))], 4)
    (1, 0, 0, 1)
    """
    if unknowns == 0:
        return () if all(not value for _, value in equations) else None
    reduced = _independent(equations)
    if reduced is None:
        return None
    if len(reduced) == unknowns:
        candidate = [row[-1] for row in reduced]
        return tuple(int(x.p) for x in candidate) if all(x in (0, 1) for x in candidate) else None
    for signs in _short_kernel_vectors(reduced, unknowns):
        bits = tuple((1 + sign) // 2 for sign in signs)
        if _satisfies(reduced, bits):
            return bits
    return None


def _independent(equations: Sequence[tuple[Sequence[fmpq], fmpq]]) -> list[list[fmpq]] | None:
    """The reduced row echelon form of the augmented system, or None if it is inconsistent."""
    rows = echelon_rows([[*coefficients, value] for coefficients, value in equations])
    if rows and not any(rows[-1][:-1]):
        return None
    return rows


def _satisfies(rows: Sequence[Sequence[fmpq]], bits: Sequence[int]) -> bool:
    return all(
        sum((a for a, bit in zip(row, bits, strict=False) if bit), fmpq(0)) == row[-1]
        for row in rows
    )


def _short_kernel_vectors(rows: list[list[fmpq]], unknowns: int) -> list[list[int]]:
    """Vectors of {-1,1}^n from the reduced basis of the centred system's integer kernel."""
    columns = []
    for row in rows:
        centred = [*row[:-1], sum(row[:-1], fmpq(0)) - 2 * row[-1]]
        common = fmpz(1)
        for entry in centred:
            common = common * entry.q // common.gcd(entry.q)
        columns.append([int((entry * common).p) for entry in centred])
    size = unknowns + 1
    # heavy enough that a vector outside the kernel is longer than LLL may return for one inside
    weight = 1 << (size + size.bit_length())
    basis = fmpz_mat(
        [
            [int(i == j) for j in range(size)] + [weight * column[i] for column in columns]
            for i in range(size)
        ]
    )
    found = []
    for vector in basis.lll().tolist():
        head, tail = [int(x) for x in vector[:size]], vector[size:]
        if not any(tail) and all(abs(x) == 1 for x in head):
            found.append([x * head[-1] for x in head[:-1]])
    return found
