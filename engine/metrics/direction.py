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
_OVERSAMPLING = 8
_WINDOWS_AT_ONCE = 8
"""Spectra of so many stay in the processor's cache."""


@dataclass(frozen=True)
class InterauralDifferences:
    """Interaural differences per window; all arrays are (windows,).

    `itd_us` is positive when the left ear leads, `ild_db` when it is louder, so both grow with
    azimuth from right to left. `level_dbfs` is the RMS level of both ears.
    """

    times_s: NDArray[np.float64]
    itd_us: NDArray[np.float64]
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
    limited to a band (Knapp and Carter, 1976), by default where the ear uses it.

    Parameters
    ----------
    binaural : (2, samples) array
        Left, right.
    band_hz : (low, high)
        Of the time difference.

    Raises
    ------
    ShapeError
        If it is not two channels, or shorter than one window.
    """
    spectra = ear_spectra(binaural, sample_rate_hz, window_s, hop_s, band_hz=band_hz)
    windows, times_s = _windows(binaural, 2, sample_rate_hz, window_s, hop_s)
    power = np.mean(windows**2, axis=-1) + 1e-20
    return InterauralDifferences(
        times_s=times_s,
        itd_us=time_differences_us(spectra, sample_rate_hz, window_s, band_hz=band_hz),
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
    binaural: NDArray[np.floating],
    sample_rate_hz: int,
    window_s: float = 0.1,
    hop_s: float = 0.05,
    *,
    band_hz: tuple[float, float] = _ITD_BAND_HZ,
) -> NDArray[np.complex128]:
    """(2, windows, bins) spectra in a band, from which time differences are found.

    They are linear: the spectra of a mix are the sum of those of its parts.
    """
    windows, _ = _windows(binaural, 2, sample_rate_hz, window_s, hop_s)
    samples = windows.shape[-1]
    taper, (first, after), *_ = _lag_tables(samples, sample_rate_hz, band_hz)
    spectra = np.empty((*windows.shape[:2], after - first), dtype=np.complex128)
    for low in range(0, windows.shape[1], _WINDOWS_AT_ONCE):
        piece = slice(low, low + _WINDOWS_AT_ONCE)
        whole = fft.rfft(windows[:, piece] * taper, 2 * samples, axis=-1)
        spectra[:, piece] = whole[..., first:after]
    return spectra


def time_differences_us(
    spectra: NDArray[np.complex128],
    sample_rate_hz: int,
    window_s: float = 0.1,
    *,
    band_hz: tuple[float, float] = _ITD_BAND_HZ,
) -> NDArray[np.float64]:
    """Time differences (windows,) of `ear_spectra`; see `interaural_differences`."""
    samples = round(window_s * sample_rate_hz)
    _, _, lags_s, cosines, sines = _lag_tables(samples, sample_rate_hz, band_hz)
    cross = spectra[1] * np.conj(spectra[0])
    cross /= np.abs(cross) + 1e-12
    # single precision tells neighbouring lags apart a hundred times over
    correlation = cross.real.astype(np.float32) @ cosines
    correlation -= cross.imag.astype(np.float32) @ sines
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


@lru_cache(maxsize=4)
def _lag_tables(
    samples: int, rate_hz: int, band_hz: tuple[float, float]
) -> tuple[
    NDArray[np.float64],
    tuple[int, int],
    NDArray[np.float64],
    NDArray[np.float32],
    NDArray[np.float32],
]:
    """Taper of a window; bins [first, after) of the band; lags; (bins, lags) cosines and sines."""
    frequency_hz = np.fft.rfftfreq(2 * samples, 1 / rate_hz)
    first = int(np.searchsorted(frequency_hz, band_hz[0], side="left"))
    after = int(np.searchsorted(frequency_hz, band_hz[1], side="right"))
    reach = round(MAX_ITD_S * rate_hz * _OVERSAMPLING)
    lags_s = np.arange(-reach, reach + 1) / (rate_hz * _OVERSAMPLING)
    turns = 2.0 * np.pi * frequency_hz[first:after, None] * lags_s
    cosines, sines = (table(turns).astype(np.float32) for table in (np.cos, np.sin))
    return np.hanning(samples), (first, after), lags_s, cosines, sines
