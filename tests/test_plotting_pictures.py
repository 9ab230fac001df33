"""Pictures as files, and what makes them readable: colours, ticks, words."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as Tree
from pathlib import Path
from random import Random

import pytest
from flint import fmpq

from exactrev.errors import InputError
from exactrev.exact.six_digits import six_digits
from exactrev.network import Network
from exactrev.plotting import Slice, Window, plot
from exactrev.plotting.colours import fills, neuron_colours, oklch
from exactrev.plotting.scene import scene
from exactrev.plotting.ticks import Axis, ticks
from tests.arrangement.networks import RECIPES, plain

pytest.importorskip("matplotlib")

SMALL = plain("eighths", (2, 4, 3, 1), 5)


def size_of_png(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_a_png_is_drawn_twice_the_same(tmp_path: Path) -> None:
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path in paths:
        plot(SMALL).write(path, graph=True)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    width, height = size_of_png(paths[0])
    assert width > height > 600 and paths[0].stat().st_size > 20_000


def test_an_svg_is_drawn_twice_the_same_and_holds_every_tile_and_boundary(tmp_path: Path) -> None:
    paths = [tmp_path / "a.svg", tmp_path / "b.svg"]
    drawn = plot(SMALL, Window.square(-3, 3))
    for path in paths:
        drawn.write(path)
    text = paths[0].read_text()
    assert text == paths[1].read_text()
    assert "dc:date" not in text and str(tmp_path) not in text
    shapes = Tree.fromstring(text).iter("{http://www.w3.org/2000/svg}path")
    assert sum(1 for _ in shapes) > len(drawn.whole.tiles)


def test_the_graph_alone(tmp_path: Path) -> None:
    path = tmp_path / "graph.svg"
    plot(SMALL).write_graph(path)
    assert Tree.fromstring(path.read_text()).tag.endswith("svg")


@pytest.mark.parametrize(
    "network",
    [
        Network.dense([([[1, 2]], [0])]),
        Network.dense([([[0, 0]], [1]), ([[1]], [0])]),
        plain("eighths", (2, 3, 0, 1), 1),
        plain("gaussian", (2, 30, 2, 1), 1),
        RECIPES["rescaled"]("integer", (2, 5, 4, 1), 3),
        RECIPES["duplicated"]("integer", (2, 5, 4, 1), 3),
    ],
    ids=["affine", "constant", "empty layer", "wide", "rescaled", "duplicated"],
)
def test_odd_networks_are_drawn(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "odd.png"
    plot(network).write(path, graph=True)
    assert size_of_png(path)[1] > 600


def test_a_window_narrower_than_floats_can_tell(tmp_path: Path) -> None:
    """Two lines 2^-80 apart round x = 1: the same float, and two places in the picture."""
    gap = fmpq(1, 1 << 80)
    network = Network.dense([([[1, 0], [1, 0], [0, 1]], [-1, -1 - gap, -1]), ([[1, 1, 1]], [0])])
    drawn = plot(network)
    (left, right), _ = drawn.whole.window.sides
    assert right - left < 4 * gap and len(drawn.whole.tiles) == 6
    drawn.write(tmp_path / "narrow.svg")


def test_a_wide_network_needs_a_slice() -> None:
    with pytest.raises(InputError, match="5 inputs: a picture needs a slice"):
        plot(plain("integer", (5, 3, 1), 0))


def test_the_words() -> None:
    assert plot(SMALL, Window.square(-3, 3)).words.title.startswith("2-4-3-1: ")
    one = Network.dense([([[1, 2]], [0])])
    assert plot(one).words.title == "2-1: 1 region in the box"
    words = plot(plain("integer", (3, 2, 1), 0), cut=Slice.along_axes(3, 2, 0, [0, "1/2", 0])).words
    assert words.axes == ("$x_{2}$", "$x_{0}$") and "(0, 1/2, 0)" in words.subtitle


@pytest.mark.parametrize("name", ["picture.pdf", "picture", "picture.png.gz"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ending"):
        plot(SMALL).write(tmp_path / name)
    assert not (tmp_path / name).exists()


# -- colours and ticks ---------------------------------------------------------------------------


def test_neighbouring_tiles_differ() -> None:
    for recipe in RECIPES:
        seen = scene(RECIPES[recipe]("gaussian", (2, 6, 5, 1), 1), Window.square(-2, 2))
        shades = fills(len(seen.tiles), (segment.tiles for segment in seen.segments))
        assert all(shades[a] != shades[b] for a, b in (s.tiles for s in seen.segments))


def test_neurons_have_colours_of_their_own_and_layers_hues_of_their_own() -> None:
    for sizes in ((2, 1, 1), (2, 12, 1), (2, 10, 10, 1), (2, 6, 1, 6, 3, 1)):
        colours = neuron_colours(plain("integer", sizes, 0))
        assert len(colours) == sum(sizes[1:-1]) == len(set(colours.values()))
        assert all(0 <= channel <= 1 for colour in colours.values() for channel in colour)


def test_oklch_of_black_and_white() -> None:
    assert oklch(0, 0, 0) == (0, 0, 0)
    assert oklch(1, 0, 0) == pytest.approx((1, 1, 1), abs=1e-3)


def test_ticks_are_round_numbers_in_their_places() -> None:
    random = Random(3)
    for _ in range(300):
        low = fmpq(random.randint(-999, 999), random.randint(1, 99))
        high = low + fmpq(random.randint(1, 999), random.randint(1, 999))
        marks = ticks(low, high)
        assert 4 <= len(marks) <= 10
        assert all(0 <= mark.place <= 1 for mark in marks)
        step = (marks[1].place - marks[0].place) * (high - low)
        while step < 1:
            step = step * 10
        while step >= 10:
            step = step / 10
        assert step in (1, 2, 5)
        labels = [mark.label for mark in Axis.of(low, high).ticks]
        assert len(set(labels)) == len(labels)


def test_decimals() -> None:
    assert [six_digits(fmpq(p, q)) for p, q in ((0, 1), (1, 8), (-30, 1), (25, 10**7))] == [
        "0", "0.125", "-30", "2.5e-6",
    ]  # fmt: skip
