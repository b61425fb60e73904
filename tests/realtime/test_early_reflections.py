"""Early reflections: where, when and how loud they are, and that they move without a click."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, circle, clip, fixed, noise, render, source, tone
from room_scenes import BOX, in_room, wet, without

from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import MotionPlan
from engine.render import rooms
from engine.render.rooms import RoomChoice
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.room import materials, room_named
from engine.spatial.shelves import OCTAVES_HZ, response
from engine.units import SPEED_OF_SOUND_M_PER_S


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an all-tiled room without a tail."""
    known = room_named
    monkeypatch.setattr(rooms, "room_named", lambda name: BOX if name == "box" else known(name))
    return "box"


def mirrored(position: np.ndarray, order: int) -> dict[tuple[float, ...], int]:
    """Images by mirroring again and again in every wall: position -> fewest reflections."""
    found = {tuple(np.round(position, 6)): 0}
    fresh = [position]
    for count in range(1, order + 1):
        images = []
        for image in fresh:
            for axis, walls in enumerate(BOX.bounds_m):
                for wall in walls:
                    other = image.copy()
                    other[axis] = 2.0 * wall - other[axis]
                    key = tuple(np.round(other, 6))
                    if key not in found:
                        found[key] = count
                        images.append(other)
        fresh = images
    return found


@pytest.mark.parametrize(("order", "images"), [(1, 6), (2, 24), (3, 62)])
def test_images_are_where_mirrors_put_them(box: str, order: int, images: int) -> None:
    time = np.arange(-300, 300) / RATE_HZ
    pulse = np.sinc(4000.0 * time) * np.exp(-((time / 0.0006) ** 2))
    moment = 1000
    place = np.array([2.1, 1.3, 0.4])
    still = MotionPlan(np.zeros(1), place[None])
    samples = np.zeros((1, 8192), np.float32)
    samples[0, moment - 300 : moment + 300] = pulse
    scene = in_room([source(still, clip(samples), doppler=True)], RoomChoice(box, 0.0, None, order),
                    ("hoa3",))  # fmt: skip
    heard = wet(scene, 24)[0].astype(float)
    expected = np.zeros_like(heard)
    found = {image: count for image, count in mirrored(place, order).items() if count}
    assert len(found) == images
    reflected = np.sqrt(1.0 - materials()["tiles"][4])
    for image, count in found.items():
        distance = np.linalg.norm(image)
        late = (np.arange(heard.shape[1]) - moment) / RATE_HZ - distance / SPEED_OF_SOUND_M_PER_S
        arrived = np.sinc(4000.0 * late) * np.exp(-((late / 0.0006) ** 2))
        direction = spherical_harmonics(3, np.array(image) / distance)
        expected += direction[:, None] * arrived * reflected**count / distance
    residual = np.sum((heard - expected) ** 2) / np.sum(expected**2)
    assert 10 * np.log10(residual) < -35.0


def test_without_doppler_reflections_keep_their_distance_to_the_direct_sound(box: str) -> None:
    samples = np.zeros((1, 4096), np.float32)
    samples[0, 512] = 1.0
    scenes = [
        in_room([source(fixed(30.0, 0.0, 2.0), clip(samples), doppler=late)], box)
        for late in (False, True)
    ]
    plain, late = (wet(scene, 16)[0][0] for scene in scenes)
    shift = round(2.0 / SPEED_OF_SOUND_M_PER_S * RATE_HZ)
    most = np.argmax(np.correlate(late, plain, "full")) - (len(plain) - 1)
    assert abs(int(most) - shift) <= 1


@pytest.mark.parametrize("name", ["small_room", "hall", "car"])
def test_walls_reflect_what_their_materials_leave(name: str) -> None:
    room = room_named(name)
    assert room is not None
    hits = [tuple(int(i == wall) for i in range(6)) for wall in range(6)]
    surfaces, sections = rooms._surfaces(room, hits, RATE_HZ)
    order = ("back", "front", "right", "left", "floor", "ceiling")
    for wall, surface in zip(order, surfaces, strict=True):
        left = np.sqrt(1.0 - materials()[dict(room.walls)[wall]])
        reached = np.abs(response(sections[surface], OCTAVES_HZ, RATE_HZ))
        assert np.abs(20 * np.log10(reached / left)).max() < 0.7


def test_outdoors_only_walls_that_are_there_reflect() -> None:
    samples = np.zeros((1, 6000), np.float32)
    samples[0, 256] = 1.0
    scene = in_room([source(fixed(0.0, 0.0, 4.0), clip(samples), doppler=True)], "field")
    ground = wet(scene, 20)[0]
    way = np.hypot(4.0, 2 * 1.6) / SPEED_OF_SOUND_M_PER_S * RATE_HZ
    assert np.argmax(np.abs(ground[0])) == pytest.approx(256 + way, abs=2)
    assert ground[2].sum() < 0.0  # from below
    assert scene.room.late is None


@pytest.mark.parametrize("doppler", [False, True])
def test_a_moving_tone_stays_clean(box: str, doppler: bool) -> None:
    motion = circle(0.5, 1.0, 1.5)
    samples = tone(RATE_HZ, 1000.0)
    moving = source(motion, clip(samples, fade_in_samples=4800), doppler=doppler)
    heard = wet(in_room([moving], box, ("hoa3",)), 180)[0][:, 12_000:].astype(float)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(heard.shape[1]), axis=1)) ** 2
    frequency = np.fft.rfftfreq(heard.shape[1], 1.0 / RATE_HZ)
    away = np.abs(frequency - 1000.0) > 200.0
    assert 10 * np.log10(spectrum[:, away].sum() / spectrum.sum()) < -60.0


def test_a_jump_is_faded() -> None:
    times = np.array([0.0, 10_000.0, 10_001.0, 48_000.0])
    places = np.array([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0], [-20.0, 3.0, 0.0], [-20.0, 3.0, 0.0]])
    samples = tone(RATE_HZ, 400.0)
    scene = in_room([source(MotionPlan(times, places), clip(samples), doppler=True)], "hall")
    heard = wet(without(scene, "late"), 60)[0][0].astype(float)
    steepest = np.abs(np.diff(heard))[2000:].max()
    assert steepest < 3.0 * np.abs(heard).max() * 2 * np.pi * 400.0 / RATE_HZ


def test_faders_and_sends_rule_the_room(box: str) -> None:
    sound = noise(20_000)
    paths = [fixed(20.0, 0.0, 2.0), fixed(-70.0, 0.0, 3.0)]
    sources = [source(path, clip(sound), strip=i) for i, path in enumerate(paths)]
    quiet = wet(in_room(sources, box, sends_db=[-144.0, -144.0]), 60)[0]
    assert not quiet.any()
    first = wet(in_room(sources, box, sends_db=[0.0, -144.0]), 60)[0]
    second = wet(in_room(sources, box, sends_db=[-144.0, -6.0]), 60)[0]
    both = wet(in_room(sources, box, sends_db=[0.0, -6.0]), 60)[0]
    np.testing.assert_allclose(both, first + second, atol=1e-5)
    kernel = Kernel(in_room(sources[:1], box))
    kernel.controls.set_track_mute("t0", True)
    kernel.locate(0)
    assert not render(kernel, 60)[0].any()


def test_a_source_that_is_nowhere_has_no_reflections(box: str) -> None:
    lost = MotionPlan(np.array([0.0, 24_000.0]), np.array([[2.0, 0.0, 0.0], [np.nan, 0.0, 0.0]]))
    scene = in_room([source(fixed(0.0, 0.0, 2.0), clip(noise(48_000)))], box)
    scene = replace(scene, sources=(replace(scene.sources[0], motion=lost),))
    heard = render(scene, 120)[0]
    assert not heard.any()
