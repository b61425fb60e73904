"""The compiler: a Project becomes a Snapshot the kernel can render. Runs off the audio thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import turning
from engine.errors import FoleystageError
from engine.layouts import HIGHEST_ORDER, LOUDSPEAKER_LAYOUTS, STEREO, format_channels
from engine.project.lfe_send import lfe_sends_db
from engine.project.model import Clip, ContentHash, Project, Strip, Track
from engine.realtime.snapshot import (
    BedPlan,
    ClipPlan,
    CurvePlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.render.rooms import add_room, field_orders, room_choice
from engine.render.sources import (
    curve_plan,
    eq_sections,
    send_gain,
    side_mix,
    surrounds,
    track_sources,
)
from engine.render.takes import open_take
from engine.spatial.air_absorption import air_plan
from engine.spatial.ambisonics import layout_to_field, stereo_to_field
from engine.spatial.binaural import binaural_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.harmonics import ambisonic_order_of, channels_of_order
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.propagation import PointSource, samples_per_metre
from engine.spatial.space import space_plan
from engine.spatial.width import width_plan
from engine.units import db_to_gain, seconds_to_samples

_SURROUND = {layout.channels: layout for layout in LOUDSPEAKER_LAYOUTS.values() if layout != STEREO}

AudioPath = Callable[[ContentHash], Path]


def compile_project(
    project: Project,
    audio_path: AudioPath,
    formats: Sequence[str],
    hrirs: HrirSet | None = None,
) -> Snapshot:
    """Everything the kernel needs to render `project` in `formats`.

    Takes are mapped from disk, not read. A take that is missing or unreadable is silence and is
    named in `Snapshot.problems`; so is an HRIR set that cannot be used (the shipped one stands
    in).

    Parameters
    ----------
    project : Project
    audio_path : callable
        File of a content hash (``Bundle.audio_path``).
    formats : sequence of str
        Names from `engine.layouts.FORMATS`; the kernel's outs follow this order.
    hrirs : HrirSet, optional
        Instead of the set that `project.scene.hrir` names.

    Raises
    ------
    LayoutError
        If a format is unknown.
    """
    channels = tuple(format_channels(name) for name in formats)
    problems: list[str] = []
    takes = _Takes(project, audio_path, problems)
    orders = _field_orders(project, takes)
    room = room_choice(project.scene, project.sample_rate_hz, problems)
    spaces = sorted({*orders.values(), *field_orders(room)})
    sources, beds = _plans(project, takes, orders, spaces)
    listening = (hrirs or hrirs_of(project, problems)) if "binaural" in formats else None
    rate_hz = project.sample_rate_hz
    sends_db = [project.tracks[source.strip].room_send_db for source in sources]
    method, turned_deg = project.scene.field_decoder, project.scene.rotation_deg
    fields = tuple(space_plan(order, formats, listening, method) for order in spaces)
    answer = add_room(room, sources, sends_db, fields, rate_hz)
    return Snapshot(
        sample_rate_hz=rate_hz,
        length_samples=seconds_to_samples(project.duration_s, rate_hz),
        formats=tuple(formats),
        channels=channels,
        strips=tuple(_strip(track.id, track.strip) for track in project.tracks),
        sources=answer.sources,
        beds=tuple(beds),
        encoders={n: channel_encoder(n, rate_hz) for n in formats if n != "binaural"},
        binaural=None if listening is None else binaural_plan(listening),
        distance=PointSource(),
        samples_per_metre=samples_per_metre(rate_hz),
        spaces=answer.spaces,
        master_gain=_strip("", project.master).gain * (not project.master.muted),
        air=air_plan(rate_hz) if any(source.air for source in sources) else None,
        width=width_plan(listening) if listening is not None and surrounds(sources) else None,
        room=answer.room,
        rotation=turning(*turned_deg) if any(turned_deg) else None,
        problems=tuple(problems),
    )


def _field_orders(project: Project, takes: _Takes) -> dict[str, int]:
    """Ambisonic order of every ambience track: that of its finest take, the first at least."""
    return {
        track.id: min(
            max([1, *(ambisonic_order_of(n) or 1 for n in takes.channels_on(track))]),
            HIGHEST_ORDER,
        )
        for track in project.tracks
        if track.kind == "ambience"
    }


def _plans(
    project: Project, takes: _Takes, orders: dict[str, int], spaces: list[int]
) -> tuple[list[SourcePlan], list[BedPlan]]:
    sources: list[SourcePlan] = []
    beds: list[BedPlan] = []
    lfe_sends_db_of = lfe_sends_db(project)
    for index, track in enumerate(project.tracks):
        if track.kind == "ambience":
            order = orders[track.id]
            clips = takes.clips_of(track, channels_of_order(order))
            sections = eq_sections(track.strip, project.sample_rate_hz)
            beds.append(BedPlan(index, clips, spaces.index(order), sections))
        else:
            lfe_gain = send_gain(lfe_sends_db_of[track.id])
            own = _sources(track, index, project.sample_rate_hz, takes)
            sources += [replace(source, lfe_gain=lfe_gain) for source in own]
    return sources, beds


def _sources(track: Track, index: int, rate_hz: int, takes: _Takes) -> list[SourcePlan]:
    clips = takes.clips_of(track, 1)
    if not clips:
        return []
    if not track.stereo or 2 not in takes.channels_on(track):
        return track_sources(track, index, rate_hz, clips)
    sides = tuple(takes.clips_of(track, 1, partial(side_mix, side=side)) for side in (0, 1))
    return track_sources(track, index, rate_hz, clips, sides)


def _strip(track_id: str, strip: Strip) -> StripPlan:
    return StripPlan(track_id, float(db_to_gain(strip.gain_db)), strip.muted, strip.soloed)


def hrirs_of(project: Project, problems: list[str]) -> HrirSet:
    """The session's HRIR set, or the shipped one; what is odd is added to `problems`."""
    try:
        hrirs = load_hrirs(project.scene.hrir, project.sample_rate_hz)
        problems.extend(hrirs.notes)
        return hrirs
    except FoleystageError as error:
        problems.append(f"{error} (the shipped KEMAR set is used instead)")
        return load_hrirs("kemar", project.sample_rate_hz)


def mix_matrix(rows: int, channels: int) -> NDArray[np.float32]:
    """(rows, channels): how a take's channels become a mono source or an ambisonic sound field.

    For a source: one channel as it is, two averaged, ambisonics by its omnidirectional channel.
    For a field: mono everywhere alike, stereo, 5.1, 5.1.4 and 7.1.4 from where their
    loudspeakers would stand, ambisonics channel by channel.
    """
    matrix = np.zeros((rows, channels))
    if rows == 1:
        matrix[0] = np.eye(1, channels) if ambisonic_order_of(channels) else 1.0 / channels
    elif channels == 2:
        matrix[:4] = stereo_to_field()
    elif channels in _SURROUND:
        matrix[:4] = layout_to_field(_SURROUND[channels])
    elif ambisonic_order_of(channels):
        matrix[:] = np.eye(rows, channels)
    else:
        matrix[0] = 1.0 / channels
    return np.ascontiguousarray(matrix, dtype=np.float32)


class _Takes:
    """Opens each take once and lays its clips on the timeline."""

    def __init__(self, project: Project, audio_path: AudioPath, problems: list[str]) -> None:
        self._project = project
        self._audio_path = audio_path
        self._problems = problems
        self._opened: dict[str, NDArray[np.float32] | None] = {}

    def clips_of(
        self, track: Track, rows: int, mix: Callable[[int], NDArray[np.float32]] | None = None
    ) -> tuple[ClipPlan, ...]:
        """A track's clips; `mix` gives the matrix for a take's channels (else `mix_matrix`)."""
        mixed = mix or partial(mix_matrix, rows)
        curve = curve_plan(track.gain_curve_db, self._project.sample_rate_hz)
        plans = (self._plan(clip, mixed, curve) for clip in self._project.clips_of(track.id))
        return tuple(plan for plan in plans if plan is not None)

    def channels_on(self, track: Track) -> set[int]:
        """Channel counts of the takes that sound on a track."""
        opened = (self._open(clip) for clip in self._project.clips_of(track.id) if not clip.muted)
        return {len(samples) for samples in opened if samples is not None}

    def _plan(
        self, clip: Clip, mix: Callable[[int], NDArray[np.float32]], curve: CurvePlan | None
    ) -> ClipPlan | None:
        samples = None if clip.muted else self._open(clip)
        if samples is None:
            return None
        rate_hz = self._project.sample_rate_hz
        start = seconds_to_samples(clip.start_s, rate_hz)
        length = seconds_to_samples(clip.start_s + clip.duration_s, rate_hz) - start
        return ClipPlan(
            samples=samples,
            mix=mix(len(samples)),
            start_sample=start,
            length_samples=length,
            offset_samples=seconds_to_samples(clip.offset_s, rate_hz),
            gain=float(db_to_gain(clip.gain_db)),
            fade_in_samples=min(seconds_to_samples(clip.fade_in_s, rate_hz), length),
            fade_out_samples=min(seconds_to_samples(clip.fade_out_s, rate_hz), length),
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
