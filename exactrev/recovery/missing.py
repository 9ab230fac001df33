"""What a recovery that ended without a network lacks, layer by layer of the network it was given.

The search is over when this looks at the network.  A kink is of the neuron whose preactivation has
the kink's hyperplane there; a neuron of the result is the one on whose boundary it was begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.network.evaluation import Batch, layer_maps, preactivation_batches
from exactrev.network.model import Network
from exactrev.network.reduction import Name, reduce_structurally
from exactrev.recovery.geometry import Kink, form_key, rationals
from exactrev.recovery.reconstruction import Reconstruction

#: Points at which a neuron that was not found is looked at (a multiple of 4).
SAMPLES = 2000


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
    for number, names in enumerate(reduction.names, 1):
        missing = [i for i in range(len(names)) if (number, i) not in found.get(number, set())]
        counts = [on[names[i].layer - 1][names[i].place] for i in missing]
        if number > len(reconstruction.layers):
            visible = sum(bool(seen[number, i]) for i in missing)
            reason = _not_begun([names[i] for i in missing], counts, visible, lacking)
            items.append(Gap(f"layer {number}", reason))
            lacking = [f"layer {number}"]
            continue
        strangers = sorted(place for place in found[number] if place[0] != number)
        if strangers:
            items.append(Gap(f"layer {number}", _strangers(number, strangers)))
        for i, count in zip(missing, counts, strict=True):
            reason = sample_reason(count) or _shown(reconstruction, number, seen[number, i], count)
            items.append(Gap(f"neuron {names[i]}", reason))
        open_weights = sum(len(n.unknown) for n in reconstruction.layers[number - 1].neurons)
        lacking += [f"{len(missing)} neurons of layer {number}"] if missing else []
        lacking += [f"{open_weights} weights of layer {number}"] if open_weights else []
    return tuple(items)


def owners(network: Network, kinks: Sequence[Kink]) -> list[tuple[int, int] | None]:
    """The neuron (layer from 1, index) on whose boundary each kink lies, or None."""
    if not kinks or not network.hidden:
        return [None] * len(kinks)
    points = [rationals(kink.point) for kink in kinks]
    batches = preactivation_batches(network, Batch.of(points, network.inputs))[:-1]
    values = [batch.columns() for batch in batches]
    found: list[tuple[int, int] | None] = []
    for k, kink in enumerate(kinks):
        pattern = tuple(tuple(bool(z > 0) for z in layer[k]) for layer in values)
        # the nearest to 0 is a guess; the hyperplane decides
        _, number, i = min(
            (abs(z), number, i)
            for number, layer in enumerate(values, 1)
            for i, z in enumerate(layer[k])
        )
        z_map = layer_maps(network, pattern)[number - 1]
        row = [*matrix_rows(z_map.linear)[i], z_map.constant[i, 0]]
        same = any(row[:-1]) and form_key(row_vector(row)) == form_key(kink.form)
        found.append((number, i) if same else None)
    return found


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
    biases = layer.bias.entries()
    rows = (matrix_rows(matrix) for _, matrix in layer.weights)
    return [
        row_vector([*row, bias])
        for row, bias in zip(next(rows, []), biases, strict=False)
        if any(row)
    ]


def _shown(reconstruction: Reconstruction, number: int, kinks: int, count: int) -> str:
    """Why a neuron of a layer that was begun is missing although it is on at some points only."""
    sample = f"on at {count} of {SAMPLES} random points"
    if not kinks:
        return f"{sample}; no line that was scanned shows its boundary"
    if number == 1:
        return (
            f"{sample}; its boundary was seen at {kinks} places, but f hides too much of it to "
            "tell that it is of the first layer"
        )
    return (
        f"{sample}; its boundary was seen at {kinks} places, but was not followed yet, or was "
        "lost where f hides it or where it meets a neuron that is missing"
    )


def _strangers(number: int, places: Iterable[tuple[int, int]]) -> str:
    listed = ", ".join(str(Name(*place)) for place in places)
    return f"what was taken for neurons of it are parts of boundaries of {listed}"


def _not_begun(
    names: Sequence[Name], counts: Sequence[int], visible: int, lacking: Sequence[str]
) -> str:
    off = [str(name) for name, count in zip(names, counts, strict=True) if count == 0]
    always = [str(name) for name, count in zip(names, counts, strict=True) if count == SAMPLES]
    said = [f"none of its {len(names)} neurons is known; {visible} of them were seen on lines"]
    if off:
        said.append(f"not once on at {SAMPLES} random points: {', '.join(off)}")
    if always:
        said.append(f"not once off: {', '.join(always)}")
    if lacking:
        said.append(f"it can be followed only over what is below, which lacks {', '.join(lacking)}")
    return "; ".join(said)


def sample_reason(count: int) -> str | None:
    """What being on at so many points of the sample says of a neuron, if that is the reason."""
    if count == 0:
        return f"always off: not once on at {SAMPLES} random points"
    if count == SAMPLES:
        return f"always on: not once off at {SAMPLES} random points; its part is folded"
    return None


def times_on(network: Network, random: Random) -> list[list[int]]:
    """At how many of the sample's points each hidden neuron is on."""
    points = [
        [fmpq(int(random.gauss(0, size) * 1024), 1024) for _ in range(network.inputs)]
        for size in (0.5, 2.0, 8.0, 64.0)
        for _ in range(SAMPLES // 4)
    ]
    batches = preactivation_batches(network, Batch.of(points, network.inputs))[:-1]
    counts = []
    for batch in batches:
        entries = batch.numerators.entries()
        rows = range(0, len(entries), SAMPLES)
        counts.append([sum(z > 0 for z in entries[i : i + SAMPLES]) for i in rows])
    return counts
