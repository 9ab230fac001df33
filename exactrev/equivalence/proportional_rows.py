"""Neurons matched layer by layer by what a positive scale leaves of their rows.

Once the layers before are matched, a neuron of b is a multiple of one of a exactly if its row is,
read in a's terms.  Two random sums of a row modulo a prime tell rows apart that are not: their
quotient does not change with the scale.  So long as the neurons of every layer of a have different
quotients, there is one matching at most, and no search.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from flint import fmpq, nmod, nmod_mat

from exactrev.network.model import Layer, Network
from exactrev.network.symmetry import Isomorphism

_PRIME = (1 << 61) - 1

#: Per neuron of b, (index in a, scale).
Match = list[tuple[int, fmpq]]

#: What rows have in common that are positive multiples of each other: quotient and sign.
_Key = tuple[int, bool]


class Undecided(Exception):
    """Rows of two neurons of a layer look alike, or say nothing of a neuron's scale."""


def only_matching(a: Network, b: Network) -> Isomorphism | None:
    """The only isomorphism from a to b that there can be; None if there is none.

    The networks have the same sizes and the same sources.  Whether the isomorphism takes a to b is
    still to be seen: only sums of the rows were compared, and no output's.  Raises Undecided where
    there may be several.
    """
    themselves = [[(j, fmpq(1)) for j in range(size)] for size in a.architecture]
    matched = themselves[:1]
    for number, (ours, theirs) in enumerate(zip(a.hidden, b.hidden, strict=True)):
        rows, others = _rows(ours, themselves, number), _rows(theirs, matched, number)
        places = {key: place for place, (key, _) in enumerate(rows)}
        if len(places) < len(rows):
            raise Undecided
        if {key for key, _ in others} != set(places):
            return None
        matched.append([(places[key], first / rows[places[key]][1]) for key, first in others])
    return Isomorphism(tuple(map(tuple, matched[1:])))


def _rows(layer: Layer, matched: Sequence[Match], seed: int) -> list[tuple[_Key, fmpq]]:
    """For each neuron the key of its row and the row's first coefficient that is not 0.

    ``matched`` says what the values of the layers before are in a's terms.
    """
    random = Random(seed)
    sums = _residues(layer.bias.entries(), 1) * _factors([(0, fmpq(1))], random)
    for source, matrix in layer.weights:
        factors = _factors(matched[source], random)
        sums += _residues(matrix.entries(), matrix.ncols()) * factors
    firsts = _first_coefficients(layer, matched)
    return [(_key(sums, i, first), first) for i, first in enumerate(firsts)]


def _key(sums: nmod_mat, row: int, first: fmpq) -> _Key:
    one, two = int(sums[row, 0]), int(sums[row, 1])
    if not one or not first:
        raise Undecided
    return two * pow(one, -1, _PRIME) % _PRIME, first > 0


def _residues(entries: Sequence[fmpq], width: int) -> nmod_mat:
    """Rational numbers modulo the prime, in rows of this width."""
    return nmod_mat(len(entries) // width, width, [_residue(x) for x in entries], _PRIME)


def _factors(values: Match, random: Random) -> nmod_mat:
    """Two random numbers for each value of a, times the scales of the values of b: a row each."""
    drawn = [(random.randrange(_PRIME), random.randrange(_PRIME)) for _ in values]
    entries = [_residue(scale) * x for place, scale in values for x in drawn[place]]
    return nmod_mat(len(values), 2, entries, _PRIME)


def _residue(x: fmpq) -> nmod:
    try:
        return nmod(x, _PRIME)
    except ZeroDivisionError:
        raise Undecided from None


def _first_coefficients(layer: Layer, matched: Sequence[Match]) -> list[fmpq]:
    """Of every row, in a's terms and a's order, the first coefficient that is not 0, or 0."""
    firsts = [fmpq(0)] * layer.size
    for source, matrix in layer.weights:
        values = matched[source]
        order = sorted(range(len(values)), key=lambda j: values[j][0])
        for i in range(layer.size):
            if not firsts[i]:
                place = next((j for j in order if matrix[i, j]), None)
                if place is not None:
                    firsts[i] = matrix[i, place] * values[place][1]
    biases = layer.bias.entries()
    return [first or bias for first, bias in zip(firsts, biases, strict=True)]
