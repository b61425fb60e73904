"""The LFE's filters, against closed forms of analogue Butterworth filters."""

import numpy as np
import pytest
from scipy import signal

from engine.spatial.lfe import LFE_CUTOFF_HZ, in_phase_allpass, lfe_lowpass


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000, 192_000])
def test_magnitudes_are_a_squared_butterworths_and_one(rate_hz: int) -> None:
    frequency_hz = np.geomspace(5.0, 2000.0, 200)
    _, low = signal.freqz_sos(lfe_lowpass(rate_hz), frequency_hz, fs=rate_hz)
    _, turned = signal.freqz_sos(in_phase_allpass(rate_hz), frequency_hz, fs=rate_hz)
    warped = np.tan(np.pi * frequency_hz / rate_hz) / np.tan(np.pi * LFE_CUTOFF_HZ / rate_hz)
    np.testing.assert_allclose(np.abs(low), 1.0 / (1.0 + warped**8), rtol=1e-5)
    np.testing.assert_allclose(np.abs(turned), 1.0, rtol=1e-6)
    np.testing.assert_allclose(low / np.abs(low), turned, atol=1e-5)  # in phase


def test_the_send_ends_above_120_hz() -> None:
    _, low = signal.freqz_sos(lfe_lowpass(48_000), [50.0, 120.0, 240.0], fs=48_000)
    level_db = 20 * np.log10(np.abs(low))
    assert level_db[0] > -0.1
    assert level_db[1] < -20.0
    assert level_db[2] < -60.0


def test_a_click_is_turned_for_less_than_a_period() -> None:
    """Low sound is late by a period and a quarter of the cut-off at most, high sound by nothing."""
    turning = in_phase_allpass(48_000)
    frequency_hz = np.array([20.0, 60.0, 90.0, 400.0, 2000.0])
    step_hz = 0.01
    _, near = signal.freqz_sos(turning, frequency_hz, fs=48_000)
    _, next_to = signal.freqz_sos(turning, frequency_hz + step_hz, fs=48_000)
    late_s = -np.angle(next_to / near) / (2 * np.pi * step_hz)
    assert late_s.max() < 1.25 / LFE_CUTOFF_HZ
    assert late_s[3] < 0.6e-3
    assert late_s[4] < 0.03e-3
