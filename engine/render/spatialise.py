"""One sound along one path into one format: the building block behind `foleystage spatialise`."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.layouts import format_channels
from engine.media.audio_file import AudioWriter, read_audio_blocks, wave_mask_of
from engine.realtime.snapshot import (
    BedPlan,
    ClipPlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.render.compiler import mix_matrix
from engine.render.renderer import render_snapshot
from engine.render.sources import FARTHEST_M, surrounds
from engine.render.takes import open_take
from engine.spatial.air_absorption import air_plan
from engine.spatial.binaural import binaural_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.harmonics import channels_of_order
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.propagation import PointSource, samples_per_metre
from engine.spatial.room import Room, convolve_into, dull_surfaces, reflections, tail
from engine.spatial.space import space_plan
from engine.spatial.width import width_plan
from engine.units import db_to_gain, gain_to_db

_FILTER_BLOCK_SAMPLES = 1 << 16
_SMALLEST_RATE_HZ, _LARGEST_RATE_HZ = 8_000, 384_000
_LOUDEST_DBFS = 60.0
_TAIL_ORDER = 1
_TAIL_CHANNELS = channels_of_order(_TAIL_ORDER)


@dataclass(frozen=True)
class Spatialisation:
    """What to do with the sound.

    `times_s` (n,) and `positions_m` (n, 3) are the path. Without `doppler` the direct sound
    arrives at once, wherever it comes from; with `air` distance swallows high frequencies.
    """

    times_s: NDArray[np.float64]
    positions_m: NDArray[np.float64]
    format_name: str
    hrir: str = "kemar"
    room: Room | None = None
    doppler: bool = False
    air: bool = False


def spatialise(
    audio: Path, wanted: Spatialisation, out: Path, progress: Progress = silent_progress
) -> dict[str, Any]:
    """Render `audio` along the path into a 32-bit float WAV file of the audio's own rate.

    Returns
    -------
    dict
        What was done, for the report.

    Raises
    ------
    FoleystageError
        The audio, the SOFA file or the format cannot be used, or `out` cannot be written;
        nothing is left behind.
    """
    channels = format_channels(wanted.format_name)
    rate_hz = _usable_rate_hz(audio)
    hrirs = load_hrirs(wanted.hrir, rate_hz) if wanted.format_name == "binaural" else None
    peak = 0.0
    mask = wave_mask_of(wanted.format_name)
    with (
        AudioWriter(out, channels, rate_hz, subtype="FLOAT", wave_mask=mask) as writer,
        tempfile.TemporaryDirectory(prefix="foleystage-") as scratch,
    ):
        progress("preparing", 0.0)
        samples = open_take(audio, rate_hz, Path(scratch))
        if samples.shape[1] == 0:
            raise MediaError("the audio file holds no samples", place=audio)
        _check_level(samples, rate_hz, audio)
        snapshot = _Scene(samples, rate_hz, wanted, Path(scratch)).snapshot(hrirs)
        for blocks in render_snapshot(snapshot, progress):
            block = blocks[wanted.format_name]
            writer.write(block)
            peak = max(peak, float(np.abs(block).max()))
    notes = list(hrirs.notes) if hrirs is not None else []
    if peak > 1.0:
        notes.append("the peak is above full scale: it clips where it is played as it is")
    return _report(audio, out, wanted, len(samples), snapshot, peak) | {"notes": notes}


def _usable_rate_hz(audio: Path) -> int:
    rate_hz = next(read_audio_blocks(audio))[1]
    if not _SMALLEST_RATE_HZ <= rate_hz <= _LARGEST_RATE_HZ:
        raise MediaError(
            f"the sound has {rate_hz} samples a second, usable are "
            f"{_SMALLEST_RATE_HZ} to {_LARGEST_RATE_HZ}",
            place=audio,
            remedy="convert it to 44100 or 48000 Hz",
        )
    return rate_hz


def _check_level(samples: NDArray[np.float32], rate_hz: int, audio: Path) -> None:
    """Refuse sound that is none before it is spread over every channel and the tail."""
    loudest = db_to_gain(_LOUDEST_DBFS)
    for start in range(0, samples.shape[1], _FILTER_BLOCK_SAMPLES):
        levels = np.abs(samples[:, start : start + _FILTER_BLOCK_SAMPLES])
        if np.isfinite(levels).all() and levels.max() <= loudest:
            continue
        finite = bool(np.isfinite(levels).all())
        what = f"is more than {_LOUDEST_DBFS:g} dB above full scale" if finite else "is no number"
        raise MediaError(
            f"a sample near {start / rate_hz:.2f} s {what}",
            place=audio,
            remedy="export the sound again, with peaks at or below full scale",
        )


def _report(
    audio: Path,
    out: Path,
    wanted: Spatialisation,
    input_channels: int,
    snapshot: Snapshot,
    peak: float,
) -> dict[str, Any]:
    return {
        "audio": str(audio),
        "out": str(out),
        "format": wanted.format_name,
        "channels": snapshot.channels[0],
        "input_channels": input_channels,
        "mixed_to_mono": input_channels > 1,
        "sample_rate_hz": snapshot.sample_rate_hz,
        "samples": snapshot.length_samples,
        "duration_s": snapshot.length_samples / snapshot.sample_rate_hz,
        "hrir": wanted.hrir if wanted.format_name == "binaural" else None,
        "room": wanted.room.name if wanted.room else "none",
        "doppler": wanted.doppler,
        "air": wanted.air,
        "peak_dbfs": round(float(gain_to_db(peak)), 2),
    }


class _Scene:
    """A scene of one source, its reflections and its tail."""

    def __init__(
        self, samples: NDArray[np.float32], rate_hz: int, wanted: Spatialisation, scratch: Path
    ) -> None:
        self._samples = samples
        self._rate_hz = rate_hz
        self._wanted = wanted
        self._scratch = scratch
        self._mix = mix_matrix(1, len(samples))
        self._path = self._motion(wanted.positions_m)

    def snapshot(self, hrirs: HrirSet | None) -> Snapshot:
        wanted, rate_hz = self._wanted, self._rate_hz
        direct = self._source(self._path, _clip(self._samples, self._mix), wanted.doppler)
        sources, beds = [direct], []
        length = self._samples.shape[1] + direct.max_delay_samples
        if hrirs is not None:
            length += hrirs.responses.shape[-1] - 1
        if wanted.room is not None:
            sources += self._reflections(wanted.room)
            late = self._tail(wanted.room)
            beds.append(BedPlan(0, (_clip(late, np.eye(_TAIL_CHANNELS, dtype=np.float32)),)))
            length = max(length, late.shape[1])
        name = wanted.format_name
        return Snapshot(
            sample_rate_hz=rate_hz,
            length_samples=length,
            formats=(name,),
            channels=(format_channels(name),),
            strips=(StripPlan("source"),),
            sources=tuple(sources),
            beds=tuple(beds),
            encoders={} if hrirs else {name: channel_encoder(name, rate_hz)},
            binaural=binaural_plan(hrirs) if hrirs else None,
            distance=PointSource(),
            samples_per_metre=samples_per_metre(rate_hz),
            spaces=(space_plan(_TAIL_ORDER, (name,), hrirs),),
            air=air_plan(rate_hz) if wanted.air else None,
            width=width_plan(hrirs) if hrirs and surrounds(sources) else None,
        )

    def _motion(self, positions_m: NDArray[np.float64]) -> MotionPlan:
        return MotionPlan(self._wanted.times_s * self._rate_hz, positions_m)

    def _source(
        self,
        motion: MotionPlan,
        clip: ClipPlan,
        delayed: bool,
        origin: MotionPlan | None = None,
        gain: float = 1.0,
    ) -> SourcePlan:
        farthest_m = min(float(np.linalg.norm(motion.positions_m, axis=1).max()), FARTHEST_M)
        longest = int(np.ceil(farthest_m * samples_per_metre(self._rate_hz))) + 1
        longest = longest if delayed else 0
        air = self._wanted.air
        return SourcePlan(0, (clip,), motion, delayed, origin, longest, gain, air=air)

    def _reflections(self, room: Room) -> list[SourcePlan]:
        """Images are late against the direct sound, whether or not that itself is delayed."""
        origin = None if self._wanted.doppler else self._path
        sections = dull_surfaces(room, self._rate_hz)
        dulled = self._map("reflections", 1, self._samples.shape[1])
        state = np.zeros((len(sections), 2))
        for start in range(0, dulled.shape[1], _FILTER_BLOCK_SAMPLES):
            piece = self._mono(start, start + _FILTER_BLOCK_SAMPLES).astype(np.float64)
            filtered, state = signal.sosfilt(sections, piece, zi=state)
            dulled[0, start : start + len(filtered)] = filtered
        clip = _clip(dulled, np.eye(1, dtype=np.float32))
        return [
            self._source(self._motion(image.positions_m), clip, True, origin, image.gain)
            for image in reflections(room, self._wanted.positions_m)
        ]

    def _tail(self, room: Room) -> NDArray[np.float32]:
        response = tail(room, self._rate_hz)
        samples = self._samples.shape[1]
        mono = self._map("mono", 1, samples)
        for start in range(0, samples, _FILTER_BLOCK_SAMPLES):
            piece = self._mono(start, start + _FILTER_BLOCK_SAMPLES)
            mono[0, start : start + len(piece)] = piece
        late = self._map("tail", _TAIL_CHANNELS, samples + response.shape[1] - 1)
        convolve_into(mono[0], response, late)
        return late

    def _mono(self, start: int, stop: int) -> NDArray[np.float32]:
        return np.asarray(self._mix @ self._samples[:, start:stop])[0]

    def _map(self, name: str, rows: int, samples: int) -> NDArray[np.float32]:
        """A zeroed array on disk; its room is claimed now, so that a full disk is an error here."""
        path = self._scratch / name
        with path.open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, 4 * rows * samples)
        return np.memmap(path, np.float32, "r+", shape=(rows, samples))


def _clip(samples: NDArray[np.float32], mix: NDArray[np.float32]) -> ClipPlan:
    return ClipPlan(samples, mix, start_sample=0, length_samples=samples.shape[1])
