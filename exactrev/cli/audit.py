"""Compare an extraction with its victim, and write a report that a person reads: how the neurons
match, the proved bounds of the deviation on the domain, the worst input, the regions that carry
it, and a picture of two of the inputs.

The report is one HTML page that needs no other file; --json prints the same content.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import add_certificate, add_json, add_resume, add_search, natural
from exactrev.cli.certificates import demand_certificate, kept, save_certificate
from exactrev.cli.domains import add_domain_options, domain_from_options
from exactrev.cli.equiv import EXITS
from exactrev.cli.files import demand_writable, load, write_whole
from exactrev.cli.outcome import Outcome
from exactrev.cli.patience import Patience
from exactrev.errors import DomainError, InputError

if TYPE_CHECKING:
    from exactrev.audit import Audit
    from exactrev.audit.picture import Picture
    from exactrev.bounds import BoxDeviation
    from exactrev.equivalence import Deviation

_DRAWING = 5.0  # seconds for the picture, which is left out if it takes longer

SUMMARY = "report how far an extraction is from its victim, and where"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev audit``."""
    parser.add_argument("victim", metavar="VICTIM", help="network file")
    parser.add_argument("extraction", metavar="EXTRACTION", help="network file")
    add_domain_options(parser)
    parser.add_argument("-o", "--output", metavar="FILE", required=True,
                        help="the report to write, .html")
    parser.add_argument("--up-to-output-scale", action="store_true",
                        help="scale and shift each output of EXTRACTION to fit best")
    parser.add_argument("--axes", nargs=2, type=natural, metavar=("I", "J"),
                        help="draw the inputs I and J (default: those that matter most)")
    add_certificate(parser, "of the bounds")
    add_resume(parser)
    add_search(parser)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev audit VICTIM EXTRACTION -o FILE``."""
    sources = (arguments.victim, arguments.extraction)
    demand_certificate(arguments.certificate, *sources, arguments.domain)
    demand_writable(arguments.output, *sources, arguments.domain, arguments.certificate)
    demand_writable(
        arguments.resume, *sources, arguments.domain, arguments.certificate, arguments.output
    )
    if Path(arguments.output).suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{arguments.output}: a report is written to .html")
    victim, extraction = load(arguments.victim), load(arguments.extraction)
    domain = domain_from_options(arguments, victim.inputs)
    _demand_axes(arguments.axes, victim.inputs)
    from exactrev.audit import audit
    from exactrev.audit.facts import facts
    from exactrev.audit.page import page
    from exactrev.cli.deviation import progress

    patience = Patience(arguments.timeout, None)

    @contextmanager
    def around(search: Deviation | BoxDeviation) -> Iterator[None]:
        if not arguments.quiet:
            patience.tell(lambda: progress(search))
        with kept(search, arguments.resume):
            yield

    path = arguments.certificate
    write = None if path is None else lambda lines: save_certificate(lines, path)
    with patience.heeding_interrupts():
        try:
            found = audit(victim, extraction, domain, arguments.up_to_output_scale, arguments.seed,
                          patience.stop, write, around, patience.remaining,
                          arguments.jobs)  # fmt: skip
        except DomainError:
            raise
        except InputError as error:
            raise InputError(f"{arguments.victim}, {arguments.extraction}: {error}") from error
        drawn = _picture(found, arguments.axes, patience)
    names = tuple(Path(source).name for source in sources)
    document = facts(found, (names[0], names[1]))
    document["picture"] = None if drawn is None else _shown(drawn)
    document["certificate"] = _certificate(found, arguments)
    text = page(document, None if drawn is None else drawn.svg)
    write_whole(arguments.output, lambda draft: _write(draft, text))
    return _outcome(document, arguments.output, patience)


def _demand_axes(axes: list[int] | None, inputs: int) -> None:
    if axes is not None and (axes[0] == axes[1] or max(axes) >= inputs):
        raise InputError(
            f"--axes {axes[0]} {axes[1]}: two different inputs from 0 to {inputs - 1}"
        )


def _picture(found: Audit, axes: list[int] | None, patience: Patience) -> Picture | None:
    """The difference on a plane through the worst input, if it can be drawn in some seconds."""
    if found.worst is None or found.victim.inputs < 2:
        return None
    from exactrev.audit.picture import picture

    differences = [abs(d) for d in found.comparison.differences(found.worst)]
    output = differences.index(max(differences))
    chosen = None if axes is None else (axes[0], axes[1])
    drawing = Patience(_DRAWING, None)
    return picture(found.comparison, found.domain, found.worst, output, chosen,
                   lambda: patience.interrupted or drawing.stop())  # fmt: skip


def _shown(drawn: Picture) -> dict[str, Any]:
    return {
        "axes": list(drawn.axes),
        "output": drawn.output,
        "regions": drawn.regions,
        "box": [[str(x) for x in side] for side in drawn.window.sides],
    }


def _certificate(found: Audit, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """The certificate's name, its digest, and the command that checks it."""
    path = arguments.certificate
    if path is None or found.claim is None:
        return None
    words = ["exactrev", "check", path]
    for source in (arguments.victim, arguments.extraction):
        words += ["--network", source]
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return {"file": path, "claim": found.claim, "sha256": digest, "check": shlex.join(words)}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _outcome(document: dict[str, Any], output: str, patience: Patience) -> Outcome:
    reason = patience.reason if document["state"] in ("open", "unknown") else None
    facts = {**document, "output": output, "reason": reason}
    verdict = facts.pop("verdict")
    details = [("report", output)]
    if document["certificate"] is not None:
        details.append(("certificate", document["certificate"]["file"]))
    return Outcome(verdict, EXITS[verdict], facts, document["sentence"], tuple(details))
