"""Existing mono or stereo production sound made binaural by what the picture shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError, ShapeError
from engine.jobs import Progress, silent_progress
from engine.media.audio_file import AudioWriter, read_audio_blocks
from engine.media.decode import VideoReader
from engine.media.picture import Image
from engine.models.pieces import Mono, ears_in_pieces, mono_pieces, resampled

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


@dataclass(frozen=True)
class Heard:
    """Two ears of a sound: (2, samples) blocks at its rate, and the channels that were mixed."""

    blocks: Iterator[NDArray[np.float32]]
    sample_rate_hz: int
    input_channels: int


def heard_with(sound: Path, video: Path, network_rate_hz: int, difference: SeenDifference) -> Heard:
    """`sound` as heard by two ears that see `video`.

    The sound is read and worked on in pieces, whatever its length; above what the network hears
    (half its rate) both ears are alike.

    Raises
    ------
    MediaError
        If a file cannot be read, the video has no picture, or (at the end) the sound no samples.
    ShapeError
        If the sound has more than two channels, or (when it is read) holds NaN or infinity.
    """
    blocks = read_audio_blocks(sound)
    first, rate_hz = next(blocks)
    if len(first) > 2:
        raise ShapeError(
            f"the sound has {len(first)} channels; mono or stereo is made binaural",
            place=sound,
            remedy="mix it down first",
        )
    reader = VideoReader(video, max_width=512)

    def seen(piece: Mono, start_s: float) -> Mono:
        return difference(piece, lambda time_s: reader.at(time_s)[1], start_s)

    def ears(piece: Mono, start_s: float) -> NDArray[np.float32]:
        return spread(piece, rate_hz, network_rate_hz, seen, start_s)

    def heard() -> Iterator[NDArray[np.float32]]:
        samples = 0
        with reader:
            mono = mono_pieces(first, blocks, rate_hz, sound)
            for block in ears_in_pieces(mono, rate_hz, ears):
                samples += block.shape[1]
                yield block
        if not samples:
            raise MediaError("the sound holds no samples", place=sound, remedy="export it again")

    return Heard(heard(), rate_hz, len(first))


def binauralise(
    sound: Path,
    video: Path,
    network_rate_hz: int,
    difference: SeenDifference,
    out: Path,
    progress: Progress = silent_progress,
) -> Binauralised:
    """Write `sound` as heard by two ears that see `video`.

    Raises
    ------
    MediaError, ShapeError
        See `heard_with`.
    DeliveryError
        If the result cannot be written.
    """
    heard = heard_with(sound, video, network_rate_hz, difference)
    return _write(heard, out, progress)


def spread(
    mono: Mono, rate_hz: int, network_rate_hz: int, difference: Difference, start_s: float
) -> NDArray[np.float32]:
    """(2, n) of a mono sound (n,): resampled for the network, its difference resampled back."""
    low = resampled(mono, rate_hz, network_rate_hz)
    apart = resampled(difference(low, start_s), network_rate_hz, rate_hz)[: len(mono)]
    apart = np.pad(apart, (0, len(mono) - len(apart)))
    return np.stack([mono + apart, mono - apart])


def _write(heard: Heard, out: Path, progress: Progress) -> Binauralised:
    powers, done, rate_hz = np.zeros(2), 0, heard.sample_rate_hz
    with AudioWriter(out, 2, rate_hz, subtype="FLOAT") as writer:
        for block in heard.blocks:
            writer.write(block)
            both = np.stack([block[0] + block[1], block[0] - block[1]])
            powers += np.sum(np.square(both, dtype=np.float64), axis=1)
            done += block.shape[1]
            progress(f"at {done / rate_hz:.0f} s", 0.0)
    share = powers[1] / powers[0] if powers[0] > 0.0 else 0.0
    level_db = float(10.0 * np.log10(share)) if share > 0.0 else None
    return Binauralised(done / rate_hz, rate_hz, heard.input_channels, level_db)
