"""The compiler: a Project becomes a Snapshot the kernel can render. Runs off the audio thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from engine.coordinates import turning
from engine.errors import FoleystageError
from engine.layouts import BED_LAYOUTS, format_channels
from engine.project.lfe_send import lfe_sends_db
from engine.project.model import Project, Strip, Track
from engine.realtime.snapshot import BedPlan, BundlePlan, ClipPlan, Snapshot, SourcePlan, StripPlan
from engine.render.beds import Bed, bed_sources, channel_mix
from engine.render.channel_mixes import (
    ambience_mix,
    field_order,
    field_row,
    side_mix,
    source_mix,
)
from engine.render.ears import ears_plan
from engine.render.rooms import add_room, field_orders, room_choice
from engine.render.sources import (
    SILENT_SEND_DB,
    eq_sections,
    field_sources,
    send_gain,
    surrounds,
    track_sources,
)
from engine.render.track_clips import AudioPath, TrackClips
from engine.spatial.air_absorption import air_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.harmonics import channels_of_order
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.propagation import PointSource, samples_per_metre
from engine.spatial.space import space_plan
from engine.spatial.width import width_plan
from engine.units import db_to_gain, seconds_to_samples


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
    clips = TrackClips(project, audio_path, problems)
    room = room_choice(project.scene, project.sample_rate_hz, problems)
    spaces = sorted({*_field_orders(project, clips).values(), *field_orders(room)})
    plans = _plans(project, clips, spaces, formats)
    listening = (hrirs or hrirs_of(project, problems)) if "binaural" in formats else None
    rate_hz = project.sample_rate_hz
    method, turned_deg = project.scene.field_decoder, project.scene.rotation_deg
    fields = tuple(space_plan(order, formats, listening, method) for order in spaces)
    answer = add_room(room, plans.sources, plans.sends_db, fields, rate_hz)
    return Snapshot(
        sample_rate_hz=rate_hz,
        length_samples=seconds_to_samples(project.duration_s, rate_hz),
        formats=tuple(formats),
        channels=channels,
        strips=tuple(_strip(track.id, track.strip) for track in project.tracks),
        sources=answer.sources,
        beds=tuple(plans.beds),
        encoders={n: channel_encoder(n, rate_hz) for n in formats if n != "binaural"},
        binaural=None if listening is None else ears_plan(listening, plans.sources),
        distance=PointSource(),
        samples_per_metre=samples_per_metre(rate_hz),
        spaces=answer.spaces,
        master_gain=_strip("", project.master).gain * (not project.master.muted),
        air=air_plan(rate_hz) if any(source.air for source in plans.sources) else None,
        width=width_plan(listening) if listening is not None and surrounds(plans.sources) else None,
        room=answer.room,
        rotation=turning(*turned_deg) if any(turned_deg) else None,
        bundles=tuple(plans.bundles),
        problems=tuple(problems),
    )


def _field_orders(project: Project, clips: TrackClips) -> dict[str, int]:
    """Ambisonic order of every track that is a sound field: that of its finest take."""
    orders: dict[str, int] = {}
    for track in project.tracks:
        found = [field_order(n) for n in clips.channels_on(track) if n not in BED_LAYOUTS]
        if track.kind == "ambience" and found:
            orders[track.id] = max(order or 1 for order in found)
        elif any(found):
            orders[track.id] = max(order or 0 for order in found)
    return orders


@dataclass(frozen=True)
class _Plans:
    """What the tracks become; `sends_db` (sources,) is what of each goes into the room."""

    sources: list[SourcePlan] = field(default_factory=list)
    sends_db: list[float] = field(default_factory=list)
    beds: list[BedPlan] = field(default_factory=list)
    bundles: list[BundlePlan] = field(default_factory=list)

    def add(
        self, sources: Sequence[SourcePlan], sends_db: Sequence[float], kind: str, space: int = 0
    ) -> None:
        """Take in sources that belong together, as a bundle where they are of a `kind`."""
        if kind:
            self.bundles.append(BundlePlan(kind, len(self.sources), len(sources), space))
        self.sources.extend(sources)
        self.sends_db.extend(sends_db)


def _plans(
    project: Project, clips: TrackClips, spaces: list[int], formats: Sequence[str]
) -> _Plans:
    plans = _Plans()
    orders = _field_orders(project, clips)
    lfe_sends_db_of = lfe_sends_db(project)
    for index, track in enumerate(project.tracks):
        if track.kind == "ambience":
            _add_ambience(plans, project, index, clips, formats)
            if track.id in orders:
                plans.beds.append(_field(project, index, clips, orders[track.id], spaces))
        else:
            lfe_gain = send_gain(lfe_sends_db_of[track.id])
            own = _sources(track, index, project.sample_rate_hz, clips)
            own = [replace(source, lfe_gain=lfe_gain) for source in own]
            plans.add(own, [track.room_send_db] * len(own), "pair" if len(own) == 2 else "")
            if track.id in orders:
                rate_hz, order = project.sample_rate_hz, orders[track.id]
                rows = _field_rows(track, clips, order)
                parts = field_sources(track, index, rate_hz, rows, formats)
                parts[0] = replace(parts[0], lfe_gain=lfe_gain)
                sends_db = [track.room_send_db, *[SILENT_SEND_DB] * (len(parts) - 1)]
                plans.add(parts, sends_db, "field", spaces.index(order))
    return plans


def _field_rows(track: Track, clips: TrackClips, order: int) -> list[tuple[ClipPlan, ...]]:
    """The clips of every channel of a track's ambisonics."""
    channels = range(channels_of_order(order))
    return [clips.mixed(track, partial(field_row, row=row)) for row in channels]


def _field(
    project: Project, index: int, clips: TrackClips, order: int, spaces: list[int]
) -> BedPlan:
    """An ambience track's sound field."""
    track = project.tracks[index]
    sections = eq_sections(track.strip, project.sample_rate_hz)
    mixed = clips.mixed(track, partial(ambience_mix, order))
    return BedPlan(index, mixed, spaces.index(order), sections)


def _add_ambience(
    plans: _Plans, project: Project, index: int, clips: TrackClips, formats: Sequence[str]
) -> None:
    """An ambience track's beds, one for each layout that its takes were made for."""
    track = project.tracks[index]
    sections = eq_sections(track.strip, project.sample_rate_hz)
    turned = any(project.scene.rotation_deg)
    for channels in sorted(clips.channels_on(track) & set(BED_LAYOUTS)):
        layout = BED_LAYOUTS[channels]
        rows = tuple(clips.mixed(track, channel_mix(layout, row)) for row in range(channels))
        own = bed_sources(Bed(layout, rows), index, sections, formats, turned)
        plans.add(own, [SILENT_SEND_DB] * len(own), layout.name)


def _sources(track: Track, index: int, rate_hz: int, takes: TrackClips) -> list[SourcePlan]:
    clips = takes.mixed(track, source_mix)
    if not clips:
        return []
    if not track.stereo or 2 not in takes.channels_on(track):
        return track_sources(track, index, rate_hz, clips)
    sides = tuple(takes.mixed(track, partial(side_mix, side=side)) for side in (0, 1))
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
