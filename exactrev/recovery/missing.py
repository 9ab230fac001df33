"""What a recovery that ended without a network lacks, layer by layer of the network it was given.

The search is over when this looks at the network.  A kink is of the neuron whose preactivation has
the kink's hyperplane there; a neuron of the result is the one on whose boundary it was begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from exactrev.arrangement.float_range import floats_hold
from exactrev.arrangement.forms import UNIT, Floats
from exactrev.arrangement.proofs import Booleans
from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.exact.rational import to_float
from exactrev.network.evaluation import Batch, preactivation_batches
from exactrev.network.model import Network
from exactrev.network.reduction import Name, reduce_structurally
from exactrev.recovery.geometry import Kink, form_at, form_key, rationals
from exactrev.recovery.reconstruction import Reconstruction
from exactrev.recovery.surface import Surface

#: Points at which a neuron that was not found is looked at (a multiple of 4).
SAMPLES = 2000
#: Neurons that are named one by one where others are said to depend on them.
_FEW = 8
#: Coordinates of these points are whole multiples of one over this.
_STEPS = 1024
#: Kinks whose neurons are looked for at once.
_AT_ONCE = 200
#: How far beside a kink its neuron is looked at a second time.
_ASIDE = fmpq(1, fmpz(1) << 200)


@dataclass(frozen=True)
class Gap:
    """Something that the result lacks: a neuron ``L:i`` or a layer of the network, and why."""

    what: str
    reason: str


def gaps(network: Network, reconstruction: Reconstruction, random: Random) -> tuple[Gap, ...]:
    """Every neuron (or, above the layers found, every layer) of the network that is missing.

    Neurons are named as in the network; those that plainly cannot matter are left out.
    """
    reduction = reduce_structurally(network)
    seen = Counter(owners(reduction.network, reconstruction.survey.kinks))
    found = _found(reduction.network, reconstruction)
    on = times_on(network, random)
    items: list[Gap] = []
    lacking: list[str] = []
    passing: list[str] = []  # neurons of the layer below that are always on
    for number, names in enumerate(reduction.names, 1):
        missing = [i for i in range(len(names)) if (number, i) not in found.get(number, set())]
        counts = [on[names[i].layer - 1][names[i].place] for i in missing]
        if number > len(reconstruction.layers):
            visible = sum(bool(seen[number, i]) for i in missing)
            about = _not_begun([names[i] for i in missing], counts, visible)
            if lacking:
                about += "; it is followed over what is below, which lacks " + ", ".join(lacking)
            about += _past(reduction.network, number, passing)
            items.append(Gap(f"layer {number}", about))
            lacking = [f"layer {number}"]
            passing = _named(names, missing, counts, SAMPLES)
            continue
        strangers = sorted(place for place in found[number] if place[0] != number)
        if strangers:
            items.append(Gap(f"layer {number}", _strangers(number, strangers)))
        parts = reconstruction.layers[number - 1].parts
        in_part = owners(reduction.network, [part.kink for part in parts])
        for i, count in zip(missing, counts, strict=True):
            reason = _reason(number, seen[number, i], count, (number, i) in in_part)
            items.append(Gap(f"neuron {names[i]}", reason))
        open_weights = sum(len(n.unknown) for n in reconstruction.layers[number - 1].neurons)
        lacking += [_neurons(number, [names[i] for i in missing])] if missing else []
        lacking += [f"{_many(open_weights, 'weight')} of layer {number}"] if open_weights else []
        passing = _named(names, missing, counts, SAMPLES)
    return tuple(items)


def owners(network: Network, kinks: Sequence[Kink]) -> list[tuple[int, int] | None]:
    """The neuron (layer from 1, index) on whose boundary each kink lies, or None."""
    if not network.hidden:
        return [None] * len(kinks)
    found: list[tuple[int, int] | None] = []
    for first in range(0, len(kinks), _AT_ONCE):
        some = kinks[first : first + _AT_ONCE]
        places = [rationals(kink.point) for kink in some]
        aside = [[x + _ASIDE * (j + 1) ** 2 for j, x in enumerate(place)] for place in places]
        values, moved = _hidden_values(network, places), _hidden_values(network, aside)
        for k, kink in enumerate(some):
            # the neuron nearest to 0 is a guess; that z is a multiple of the form decides
            _, number, i = min(
                (abs(z), number, i)
                for number, layer in enumerate(values, 1)
                for i, z in enumerate(layer[k])
            )
            here, there = values[number - 1][k][i], moved[number - 1][k][i]
            same = here * form_at(kink.form, aside[k]) == there * form_at(kink.form, places[k])
            found.append((number, i) if same and there else None)
    return found


def _hidden_values(
    network: Network, points: Sequence[Sequence[fmpq]]
) -> list[list[tuple[fmpq, ...]]]:
    """z of the hidden layers, by layer, point and neuron."""
    batches = preactivation_batches(network, Batch.of(points, network.inputs))[:-1]
    return [batch.columns() for batch in batches]


def _found(network: Network, reconstruction: Reconstruction) -> dict[int, set[tuple[int, int]]]:
    """Per layer of the result, the network's neurons (layer, index) that its neurons are."""
    layers = reconstruction.layers
    found: dict[int, set[tuple[int, int]]] = {}
    for number, layer in enumerate(layers, 1):
        if number == 1:
            rows = {form_key(row): (1, i) for i, row in enumerate(_first_rows(network))}
            keys = [form_key(neuron.row) for neuron in layer.neurons]
            found[1] = {rows[key] for key in keys if key in rows}
        else:
            kinks = [surface.kink for surface in layer.surfaces]
            found[number] = {place for place in owners(network, kinks) if place is not None}
    return found


def _first_rows(network: Network) -> list[fmpq_mat]:
    layer = network.layers[0]
    rows = (matrix_rows(matrix) for _, matrix in layer.weights)
    pairs = zip(next(rows, []), layer.bias.entries(), strict=False)
    return [row_vector([*row, bias]) for row, bias in pairs]


def _reason(number: int, kinks: int, count: int, in_part: bool) -> str:
    """Why a neuron of a layer that was begun is missing: kinks seen of it, times on in a sample.

    ``in_part``: its boundary was followed, and the result says what it does not show.
    """
    if count == 0:
        return f"always off: not once on at {SAMPLES} random points"
    if count == SAMPLES:
        return f"always on: not once off at {SAMPLES} random points; no boundary shows it"
    sample = f"on at {count} of {SAMPLES} random points"
    if in_part:
        return f"{sample}; its boundary was followed in part, which does not determine it (above)"
    if not kinks:
        return f"{sample}; no line that was scanned shows its boundary"
    sample += f"; its boundary was seen at {_many(kinks, 'place')}, but "
    if number == 1:
        return f"{sample}f hides too much of it to tell that it is of the first layer"
    return (
        f"{sample}was not followed yet, or was lost where f hides it or where it meets a neuron "
        "that is missing"
    )


def shown_by(part: Surface) -> str:
    """Why a boundary that was followed does not determine its neuron."""
    cells = [place.cell for place in part.waypoints]
    missing = [part.prefix.values[value] for value in part.missing()]
    off = [f"{layer}:{i}" for layer, i in missing if not any(c.on(layer, i) for c in cells)]
    on = [f"{layer}:{i}" for layer, i in missing if all(c.on(layer, i) for c in cells)]
    said = f"its boundary was followed in part, over {_many(len(cells), 'place')}"
    said += f"; at all of them (numbered as found) {', '.join(off) or 'none'} are off"
    said += f" and {', '.join(on) or 'none'} on, so that it shows at most sums of their weights"
    return f"{said}; if it has another part that lies apart, that was not seen"


def _strangers(number: int, places: Iterable[tuple[int, int]]) -> str:
    listed = ", ".join(str(Name(*place)) for place in places)
    return f"what was taken for neurons of it are parts of boundaries of {listed}"


def _not_begun(names: Sequence[Name], counts: Sequence[int], visible: int) -> str:
    said = f"none of its {len(names)} neurons is known; {visible} of them were seen on lines"
    everyone = range(len(names))
    if off := _named(names, everyone, counts, 0):
        said += f"; not once on at {SAMPLES} random points: {', '.join(off)}"
    if on := _named(names, everyone, counts, SAMPLES):
        said += f"; not once off at {SAMPLES} random points: {', '.join(on)}"
    return said


def _past(network: Network, number: int, passing: Sequence[str]) -> str:
    """What is to be said of a layer that reads others than the one below it."""
    if passing:
        through = f"through {', '.join(passing)}, always on at those points"
    elif any(source < number - 1 for source, _ in network.layers[number - 1].weights):
        through = "past neurons whose weights keep them on"
    else:
        return ""
    return f"; {through}, it reads what layer {number - 1} reads too"


def _neurons(number: int, names: Sequence[Name]) -> str:
    """Neurons of a layer by name, if they are few, else how many."""
    if len(names) > _FEW:
        return f"{len(names)} neurons of layer {number}"
    return ", ".join(f"neuron {name}" for name in names)


def _named(
    names: Sequence[Name], places: Iterable[int], counts: Sequence[int], count: int
) -> list[str]:
    """The names at those of the places that have this count."""
    return [str(names[i]) for i, each in zip(places, counts, strict=True) if each == count]


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def times_on(network: Network, random: Random) -> list[list[int]]:
    """At how many of the sample's points each hidden neuron is on.

    Floats tell the signs that are beyond doubt, exact arithmetic all signs at the other points.
    """
    draw = np.random.default_rng(random.getrandbits(64))
    sizes = np.repeat([0.5, 2.0, 8.0, 64.0], SAMPLES // 4)[:, None]
    points = np.trunc(draw.normal(size=(SAMPLES, network.inputs)) * sizes * _STEPS)
    on, certain = _signs(network, points.T / _STEPS)
    doubtful = np.flatnonzero(~certain)
    if len(doubtful):
        columns = fmpz_mat([list(map(int, row)) for row in points[doubtful].tolist()]).transpose()
        batches = preactivation_batches(network, Batch(columns, fmpz(_STEPS)))[:-1]
        for signs, batch in zip(on, batches, strict=True):
            exact = np.array([z > 0 for z in batch.numerators.entries()], dtype=bool)
            signs[:, doubtful] = exact.reshape(len(signs), -1)
    return [signs.sum(axis=1).tolist() for signs in on]


def _signs(network: Network, points: Floats) -> tuple[list[Booleans], Booleans]:
    """Whether neurons are on at points (a column each), by layer; at which points that is certain.

    Every value has a bound on its error: of the weights as doubles, and of all roundings.
    """
    certain = np.full(points.shape[1], floats_hold(network, inputs=[fmpq(1 << 20)]))
    values, errors, on = [points], [np.zeros_like(points)], []
    with np.errstate(all="ignore"):
        for layer in network.hidden:
            bias = np.array([[to_float(b)] for b in layer.bias.entries()]).reshape(-1, 1)
            z = bias + np.zeros((1, points.shape[1]))
            size, error = np.abs(z), np.full_like(z, 1e-290)
            for source, matrix in layer.weights:
                weight = np.array([to_float(w) for w in matrix.entries()])
                weight = weight.reshape(matrix.nrows(), matrix.ncols())
                z = z + weight @ values[source]
                error = error + np.abs(weight) @ errors[source]
                size = size + np.abs(weight) @ (np.abs(values[source]) + errors[source])
            terms = sum(matrix.ncols() for _, matrix in layer.weights) + 4
            error = (error + 2 * terms * UNIT * size) * (1 + 1e-9)
            certain &= (np.abs(z) > error).all(axis=0)
            on.append(z > 0)
            values.append(np.maximum(z, 0.0))
            errors.append(error)
    return on, certain
