"""Whether a video file has all the bytes its own structure speaks of.

A file that a copy or a download has cut short is told by its container, whatever its declared
duration: MP4 and MOV list where every sample lies, Matroska and WebM say how long their segment
is, AVI how long its RIFF lists are, ASF and FLV how long the file was. Containers made for
streaming (MPEG-TS, live WebM) say nothing.

References
----------
ISO/IEC 14496-12 (boxes; a size of 0 reaches to the end, 1 means 64 bits follow); RFC 8794 (EBML
variable-size integers; all ones mean unknown) and RFC 9559 (Matroska); Microsoft, "AVI RIFF File
Reference", with the OpenDML extensions (further 'RIFF' lists behind the first), and "Advanced
Systems Format", 3.2; Adobe, "Flash Video File Format 10.1", E.5 (onMetaData).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

_AVI_SPARE_BYTES = 8
"""Some writers count the list's own header in."""
_MOST_BOXES = 1_000_000
_SEGMENT_ID = 0x18538067
_EBML_ID = 0x1A45DFA3
_HEAD_BYTES = 8192
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_BROADCAST = 1
_FLV_SIZE = b"\0\x08filesize\0"


def missing_bytes(path: Path, container: Any) -> int:
    """How many bytes the end of a video file lacks; 0 where it is whole, or does not say.

    Parameters
    ----------
    container : av.container.InputContainer
        The same file, opened.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    kinds = container.format.name.split(",")
    size = path.stat().st_size
    with path.open("rb") as file:
        if "mp4" in kinds:
            end = max(_end_of_samples(container), _end_of_boxes(file, size))
        elif "matroska" in kinds:
            end = _end_of_segment(file)
        elif "avi" in kinds:
            end = _end_of_lists(file, size)
        elif "asf" in kinds:
            end = _asf_size(file.read(_HEAD_BYTES))
        elif "flv" in kinds:
            end = _flv_size(file.read(_HEAD_BYTES))
        else:
            end = 0
    return max(0, end - size)


def _end_of_samples(container: Any) -> int:
    """Where the last sample of any track ends, by the sample tables."""
    return max(
        (entry.pos + entry.size for stream in container.streams for entry in stream.index_entries),
        default=0,
    )


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    """Where the last box ends. Of a file with one sample table, boxes of samples say nothing:
    what matters of them is in the table, and cameras leave wrong lengths there."""
    end, fragmented = 0, False
    for kind, box_end in _boxes(file, size):
        fragmented = fragmented or kind == b"moof"
        if kind != b"mdat" or fragmented:
            end = box_end
    return end


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Kind and end of every box at the top, as far as they look like boxes."""
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8 or not head[4:8].isalnum():
            return
        length, kind = struct.unpack_from(">I4s", head)
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
        if length < 8:  # 0: to the end of the file
            return
        place += length
        yield kind, place
        if place >= size:
            return


def _end_of_segment(file: BinaryIO) -> int:
    """Where a Matroska file's segment ends; 0 if it was written without knowing."""
    head = file.read(_HEAD_BYTES)
    found = _element(head, 0)
    if found is None or found[0] != _EBML_ID or found[2] is None:
        return 0
    segment = _element(head, found[1] + found[2])
    if segment is None or segment[0] != _SEGMENT_ID or segment[2] is None:
        return 0
    return segment[1] + segment[2]


def _element(head: bytes, place: int) -> tuple[int, int, int | None] | None:
    """An EBML element's identity, where its content begins, and how long that is (None: open)."""
    identity_bytes = _width(head, place, 4)
    if identity_bytes is None:
        return None
    begin = place + identity_bytes
    size_bytes = _width(head, begin, 8)
    if size_bytes is None:
        return None
    identity = int.from_bytes(head[place:begin])
    most = (1 << 7 * size_bytes) - 1
    length = int.from_bytes(head[begin : begin + size_bytes]) & most
    return identity, begin + size_bytes, None if length == most else length


def _width(head: bytes, place: int, most: int) -> int | None:
    """How many bytes an EBML number takes; None if there is none."""
    if place >= len(head) or not head[place]:
        return None
    width = 9 - head[place].bit_length()
    return width if width <= most and place + width <= len(head) else None


def _end_of_lists(file: BinaryIO, size: int) -> int:
    """Where an AVI's last RIFF list ends; 0 if its length was never filled in."""
    place = end = 0
    while place + 8 <= size:
        file.seek(place)
        kind, length = struct.unpack("<4sI", file.read(8))
        if kind != b"RIFF" or length in (0, 0xFFFFFFFF):
            break
        place += 8 + length + length % 2
        end = place - _AVI_SPARE_BYTES
    return end


def _asf_size(head: bytes) -> int:
    """Size of the whole file as its properties give it; 0 for a broadcast."""
    place = head.find(_ASF_FILE_PROPERTIES)
    if place < 0 or place + 92 > len(head):
        return 0
    (size,) = struct.unpack_from("<Q", head, place + 40)
    (flags,) = struct.unpack_from("<I", head, place + 88)
    return 0 if flags & _ASF_BROADCAST else int(size)


def _flv_size(head: bytes) -> int:
    """Size of the whole file where its description gives it (a double, big-endian)."""
    place = head.find(_FLV_SIZE)
    if place < 0 or place + len(_FLV_SIZE) + 8 > len(head):
        return 0
    (size,) = struct.unpack_from(">d", head, place + len(_FLV_SIZE))
    return int(size) if 0 < size < 1 << 53 else 0
