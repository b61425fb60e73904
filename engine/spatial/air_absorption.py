"""How air swallows high frequencies over distance, after ISO 9613-1.

References
----------
ISO 9613-1:1993, "Attenuation of sound during propagation outdoors, part 1", equations 3 to 5 and
annex B.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from engine.realtime.snapshot import AirPlan
from engine.spatial.propagation import FARTHEST_M

TEMPERATURE_C = 20.0
HUMIDITY_PERCENT = 50.0
PRESSURE_KPA = 101.325

ROWS = 64
TAPS_AT_48_KHZ = 48

_REFERENCE_KPA, _REFERENCE_K, _TRIPLE_POINT_K = 101.325, 293.15, 273.16
_DESIGN_SAMPLES = 8192
_DEEPEST_DB = 120.0


def absorption_db_per_m(
    frequency_hz: ArrayLike,
    temperature_c: float = TEMPERATURE_C,
    humidity_percent: float = HUMIDITY_PERCENT,
    pressure_kpa: float = PRESSURE_KPA,
) -> NDArray[np.float64]:
    """Attenuation coefficient of a pure tone in dB a metre (ISO 9613-1, equation 5)."""
    squared = np.square(np.asarray(frequency_hz, dtype=np.float64))
    pressure = pressure_kpa / _REFERENCE_KPA
    kelvin = temperature_c + 273.15
    warmth = kelvin / _REFERENCE_K
    saturation = 10.0 ** (-6.8346 * (_TRIPLE_POINT_K / kelvin) ** 1.261 + 4.6151)
    water = humidity_percent * saturation / pressure  # molar concentration in percent
    oxygen_hz = pressure * (24.0 + 4.04e4 * water * (0.02 + water) / (0.391 + water))
    nitrogen_hz = (
        pressure
        * warmth**-0.5
        * (9.0 + 280.0 * water * np.exp(-4.170 * (warmth ** (-1.0 / 3.0) - 1.0)))
    )
    oxygen = 0.01275 * np.exp(-2239.1 / kelvin) * oxygen_hz / (oxygen_hz**2 + squared)
    nitrogen = 0.1068 * np.exp(-3352.0 / kelvin) * nitrogen_hz / (nitrogen_hz**2 + squared)
    classical = 1.84e-11 / pressure * np.sqrt(warmth)
    return np.asarray(8.686 * squared * (classical + warmth**-2.5 * (oxygen + nitrogen)))


@cache
def air_plan(sample_rate_hz: int) -> AirPlan:
    """Filters for distances up to `FARTHEST_M` at a sample rate.

    Within 0.5 dB of the standard up to 10 kHz, 1 dB up to 16 kHz, to 300 m and a loss of 60 dB.
    """
    taps = 16 * int(np.ceil(TAPS_AT_48_KHZ * sample_rate_hz / 48_000 / 16))
    step_m = FARTHEST_M / (ROWS - 1) ** 2
    frequency_hz = np.arange(_DESIGN_SAMPLES // 2 + 1) * sample_rate_hz / _DESIGN_SAMPLES
    per_m = absorption_db_per_m(frequency_hz)
    rows = [
        _minimum_phase(np.minimum(per_m * step_m * row**2, _DEEPEST_DB), taps)
        for row in range(ROWS)
    ]
    responses = np.array(rows, dtype=np.float32)
    responses.flags.writeable = False
    return AirPlan(responses, step_m)


def minimum_phase_spectrum(loss_db: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Minimum-phase spectrum (n,) with this loss (n,) on an even grid from 0 to Nyquist's."""
    cepstrum = fft.irfft(-loss_db * np.log(10.0) / 20.0)
    size = len(cepstrum)
    cepstrum[1 : size // 2] *= 2.0
    cepstrum[size // 2 + 1 :] = 0.0
    return np.asarray(np.exp(fft.rfft(cepstrum)))


def _minimum_phase(loss_db: NDArray[np.float64], taps: int) -> NDArray[np.float64]:
    """(taps,) impulse response with this loss on an even grid from 0 to the Nyquist frequency."""
    response = fft.irfft(minimum_phase_spectrum(loss_db))[:taps]
    fade = np.cos(0.5 * np.pi * np.clip(np.arange(taps) / taps * 4.0 - 3.0, 0.0, 1.0)) ** 2
    response *= fade
    return np.asarray(response / response.sum())
