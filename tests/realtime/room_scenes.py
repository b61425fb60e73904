"""Scenes in rooms for the kernel's tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from realtime_scenes import RATE_HZ, render, snapshot

from engine.realtime.snapshot import Snapshot, SourcePlan
from engine.render.rooms import RoomChoice, add_room
from engine.spatial.hrir import load_hrirs
from engine.spatial.room import Room
from engine.spatial.space import space_plan

BOX = Room(
    name="box",
    title="Box",
    size_m=(8.0, 6.0, 3.5),
    listener_m=(3.1, 2.7, 1.5),
    walls=tuple((w, "tiles") for w in ("back", "front", "right", "left", "floor", "ceiling")),
    rt60_s=None,
    volume_m3=168.0,
)


def in_room(
    sources: list[SourcePlan],
    room: str | RoomChoice,
    formats: tuple[str, ...] = ("foa",),
    **more: Any,
) -> Snapshot:
    """The sources in a room, with all sends open."""
    choice = RoomChoice(room) if isinstance(room, str) else room
    hrirs = load_hrirs("kemar", RATE_HZ) if "binaural" in formats else None
    fields = [space_plan(3, formats, hrirs)]
    sends_db = more.pop("sends_db", [0.0] * len(sources))
    answer = add_room(choice, sources, sends_db, fields, RATE_HZ)
    scene = snapshot(answer.sources, formats, **more)
    return replace(scene, spaces=answer.spaces, room=answer.room)


def without(scene: Snapshot, *parts: str) -> Snapshot:
    """The scene with its room's 'early' or 'late' part (or both) left out."""
    assert scene.room is not None
    return replace(scene, room=replace(scene.room, **dict.fromkeys(parts)))


def wet(scene: Snapshot, hops: int, start: int = 0) -> list[NDArray[np.float32]]:
    """What the room adds: the scene less the same scene without room, for every format."""
    dry = render(replace(scene, room=None), hops, start)
    return [both - alone for both, alone in zip(render(scene, hops, start), dry, strict=True)]
