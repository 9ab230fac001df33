"""The cells that carry a deviation, against all regions one by one."""

from __future__ import annotations

from random import Random

import pytest

from exactrev.arrangement import regions
from exactrev.equivalence import Comparison, Deviation
from exactrev.lp.polyhedron import Polyhedron
from tests.equivalence.pairs import random_network, ranges_on_region


@pytest.mark.parametrize("seed", range(8))
def test_carriers_are_the_regions_with_the_largest_differences(seed: int) -> None:
    random = Random(seed)
    a, b = (random_network([2, 3, random.randint(1, 3), 2], random) for _ in range(2))
    pair, domain = Comparison.of(a, b), Polyhedron.box(-1, 1, 2)
    search = Deviation(pair, domain)
    assert search.run()
    largest = sorted(
        (
            max(abs(end) for ends in ranges_on_region(region, domain) for end in ends)
            for region in regions(pair.reduction.network, domain)
        ),
        reverse=True,
    )
    found = search.carriers(5)
    assert [carrier.deviation for carrier in found] == largest[:5]
    assert found[0].deviation == search.largest()
    for carrier in found:
        assert domain.contains(carrier.inside) and domain.contains(carrier.at)
        assert abs(pair.differences(carrier.at)[carrier.output]) == carrier.deviation
