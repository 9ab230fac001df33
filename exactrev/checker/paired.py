"""The difference of two networks, B's neurons in terms of those of A they resemble (format, 11).

Where B's neuron q is paired with A's neuron p, with a number c > 0, q's value is c times the sum of
p's value and of the gap relu(y + z) - relu(y), where y is p's z and z = q's z / c - y.  z is a row
in which the weights of A have gone but for what B's are different by.
"""

from __future__ import annotations

from collections.abc import Mapping

from exactrev.checker.difference import Pair
from exactrev.checker.enclosure import Stage
from exactrev.checker.lines import Lines, Ratio, Refused, natural, number
from exactrev.checker.network import Row
from exactrev.checker.reductions import neuron_number
from exactrev.checker.rows import add_multiple, multiply

#: Of a neuron of B: its partner in A and how many times that it is, about.
Partners = Mapping[int, tuple[int, Ratio]]


def read_partners(lines: Lines, pair: Pair) -> Partners:
    """The pairs that the next lines state, by the neurons' numbers in the difference."""
    head, _, count = lines.take().partition(" ")
    if head != "pairs":
        raise Refused("expected a line 'pairs' with a natural number")
    partners: dict[int, tuple[int, Ratio]] = {}
    for _ in range(natural(count)):
        tokens = lines.take().split(" ")
        if tokens[0] != "pair" or len(tokens) != 4:
            raise Refused("expected 'pair', a neuron of B, a neuron of A and a number")
        ours, theirs = neuron_number(pair.b, tokens[1]), neuron_number(pair.a, tokens[2])
        layer = natural(tokens[1].partition(":")[0])
        if layer != natural(tokens[2].partition(":")[0]):
            raise Refused("neurons of one layer are paired")
        scale = number(tokens[3])
        before_a, before_b = (n.first[layer] - n.inputs for n in (pair.a, pair.b))
        neuron = ours + before_a + pair.a.sizes[layer]
        if scale[0] <= 0 or neuron <= max(partners, default=-1):
            raise Refused("neurons of B are paired once each, in order, with positive numbers")
        partners[neuron] = (theirs + before_b, scale)
    return partners


def paired_stages(pair: Pair, partners: Partners) -> list[Stage]:
    """The difference's layers: A's neurons, then B's; the outputs are the last stage."""
    difference = pair.difference()
    found = []
    for layer in range(1, difference.layers):
        first = difference.first[layer]
        rows = [
            _substituted(difference.row(layer, index), partners)
            for index in range(difference.sizes[layer])
        ]
        middle = pair.a.sizes[layer] if layer < pair.a.layers else 0
        for neuron, row in enumerate(rows[middle:], first + middle):
            if neuron in partners:
                partner, (p, q) = partners[neuron]
                gap: Row = {}
                add_multiple(gap, (q, p), row)
                add_multiple(gap, (-1, 1), rows[partner - first])
                rows[neuron - first] = gap
        names = [
            partners[neuron][0] if neuron in partners else None
            for neuron in range(first + middle, first + len(rows))
        ]
        found += [Stage(rows[:middle]), Stage(rows[middle:], names)]
    outputs = [_substituted(row, partners) for row in difference.output_rows()]
    return [*found, Stage(outputs)]


def _substituted(row: Row, partners: Partners) -> Row:
    """The row in terms of gaps, where it reads neurons that are paired."""
    found = {value: weight for value, weight in row.items() if value not in partners}
    for value, weight in row.items():
        if value in partners:
            partner, scale = partners[value]
            scaled = multiply(weight, scale)
            add_multiple(found, (1, 1), {partner: scaled, value: scaled})
    return found
