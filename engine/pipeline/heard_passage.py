"""A passage of a film as two ears hear it, track by track, with gains that may still be changed.

Every track that sounds in the passage is rendered alone, once; what a change of volumes makes of
the mix is then heard without rendering again. The room and the head's turn are left out: what is
asked is whether the direct sound goes where the picture goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.coordinates import to_spherical
from engine.metrics.direction import (
    InterauralDifferences,
    ear_spectra,
    level_differences_db,
    plain_time_differences_us,
    time_differences_us,
    window_levels_dbfs,
)
from engine.metrics.following import Following, active_windows, following
from engine.project.model import ContentHash, Project, Track
from engine.render.compiler import compile_project
from engine.render.renderer import render_span
from engine.units import SPEED_OF_SOUND_M_PER_S, seconds_to_samples

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Spectra = NDArray[np.complex64]
Gains = Mapping[str, Array]
"""Decibels (points,) of tracks by id, `STEP_S` apart from the passage's start; none is 0."""

STEP_S, WINDOW_S = 0.05, 0.1
_HIDDEN_DBFS = -200.0
_STEPS = "footsteps"
_STRIKES_S = (0.25, 0.3)
"""Windows so near before and after what strikes are its own: a level has room to come and go."""
_ON_ITS_WAY_S = 0.5
"""Sound that left its source so long ago may still arrive."""


@dataclass(frozen=True, eq=False)
class Ears:
    """`InterauralDifferences` of a mix, (windows,) each."""

    itd_us: Array
    plain_itd_us: Array
    ild_db: Array


class HeardPassage:
    """Tracks of a passage, each as it arrives at the ears.

    Parameters
    ----------
    project : Project
    audio_path : callable
        File of a content hash.
    start_s, end_s : float
        The passage; it begins at a multiple of `STEP_S`.
    movers : sequence of Track
        Those that are listened for.
    """

    def __init__(
        self,
        project: Project,
        audio_path: Callable[[ContentHash], Path],
        start_s: float,
        end_s: float,
        movers: Sequence[Track],
    ) -> None:
        rate_hz = project.sample_rate_hz
        self.start_s, self._rate_hz = start_s, rate_hz
        self._step = round(STEP_S * rate_hz)
        self.windows = max(int((end_s - start_s - WINDOW_S) / STEP_S) + 1, 1)
        self.points = self.windows + 2
        self.times_s = np.asarray(start_s + WINDOW_S / 2 + STEP_S * np.arange(self.windows), float)
        samples = (self.points - 1) * self._step
        first = seconds_to_samples(start_s, rate_hz)
        sounding = _sounding(project, start_s, start_s + samples / rate_hz)
        self.stems: dict[str, NDArray[np.float32]] = {
            t.id: _alone(project, t, audio_path, first, samples) for t in sounding
        }
        self.objects: set[str] = {track.id for track in sounding if track.kind == "object"}
        self.levels_dbfs: dict[str, Array] = {
            track_id: window_levels_dbfs(stem, rate_hz)[: self.windows]
            for track_id, stem in self.stems.items()
        }
        self.movers: dict[str, Track] = {t.id: t for t in movers if t.id in self.stems}
        self.azimuth_deg: dict[str, Array] = {
            id_: to_spherical(track.trajectory.at(self.times_s))[:, 0]
            for id_, track in self.movers.items()
        }
        self.strikes: dict[str, Mask] = {t.id: self._struck(project, t) for t in sounding}
        """Windows in which a track strikes something, steps apart."""
        self._alone: dict[str, Ears] = {}
        self._spectra_of: dict[str, Spectra] = {}

    def hear(self, gains: Gains, span: slice | None = None, before: Ears | None = None) -> Ears:
        """The mix with gains; outside a `span` of windows it is as `before`."""
        low, high = (0, self.windows) if span is None else (span.start, span.stop)
        mix = sum(
            (self._gained(track_id, gains, low, high) for track_id in self.stems),
            np.zeros((2, (high - low + 1) * self._step)),
        )
        heard = self._heard(mix, gains, low)
        if before is None:
            return heard
        whole = Ears(before.itd_us.copy(), before.plain_itd_us.copy(), before.ild_db.copy())
        whole.itd_us[low:high] = heard.itd_us
        whole.plain_itd_us[low:high] = heard.plain_itd_us
        whole.ild_db[low:high] = heard.ild_db
        return whole

    def alone(self, track_id: str) -> Ears:
        """A track on its own."""
        if track_id not in self._alone:
            stem = np.asarray(self.stems[track_id], np.float64)
            self._alone[track_id] = self._ears(self._spectra(track_id), stem)
        return self._alone[track_id]

    def level_dbfs(self, track_id: str, gains: Gains) -> Array:
        """Level (windows,) of a track with its gains."""
        level = self.levels_dbfs[track_id]
        return level if track_id not in gains else level + gains[track_id][1 : self.windows + 1]

    def active(self, mover_id: str, gains: Gains) -> Mask:
        """Windows in which a mover is seen and sounds."""
        others = [self.level_dbfs(i, gains) for i in self.stems if i != mover_id]
        rest = np.full(self.windows, _HIDDEN_DBFS)
        if others:
            rest = 10.0 * np.log10(np.sum(10.0 ** (np.stack(others) / 10.0), axis=0))
        track = self.movers[mover_id]
        seen: Mask = (self.times_s >= track.start_s) & (self.times_s <= track.end_s)
        return active_windows(self.level_dbfs(mover_id, gains), rest, seen)

    def following(self, mover_id: str, gains: Gains, ears: Ears) -> Following:
        """How the ears follow a mover in the mix."""
        active = self.active(mover_id, gains)
        differences = InterauralDifferences(
            self.times_s,
            ears.itd_us,
            ears.plain_itd_us,
            ears.ild_db,
            self.levels_dbfs[mover_id],
        )
        return following(self.azimuth_deg[mover_id], differences, active, STEP_S)

    def _struck(self, project: Project, track: Track) -> Mask:
        struck = np.zeros(self.windows, dtype=bool)
        for event in project.events:
            if event.track_id != track.id or event.muted or event.generator == _STEPS:
                continue
            onsets_s = np.array(event.onsets_s, dtype=float)
            if track.kind == "object" and track.doppler and len(onsets_s):
                way_m = np.linalg.norm(track.trajectory.at(onsets_s), axis=1)
                onsets_s = onsets_s + way_m / SPEED_OF_SOUND_M_PER_S
            for onset_s in onsets_s:
                after_s = self.times_s - onset_s
                struck |= (after_s > -_STRIKES_S[0]) & (after_s < _STRIKES_S[1])
        return struck

    def _gained(self, track_id: str, gains: Gains, low: int, high: int) -> Array:
        part = self.stems[track_id][:, low * self._step : (high + 1) * self._step]
        if track_id not in gains or not gains[track_id].any():
            return np.asarray(part, np.float64)
        points = gains[track_id][low : high + 2]
        changed = np.flatnonzero(points)
        gained = np.asarray(part, np.float64)
        if len(changed):  # elsewhere the factor is 1
            first, after = max(changed[0] - 1, 0) * self._step, (changed[-1] + 1) * self._step
            at = np.arange(first, min(after, part.shape[1])) / self._step
            gain = 10.0 ** (np.interp(at, np.arange(len(points)), points) / 20.0)
            gained[:, first:after] *= gain
        return gained

    def _heard(self, mix: Array, gains: Gains, low: int) -> Ears:
        """What two ears hear of a mix (2, samples) with gains, from window `low` on.

        Spectra add up: where no gain changes within a window, those of the tracks are used.
        """
        windows = mix.shape[1] // self._step - 1
        spectra = np.zeros((2, windows, self._bins), dtype=np.complex64)
        glides = np.zeros(windows, dtype=bool)
        for track_id in self.stems:
            part = self._spectra(track_id)[:, low : low + windows]
            if track_id not in gains or not gains[track_id].any():
                spectra += part
                continue
            points = gains[track_id][low : low + windows + 2]
            bends = points[1:] != points[:-1]
            glides |= bends[:-1] | bends[1:]
            spectra += part * np.float32(10.0) ** (points[:windows, None] / 20.0).astype(np.float32)
        for window in np.flatnonzero(glides):
            piece = mix[:, window * self._step : (window + 2) * self._step]
            spectra[:, window] = ear_spectra(piece, self._rate_hz, WINDOW_S, STEP_S)[:, 0]
        return self._ears(spectra, mix)

    def _ears(self, spectra: Spectra, heard: Array) -> Ears:
        return Ears(
            time_differences_us(spectra, self._rate_hz, WINDOW_S),
            plain_time_differences_us(spectra, self._rate_hz, WINDOW_S),
            level_differences_db(heard, self._rate_hz, WINDOW_S, STEP_S),
        )

    def _spectra(self, track_id: str) -> Spectra:
        """(2, windows, bins) of a track on its own."""
        if track_id not in self._spectra_of:
            spectra = ear_spectra(self.stems[track_id], self._rate_hz, WINDOW_S, STEP_S)
            self._spectra_of[track_id] = spectra[:, : self.windows]
        return self._spectra_of[track_id]

    @property
    def _bins(self) -> int:
        return next((self._spectra(one).shape[2] for one in self.stems), 0)


def _sounding(project: Project, start_s: float, end_s: float) -> list[Track]:
    """Tracks with a clip that can be heard in a span of time."""
    heard = {
        clip.track_id
        for clip in project.clips
        if not clip.muted
        and clip.start_s < end_s
        and clip.start_s + clip.duration_s > start_s - _ON_ITS_WAY_S
    }
    return [t for t in project.tracks if t.id in heard and not t.strip.muted]


def _alone(
    project: Project,
    track: Track,
    audio_path: Callable[[ContentHash], Path],
    first: int,
    samples: int,
) -> NDArray[np.float32]:
    """(2, samples) of one track at the ears."""
    scene = structs.replace(project.scene, room="none", rotation_deg=(0.0, 0.0, 0.0))
    alone = structs.replace(
        project, scene=scene, tracks=(track,), clips=project.clips_of(track.id), markers=()
    )
    rate_hz = project.sample_rate_hz
    clips = [clip for clip in alone.clips if not clip.muted]
    from_s = min(clip.start_s for clip in clips)
    to_s = max(clip.start_s + clip.duration_s for clip in clips) + _ON_ITS_WAY_S
    low = min(max(seconds_to_samples(from_s, rate_hz), first), first + samples)
    high = max(min(seconds_to_samples(to_s, rate_hz), first + samples), low)
    heard = np.zeros((2, samples), dtype=np.float32)
    snapshot = compile_project(alone, audio_path, ("binaural",))
    heard[:, low - first : high - first] = render_span(snapshot, low, high - low)["binaural"]
    return heard
