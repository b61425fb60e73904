"""The kernel: exact at measured directions, deterministic, block-size independent, click-free."""

import numpy as np
import pytest
from realtime_scenes import (
    RATE_HZ,
    circle,
    clip,
    fixed,
    level_db,
    noise,
    render,
    snapshot,
    source,
)

from engine.errors import ShapeError
from engine.project.fades import CURVES, risen
from engine.realtime.kernel import Kernel, PreparedSnapshot
from engine.realtime.snapshot import BedPlan, MotionPlan, StripPlan
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs

ALL = ("binaural", "5.1", "foa", "hoa3", "stereo")


@pytest.mark.parametrize("index", [0, 250, 709])
def test_noise_from_a_measured_direction_is_direct_convolution(index: int) -> None:
    hrirs = load_hrirs("kemar", RATE_HZ)
    dry = noise(40 * 256)
    motion = fixed(0.0)
    motion.positions_m[:] = hrirs.directions[index]
    (out,) = render(snapshot([source(motion, clip(dry))]), 40)
    for ear in range(2):
        expected = np.convolve(dry[0].astype(float), hrirs.responses[index, ear])[: out.shape[1]]
        assert level_db(out[ear] - expected, expected) < -75.0


def test_left_is_left_in_every_format() -> None:
    rendered = render(snapshot([source(fixed(90.0), clip(noise(5120)))], ALL), 20)
    outs = dict(zip(ALL, rendered, strict=True))
    for name, (near, far) in {"binaural": (0, 1), "stereo": (0, 1), "5.1": (4, 5)}.items():
        power = np.sum(outs[name] ** 2, axis=1)
        assert power[near] > 4.0 * power[far]
    assert np.sum(outs["foa"][0] * outs["foa"][1]) > 0.99 * np.sum(outs["foa"][0] ** 2)


def test_energy_vector_of_first_order_points_at_the_source() -> None:
    (foa,) = render(snapshot([source(fixed(35.0, -20.0, 3.0), clip(noise(5120)))], ["foa"]), 20)
    w, y, z, x = foa.astype(float)
    intensity = np.array([np.sum(w * x), np.sum(w * y), np.sum(w * z)])
    direction = fixed(35.0, -20.0).positions_m[0]
    cosine = intensity @ direction / np.linalg.norm(intensity)
    assert np.degrees(np.arccos(min(cosine, 1.0))) < 0.01
    gains = spherical_harmonics(1, direction) / 3.0
    np.testing.assert_allclose(foa[:, 100], gains * noise(5120)[0, 100], rtol=1e-5, atol=1e-7)


def test_distance_halves_the_level_and_is_bounded_near_the_head() -> None:
    levels = []
    for distance_m in (2.0, 1.0, 0.25, 0.01):
        scene = snapshot([source(fixed(10.0, 0.0, distance_m), clip(noise(5120)))], ["foa"])
        levels.append(np.abs(render(scene, 20)[0][0]).max())
    np.testing.assert_allclose(np.array(levels) / levels[1], [0.5, 1.0, 4.0, 4.0], rtol=1e-5)


def moving_scene(formats=ALL):
    bed = np.repeat(noise(RATE_HZ, 3), 4, axis=0)
    return snapshot(
        [
            source(circle(0.7, 1.0, 3.0), clip(noise(RATE_HZ), fade_in_samples=500), doppler=True),
            source(circle(-0.3, 1.0), clip(noise(9000, 1), 4000), clip(noise(700, 2), 20_000)),
        ],
        formats,
        beds=(BedPlan(1, (clip(bed, rows=4, gain=0.3),)),),
    )


def test_rendering_twice_gives_the_same_bits() -> None:
    for first, second in zip(render(moving_scene(), 60), render(moving_scene(), 60), strict=True):
        np.testing.assert_array_equal(first, second)


def test_formats_do_not_depend_on_each_other() -> None:
    together = render(moving_scene(), 40)
    for name, expected in zip(ALL, together, strict=True):
        (alone,) = render(moving_scene((name,)), 40)
        assert level_db(alone - expected, expected) < -120.0


@pytest.mark.parametrize("start", [256 * 37, 256 * 37 + 101, 12_345])
def test_where_playback_begins_does_not_matter(start: int) -> None:
    whole = render(moving_scene(), 120)
    later = render(moving_scene(), 30, start)
    for full, part in zip(whole, later, strict=True):
        np.testing.assert_array_equal(part, full[:, start : start + part.shape[1]])


def test_faders_mute_solo_and_master() -> None:
    strips = (StripPlan("a"), StripPlan("b"))
    dry = noise(48_000)
    sources = [source(fixed(0.0), clip(dry)), source(fixed(90.0), clip(dry), strip=1)]
    kernel = Kernel(snapshot(sources, ["foa"], strips=strips))
    (loud,) = render(kernel, 4)
    kernel.controls.set_track_gain("a", -6.0)
    kernel.controls.set_track_mute("b", True)
    (soft,) = render(kernel, 4)
    at = slice(4 * 256 + 256, 8 * 256)
    np.testing.assert_allclose(soft[3, 256:], 10 ** (-6 / 20) * dry[0, at], rtol=1e-4, atol=1e-7)
    kernel.controls.set_track_mute("b", False)
    kernel.controls.set_track_solo("b", True)
    kernel.controls.set_master_gain(-20.0)
    kernel.controls.set_track_gain("nobody", 3.0)
    (solo,) = render(kernel, 4)
    np.testing.assert_allclose(solo[3, 256:], 0.0, atol=1e-6)
    np.testing.assert_allclose(
        solo[1, 256:], 0.1 * dry[0, 8 * 256 + 256 : 12 * 256], rtol=1e-4, atol=1e-7
    )
    assert np.abs(np.diff(soft[0])).max() < 1.5 * np.abs(np.diff(loud[0])).max()


@pytest.mark.parametrize(
    ("head_deg", "azimuth_deg", "elevation_deg"),
    [((90.0, 0.0, 0.0), -90.0, 0.0), ((0.0, 40.0, 0.0), 0.0, -40.0)],
)
def test_turning_the_head_moves_the_source_the_other_way(
    head_deg, azimuth_deg, elevation_deg
) -> None:
    dry = noise(20_000)
    bed = spherical_harmonics(1, fixed(0.0).positions_m[0])[:, None].astype(np.float32) * dry
    kernels = []
    for azimuth, elevation in ((0.0, 0.0), (azimuth_deg, elevation_deg)):
        wave = spherical_harmonics(1, fixed(azimuth, elevation).positions_m[0])
        bed = (wave[:, None] * dry).astype(np.float32)
        beds = (BedPlan(1, (clip(bed, rows=4),)),)
        # What never moves would keep the distance that its own row was measured at.
        ends = fixed(azimuth, elevation).positions_m * [[1.0], [1.0 + 1e-9]]
        motion = MotionPlan(np.array([0.0, 1.0]), ends)
        kernels.append(Kernel(snapshot([source(motion, clip(dry))], beds=beds)))
    kernels[0].controls.set_head(*head_deg)
    (turned,) = render(kernels[0], 40)
    (expected,) = render(kernels[1], 40)
    assert level_db(turned[:, 2048:] - expected[:, 2048:], expected[:, 2048:]) < -60.0


def test_swap_fades_to_the_new_scene_within_a_hop() -> None:
    dry = noise(40_000)
    old = snapshot([source(fixed(90.0), clip(dry))], ["foa", "binaural"])
    new = snapshot([source(fixed(-90.0), clip(dry))], ["foa", "binaural"])
    kernel = Kernel(old)
    render(kernel, 10)
    kernel.controls.set_head(20.0)
    kernel.swap(PreparedSnapshot(new))
    assert kernel.controls.head_deg == (20.0, 0.0, 0.0)
    foa, _ = render(kernel, 10)
    np.testing.assert_allclose(foa[1, 256:], -dry[0, 11 * 256 : 20 * 256], atol=1e-6)
    assert kernel.snapshot is new
    assert np.abs(foa[0] - dry[0, 2560:5120]).max() < 1e-5  # the omni channel never notices
    with pytest.raises(ShapeError):
        kernel.swap(snapshot([], ["stereo"]))


def test_a_faulty_clip_is_silence_and_counted() -> None:
    bad = noise(5000)
    bad[0, 3000] = np.nan
    good = noise(20_000, 1)
    kernel = Kernel(
        snapshot(
            [source(fixed(0.0), clip(bad)), source(fixed(50.0), clip(good))], ["binaural", "foa"]
        )
    )
    binaural, foa = render(kernel, 60)
    assert kernel.faults > 0
    assert np.isfinite(binaural).all()
    np.testing.assert_allclose(foa[0, 5200:15000], good[0, 5200:15000], atol=1e-6)


def test_a_source_that_is_nowhere_is_silent() -> None:
    lost = source(fixed(10.0), clip(noise(20_000)), doppler=True)
    lost.motion.positions_m[:] = np.nan
    good = noise(20_000, 1)
    binaural, foa = render(
        snapshot([lost, source(fixed(50.0), clip(good))], ["binaural", "foa"]), 60
    )
    assert np.isfinite(binaural).all()
    np.testing.assert_allclose(foa[0, 1000:15_000], good[0, 1000:15_000], atol=1e-6)


def test_silence_ends_in_exact_silence() -> None:
    scene = snapshot([source(fixed(20.0), clip(noise(2000)))], ["binaural", "5.1"])
    binaural, surround = render(scene, 400)
    assert not binaural[:, 4000:].any()
    assert not surround[[0, 1, 2, 4, 5], 4000:].any()
    assert np.abs(surround[3, -256:]).max() < 1e-20


def test_an_empty_scene_is_silent() -> None:
    for out in render(snapshot([], ALL), 3):
        assert not out.any()


def test_clips_place_fades_and_offsets() -> None:
    ones = np.ones((1, 4000), dtype=np.float32)
    ramp = np.arange(4000, dtype=np.float32)[None] / 4000
    plan = clip(ones, 1000, length=2000, fade_in_samples=400, fade_out_samples=600, gain=0.5)
    shifted = clip(ramp, 5000, length=100, offset_samples=300)
    beyond = clip(ones, 6000, length=9000)
    (foa,) = render(snapshot([source(fixed(0.0), plan, shifted, beyond)], ["foa"]), 60)
    out = foa[0]
    assert not out[:1000].any()
    assert not out[3000:5000].any()
    np.testing.assert_allclose(out[1400:2400], 0.5, rtol=1e-5)
    np.testing.assert_allclose(out[1000:1400] ** 2 + out[1399:999:-1] ** 2, 0.25, rtol=1e-4)
    np.testing.assert_allclose(out[2400:3000] ** 2 + out[2999:2399:-1] ** 2, 0.25, rtol=1e-4)
    np.testing.assert_allclose(out[5000:5100], ramp[0, 300:400], rtol=1e-5)
    np.testing.assert_allclose(out[6000:10_000], 1.0, rtol=1e-5)
    assert not out[10_000:].any()


def test_fades_follow_the_curve_that_was_chosen() -> None:
    ones = np.ones((1, 2000), dtype=np.float32)
    pairs = [(0, 1), (2, 3), (4, 0)]
    plans = [
        clip(
            ones, 3000 * n, fade_in_samples=400, fade_out_samples=600, fade_in_curve=rises,
            fade_out_curve=falls,
        )
        for n, (rises, falls) in enumerate(pairs)
    ]  # fmt: skip
    (foa,) = render(snapshot([source(fixed(0.0), *plans)], ["foa"]), 40)
    for n, (rises, falls) in enumerate(pairs):
        heard = foa[0, 3000 * n : 3000 * n + 2000]
        rise = risen((np.arange(400) + 0.5) / 400, CURVES[rises])
        fall = risen((np.arange(600) + 0.5) / 600, CURVES[falls])[::-1]
        np.testing.assert_allclose(heard[:400], rise, atol=1e-5)
        np.testing.assert_allclose(heard[400:1400], 1.0, rtol=1e-5)
        np.testing.assert_allclose(heard[1400:], fall, atol=1e-5)
