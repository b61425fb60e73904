"""What a first project would have to wait for, done beforehand: loops compiled, HRIRs loaded.

Each feature of a scene has a small project of its own that is rehearsed, so that a scene waits only
for what it needs and what was not played before.
"""

from __future__ import annotations

import contextlib
import gc
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import soundfile
from msgspec import structs

from engine.jobs import Progress, silent_progress
from engine.playback.rehearsal import rehearse
from engine.playback.scene import Feature, Scene
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    EqBand,
    Keyframe,
    Project,
    Strip,
    Take,
    TakeId,
    Track,
    TrackId,
    TrackKind,
    Trajectory,
)
from engine.project.model import Scene as SceneSettings
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

_CONTENT = ContentHash("0" * 64)
_TAKE = TakeId("warm")
_SECONDS = 0.5
_RESPONSE_SECONDS = 0.3
_RAMP = ((0.0, 0.2), (_SECONDS, 0.8))
_Places = tuple[tuple[float, float, float], ...]
_PLACES_M: _Places = ((2.0, -1.0, 0.0), (1.5, 0.5, 0.0), (1.0, 3.0, 1.0))
_NEAR_M: _Places = ((2.0, -1.0, 0.0), (0.1, 0.0, 0.0), (1.0, 3.0, 1.0))
"""From afar through the head, past every sphere of a near-field set."""
_EQUALISER = (
    EqBand(kind="low_shelf", frequency_hz=120.0, gain_db=3.0),
    EqBand(kind="bell", frequency_hz=3000.0, gain_db=-3.0),
)


@dataclass(frozen=True)
class Kind:
    """A kind of scene in a monitor format."""

    monitor_format: str
    feature: Feature | None = None


_warmed: set[Kind] = set()


def warm_up(sample_rate_hz: int, monitor_format: str, hrir: str) -> None:
    """Rehearse a plain scene at this rate, in this format, with these HRIRs.

    What cannot be loaded is told of when a project that needs it is compiled.
    """
    _rehearse(Kind(monitor_format), sample_rate_hz, hrir)


def warm_for(scene: Scene) -> None:
    """Rehearse what a scene needs and what was not played before."""
    for kind in (Kind(scene.format), *(Kind(scene.format, name) for name in scene.features)):
        if kind not in _warmed:
            _rehearse(kind, scene.sample_rate_hz, "kemar")


def warm_all(sample_rate_hz: int, progress: Progress = silent_progress) -> None:
    """Rehearse every kind of scene, for a cache that outlives this process."""
    plain = [Kind(name) for name in ("binaural", "hoa3", "5.1", "stereo")]
    kinds = [*plain, *(Kind("binaural", feature) for feature in get_args(Feature))]
    for done, kind in enumerate(kinds):
        progress(f"rehearsing {kind.feature or kind.monitor_format}", done / len(kinds))
        _rehearse(kind, sample_rate_hz, "kemar")
    mix_straight(sample_rate_hz)


def mix_straight(sample_rate_hz: int) -> None:
    """Mix sources to which nothing but gains happens, many hops at once, as files are made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = _project(folder, sample_rate_hz, "kemar")
        tracks = tuple(
            structs.replace(track, air=False, doppler=False, lfe_send_db=None)
            for track in project.tracks
            if track.name == "stands"
        )
        clips = tuple(clip for clip in project.clips if clip.track_id in {t.id for t in tracks})
        plain = structs.replace(project, tracks=tracks, clips=clips)
        snapshot = compile_project(
            plain, lambda audio: folder / "media" / f"{audio}.wav", ("stereo",)
        )
        for _ in render_snapshot(snapshot):
            pass


def _rehearse(kind: Kind, sample_rate_hz: int, hrir: str) -> None:
    _warmed.add(kind)
    with contextlib.suppress(Exception), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = _project(folder, sample_rate_hz, hrir)
        rehearse(_with(project, kind.feature, folder), folder, kind.monitor_format)
    gc.collect(1)  # an engine collects nothing by itself


def _project(folder: Path, sample_rate_hz: int, hrir: str) -> Project:
    """A source that moves, one that stands, and an ambience."""
    samples = int(_SECONDS * sample_rate_hz)
    (folder / "media").mkdir()
    _write_noise(folder / "media" / f"{_CONTENT}.wav", samples, sample_rate_hz)
    still = _PLACES_M[:1]
    kinds: tuple[tuple[str, TrackKind, _Places], ...] = (
        ("moves", "object", _PLACES_M), ("stands", "object", still), ("around", "ambience", still)
    )  # fmt: skip
    tracks = tuple(
        Track(id=TrackId(name), name=name, kind=kind, trajectory=_path(places), lfe_send_db=-16.0)
        for name, kind, places in kinds
    )
    clips = tuple(
        Clip(
            id=ClipId(track.id), track_id=track.id, take_id=_TAKE, name="warm", start_s=0.0,
            duration_s=_SECONDS, fade_in_s=0.01, fade_out_s=0.01,
        )
        for track in tracks
    )  # fmt: skip
    take = Take(
        id=_TAKE, name="warm", audio=_CONTENT, sample_rate_hz=sample_rate_hz, channels=1,
        samples=samples,
    )  # fmt: skip
    return Project(
        sample_rate_hz=sample_rate_hz, scene=SceneSettings(hrir=hrir), takes=(take,),
        tracks=tracks, clips=clips,
    )  # fmt: skip


def _path(places_m: _Places) -> Trajectory:
    times_s = np.linspace(0.0, _SECONDS, len(places_m))
    return Trajectory(
        keyframes=tuple(
            Keyframe(time_s=float(time_s), x_m=x, y_m=y, z_m=z)
            for time_s, (x, y, z) in zip(times_s, places_m, strict=True)
        )
    )


def _with(project: Project, feature: Feature | None, folder: Path) -> Project:
    """The same scene with one feature more."""
    if feature in ("room", "response"):
        room = "hall"
        if feature == "response":
            room = str(folder / "response.wav")
            _write_response(Path(room), project.sample_rate_hz)
        scene = structs.replace(project.scene, room=room, room_reflections=2)
        return structs.replace(project, scene=scene)
    if feature == "strips":
        strip = Strip(eq=_EQUALISER)
        tracks = (structs.replace(t, strip=strip, occlusion=_RAMP) for t in project.tracks)
        return structs.replace(project, tracks=tuple(tracks))
    if feature == "width":
        width = tuple((time_s, 100.0 * share) for time_s, share in _RAMP)
        tracks = (structs.replace(track, width_deg=width) for track in project.tracks)
        return structs.replace(project, tracks=tuple(tracks))
    if feature == "near":
        path = _path(_NEAR_M)
        tracks = (structs.replace(track, trajectory=path) for track in project.tracks)
        return structs.replace(project, tracks=tuple(tracks))
    if feature == "field":
        (take,) = project.takes
        _write_noise(folder / "media" / f"{take.audio}.wav", take.samples, take.sample_rate_hz, 4)
        return structs.replace(project, takes=(structs.replace(take, channels=4),))
    if feature == "ears":
        (take,) = project.takes
        _write_noise(folder / "media" / f"{take.audio}.wav", take.samples, take.sample_rate_hz, 2)
        return structs.replace(project, takes=(structs.replace(take, channels=2, binaural=True),))
    return project


def _write_noise(path: Path, samples: int, sample_rate_hz: int, channels: int = 1) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal((samples, channels))
    soundfile.write(path, noise.astype(np.float32), sample_rate_hz, subtype="FLOAT")


def _write_response(path: Path, sample_rate_hz: int) -> None:
    """A decaying noise behind an impulse."""
    samples = int(_RESPONSE_SECONDS * sample_rate_hz)
    response = 0.1 * np.random.default_rng(2).standard_normal(samples)
    response *= np.exp(-np.arange(samples) / (0.2 * samples))
    response[0] = 1.0
    soundfile.write(path, response.astype(np.float32), sample_rate_hz, subtype="FLOAT")
