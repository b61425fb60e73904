"""What a WAV file says of itself: Broadcast Wave, iXML and RIFF INFO, as words.

References
----------
EBU Tech 3285 (``bext``: description, originator, time reference); iXML 3.0 (``iXML``, with the
USER block that UCS tools write); Microsoft RIFF, ``LIST INFO``.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from xml.etree import ElementTree

_LARGEST_XML_BYTES = 1 << 20
_BEXT_TEXT = {"description": (0, 256), "creator": (256, 32), "reference": (288, 32)}
_INFO = {
    "INAM": "title", "ICMT": "comment", "ISBJ": "description", "IKEY": "keywords",
    "IGNR": "genre", "IART": "creator", "IPRD": "source", "ISRC": "source", "ICOP": "licence",
}  # fmt: skip
_XML = {
    "fxname": "title", "tracktitle": "title", "description": "description", "note": "description",
    "keywords": "keywords", "catid": "cat_id", "category": "category",
    "subcategory": "subcategory", "usercategory": "user_category", "designer": "creator",
    "manufacturer": "creator", "library": "source", "url": "url", "show": "source",
    "rights": "licence", "license": "licence", "licence": "licence", "copyright": "licence",
}  # fmt: skip


def describe(chunks: Mapping[str, bytes]) -> dict[str, str]:
    """Texts of a WAV file's chunks, by what they are.

    Parameters
    ----------
    chunks : mapping of chunk id to content
        As `engine.riff.read_wave_file` finds them.

    Returns
    -------
    dict
        Any of title, description, keywords, comment, cat_id, category, subcategory,
        user_category, creator, source, reference, url, licence, genre. iXML is believed before
        INFO, and INFO before bext. Damaged chunks say nothing.
    """
    found = _bext(chunks.get("bext", b""))
    found.update(_info(chunks.get("LIST", b"")))
    found.update(_ixml(chunks.get("iXML", b"")))
    return found


def _bext(content: bytes) -> dict[str, str]:
    texts = {name: _text(content[at : at + length]) for name, (at, length) in _BEXT_TEXT.items()}
    return {name: text for name, text in texts.items() if text}


def _info(content: bytes) -> dict[str, str]:
    if content[:4] != b"INFO":
        return {}
    found: dict[str, str] = {}
    at = 4
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        key = _INFO.get(name.decode("latin-1"))
        text = _text(content[at + 8 : at + 8 + size])
        if key and text:
            found[key] = text
        at += 8 + size + size % 2
    return found


def _ixml(content: bytes) -> dict[str, str]:
    """Leaves of the document by their names. One that declares entities is not read."""
    data = content.rstrip(b"\0 \r\n\t")
    if not data or len(data) > _LARGEST_XML_BYTES or re.search(rb"<!(DOCTYPE|ENTITY)", data, re.I):
        return {}
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    found: dict[str, str] = {}
    for leaf in root.iter():
        key = _XML.get(str(leaf.tag).rpartition("}")[2].lower().replace("_", ""))
        text = " ".join((leaf.text or "").split())
        if key and text and key not in found:
            found[key] = text
    return found


def _text(content: bytes) -> str:
    raw = content.split(b"\0", 1)[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
