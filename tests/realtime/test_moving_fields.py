"""Ambisonics on a trajectory: turned to where it is, nearer and farther, in every format."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, circle, clip, fixed, level_db, render, snapshot, tone

from engine.coordinates import to_cartesian
from engine.layouts import FORMATS
from engine.realtime.moving_fields import facing
from engine.realtime.snapshot import (
    HOP_SAMPLES,
    BedPlan,
    BundlePlan,
    ClipPlan,
    MotionPlan,
    SourcePlan,
)
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs
from engine.spatial.rotation import rotation_matrix
from engine.spatial.space import space_plan

HOPS = 60
SAMPLES = HOPS * HOP_SAMPLES


def field_of(order: int, seed: int = 0) -> np.ndarray:
    """Independent noise in every channel."""
    random = np.random.default_rng(seed)
    return (0.1 * random.standard_normal(((order + 1) ** 2, SAMPLES))).astype(np.float32)


def wave(order: int, dry: np.ndarray, azimuth_deg: float = 0.0, elevation_deg: float = 0.0):
    """A plane wave of (1, n) sound."""
    encoder = spherical_harmonics(order, to_cartesian([azimuth_deg], elevation_deg))[0]
    return (encoder[:, None] * dry).astype(np.float32)


def moving(field: np.ndarray, motion: MotionPlan, formats=("foa",), **more):
    """A scene of one field that moves; its order is that of the scene's field."""
    order = round(np.sqrt(len(field))) - 1
    nowhere = {name: np.zeros(FORMATS[name]) for name in formats if name != "binaural"}
    sources = tuple(
        SourcePlan(
            strip=0,
            clips=(ClipPlan(field, np.eye(1, len(field), channel, np.float32), 0, field.shape[1]),),
            motion=motion,
            routes=nowhere,
            ears_gain=0.0,
            **more,
        )
        for channel in range(len(field))
    )
    hrirs = load_hrirs("kemar", RATE_HZ) if "binaural" in formats else None
    scene = snapshot(sources, formats, bundles=(BundlePlan("field", 0, len(field)),))
    return replace(scene, spaces=(space_plan(order, formats, hrirs),))


def turning_of(directions: np.ndarray, order: int) -> np.ndarray:
    """(n, channels, channels), from angles, as yaw after pitch: an independent way to `facing`."""
    azimuth = np.arctan2(directions[:, 1], directions[:, 0])
    elevation = np.arcsin(np.clip(directions[:, 2], -1.0, 1.0))
    matrices = []
    for yaw, pitch in zip(azimuth, elevation, strict=True):
        about_z = [[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]]
        about_y = [[np.cos(pitch), 0, -np.sin(pitch)], [0, 1, 0], [np.sin(pitch), 0, np.cos(pitch)]]
        matrices.append(rotation_matrix(order, np.array(about_z) @ np.array(about_y)))
    return np.stack(matrices)


@pytest.mark.parametrize(("azimuth_deg", "elevation_deg"), [(0, 0), (90, 0), (-140, 35), (20, 89)])
def test_the_front_faces_where_the_source_is(azimuth_deg: float, elevation_deg: float) -> None:
    dry = field_of(0)
    place = fixed(azimuth_deg, elevation_deg, 2.0)
    (out,) = render(moving(wave(3, dry), place, ("hoa3",)), HOPS)
    expected = 0.5 * wave(3, dry, azimuth_deg, elevation_deg)
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_the_horizon_stays_level() -> None:
    dry = field_of(0)
    (out,) = render(moving(wave(3, dry, 30.0), fixed(100.0), ("hoa3",)), HOPS)
    np.testing.assert_allclose(out, wave(3, dry, 130.0), atol=1e-6)
    left_of_front = facing(to_cartesian([200.0], 40.0)[0])[:, 1]
    np.testing.assert_allclose(left_of_front, to_cartesian([290.0], 0.0)[0], atol=1e-12)


@pytest.mark.parametrize("order", [1, 3, 7])
def test_every_channel_is_turned_as_rotation_has_it(order: int) -> None:
    field, place = field_of(order), fixed(-70.0, 25.0)
    (out,) = render(moving(field, place, (f"hoa{order}" if order > 1 else "foa",)), HOPS)
    expected = turning_of(to_cartesian([-70.0], 25.0), order)[0] @ field
    np.testing.assert_allclose(out, expected, atol=2e-6)


@pytest.mark.parametrize(
    ("order", "turns_per_s", "limit_db"), [(1, 1.0, -75), (3, 1.0, -65), (3, 5.0, -55)]
)
def test_a_field_that_circles_is_turned_sample_by_sample(
    order: int, turns_per_s: float, limit_db: float
) -> None:
    field = field_of(order)
    name = f"hoa{order}" if order > 1 else "foa"
    (out,) = render(moving(field, circle(turns_per_s, 1.0), (name,)), HOPS)
    angles_deg = 360.0 * turns_per_s * (np.arange(SAMPLES) + 0.5) / RATE_HZ
    turns = turning_of(to_cartesian(angles_deg, 0.0), order)
    expected = np.einsum("nij,jn->in", turns, field)
    assert level_db(out - expected, expected) < limit_db


def test_all_formats_hear_it_as_a_field_that_lies_there() -> None:
    field, place = field_of(1), fixed(50.0, 10.0)
    formats = ("binaural", "stereo", "5.1", "7.1.4", "hoa3")
    moved = render(moving(field, place, formats), HOPS)
    turned = (turning_of(to_cartesian([50.0], 10.0), 1)[0] @ field).astype(np.float32)
    still = render(snapshot((), formats, beds=(BedPlan(0, (clip(turned, rows=4),)),)), HOPS)
    for ours, theirs in zip(moved, still, strict=True):
        assert level_db(ours - theirs, theirs) < -100.0


def test_a_jump_and_a_pass_over_the_zenith_do_not_click() -> None:
    field = wave(1, tone(SAMPLES, 200.0), 60.0)
    times = np.array([0.0, 20.0, 20.001, 40.0]) * HOP_SAMPLES
    places = np.array([[1, 0, 0], [1, 0, 0], [-0.5, 0.8, 0.3], [-0.5, 0.8, 0.3]], dtype=float)
    over = np.array([[1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])
    for motion in (
        MotionPlan(times, places),
        MotionPlan(np.array([0.0, SAMPLES]), over),
    ):
        (out,) = render(moving(field, motion), HOPS)
        spectrum = np.abs(np.fft.rfft(out * np.hanning(SAMPLES), axis=1)) ** 2
        above = np.fft.rfftfreq(SAMPLES, 1.0 / RATE_HZ) > 2_000.0
        assert 10 * np.log10(spectrum[:, above].sum() / spectrum.sum()) < -75.0


def test_through_the_head_it_is_all_around_for_a_moment() -> None:
    field = field_of(1)
    motion = MotionPlan(np.array([0.0, SAMPLES]), np.array([[0.5, 0.0, 0.0], [-0.5, 0.0, 0.0]]))
    (out,) = render(moving(field, motion), HOPS)
    middle = slice(SAMPLES // 2 - 20, SAMPLES // 2 + 20)
    np.testing.assert_allclose(out[0, middle], 4.0 * field[0, middle], rtol=1e-4)
    assert np.abs(out[1:, middle]).max() < 0.02 * np.abs(out[0, middle]).max()
    assert np.isfinite(out).all()


def test_travel_delays_all_channels_alike() -> None:
    field = np.zeros((4, SAMPLES), dtype=np.float32)
    field[:, 1000] = 1.0
    late = 4_000
    per_metre = snapshot(()).samples_per_metre
    away = fixed(0.0, 0.0, late / per_metre)
    (out,) = render(moving(field, away, delayed=True, max_delay_samples=late + 8), HOPS)
    found = np.argmax(np.abs(out), axis=1)
    np.testing.assert_array_equal(found, np.full(4, 1000 + late))
