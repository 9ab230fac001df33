"""Domains without interior points: the same answers as in the inputs that they leave free."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.domain.flatten import Flat, flatten
from exactrev.equivalence import Agreement, Comparison, Deviation, equiv, find_difference
from exactrev.equivalence.labels import SameClasses
from exactrev.equivalence.state import recorded, resume
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Layer, Network
from tests.equivalence.pairs import judged, random_network, ranges_by_regions
from tests.strategies import networks, perturbed

#: x_2 = x_0 - 2 x_1 + 1/2, a square of x_0 and x_1.
PLANE = Polyhedron.of(
    3,
    [[1, -2, -1, "1/2"], [-2, 4, 2, -1], [1, 0, 0, 1], [-1, 0, 0, 1], [0, 1, 0, 1], [0, -1, 0, 1]],
)
SLOPES, CONSTANT = (fmpq(1), fmpq(-2)), fmpq(1, 2)
SQUARE = Polyhedron.box(-1, 1, 2)


def on_the_plane(network: Network) -> Network:
    """The network of x_0 and x_1, with x_2 as the plane has it."""
    layers = []
    for layer in network.layers:
        blocks = {source: matrix.tolist() for source, matrix in layer.weights}
        bias = layer.bias.entries()
        if 0 in blocks:
            bias = [b + row[2] * CONSTANT for b, row in zip(bias, blocks[0], strict=True)]
            blocks[0] = [
                [w + row[2] * slope for w, slope in zip(row, SLOPES, strict=False)]
                for row in blocks[0]
            ]
        layers.append(Layer.of(blocks, bias))
    return Network(2, tuple(layers))


def some_pair(seed: int) -> tuple[Network, Network]:
    random = Random(seed)
    return random_network([3, 4, 3, 2], random), random_network([3, 3, 2], random)


@pytest.mark.parametrize("seed", range(6))
def test_ranges_are_those_in_the_free_inputs(seed: int) -> None:
    a, b = some_pair(seed)
    search = Deviation(Comparison.of(a, b), PLANE)
    lines: list[str] = []
    assert search.run(lines.extend)
    expected = ranges_by_regions(Comparison.of(on_the_plane(a), on_the_plane(b)), SQUARE)
    assert search.ranges() == expected
    found = judged(lines)
    assert found.accepted and "every point of the stated domain," in found.claim
    level = search.attained()
    assert level is not None and level.point is not None and PLANE.contains(level.point)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_flat_domains_of_every_kind(data: st.DataObject) -> None:
    """Degenerate networks on domains of dimension 0 and more, made flat in three ways."""
    a = data.draw(networks(max_inputs=3, max_width=3, max_depth=2))
    b = data.draw(st.one_of(st.just(a), perturbed(a)))
    n = a.inputs
    unit = [[int(i == j) for i in range(n)] for j in range(n)]
    rows = [[*u, 1] for u in unit] + [[*(-x for x in u), 1] for u in unit]
    kind = data.draw(st.sampled_from(["fixed", "corner", "diagonal"]))
    if kind == "fixed":  # -1 <= x_0 <= -1
        rows.append([*(-x for x in unit[0]), -1])
    elif kind == "corner":  # the sum of all inputs is at least n: a point
        rows.append([1] * n + [-n])
    else:
        rows += [[*unit[0][:-1], unit[0][-1] - 1, 0], [*(-x for x in unit[0][:-1]), 1, 0]]
        if n == 1:
            rows = [[1, 0], [-1, 0]]
    domain = Polyhedron.of(n, rows)
    search = Deviation(Comparison.of(a, b), domain)
    lines: list[str] = []
    assert search.run(lines.extend)
    assert judged(lines).accepted
    largest = search.largest()
    assert largest is not None
    agreement = Agreement(Comparison.of(a, b), domain)
    lines = []
    if agreement.run(lines.extend):
        assert largest == 0 and judged(lines).accepted
    else:
        assert agreement.witness is not None and domain.contains(agreement.witness)
        assert a(agreement.witness) != b(agreement.witness) and largest > 0
    point = find_difference(a, b, domain=domain)
    assert point is None or (domain.contains(point) and a(point) != b(point))


def test_equal_on_a_line_only() -> None:
    a = Network.dense([([[1, 1], [1, -1]], [0, 0]), ([[1, 1]], [0])])
    b = Network.dense([([[1, 1]], [0]), ([[1]], [0])])
    line = Polyhedron.of(2, [[1, -1, 0], [-1, 1, 0]])
    assert (equiv(a, b).verdict, equiv(a, b, domain=line).verdict) == ("different", "equal")
    beside = Polyhedron.of(2, [[1, -1, -1], [-1, 1, 1]])
    found = equiv(a, b, domain=beside)
    assert found.verdict == "different" and found.witness is not None
    assert beside.contains(found.witness)


@pytest.mark.parametrize("seed", range(4))
def test_classes_on_a_plane(seed: int) -> None:
    a, b = some_pair(seed)
    search = SameClasses(a, b, PLANE)
    lines: list[str] = []
    if search.run(lines.extend):
        assert judged(lines).accepted
        assert SameClasses(on_the_plane(a), on_the_plane(b), SQUARE).run()
    else:
        point = search.witness
        assert point is not None and PLANE.contains(point)
        assert (a(point)[0] - a(point)[1]) * (b(point)[0] - b(point)[1]) < 0
    again = SameClasses(a, a, PLANE)
    lines = []
    assert again.run(lines.extend) and judged(lines).accepted


def test_a_ray_in_a_flat_domain() -> None:
    a = Network.dense([([[1, 0]], [0]), ([[3]], [0])])
    b = Network.dense([([[0, 0]], [0])])
    line = Polyhedron.of(2, [[1, -2, 1], [-1, 2, -1]])  # x = 2 y - 1
    search = Deviation(Comparison.of(a, b), line)
    assert not search.run() and search.escape is not None
    assert judged(search.escape_certificate()).accepted
    x, y = search.escape.direction
    assert x == 2 * y > 0
    assert line.contains(search.beyond(100)) and a(search.beyond(100))[0] > 100


def test_a_search_on_a_plane_is_gone_on_with(tmp_path: Path) -> None:
    a, b = some_pair(1)
    pair = Comparison.of(a, b)
    whole = Deviation(pair, PLANE)
    assert whole.run()
    left = iter(range(3))
    search = Deviation(pair, PLANE, stop=lambda: next(left, None) is None)
    with recorded(search, tmp_path / "state"):
        assert not search.run()
    again = Deviation(pair, PLANE)
    resume(again, tmp_path / "state")
    lines: list[str] = []
    assert again.run(lines.extend) and again.ranges() == whole.ranges()
    assert judged(lines).accepted


def test_empty_domains_are_refused() -> None:
    a, b = some_pair(0)
    empty = Polyhedron(3, (*PLANE.rows, *Polyhedron.of(3, [[0, 0, 1, -9]]).rows))
    with pytest.raises(InputError, match="the domain is empty"):
        Deviation(Comparison.of(a, b), empty)


def certificate() -> list[str]:
    """Of ranges on a triangle in the plane x + y + z = 1."""
    a = Network.dense([([[1, -1, 0]], [0]), ([[1]], [0])])
    b = Network.dense([([[0, 0, 1]], [0])])
    rows = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [-1, -1, -1, 1], [1, 1, 1, -1]]
    lines: list[str] = []
    assert Deviation(Comparison.of(a, b), Polyhedron.of(3, rows)).run(lines.extend)
    assert judged(lines).accepted
    return lines


def replaced(old: str, new: str | None) -> list[str]:
    """The certificate with a line that begins so replaced, or left out."""
    lines = certificate()
    place = next(k for k, line in enumerate(lines) if line.startswith(old))
    lines[place : place + 1] = [] if new is None else [new]
    return lines


def test_the_triangle_in_full() -> None:
    """What the refusals below change."""
    lines = certificate()
    assert [x for x in lines if x.startswith("pin")] == ["pin 3 0 3 1 4 1"]
    flat = flatten(Polyhedron.of(3, [[-1, -1, -1, 1], [1, 1, 1, -1]]))
    assert isinstance(flat, Flat) and flat.free == (1, 2)
    assert [x for x in lines if x.startswith("bounds")] == ["bounds -1 1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pin", None),
        ("pin", "pin 3 0 3 1"),  # not constant
        ("pin", "pin 3 0 3 1 4 2"),
        ("pin", "pin 3 0 3 2 4 1"),
        ("pin", "pin 0 0 3 1 4 1"),  # a row that the combination does not name
        ("pin", "pin 3 3 3 1 4 1"),  # no input
        ("pin", "pin 3 0 4 1 3 1"),  # not ascending
        ("pin", "pin 3 0 3 1 5 1"),  # no row
        ("row -1 -1 -1 1", "row -1 -1 -1 2"),  # the sum is positive: nothing is implied
        ("inside", None),
        ("inside", "inside 1/3"),
        ("inside", "inside 1/3 1/3 1/3"),
        ("inside", "inside 0 1/3"),  # on the border
        ("inside", "inside 1 1"),  # outside
        ("depth", "depth 1"),
        ("bounds", "bounds -1 1/2"),
        ("bounds", "bounds -1/2 1"),
        ("attained", "attained 0 1 1 1 1"),  # not in the plane
        ("attained", "attained 0 1 1 0"),
        ("attained", "attained 0 1 2 -1 0"),  # in the plane, not in the triangle
    ],
)
def test_refusals(old: str, new: str | None) -> None:
    assert not judged(replaced(old, new)).accepted


def test_a_domain_with_interior_points_stands_after_the_reductions() -> None:
    lines = certificate()
    first = next(k for k, line in enumerate(lines) if line.startswith("domain"))
    pins = next(k for k, line in enumerate(lines) if line.startswith("pin"))
    end = next(k for k, line in enumerate(lines) if line.startswith("depth"))
    stated, reductions = lines[first:pins], lines[pins + 2 : end]
    swapped = [*lines[:first], *reductions, *stated, *lines[end:]]
    assert not judged(swapped).accepted  # rows of the tree are others then
    twice = [*lines[:end], *stated, *lines[end:]]
    assert not judged(twice).accepted
