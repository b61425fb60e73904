"""Levels that step and places that change at once, in formats made of gains: no clicks."""

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, clip, fixed, render, snapshot, source, tone

from engine.coordinates import to_cartesian
from engine.realtime.kernel import Kernel
from engine.realtime.leaps import Leaps
from engine.realtime.motion import MotionSampler
from engine.realtime.paces import jumps_near
from engine.realtime.snapshot import MotionPlan, Snapshot

HOPS = 120
SAMPLES = HOPS * 256
FORMATS = ("5.1", "hoa3")
FAR_HZ = 2000.0
WINDOW = 1024


def splash_db(samples: np.ndarray) -> float:
    """What is beyond `FAR_HZ` in the worst 21 ms of any channel, beside the sound."""
    worst, loudest = 0.0, 0.0
    far = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ) > FAR_HZ
    for start in range(4000, 28_000, 256):
        window = samples[:, start : start + WINDOW] * np.hanning(WINDOW)
        power = np.abs(np.fft.rfft(window)) ** 2
        worst, loudest = max(worst, power[:, far].sum(1).max()), max(loudest, power.sum())
    return float(10 * np.log10(worst / loudest))


def at_once(old_m: np.ndarray, new_m: np.ndarray) -> MotionPlan:
    return MotionPlan(
        np.array([0.0, 15_000.0, 15_001.0, 40_000.0]), np.array([old_m, old_m, new_m, new_m])
    )


def played(scene: Snapshot, half_way) -> list[np.ndarray]:
    """The scene, to whose kernel something happens half-way."""
    kernel = Kernel(scene)
    outs = [np.zeros((channels, SAMPLES), np.float32) for channels in scene.channels]
    for hop in range(HOPS):
        if hop == HOPS // 2:
            half_way(kernel)
        kernel.process([out[:, hop * 256 : (hop + 1) * 256] for out in outs])
    return outs


@pytest.mark.parametrize(("tone_hz", "worst_db"), [(100.0, -85.0), (200.0, -80.0), (1000.0, -70.0)])
def test_leaps_do_not_splash(tone_hz: float, worst_db: float) -> None:
    sound = clip(tone(SAMPLES, tone_hz))
    jump = at_once(*to_cartesian([30.0, -110.0], 0.0))
    away = at_once(np.array([1.0, 0.0, 0.0]), np.array([4.0, 0.0, 0.0]))
    for motion in (jump, away):
        for out in render(snapshot([source(motion, sound)], FORMATS), HOPS):
            assert splash_db(out) < worst_db
    still = snapshot([source(fixed(20.0), sound)], FORMATS)
    track = still.strips[0].track_id
    silent = snapshot([source(fixed(20.0), clip(np.zeros((1, SAMPLES), np.float32)))], FORMATS)
    for happens in (
        lambda kernel: kernel.controls.set_track_mute(track, True),
        lambda kernel: kernel.controls.set_track_gain(track, -6.0),
        lambda kernel: kernel.swap(silent),
    ):
        for out in played(still, happens):
            assert splash_db(out) < worst_db


def leaps_of(motion: MotionPlan) -> list[int]:
    """Hops in which a source leaps by what it does itself."""
    scene = snapshot([source(motion, clip(tone(SAMPLES, 100.0)))], ("5.1",))
    sampler, leaps, found = MotionSampler(scene), Leaps(1), []
    for hop in range(HOPS):
        edges = sampler.at(hop)
        leaps.find(edges, (edges.gains_0, edges.gains_1))
        if leaps.any:
            found.append(hop)
    return found


def test_what_moves_does_not_leap() -> None:
    """However steep: a passage at 60 m/s and 1 m, from hop to hop half as loud again."""
    passing = MotionPlan(np.array([0.0, 30_000.0]), np.array([[18.0, 1.0, 0.0], [-18.0, 1.0, 0.0]]))
    assert leaps_of(passing) == []
    assert leaps_of(at_once(*to_cartesian([30.0, -110.0], 0.0))) == [15_000 // 256]
    through = MotionPlan(np.array([0.0, 30_000.0]), np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]))
    assert leaps_of(through) == []


@pytest.mark.parametrize("distance_m", [0.05, 0.2, 0.45])
def test_what_is_near_leaps_where_it_does_not_fly(distance_m: float) -> None:
    sides = np.array([0.0, distance_m, 0.0])
    assert leaps_of(at_once(sides, -sides)) == [15_000 // 256]


@pytest.mark.parametrize("distance_m", [0.01, 0.05, 0.2, 0.45])
@pytest.mark.parametrize("speed_m_per_s", [1.0, 3.0, 10.0, 60.0])
def test_what_flies_past_the_head_does_not_leap(distance_m: float, speed_m_per_s: float) -> None:
    times_s = np.arange(-40, 40) * 256 / RATE_HZ
    places = np.stack([speed_m_per_s * times_s, 0.0 * times_s + distance_m, 0.0 * times_s], axis=1)
    metres = np.linalg.norm(places, axis=1)
    way = places[1] - places[0]
    for i in range(1, len(places) - 1):
        ends = (places[i] / metres[i], places[i + 1] / metres[i + 1], metres[i], metres[i + 1])
        assert not jumps_near(*ends, way)
