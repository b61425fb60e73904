"""Two-band decoding to loudspeakers: velocity below, energy above, and nothing lost between."""

import numpy as np
import pytest
from scipy import signal

from engine.coordinates import to_cartesian
from engine.layouts import STEREO, SURROUND_51, SURROUND_514, SURROUND_714, Layout
from engine.realtime.field_bands import crossover_coefficients, split_bands
from engine.spatial.ambisonics import field_to_layout
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.loudspeaker_fields import crossover_hz, low_band, low_decoder
from engine.spatial.panning import loudspeaker_directions
from engine.spatial.sphere import fibonacci_sphere

HORIZON = to_cartesian(np.arange(0.0, 360.0, 5.0), 0.0)
ABOVE = fibonacci_sphere(500)[fibonacci_sphere(500)[:, 2] > 0.0]
LAYOUTS = (SURROUND_51, SURROUND_514, SURROUND_714)


def vectors(decoder, layout: Layout, directions):
    """Pressure (n,), velocity and energy vectors (n, 3) of plane waves at the centre."""
    order = round(np.sqrt(decoder.shape[1])) - 1
    gains = decoder @ spherical_harmonics(order, directions).T
    speakers = loudspeaker_directions(layout)
    pressure = gains.sum(axis=0)
    velocity = (gains.T @ speakers) / pressure[:, None]
    energy = ((gains**2).T @ speakers) / (gains**2).sum(axis=0)[:, None]
    return pressure, velocity, energy


def apart_deg(vectors, directions):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.degrees(np.arccos(np.clip(np.sum(unit * directions, axis=1), -1.0, 1.0)))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("order", [1, 3, 7])
def test_below_pressure_and_velocity_are_those_of_the_wave(order: int, layout: Layout) -> None:
    decoder = low_decoder(order, layout)
    pressure, velocity, _ = vectors(decoder, layout, HORIZON)
    assert np.ptp(20 * np.log10(pressure)) < 0.1
    np.testing.assert_allclose(np.linalg.norm(velocity, axis=1), 1.0, atol=0.01)
    assert apart_deg(velocity, HORIZON).max() < 4.5
    if layout != SURROUND_51:
        pressure, velocity, _ = vectors(decoder, layout, ABOVE)
        assert np.ptp(20 * np.log10(pressure)) < 0.1
        assert np.percentile(apart_deg(velocity, ABOVE), 95) < 6.0
    assert (decoder[3] == 0.0).all()


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_single_band_of_first_order_is_far_from_that(layout: Layout) -> None:
    _, velocity, _ = vectors(field_to_layout(1, layout), layout, HORIZON)
    assert np.median(np.linalg.norm(velocity, axis=1)) < 0.55
    assert np.percentile(apart_deg(velocity, HORIZON), 95) > 20.0


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_both_bands_carry_the_power_of_a_diffuse_field(order: int) -> None:
    waves = spherical_harmonics(order, fibonacci_sphere(2000)).T
    for layout in LAYOUTS:
        for decoder in (low_decoder(order, layout), field_to_layout(order, layout)):
            power = np.mean(np.sum((decoder @ waves) ** 2, axis=0))
            assert abs(10 * np.log10(power)) < 0.05


def test_stereo_has_one_band_and_others_meet_where_the_order_ends() -> None:
    assert low_band(3, STEREO) is None
    assert [crossover_hz(order, SURROUND_714) for order in (1, 2, 7)] == [700.0, 1400.0, 1400.0]
    assert [crossover_hz(order, SURROUND_51) for order in (1, 2, 7)] == [700.0, 1400.0, 1400.0]


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 192_000])
@pytest.mark.parametrize("frequency_hz", [700.0, 1400.0])
def test_the_bands_are_of_first_order_and_add_up_to_the_field(
    rate_hz: int, frequency_hz: float
) -> None:
    click = np.zeros((2, 8192), dtype=np.float32)
    click[:, 0] = (1.0, -0.5)
    low, high = np.zeros_like(click), np.zeros_like(click)
    coefficients, state = crossover_coefficients(frequency_hz, rate_hz), np.zeros(2)
    for start in range(0, 8192, 256):
        piece = np.s_[:, start : start + 256]
        split_bands(click[piece], coefficients, state, low[piece], high[piece])
    np.testing.assert_allclose(low + high, click, atol=1e-7)
    bands = np.fft.rfft([low, high])
    section = signal.butter(1, frequency_hz, fs=rate_hz, output="sos")
    _, expected = signal.freqz_sos(section, np.fft.rfftfreq(8192, 1.0 / rate_hz), fs=rate_hz)
    np.testing.assert_allclose(bands[0, 0], expected, atol=2e-5)
    np.testing.assert_allclose(bands[:, 1], -0.5 * bands[:, 0], atol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("order", [1, 3, 7])
def test_loudspeakers_play_a_wave_from_where_one_stands_nearly_in_phase(
    order: int, layout: Layout
) -> None:
    """All loudspeakers' sum at the centre, and the one that stands there, against an object."""
    speakers = [index for index, speaker in enumerate(layout.loudspeakers) if not speaker.lfe]
    waves = spherical_harmonics(order, loudspeaker_directions(layout)[speakers]).T
    below, above = (
        decoder[speakers] @ waves
        for decoder in (low_decoder(order, layout), field_to_layout(order, layout))
    )
    s = 1j * np.geomspace(50.0, 10_000.0, 100)[:, None] / crossover_hz(order, layout)
    for low, high in (
        (below.sum(axis=0), above.sum(axis=0)),
        (np.diag(below), np.diag(above)),
    ):
        assert np.abs(np.degrees(np.angle((low + s * high) / (1.0 + s)))).max() < 30.0
