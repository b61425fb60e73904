"""What can be known of the end of a stream: containers that do not say how long they are.

MPEG-TS and MPEG-PS are made to be joined and left at any moment, so a file that was cut short looks
like one that was stopped. One thing tells: transport packets are 188 bytes long (192 on discs), and
a cut hardly ever falls between two of them. And a program stream may end with a code that
says so, though few writers put it there.

References
----------
ISO/IEC 13818-1, 2.4.3.2 (transport packets, sync byte 0x47) and 2.5.3.1 (pack start code, program
end code); Blu-ray's BDAV streams put four bytes before every packet.
"""

from __future__ import annotations

from pathlib import Path

_SYNC = 0x47
_PACKETS = ((188, 0), (192, 4))
"""Length of a packet and where in it the sync byte is."""
_PROBED_PACKETS = 8
_PACK_START = b"\x00\x00\x01\xba"
_PROGRAM_END = b"\x00\x00\x01\xb9"
_TAIL_BYTES = 4096


def open_end_note(path: Path) -> str | None:
    """What a person should know about the end of a stream; None where nothing is in doubt.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_PROBED_PACKETS * 192)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    if head.startswith(_PACK_START):
        if tail.rstrip(b"\xff\x00").endswith(_PROGRAM_END):
            return None
        return "the video is a program stream, which does not tell whether its end is missing"
    for length, sync_at in _PACKETS:
        places = range(sync_at, min(len(head), _PROBED_PACKETS * length), length)
        if len(places) > 1 and all(head[place] == _SYNC for place in places):
            if size % length:
                return (
                    "the video breaks off inside a packet: it was cut short, by how much is unknown"
                )
            return "the video is a transport stream, which does not tell whether its end is missing"
    return None
