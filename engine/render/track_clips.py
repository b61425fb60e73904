"""A track's clips as the kernel's, with the takes they are pieces of opened once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import FoleystageError
from engine.project.fades import CURVES
from engine.project.model import Clip, ClipId, ContentHash, Project, Track
from engine.realtime.snapshot import ClipPlan, CurvePlan
from engine.render.sources import curve_plan
from engine.render.takes import open_take
from engine.units import db_to_gain, seconds_to_samples

AudioPath = Callable[[ContentHash], Path]

Mix = Callable[[int], NDArray[np.float32] | None]
"""From a take's number of channels to the (rows, channels) matrix that makes rows of them; None
where such a take is no part of it."""


class TrackClips:
    """Opens each take once and lays its clips on the timeline.

    Parameters
    ----------
    project : Project
    audio_path : callable
        File of a content hash.
    problems : list of str
        Takes that cannot be opened are named in it, once.
    """

    def __init__(self, project: Project, audio_path: AudioPath, problems: list[str]) -> None:
        self._project = project
        self._audio_path = audio_path
        self._problems = problems
        self._opened: dict[str, NDArray[np.float32] | None] = {}

    def tell(self, problem: str) -> None:
        """Name a problem."""
        self._problems.append(problem)

    def mixed(self, track: Track, mix: Mix, *, for_ears: bool = False) -> tuple[ClipPlan, ...]:
        """A track's clips, each mixed as `mix` has it for its channels.

        Either those whose takes were made for two ears, or the others.
        """
        curve = curve_plan(track.gain_curve_db, self._project.sample_rate_hz)
        plans = (self._plan(clip, mix, curve) for clip in self._clips_of(track, for_ears))
        return tuple(plan for plan in plans if plan is not None)

    def whole_take(self, track: Track, take_id: str, start_s: float, mix: Mix) -> ClipPlan | None:
        """A take from `start_s` on, under a track's automation; None where it cannot be opened."""
        take = self._project.take(take_id)
        clip = Clip(
            id=ClipId(""), track_id=track.id, take_id=take.id, name=take.name, start_s=start_s,
            duration_s=take.duration_s,
        )  # fmt: skip
        return self._plan(clip, mix, curve_plan(track.gain_curve_db, self._project.sample_rate_hz))

    def channels_on(self, track: Track) -> set[int]:
        """Channel counts of the takes that sound on a track, but those made for two ears."""
        clips = (clip for clip in self._clips_of(track, for_ears=False) if not clip.muted)
        opened = (self._open(clip) for clip in clips)
        return {len(samples) for samples in opened if samples is not None}

    def _clips_of(self, track: Track, for_ears: bool) -> list[Clip]:
        clips = self._project.clips_of(track.id)
        return [clip for clip in clips if self._project.take(clip.take_id).binaural == for_ears]

    def _plan(self, clip: Clip, mix: Mix, curve: CurvePlan | None) -> ClipPlan | None:
        samples = None if clip.muted else self._open(clip)
        matrix = None if samples is None else mix(len(samples))
        if samples is None or matrix is None:
            return None
        rate_hz = self._project.sample_rate_hz
        start = seconds_to_samples(clip.start_s, rate_hz)
        length = seconds_to_samples(clip.start_s + clip.duration_s, rate_hz) - start
        return ClipPlan(
            samples=samples,
            mix=matrix,
            start_sample=start,
            length_samples=length,
            offset_samples=seconds_to_samples(clip.offset_s, rate_hz),
            gain=float(db_to_gain(clip.gain_db)),
            fade_in_samples=min(seconds_to_samples(clip.fade_in_s, rate_hz), length),
            fade_out_samples=min(seconds_to_samples(clip.fade_out_s, rate_hz), length),
            fade_in_curve=CURVES.index(clip.fade_in_curve),
            fade_out_curve=CURVES.index(clip.fade_out_curve),
            gain_curve_db=curve,
        )

    def _open(self, clip: Clip) -> NDArray[np.float32] | None:
        if clip.take_id not in self._opened:
            try:
                take = self._project.take(clip.take_id)
                path = self._audio_path(take.audio)
                self._opened[clip.take_id] = open_take(path, self._project.sample_rate_hz)
            except FoleystageError as error:
                self._problems.append(f"clip '{clip.name}' is silent: {error}")
                self._opened[clip.take_id] = None
        return self._opened[clip.take_id]
