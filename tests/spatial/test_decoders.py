"""Sound fields to two ears, against the measured HRIRs themselves."""

from functools import partial

import numpy as np
import pytest
from scipy import fft, signal

from engine.coordinates import to_cartesian
from engine.realtime.controls import STRAIGHT
from engine.realtime.field_decoder import FieldDecoder
from engine.realtime.field_turning import FieldTurner
from engine.realtime.snapshot import HOP_SAMPLES
from engine.spatial.decoders import (
    DECODER_TAPS,
    RING_AZIMUTHS_DEG,
    cuton_hz,
    decoder_plan,
    field_decoder,
    whole_decoder_plan,
)
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.rotation import rotation_matrix
from engine.spatial.sphere import fibonacci_sphere

RATE_HZ = 48_000
FFT_SAMPLES = 2048
FREQUENCY_HZ = np.arange(FFT_SAMPLES // 2 + 1) * RATE_HZ / FFT_SAMPLES


@pytest.fixture(scope="module")
def kemar() -> HrirSet:
    return load_hrirs("kemar", RATE_HZ)


def spectra_through(hrirs: HrirSet, order: int, method="magls"):
    """Spectra of plane waves from the measured directions through the field, and the measured."""
    measured = hrirs.responses[: hrirs.measured]
    waves = spherical_harmonics(order, hrirs.directions[: hrirs.measured])
    reached = np.einsum("gc,cet->get", waves, field_decoder(hrirs, order, method))
    return fft.rfft(reached, FFT_SAMPLES), fft.rfft(measured, FFT_SAMPLES)


def error_db(reached, wanted) -> float:
    """Power of the difference against that of what is wanted."""
    return float(10 * np.log10(np.sum(np.abs(reached - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)))


@pytest.mark.parametrize(("order", "worst_db"), [(1, 2.4), (3, 1.6), (5, 1.4), (7, 1.3)])
def test_magnitudes_are_the_measured_ones_above_the_cut_on(
    kemar: HrirSet, order: int, worst_db: float
) -> None:
    reached, wanted = spectra_through(kemar, order)
    for low_hz in (cuton_hz(order), 3000.0):
        band = (low_hz <= FREQUENCY_HZ) & (low_hz * 2.0 > FREQUENCY_HZ)
        apart_db = 20 * np.log10(np.abs(reached[..., band]) / np.abs(wanted[..., band]))
        assert np.mean(np.abs(apart_db)) < worst_db


@pytest.mark.parametrize(("order", "worst_db"), [(3, -9.0), (5, -10.0), (7, -10.0)])
def test_below_the_cut_on_phase_is_right_too(kemar: HrirSet, order: int, worst_db: float) -> None:
    reached, wanted = spectra_through(kemar, order)
    for low_hz, high_hz in ((150.0, 700.0), (700.0, 1500.0)):
        band = (low_hz <= FREQUENCY_HZ) & (high_hz > FREQUENCY_HZ)
        assert error_db(reached[..., band], wanted[..., band]) < worst_db


@pytest.mark.parametrize(
    ("order", "late_us", "level_db"), [(1, 180.0, 4.5), (2, 45.0, 1.0), (3, 20.0, 1.0)]
)
def test_left_and_right_differ_as_at_the_ears(
    kemar: HrirSet, order: int, late_us: float, level_db: float
) -> None:
    """Lags of the best correlation on the horizon, 300 to 1500 Hz; levels from 600 Hz."""
    horizon = to_cartesian(np.arange(0.0, 360.0, 10.0), 0.0)
    waves = spherical_harmonics(order, horizon)
    reached = np.einsum("gc,cet->get", waves, field_decoder(kemar, order))
    sounds = [fft.rfft(s, FFT_SAMPLES) for s in (reached, kemar.interpolate(horizon))]
    longest, finer = 60, 16
    lags, levels = [], []
    for sound in sounds:
        cross = sound[:, 0] * np.conj(sound[:, 1]) * (np.abs(FREQUENCY_HZ - 900.0) <= 600.0)
        correlation = fft.irfft(cross, FFT_SAMPLES * finer)
        near = np.arange(-longest * finer, longest * finer + 1)
        lags.append(near[np.argmax(correlation[:, near], axis=1)] / finer / RATE_HZ)
        band = np.abs(sound[..., np.abs(FREQUENCY_HZ - 1050.0) <= 450.0])
        levels.append(20 * np.log10(band[:, 0] / band[:, 1]).mean(axis=1))
    assert np.abs(lags[0] - lags[1]).mean() < late_us * 1e-6
    assert np.abs(levels[0] - levels[1]).mean() < level_db


@pytest.mark.parametrize("order", [1, 2, 3, 7])
def test_diffuse_sound_is_as_loud_as_through_the_set(kemar: HrirSet, order: int) -> None:
    reached, wanted = spectra_through(kemar, order)
    for low_hz in (80.0, 125.0, 250.0, 1000.0, 4000.0, 8000.0):
        band = (low_hz <= FREQUENCY_HZ) & (low_hz * 2.0 > FREQUENCY_HZ)
        powers = [np.mean(np.abs(s[..., band]) ** 2) for s in (reached, wanted)]
        assert abs(10 * np.log10(powers[0] / powers[1])) < 0.7


@pytest.mark.parametrize("order", [1, 3, 5, 7])
def test_virtual_loudspeakers_have_the_sets_level_and_colour_in_a_diffuse_field(
    kemar: HrirSet, order: int
) -> None:
    grid = fibonacci_sphere(200)
    waves = spherical_harmonics(order, grid)
    decoder = field_decoder(kemar, order, "virtual_loudspeakers")
    powers = [
        np.mean(np.abs(fft.rfft(responses, FFT_SAMPLES)) ** 2, axis=(0, 1))
        for responses in (np.einsum("gc,cet->get", waves, decoder), kemar.interpolate(grid))
    ]
    ratio_db = []
    for low_hz, high_hz in ((100.0, 16_000.0), (200.0, 700.0), (700.0, 3000.0), (3000.0, 6000.0)):
        band = (low_hz <= FREQUENCY_HZ) & (high_hz > FREQUENCY_HZ)
        weights = 1.0 / FREQUENCY_HZ[band]  # octaves count alike
        ratio_db.append(10 * np.log10(np.divide(*(np.sum(weights * p[band]) for p in powers))))
    assert np.abs(ratio_db).max() < 1.0


def test_sets_that_measured_only_a_part_decode_what_they_measured(kemar: HrirSet) -> None:
    from dataclasses import replace

    front = np.flatnonzero(kemar.directions[:, 2] > -0.2)
    upper = replace(
        kemar,
        directions=np.concatenate([kemar.directions[front], kemar.directions[-1:]]),
        responses=np.concatenate([kemar.responses[front], kemar.responses[-1:]]),
        delays_samples=np.concatenate([kemar.delays_samples[front], kemar.delays_samples[-1:]]),
        measured=len(front),
        shared_delays_samples=None,
    )
    decoder = field_decoder(upper, 3)
    assert np.isfinite(decoder).all()
    reached, wanted = spectra_through(upper, 3)
    band = (FREQUENCY_HZ > 200.0) & (FREQUENCY_HZ < 1500.0)
    assert error_db(reached[..., band], wanted[..., band]) < -9.0


def test_virtual_loudspeakers_are_a_ring_of_eight_measured_ones(kemar: HrirSet) -> None:
    """Below the crossover: the inverse of the ring's harmonics, W/8 + 2/8 of the rest."""
    decoder = field_decoder(kemar, 1, "virtual_loudspeakers")
    azimuth = np.radians(RING_AZIMUTHS_DEG)
    ring = kemar.interpolate(to_cartesian(RING_AZIMUTHS_DEG, 0.0))[..., :DECODER_TAPS]
    wave = to_cartesian(40.0, 0.0)
    gains = 1 / 8 + 2 / 8 * (np.cos(azimuth) * wave[0] + np.sin(azimuth) * wave[1])
    expected = fft.rfft(np.einsum("s,set->et", gains, ring), FFT_SAMPLES)
    reached = fft.rfft(np.einsum("c,cet->et", spherical_harmonics(1, wave), decoder), FFT_SAMPLES)
    low = (FREQUENCY_HZ > 150.0) & (FREQUENCY_HZ < 300.0)
    assert error_db(reached[:, low], expected[:, low]) < -15.0
    left, right = np.sum(np.abs(reached[:, FREQUENCY_HZ > 1000.0]) ** 2, axis=1)
    assert left > 2.0 * right


@pytest.mark.parametrize("method", ["magls", "virtual_loudspeakers"])
def test_a_wave_from_the_left_is_louder_on_the_left(kemar: HrirSet, method) -> None:
    decoder = field_decoder(kemar, 2, method)
    for azimuth_deg, near in ((90.0, 0), (-90.0, 1)):
        wave = spherical_harmonics(2, to_cartesian(azimuth_deg, 0.0))
        power = np.sum(np.einsum("c,cet->et", wave, decoder) ** 2, axis=-1)
        assert 10 * np.log10(power[near] / power[1 - near]) > 3.0


@pytest.mark.parametrize("order", [1, 3, 7])
def test_the_decoder_of_the_kernel_is_a_plain_convolution(kemar: HrirSet, order: int) -> None:
    responses = field_decoder(kemar, order)
    rng = np.random.default_rng(order)
    field = rng.standard_normal((len(responses), 12 * HOP_SAMPLES)).astype(np.float32)
    expected = np.sum(signal.fftconvolve(field[:, None].astype(float), responses, axes=-1), axis=0)
    for plan, pieces in (
        (decoder_plan, [HOP_SAMPLES] * 12),
        (whole_decoder_plan, [1, 100, 255, 256, 37, 256]),
    ):
        decoder = FieldDecoder(plan(kemar, order))
        heard, at = np.zeros((2, field.shape[1]), np.float32), 0
        for count in pieces:
            decoder.push(field[:, at : at + count])
            decoder.add_to(heard[:, at : at + count])
            at += count
        assert error_db(heard[:, :at], expected[:, :at]) < -120.0


def test_long_responses_are_decoded_in_partitions(kemar: HrirSet) -> None:
    from dataclasses import replace

    rng = np.random.default_rng(3)
    late = 0.01 * rng.standard_normal((len(kemar.responses), 2, 2500))
    late[..., : kemar.responses.shape[-1]] += kemar.responses
    room = replace(kemar, responses=late)
    responses, plan = field_decoder(room, 1), decoder_plan(room, 1)
    assert responses.shape[-1] == 2500
    assert plan.spectra.shape[1] > 1
    field = rng.standard_normal((4, 20 * HOP_SAMPLES)).astype(np.float32)
    decoder = FieldDecoder(plan)
    heard = np.zeros((2, field.shape[1]), np.float32)
    for at in range(0, field.shape[1], HOP_SAMPLES):
        decoder.push(field[:, at : at + HOP_SAMPLES])
        decoder.add_to(heard[:, at : at + HOP_SAMPLES])
    expected = np.sum(signal.fftconvolve(field[:, None].astype(float), responses, axes=-1), axis=0)
    assert error_db(heard, expected[:, : heard.shape[1]]) < -110.0


def test_a_turning_head_meets_a_turned_field_without_a_step() -> None:
    quarter = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    turner = FieldTurner(16, partial(rotation_matrix, 3))
    wave = spherical_harmonics(3, to_cartesian(90.0, 10.0))
    field = np.tile(wave[:, None].astype(np.float32), HOP_SAMPLES)
    assert turner.turned(field, STRAIGHT, STRAIGHT) is field
    ahead = spherical_harmonics(3, to_cartesian(0.0, 10.0))
    moving = turner.turned(field, STRAIGHT, quarter).copy()
    share = (np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES
    np.testing.assert_allclose(
        moving, np.outer(wave, 1.0 - share) + np.outer(ahead, share), atol=1e-5
    )
    np.testing.assert_allclose(
        turner.turned(field, quarter, quarter), np.tile(ahead[:, None], HOP_SAMPLES), atol=1e-5
    )


@pytest.mark.parametrize("rate_hz", [44_100, 96_000, 192_000])
def test_a_field_sounds_alike_at_every_rate(rate_hz: int) -> None:
    """A decoder's responses last as long at any rate, so that none loses its lows."""
    frequency_hz = np.geomspace(60.0, 16_000.0, 100)
    harmonics = spherical_harmonics(3, to_cartesian(np.arange(0.0, 360.0, 30.0), 10.0))
    levels_db = []
    for rate in (48_000, rate_hz):
        decoder = field_decoder(load_hrirs("kemar", rate), 3)
        heard = np.einsum("gc,cet->get", harmonics, decoder)
        turns = np.arange(heard.shape[-1])[:, None] * frequency_hz / rate
        levels_db.append(20 * np.log10(np.abs(heard @ np.exp(-2j * np.pi * turns))))
    difference_db = np.abs(levels_db[1] - levels_db[0])
    assert np.median(difference_db) < 0.3
    assert np.percentile(difference_db, 95.0) < 1.5
