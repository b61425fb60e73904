"""One sound along one path into one format: the building block behind `foleystage spatialise`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.layouts import format_channels
from engine.media.audio_file import AudioWriter, read_audio_blocks, wave_mask_of
from engine.project.lfe_send import NO_SEND_DB
from engine.realtime.snapshot import (
    BundlePlan,
    ClipPlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.render.channel_mixes import field_order, mono_mix
from engine.render.ears import ears_plan
from engine.render.renderer import render_snapshot
from engine.render.rooms import NOWHERE, RoomChoice, add_room, field_orders, ringing_samples
from engine.render.sources import SILENT_SEND_DB, send_gain, surrounds
from engine.render.takes import open_take
from engine.spatial.air_absorption import air_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.harmonics import channels_of_order
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.propagation import PointSource, longest_delay_samples, samples_per_metre
from engine.spatial.space import space_plan
from engine.spatial.width import width_plan
from engine.units import db_to_gain, gain_to_db

_CHECK_BLOCK_SAMPLES = 1 << 16
_SMALLEST_RATE_HZ, _LARGEST_RATE_HZ = 8_000, 384_000
_LOUDEST_DBFS = 60.0


@dataclass(frozen=True)
class Spatialisation:
    """What to do with the sound.

    `times_s` (n,) and `positions_m` (n, 3) are the path. Without `doppler` the direct sound
    arrives at once, wherever it comes from; with `air` distance swallows high frequencies.
    `lfe_send_db` is its level in the LFE of a format that has one.
    """

    times_s: NDArray[np.float64]
    positions_m: NDArray[np.float64]
    format_name: str
    hrir: str = "kemar"
    room: RoomChoice = NOWHERE
    doppler: bool = False
    air: bool = False
    lfe_send_db: float = NO_SEND_DB


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
        snapshot = _scene(samples, rate_hz, wanted, hrirs)
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
    """Refuse sound that is none before it is spread over every channel."""
    loudest = db_to_gain(_LOUDEST_DBFS)
    for start in range(0, samples.shape[1], _CHECK_BLOCK_SAMPLES):
        levels = np.abs(samples[:, start : start + _CHECK_BLOCK_SAMPLES])
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
        "mixed_to_mono": input_channels > 1 and field_order(input_channels) is None,
        "sample_rate_hz": snapshot.sample_rate_hz,
        "samples": snapshot.length_samples,
        "duration_s": snapshot.length_samples / snapshot.sample_rate_hz,
        "hrir": wanted.hrir if wanted.format_name == "binaural" else None,
        "room": wanted.room.name,
        "doppler": wanted.doppler,
        "air": wanted.air,
        "lfe_send_db": wanted.lfe_send_db,
        "peak_dbfs": round(float(gain_to_db(peak)), 2),
    }


def _scene(
    samples: NDArray[np.float32], rate_hz: int, wanted: Spatialisation, hrirs: HrirSet | None
) -> Snapshot:
    """A scene of one source, or of one sound field that moves, in its room."""
    name = wanted.format_name
    order = field_order(len(samples))
    orders = sorted({*field_orders(wanted.room), *([order] if order else [])})
    fields = [space_plan(one, (name,), hrirs) for one in orders]
    direct = _sources(samples, rate_hz, wanted)
    sends_db = [0.0, *[SILENT_SEND_DB] * (len(direct) - 1)]
    answer = add_room(wanted.room, direct, sends_db, fields, rate_hz)
    bundle = [BundlePlan("field", 0, len(direct), orders.index(order))] if order else []
    length = samples.shape[1] + direct[0].max_delay_samples
    length += ringing_samples(answer.room, wanted.room, rate_hz)
    if hrirs is not None:
        length += hrirs.responses.shape[-1] - 1
    return Snapshot(
        sample_rate_hz=rate_hz,
        length_samples=length,
        formats=(name,),
        channels=(format_channels(name),),
        strips=(StripPlan("source"),),
        sources=answer.sources,
        beds=(),
        encoders={} if hrirs else {name: channel_encoder(name, rate_hz)},
        binaural=ears_plan(hrirs, direct) if hrirs else None,
        distance=PointSource(),
        samples_per_metre=samples_per_metre(rate_hz),
        spaces=answer.spaces,
        room=answer.room,
        air=air_plan(rate_hz) if wanted.air else None,
        width=width_plan(hrirs) if hrirs and surrounds(answer.sources) else None,
        bundles=tuple(bundle),
    )


def _sources(
    samples: NDArray[np.float32], rate_hz: int, wanted: Spatialisation
) -> list[SourcePlan]:
    """One source, or one for every channel of a sound field."""
    plain = _source(samples, rate_hz, wanted)
    order = field_order(len(samples))
    if order is None:
        return [plain]
    name = wanted.format_name
    nowhere = {} if name == "binaural" else {name: np.zeros(format_channels(name))}
    rows = np.eye(channels_of_order(order), len(samples), dtype=np.float32)
    parts = (replace(plain, clips=(_clip(samples, row[None]),), lfe_gain=0.0) for row in rows)
    parts = (replace(part, routes=nowhere, ears_gain=0.0) for part in parts)
    first, *others = parts
    return [replace(first, lfe_gain=plain.lfe_gain), *others]


def _source(samples: NDArray[np.float32], rate_hz: int, wanted: Spatialisation) -> SourcePlan:
    longest = longest_delay_samples(wanted.positions_m, rate_hz)
    return SourcePlan(
        strip=0,
        clips=(_clip(samples, mono_mix(len(samples))),),
        motion=MotionPlan(wanted.times_s * rate_hz, wanted.positions_m),
        delayed=wanted.doppler,
        max_delay_samples=longest if wanted.doppler else 0,
        air=wanted.air,
        lfe_gain=send_gain(wanted.lfe_send_db),
    )


def _clip(samples: NDArray[np.float32], mix: NDArray[np.float32]) -> ClipPlan:
    return ClipPlan(samples, mix, start_sample=0, length_samples=samples.shape[1])
