"""An audit as a JSON object: what the page shows, every number exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq

from exactrev.audit.audit import Audit, Range
from exactrev.audit.matching import Matching, NeuronMatch
from exactrev.domain.boxes import bounding_box
from exactrev.equivalence.heaviest import Carrier
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.canonical import canonical_form
from exactrev.network.evaluation import Pattern, activation_pattern
from exactrev.network.model import Network

SEMANTICS = (
    "Real arithmetic on the exact weights in the files: a float is the rational number it is. "
    "Nothing here speaks of the rounding of a program that runs the networks."
)

_SENTENCES = {
    "isomorphic": "The extraction is the victim, its hidden neurons permuted and scaled by "
    "positive numbers: both are the same function of every input.",
    "equal": "Victim and extraction have the same outputs at every input {where}.",
    "closed": "The outputs are never more than {upper} apart {where} (rounded up): the exact bound "
    "is proved, and the worst input attains it.",
    "bounded": "The outputs are never more than {upper} apart {where} (rounded up), which is "
    "proved; at the worst input seen they are {lower} apart.",
    "unbounded": "The outputs drift apart without bound {where}: along the ray below their "
    "difference grows for ever.",
    "open": "The outputs differ: at the worst input seen they are {lower} apart. No upper bound "
    "was proved within the time.",
    "unknown": "Neither a difference nor a proof that there is none was found within the time.",
}


def facts(audit: Audit, names: tuple[str, str]) -> dict[str, Any]:
    """The JSON object; ``names`` are what victim and extraction are called."""
    networks = zip(names, (audit.victim, audit.extraction), strict=True)
    victim, extraction = (_network(name, network) for name, network in networks)
    return {
        "verdict": audit.verdict,
        "state": _state(audit),
        "sentence": sentence(audit),
        "victim": victim,
        "extraction": extraction,
        "semantics": SEMANTICS,
        "domain": _domain(audit.domain, audit.victim.inputs),
        "output_scale": _output_scale(audit),
        "max_deviation": {
            "lower": "inf" if audit.ray else str(audit.lower),
            "upper": "inf" if audit.ray else _text(audit.upper),
        },
        "ranges": [_range(i, r, audit.upper is not None) for i, r in enumerate(audit.ranges)],
        "worst": _worst(audit),
        "ray": audit.ray and {
            "point": _texts(audit.ray.point), "direction": _texts(audit.ray.direction),
            "output": audit.ray.output,
        },
        "cells": audit.cells,
        "claim": audit.claim,
        "regions": [_carrier(audit, carrier) for carrier in audit.carriers],
        "matching": _matching(audit.matching),
    }  # fmt: skip


def sentence(audit: Audit) -> str:
    """The verdict in a sentence."""
    where = f"in {domain_text(audit.domain, audit.victim.inputs)}"
    return _SENTENCES[_state(audit)].format(
        where=where, lower=rounded(audit.lower), upper=rounded(audit.upper or fmpq(0), up=True)
    )


def _state(audit: Audit) -> str:
    if audit.verdict in ("isomorphic", "equal", "unknown"):
        return audit.verdict
    if audit.ray is not None:
        return "unbounded"
    if audit.upper is None:
        return "open"
    return "closed" if audit.upper == audit.lower else "bounded"


def domain_text(domain: Polyhedron | None, inputs: int) -> str:
    """A name for a domain."""
    if domain is None or not domain.rows:
        return f"R^{inputs}"
    box = bounding_box(domain)
    if box is None:
        return f"the polyhedron of {len(domain.rows)} half-spaces in R^{inputs}"
    if all(side == box[0] for side in box):
        low, high = box[0]
        return f"[{low}, {high}]^{inputs}"
    return f"a box in R^{inputs}"


def rounded(x: fmpq, digits: int = 6, up: bool = False) -> str:
    """The number if it is short, else in decimal, rounded to so many digits, or away from 0.

    >>> rounded(fmpq(1, 3)), rounded(fmpq(10**40 + 1, 3 * 10**50))
    ('1/3', '3.33333e-11')
    """
    exact = str(x)
    if len(exact) <= 2 * digits:
        return exact
    from decimal import ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

    rounding = ROUND_UP if up else ROUND_HALF_EVEN
    context = Context(prec=digits, rounding=rounding, Emin=-(10**9), Emax=10**9)
    number = context.divide(Decimal(int(x.p)), Decimal(int(x.q)))
    exponent = number.adjusted()
    if -4 <= exponent < digits:
        return f"{number:f}"
    return f"{number.scaleb(-exponent, context):f}e{exponent}"


def _network(name: str, network: Network) -> dict[str, Any]:
    return {
        "name": name,
        "architecture": "-".join(map(str, network.architecture)),
        "parameters": network.parameters,
        "sha256": network.sha256,
        "canonical_sha256": canonical_form(network)[0].sha256,
    }


def _domain(domain: Polyhedron | None, inputs: int) -> dict[str, Any]:
    box = bounding_box(domain) if domain is not None else None
    return {
        "text": domain_text(domain, inputs),
        "inputs": inputs,
        "box": None if box is None else [_texts(side) for side in box],
        "rows": [] if domain is None else [_texts(row) for row in domain.rows],
    }


def _output_scale(audit: Audit) -> dict[str, Any] | None:
    if not audit.scaled:
        return None
    return {"scale": _texts(audit.comparison.scale), "shift": _texts(audit.comparison.shift)}


def _range(output: int, ends: Range, proved: bool) -> dict[str, Any]:
    low, high = ends
    return {"output": output, "lower": _text(low), "upper": _text(high), "proved": proved}


def _worst(audit: Audit) -> dict[str, Any] | None:
    if audit.worst is None:
        return None
    point, comparison = audit.worst, audit.comparison
    scaled = zip(comparison.b(point), comparison.scale, comparison.shift, strict=True)
    return {
        "input": _texts(point),
        "victim": _texts(comparison.a(point)),
        "extraction": [str(s * g + t) for g, s, t in scaled],
        "difference": _texts(comparison.differences(point)),
    }


def _carrier(audit: Audit, carrier: Carrier) -> dict[str, Any]:
    patterns = (activation_pattern(n, carrier.inside) for n in (audit.victim, audit.extraction))
    victim, extraction = map(_pattern, patterns)
    return {
        "victim_pattern": victim,
        "extraction_pattern": extraction,
        "inside": _texts(carrier.inside),
        "output": carrier.output,
        "bound": str(carrier.deviation),
        "at": _texts(carrier.at),
    }


def _pattern(pattern: Pattern) -> str:
    """On and off, layer by layer, as ``+-|++``."""
    return "|".join("".join("+" if on else "-" for on in layer) for layer in pattern)


def _matching(matching: Matching) -> dict[str, Any]:
    return {
        "exact": matching.exact,
        "unmatched": matching.unmatched,
        "largest_error": str(matching.largest_error),
        "layers": [[_match(match) for match in layer] for layer in matching.layers],
        "outputs": [
            {"output": m.output, "error": str(m.error), "own_error": _text(m.own_error)}
            for m in matching.outputs
        ],
    }


def _match(match: NeuronMatch) -> dict[str, Any]:
    return {
        "victim": None if match.victim is None else str(match.victim),
        "extraction": None if match.extraction is None else str(match.extraction),
        "scale": _text(match.scale),
        "error": _text(match.error),
        "own_error": _text(match.own_error),
    }


def _text(x: fmpq | None) -> str | None:
    return None if x is None else str(x)


def _texts(numbers: Iterable[fmpq] | Sequence[fmpq]) -> list[str]:
    return [str(x) for x in numbers]
