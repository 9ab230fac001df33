"""``python -m exactrev.checker FILE``: exit 0 accepted, 1 rejected, 2 unreadable or bad usage."""

from __future__ import annotations

import argparse
import sys

from exactrev.checker import check


def main(arguments: list[str] | None = None) -> int:
    """Judge one file and print the verdict, its first word ``accepted`` or ``rejected``."""
    parser = argparse.ArgumentParser(
        prog="python -m exactrev.checker",
        description="Judge an exactrev certificate (standard library only).",
    )
    parser.add_argument("file", metavar="FILE", help="the certificate, gzipped or not")
    parser.add_argument("--sha256-a", metavar="HEX", help="the sha256 network A must have")
    parser.add_argument("--sha256-b", metavar="HEX", help="the sha256 network B must have")
    options = parser.parse_args(arguments)
    try:
        outcome = check(options.file, (options.sha256_a, options.sha256_b))
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        text = getattr(error, "strerror", None) or str(error)
        print(f"{options.file}: {text}", file=sys.stderr)
        return 2
    if outcome.accepted:
        print(f"accepted {outcome.claim}")
        return 0
    print(f"rejected {outcome.reason}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
