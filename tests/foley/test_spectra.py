"""Known answers of the physics: modes, bubbles, firing rates; and recordings as a yardstick."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy import signal

from engine.foley.bubbles import bubble_hz, bubble_stock
from engine.foley.footsteps import SHOES, SURFACES
from engine.foley.generate import generate
from engine.foley.impacts import MATERIALS, body
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.motor import ENGINES
from engine.foley.oscillators import follow, phase_of, read_table, series_table

RATE_HZ = 48_000
ONSETS_S = tuple((0.1 + 0.6 * np.arange(6)).tolist())


def centroid_hz(take: np.ndarray, rate_hz: int = RATE_HZ) -> float:
    hz, power = signal.welch(take.astype(float), rate_hz, nperseg=4096)
    return float(np.sum(hz * power) / np.sum(power))


def octaves_db(take: np.ndarray, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Level of the octaves 63 Hz .. 8 kHz against their sum, in dB."""
    hz, power = signal.welch(take.astype(float), rate_hz, nperseg=4096)
    centres = 62.5 * 2.0 ** np.arange(8)
    bands = [power[(hz >= c / 2**0.5) & (hz < c * 2**0.5)].sum() for c in centres]
    return 10.0 * np.log10(np.array(bands) / np.sum(bands) + 1e-9)


def test_ring_is_a_damped_sine() -> None:
    """An impulse into one mode gives gain * exp(-t) * sin, 60 dB down after t60."""
    out = ring(
        np.array([1.0]), Modes(np.array([440.0]), np.array([0.5]), np.array([1.0])), 24_000, RATE_HZ
    )
    times = np.arange(24_000) / RATE_HZ
    wanted = 10.0 ** (-3.0 * times / 0.5) * np.sin(2 * np.pi * 440.0 * times)
    assert np.abs(out - wanted).max() < 1e-9


def test_contact_pulse_has_unit_area_and_cuts_high_modes() -> None:
    pulse = contact_pulse(0.002, RATE_HZ)
    assert abs(pulse.sum() - 1.0) < 1e-12
    response = np.abs(np.fft.rfft(pulse, RATE_HZ))
    assert response[100] > 0.95
    assert response[1500] < 0.02


@pytest.mark.parametrize("material", ["metal", "glass", "ceramic"])
def test_modes_of_the_body_are_in_the_sound(make_event, material: str) -> None:
    event = make_event("impacts", 1.2, (0.05,), material=material)
    take = generate(event, RATE_HZ)[0].astype(float)
    _, modes = body(event)
    spectrum = 20 * np.log10(np.abs(np.fft.rfft(take * np.hanning(len(take)), 1 << 18)) + 1e-12)
    hz = np.fft.rfftfreq(1 << 18, 1 / RATE_HZ)
    for mode_hz in np.sort(modes.hz[: len(modes.hz) // 2])[:3]:
        near = np.abs(hz / mode_hz - 1.0) < 0.01
        around = (np.abs(hz / mode_hz - 1.0) > 0.08) & (np.abs(hz / mode_hz - 1.0) < 0.15)
        assert spectrum[near].max() > np.median(spectrum[around]) + 12.0


def test_bigger_is_lower(make_event) -> None:
    small, big = (
        generate(make_event("impacts", 2.0, (0.1, 1.0), material="metal", size_m=s), RATE_HZ)[0]
        for s in (0.08, 0.8)
    )
    assert centroid_hz(small) > 2.0 * centroid_hz(big)


def test_decay_follows_the_material(make_event) -> None:
    def fall_s(material: str) -> float:
        take = generate(make_event("impacts", 2.0, (0.1,), material=material), RATE_HZ)[0]
        energy = np.cumsum(take[::-1].astype(float) ** 2)[::-1]
        return float(np.argmax(energy[4800:] < 0.01 * energy[4800])) / RATE_HZ

    assert fall_s("metal") > fall_s("glass") > fall_s("ceramic") > fall_s("plastic")


@pytest.mark.parametrize(
    ("generator", "key", "options"),
    [
        ("footsteps", "surface", sorted(SURFACES)),
        ("impacts", "material", sorted(MATERIALS)),
        ("footsteps", "shoe", sorted(SHOES)),
    ],
)
def test_options_are_told_apart(make_event, generator: str, key: str, options: list[str]) -> None:
    """Between any two options, spectrum or decay differ by more than two seeds of one do."""

    def features(option: str, seed: int) -> np.ndarray:
        event = make_event(generator, 3.8, ONSETS_S, seed=seed, **{key: option})
        take = generate(event, RATE_HZ)[0]
        energy = np.cumsum(take.astype(float) ** 2)
        spread = [np.interp(q, energy / energy[-1], np.arange(len(take))) for q in (0.1, 0.9)]
        late = [take[int((t + 0.05) * RATE_HZ) : int((t + 0.4) * RATE_HZ)] for t in ONSETS_S]
        late_db = 10 * np.log10(np.mean(np.concatenate(late) ** 2) / np.mean(take**2) + 1e-6)
        assert spread[1] > spread[0]
        return np.append(np.maximum(octaves_db(take), -35.0), late_db)

    first = {option: features(option, 1) for option in options}
    again = {option: features(option, 2) for option in options}
    for one in options:
        nearest = min(options, key=lambda other: np.linalg.norm(again[one] - first[other]))
        assert nearest == one


def test_bubbles_ring_at_minnaert_frequency() -> None:
    assert abs(float(bubble_hz(0.003)) - 1087) < 2
    rng = np.random.default_rng(0)
    grain = bubble_stock(rng, 1, 0.003, 0.00301, 0.0, RATE_HZ)[0]
    spectrum = np.abs(np.fft.rfft(grain, 1 << 17))
    assert abs(np.argmax(spectrum) * RATE_HZ / (1 << 17) / 1087 - 1.0) < 0.03


@pytest.mark.parametrize("kind", ["car", "truck", "motorcycle"])
def test_motor_fires_at_its_speed(make_event, kind: str) -> None:
    """At full effort the strongest low component is a multiple of the cycle of the top speed."""
    take = generate(make_event("motor", 6.0, type=kind), RATE_HZ)[0].astype(float)
    engine = ENGINES[kind]
    firing_hz = engine.top_rpm / 60.0 / engine.revolutions * engine.cylinders
    hz, power = signal.welch(take, RATE_HZ, nperseg=1 << 14)
    near = (hz > 0.94 * firing_hz) & (hz < 1.06 * firing_hz)
    aside = (hz > 1.12 * firing_hz) & (hz < 1.2 * firing_hz)
    assert 10 * np.log10(power[near].max() / np.median(power[aside])) > 10.0


def test_motor_speed_follows_intensity(make_event) -> None:
    event = make_event("motor", 6.0, type="car", intensity=((0, 0.0), (2.5, 0.0), (3.5, 1.0)))
    take = generate(event, RATE_HZ)[0]
    slow, fast = take[: 2 * RATE_HZ], take[-2 * RATE_HZ :]
    assert np.std(fast) > 2.5 * np.std(slow)
    band = (20.0, 400.0)
    sos = signal.butter(4, band, "bandpass", fs=RATE_HZ, output="sos")
    assert centroid_hz(signal.sosfilt(sos, fast)) > 1.3 * centroid_hz(signal.sosfilt(sos, slow))


def test_faster_is_brighter(make_event) -> None:
    for name in ("air", "rolling"):
        slow, fast = (
            generate(make_event(name, 3.0, intensity=((0, v), (3, v))), RATE_HZ)[0]
            for v in (0.15, 1.0)
        )
        assert centroid_hz(fast) > 1.2 * centroid_hz(slow), name


def test_oscillator_follows_its_phase() -> None:
    rng = np.random.default_rng(0)
    tone = read_table(series_table(np.array([1.0]), rng), phase_of(np.full(48_000, 250.0), RATE_HZ))
    assert np.argmax(np.abs(np.fft.rfft(tone))) == 250
    assert abs(np.std(tone) - 1.0) < 1e-2
    assert np.allclose(follow(np.full(100, 0.7), RATE_HZ, 0.1), 0.7)


@pytest.mark.parametrize("place", ["exterior", "interior", "neutral", "city", "rain", "sea"])
def test_ambience_surrounds(make_event, place: str) -> None:
    """Channels hardly correlate, and no direction holds much more energy than its opposite."""
    bed = generate(make_event("ambience", 12.0, place=place), 24_000).astype(float)
    likeness = np.corrcoef(bed) - np.eye(4)
    assert np.abs(likeness).max() < 0.45
    w, y, _, x = bed
    intensity = np.hypot(np.mean(w * x), np.mean(w * y)) / np.mean(w * w)
    assert intensity < 0.4
    ratio_db = 10 * np.log10(np.mean(x * x + y * y) / np.mean(w * w))
    assert -4.0 < ratio_db < 1.5


REAL = [
    ("berklee_walking_on_wood.mp3", "footsteps", {"surface": "wood"}, 7.0),
    ("minetest_game__default_gravel_footstep.2.ogg", "footsteps", {"surface": "gravel"}, 7.0),
    ("minetest_game__default_hard_footstep.1.ogg", "footsteps", {"surface": "concrete"}, 7.0),
    ("berklee_ball_bouncing_2.mp3", "impacts", {"material": "rubber", "size_m": 0.24}, 7.0),
    ("esc10_002_Rain_4-160999-A.ogg", "water", {"type": "rain"}, 8.0),
    ("esc10_003_Sea-waves_2-102852-A.ogg", "ambience", {"place": "sea"}, 7.0),
]


@pytest.mark.parametrize(("recording", "generator", "parameters", "limit_db"), REAL)
def test_spectrum_resembles_a_recording(
    shared_data: Path, make_event, recording: str, generator: str, parameters: dict, limit_db: float
) -> None:
    """Octave levels from 63 Hz to 8 kHz, above -30 dB, differ by a few dB on average."""
    real, rate_hz = soundfile.read(shared_data / "sfx_mono" / recording, always_2d=True)
    onsets = ONSETS_S if generator in ("footsteps", "impacts") else ()
    take = generate(make_event(generator, 3.8, onsets, **parameters), RATE_HZ)[0]
    wanted = np.maximum(octaves_db(real[:, 0], rate_hz), -30.0)
    made = np.maximum(octaves_db(take), -30.0)
    assert np.mean(np.abs(wanted - made)) < limit_db, (wanted.round(), made.round())
