"""The verified checker gives the Python checker's verdict where networks are told apart."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from exactrev.certificate import not_isomorphic_certificate
from exactrev.symmetries.apart import told_apart
from tests.damaged_certificates import PROGRAM
from tests.test_verified_boxes import both_say, nearly, random_network, text_of

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="make -C proofs/coq was not run")


@pytest.mark.parametrize("seed", range(12))
def test_random_networks(seed: int, tmp_path: Path) -> None:
    dice = Random(seed)
    inputs, outputs = dice.randint(1, 3), dice.randint(1, 2)
    a = random_network(inputs, outputs, dice.choices(range(5), k=dice.randint(0, 3)), dice)
    other = random_network(inputs, outputs, dice.choices(range(5), k=dice.randint(0, 3)), dice)
    b = other if dice.random() < 0.3 else nearly(a, dice)
    steps = told_apart(a, b)
    if steps is None:
        assert told_apart(b, a) is None
        return
    path = tmp_path / "x.cert"
    assert both_say(text_of(not_isomorphic_certificate(a, b, steps)), path)
    assert both_say(text_of(not_isomorphic_certificate(b, a, steps)), path)
    assert not both_say(text_of(not_isomorphic_certificate(a, a, steps)), path)
    points = [line for line in steps if line.startswith("point")]
    for power in (1, 2, 9):
        for slopes in ("1 0", "-1/3 2", "0 0"):
            for last in ("neurons 1", "neurons 2", "output 0"):
                for values in (" 0", " 1", " -1"):
                    varied = [
                        f"power {power}",
                        f"slopes {slopes}",
                        *points,
                        last + values * len(points),
                    ]
                    both_say(text_of(not_isomorphic_certificate(a, b, varied)), path)
