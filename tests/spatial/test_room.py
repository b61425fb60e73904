"""Rooms as data: presets, files of one's own, materials, statistics."""

from pathlib import Path

import numpy as np
import pytest

from engine import resources
from engine.errors import FoleystageError
from engine.spatial.image_sources import WALLS
from engine.spatial.room import (
    eyring_rt60_s,
    materials,
    preset_names,
    read_room,
    reverberant_energy,
    room_named,
)

OWN = """
size_m = [6.0, 5.0, 3.0]
listener_m = [2.0, 2.5, 1.6]
[walls]
front = "concrete"
back = "concrete"
left = "concrete"
right = "concrete"
ceiling = "concrete"
floor = "carpet"
"""


@pytest.mark.parametrize("name", preset_names())
def test_shipped_rooms_are_sound(name: str) -> None:
    room = room_named(name)
    assert room is not None
    assert (room.bounds_m[:, 0] < 0).all()
    assert (room.bounds_m[:, 1] > 0).all()
    assert room.walls
    if room.rt60_s is not None:
        assert len(room.rt60_s) == 7
        assert room.rt60_s[-1] < room.rt60_s[3]  # air and surfaces take the highest first
        assert (reverberant_energy(room) > 0).all()
    if room.closed and room.rt60_s is not None:
        # Furniture and openings, not in the walls, shorten it; hardly anything prolongs it.
        ratio = np.array(room.rt60_s) / np.array(eyring_rt60_s(room))
        assert (ratio > 0.1).all()
        assert (ratio < 3.0).all()


def test_there_are_the_places_a_film_needs() -> None:
    wanted = "small_room hall street forest car tunnel bathroom church stairwell field"
    assert set(wanted.split()) <= set(preset_names())
    assert room_named("none") is None


def test_materials_absorb_between_nothing_and_everything() -> None:
    for name, absorption in materials().items():
        assert absorption.shape == (7,), name
        assert ((absorption > 0.0) & (absorption < 1.0)).all(), name


def test_a_room_of_ones_own_decays_as_eyring_says(tmp_path: Path) -> None:
    file = tmp_path / "cellar.toml"
    file.write_text(OWN)
    room = room_named(str(file))
    assert room is not None
    assert room.name == "cellar"
    assert room.volume_m3 == 90.0
    surface, absorbed = 126.0, 30.0 * 0.37 + 96.0 * 0.02  # at 1 kHz
    lost = -surface * np.log(1 - absorbed / surface) + 4 * 0.001 * 90.0
    assert room.rt60_s[3] == pytest.approx(0.161 * 90.0 / lost, rel=1e-6)
    assert room.mean_free_path_m == pytest.approx(4 * 90.0 / 126.0)


def test_the_listener_can_stand_elsewhere_but_stays_inside() -> None:
    hall = room_named("hall")
    moved = hall.heard_from((1.0, 2.0, 3.0))
    np.testing.assert_allclose(moved.bounds_m[:, 0], (-1.0, -2.0, -3.0))
    np.testing.assert_allclose(np.diff(moved.bounds_m)[:, 0], hall.size_m)
    assert hall.heard_from((-5.0, 2.0, 99.0)).listener_m == (0.05, 2.0, 13.95)
    assert hall.heard_from(None) is hall


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[6.0, 5.0, 3.0]", "[6.0, 5.0]", "size_m is"),
        ("[6.0, 5.0, 3.0]", "[6.0, 5.0, nan]", "size_m is"),
        ("[2.0, 2.5, 1.6]", "[2.0, 2.5, 3.6]", r"listener_m\[2\] is 3.6 m, the room is 3 m"),
        ('"carpet"', '"moonstone"', "no material 'moonstone'.*asphalt"),
        ("floor =", "roof =", "no wall 'roof'"),
        ("size_m", "sise_m", "unknown entry 'sise_m'"),
        ("[walls]", "rt60_s = [1, 1, 1]\n[walls]", "rt60_s is"),
        ("[walls]", "[walls", "is no TOML"),
    ],
)
def test_a_room_that_makes_no_sense_is_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(OWN.replace(old, new))
    with pytest.raises(FoleystageError, match=f"odd.toml.*{words}"):
        read_room(file)


def test_unknown_rooms_are_named() -> None:
    with pytest.raises(FoleystageError, match=r"no room 'attic'.*small_room"):
        room_named("attic")
    with pytest.raises(FoleystageError, match=r"nowhere\.toml"):
        room_named("nowhere.toml")


def test_every_preset_explains_itself() -> None:
    folder = resources.path("rooms/materials.toml").parent
    for name in preset_names():
        text = (folder / f"{name}.toml").read_text(encoding="utf-8")
        assert "title = " in text
        assert "about = " in text
    assert len(WALLS) == 6
