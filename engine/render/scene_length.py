"""How long a scene is: as its film and its clips, or until its room has rung out."""

from __future__ import annotations

from collections.abc import Sequence

from engine.project.model import Project
from engine.realtime.room_plan import RoomPlan
from engine.realtime.snapshot import SourcePlan
from engine.render.rooms import RoomChoice, ringing_samples
from engine.units import seconds_to_samples


def scene_samples(
    project: Project, sources: Sequence[SourcePlan], room: RoomPlan | None, choice: RoomChoice
) -> int:
    """Samples of a project.

    With a film, or without a room, they are those of `Project.duration_s`. A room without a film
    rings out: until what was sent into it has arrived, and is 70 dB down.

    Parameters
    ----------
    sources : sequence of SourcePlan
        In the order of the room's sends.
    room : RoomPlan, optional
        The plan of `choice`.
    """
    length = seconds_to_samples(project.duration_s, project.sample_rate_hz)
    if project.video is not None or room is None:
        return length
    ringing = ringing_samples(room, choice, project.sample_rate_hz)
    ends = [
        max(clip.start_sample + clip.length_samples for clip in source.clips)
        + source.max_delay_samples
        + ringing
        for source, send in zip(sources, room.sends, strict=True)
        if source.clips and send > 0.0
    ]
    return max([length, *ends])
