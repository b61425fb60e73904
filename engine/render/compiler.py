"""The compiler: a Project becomes a Snapshot the kernel can render. Runs off the audio thread."""

from __future__ import annotations

from collections.abc import Sequence

from engine.coordinates import turning
from engine.errors import FoleystageError
from engine.layouts import format_channels
from engine.project.model import Project, Strip
from engine.realtime.snapshot import Snapshot, StripPlan
from engine.render.ears import ears_plan
from engine.render.parts import ambiences, bundles_of, field_orders_of, source_parts
from engine.render.rooms import add_room, field_orders, room_choice
from engine.render.scene_length import scene_samples
from engine.render.sources import surrounds
from engine.render.track_clips import AudioPath, TrackClips
from engine.spatial.air_absorption import air_plan
from engine.spatial.diffuse_field import diffuse_field_equalised
from engine.spatial.encoders import channel_encoder
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.propagation import PointSource, samples_per_metre
from engine.spatial.space import space_plan
from engine.spatial.width import width_plan
from engine.units import db_to_gain


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
    spaces = sorted({*field_orders_of(project, clips).values(), *field_orders(room)})
    listening = (hrirs or hrirs_of(project, problems)) if "binaural" in formats else None
    parts = source_parts(project, clips, formats, listening)
    sources = [source for part in parts for source in part.sources]
    sends_db = [send_db for part in parts for send_db in part.sends_db]
    rate_hz = project.sample_rate_hz
    method, turned_deg = project.scene.field_decoder, project.scene.rotation_deg
    fields = tuple(space_plan(order, formats, listening, method) for order in spaces)
    answer = add_room(room, sources, sends_db, fields, rate_hz)
    return Snapshot(
        sample_rate_hz=rate_hz,
        length_samples=scene_samples(project, answer.sources, answer.room, room),
        formats=tuple(formats),
        channels=channels,
        strips=tuple(_strip(track.id, track.strip) for track in project.tracks),
        sources=answer.sources,
        beds=ambiences(project, clips, spaces),
        encoders={n: channel_encoder(n, rate_hz) for n in formats if n != "binaural"},
        binaural=None if listening is None else ears_plan(listening, sources),
        distance=PointSource(),
        samples_per_metre=samples_per_metre(rate_hz),
        spaces=answer.spaces,
        master_gain=_strip("", project.master).gain * (not project.master.muted),
        air=air_plan(rate_hz) if any(source.air for source in sources) else None,
        width=width_plan(listening) if listening is not None and surrounds(sources) else None,
        room=answer.room,
        rotation=turning(*turned_deg) if any(turned_deg) else None,
        bundles=bundles_of(parts, spaces),
        problems=tuple(problems),
    )


def _strip(track_id: str, strip: Strip) -> StripPlan:
    return StripPlan(track_id, float(db_to_gain(strip.gain_db)), strip.muted, strip.soloed)


def chosen_hrirs(project: Project) -> HrirSet:
    """The session's HRIR set, equalised as the session has it.

    Raises
    ------
    HrirError
        If it cannot be used.
    """
    return _equalised(project, load_hrirs(project.scene.hrir, project.sample_rate_hz))


def hrirs_of(project: Project, problems: list[str]) -> HrirSet:
    """The session's HRIR set, or the shipped one; what is odd is added to `problems`."""
    try:
        hrirs = chosen_hrirs(project)
        problems.extend(hrirs.notes)
        return hrirs
    except FoleystageError as error:
        problems.append(f"{error} (the shipped KEMAR set is used instead)")
        return _equalised(project, load_hrirs("kemar", project.sample_rate_hz))


def _equalised(project: Project, hrirs: HrirSet) -> HrirSet:
    if project.scene.hrir_equalisation == "diffuse_field":
        return diffuse_field_equalised(hrirs)
    return hrirs
