"""Tracks as parts: the sources that belong together, and the sound fields that ambiences are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from engine.layouts import BED_LAYOUTS, STEREO
from engine.project.learned_ears import learned_from_s, why_measured
from engine.project.lfe_send import lfe_sends_db
from engine.project.model import Project, Track
from engine.realtime.snapshot import BedPlan, BundlePlan, SourcePlan
from engine.render.beds import Bed, bed_sources, channel_mix
from engine.render.channel_mixes import (
    ambience_mix,
    field_order,
    field_row,
    side_mix,
    source_mix,
)
from engine.render.ear_sources import EARS, ear_row, ear_sources, learned_sources
from engine.render.sources import (
    SILENT_SEND_DB,
    eq_sections,
    field_sources,
    send_gain,
    track_sources,
)
from engine.render.track_clips import TrackClips
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.harmonics import channels_of_order
from engine.spatial.hrir import HrirSet


@dataclass(frozen=True)
class Part:
    """Sources that are one sound.

    `kind` is '' for a single one, else as in `BundlePlan`; `sends_db` (sources,) is what of each
    goes into the room; `order` is that of a field.
    """

    kind: str
    sources: tuple[SourcePlan, ...]
    sends_db: tuple[float, ...]
    order: int = 0


def source_parts(
    project: Project, clips: TrackClips, formats: Sequence[str], hrirs: HrirSet | None
) -> list[Part]:
    """All that becomes sources, in the order of the tracks; `hrirs` are binaural's."""
    sends_db = lfe_sends_db(project)
    parts: list[Part] = []
    for index, track in enumerate(project.tracks):
        if track.kind == "ambience":
            parts += _bed_parts(project, index, clips, formats)
        else:
            lfe_gain = send_gain(sends_db[track.id])
            parts += _object_parts(project, index, clips, formats, lfe_gain)
        parts += _ear_parts(project, index, clips, formats, hrirs)
    return parts


def bundles_of(parts: Iterable[Part], spaces: Sequence[int]) -> tuple[BundlePlan, ...]:
    """Which sources belong together; `spaces` are the orders of the scene's fields."""
    bundles, first = [], 0
    for part in parts:
        if part.kind:
            space = spaces.index(part.order) if part.order else 0
            bundles.append(BundlePlan(part.kind, first, len(part.sources), space))
        first += len(part.sources)
    return tuple(bundles)


def field_orders_of(project: Project, clips: TrackClips) -> dict[str, int]:
    """Ambisonic order of every track that is a sound field: that of its finest take."""
    orders: dict[str, int] = {}
    for track in project.tracks:
        found = [field_order(n) for n in clips.channels_on(track) if n not in BED_LAYOUTS]
        if track.kind == "ambience" and found:
            orders[track.id] = max(order or 1 for order in found)
        elif any(found):
            orders[track.id] = max(order or 0 for order in found)
    return orders


def ambiences(project: Project, clips: TrackClips, spaces: Sequence[int]) -> tuple[BedPlan, ...]:
    """The sound fields around the listener; `spaces` are the orders of the scene's fields."""
    orders = field_orders_of(project, clips)
    return tuple(
        BedPlan(
            index,
            clips.mixed(track, partial(ambience_mix, orders[track.id])),
            spaces.index(orders[track.id]),
            eq_sections(track.strip, project.sample_rate_hz),
        )
        for index, track in enumerate(project.tracks)
        if track.kind == "ambience" and track.id in orders
    )


def _bed_parts(
    project: Project, index: int, clips: TrackClips, formats: Sequence[str]
) -> list[Part]:
    """An ambience track's beds, one for each layout that its takes were made for."""
    track = project.tracks[index]
    sections = eq_sections(track.strip, project.sample_rate_hz)
    turned = any(project.scene.rotation_deg)
    parts = []
    for channels in sorted(clips.channels_on(track) & set(BED_LAYOUTS)):
        layout = BED_LAYOUTS[channels]
        rows = tuple(clips.mixed(track, channel_mix(layout, row)) for row in range(channels))
        sources = bed_sources(Bed(layout, rows), index, sections, formats, turned)
        parts.append(Part(layout.name, tuple(sources), (SILENT_SEND_DB,) * channels))
    return parts


def _ear_parts(
    project: Project,
    index: int,
    clips: TrackClips,
    formats: Sequence[str],
    hrirs: HrirSet | None,
) -> list[Part]:
    """What on a track was made for two ears, as loud in them as on loudspeakers."""
    track = project.tracks[index]
    rows = [clips.mixed(track, partial(ear_row, ear=ear), for_ears=True) for ear in range(EARS)]
    if not rows[0]:
        return []
    level = 1.0 if hrirs is None else 1.0 / ears_gain(hrirs)
    sections = eq_sections(track.strip, project.sample_rate_hz)
    sources = ear_sources(rows, index, sections, formats, level)
    return [Part(STEREO.name, sources, (SILENT_SEND_DB,) * EARS)]


def _object_parts(
    project: Project, index: int, clips: TrackClips, formats: Sequence[str], lfe_gain: float
) -> list[Part]:
    """An object's source or pair, and the field of its ambisonics; either sends to the LFE."""
    track, rate_hz = project.tracks[index], project.sample_rate_hz
    parts = []
    plain = tuple(
        replace(source, lfe_gain=lfe_gain) for source in _sources(track, index, rate_hz, clips)
    )
    if plain:
        kind = "pair" if len(plain) == 2 else ""
        ears = _learned_ears(project, track, plain[0], clips, formats)
        if ears:
            plain = tuple(replace(source, ears_gain=0.0) for source in plain)
        parts.append(Part(kind, plain, (track.room_send_db,) * len(plain)))
        if ears:
            parts.append(Part("ears", ears, (SILENT_SEND_DB,) * EARS))
    order = max(field_order(channels) or 0 for channels in (1, *clips.channels_on(track)))
    if order:
        rows = [
            clips.mixed(track, partial(field_row, row=row))
            for row in range(channels_of_order(order))
        ]
        first, *others = field_sources(track, index, rate_hz, rows, formats)
        sources = (replace(first, lfe_gain=lfe_gain), *others)
        sends_db = (track.room_send_db, *[SILENT_SEND_DB] * len(others))
        parts.append(Part("field", sources, sends_db, order))
    return parts


def _learned_ears(
    project: Project,
    track: Track,
    measured: SourcePlan,
    clips: TrackClips,
    formats: Sequence[str],
) -> tuple[SourcePlan, ...]:
    """Two ears of a track's source as a network has made them, where it has and they still fit."""
    if "binaural" not in formats or track.spatialiser == "measured":
        return ()
    reason = why_measured(project, track)
    if reason:
        clips.tell(f"{track.name}: two ears are measured, not by {track.spatialiser}: {reason}")
        return ()
    assert track.ears_take is not None
    start_s = learned_from_s(project, track)
    rows = []
    for ear in range(EARS):
        plan = clips.whole_take(track, track.ears_take, start_s, partial(ear_row, ear=ear))
        if plan is None:
            return ()
        rows.append((plan,))
    return learned_sources(measured, rows, formats)


def _sources(track: Track, index: int, rate_hz: int, takes: TrackClips) -> list[SourcePlan]:
    clips = takes.mixed(track, source_mix)
    if not clips:
        return []
    if not (track.stereo and takes.channels_on(track) & set(BED_LAYOUTS)):
        return track_sources(track, index, rate_hz, clips)
    sides = tuple(takes.mixed(track, partial(side_mix, side=side)) for side in (0, 1))
    return track_sources(track, index, rate_hz, clips, sides)
