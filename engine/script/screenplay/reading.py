"""Reads a screenplay's file: Fountain, Final Draft FDX or plain text, by its ending."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ScriptError
from engine.script.screenplay.fdx import read_fdx
from engine.script.screenplay.fountain import read_fountain
from engine.script.screenplay.plain import read_plain
from engine.script.screenplay.scenes import Screenplay

LARGEST_BYTES = 10_000_000
"""A film's screenplay has about 200 kB."""
ENDINGS = (".fountain", ".spmd", ".fdx", ".txt", ".text", ".md")
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")


def read_screenplay(path: str | Path) -> Screenplay:
    """The screenplay in a file.

    Raises
    ------
    ScriptError
        If it cannot be read, is no text, is too large, or holds nothing.
    """
    source = Path(path).expanduser()
    ending = source.suffix.lower()
    if ending not in ENDINGS:
        raise ScriptError(
            f"'{ending}' is no screenplay's ending",
            place=source,
            remedy=f"give one of {', '.join(ENDINGS)}",
        )
    data = _bytes(source)
    if ending == ".fdx":
        found = read_fdx(data, str(source))
    else:
        text = _text(data, source)
        found = read_plain(text) if ending in (".txt", ".text") else read_fountain(text)
    if not found.scenes:
        raise ScriptError("holds no scene", place=source, remedy="give a screenplay with text")
    return found


def _bytes(source: Path) -> bytes:
    try:
        size = source.stat().st_size
        if size > LARGEST_BYTES:
            raise ScriptError(
                f"has {size / 1e6:.0f} MB, a screenplay may have {LARGEST_BYTES / 1e6:.0f}",
                place=source,
                remedy="give the scenes of this film only",
            )
        return source.read_bytes()
    except FileNotFoundError as error:
        raise ScriptError(
            "there is no such screenplay", place=source, remedy="check the path"
        ) from error
    except OSError as error:
        raise ScriptError(f"cannot be read: {error.strerror or error}", place=source) from error


def _text(data: bytes, source: Path) -> str:
    """Text in UTF-8, UTF-16 (where it begins so) or Windows' Latin."""
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ScriptError("is not text", place=source, remedy="save it as plain text in UTF-8")
