"""The whole scene turned: as if every direction had been turned before it was encoded."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import circle, clip, fixed, level_db, noise, render, snapshot, source, tone

from engine.coordinates import to_cartesian, to_spherical, turning
from engine.realtime.kernel import Kernel, PreparedSnapshot
from engine.realtime.snapshot import BedPlan, MotionPlan
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs
from engine.spatial.space import space_plan

FORMATS = ("binaural", "stereo", "5.1", "5.1.4", "7.1.4", "foa", "hoa3", "hoa7")
TURN_DEG = (35.0, -20.0, 15.0)


def test_the_axes_turn_as_told() -> None:
    front, left, up = np.eye(3)
    np.testing.assert_allclose(to_spherical(turning(90.0) @ front)[:2], [90.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(to_spherical(turning(0.0, 30.0) @ front)[:2], [0.0, 30.0], atol=1e-9)
    np.testing.assert_allclose(turning(0.0, 30.0) @ left, left, atol=1e-12)
    np.testing.assert_allclose(turning(0.0, 0.0, 90.0) @ left, up, atol=1e-12)  # to the right
    np.testing.assert_allclose(turning(90.0, 30.0) @ front, to_cartesian(90.0, 30.0), atol=1e-12)


def turned_path(motion: MotionPlan) -> MotionPlan:
    return replace(motion, positions_m=motion.positions_m @ turning(*TURN_DEG).T)


@pytest.mark.parametrize("path", [fixed(40.0, 10.0, 2.0), circle(1.0, 1.0), fixed(-100.0)])
def test_a_turned_scene_is_one_of_turned_sources(path: MotionPlan) -> None:
    scene = snapshot([source(path, clip(noise(24_000)))], FORMATS)
    turned = render(replace(scene, rotation=turning(*TURN_DEG)), 40)
    expected = render(snapshot([source(turned_path(path), clip(noise(24_000)))], FORMATS), 40)
    for name, out, wanted in zip(FORMATS, turned, expected, strict=True):
        assert level_db(out - wanted, wanted) < -100.0, name


@pytest.mark.parametrize("order", [1, 3, 7])
def test_a_turned_sound_field_is_that_of_a_turned_plane_wave(order: int) -> None:
    """An ambience that holds one plane wave, in every format of its order and in all others."""
    direction = to_cartesian(70.0, -25.0)
    outs = []
    for heard_from, rotation in (
        (direction, turning(*TURN_DEG)),
        (turning(*TURN_DEG) @ direction, None),
    ):
        wave = spherical_harmonics(order, heard_from)[:, None] * noise(24_000)
        bed = BedPlan(0, (clip(wave.astype(np.float32), rows=len(wave)),))
        scene = snapshot([], FORMATS, beds=(bed,))
        space = space_plan(order, FORMATS, load_hrirs("kemar", 48_000))
        outs.append(render(replace(scene, spaces=(space,), rotation=rotation), 40))
    for name, out, wanted in zip(FORMATS, *outs, strict=True):
        assert level_db(out - wanted, wanted) < -100.0, name


def test_a_head_that_turns_along_hears_nothing_turn() -> None:
    sources = [source(fixed(40.0), clip(noise(24_000)))]
    scene = snapshot(sources, ("binaural",))
    (still,) = render(scene, 40)
    kernel = Kernel(replace(scene, rotation=turning(*TURN_DEG)))
    kernel.controls.set_head(*TURN_DEG)
    kernel.locate(0)
    (along,) = render(kernel, 40)
    assert level_db(along - still, still) < -100.0


@pytest.mark.parametrize("name", ["binaural", "5.1", "hoa3"])
def test_turning_the_scene_while_it_plays_makes_no_click(name: str) -> None:
    """A tone's sound above its own neighbourhood stays as low as without a turn."""
    scene = snapshot([source(fixed(0.0), clip(tone(48_000, 400.0)))], (name,))
    kernel = Kernel(scene)
    pieces = []
    for step in range(60):
        turn = turning(3.0 * step)
        kernel.swap(PreparedSnapshot(replace(scene, rotation=turn)))
        pieces += render(kernel, 2)
    out = np.concatenate(pieces, axis=1)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(out.shape[1]))) ** 2
    frequency_hz = np.fft.rfftfreq(out.shape[1], 1.0 / 48_000)
    clicks = spectrum[:, frequency_hz > 3000.0].sum()
    assert 10 * np.log10(clicks / spectrum.sum()) < -85.0
