"""Known answers of the newer families: partials, rates, sweeps, shocks and spectra."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from engine.foley.bells import BELLS
from engine.foley.blasts import friedlander
from engine.foley.generate import generate
from engine.foley.horns import SIGNALS
from engine.foley.percussion import MEMBRANE
from engine.foley.shaping import contour, moving_filter, resonances
from engine.foley.strokes import moments
from engine.foley.vocal import glottis

RATE_HZ = 48_000


def peak_hz(take: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(take.astype(float) * np.hanning(len(take)), 1 << 18))
    hz = np.fft.rfftfreq(1 << 18, 1 / RATE_HZ)
    inside = (hz > low_hz) & (hz < high_hz)
    return float(hz[inside][np.argmax(spectrum[inside])])


def centroid_hz(take: np.ndarray) -> float:
    hz, power = signal.welch(take.astype(float), RATE_HZ, nperseg=2048)
    return float(np.sum(hz * power) / np.sum(power))


def test_church_bell_has_its_partials(make_event) -> None:
    """Hum, prime, tierce, quint and nominal lie where the table of the bell says."""
    take = generate(make_event("bells", 3.0, (0.05,), type="church"), RATE_HZ)[0]
    for ratio in (0.5, 1.0, 1.2, 1.5, 2.0):
        wanted_hz = BELLS["church"].hz * ratio
        assert peak_hz(take, 0.95 * wanted_hz, 1.05 * wanted_hz) == pytest.approx(
            wanted_hz, rel=0.02
        )


def test_membrane_ratios_are_bessel_zeros() -> None:
    from scipy.special import jn_zeros

    zeros = np.sort(np.concatenate([jn_zeros(order, 3) for order in range(8)]))
    ratios = zeros / zeros[0]
    for wanted in MEMBRANE[:8]:
        assert np.abs(ratios - wanted).min() < 0.005


def test_clock_ticks_at_its_rate(make_event) -> None:
    event = make_event("clicks", 8.0, type="clock", rate_hz=2.0)
    found = moments(event, RATE_HZ, np.random.default_rng(1), 2.0, 0.004)
    gaps_s = np.diff([at for at, _ in found]) / RATE_HZ
    assert len(found) in (15, 16, 17)
    assert np.abs(gaps_s - 0.5).max() < 0.01


def test_nothing_is_struck_without_intensity(make_event) -> None:
    event = make_event("clicks", 4.0, type="keyboard", intensity=((0, 0.0), (1.9, 0.0), (2.1, 1.0)))
    take = generate(event, RATE_HZ)[0]
    assert np.abs(take[: RATE_HZ * 3 // 2]).max() < 1e-6
    assert np.abs(take[RATE_HZ * 5 // 2 :]).max() > 1e-3


def test_siren_sweeps_between_its_pitches(make_event) -> None:
    take = generate(make_event("horns", 5.0, type="siren"), RATE_HZ)[0]
    low_hz = SIGNALS["siren"].hz[0]
    span = [
        peak_hz(take[at : at + 4_800], 0.9 * low_hz, 2.6 * low_hz)
        for at in range(RATE_HZ // 4, 5 * RATE_HZ - 9_600, 4_800)
    ]
    assert max(span) > 1.9 * min(span)


def test_shock_crosses_zero_after_its_positive_phase() -> None:
    shock = friedlander(RATE_HZ // 10, 0.01, RATE_HZ)
    assert np.flatnonzero(shock < 0.0)[0] / RATE_HZ == pytest.approx(0.01, abs=1e-4)
    assert shock.max() > 0.9


def test_larger_charges_are_lower(make_event) -> None:
    small, large = (
        generate(make_event("blasts", 3.0, (0.1,), type="explosion", size=size), RATE_HZ)[0]
        for size in (0.2, 5.0)
    )
    assert centroid_hz(small) > 1.3 * centroid_hz(large)


@pytest.mark.parametrize(("name", "kind"), [("animals", "dog"), ("people", "baby")])
def test_smaller_bodies_have_higher_voices(make_event, name: str, kind: str) -> None:
    key = {"animals": "animal", "people": "sound"}[name]
    small, large = (
        generate(make_event(name, 1.5, (0.1,), size=size, **{key: kind}), RATE_HZ)[0]
        for size in (0.5, 2.0)
    )
    assert centroid_hz(small) > 1.3 * centroid_hz(large)


def test_glass_breaks_brighter_than_masonry(make_event) -> None:
    glass, rubble = (
        generate(make_event("debris", 2.0, (0.1,), material=material), RATE_HZ)[0]
        for material in ("glass", "rubble")
    )
    assert centroid_hz(glass) > 3.0 * centroid_hz(rubble)


def test_faster_hinges_creak_higher(make_event) -> None:
    """The rate of slips grows with speed: the first strong line of the spectrum moves up."""
    slow, fast = (
        generate(make_event("creak", 4.0, type="brake", intensity=((0, v), (4, v))), RATE_HZ)[0]
        for v in (0.1, 1.0)
    )
    assert peak_hz(fast, 700, 1600) > 1.1 * peak_hz(slow, 700, 1600)


def test_riser_rises(make_event) -> None:
    take = generate(make_event("designed", 4.0, type="riser"), RATE_HZ)[0]
    first, last = take[RATE_HZ // 2 : RATE_HZ], take[-RATE_HZ:]
    assert np.std(last) > 3.0 * np.std(first)
    assert centroid_hz(last) > 1.3 * centroid_hz(first)


def test_moving_filter_is_the_identity_at_unit_gain() -> None:
    sound = np.random.default_rng(2).standard_normal(5_000)
    same = moving_filter(sound, RATE_HZ, lambda hz, part: np.ones((len(part), hz.shape[1])))
    assert np.abs(same - sound).max() < 1e-9


def test_resonances_and_contours() -> None:
    assert resonances(np.array([500.0]), [500.0], [80.0], [2.0])[0] == pytest.approx(2.0)
    assert resonances(np.array([540.0]), [500.0], [80.0], [1.0])[0] == pytest.approx(0.5**0.5)
    assert contour(0.5, ((0.0, 100.0), (1.0, 400.0))) == pytest.approx(200.0)


def test_glottis_falls_as_told() -> None:
    spectrum = np.abs(np.fft.rfft(glottis(-12.0, 16)))
    assert 20 * np.log10(spectrum[2] / spectrum[1]) == pytest.approx(-12.0, abs=0.1)
    assert spectrum[17:].max() < 1e-6 * spectrum[1]
