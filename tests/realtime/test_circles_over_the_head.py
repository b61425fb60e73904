"""A tone that circles off the horizon has few lines beyond what KEMAR's measurements tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, clip, fixed, level_db, noise, render, snapshot, source, tone

from engine.realtime.snapshot import MotionPlan
from engine.spatial.alignment import delay_responses
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import load_hrirs

HOPS = 2 * RATE_HZ // 256 + 20
FARTHEST_LINE = 36.5
AXES = {
    "front to back": ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
    "left to right": ([0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
    "tilted": ([1.0, 0.0, 0.0], [0.0, 0.866, 0.5], [0.0, 0.0, 0.0]),
    "above": ([0.906, 0.0, 0.0], [0.0, 0.906, 0.0], [0.0, 0.0, 0.423]),
}


def false_line_db(name: str, frequency_hz: float, turns_per_s: float) -> float:
    """The strongest line beyond the 36th, under the whole; the worse ear."""
    times = np.arange(0.0, HOPS * 256 + 16, 16.0)
    turn = 2 * np.pi * turns_per_s * times[:, None] / RATE_HZ
    first, second, middle = (np.array(axis) for axis in AXES[name])
    way = np.cos(turn) * first + np.sin(turn) * second + middle
    scene = snapshot([source(MotionPlan(times, way), clip(tone(HOPS * 256, frequency_hz)))])
    scene = replace(scene, binaural=binaural_plan(load_hrirs("kemar", RATE_HZ)))
    (out,) = render(scene, HOPS)
    lines = np.abs(np.fft.rfft(out[:, -2 * RATE_HZ :])) / RATE_HZ
    far = np.abs(np.arange(lines.shape[1]) / 2 - frequency_hz) > FARTHEST_LINE * turns_per_s
    return float(20 * np.log10((lines[:, far].max(1) / np.sqrt((lines**2).sum(1))).max()))


LIMITS_DB = {500.0: -62.0, 1000.0: -63.0, 3000.0: -61.0, 6000.0: -55.0}


@pytest.mark.parametrize(
    ("name", "turns_per_s"), [*((name, 10.0) for name in AXES), ("tilted", 1.0), ("above", 5.0)]
)
def test_circles_off_the_horizon(name: str, turns_per_s: float) -> None:
    for frequency_hz, limit_db in LIMITS_DB.items():
        assert false_line_db(name, frequency_hz, turns_per_s) < limit_db


@pytest.mark.parametrize("name", ["front to back", "left to right"])
def test_what_moves_over_the_head_has_the_lines_that_measurements_tell(name: str) -> None:
    """36 measurements around tell 18 lines of a tone; all others are false. Without any hops."""
    hrirs = load_hrirs("kemar", RATE_HZ)
    first, second, _ = (np.array(axis) for axis in AXES[name])
    around = np.arange(720)[:, None] * np.pi / 360
    vertices, weights = hrirs.weights(np.cos(around) * first + np.sin(around) * second)
    aligned = np.einsum("mk,mket->met", weights, hrirs.aligned[vertices])
    delays = np.einsum("mk,mke->me", weights, hrirs.even_delays_samples[vertices])
    spectra = np.fft.rfft(delay_responses(aligned, delays), 4800)[..., [50, 100, 300]]
    lines = np.fft.fft(spectra, axis=0) / len(around)  # 500 Hz, 1 and 3 kHz
    false = np.abs(np.fft.fftfreq(len(around), 1 / len(around))) > 18.5
    whole = np.sqrt((np.abs(lines) ** 2).sum(axis=0))
    assert 20 * np.log10((np.abs(lines[false]).max(axis=0) / whole).max()) < -59.5


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg"), [(0.0, 50.0), (90.0, -40.0), (0.0, 70.0)]
)
def test_what_never_moves_is_heard_as_it_was_measured(azimuth_deg, elevation_deg) -> None:
    """Its row's distance included, which what moves is heard without."""
    dry = noise(40 * 256)
    hrirs = load_hrirs("kemar", RATE_HZ)
    motion = fixed(azimuth_deg, elevation_deg, 1.0)
    scene = replace(snapshot([source(motion, clip(dry))]), binaural=binaural_plan(hrirs))
    (out,) = render(scene, 40)
    measured = hrirs.responses[hrirs.nearest(motion.positions_m[0])]
    for ear in range(2):
        expected = np.convolve(dry[0].astype(float), measured[ear])[: out.shape[1]]
        assert level_db(out[ear] - expected, expected) < -60.0
