"""Moves of neurons that do not switch, or that are never on together.

A neuron that is never on passes on 0 whatever reads it; one that is always on passes on its z, so
that what is added to its bias can be taken from its readers'.  Where neuron i and its reader j are
never on together, the weight w between them matters nowhere: making it smaller leaves j off where
i is on, and making it larger does until z_j + d a_i reaches 0 in a region where i is on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from flint import fmpq

from exactrev.arrangement import Regions
from exactrev.arrangement.forms import ON, Signs
from exactrev.lp import System, minimise
from exactrev.lp.certificates import Optimum
from exactrev.lp.forms import negated
from exactrev.lp.polyhedron import Form
from exactrev.network.evaluation import AffineMap, layer_maps
from exactrev.network.model import Network
from exactrev.symmetries.parameters import Parameter, changed, readers
from exactrev.symmetries.partner import Move

_ONE = fmpq(1)


def unread_moves(network: Network) -> Iterator[Move]:
    """Of neurons that nothing reads: their rows are arbitrary."""
    for number, index in _neurons(network):
        if not any(_weights_out(network, number, index)):
            bias = Parameter(number, index)
            own = next(iter(network.layers[number - 1].weights), None)
            found = [changed(network, {bias: _ONE}), changed(network, {bias: fmpq(2)})]
            if own is not None:
                found.append(changed(network, {Parameter(number, index, own[0], 0): _ONE}))
            name = f"{number}:{index}"
            sentence = f"nothing reads {name}, so that its weights and bias are arbitrary"
            yield Move("unread", (name,), sentence, tuple(found))


def constant_sign_moves(network: Network, signs: Signs) -> Iterator[Move]:
    """Of neurons that are on in all regions known, or in none."""
    for place, (number, index) in enumerate(_neurons(network)):
        name, bias = f"{number}:{index}", Parameter(number, index)
        out = _weights_out(network, number, index)
        if not len(signs) or not any(out):
            continue
        on = signs[:, place] == ON
        if not on.any():
            first = next(parameter for parameter, w in out.items() if w)
            lower = changed(network, {bias: -_ONE})
            silent = changed(network, {first: -out[first]})
            sentence = f"{name} is never on: its bias may be smaller, its weights out arbitrary"
            yield Move("never on", (name,), sentence, (lower, silent))
        elif on.all():
            shift = {bias: _ONE}
            for reader, w in out.items():
                own = Parameter(reader.layer, reader.neuron)
                shift[own] = shift.get(own, fmpq(0)) - w
            sentence = (
                f"{name} is always on: what is added to its bias can be taken from its readers'"
            )
            yield Move("always on", (name,), sentence, (changed(network, shift),))


def separated_moves(found: Regions, stop: Callable[[], bool]) -> Iterator[Move]:
    """Of neurons that switch, and are off wherever one of their sources is on."""
    network, signs = found.network, found.signs
    places = {neuron: place for place, neuron in enumerate(_neurons(network))}
    on = signs == ON
    switch = on.any(axis=0) & ~on.all(axis=0)
    for (number, index), place in places.items():
        for reader in readers(network, number):
            if reader == len(network.layers) or not switch[place]:
                continue
            for other in range(network.architecture[reader]):
                theirs = places[reader, other]
                together = on[:, place] & on[:, theirs]
                if switch[theirs] and not together.any() and not stop():
                    weight = Parameter(reader, other, number, index)
                    yield _separated(found, weight, places, np.flatnonzero(on[:, place]), stop)


def _separated(
    found: Regions,
    weight: Parameter,
    places: dict[tuple[int, int], int],
    regions: np.ndarray,
    stop: Callable[[], bool],
) -> Move:
    network = found.network
    source, reader = f"{weight.source}:{weight.place}", f"{weight.layer}:{weight.neuron}"
    now = network.weight(weight.layer, weight.source)[weight.neuron, weight.place]
    candidates = [changed(network, {weight: -_ONE - abs(now)})]
    range_known = ""
    room = _room(found, weight, regions, stop) if found.complete else None
    if room is not None:
        range_known = f" up to {now + room}"
        if room:
            candidates.insert(0, changed(network, {weight: room}))
    sentence = (
        f"{source} and {reader} are never on together: the weight between them may be "
        f"any number{range_known or ' below its own'}"
    )
    return Move("never on together", (source, reader), sentence, tuple(candidates))


def _room(
    found: Regions, weight: Parameter, regions: np.ndarray, stop: Callable[[], bool]
) -> fmpq | None:
    """How much the weight can grow before its reader is on in one of the regions.

    That is the least -z_j / z_i over them; None if time ran out.
    """
    least: fmpq | None = None
    for k in regions.tolist():
        if stop():
            return None
        region = found[k]
        maps = layer_maps(region.network, region.pattern)
        rows = [*found.domain.rows]
        for affine, pattern in zip(maps, region.pattern, strict=False):
            rows += [
                form if on else negated(form)
                for form, on in zip(_forms(affine), pattern, strict=True)
            ]
        own = _forms(maps[weight.source - 1])[weight.place]
        theirs = _forms(maps[weight.layer - 1])[weight.neuron]
        ratio = _least_ratio(negated(theirs), own, rows)
        least = ratio if least is None else min(least, ratio)
    return least


def _least_ratio(above: Form, below: Form, rows: list[Form]) -> fmpq:
    """The infimum of above / below where the rows are >= 0 and below > 0, above being >= 0 there.

    Homogeneous: the least above(y, t) with below(y, t) = 1, rows(y, t) >= 0 and t >= 0.
    """
    n = len(above)
    last = (*(fmpq(0),) * (n - 1), _ONE, fmpq(0))
    system = System(
        n,
        rows=(*((*row, fmpq(0)) for row in rows), last),
        equalities=((*below, -_ONE),),
    )
    answer = minimise((*above, fmpq(0)), system)
    assert isinstance(answer, Optimum)  # bounded below by 0, and the region is not empty
    return answer.value


def _forms(affine: AffineMap) -> list[Form]:
    width = affine.linear.ncols()
    entries, constants = affine.linear.entries(), affine.constant.entries()
    return [
        (*entries[i * width : (i + 1) * width], constant) for i, constant in enumerate(constants)
    ]


def _neurons(network: Network) -> Iterator[tuple[int, int]]:
    for number, layer in enumerate(network.hidden, 1):
        for index in range(layer.size):
            yield number, index


def _weights_out(network: Network, number: int, index: int) -> dict[Parameter, fmpq]:
    """The weights with which a neuron is read, those that are 0 left out."""
    found = {}
    for reader in readers(network, number):
        matrix = network.weight(reader, number)
        for r in range(matrix.nrows()):
            if matrix[r, index]:
                found[Parameter(reader, r, number, index)] = matrix[r, index]
    return found
