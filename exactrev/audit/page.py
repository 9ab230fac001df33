"""The report as one HTML page: everything in it is in the JSON object that it is made from.

Numbers are ``<data value="p/q">`` elements, whose text is rounded and whose value is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from exactrev.audit.facts import rounded
from exactrev.exact.rational import to_rational

Facts = dict[str, Any]

#: A cell of a table: its markup.
Cell = str


def page(facts: Facts, drawing: str | None = None) -> str:
    """The page of an audit; ``drawing`` is the ``<svg>`` element that ``facts['picture']`` is of.

    It asks for no other file.
    """
    victim, extraction = facts["victim"]["name"], facts["extraction"]["name"]
    title = f"Audit of {extraction} against {victim}"
    style = files("exactrev.audit").joinpath("page.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            f'<head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>\n{style}</style></head>",
            "<body>",
            f"<h1>{escape(title)}</h1>",
            *_verdict(facts),
            *_compared(facts),
            *_distance(facts),
            *_worst(facts),
            *_drawn(facts, drawing),
            *_regions(facts),
            *_matching(facts),
            *_certificate(facts),
            "</body>",
            "</html>",
            "",
        ]
    )


def _verdict(facts: Facts) -> Iterator[str]:
    yield f'<p class="verdict"><strong>{escape(facts["verdict"])}</strong> '
    yield f"{_words(facts['sentence'])}</p>"


def _compared(facts: Facts) -> Iterator[str]:
    yield "<h2>What was compared</h2>"
    victim, extraction = facts["victim"], facts["extraction"]
    rows = [
        [label, *(f"<code>{escape(str(one[key]))}</code>" for one in (victim, extraction))]
        for label, key in (
            ("file", "name"),
            ("architecture", "architecture"),
            ("parameters", "parameters"),
            ("sha256", "sha256"),
            ("canonical sha256", "canonical_sha256"),
        )
    ]
    yield from _table("compared", ["", "victim", "extraction"], rows)
    yield f"<p>Inputs: {_words(facts['domain']['text'])}. {escape(facts['semantics'])} "
    yield "The canonical sha256 is equal for networks that differ only in the order and the "
    yield "positive scaling of hidden neurons.</p>"
    yield from _box(facts["domain"])
    scaled = facts["output_scale"]
    if scaled is not None:
        yield "<p>Each output of the extraction was first multiplied by a scale and a shift was "
        yield "added, so that it fits the victim's. All that follows speaks of it so changed.</p>"
        rows = [
            [str(i), number(s), number(t)]
            for i, (s, t) in enumerate(zip(scaled["scale"], scaled["shift"], strict=True))
        ]
        yield from _table("scale", ["output", "scale", "shift"], rows)


def _box(domain: Facts) -> Iterator[str]:
    """The domain's sides or rows, where its name does not say all."""
    if not domain["text"].startswith(("a box", "the polyhedron")) or domain["inputs"] > 40:
        return
    if domain["box"] is not None:
        rows = [
            [_input(j), number(low), number(high)] for j, (low, high) in enumerate(domain["box"])
        ]
        yield from _table("box", ["input", "from", "to"], rows)
    else:
        head = [*(_input(j) for j in range(domain["inputs"])), "constant (all ≥ 0)"]
        yield from _table("rows", head, [[number(x) for x in row] for row in domain["rows"]])


def _distance(facts: Facts) -> Iterator[str]:
    yield "<h2>How far apart</h2>"
    bounds = facts["max_deviation"]
    upper = bounds["upper"]
    yield "<p>Largest difference of an output: "
    if upper == "inf":
        yield "infinite.</p>"
    elif upper is None:
        yield f"at least {number(bounds['lower'])}; no upper bound within the time.</p>"
    elif upper == bounds["lower"]:
        yield f"{number(upper)}, proved, and attained exactly.</p>"
    else:
        yield f"between {number(bounds['lower'])} (seen) and {number(upper)} (proved).</p>"
    if facts["ray"] is not None:
        ray = facts["ray"]
        yield f"<p>Output {ray['output']} of the difference grows for ever along the ray from the "
        yield "point in the direction given:</p>"
        rows = [
            [_input(j), number(p), number(d)]
            for j, (p, d) in enumerate(zip(ray["point"], ray["direction"], strict=True))
        ]
        yield from _table("ray", ["input", "point", "direction"], rows)
        return
    rows = [
        [str(r["output"]), number(r["lower"]), number(r["upper"]),
         "proved" if r["proved"] else "seen so far"]
        for r in facts["ranges"]
    ]  # fmt: skip
    head = ["output", "least victim &minus; extraction", "greatest", ""]
    yield from _table("ranges", head, rows)


def _worst(facts: Facts) -> Iterator[str]:
    worst = facts["worst"]
    if worst is None:
        return
    yield "<h2>The worst input</h2>" if facts["ray"] is None else "<h2>An input on the ray</h2>"
    rows = [
        [str(i), *map(number, values)]
        for i, values in enumerate(
            zip(worst["victim"], worst["extraction"], worst["difference"], strict=True)
        )
    ]
    yield from _table("outputs", ["output", "victim", "extraction", "difference"], rows)
    yield from _listed("worst", worst["input"])


def _drawn(facts: Facts, drawing: str | None) -> Iterator[str]:
    shown = facts["picture"]
    if shown is None or drawing is None:
        return
    i, j = shown["axes"]
    whole = facts["domain"]["inputs"] == 2
    circled = "the worst input" if facts["ray"] is None else "the input on the ray"
    rest = "" if whole else f", the other inputs as in {circled}"
    yield f"<figure>{drawing}<figcaption>Victim less extraction, output {shown['output']}, over "
    yield f"the inputs {_input(i)} and {_input(j)}{rest}. Along the lines the difference may bend; "
    yield f"the pieces between them, {shown['regions']} in all, are affine. "
    yield f"The circle is {circled}.</figcaption></figure>"


def _regions(facts: Facts) -> Iterator[str]:
    if not facts["regions"]:
        return
    yield "<h2>Regions that carry the deviation</h2>"
    yield f"<p>Of {facts['cells']} cells on which both networks are affine, those where an output "
    yield "is farthest off. A pattern says which hidden neurons are on (+) at a point inside, "
    yield "layer by layer; the bound is the exact largest difference on the closed cell.</p>"
    rows = [
        [f"<code>{r['victim_pattern']}</code>", f"<code>{r['extraction_pattern']}</code>",
         str(r["output"]), number(r["bound"])]
        for r in facts["regions"]
    ]  # fmt: skip
    head = ["victim's pattern", "extraction's pattern", "output", "bound"]
    yield from _table("regions", head, rows)


def _matching(facts: Facts) -> Iterator[str]:
    matching = facts["matching"]
    yield "<h2>Neuron by neuron</h2>"
    if matching["exact"]:
        yield "<p>Every neuron of the extraction computes an exact positive multiple, the scale, "
        yield "of what a neuron of the victim computes.</p>"
    else:
        yield "<p>Neurons are paired layer by layer, those with the closest normalised rows first; "
        yield "a neuron of the extraction computes about the scale times what its partner "
        yield "computes. The error is the largest difference of two weights, the scale "
        yield "divided out, relative to the neuron's largest weight; beside it, relative to "
        yield "the weight itself. The largest error is "
        yield f"{number(matching['largest_error'])}; neurons without a partner: "
        yield f"{matching['unmatched']}.</p>"
    for layer, matches in enumerate(matching["layers"], 1):
        rows = [
            [_neuron(m["victim"]), _neuron(m["extraction"]),
             *(number(m[key]) for key in ("scale", "error", "own_error"))]
            for m in matches
        ]  # fmt: skip
        head = ["victim", "extraction", "scale", "error", "to the weight itself"]
        yield from _table(f"layer-{layer}", head, rows, f"Hidden layer {layer}")
    rows = [
        [str(m["output"]), number(m["error"]), number(m["own_error"])] for m in matching["outputs"]
    ]
    head = ["output", "error", "to the weight itself"]
    yield from _table("output-layer", head, rows, "Outputs")


def _certificate(facts: Facts) -> Iterator[str]:
    yield "<h2>Certificate</h2>"
    certificate = facts["certificate"]
    if certificate is None:
        yield "<p>None was written"
        yield ": there is no proof to write down.</p>" if facts["claim"] is None else (
            f"; <code>--certificate FILE</code> writes that of the claim "
            f"<code>{facts['claim']}</code>.</p>"
        )
        return
    yield f"<p><code>{escape(certificate['file'])}</code>, claim "
    yield f"<code>{escape(certificate['claim'])}</code>, sha256 "
    yield f"<code>{certificate['sha256']}</code>. It holds both networks, the domain and every "
    yield "step of the proof; whoever checks it need not trust the program that wrote it:</p>"
    yield f"<pre>{escape(certificate['check'])}</pre>"


# -- pieces ----------------------------------------------------------------------------------------


def number(exact: str | None) -> str:
    """An exact number, shown rounded; a dash where there is none."""
    if exact is None:
        return "&ndash;"
    shown = rounded(to_rational(exact))
    mantissa, _, exponent = shown.partition("e")
    shown = mantissa.replace("-", "&minus;")
    if exponent:
        shown += f" &times; 10<sup>{exponent.replace('-', '&minus;')}</sup>"
    return f'<data value="{exact}">{shown}</data>'


def _words(text: str) -> str:
    """A sentence with its powers typeset."""
    words = []
    for word in escape(text).split(" "):
        base, caret, power = word.partition("^")
        digits = power.rstrip(".,:")
        words.append(f"{base}<sup>{digits}</sup>{power[len(digits):]}" if caret else word)
    return " ".join(words)


def _input(index: int) -> str:
    return f"<var>x</var><sub>{index}</sub>"


def _neuron(name: str | None) -> str:
    return "none" if name is None else f"<code>{name}</code>"


def _listed(name: str, point: Sequence[str]) -> Iterator[str]:
    """The coordinates of a point, several in a line."""
    yield f'<p class="point" id="{name}">'
    yield ", ".join(f"{_input(j)} = {number(x)}" for j, x in enumerate(point))
    yield "</p>"


def _table(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str | None = None
) -> Iterator[str]:
    yield f'<table id="{name}">'
    if caption is not None:
        yield f"<caption>{caption}</caption>"
    yield "<thead><tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
    yield "</tbody></table>"
