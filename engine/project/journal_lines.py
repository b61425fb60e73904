"""Lines of the journal: JSON with a CRC in front, one a line, numbered without a gap.

``{"crc":"0123abcd","kind":"do","n":7,...}``: the CRC-32 (of zlib) covers everything after its
comma. A line that was half-written, or changed since, does not match and ends the replay.
Where a line holds a whole project, that is a `Project` when encoding, and plain tables when
decoded (they may need migration).
"""

from __future__ import annotations

import zlib
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from engine.project.coding import encode_value
from engine.project.model import SCHEMA_VERSION

_PREFIX = b'{"crc":"'
_BODY_AT = len(_PREFIX) + 8 + len(b'",')


class Opened(Struct, frozen=True, kw_only=True, tag_field="kind", tag="journal"):
    """First line: replay starts at the project saved with number `follows`."""

    n: int
    follows: int
    schema_version: int = SCHEMA_VERSION


class Began(Struct, frozen=True, kw_only=True, tag_field="kind", tag="begin"):
    """A document begins; `project` is there when it is not what the lines before lead to."""

    n: int
    project: Any = None


class Did(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="do"):
    """An edit was done; one that `joins` goes on with the step before it, as a drag does."""

    n: int
    edit: msgspec.Raw
    joins: bool = False


class Went(Struct, frozen=True, kw_only=True, tag_field="kind", tag="go"):
    """Undo, redo, jump or cancel: to the state after line `to`, or to the `project` given."""

    n: int
    why: str
    to: int
    project: Any = None


Line: TypeAlias = Opened | Began | Did | Went

_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    """A line with its CRC and line feed."""
    body = encode_value(line)[1:]
    return b'%s%08x",%s\n' % (_PREFIX, zlib.crc32(body), body)


def decode_line(data: bytes) -> Line | None:
    """The line in `data` (without its line feed), or None when it is damaged."""
    body = data[_BODY_AT:]
    if data[:_BODY_AT] != b'%s%08x",' % (_PREFIX, zlib.crc32(body)):
        return None
    try:
        return _DECODER.decode(b"{" + body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_lines(data: bytes) -> list[tuple[Line, int]]:
    """Lines up to the first damaged, missing or half-written one, each with where it ends."""
    lines: list[tuple[Line, int]] = []
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        line = decode_line(data[at:end])
        if line is None or (lines and line.n != lines[-1][0].n + 1):
            break
        if not lines and not isinstance(line, Opened):
            break
        at = end + 1
        lines.append((line, at))
    return lines


def is_unfinished(rest: bytes) -> bool:
    """Whether what follows the good lines is nothing, or one line that a kill left half-written."""
    return b"\n" not in rest and rest[: len(_PREFIX)] == _PREFIX[: len(rest)]
