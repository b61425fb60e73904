"""One sound along one path, made into two ears by the diffusion: what `spatialise` does otherwise.

What is above the network's highest frequency is as the measured responses have it, and so is the
law of distance: the network has learned responses, which know none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_spherical
from engine.errors import LayoutError, PluginError
from engine.jobs import Progress, silent_progress
from engine.media.audio_file import AudioWriter, read_audio_blocks, wave_mask_of
from engine.models.foleyspace.infer import FAST_STEPS, MovingSpatialiser, PositionsAt
from engine.models.foleyspace.moving import HIGHEST_DEG, WIDEST_DEG
from engine.models.pieces import Mono, ears_in_pieces, mono_pieces, resampled
from engine.render.spatialise import Spatialisation, spatialise
from engine.render.takes import open_take
from engine.spatial.propagation import PointSource
from engine.spatial.room import NO_ROOM
from engine.units import gain_to_db

_SLACK_DEG = 1.0

Floats = NDArray[np.float64]


def spatialise_by_diffusion(
    audio: Path,
    wanted: Spatialisation,
    spatialiser: MovingSpatialiser,
    out: Path,
    *,
    steps: int = FAST_STEPS,
    seed: int = 0,
    progress: Progress = silent_progress,
) -> dict[str, Any]:
    """Render `audio` along the path into a 32-bit float WAV file of the audio's own rate.

    Returns
    -------
    dict
        What was done, for the report.

    Raises
    ------
    LayoutError
        If something else than a point for two ears is wanted.
    PluginError
        If the network has learned other ears, or `steps` are more than it was trained with.
    FoleystageError
        What `spatialise` raises.
    """
    _check(wanted, spatialiser, steps)
    with tempfile.TemporaryDirectory(prefix="foleystage-") as scratch:
        measured_file = Path(scratch) / "measured.wav"
        report = spatialise(audio, wanted, measured_file)
        rate_hz = int(report["sample_rate_hz"])
        measured = open_take(measured_file, rate_hz, Path(scratch))
        peak = 0.0
        with AudioWriter(
            out, 2, rate_hz, subtype="FLOAT", wave_mask=wave_mask_of("binaural")
        ) as writer:
            made = _ears(audio, wanted, spatialiser, measured, rate_hz, steps, seed)
            done = 0
            for block in made:
                writer.write(block)
                peak = max(peak, float(np.abs(block).max()))
                done += block.shape[1]
                progress("denoising", done / measured.shape[1])
    notes = [note for note in report["notes"] if "full scale" not in note]
    notes += _beyond(wanted)
    if peak > 1.0:
        notes.append("the peak is above full scale: it clips where it is played as it is")
    told = {"method": "foleyspace", "steps": steps, "seed": seed, "notes": notes}
    return report | told | {"out": str(out), "peak_dbfs": round(float(gain_to_db(peak)), 2)}


def positions_of(wanted: Spatialisation) -> PositionsAt:
    """Positions at any times: straight between those given, resting before and after them."""

    def at(times_s: Floats) -> Floats:
        columns = [np.interp(times_s, wanted.times_s, column) for column in wanted.positions_m.T]
        return np.stack(columns, axis=1)

    return at


def _beyond(wanted: Spatialisation) -> list[str]:
    """What is to be said of a way that leaves the directions of the recipe."""
    azimuth_deg, elevation_deg, _ = to_spherical(wanted.positions_m).T
    widest, highest = np.abs(azimuth_deg).max(), np.abs(elevation_deg).max()
    if widest <= WIDEST_DEG + _SLACK_DEG and highest <= HIGHEST_DEG + _SLACK_DEG:
        return []
    return [
        f"the network has learned +-{WIDEST_DEG:g} degrees across and +-{HIGHEST_DEG:g} up and "
        "down: beyond, it guesses; --method hrir knows"
    ]


def _ears(
    audio: Path,
    wanted: Spatialisation,
    spatialiser: MovingSpatialiser,
    measured: NDArray[np.float32],
    rate_hz: int,
    steps: int,
    seed: int,
) -> Iterator[Mono]:
    network_hz = spatialiser.config.sample_rate_hz
    positions_at, law = positions_of(wanted), PointSource()

    def ears(mono: Mono, start_s: float) -> Mono:
        start = max(round(start_s * rate_hz), 0)
        low = resampled(mono, rate_hz, network_hz)
        made = spatialiser.binaural(low, positions_at, start_s, steps=steps, seed=seed)
        times_s = start_s + np.arange(0.0, len(mono) + rate_hz, 0.01 * rate_hz) / rate_hz
        far_m = np.linalg.norm(positions_at(times_s), axis=1)
        at_s = start_s + np.arange(len(mono)) / rate_hz
        level = np.interp(at_s, times_s, law.gain(far_m)).astype(np.float32)
        known = resampled(made, network_hz, rate_hz)[:, : len(mono)] * level
        if network_hz >= rate_hz:
            return known
        whole = measured[:, start : start + len(mono)]
        heard = resampled(resampled(whole, rate_hz, network_hz), network_hz, rate_hz)
        return known + whole - heard[:, : len(mono)]

    blocks = read_audio_blocks(audio)
    first, _ = next(blocks)
    sound = mono_pieces(first, blocks, rate_hz, audio)
    return ears_in_pieces(_lengthened(sound, measured.shape[1]), rate_hz, ears)


def _lengthened(pieces: Iterator[Mono], samples: int) -> Iterator[Mono]:
    """With silence after it, so many samples in all."""
    done = 0
    for piece in pieces:
        done += len(piece)
        yield piece
    if samples > done:
        yield np.zeros(samples - done, np.float32)


def _check(wanted: Spatialisation, spatialiser: MovingSpatialiser, steps: int) -> None:
    if wanted.format_name != "binaural":
        raise LayoutError(
            f"FoleySpace makes two ears, not '{wanted.format_name}'",
            remedy="choose --format binaural, or --method hrir",
        )
    more = {
        "a room": wanted.room.name != NO_ROOM,
        "doppler": wanted.doppler,
        "air": wanted.air,
        "a width": wanted.width_deg > 0.0,
    }
    for name, is_wanted in more.items():
        if is_wanted:
            raise LayoutError(
                f"FoleySpace renders a point in the open: it knows no {name.removeprefix('a ')}",
                remedy="leave it out, or choose --method hrir",
            )
    if wanted.hrir != spatialiser.hrir:
        raise PluginError(
            f"the network has learned the ears of '{spatialiser.hrir}', not of '{wanted.hrir}'",
            remedy="leave out --hrir, or train one: foleystage train foleyspace --hrir FILE",
        )
    if steps > spatialiser.config.train_steps:
        raise PluginError(
            f"{steps} steps are more than the {spatialiser.config.train_steps} it was trained with",
            remedy="choose 6 or 50",
        )
