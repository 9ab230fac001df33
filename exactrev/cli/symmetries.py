"""Find other networks with the same function as NET that are not NET with its neurons permuted and
scaled: neurons that nothing reads or that never switch, neurons that are never on together, linear
relations between what neurons pass on, neurons that can be turned round, and families along which
weights and biases can move.  docs/symmetries.md explains each kind.

``found``: each partner is a network proved equal to NET and not isomorphic to it.  ``none``: none
of the known kinds exists.  ``unknown``: something was not decided.  -o DIR writes each partner as
partner-1.json, ... with its certificates beside it: partner-1.cert, ... that it is the same
function, and partner-1.not-isomorphic.cert, ... that it is not isomorphic to NET.  They take the
place of all files of such names that an earlier run left there.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import ONE_PROCESS, add_json, add_search, count
from exactrev.cli.certificates import save_certificate
from exactrev.cli.domains import add_domain_options, domain_from_options
from exactrev.cli.files import load, naming, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.cli.patience import Patience
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.symmetries import Partner, Symmetries

SUMMARY = "other networks with the same function that are not isomorphic, each with proof"
EXITS = {"found": Exit.HOLDS, "none": Exit.REFUTED, "unknown": Exit.UNDECIDED}
_PARTNER = re.compile(r"partner-([0-9]+)\.(json|cert|not-isomorphic\.cert)")
#: Partners shown to a person; --json has all of them.
_SHOWN = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev symmetries``."""
    parser.add_argument("network", metavar="NET", help="network file")
    add_domain_options(parser)
    parser.add_argument("--output", "-o", metavar="DIR",
                        help="write the partners and their certificates into this directory")
    parser.add_argument("--most", type=count, metavar="N", help="stop after N partners")
    add_search(parser, ONE_PROCESS)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev symmetries NET``."""
    if arguments.output is not None:
        _demand_directory(Path(arguments.output), arguments.network, arguments.domain)
    network = load(arguments.network)
    domain = domain_from_options(arguments, network.inputs)
    from exactrev.symmetries import symmetries

    stage = "regions"

    def progress(text: str) -> None:
        nonlocal stage
        stage = text

    patience = Patience(arguments.timeout, None if arguments.quiet else lambda: stage)
    with patience.heeding_interrupts():
        found = symmetries(
            network, domain, seed=arguments.seed, timeout=arguments.timeout, stop=patience.stop,
            most=arguments.most, progress=progress,
        )  # fmt: skip
    written = []
    if arguments.output is not None:
        written = [
            _write(partner, Path(arguments.output), number)
            for number, partner in enumerate(found.partners, 1)
        ]
        _remove_earlier(Path(arguments.output), len(written))
    return report(found, written, patience.elapsed)


def _demand_directory(directory: Path, *sources: str | None) -> None:
    for source in sources:
        if source is not None and _is_partner(Path(source), directory):
            raise InputError(f"{directory}: partners written there could overwrite {source}")
    with naming(str(directory)):
        if directory.exists() and not directory.is_dir():
            raise InputError(f"{directory}: is not a directory")
        directory.mkdir(parents=True, exist_ok=True)


def _is_partner(path: Path, directory: Path) -> bool:
    named = _PARTNER.fullmatch(path.name)
    return bool(named) and os.path.realpath(path.parent) == os.path.realpath(directory)


def _remove_earlier(directory: Path, count: int) -> None:
    """Remove the partners with higher numbers, which are those of another run."""
    for path in directory.iterdir():
        named = _PARTNER.fullmatch(path.name)
        if named and int(named[1]) > count and path.is_file():
            with naming(str(path)):
                path.unlink()


def _write(partner: Partner, directory: Path, number: int) -> dict[str, str]:
    from exactrev.formats import write_network

    output, certificate, apart = (
        str(directory / f"partner-{number}.{ending}")
        for ending in ("json", "cert", "not-isomorphic.cert")
    )
    write_whole(output, lambda draft: write_network(partner.network, draft))
    save_certificate(partner.certificate(), certificate)
    save_certificate(partner.apart_certificate(), apart)
    return {
        "output": output,
        "certificate": certificate,
        "not_isomorphic_certificate": apart,
    }


def report(found: Symmetries, written: list[dict[str, str]], elapsed: float) -> Outcome:
    """The outcome of a search whose partners are written."""
    from exactrev.symmetries.evidence import partner_facts

    partners: list[dict[str, Any]] = [partner_facts(partner) for partner in found.partners]
    for facts, paths in zip(partners, written, strict=False):
        facts.update(paths)
    dimension = found.dimension
    facts = {
        "architecture": list(found.network.architecture),
        "partners": partners,
        "functional_dimension": None if dimension is None else dimension.rank,
        "parameters": found.network.parameters,
        "open": list(found.open),
        "seconds": round(elapsed, 3),
        "sha256": found.network.sha256,
    }
    details: list[tuple[str, str]] = [(p.kind, p.sentence) for p in found.partners[:_SHOWN]]
    if len(found.partners) > _SHOWN:
        details.append(("and", f"{len(found.partners) - _SHOWN} more (--json)"))
    details += [("open", text) for text in found.open]
    details += [("written", paths["output"]) for paths in written[:_SHOWN]]
    return Outcome(found.verdict, EXITS[found.verdict], facts, _headline(found), tuple(details))


def _headline(found: Symmetries) -> str:
    network = shape(found.network.architecture)
    if found.verdict == "found":
        many = len(found.partners)
        others = "another network that is" if many == 1 else f"{many} other networks that are"
        return f"for {network}: {others} the same function, proved, and not isomorphic"
    if found.verdict == "none":
        return f"for {network}: no symmetry of the known kinds beyond permutation and scaling"
    return f"for {network}: no partner found, but not all is decided"
