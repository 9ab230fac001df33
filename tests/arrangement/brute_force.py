"""Every face of a network's arrangement, by brute force: what the fast engine is tested against.

A *face* is a nonempty set of inputs on which the sign (-, 0, +) of every hidden preactivation is
constant.  Off and zero neurons contribute nothing, so every z is affine on the face, and the face
is a relatively open polyhedron.  It is kept as the relative interior of a closed cone: the
homogenised polyhedron {(x, t) : t >= 0, rows >= 0}, given by its lines and its extreme rays over
the integers.  A form takes on the relative interior of a cone exactly the signs that its values on
the generators allow, so no optimisation and no tolerance is needed.

Source of the update of the rays: K. Fukuda, A. Prodon, "Double description method revisited",
1996 (proposition 7: two rays span a 2-face iff no third ray lies on every constraint both lie on).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.network import Network
from tests.recovery.reference import Form, coordinates
from tests.recovery.reference import fraction as fraction_of_flint

Pattern = tuple[tuple[bool, ...], ...]
Signs = tuple[tuple[int, ...], ...]
#: (x, t) of the homogenised space, or a form a.x + b t on it; integers without common factor.
Vector = tuple[int, ...]


def fraction(number: Any) -> Fraction:
    """A rational of any kind as a Fraction."""
    return fraction_of_flint(number) if isinstance(number, fmpq) else Fraction(number)


def primitive(entries: Sequence[Fraction | int]) -> Vector:
    """The integer vector without common factor on the same half-line."""
    common = lcm(*(x.denominator for x in entries))
    scaled = [int(x * common) for x in entries]
    factor = gcd(*scaled) or 1
    return tuple(x // factor for x in scaled)


def dot(a: Vector, b: Vector) -> int:
    """The value of a form at a vector."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def eliminate(kept: Vector, at_kept: int, removed: Vector, at_removed: int) -> Vector:
    """The combination |at_removed| kept +- at_kept removed on which the form vanishes."""
    if at_removed < 0:
        at_kept, at_removed = -at_kept, -at_removed
    return primitive([at_removed * x - at_kept * y for x, y in zip(kept, removed, strict=True)])


@dataclass(frozen=True)
class Ray:
    """A generator, and the constraints it lies on (one bit each)."""

    vector: Vector
    tight: int


@dataclass(frozen=True)
class Cone:
    """A closed convex cone: a basis of its lines, and its extreme rays modulo those lines.

    ``next_bit`` is the bit of the next constraint; every lower one is the bit of a constraint.
    """

    lines: tuple[Vector, ...]
    rays: tuple[Ray, ...]
    next_bit: int

    def split(self, form: Vector) -> dict[int, Cone]:
        """The closures of the parts of the relative interior where a form is -, 0 and +, by sign.

        A sign that the form does not take there is absent.
        """
        line = next((line for line in self.lines if dot(form, line)), None)
        return self._split_by_rays(form) if line is None else self._split_along(line, form)

    def _split_along(self, line: Vector, form: Vector) -> dict[int, Cone]:
        """The form changes along a line: move every other generator along it onto the wall."""
        at_line = dot(form, line)
        if at_line < 0:
            line, at_line = tuple(-x for x in line), -at_line
        moved = [eliminate(other, dot(form, other), line, at_line) for other in self.lines]
        lines = tuple(other for other in moved if any(other))
        wall = tuple(
            Ray(
                eliminate(ray.vector, dot(form, ray.vector), line, at_line),
                ray.tight | self.next_bit,
            )
            for ray in self.rays
        )
        on_all_before = self.next_bit - 1
        up = Ray(line, on_all_before)
        down = Ray(tuple(-x for x in line), on_all_before)
        return {
            0: self._part(lines, wall),
            1: self._part(lines, (*wall, up)),
            -1: self._part(lines, (*wall, down)),
        }

    def _split_by_rays(self, form: Vector) -> dict[int, Cone]:
        """The form is zero on the lines: its signs on the rays decide."""
        valued = [(ray, dot(form, ray.vector)) for ray in self.rays]
        above = [(ray, v) for ray, v in valued if v > 0]
        below = [(ray, v) for ray, v in valued if v < 0]
        if not above or not below:
            return {bool(above) - bool(below): self}
        wall = [Ray(ray.vector, ray.tight | self.next_bit) for ray, v in valued if v == 0]
        for up, at_up in above:
            for down, at_down in below:
                if self._span_a_face(up, down):
                    crossing = eliminate(up.vector, at_up, down.vector, at_down)
                    wall.append(Ray(crossing, (up.tight & down.tight) | self.next_bit))
        return {
            0: self._part(self.lines, tuple(wall)),
            1: self._part(self.lines, (*wall, *(ray for ray, _ in above))),
            -1: self._part(self.lines, (*wall, *(ray for ray, _ in below))),
        }

    def _span_a_face(self, a: Ray, b: Ray) -> bool:
        both = a.tight & b.tight
        return not any(both & ~ray.tight == 0 for ray in self.rays if ray is not a and ray is not b)

    def _part(self, lines: tuple[Vector, ...], rays: tuple[Ray, ...]) -> Cone:
        return Cone(lines, rays, self.next_bit << 1)


@dataclass(frozen=True)
class Face:
    """The inputs with these signs of z in every hidden layer; ``cone`` is homogenised."""

    signs: Signs
    dimension: int
    cone: Cone

    @property
    def pattern(self) -> Pattern:
        """Which neurons are on; zero counts as off."""
        return tuple(tuple(sign > 0 for sign in layer) for layer in self.signs)

    @property
    def point(self) -> tuple[Fraction, ...]:
        """A point of the face: the sum of the extreme rays, where t is 1."""
        *x, t = (sum(entries) for entries in zip(*(r.vector for r in self.cone.rays), strict=True))
        return tuple(Fraction(entry, t) for entry in x)


def domain_cone(inputs: int, domain_rows: Iterable[Sequence[Any]]) -> Cone | None:
    """The homogenised domain {a.x + b >= 0 for every row (a, b)}; None if its interior is empty."""
    units = [tuple(int(i == j) for j in range(inputs + 1)) for i in range(inputs + 1)]
    # the constraint t >= 0 has bit 1; the ray x = 0, t = 1 is not on it
    cone = Cone(tuple(units[:-1]), (Ray(units[-1], 0),), 2)
    for row in domain_rows:
        form = primitive([fraction(entry) for entry in row])
        if not any(form):
            continue  # 0 >= 0 holds everywhere
        parts = cone.split(form)
        if 1 not in parts:
            return None
        cone = parts[1]
    return cone


class PatternForms:
    """The affine forms of every layer's z, given the on/off pattern of the layers before."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._layers = plain_layers(network)
        self._known: dict[Pattern, list[Form]] = {}

    def of_layer(self, before: Pattern) -> list[Form]:
        """Forms [a_1, ..., a_n, b] of the layer after those of ``before``."""
        if before not in self._known:
            self._known[before] = self._compose(before)
        return self._known[before]

    def _compose(self, before: Pattern) -> list[Form]:
        weights, biases = self._layers[len(before)]
        n = self.network.inputs
        forms = [[Fraction(0)] * n + [bias] for bias in biases]
        for source, rows in weights.items():
            read = self._activations(before[:source])
            for form, row in zip(forms, rows, strict=True):
                for weight, activation in zip(row, read, strict=True):
                    for k, entry in enumerate(activation):
                        form[k] += weight * entry
        return forms

    def _activations(self, pattern: Pattern) -> list[Form]:
        """Forms of the activations of the last layer of ``pattern`` (the input if it is empty)."""
        if not pattern:
            return coordinates(self.network.inputs)
        zero = [Fraction(0)] * (self.network.inputs + 1)
        forms = self.of_layer(pattern[:-1])
        return [form if on else zero for form, on in zip(forms, pattern[-1], strict=True)]


@lru_cache(maxsize=64)
def plain_layers(network: Network) -> list[tuple[dict[int, list[Form]], list[Fraction]]]:
    """Weight rows per source layer and biases of every layer, as Fractions."""

    def rows_of(matrix: fmpq_mat) -> list[Form]:
        return [[fraction(entry) for entry in row] for row in matrix.tolist()]

    return [
        (
            {source: rows_of(matrix) for source, matrix in layer.weights},
            [fraction(bias) for bias in layer.bias.entries()],
        )
        for layer in network.layers
    ]


def faces(
    network: Network, domain_rows: Iterable[Sequence[Any]] = (), codimension: int | None = None
) -> Iterator[Face]:
    """Every face that meets the interior of the domain, once each.

    ``codimension``: only the faces of at most this codimension (default: all).
    """
    root = domain_cone(network.inputs, domain_rows)
    if root is None:
        return
    forms = PatternForms(network)
    lowest = 0 if codimension is None else network.inputs - codimension

    def within(cone: Cone, dimension: int, signs: Signs, pattern: Pattern) -> Iterator[Face]:
        if len(signs) == len(network.hidden):
            yield Face(signs, dimension, cone)
            return
        layer = [primitive(form) for form in forms.of_layer(pattern)]
        for part, part_dimension, row in split_by_layer(cone, dimension, layer, lowest):
            on = tuple(sign > 0 for sign in row)
            yield from within(part, part_dimension, (*signs, row), (*pattern, on))

    yield from within(root, network.inputs, (), ())


def split_by_layer(
    cone: Cone, dimension: int, forms: Sequence[Vector], lowest: int
) -> list[tuple[Cone, int, tuple[int, ...]]]:
    """The parts of a cell by the signs of one layer's forms, of dimension ``lowest`` or more."""
    parts: list[tuple[Cone, int, tuple[int, ...]]] = [(cone, dimension, ())]
    for form in forms:
        finer = []
        for part, old, signs in parts:
            split = part.split(form)
            for sign, piece in split.items():
                # only a proper cut loses a dimension: a form may be zero on the whole part
                new = old - 1 if sign == 0 and len(split) > 1 else old
                if new >= lowest:
                    finer.append((piece, new, (*signs, sign)))
        parts = finer
    return parts


def regions(network: Network, domain_rows: Iterable[Sequence[Any]] = ()) -> set[Pattern]:
    """The activation patterns of the full-dimensional faces that meet the domain's interior."""
    return {face.pattern for face in faces(network, domain_rows, 0)}


def facets(network: Network, domain_rows: Iterable[Sequence[Any]] = ()) -> set[frozenset[Pattern]]:
    """The pairs of regions that share a face of dimension n-1.

    A face lies in the closure of a region iff none of its signs is opposite to the region's and
    none is nonzero where the region's is zero: by continuity one way; the other way by induction
    over the layers, as equal forms of z hold on a closure, and a point where the region's
    inequalities hold weakly is a limit of points where they hold strictly.
    """
    found = list(faces(network, domain_rows, 1))
    whole = [face for face in found if face.dimension == network.inputs]
    masks = [(_mask(region, 1), _mask(region, -1), region.pattern) for region in whole]
    pairs = set()
    for face in found:
        if face.dimension == network.inputs:
            continue
        on, off = _mask(face, 1), _mask(face, -1)
        beside = [pattern for up, down, pattern in masks if on & ~up == 0 and off & ~down == 0]
        assert len(beside) == 2, "a face of dimension n-1 has one region on each side"
        pairs.add(frozenset(beside))
    return pairs


def _mask(face: Face, sign: int) -> int:
    """The neurons with this sign, one bit each."""
    flat = [found == sign for layer in face.signs for found in layer]
    return sum(1 << place for place, hit in enumerate(flat) if hit)


def face_counts(network: Network, domain_rows: Iterable[Sequence[Any]] = ()) -> tuple[int, ...]:
    """How many faces of dimension 0, ..., n meet the interior of the domain."""
    counted = Counter(face.dimension for face in faces(network, domain_rows))
    return tuple(counted[dimension] for dimension in range(network.inputs + 1))


def signs_at(network: Network, point: Sequence[Any]) -> Signs:
    """The sign of every hidden preactivation at a point, by evaluating the network there."""
    values = [[fraction(x) for x in point]]
    signs = []
    for weights, biases in plain_layers(network)[:-1]:
        total = list(biases)
        for source, rows in weights.items():
            for i, row in enumerate(rows):
                total[i] += sum(w * a for w, a in zip(row, values[source], strict=True))
        signs.append(tuple((z > 0) - (z < 0) for z in total))
        values.append([max(z, Fraction(0)) for z in total])
    return tuple(signs)
