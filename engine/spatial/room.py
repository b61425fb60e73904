"""Rooms: walls, materials and decay times, read from presets or files of one's own.

A room is a box with the listener in it; a wall that is missing lets sound out (streets, forests,
fields). Its decay time per octave is given, or follows from walls and volume by Eyring's formula.

References
----------
Kuttruff, "Room Acoustics", 6th ed., 2016, ch. 5 (Eyring's formula; reverberant against direct
energy, 16 pi r^2 / A with Sabine's A = 0.161 V / T).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.errors import FoleystageError
from engine.spatial.image_sources import WALLS
from engine.spatial.shelves import OCTAVES_HZ

NO_ROOM = "none"
MEASURED_SUFFIXES = (".sofa", ".wav", ".flac", ".aif", ".aiff", ".caf", ".w64")
"""A room of this kind is a measured response, read by `engine.spatial.measured_room`."""

_SMALLEST_M, _LARGEST_M = 0.5, 2000.0
_SHORTEST_RT60_S, _LONGEST_RT60_S = 0.02, 30.0
_WALL_MARGIN_M = 0.05
_BANDS = len(OCTAVES_HZ)
_ENTRIES = {"title", "about", "size_m", "listener_m", "rt60_s", "volume_m3", "walls"}


@dataclass(frozen=True)
class Room:
    """A place to sound in.

    Parameters
    ----------
    name, title : str
        How it is chosen, and how it is shown.
    size_m : (length, width, height)
        Along x (front), y (left) and z (up).
    listener_m : (x, y, z)
        Of the head, from the back, right, lower corner.
    walls : mapping of wall to material
        Of `engine.spatial.image_sources.WALLS`; a missing one is open.
    rt60_s : seven floats, optional
        Decay time per octave of `OCTAVES_HZ`. None where nothing comes back late.
    volume_m3 : float
        Decides how loud the late part is; outdoors one that is chosen for that level.
    """

    name: str
    title: str
    size_m: tuple[float, float, float]
    listener_m: tuple[float, float, float]
    walls: tuple[tuple[str, str], ...]
    rt60_s: tuple[float, ...] | None
    volume_m3: float

    @property
    def bounds_m(self) -> NDArray[np.float64]:
        """(3, 2) low and high wall of every axis, from the listener's head."""
        low = -np.array(self.listener_m)
        return np.stack([low, low + np.array(self.size_m)], axis=1)

    @property
    def present(self) -> tuple[bool, ...]:
        """Which of `WALLS` are there."""
        return tuple(wall in dict(self.walls) for wall in WALLS)

    @property
    def closed(self) -> bool:
        """Whether no wall is missing."""
        return all(self.present)

    @property
    def mean_free_path_m(self) -> float:
        """How far sound travels between two walls, on average: 4 V / S."""
        length, width, height = self.size_m
        surface = 2.0 * (length * width + length * height + width * height)
        return float(4.0 * length * width * height / surface)

    def heard_from(self, listener_m: tuple[float, float, float] | None) -> Room:
        """The same room with the listener elsewhere; a place outside is brought in."""
        if listener_m is None:
            return self
        inside = [
            float(np.clip(place, _WALL_MARGIN_M, size - _WALL_MARGIN_M))
            for place, size in zip(listener_m, self.size_m, strict=True)
        ]
        return replace(self, listener_m=(inside[0], inside[1], inside[2]))


@cache
def materials() -> Mapping[str, NDArray[np.float64]]:
    """Absorption coefficients (7,) per octave of every shipped material, in 0..1."""
    table = tomllib.loads(resources.path("rooms/materials.toml").read_text(encoding="utf-8"))
    return {name: np.array(row["absorption"], dtype=np.float64) for name, row in table.items()}


@cache
def preset_names() -> tuple[str, ...]:
    """Names of the shipped rooms, in alphabetical order."""
    folder = resources.path("rooms/materials.toml").parent
    return tuple(sorted(f.stem for f in folder.glob("*.toml") if f.stem != "materials"))


@cache
def preset_titles() -> Mapping[str, str]:
    """Names of the shipped rooms and how they are shown, by rising size."""
    rooms = [_preset(name) for name in preset_names()]
    rooms.sort(key=lambda room: (not room.closed, float(np.prod(room.size_m))))
    return {room.name: room.title for room in rooms}


def room_named(name: str) -> Room | None:
    """The preset of that name, or the room in that TOML file; None for 'none'.

    Raises
    ------
    FoleystageError
        If there is no such room, or its file is no room.
    """
    if name == NO_ROOM:
        return None
    if name in preset_names():
        return _preset(name)
    if name.endswith(".toml"):
        return read_room(Path(name))
    raise FoleystageError(
        f"there is no room '{name}'",
        remedy=f"choose {NO_ROOM}, {', '.join(preset_names())}, or a file (a room's .toml, "
        "a measured response as .sofa or .wav)",
    )


@cache
def _preset(name: str) -> Room:
    return read_room(resources.path(f"rooms/{name}.toml"))


def read_room(path: Path) -> Room:
    """The room that a TOML file describes, in the form of the shipped ones.

    Raises
    ------
    FoleystageError
        Naming what is missing or out of range.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FoleystageError(f"cannot be read ({error.strerror})", place=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FoleystageError(f"is no TOML ({error})", place=path) from error
    unknown = set(table) - _ENTRIES
    if unknown:
        raise FoleystageError(f"unknown entry '{min(unknown)}'", place=path)
    size = _numbers(table, "size_m", 3, (_SMALLEST_M, _LARGEST_M), path)
    listener = _numbers(table, "listener_m", 3, (0.0, _LARGEST_M), path)
    for axis, (place, extent) in enumerate(zip(listener, size, strict=True)):
        if not _WALL_MARGIN_M <= place <= extent - _WALL_MARGIN_M:
            raise FoleystageError(
                f"listener_m[{axis}] is {place:g} m, the room is {extent:g} m", place=path,
                remedy="keep the head inside, 5 cm from the walls at least",
            )  # fmt: skip
    walls = _walls(table.get("walls", {}), path)
    volume = float(np.prod(size))
    if "volume_m3" in table:
        volume = _numbers(table, "volume_m3", 1, (0.1, 1e9), path)[0]
    room = Room(
        name=path.stem,
        title=str(table.get("title", path.stem)),
        size_m=(size[0], size[1], size[2]),
        listener_m=(listener[0], listener[1], listener[2]),
        walls=walls,
        rt60_s=None,
        volume_m3=volume,
    )
    if "rt60_s" in table:
        limits = (_SHORTEST_RT60_S, _LONGEST_RT60_S)
        return replace(room, rt60_s=_numbers(table, "rt60_s", _BANDS, limits, path))
    return replace(room, rt60_s=eyring_rt60_s(room)) if room.closed else room


def _numbers(
    table: Mapping[str, Any], key: str, count: int, limits: tuple[float, float], path: Path
) -> tuple[float, ...]:
    value = table.get(key)
    values = value if isinstance(value, list) else [value]
    low, high = limits
    good = len(values) == count and all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and low <= v <= high for v in values
    )
    if not good:
        raise FoleystageError(
            f"{key} is {value}, it must be {count} number{'s' * (count > 1)} "
            f"from {low:g} to {high:g}",
            place=path,
        )
    return tuple(float(v or 0.0) for v in values)


def _walls(table: Any, path: Path) -> tuple[tuple[str, str], ...]:
    if not isinstance(table, dict):
        raise FoleystageError("walls is no table of wall = material", place=path)
    for wall, material in table.items():
        if wall not in WALLS:
            raise FoleystageError(
                f"there is no wall '{wall}'", place=path, remedy=f"use {', '.join(WALLS)}"
            )
        if not isinstance(material, str) or material not in materials():
            raise FoleystageError(
                f"there is no material '{material}'", place=path,
                remedy=f"use {', '.join(sorted(materials()))}",
            )  # fmt: skip
    return tuple((wall, table[wall]) for wall in WALLS if wall in table)


def eyring_rt60_s(room: Room) -> tuple[float, ...]:
    """Decay times per octave from a closed room's walls, air included."""
    length, width, height = room.size_m
    areas = {
        "back": width * height, "front": width * height, "right": length * height,
        "left": length * height, "floor": length * width, "ceiling": length * width,
    }  # fmt: skip
    surface = sum(areas.values())
    absorbed = sum(areas[wall] * materials()[material] for wall, material in room.walls)
    mean = np.clip(absorbed / surface, 1e-3, 0.99)
    lost = -surface * np.log1p(-mean) + 4.0 * np.array(AIR_PER_M) * room.volume_m3
    times = np.clip(0.161 * room.volume_m3 / lost, _SHORTEST_RT60_S, _LONGEST_RT60_S)
    return tuple(float(t) for t in times)


AIR_PER_M = (0.0001, 0.0003, 0.0006, 0.001, 0.0019, 0.0058, 0.0203)
"""Energy attenuation of air per metre and octave, 20 degrees Celsius, 50 % humidity (Kuttruff,
table 6.1; 125 Hz continued)."""


def reverberant_energy(room: Room) -> NDArray[np.float64]:
    """(7,) energy of the diffuse field per octave, against the direct sound's at one metre.

    16 pi / A with Sabine's A = 0.161 V / T. Zero where nothing comes back late.
    """
    if room.rt60_s is None:
        return np.zeros(_BANDS)
    return 16.0 * np.pi * np.array(room.rt60_s) / (0.161 * room.volume_m3)
