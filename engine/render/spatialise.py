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
from engine.layouts import BED_LAYOUTS, format_channels
from engine.media.audio_file import AudioWriter, read_audio_blocks, wave_mask_of
from engine.project.lfe_send import NO_SEND_DB
from engine.project.model import Track, TrackId, Trajectory
from engine.realtime.snapshot import (
    BundlePlan,
    ClipPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.render.channel_mixes import field_order, field_row, mono_mix, side_mix
from engine.render.ears import ears_plan
from engine.render.renderer import render_snapshot
from engine.render.rooms import NOWHERE, RoomChoice, add_room, field_orders, ringing_samples
from engine.render.sources import (
    SILENT_SEND_DB,
    field_sources,
    send_gain,
    surrounds,
    track_sources,
)
from engine.render.takes import open_take
from engine.spatial.air_absorption import air_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.harmonics import channels_of_order
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.propagation import FARTHEST_M, PointSource, samples_per_metre
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
    `width_deg` is the angle that it fills; of a stereo sound, that between its two sides.
    `lfe_send_db` is its level in the LFE of a format that has one.
    """

    times_s: NDArray[np.float64]
    positions_m: NDArray[np.float64]
    format_name: str
    hrir: str = "kemar"
    room: RoomChoice = NOWHERE
    doppler: bool = False
    air: bool = False
    width_deg: float = 0.0
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
    notes = [*(hrirs.notes if hrirs is not None else ()), *_notes(wanted, peak)]
    return _report(audio, out, wanted, len(samples), snapshot, peak) | {"notes": notes}


def _notes(wanted: Spatialisation, peak: float) -> list[str]:
    """What somebody might take for a fault of the sound."""
    notes = []
    farthest_m = float(np.linalg.norm(wanted.positions_m, axis=1).max())
    if farthest_m > FARTHEST_M:
        notes.append(
            f"the path goes {farthest_m:,.0f} m away: beyond {FARTHEST_M:,.0f} m sound is only "
            "softer, no later and no duller (distances are in metres)"
        )
    if peak > 1.0:
        notes.append("the peak is above full scale: it clips where it is played as it is")
    return notes


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
        "mixed_to_mono": _is_mixed(input_channels, wanted),
        "sample_rate_hz": snapshot.sample_rate_hz,
        "samples": snapshot.length_samples,
        "duration_s": snapshot.length_samples / snapshot.sample_rate_hz,
        "hrir": wanted.hrir if wanted.format_name == "binaural" else None,
        "room": wanted.room.name,
        "reflections": _reflections(snapshot, wanted),
        "doppler": wanted.doppler,
        "air": wanted.air,
        "width_deg": wanted.width_deg,
        "lfe_send_db": wanted.lfe_send_db,
        "peak_dbfs": round(float(gain_to_db(peak)), 2),
    }


def _reflections(snapshot: Snapshot, wanted: Spatialisation) -> int | None:
    """Most walls that a reflection meets; None where there are no walls."""
    has_walls = snapshot.room is not None and snapshot.room.response is None
    return wanted.room.reflections if has_walls else None


def _is_mixed(channels: int, wanted: Spatialisation) -> bool:
    """Whether channels were averaged."""
    kept = field_order(channels) is not None or (channels in BED_LAYOUTS and wanted.width_deg > 0.0)
    return channels > 1 and not kept


def _scene(
    samples: NDArray[np.float32], rate_hz: int, wanted: Spatialisation, hrirs: HrirSet | None
) -> Snapshot:
    """A scene of one source, or of one sound field that moves, in its room."""
    name = wanted.format_name
    order = field_order(len(samples))
    orders = sorted({*field_orders(wanted.room), *([order] if order else [])})
    fields = [space_plan(one, (name,), hrirs) for one in orders]
    direct = _sources(samples, rate_hz, wanted)
    sends_db = [0.0, *[SILENT_SEND_DB if order else 0.0] * (len(direct) - 1)]
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
    """One source, left and right of a wide stereo sound, or the channels of a sound field."""
    channels, track = len(samples), _track(wanted)
    lfe_gain = send_gain(wanted.lfe_send_db)
    order = field_order(channels)
    if order is not None:
        rows = [(_clip(samples, field_row(channels, r)),) for r in range(channels_of_order(order))]
        first, *others = field_sources(track, 0, rate_hz, rows, (wanted.format_name,))
        return [replace(first, lfe_gain=lfe_gain), *others]
    clips = (_clip(samples, mono_mix(channels)),)
    is_pair = channels in BED_LAYOUTS and wanted.width_deg > 0.0
    sides = [(_clip(samples, side_mix(channels, side)),) for side in (0, 1)] if is_pair else []
    found = track_sources(track, 0, rate_hz, clips, tuple(sides))
    return [replace(source, lfe_gain=lfe_gain) for source in found]


def _track(wanted: Spatialisation) -> Track:
    """The path and what it does to a sound, as a track has it."""
    return Track(
        id=TrackId("source"),
        name="source",
        trajectory=Trajectory.from_arrays(wanted.times_s, wanted.positions_m),
        doppler=wanted.doppler,
        air=wanted.air,
        width_deg=((0.0, wanted.width_deg),) if wanted.width_deg > 0.0 else (),
    )


def _clip(samples: NDArray[np.float32], mix: NDArray[np.float32] | None) -> ClipPlan:
    assert mix is not None
    return ClipPlan(samples, mix, start_sample=0, length_samples=samples.shape[1])
