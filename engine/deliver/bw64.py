"""BW64 files: a WAV whose `chna` chunk ties its channels to the ADM metadata in `axml`.

References
----------
ITU-R BS.2088-1. As in the EBU's own library, a file that fits a plain RIFF header has one (every
WAV reader opens it); a larger one is BW64 with a `ds64` chunk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media.audio_file import AudioWriter
from engine.riff import read_wave_file

_ENTRY = struct.Struct("<H12s14s11sx")


@dataclass(frozen=True)
class ChannelUid:
    """What one channel of the file is. `track_index` counts from 1."""

    track_index: int
    uid: str
    track_format: str
    pack_format: str


@dataclass(frozen=True)
class AdmChunks:
    """The metadata of a BW64 file: which channel is what, and the ADM document."""

    channels: tuple[ChannelUid, ...]
    axml: str


def write_bw64(
    path: Path,
    blocks: Iterable[NDArray[np.float32]],
    sample_rate_hz: int,
    metadata: AdmChunks,
) -> None:
    """Write (channels, n) blocks as 24-bit PCM with the given metadata.

    A channel may have several entries in the metadata: objects that take turns in it.
    """
    with AudioWriter(
        path,
        max(channel.track_index for channel in metadata.channels),
        sample_rate_hz,
        classic=True,
        chunks_before=[(b"chna", _encode_chna(metadata.channels))],
        chunks_after=[(b"axml", metadata.axml.encode("utf-8"))],
    ) as writer:
        for block in blocks:
            writer.write(block)


def read_adm_chunks(path: Path) -> AdmChunks:
    """The `chna` and `axml` chunks of a file; MediaError where one is missing or damaged."""
    chunks = read_wave_file(path).chunks
    if "chna" not in chunks or "axml" not in chunks:
        raise MediaError("the file holds no ADM metadata", place=path)
    try:
        axml = chunks["axml"].rstrip(b"\0").decode("utf-8")
        return AdmChunks(_decode_chna(chunks["chna"]), axml)
    except (struct.error, UnicodeDecodeError) as error:
        raise MediaError(f"the ADM metadata are damaged ({error})", place=path) from error


def _encode_chna(channels: Sequence[ChannelUid]) -> bytes:
    tracks = len({channel.track_index for channel in channels})
    entries = [
        _ENTRY.pack(
            channel.track_index,
            channel.uid.encode("ascii"),
            channel.track_format.encode("ascii"),
            channel.pack_format.encode("ascii"),
        )
        for channel in channels
    ]
    return struct.pack("<HH", tracks, len(channels)) + b"".join(entries)


def _decode_chna(content: bytes) -> tuple[ChannelUid, ...]:
    _, count = struct.unpack_from("<HH", content)
    found = []
    for index in range(count):
        track, *texts = _ENTRY.unpack_from(content, 4 + index * _ENTRY.size)
        uid, track_format, pack_format = (t.rstrip(b"\0 ").decode("ascii") for t in texts)
        found.append(ChannelUid(track, uid, track_format, pack_format))
    return tuple(found)
