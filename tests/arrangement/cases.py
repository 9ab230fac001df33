"""Questions about an arrangement: the drawn networks, each on the whole space and on domains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from exactrev.network import Network
from tests.arrangement.brute_force import PatternForms, faces
from tests.arrangement.networks import EMPTY_SHAPES, KINDS, RECIPES, SHAPES, plain

Row = tuple[Fraction, ...]


@dataclass(frozen=True)
class Case:
    """A network and the rows (a, b), a.x + b >= 0, of a domain with interior (none: R^n)."""

    name: str
    network: Network
    domain: tuple[Row, ...] = ()


def box(low: Fraction | int, high: Fraction | int, n: int) -> tuple[Row, ...]:
    """The rows of [low, high]^n."""
    rows = []
    for j in range(n):
        unit = [Fraction(i == j) for i in range(n)]
        rows += [(*unit, Fraction(-low)), (*(-u for u in unit), Fraction(high))]
    return tuple(rows)


def _halfspace(random: Random, network: Network) -> tuple[Row, ...]:
    normal = [
        Fraction(random.randint(1, 3) * random.choice((-1, 1))) for _ in range(network.inputs)
    ]
    return ((*normal, Fraction(random.randint(-2, 2), 2)),)


def _wedge(random: Random, network: Network) -> tuple[Row, ...]:
    """Unbounded and pointed: all coordinates at least -1/2."""
    return box(Fraction(-1, 2), 1, network.inputs)[::2]


def _simplex(random: Random, network: Network) -> tuple[Row, ...]:
    n = network.inputs
    return (*box(-1, 1, n)[::2], (*[Fraction(-1)] * n, Fraction(1)))


def _slab(random: Random, network: Network) -> tuple[Row, ...]:
    """Of width 2^-40 in the first coordinate."""
    return box(0, Fraction(1, 1 << 40), network.inputs)[:2]


def _around_a_face(random: Random, network: Network) -> tuple[Row, ...]:
    """A box of width 2^-29 round a point of a face of least dimension, a vertex if there is one."""
    found = list(faces(network))
    least = min(face.dimension for face in found)
    centre = random.choice([face for face in found if face.dimension == least]).point
    radius = Fraction(1, 1 << 30)
    return tuple(
        (*(sign * Fraction(i == j) for i in range(len(centre))), radius - sign * x)
        for j, x in enumerate(centre)
        for sign in (1, -1)
    )


def _redundant(random: Random, network: Network) -> tuple[Row, ...]:
    """A box with a row twice, a multiple of one, a touching row and a row that says 1 >= 0."""
    rows = box(-1, 1, network.inputs)
    corner = (*[Fraction(-1)] * network.inputs, Fraction(network.inputs))
    nothing = (*[Fraction(0)] * network.inputs, Fraction(1))
    return (*rows, rows[0], tuple(3 * entry for entry in rows[1]), corner, nothing)


def _neuron_side(random: Random, network: Network) -> tuple[Row, ...]:
    """Where first-layer neurons are on: the domain's walls are boundaries of neurons."""
    forms = PatternForms(network).of_layer(())[: network.hidden[0].size] if network.hidden else []
    lines = [tuple(form) for form in forms if any(form[:-1])]
    return tuple(lines[:1])


#: Rows of a domain with interior, by name.
DOMAINS: dict[str, Callable[[Random, Network], tuple[Row, ...]]] = {
    "whole space": lambda _, network: (),
    "box": lambda _, network: box(-1, 1, network.inputs),
    "wide box": lambda _, network: box(-1000, 1000, network.inputs),
    "tiny box": _around_a_face,
    "halfspace": _halfspace,
    "wedge": _wedge,
    "simplex": _simplex,
    "slab": _slab,
    "redundant rows": _redundant,
    "neuron side": _neuron_side,
}


def with_domains(name: str, network: Network, seed: int, count: int) -> Iterator[Case]:
    """The network on ``count`` domains: the whole space, then others drawn from DOMAINS."""
    random = Random(f"{name} {seed}")
    others = random.sample(list(DOMAINS)[1:], count - 1)
    for domain in ["whole space", *others]:
        yield Case(f"{name} on {domain}", network, DOMAINS[domain](random, network))


def cases(recipes: Iterable[str], rounds: int, domains: int = 2) -> Iterator[Case]:
    """Each recipe in ``rounds`` shapes for each kind of numbers, on ``domains`` domains each."""
    for recipe in recipes:
        random = Random(recipe)
        for seed in range(rounds * len(KINDS)):
            kind = list(KINDS)[seed % len(KINDS)]
            sizes = random.choice(SHAPES)
            name = f"{recipe} {kind} {'-'.join(map(str, sizes))} #{seed}"
            yield from with_domains(name, RECIPES[recipe](kind, sizes, seed), seed, domains)


def empty_layers() -> Iterator[Case]:
    """Networks with hidden layers of no neurons, or without a hidden layer."""
    for seed, sizes in enumerate(EMPTY_SHAPES):
        name = f"empty layers {'-'.join(map(str, sizes))}"
        yield from with_domains(name, plain("eighths", sizes, seed, True), seed, 3)
