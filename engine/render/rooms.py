"""A room's plan for the kernel: which images every source has, what walls do, what rings on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import FoleystageError
from engine.project.model import Scene
from engine.realtime.room_plan import EARLY_ORDER, EarlyPlan, RoomPlan
from engine.realtime.snapshot import HOP_SAMPLES, SourcePlan
from engine.realtime.space_plan import SpacePlan
from engine.render.measured_rooms import is_measured, measured_plan
from engine.render.sources import SILENT_SEND_DB
from engine.spatial.air_steps import air_steps
from engine.spatial.image_sources import WALLS, ImageTable, image_table
from engine.spatial.propagation import FARTHEST_M, samples_per_metre
from engine.spatial.reverberation import late_plan
from engine.spatial.room import NO_ROOM, Room, materials, room_named
from engine.spatial.shelves import shelves
from engine.units import db_to_gain

ROOM_ORDER = EARLY_ORDER
"""Ambisonic order of the sound field a room needs."""

_WALL_CLEARANCE_M = 0.5
_LONGEST_DETOUR_M = 60.0
"""An image whose detour is always longer than this is left to the tail."""
_PREFILL_S, _HURRIED_S = 0.03, 0.01
"""What a seek may take of a core, and a loop's turn, while which the sound must not run out."""
_HOP_COST_S, _SOURCE_COST_S = 37e-6, 1.5e-6
"""What a hop of prefill costs, and what every source adds (a core of 2.5 GHz that is at rest)."""
_RUNG_OUT = 2.0
"""Decay times until a tail is 120 dB down."""


@dataclass(frozen=True)
class RoomChoice:
    """Which room, and how.

    Parameters
    ----------
    name : str
        A preset, a room's TOML file, a measured response's file, or 'none'.
    level_db : float
        Of everything the room answers.
    listener_m : (x, y, z), optional
        Instead of the room's own place, from its back, right, lower corner.
    reflections : int
        Most walls that a reflection meets: 0 (nothing but the tail) to 3.
    """

    name: str = NO_ROOM
    level_db: float = 0.0
    listener_m: tuple[float, float, float] | None = None
    reflections: int = 1


NOWHERE = RoomChoice()


@dataclass(frozen=True)
class Answer:
    """What a room makes of a scene: its plan, the sources with their past kept, the fields."""

    room: RoomPlan | None
    sources: tuple[SourcePlan, ...]
    spaces: tuple[SpacePlan, ...]


def check_room(choice: RoomChoice, sample_rate_hz: int) -> None:
    """Refuse a room that cannot be used.

    Raises
    ------
    FoleystageError
        If there is no such room, or its file cannot be used.
    """
    if is_measured(choice.name):
        measured_plan(choice.name, sample_rate_hz)
    else:
        room_named(choice.name)


def room_choice(scene: Scene, sample_rate_hz: int, problems: list[str]) -> RoomChoice:
    """The scene's room; none where it cannot be used, which is named in `problems`."""
    choice = RoomChoice(
        scene.room, scene.room_level_db, scene.room_listener_m, scene.room_reflections
    )
    try:
        check_room(choice, sample_rate_hz)
    except FoleystageError as error:
        problems.append(f"{error} (there is no room instead)")
        return NOWHERE
    return choice


def field_orders(choice: RoomChoice) -> set[int]:
    """Orders of the sound fields that the room adds to."""
    return set() if choice.name == NO_ROOM else {ROOM_ORDER}


def add_room(
    choice: RoomChoice,
    sources: Sequence[SourcePlan],
    sends_db: Sequence[float],
    spaces: Sequence[SpacePlan],
    sample_rate_hz: int,
) -> Answer:
    """The chosen room around the sources.

    Parameters
    ----------
    choice : RoomChoice
    sources : sequence of SourcePlan
    sends_db : (sources,) floats
        How much of each goes into the room, in dB.
    spaces : sequence of SpacePlan
        The scene's sound fields, those of `field_orders` among them.
    sample_rate_hz : int

    Raises
    ------
    FoleystageError
        If there is no such room, or its file cannot be used.
    """
    if choice.name == NO_ROOM:
        return Answer(None, tuple(sources), tuple(spaces))
    gains = db_to_gain(np.asarray(sends_db, dtype=np.float64) + choice.level_db)
    sends = np.where(np.asarray(sends_db) <= SILENT_SEND_DB, 0.0, gains)
    space = [field.order for field in spaces].index(ROOM_ORDER)
    if is_measured(choice.name):
        return _measured(choice.name, sources, sends, spaces, space, sample_rate_hz)
    room = room_named(choice.name)
    assert room is not None
    room = room.heard_from(choice.listener_m)
    early, reaches = _early(room, sources, sends, choice.reflections, sample_rate_hz)
    longest_s = max(room.rt60_s or (0.0,))
    late = late_plan(room, sample_rate_hz, max(choice.reflections, 1))
    plan = RoomPlan(space, sends, early=early, late=late)
    plan = _with_past(plan, _RUNG_OUT * longest_s, sample_rate_hz)
    reaching = zip(sources, reaches, strict=True)
    kept = tuple(replace(source, reach_samples=reach) for source, reach in reaching)
    return Answer(plan, kept, tuple(spaces))


def _measured(
    name: str,
    sources: Sequence[SourcePlan],
    sends: NDArray[np.float64],
    spaces: Sequence[SpacePlan],
    space: int,
    sample_rate_hz: int,
) -> Answer:
    response = measured_plan(name, sample_rate_hz)
    if response.binaural:  # the ears hear it as it is; its field is for all other formats
        spaces = [*spaces, replace(spaces[space], decoder=None)]
        space = len(spaces) - 1
    plan = _with_past(RoomPlan(space, sends, response=response), response.seconds, sample_rate_hz)
    return Answer(plan, tuple(sources), tuple(spaces))


def ringing_samples(plan: RoomPlan | None, choice: RoomChoice, sample_rate_hz: int) -> int:
    """How long the room rings on after the last sound, down to -70 dB."""
    if plan is None:
        return 0
    if plan.response is not None:
        return int(plan.response.seconds * sample_rate_hz)
    room = room_named(choice.name)
    assert room is not None
    seconds = max(room.rt60_s or (0.0,)) * 70.0 / 60.0
    reach = 0 if plan.early is None else plan.early.reach_samples
    return max(int(np.ceil(seconds * sample_rate_hz)), reach)


def _with_past(plan: RoomPlan, seconds: float, sample_rate_hz: int) -> RoomPlan:
    """The plan with how much of the past rings, and how much of it there is time for: all, of few
    sources."""
    rings = int(np.ceil(seconds * sample_rate_hz / HOP_SAMPLES)) + 2
    hop_s = _HOP_COST_S + len(plan.sends) * _SOURCE_COST_S
    return replace(
        plan,
        rings_hops=rings,
        prefill_hops=min(rings, int(_PREFILL_S / hop_s)),
        hurried_hops=min(rings, int(_HURRIED_S / hop_s)),
    )


_Row = tuple[int, NDArray[np.float64], NDArray[np.float64], tuple[int, ...]]
"""An image: its source, signs and offsets that make its place of the source's, walls met."""


def _early(
    room: Room,
    sources: Sequence[SourcePlan],
    sends: NDArray[np.float64],
    order: int,
    sample_rate_hz: int,
) -> tuple[EarlyPlan | None, list[int]]:
    """All images of what is sent, and how much of its past each source must keep."""
    rows, reaches_m, farthest_m = _images(room, sources, sends, order)
    if not rows:
        return None, [0] * len(sources)
    reaches = [
        source.max_delay_samples + int(np.ceil(reach_m * samples_per_metre(sample_rate_hz))) + 2
        if send
        else 0
        for source, send, reach_m in zip(sources, sends, reaches_m, strict=True)
    ]
    air = air_steps(sample_rate_hz)
    shells = int(min(farthest_m, FARTHEST_M) / air.step_m) + 1
    late = int(np.ceil(shells * air.late_samples))
    reaches = [reach + late if reach else 0 for reach in reaches]
    surfaces, sections = _surfaces(room, [row[3] for row in rows], sample_rate_hz)
    of = np.array([row[0] for row in rows], dtype=np.int32)
    early = EarlyPlan(
        sources=of,
        signs=np.array([row[1] for row in rows]),
        offsets_m=np.array([row[2] for row in rows]),
        surfaces=surfaces,
        sections=sections,
        reach_samples=max(reaches),
        air=air,
        dull=np.array([source.air for source in sources], dtype=np.float64)[of],
        shells=shells,
    )
    return early, reaches


def _images(
    room: Room, sources: Sequence[SourcePlan], sends: NDArray[np.float64], order: int
) -> tuple[list[_Row], list[float], float]:
    """The images of what is sent that are near enough to be heard, in metres how much longer the
    longest way of each source's images is than its own, and how far away those are at the most
    that air dulls."""
    rows: list[_Row] = []
    reaches_m = [0.0] * len(sources)
    farthest_m = 0.0
    for index, source in enumerate(sources):
        if sends[index] == 0.0:
            continue
        path = source.motion.positions_m
        table = image_table(_bounds_around(room, path), room.present, order)
        detours, ways_m = _detours(table, path)
        for i, detour in enumerate(detours):
            if detour.min() <= _LONGEST_DETOUR_M:
                reaches_m[index] = max(reaches_m[index], float(detour.max()))
                farthest_m = max(farthest_m, source.air * float(ways_m[i].max()))
                rows.append((index, table.signs[i], table.offsets_m[i], tuple(table.hits[i])))
    return rows, reaches_m, farthest_m


def _bounds_around(room: Room, path: NDArray[np.float64]) -> NDArray[np.float64]:
    """The walls, giving way where the path would leave the room."""
    low, high = room.bounds_m.T
    low = np.minimum(low, path.min(axis=0) - _WALL_CLEARANCE_M)
    return np.stack([low, np.maximum(high, path.max(axis=0) + _WALL_CLEARANCE_M)], axis=1)


def _detours(
    table: ImageTable, path: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(images, keyframes) in metres: how much longer an image's way is than the direct one, and all

    of it, which is longest at a keyframe.
    """
    images = table.signs[:, None] * path + table.offsets_m[:, None]
    ways = np.linalg.norm(images, axis=-1)
    return np.asarray(ways - np.linalg.norm(path, axis=-1)), np.asarray(ways)


def _surfaces(
    room: Room, hits: Sequence[tuple[int, ...]], sample_rate_hz: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Which filter each image passes, and the filters: one for walls met of the same materials."""
    of = dict(room.walls)
    keys = [
        tuple(
            sorted(of[wall] for wall, count in zip(WALLS, row, strict=True) for _ in range(count))
        )
        for row in hits
    ]
    distinct = sorted(set(keys))
    filters = []
    for key in distinct:
        reflected = np.prod([1.0 - materials()[name] for name in key], axis=0)
        filters.append(shelves(10.0 * np.log10(np.maximum(reflected, 1e-6)), sample_rate_hz))
    index = {key: i for i, key in enumerate(distinct)}
    surfaces = np.array([index[key] for key in keys], dtype=np.int32)
    return surfaces, np.array(filters, dtype=np.float32)
