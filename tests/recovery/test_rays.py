"""The first boundary on a ray, against dividing out every one."""

from __future__ import annotations

from random import Random

from flint import fmpq, fmpq_mat

from exactrev.recovery.cells import Cell, cleared
from exactrev.recovery.rays import first_crossing


def test_the_first_crossing_is_the_least_positive_quotient() -> None:
    random = Random(0)

    def number() -> fmpq:
        return fmpq(random.randint(-9, 9), random.randint(1, 7))

    met = 0
    for _ in range(2000):
        n = random.randint(1, 3)
        widths = [random.randint(1, 4) for _ in range(random.randint(0, 3))]
        forms = tuple(fmpq_mat(w, n + 1, [number() for _ in range(w * (n + 1))]) for w in widths)
        point, direction = [number() for _ in range(n)], [number() for _ in range(n)]
        expected = []
        for layer, matrix in enumerate(forms):
            for i in range(matrix.nrows()):
                z = sum((matrix[i, j] * point[j] for j in range(n)), matrix[i, n])
                rate = sum((matrix[i, j] * direction[j] for j in range(n)), fmpq(0))
                if rate and -z / rate > 0:
                    expected.append((-z / rate, layer, i))
        found = first_crossing(Cell(forms, (), tuple(map(cleared, forms))), point, direction)
        if not expected:
            assert found is None
            continue
        met += 1
        assert found is not None
        assert (found.distance, found.layer, found.neuron) == min(expected)
    assert met > 500
