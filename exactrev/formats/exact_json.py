"""JSON of exact numbers: an entry is a string such as ``"1/3"`` or an integer, never a float."""

from __future__ import annotations

import json
from collections.abc import Set
from typing import Any, NoReturn

from flint import fmpq

from exactrev.errors import FormatError, InputError
from exactrev.exact.rational import parse_rational
from exactrev.formats.files import PathLike, decode, read_bytes


class Integer(str):
    """The digits of a JSON integer: text of any length, unlike Python's int()."""


class _Float(str):
    """A JSON number with a point or an exponent; refused as an entry, since readers round it."""


def read_document(path: PathLike, form: str, version: int, keys: Set[str]) -> dict[str, Any]:
    """The JSON object in a file, its numbers as their text, whose ``"format"`` and ``"version"``
    are these.  FormatError for what is not one, for other keys and keys given twice, for nan and
    infinities, and for deep nesting."""
    document = _parse(decode(read_bytes(path)))
    what = form.replace("-", " ")
    if not isinstance(document, dict):
        raise FormatError(f"not an {what}: the JSON is not an object")
    if document.get("format") != form:
        raise FormatError(f'not an {what}: "format" is not "{form}"')
    given = document.get("version")
    if not isinstance(given, Integer):
        raise FormatError('"version" is missing or not an integer')
    if given != str(version):
        raise FormatError(f"version {given} is unknown; this reader knows version {version}")
    demand_known(document, keys)
    return document


def demand_known(document: dict[str, Any], keys: Set[str], where: str = "") -> None:
    """FormatError, which says where, when a JSON object has a key that is none of these."""
    unknown = sorted(set(document) - keys)
    if unknown:
        raise FormatError(f"{where}unknown key {unknown[0]!r}")


def _parse(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=Integer,
            parse_float=_Float,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error}") from None
    except RecursionError:
        raise FormatError("JSON nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise FormatError(f"key {key!r} occurs twice")
        members[key] = value
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(f"not an exact number: {name}")


def exact_numbers(entries: Any, where: str) -> list[fmpq]:
    """The exact numbers of a JSON list; FormatError, which says where, for anything else."""
    if not isinstance(entries, list):
        raise FormatError(f"{where} is not a list of numbers")
    return [_number(entry, where) for entry in entries]


def _number(entry: Any, where: str) -> fmpq:
    if isinstance(entry, _Float):
        raise FormatError(f'{where}: {entry[:40]} must be a string ("{entry[:40]}") to be exact')
    if not isinstance(entry, str):
        raise FormatError(f"{where}: an entry is neither a string nor an integer")
    try:
        return parse_rational(entry)
    except InputError as error:
        raise FormatError(f"{where}: {error}") from None
