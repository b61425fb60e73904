"""Existing mono or stereo production sound made binaural by what the picture shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from engine.errors import MediaError, ShapeError
from engine.jobs import Progress, silent_progress
from engine.media.audio_file import AudioWriter, read_audio_blocks
from engine.media.decode import VideoReader
from engine.media.picture import Image

PIECE_S = 8
MARGIN_S = 1
"""Sound on both sides of a piece that its edges depend on: a window and the resampler's filter."""

Mono = NDArray[np.float32]
Difference = Callable[[Mono, float], Mono]
"""``(mono, start_s) -> (samples,)``: half of left minus right, at the network's rate."""
SeenDifference = Callable[[Mono, Callable[[float], Image], float], Mono]
"""The same, asking a function of time for the pictures."""


@dataclass(frozen=True)
class Binauralised:
    """What was done: length, rate, channels that were mixed, and the level of the difference.

    `difference_db` is the level of left minus right over that of left plus right: minus infinity
    (None) where the result is mono.
    """

    seconds: float
    sample_rate_hz: int
    input_channels: int
    difference_db: float | None


def binauralise(
    sound: Path,
    video: Path,
    network_rate_hz: int,
    difference: SeenDifference,
    out: Path,
    progress: Progress = silent_progress,
) -> Binauralised:
    """Write `sound` as heard by two ears that see `video`.

    The sound is read, worked on and written in pieces, whatever its length; above what the network
    hears (half its rate) both ears are alike.

    Raises
    ------
    MediaError
        If a file cannot be read, or the video has no picture.
    ShapeError
        If the sound holds NaN or infinity.
    DeliveryError
        If the result cannot be written.
    """
    reader = VideoReader(video, max_width=512)
    try:
        blocks = read_audio_blocks(sound)
        first, rate_hz = next(blocks)
        if len(first) > 2:
            raise ShapeError(
                f"the sound has {len(first)} channels; mono or stereo is made binaural",
                place=sound,
                remedy="mix it down first",
            )
        mono = _mono_pieces(first, blocks, rate_hz, sound)

        def heard(piece: NDArray[np.float32], start_s: float) -> NDArray[np.float32]:
            return difference(piece, lambda time_s: reader.at(time_s)[1], start_s)

        done = _write(mono, rate_hz, network_rate_hz, heard, out, len(first), progress)
        if not done.seconds:
            raise MediaError("the sound holds no samples", place=sound, remedy="export it again")
        return done
    finally:
        reader.close()


def spread(
    mono: Mono, rate_hz: int, network_rate_hz: int, difference: Difference, start_s: float
) -> NDArray[np.float32]:
    """(2, n) of a mono sound (n,): resampled for the network, its difference resampled back."""
    common = gcd(rate_hz, network_rate_hz)
    up, down = network_rate_hz // common, rate_hz // common
    low = resample_poly(mono, up, down).astype(np.float32)
    apart = resample_poly(difference(low, start_s), down, up)[: len(mono)]
    apart = np.pad(apart, (0, len(mono) - len(apart))).astype(np.float32)
    return np.stack([mono + apart, mono - apart])


def _write(
    pieces: Iterator[NDArray[np.float32]],
    rate_hz: int,
    network_rate_hz: int,
    difference: Difference,
    out: Path,
    channels: int,
    progress: Progress,
) -> Binauralised:
    powers, done = np.zeros(2), 0
    margin, size = MARGIN_S * rate_hz, PIECE_S * rate_hz
    held = np.zeros(0, np.float32)
    before = 0  # samples of `held` that are written already
    with AudioWriter(out, 2, rate_hz, subtype="FLOAT") as writer:
        for piece in chain(pieces, [None]):
            held = np.concatenate([held, piece]) if piece is not None else held
            while len(held) > before and (piece is None or len(held) >= before + size + margin):
                take = min(size, len(held) - before)
                start_s = (done - before) / rate_hz
                heard = held[: before + take + margin]
                ears = spread(heard, rate_hz, network_rate_hz, difference, start_s)
                kept = ears[:, before : before + take]
                writer.write(kept)
                both = np.stack([kept[0] + kept[1], kept[0] - kept[1]])
                powers += np.sum(np.square(both, dtype=np.float64), axis=1)
                done += take
                drop = max(before + take - margin, 0)
                held, before = held[drop:], before + take - drop
                progress(f"at {done / rate_hz:.0f} s", 0.0)
    share = powers[1] / powers[0] if powers[0] > 0.0 else 0.0
    level_db = float(10.0 * np.log10(share)) if share > 0.0 else None
    return Binauralised(done / rate_hz, rate_hz, channels, level_db)


def _mono_pieces(
    first: NDArray[np.float32],
    blocks: Iterator[tuple[NDArray[np.float32], int]],
    rate_hz: int,
    sound: Path,
) -> Iterator[NDArray[np.float32]]:
    """The channels' mean, block by block."""

    def checked(block: NDArray[np.float32]) -> NDArray[np.float32]:
        if not np.isfinite(block).all():
            raise ShapeError(
                "the sound holds NaN or infinity", place=sound, remedy="export it again"
            )
        return np.asarray(block.mean(axis=0), dtype=np.float32)

    yield checked(first)  # of a film it may be empty, where the sound begins late
    for block, rate in blocks:
        assert rate == rate_hz, f"{rate=} {rate_hz=}"
        yield checked(block)
