"""Where sound comes from, read off the audio itself: interaural differences and the energy vector.

These are measured on what was exported, so that a deliverable's space can be checked against the
trajectory it was made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from engine.coordinates import to_spherical
from engine.errors import ShapeError

MAX_ITD_S = 0.001
_ITD_BAND_HZ = (200.0, 1_500.0)
_PLAIN_BAND_HZ = (50.0, 3_000.0)
_OVERSAMPLING = 8
_WINDOWS_AT_ONCE = 8
"""Spectra of so many stay in the processor's cache."""


@dataclass(frozen=True)
class InterauralDifferences:
    """Interaural differences per window; all arrays are (windows,).

    `itd_us` is positive when the left ear leads, `ild_db` when it is louder, so both grow with
    azimuth from right to left. `plain_itd_us` is the time difference of what is strongest, found
    without the phase transform. `level_dbfs` is the RMS level of both ears.
    """

    times_s: NDArray[np.float64]
    itd_us: NDArray[np.float64]
    plain_itd_us: NDArray[np.float64]
    ild_db: NDArray[np.float64]
    level_dbfs: NDArray[np.float64]


def interaural_differences(
    binaural: NDArray[np.floating],
    sample_rate_hz: int,
    window_s: float = 0.1,
    hop_s: float = 0.05,
    *,
    band_hz: tuple[float, float] = _ITD_BAND_HZ,
) -> InterauralDifferences:
    """Time and level differences between the ears over time.

    The time difference is the peak of the cross-correlation within +-1 ms, phase-transformed and
    limited to a band (Knapp and Carter, 1976), by default where the ear uses it. The plain one is
    that of 50 Hz to 3 kHz as it is, so the loudest partial rules it: two readings that are far
    apart show that more than one thing sounds.

    Parameters
    ----------
    binaural : (2, samples) array
        Left, right.
    band_hz : (low, high)
        Of the phase-transformed time difference, within the plain one's.

    Raises
    ------
    ShapeError
        If it is not two channels, or shorter than one window.
    """
    spectra = ear_spectra(binaural, sample_rate_hz, window_s, hop_s)
    windows, times_s = _windows(binaural, 2, sample_rate_hz, window_s, hop_s)
    power = np.mean(windows**2, axis=-1) + 1e-20
    return InterauralDifferences(
        times_s=times_s,
        itd_us=time_differences_us(spectra, sample_rate_hz, window_s, band_hz=band_hz),
        plain_itd_us=plain_time_differences_us(spectra, sample_rate_hz, window_s),
        ild_db=10 * np.log10(power[0] / power[1]),
        level_dbfs=10 * np.log10(power.mean(axis=0)),
    )


def level_differences_db(
    binaural: NDArray[np.floating], sample_rate_hz: int, window_s: float = 0.1, hop_s: float = 0.05
) -> NDArray[np.float64]:
    """The level differences (windows,) of `interaural_differences` alone."""
    windows, _ = _windows(binaural, 2, sample_rate_hz, window_s, hop_s)
    power = np.mean(windows**2, axis=-1) + 1e-20
    return np.asarray(10 * np.log10(power[0] / power[1]))


def ear_spectra(
    binaural: NDArray[np.floating], sample_rate_hz: int, window_s: float = 0.1, hop_s: float = 0.05
) -> NDArray[np.complex64]:
    """(2, windows, bins) spectra from 50 Hz to 3 kHz, from which time differences are found.

    They are linear: the spectra of a mix are the sum of those of its parts.
    """
    windows, _ = _windows(binaural, 2, sample_rate_hz, window_s, hop_s)
    samples = windows.shape[-1]
    first, after = _bins(samples, sample_rate_hz, _PLAIN_BAND_HZ)
    spectra = np.empty((*windows.shape[:2], after - first), dtype=np.complex64)
    for low in range(0, windows.shape[1], _WINDOWS_AT_ONCE):
        piece = slice(low, low + _WINDOWS_AT_ONCE)
        spectra[:, piece] = fft.rfft(windows[:, piece], axis=-1)[..., first:after]
    return spectra


def time_differences_us(
    spectra: NDArray[np.complex64],
    sample_rate_hz: int,
    window_s: float = 0.1,
    *,
    band_hz: tuple[float, float] = _ITD_BAND_HZ,
) -> NDArray[np.float64]:
    """Time differences (windows,) of `ear_spectra`; see `interaural_differences`."""
    samples = round(window_s * sample_rate_hz)
    origin, _ = _bins(samples, sample_rate_hz, _PLAIN_BAND_HZ)
    first, after = _bins(samples, sample_rate_hz, band_hz)
    inner = slice(first - origin, after - origin)
    below, above = (slice(inner.start + by, inner.stop + by) for by in (-1, 1))
    # a Hann taper, as what it does to a spectrum: it hides what begins or ends in the window
    left, right = 0.5 * spectra[..., inner] - 0.25 * (spectra[..., below] + spectra[..., above])
    cross = right * np.conj(left)
    cross /= np.abs(cross) + np.float32(1e-20)
    return _strongest_lags_us(cross, samples, sample_rate_hz, band_hz)


def plain_time_differences_us(
    spectra: NDArray[np.complex64], sample_rate_hz: int, window_s: float = 0.1
) -> NDArray[np.float64]:
    """Time differences (windows,) without the phase transform; see `interaural_differences`."""
    cross = spectra[1] * np.conj(spectra[0])
    samples = round(window_s * sample_rate_hz)
    return _strongest_lags_us(cross, samples, sample_rate_hz, _PLAIN_BAND_HZ)


def _strongest_lags_us(
    cross: NDArray[np.complex64], samples: int, rate_hz: int, band_hz: tuple[float, float]
) -> NDArray[np.float64]:
    """Lags (windows,) at which the correlation of cross-spectra (windows, bins) is highest."""
    lags_s, cosines, sines = _lag_tables(samples, rate_hz, band_hz)
    # single precision tells neighbouring lags apart a hundred times over
    correlation = cross.real @ cosines
    correlation -= cross.imag @ sines
    return np.asarray(lags_s[correlation.argmax(axis=-1)] * 1e6)


def window_levels_dbfs(
    binaural: NDArray[np.floating], sample_rate_hz: int, window_s: float = 0.1, hop_s: float = 0.05
) -> NDArray[np.float64]:
    """RMS level (windows,) of both ears; windows as those of `interaural_differences`."""
    windows, _ = _windows(binaural, 2, sample_rate_hz, window_s, hop_s)
    return np.asarray(10 * np.log10(np.mean(windows**2, axis=-1).mean(axis=0) + 1e-20))


@dataclass(frozen=True)
class EnergyVector:
    """Direction of arrival per window, from the active intensity of a first-order scene.

    `azimuth_deg`, `elevation_deg` and `level_dbfs` are (windows,); `directness` is the length of
    the intensity over the energy, 1 for a single plane wave and 0 for a diffuse field.
    """

    times_s: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    elevation_deg: NDArray[np.float64]
    directness: NDArray[np.float64]
    level_dbfs: NDArray[np.float64]


def energy_vector(
    foa: NDArray[np.floating], sample_rate_hz: int, window_s: float = 0.1, hop_s: float = 0.05
) -> EnergyVector:
    """Direction and directness over time of AmbiX first-order audio (W, Y, Z, X; SN3D).

    Parameters
    ----------
    foa : (channels >= 4, samples) array
        Higher orders are ignored.

    Raises
    ------
    ShapeError
        If there are fewer than four channels, or less than one window.

    References
    ----------
    Merimaa and Pulkki, "Spatial Impulse Response Rendering I", JAES 53, 2005 (active intensity).
    """
    windows, times_s = _windows(np.asarray(foa)[:4], 4, sample_rate_hz, window_s, hop_s)
    w, y, z, x = windows
    intensity = np.stack([np.mean(w * axis, axis=-1) for axis in (x, y, z)], axis=-1)
    energy = np.mean(w**2 + x**2 + y**2 + z**2, axis=-1) / 2 + 1e-20
    spherical = to_spherical(intensity)
    return EnergyVector(
        times_s=times_s,
        azimuth_deg=spherical[:, 0],
        elevation_deg=spherical[:, 1],
        directness=np.linalg.norm(intensity, axis=-1) / energy,
        level_dbfs=10 * np.log10(np.mean(w**2, axis=-1) + 1e-20),
    )


def _windows(
    audio: NDArray[np.floating], channels: int, rate_hz: int, window_s: float, hop_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(channels, windows, samples) and the windows' centre times."""
    audio = np.asarray(audio, dtype=np.float64)
    length, hop = round(window_s * rate_hz), round(hop_s * rate_hz)
    if audio.ndim != 2 or audio.shape[0] != channels or audio.shape[1] < length:
        raise ShapeError(
            f"audio of shape {audio.shape}, ({channels}, at least {length}) is needed",
            remedy="give (channels, samples), at least one window long",
        )
    windows = sliding_window_view(audio, length, axis=-1)[:, ::hop]
    times_s = (np.arange(windows.shape[1]) * hop + length / 2) / rate_hz
    return windows, times_s


def _bins(samples: int, rate_hz: int, band_hz: tuple[float, float]) -> tuple[int, int]:
    """Bins [first, after) of a window's spectrum that lie in a band."""
    frequency_hz = np.fft.rfftfreq(samples, 1 / rate_hz)
    low, high = (int(np.searchsorted(frequency_hz, hz, side="left")) for hz in band_hz)
    return low, high


@lru_cache(maxsize=4)
def _lag_tables(
    samples: int, rate_hz: int, band_hz: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
    """Lags, and (bins, lags) cosines and sines of the bins in a band."""
    first, after = _bins(samples, rate_hz, band_hz)
    reach = round(MAX_ITD_S * rate_hz * _OVERSAMPLING)
    lags_s = np.arange(-reach, reach + 1) / (rate_hz * _OVERSAMPLING)
    turns = 2.0 * np.pi * np.fft.rfftfreq(samples, 1 / rate_hz)[first:after, None] * lags_s
    return lags_s, np.cos(turns).astype(np.float32), np.sin(turns).astype(np.float32)
