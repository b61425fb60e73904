"""The RIFF family (WAV, RF64, BW64): headers written and chunks found, byte for byte.

One place knows the layout, so that every file we write is reproducible (no dates, no software
name), grows past 4 GB by turning into RF64 without moving a sample, and can be mapped into memory.

References
----------
Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991;
EBU Tech 3306 (RF64); ITU-R BS.2088-1 (BW64); Microsoft, "Multiple channel audio data and WAVE
files" (WAVE_FORMAT_EXTENSIBLE).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from engine.errors import MediaError

RIFF_LIMIT_BYTES = 0xFFFF_FFFF
"""Largest size a plain RIFF header can state."""

PCM_TAG = 1
FLOAT_TAG = 3
EXTENSIBLE_TAG = 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_DS64_BYTES = 28
_UNKNOWN_SIZE = 0xFFFF_FFFF
_OPEN_SIZE = 0x7FFF_F000
"""From here on, the size of samples in a plain WAV is what programs write that do not know it yet:
0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF."""
_LARGEST_CHUNKS_BYTES = 64 << 20

Chunk = tuple[bytes, bytes]
"""A chunk: four-letter id and content."""


@dataclass(frozen=True)
class WaveFormat:
    """What the `fmt ` chunk says.

    `wave_mask` None writes the classic tag; a number writes WAVE_FORMAT_EXTENSIBLE with that
    loudspeaker mask (0 = the channels are no loudspeakers).
    """

    channels: int
    sample_rate_hz: int
    bits: int
    is_float: bool
    wave_mask: int | None = None

    @property
    def bytes_per_sample(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.bits // 8

    def encode(self) -> bytes:
        """Content of the `fmt ` chunk."""
        tag = FLOAT_TAG if self.is_float else PCM_TAG
        head = struct.pack(
            "<HIIHH",
            self.channels,
            self.sample_rate_hz,
            self.sample_rate_hz * self.bytes_per_sample,
            self.bytes_per_sample,
            self.bits,
        )
        if self.wave_mask is None:
            return struct.pack("<H", tag) + head + (b"\0\0" if self.is_float else b"")
        extension = struct.pack("<HHIH", 22, self.bits, self.wave_mask, tag) + _GUID_TAIL
        return struct.pack("<H", EXTENSIBLE_TAG) + head + extension

    @classmethod
    def decode(cls, content: bytes) -> WaveFormat:
        """Format from the content of a `fmt ` chunk."""
        tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content)
        mask = None
        if tag == EXTENSIBLE_TAG and len(content) >= 26:
            mask, tag = struct.unpack_from("<IH", content, 20)
        return cls(channels, rate, bits, tag == FLOAT_TAG, mask)


def encode_header(
    wave: WaveFormat, samples: int, chunks_before: Sequence[Chunk], chunks_after_bytes: int
) -> bytes:
    """Everything before the samples; RF64 where the file outgrows a plain header.

    Its length does not depend on `samples`, so it can be rewritten in place when they are known.
    """
    data_bytes = samples * wave.bytes_per_sample
    chunks = [(b"fmt ", wave.encode())]
    if wave.is_float or wave.wave_mask is not None:
        chunks.append((b"fact", struct.pack("<I", min(samples, _UNKNOWN_SIZE))))
    body = b"".join(encode_chunk(*chunk) for chunk in [*chunks, *chunks_before])
    before_bytes = 4 + 8 + _DS64_BYTES + len(body) + 8
    riff_bytes = before_bytes + data_bytes + data_bytes % 2 + chunks_after_bytes
    if riff_bytes <= RIFF_LIMIT_BYTES:
        reserve = encode_chunk(b"JUNK", bytes(_DS64_BYTES))
        head = b"RIFF" + struct.pack("<I", riff_bytes) + b"WAVE"
        return head + reserve + body + b"data" + struct.pack("<I", data_bytes)
    sizes = struct.pack("<QQQI", riff_bytes, data_bytes, samples, 0)
    magic = b"BW64" if any(name == b"chna" for name, _ in chunks_before) else b"RF64"
    head = magic + struct.pack("<I", _UNKNOWN_SIZE) + b"WAVE" + encode_chunk(b"ds64", sizes)
    return head + body + b"data" + struct.pack("<I", _UNKNOWN_SIZE)


def encode_chunk(name: bytes, content: bytes) -> bytes:
    """A chunk with its header, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


@dataclass(frozen=True)
class WaveFile:
    """Where things are in a RIFF file.

    `data_bytes` is what the file really holds, even where it was cut short or its header lies.
    `chunks` holds the small chunks (not the samples) by id, 64 MB of them at most: what is beyond
    is skipped. `missing_bytes` are those of the samples that the header speaks of and the file
    does not hold; 0 where the header was written without knowing.
    """

    wave: WaveFormat
    data_offset_bytes: int
    data_bytes: int
    chunks: dict[str, bytes] = field(default_factory=dict)
    missing_bytes: int = 0

    @property
    def samples(self) -> int:
        return self.data_bytes // max(self.wave.bytes_per_sample, 1)


def read_wave_file(path: Path) -> WaveFile:
    """Format, place of the samples and other chunks of a WAV, RF64 or BW64 file.

    Raises
    ------
    MediaError
        If the file is not of that family or lacks its format or its samples.
    """
    try:
        with path.open("rb") as stream:
            return _read_chunks(stream, path)
    except (OSError, struct.error) as error:
        raise MediaError(f"not a readable WAV file ({error})", place=path) from error


def _read_chunks(stream: BinaryIO, path: Path) -> WaveFile:
    length = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(12)
    if head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:12] != b"WAVE":
        raise MediaError("not a WAV, RF64 or BW64 file", place=path, remedy="check the file")
    chunks: dict[str, bytes] = {}
    data: tuple[int, int] | None = None
    missing_bytes = 0
    room_bytes = _LARGEST_CHUNKS_BYTES
    while stream.tell() + 8 <= length:
        name, size = struct.unpack("<4sI", stream.read(8))
        start = stream.tell()
        if name == b"data":
            is_open = size >= _OPEN_SIZE
            if size == _UNKNOWN_SIZE and "ds64" in chunks:
                size, is_open = struct.unpack_from("<Q", chunks["ds64"], 8)[0], False
            data = (start, min(size, length - start))
            missing_bytes = 0 if is_open else max(0, start + size - length)
        elif (held := min(size, length - start)) <= room_bytes:
            chunks[name.decode("latin-1")] = stream.read(held)
            room_bytes -= held
        stream.seek(start + size + size % 2)
    if "fmt " not in chunks or data is None:
        raise MediaError("the WAV file has no format or no samples", place=path)
    wave = WaveFormat.decode(chunks["fmt "])
    if min(wave.channels, wave.sample_rate_hz, wave.bits) < 1:
        raise MediaError(
            f"the WAV header is damaged: {wave.channels} channels of {wave.bits} bits at "
            f"{wave.sample_rate_hz} Hz",
            place=path,
            remedy="export it again",
        )
    return WaveFile(wave, *data, chunks, missing_bytes)
